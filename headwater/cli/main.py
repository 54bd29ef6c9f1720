"""The command line: one table of commands, each imported when it is called.

`headwater --help` prints the table without importing a command, so it answers at once. `--json` and
`--quiet` belong to every command and are taken off the arguments here.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from headwater.errors import FAILURES, HeadwaterError, Preempted

# name: (where it lives, its group in the help, one line in words)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "run": ("headwater.cli.run:run", "The whole chain", "run a recipe from web page to evaluated model"),
    "init": ("headwater.cli.init:init", "The whole chain", "write a commented recipe to start from"),
    "doctor": ("headwater.cli.doctor:doctor", "The whole chain", "say what this machine can do and what is missing"),
    "verify": ("headwater.cli.verify:verify", "The whole chain", "check every digest a run depends on"),
    "clean": ("headwater.cli.clean:clean", "The whole chain", "remove stored stages that no run uses"),
    "schema": ("headwater.cli.init:schema", "The whole chain", "print the JSON Schema of recipes, for editors"),
    "crawl": ("headwater.cli.crawl:crawl", "Data", "crawl websites politely into WARC files and documents"),
    "search": ("headwater.cli.search:search", "Data", "find pages by keywords: on sites, by engines, in Common Crawl"),
    "extract": ("headwater.cli.extract:extract", "Data", "main text of the pages in WARC files"),
    "langid": ("headwater.cli.langid:langid", "Data", "the language of each document"),
    "curate": ("headwater.cli.curate:curate", "Data", "clean, filter, deduplicate; each rejection with rule and value"),
    "recall": ("headwater.cli.recall:recall", "Data", "find the documents that are like those of a seed"),
    "classify": ("headwater.cli.classify:app", "Data", "tell good documents from others: train, apply, label"),
    "synthesize": ("headwater.cli.synthesize:synthesize", "Data", "textbook passages written by a model, marked so"),
    "inject": ("headwater.cli.inject:inject", "Data", "facts told in varied documents, a stated number of times each"),
    "sample": ("headwater.cli.curate:sample", "Data", "kept or rejected examples of a run"),
    "show": ("headwater.cli.show:show", "Data", "one document with its whole story"),
    "tokenizer": ("headwater.cli.tokenizer:app", "Tokens", "train a tokenizer; report its compression"),
    "pack": ("headwater.cli.pack:pack", "Tokens", "documents to Megatron .bin/.idx with their lineage"),
    "mix": ("headwater.cli.mix:mix", "Tokens", "solve a mixture, or say why there is none"),
    "train": ("headwater.cli.run:train", "Model", "run a recipe up to its trained model"),
    "eval": ("headwater.cli.evaluate:evaluate", "Model", "perplexity and bits a byte on held-out text"),
    "generate": ("headwater.cli.generate:generate", "Model", "continue prompts"),
    "trace": ("headwater.cli.trace:trace", "Model", "a training step to its documents and URLs, and back"),
    "takedown": ("headwater.cli.takedown:takedown", "Model", "take pages down; name the models that saw them"),
    "lab": ("headwater.cli.lab:lab", "Model", "a question answered by a small experiment, with its plot"),
    "export": ("headwater.cli.weights:export", "Model", "weights for other libraries; a corpus with its card"),
    "import": ("headwater.cli.weights:import_", "Model", "a Hugging Face folder as a checkpoint"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code. Every failure leaves through here."""
    args = list(sys.argv[1:] if arguments is None else arguments)
    as_json = _take(args, "--json")
    quiet = _take(args, "--quiet")
    if not args or args[0] in ("--help", "-h", "help"):
        print(_help())
        return 0
    if args[0] in ("--version", "version"):
        from headwater import __version__

        print(__version__)
        return 0
    # OpenMP threads that spin while they wait make training many times slower beside any other program
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        return _dispatch(args, as_json, quiet)
    except HeadwaterError as error:
        return _fail(error, as_json)
    except KeyboardInterrupt:
        return _fail(HeadwaterError("interrupted", "interrupted", mend="the same command goes on from here"), as_json)
    except Preempted:
        return _fail(
            HeadwaterError("preempted", "stopped by SIGTERM", mend="the same command goes on from here"), as_json
        )
    except MemoryError:
        return _fail(
            HeadwaterError("no_memory", "memory ran out", mend="use fewer workers or a smaller batch"), as_json
        )
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _our_bug(error, as_json)


