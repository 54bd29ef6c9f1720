"""What speaks for the share that is kept of each class of the real corpora: read beside the figures of the page."""

from __future__ import annotations

NOTES: dict[str, str] = {
    "corpus-code/c": (
        "Hand-written C passes the code rules. What goes are programs that a tool or a table made, and copies: "
        "examples of a few dozen lines on one template (one deletes a mailbox, the next copies it) say nearly the "
        "same under the same header, and the first of them stays. By bytes the loss is small, because long files "
        "have text of their own."
    ),
    "corpus-code/go": (
        "What a protocol compiler wrote is no person's code and goes by its path and its mark; the rest stays."
    ),
    "corpus-code/python": (
        "Files that hold a licence and nothing else, and files of a thousand digits with a line of code under "
        "them, are no code to learn from. Everything that computes something stays, but for near-copies."
    ),
    "corpus-code/rust": ("A few files that differ from another by a name go as near-copies."),
    "corpus-code/typescript": ("Entry points of a few lines that export the same names are copies; nothing else goes."),
    "corpus-en/prose": (
        "Speeches and books keep their bulk even under the published thresholds. What goes is wrapped by hand, so "
        "that its lines end in the middle of sentences, which FineWeb's rule on ended lines takes for a list; "
        "under `technical`, which leaves that rule out, all of it stays."
    ),
    "corpus-en/textbook": (
        "A technical textbook is no web page: signs of Markdown, code and formulas count as words without a "
        "letter, as datatrove counts them, and the published thresholds reject nearly all of it, as datatrove "
        "does. Named as the chosen corpus that it is, or under `technical`, it stays; what goes then are copies, "
        "pages that only say where an older edition has moved."
    ),
    "corpus-en/web_docs": (
        "The published thresholds were set on the open web and reject technical English, as datatrove does. "
        "Documentation is therefore curated under `technical`, or as a chosen corpus. What goes under `technical` "
        "repeats its lines, or is a list of names."
    ),
    "corpus-zh/poetry": (
        "Classical verse is short and its lines repeat forms on purpose; the rules for Chinese know lines that "
        "end like verse. What goes are variants of one poem, a few that are mostly gaps in the manuscript (□), "
        "and lines that stand in an evaluation set."
    ),
    "corpus-zh/textbook": (
        "A table of terms in two languages holds no sentence, and two pages are markup with a line of Chinese, so "
        "that they are judged as English; every chapter stays."
    ),
    "corpus-zh/web_docs": (
        "Tables of contents end no line like a sentence, and reference pages that are syntax from end to end have "
        "next to no Chinese characters. Pages that are written in English are judged as English, and go as "
        "English documentation goes under the published thresholds; under `technical` they stay."
    ),
    "domain-math/math": (
        "LaTeX is full of commands and formulas. Rules for web prose reject it, rightly for a web page and "
        "wrongly for a book of mathematics: it is a chosen corpus, named so by its source, and stays but for "
        "copies."
    ),
    "domain-math/math_word_problems": (
        "Problems of three sentences are shorter than the pages that the rules were made for, and numbers are "
        "words without a letter. As the chosen corpus that they are, all stay but those that hold a test's "
        "question."
    ),
}
