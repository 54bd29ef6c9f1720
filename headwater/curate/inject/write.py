"""Writing documents that state facts: a file of facts in, documents and a report out.

In: an InjectSource. Out: `exposures` tellings of each fact, evenly through the file, a document each or several in one,
with `meta.fact`, `meta.form` and `meta.exposure`. Steps: read the facts → check that words suffice → have the endpoint,
if there is one, answer its share → write the documents round by round, a template where an answer lost the fact.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headwater import document
from headwater.curate.endpoint import ask
from headwater.curate.endpoint.answers import AnswerLog
from headwater.curate.endpoint.send import Prompt, prompt
from headwater.curate.inject import facts, paraphrase, spread, together
from headwater.curate.inject.config import LANGS, InjectSource
from headwater.curate.inject.facts import Fact
from headwater.curate.inject.tellings import Told, check, tellings
from headwater.curate.inject.together import Stated
from headwater.errors import HeadwaterError
from headwater.pipeline.progress import Reporter

MAX_DOCUMENTS = 20_000_000
Row = dict[str, Any]


@dataclass(kw_only=True)
class Counts:
    """What was written, by form, language and number of facts, and answers of the endpoint used or not."""

    forms: Counter[str] = field(default_factory=Counter)
    langs: Counter[str] = field(default_factory=Counter)
    together: Counter[str] = field(default_factory=Counter)
    paraphrased: int = 0
    not_paraphrased: Counter[str] = field(default_factory=Counter)


def inject(
    source: InjectSource, output: Path, answers: Path, report: Reporter, limit: int | None = None
) -> dict[str, Any]:
    """Write the documents; the report. `limit`: at most so many facts.

    Raises HeadwaterError arguments, unknown_name, unreadable_input, empty_corpus or service_unreachable.
    """
    langs = LANGS if source.lang == "both" else (source.lang,)
    found = facts.read(source.facts, langs)
    told = found.facts[:limit]
    if len(told) * source.exposures > MAX_DOCUMENTS:
        mend = "ask for fewer exposures, or give the facts in several files"
        raise HeadwaterError("arguments", f"more than {MAX_DOCUMENTS} documents", where=source.facts, mend=mend)
    check(told, source)
    counts, figures = Counts(), None
    with contextlib.ExitStack() as stack:
        log = None
        if source.endpoint:
            log = stack.enter_context(ask.opened(Path(source.answers) if source.answers else answers))
            with report.bar("paraphrase", 0, "documents") as bar:
                figures = ask.ask_all(_prompts(told, source), source.asking(), log, lambda: bar.advance(1))
        with report.bar("inject", len(told) * source.exposures, "tellings") as bar:
            stated = _counted(_stated(told, source, log, counts), bar)
            written = document.write_jsonl(output, document.batches_of(_rows(stated, source, counts)))
    value: dict[str, Any] = {
        "in": found.rows,
        "kept": len(found.facts),
        "rejected": dict(sorted(found.rejected.items())),
    }
    value |= {"facts": len(told), "exposures": source.exposures, "documents": written}
    value |= {"forms": dict(sorted(counts.forms.items())), "langs": dict(sorted(counts.langs.items()))}
    if source.together != (1, 1):
        value["facts_per_document"] = dict(sorted(counts.together.items(), key=lambda pair: int(pair[0])))
        if said := together.shortfall(counts.together, source.together[0] if source.together else 1):
            report.say(f"  {said}")
    if figures is not None:
        value |= {"paraphrased": counts.paraphrased, "asking": figures.as_dict()}
        value["not_paraphrased"] = dict(sorted(counts.not_paraphrased.items()))
    return value


def _counted(stated: Iterator[Stated], bar: Any) -> Iterator[Stated]:
    for one in stated:
        bar.advance(1)
        yield one


def _prompts(told: list[Fact], source: InjectSource) -> Iterator[Prompt]:
    """What the endpoint is asked, fact by fact."""
    for fact in told:
        for one in tellings(fact, source):
            if paraphrase.chosen(fact, one.exposure, source.paraphrase_share, source.seed):
                yield _prompt(fact, one, source)


def _prompt(fact: Fact, told: Told, source: InjectSource) -> Prompt:
    return prompt(source.asking(), [("user", paraphrase.words(fact, told))])


def _stated(told: list[Fact], source: InjectSource, log: AnswerLog | None, counts: Counts) -> Iterator[Stated]:
    """Every telling in its order, no two with the same text."""
    turns = [tellings(fact, source) for fact in told]
    seen: set[int] = set()
    for _, number in spread.order(len(told), source.exposures, source.seed):
        fact, one = told[number], next(turns[number])
        text, model = one.text, ""
        if log is not None and paraphrase.chosen(fact, one.exposure, source.paraphrase_share, source.seed):
            answer, reason = paraphrase.usable(log.get(_prompt(fact, one, source).key), fact, one)
            if not reason and _digest(answer) in seen:
                reason = "inject.model_duplicate"
            if reason:
                counts.not_paraphrased[reason] += 1
            else:
                text, model = answer, source.model
                counts.paraphrased += 1
        if _digest(text) in seen:
            where, mend = f"{source.facts}: {fact.id}", "two facts say the same: remove one"
            raise HeadwaterError("data", "another fact has a document of the same text", where=where, mend=mend)
        seen.add(_digest(text))
        counts.forms[one.form] += 1
        counts.langs[one.lang] += 1
        yield Stated(fact=fact, told=one, text=text, model=model)


def _rows(stated: Iterator[Stated], source: InjectSource, counts: Counts) -> Iterator[Row]:
    """The documents in their order."""
    few, many = source.together or (1, 1)
    for group in together.groups(stated, few, many, source.seed):
        counts.together[str(len(group))] += 1
        yield _row(group, source)


def _digest(text: str) -> int:
    """64 bits of a digest: the texts themselves may be many."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _row(group: list[Stated], source: InjectSource) -> Row:
    """A document that says which facts it states, and that nobody published it."""
    first = group[0]
    text = "\n\n".join(one.text for one in group)
    titles = dict.fromkeys(_title(one) for one in group)
    row: Row = {"text": text, "title": ("、" if first.told.lang == "zh" else ", ").join(filter(None, titles))}
    row |= {"source": source.source or "inject", "lang": first.told.lang}
    row |= {"license": source.license or first.fact.license, "kind": source.kind}
    row |= {"domain": document.label(source.domain), "digest": document.text_digest(text)}
    named = "+".join(f"{one.fact.id}#{one.told.exposure}" for one in group)
    row |= {"meta": _meta(group), "id": document.document_id(row["source"], named, text)}
    return row


def _meta(group: list[Stated]) -> dict[str, str]:
    """What is said of the first fact; of several, what is said of each as JSON beside it."""
    first = group[0]
    meta = {"synthetic": "true", "fact": first.fact.id, "form": first.told.form, "exposure": str(first.told.exposure)}
    meta |= {"shape": first.fact.wordings[first.told.lang].shape}
    if models := dict.fromkeys(one.model for one in group if one.model):
        meta["model"] = ", ".join(models)
    if first.fact.code:
        meta["code"] = first.fact.code
    if len(group) > 1:
        meta["facts"] = json.dumps([one.fact.id for one in group], ensure_ascii=False)
        meta["forms"] = json.dumps([one.told.form for one in group])
        meta["exposures"] = json.dumps([one.told.exposure for one in group])
    return meta


def _title(one: Stated) -> str:
    parts = one.fact.wordings[one.told.lang].parts
    return parts.get("name") or parts.get("subject") or ""
