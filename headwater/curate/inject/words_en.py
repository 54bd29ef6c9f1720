"""A fact in English sentences, questions and gaps.

In: a Wording. Out: its Content. No phrase depends on whether a name is singular, plural, proper or takes an article:
names stand in quotation marks as terms, or before a colon; a definition that is a phrase ends a sentence, one that is
a sentence is left as it is.
"""

from __future__ import annotations

import re

from headwater.curate.inject.content import GAP, Content, unique
from headwater.curate.inject.facts import Wording

SINGULAR_ENDS = ("ss", "us", "is", "ics", "series", "species", "news")
_ENDED = re.compile(r"[.!?…。！？][\"'”’)\]]*$")
_PHRASE = re.compile(r"(a|an|the|any|one|each|every|some|anything|anyone|someone|something|those|whatever)\b", re.I)
_GERUND = re.compile(r"[A-Za-z]+ing\b(?! (is|are|was|were)\b)", re.I)
_VERB = re.compile(
    r"(is|are|was|were|has|have|had|can|could|may|might|must|will|would|does|did|do|became|becomes|belongs?|contains?"
    r"|causes?|includes?|requires?|uses?|produces?|means|equals|owns?|creates?|created|supports?|prevents?|follows?"
    r"|followed|precedes?|preceded|borders|depends?|consists?|invented|discovered|wrote|founded|won|died|lives?|lived"
    r"|returns?|takes?|eats?|causes|inhibits?|treats?|affects?|flows?|implements?|extends?|replaces?|replaced"
    r"|developed|published|directed|composed|painted|married|studied|worked|works|plays?|played|joined|led)\b(?! by\b)",
    re.I,
)
_PARTICIPLE = re.compile(r"(\w+ed|born|written|made|built|known|held|spoken|found|given|taken|drawn|led|sung|won) "
                         r"(in|at|by|on|as|from|to|of|for|with|near|into)$", re.I)  # fmt: skip
_STANDING = re.compile(r"(located|situated|based|known|used|made|named|called|related|connected|found|spoken|held)\b")
_ASKING = re.compile(
    r"(what|who|whom|whose|which|when|where|why|how|is|are|was|were|do|does|did|can|could|will|has|have|in)\b", re.I
)
_KIND_OF = re.compile(r"(member|instance|type|kind|subclass|example|form|subset|species|child|variant|case|sort) of$")


def content(wording: Wording) -> Content:
    return {"definition": _definition, "triple": _triple, "question": _question, "statement": _statement}[
        wording.shape
    ](wording)


def ended(text: str) -> str:
    """A text with a full stop where it has no end of its own."""
    return text if _ENDED.search(text) or "\n" in text else text.rstrip(",;: ") + "."


def asked(text: str) -> str:
    """A question with its mark where it reads as one."""
    if _ENDED.search(text) or "\n" in text:
        return text
    first = _ASKING.match(text)
    return text + ("?" if first else ".")


def _embedded(text: str) -> str:
    """A phrase as it stands inside a sentence: an article loses its capital."""
    word = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if word[1:].islower() or word in ("A",) else text


def _definition(wording: Wording) -> Content:
    name, given = wording.parts["name"], wording.parts["definition"]
    names = [name] + ([f"{name} (Chinese: {wording.other_name})"] if wording.other_name else [])
    long = "\n" in given
    by_itself = states(given, name)
    phrase = not long and bool(_PHRASE.match(given) or _GERUND.match(given)) and not by_itself
    inside = ended(_embedded(given))
    given = ended(given)
    sentences, questions = [], [f"How is “{name}” defined?", f"What does “{name}” mean?",
                                f"What should a reader understand by “{name}”?",
                                f"Could you explain the term “{name}”?"]  # fmt: skip
    if by_itself:
        sentences += [given, f"To put it in one line: {given}"]
    for n in names:
        quoted = n.replace(name, f"“{name}”", 1)
        sentences += [f"{n}: {given}", f"Definition of {n}: {given}", f"The meaning of {quoted}: {given}"]
        sentences += [f"{quoted} can be explained as follows: {given}", f"On {quoted}, the glossary says: {given}"]
        if phrase:
            sentences += [f"The term {quoted} refers to {inside}", f"By {quoted} is meant {inside}"]
            sentences += [f"The term {quoted} means {inside}", f"{quoted} can be described as {inside}"]
            sentences += [f"Where a text says {quoted}, it refers to {inside}"]
    alone = given if not given[0].islower() else f"It is defined as follows: {given}"
    pairs = [(question, answer) for question in questions for answer in unique([alone, *sentences[:2]])]
    pairs.append((f"Which term is defined like this: “{given}”", f"“{name}”."))
    gaps = [(f"{GAP}: {given}", name), (f"Which term fits the gap? {GAP}: {given}", name)]
    if phrase:
        gaps.append((f"The term “{GAP}” refers to {inside}", name))
    lines = [f"{n}: {given}" for n in names] + [f"{n} – {given}" for n in names]
    return Content(topics=unique(names), lines=unique(lines), sentences=unique(sentences), pairs=tuple(pairs),
                   gaps=tuple(gaps))  # fmt: skip


