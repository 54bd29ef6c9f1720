"""`headwater langid`: the language of each document.

In: documents of any format. Out: `{id, lang, score}` a document, with `script` where a language is written in several.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import typer

from headwater.cli.console import Outcome, table
from headwater.errors import HeadwaterError


def langid(
    inputs: list[str] = typer.Argument(..., help="JSONL, Parquet, text or code files, folders or globs"),
    output: Path = typer.Option(..., "-o", "--output", help="OUT.jsonl.zst: {id, lang, score} a document"),
    model: str = typer.Option("", "--model", help="a model of your own, or of fastText (.bin, .ftz); default: ours"),
    min_score: float = typer.Option(0.3, "--min-score", min=0, max=1, help="below this score a document is `und`"),
) -> Outcome:
    """Identify the language of each document; a `lang` already on it is ignored.

    Example: headwater langid corpus.jsonl.zst -o languages.jsonl.zst
    """
    import orjson

    from headwater import document
    from headwater.curate.langid import LangidConfig, identify

    if model and not Path(model).is_file():
        raise HeadwaterError("unknown_name", "no such file", where=f"--model {model}")
    config = LangidConfig(model=model, min_score=min_score)
    problems: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    with document.open_output(output) as out:
        for batch in document.read(inputs, problems):
            found = identify(batch.column("text"), config)
            answers = zip(found.langs, found.scores.tolist(), found.scripts, strict=True)
            for name, (lang, score, script) in zip(batch.column("id").to_pylist(), answers, strict=True):
                languages[lang] += 1
                row = {"id": name, "lang": lang, "score": score} | ({"script": script} if script else {})
                out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        if not languages:
            raise document.nothing_read(", ".join(inputs), problems)
    value = {"documents": languages.total(), "unreadable": dict(problems), "by_lang": dict(languages.most_common())}
    rows = [[lang, str(count)] for lang, count in languages.most_common()]
    unread = f", {problems.total()} rows could not be read: {dict(problems)}" if problems else ""
    text = f"{languages.total()} documents -> {output}{unread}\n" + table(rows, ["language", "documents"])
    return Outcome(value=value | {"output": str(output)}, text=text)