def _take(args: list[str], flag: str) -> bool:
    """Remove `flag` from the arguments before a bare `--`; whether it was there."""
    end = args.index("--") if "--" in args else len(args)
    found = flag in args[:end]
    args[:end] = [a for a in args[:end] if a != flag]
    return found


def _dispatch(args: list[str], as_json: bool, quiet: bool) -> int:
    name = args[0]
    if name not in COMMANDS:
        from difflib import get_close_matches

        near = get_close_matches(name, COMMANDS, 1)
        hint = f"did you mean `headwater {near[0]}`?" if near else "`headwater --help` lists the commands"
        raise HeadwaterError("arguments", f"no command {name!r}", mend=hint)
    signal.signal(signal.SIGTERM, _preempted)
    outcome = _call(name, args[1:], quiet)
    if outcome == FAILURES["interrupted"][0]:  # newer releases of typer turn Ctrl-C into this number
        raise KeyboardInterrupt
    if outcome is None or isinstance(outcome, int):
        return outcome or 0
    if as_json:
        print(json.dumps(outcome.value, ensure_ascii=False))
    elif outcome.text:
        print(outcome.text)
    sys.stdout.flush()
    return outcome.exit_code


def _preempted(_signal: int, _frame: Any) -> None:
    raise Preempted


def _call(name: str, args: list[str], quiet: bool) -> Any:
    """Import the command and let typer parse its arguments. Raises HeadwaterError arguments."""
    from importlib import import_module

    import typer
    import typer.main

    from headwater.cli import console

    console.set_quiet(quiet)
    module, _, attribute = COMMANDS[name][0].partition(":")
    target = getattr(import_module(module), attribute)
    if isinstance(target, typer.Typer):
        command = typer.main.get_command(target)
    else:
        app = typer.Typer(add_completion=False)
        app.command(name=name)(target)
        command = typer.main.get_command(app)
    try:
        return command.main(args, prog_name=f"headwater {name}", standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort as stop:
        raise KeyboardInterrupt from stop
    except _click_exception(typer.BadParameter) as error:
        raise HeadwaterError(
            "arguments", error.format_message(), mend=f"`headwater {name} --help` shows what it takes"
        ) from error


def _click_exception(known: type) -> Any:
    """The base of the parser's errors: click's own, or the copy that newer releases of typer carry."""
    return next(kind for kind in known.__mro__ if kind.__name__ == "ClickException")


def _fail(error: HeadwaterError, as_json: bool) -> int:
    """Print an error for a person (stderr) and, under --json, as an object (stdout)."""
    print(f"error: {error}", file=sys.stderr)
    if error.mend:
        print(f"  mend: {error.mend}", file=sys.stderr)
    if as_json:
        value = {"error": error.failure, "message": error.message, "where": error.where, "mend": error.mend}
        print(json.dumps(value, ensure_ascii=False))
    return error.exit_code


def _our_bug(error: Exception, as_json: bool) -> int:
    import traceback

    traceback.print_exc()
    print("error: this is a bug in headwater; please report the lines above", file=sys.stderr)
    if as_json:
        print(json.dumps({"error": "bug", "message": f"{type(error).__name__}: {error}"}, ensure_ascii=False))
    return 1


def _help() -> str:
    lines = [
        "headwater: from the web to a base model",
        "",
        "usage: headwater COMMAND … [--json] [--quiet]      headwater COMMAND --help",
    ]
    groups: dict[str, list[str]] = {}
    for name, (_, group, summary) in COMMANDS.items():
        groups.setdefault(group, []).append(f"  {name:<10} {summary}")
    for group, entries in groups.items():
        lines += ["", group, *entries]
    lines += ["", "exit codes: 0 done, 1 our bug, 2 recipe or arguments, 3 data, 4 diverged, 5 environment,"]
    lines += ["            75 preempted (run again), 130 interrupted"]
    return "\n".join(lines)


def script() -> None:
    """The entry point of the `headwater` command."""
    from headwater.cli import signals

    signals.keep_unheard_ones()
    code = main()
    signals.ignore()  # the work is done and its exit code known: a signal while Python closes down must not change it
    if code == FAILURES["interrupted"][0]:
        # a KeyboardInterrupt that once passed through exec() of a string, as in an import it cut short, makes
        # Python end itself by SIGINT whatever the exit code; engines are closed and files whole by now
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    script()