def states(given: str, name: str) -> bool:
    """Whether a definition is a sentence about the name, as `A tokenizer is …` is one about `tokenizer`."""
    bare = re.sub(r"^(a|an|the) ", "", given, flags=re.I).casefold()
    rest = bare.removeprefix(name.casefold())
    return rest != bare and not rest[:1].isalnum() and (given[0].isupper() or given.startswith(name))


def relation_words(relation: str) -> str:
    """`has_part` and `foundedBy` as words."""
    if " " not in relation:
        relation = re.sub(r"(?<=[a-z])[A-Z](?=[a-z])", lambda found: f" {found[0].lower()}", relation)
        relation = relation.replace("-", " ")
    words = " ".join(relation.replace("_", " ").split()).strip(" :")
    return words[0].lower() + words[1:] if words[:1].isupper() and words[1:2].islower() else words


def _triple(wording: Wording) -> Content:
    subject, object = wording.parts["subject"], wording.parts["object"]
    relation = relation_words(wording.parts["relation"]) or wording.parts["relation"]
    end = ended(object)
    record = [f"{subject} – {relation}: {end}", f"{subject}; {relation}: {end}"]
    sentences, pairs, gaps = list(record), [], [(f"{subject} – {relation}: {GAP}", object)]
    gaps.append((f"{GAP} – {relation}: {end}", subject))
    noun = ""
    if _VERB.match(relation):
        said = f"{subject} {relation} {end}"
    elif _PARTICIPLE.match(relation):
        said = f"{subject} {'is' if _STANDING.match(relation) else 'was'} {relation} {end}"
    elif relation.endswith(" of") or relation == "of":
        article = "a" if _KIND_OF.match(relation) else "" if relation.startswith("part") else "the"
        article = "an" if article == "a" and relation[0] in "aeiou" else article
        bare = re.sub(r"^(the|a|an) ", "", relation)
        said = f"{subject} is {article} {bare} {end}".replace("  ", " ")
    else:
        noun, said = re.sub(r"^(the|a|an) ", "", relation), ""
    if noun:
        are = "are" if re.search(r"[a-z]{2}s$", noun) and not noun.endswith(SINGULAR_ENDS) else "is"
        sentences += [f"The {noun} of {subject} {are} {end}", f"For {subject}, the {noun} {are} {end}"]
        sentences += [f"As for the {noun} of {subject}: {end}", f"In the case of {subject}, the {noun} {are} {end}"]
        asks = [f"What {are} the {noun} of {subject}?", f"Do you know the {noun} of {subject}?"]
        asks += [f"For {subject}, what {are} the {noun}?", f"What should be filled in as the {noun} of {subject}?"]
        gaps.append((f"The {noun} of {subject} {are} {GAP}.", object))
    else:
        sentences += [said, f"It is on record that {said}", f"The records say it plainly: {said}"]
        sentences += [f"One thing to know about {subject}: {said}"]
        asks = [f"What completes the statement “{said[: len(said) - len(end)]}…”?", f"What is known about {subject}?"]
        gaps.append((said[: len(said) - len(end)] + f"{GAP}.", object))
    full = sentences[2]
    pairs = [(ask, answer) for ask in asks for answer in (full, f"{end} {full}", sentences[-1])]
    pairs += [(f"About {subject}: {relation}?", end), (f"Is it right to say: “{full}”", f"Yes. {full}")]
    lines = [*record, f"{subject} | {relation} | {object}"]
    return Content(topics=(subject,), lines=unique(lines), sentences=unique(sentences), pairs=tuple(pairs),
                   gaps=tuple(gaps))  # fmt: skip


def _question(wording: Wording) -> Content:
    question, answer = asked(wording.parts["question"]), ended(wording.parts["answer"])
    apart = "\n\n" if "\n" in question + answer else " "
    sentences = [f"{question}{apart}{answer}", f"{question}{apart}The answer: {answer}"]
    sentences += [f"To the question “{question}” the answer is this: {answer}"]
    sentences += [f"Asked “{question}”, one can reply: {answer}"]
    pairs = [(question, answer), (question, f"The answer: {answer}"), (question, f"In short: {answer}")]
    lines = [f"{question} – {answer}", f"{question} → {answer}"]
    return Content(lines=unique(lines), sentences=unique(sentences), pairs=tuple(pairs))


def _statement(wording: Wording) -> Content:
    said, name = ended(wording.parts["statement"]), wording.parts.get("name", "")
    sentences = [said, f"In one sentence: {said}", f"The point is this: {said}", f"Remember: {said}"]
    asks = [f"What is there to know about {name}?"] if name else []
    asks += ["What is the fact to remember here?", "How would you put the main point in your own notes?"]
    asks += ["What does this entry state?"]
    pairs = [(ask, answer) for ask in asks for answer in sentences[:3]]
    pairs += [(f"True or false? {said}", "True."), (f"Is this statement correct? “{said}”", f"Yes. {said}")]
    lines = [said] + ([f"{name}: {said}"] if name else [])
    return Content(topics=(name,) if name else (), lines=unique(lines), sentences=unique(sentences),
                   pairs=tuple(pairs))  # fmt: skip
