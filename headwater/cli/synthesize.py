"""`headwater synthesize`: textbook passages written by a model, marked as synthetic.

In: topics and an endpoint. Out: documents as JSONL, with the log of answers beside them.
"""

from __future__ import annotations

from pathlib import Path

import typer

from headwater.cli.console import Outcome, check_source, reasons, reporter
from headwater.errors import HeadwaterError


def synthesize(
    endpoint: str = typer.Option(..., "--endpoint", help="address of an OpenAI-compatible endpoint (…/v1)"),
    model: str = typer.Option(..., "--model", help="name of the model there"),
    output: Path = typer.Option(..., "-o", "--output", help="a folder, or OUT.jsonl.zst"),
    topic: list[str] = typer.Option([], "--topic", help="what to write about; may be given several times"),
    topics: str = typer.Option("", "--topics", help="a text file of topics, one a line; or JSONL with `topic`"),
    count: int = typer.Option(100, "--count", min=1, help="documents to keep"),
    lang: str = typer.Option("en", "--lang", help="language of the documents: en or zh"),
    audience: list[str] = typer.Option([], "--audience", help="reader to write for; several times; default: all"),
    style: list[str] = typer.Option([], "--style", help="form to write in; several times; default: all in turn"),
    domain: str = typer.Option("", "--domain", help="domain of the documents; default: general"),
    license: str = typer.Option("", "--license", help="licence of the documents"),
    min_chars: int = typer.Option(200, "--min-chars", min=0, help="a shorter text is not kept"),
    max_tokens: int = typer.Option(1024, "--max-tokens", min=1, help="longest text, in tokens"),
    temperature: float = typer.Option(0.8, "--temperature", help="randomness of the texts; below 0: not sent"),
    concurrency: int = typer.Option(4, "--concurrency", min=1, help="requests in flight"),
    rate: float = typer.Option(0.0, "--rate", min=0.0, help="most requests a minute; 0: no limit"),
    max_cost: float = typer.Option(0.0, "--max-cost", min=0.0, help="most money to spend on this output; 0: no cap"),
    price_in: float = typer.Option(0.0, "--price-in", min=0.0, help="price of a million tokens sent"),
    price_out: float = typer.Option(0.0, "--price-out", min=0.0, help="price of a million tokens answered"),
    timeout_s: float = typer.Option(300.0, "--timeout-s", help="seconds for one request"),
    retries: int = typer.Option(5, "--retries", min=0, help="further tries of a request that failed"),
    token_field: str = typer.Option("max_tokens", "--token-field", help="max_tokens or max_completion_tokens"),
    seed: int = typer.Option(7, "--seed", min=0, help="in what order readers and forms take turns"),
) -> Outcome:
    """Have a model write textbook passages. The key is read from $HEADWATER_API_KEY.

    Example: headwater synthesize --topic fractions --endpoint http://127.0.0.1:8000/v1 --model m --count 10 -o lessons
    """
    from headwater import document, storage
    from headwater.curate.synthesize import stage, write
    from headwater.curate.synthesize.config import SynthesizeSource

    if lang not in ("en", "zh"):
        raise HeadwaterError("arguments", f"--lang {lang}: one of en, zh")
    if token_field not in ("max_tokens", "max_completion_tokens"):
        raise HeadwaterError("arguments", "--token-field: one of max_tokens, max_completion_tokens")
    source = SynthesizeSource(
        topics=tuple(topic), topics_file=topics, endpoint=endpoint, model=model, count=count, lang=lang,  # type: ignore
        audiences=tuple(audience), styles=tuple(style), domain=document.label(domain, ""), license=license, seed=seed,
        min_chars=min_chars, max_tokens=max_tokens, temperature=temperature, concurrency=concurrency, retries=retries,
        requests_per_minute=rate, max_cost=max_cost, price_in=price_in, price_out=price_out, timeout_s=timeout_s,
        token_field=token_field,  # type: ignore[arg-type]
    )  # fmt: skip
    check_source(source, "synthesize")
    single = document.format_of(output.name) == "jsonl"
    stem = output.name.partition(".")[0]
    place = output if single else output / stage.DOCUMENTS
    answers = output.with_name(f"{stem}.answers.jsonl") if single else output / stage.ANSWERS
    value = write.synthesize(source, place, answers, reporter())
    storage.write_json(output.with_name(f"{stem}.report.json") if single else output / stage.REPORT, value)
    from headwater.cli.classify import asked

    text = (
        f"{value['kept']} of {value['wanted']} documents in {place}; not kept{reasons(value['rejected']) or ': none'}"
    )
    return Outcome(value=value | {"output": str(place)}, text=text + "\n" + asked(value["asking"]))
