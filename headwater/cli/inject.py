"""`headwater inject`: facts become varied documents that state them.

In: a file of facts. Out: documents as JSONL, with a report beside them.
"""

from __future__ import annotations

from pathlib import Path

import typer

from headwater.cli.console import Outcome, check_source, reasons, reporter
from headwater.errors import HeadwaterError


def inject(
    facts: str = typer.Argument(..., help="a file of facts: JSONL, JSON, CSV, TSV or Parquet"),
    output: Path = typer.Option(..., "-o", "--output", help="a folder, or OUT.jsonl.zst"),
    exposures: int = typer.Option(20, "--exposures", min=1, help="documents that state each fact"),
    together: str = typer.Option("1", "--facts-per-document", help="facts a document states: 3, or a range as 2..4"),
    lang: str = typer.Option("both", "--lang", help="languages to tell facts in: both, zh or en"),
    form: list[str] = typer.Option([], "--form", help="form to tell them in; several times; default: all in turn"),
    seed: int = typer.Option(7, "--seed", min=0, help="in what order facts come and forms take turns"),
    kind: str = typer.Option("specific", "--kind", help="kind of the documents: general, specific or instruct"),
    domain: str = typer.Option("knowledge", "--domain", help="domain of the documents"),
    license: str = typer.Option("", "--license", help="licence of the documents; default: each fact's own"),
    endpoint: str = typer.Option("", "--endpoint", help="OpenAI-compatible endpoint (…/v1) that rewrites some of them"),
    model: str = typer.Option("", "--model", help="name of the model there"),
    share: float = typer.Option(0.5, "--paraphrase-share", min=0.0, max=1.0, help="documents that it rewrites"),
    max_tokens: int = typer.Option(512, "--max-tokens", min=1, help="longest text of the model, in tokens"),
    temperature: float = typer.Option(0.8, "--temperature", help="randomness of its texts; below 0: not sent"),
    concurrency: int = typer.Option(4, "--concurrency", min=1, help="requests in flight"),
    rate: float = typer.Option(0.0, "--rate", min=0.0, help="most requests a minute; 0: no limit"),
    max_cost: float = typer.Option(0.0, "--max-cost", min=0.0, help="most money to spend on this output; 0: no cap"),
    price_in: float = typer.Option(0.0, "--price-in", min=0.0, help="price of a million tokens sent"),
    price_out: float = typer.Option(0.0, "--price-out", min=0.0, help="price of a million tokens answered"),
    timeout_s: float = typer.Option(300.0, "--timeout-s", help="seconds for one request"),
    retries: int = typer.Option(5, "--retries", min=0, help="further tries of a request that failed"),
) -> Outcome:
    """State each fact in so many varied documents, evenly spread, each tagged with meta.fact.

    A fact is term + definition, subject + relation + object, question + answer, or a statement; `term_zh` and
    `term_en` give it in both languages. Example: headwater inject facts.jsonl --exposures 20 -o taught.jsonl.zst
    """
    from headwater import document, storage
    from headwater.curate.inject import stage, write
    from headwater.curate.inject.config import InjectSource

    known = {"--lang": (lang, ("both", "zh", "en")), "--kind": (kind, document.KINDS)}
    for option, (given, allowed) in known.items():
        if given not in allowed:
            raise HeadwaterError("arguments", f"{option} {given}: one of {', '.join(allowed)}")
    source = InjectSource(
        facts=facts, exposures=exposures, facts_per_document=together, lang=lang, forms=tuple(form),  # type: ignore[arg-type]
        seed=seed, kind=kind, license=license,  # type: ignore[arg-type]
        domain=document.label(domain), endpoint=endpoint, model=model, paraphrase_share=share, max_tokens=max_tokens,
        temperature=temperature, concurrency=concurrency, requests_per_minute=rate, max_cost=max_cost,
        price_in=price_in, price_out=price_out, timeout_s=timeout_s, retries=retries,
    )  # fmt: skip
    check_source(source, "inject")
    single = document.format_of(output.name) == "jsonl"
    stem = output.name.partition(".")[0]
    place = output if single else output / stage.DOCUMENTS
    answers = output.with_name(f"{stem}.answers.jsonl") if single else output / stage.ANSWERS
    value = write.inject(source, place, answers, reporter())
    storage.write_json(output.with_name(f"{stem}.report.json") if single else output / stage.REPORT, value)
    forms = ", ".join(f"{name} {count}" for name, count in value["forms"].items())
    text = f"{value['documents']} documents of {value['facts']} facts in {place} ({forms})"
    text += f"\nrows that are no fact{reasons(value['rejected']) or ': none'}"
    if "asking" in value:
        told = f"{value['paraphrased']} rewritten by the model; a template in place of the others"
        text += f"\n{told}{reasons(value['not_paraphrased'])}"
    return Outcome(value=value | {"output": str(place)}, text=text)
