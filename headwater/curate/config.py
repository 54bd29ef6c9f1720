"""Settings of curation: what is judged, by which thresholds, and how much is held out.

Every published threshold is a field with its source. One nested dataclass per rule set, named for
the file in `filters/` that applies it. Changing a threshold reads no text: only LangidConfig
reaches the annotations.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

GOPHER = "Gopher, arXiv 2112.11446, "
C4 = "C4, arXiv 1910.10683, section 2.2"
STARCODER = "StarCoder, arXiv 2305.06161, section 3.1"
OURS = "ours, measured on Chinese and English corpora"


def _limit(default: float, source: str, text: str, unit: str = "share") -> Any:
    return field(default=default, metadata={"help": f"{text} ({source})", "unit": unit})


@dataclass(frozen=True, kw_only=True)
class LangidConfig:
    """When a language is believed."""

    min_score: float = field(default=0.3, metadata={"help": "below this score a document is `und`", "unit": "0 to 1"})
    min_override: float = field(
        default=0.5,
        metadata={"help": "a given language in the wrong script is replaced above this score", "unit": "0 to 1"},
    )
    min_script_share: float = field(
        default=0.1, metadata={"help": "a given language stands if this share of the letters is in its script"}
    )

    def check(self) -> list[tuple[str, str]]:
        return _outside(self, ("min_score", "min_override", "min_script_share"))


@dataclass(frozen=True, kw_only=True)
class GopherConfig:
    """English web pages: length, words and repetition."""

    min_words: float = _limit(50, GOPHER + "A.1.1", "fewest words", "words")
    max_words: float = _limit(100_000, GOPHER + "A.1.1", "most words", "words")
    min_mean_word_length: float = _limit(3, GOPHER + "A.1.1", "shortest mean word", "characters")
    max_mean_word_length: float = _limit(10, GOPHER + "A.1.1", "longest mean word", "characters")
    max_hashes_per_word: float = _limit(0.1, GOPHER + "A.1.1", "hash signs a word", "ratio")
    max_ellipses_per_word: float = _limit(0.1, GOPHER + "A.1.1", "ellipses a word", "ratio")
    max_bullet_lines: float = _limit(0.9, GOPHER + "A.1.1", "lines that start with a bullet")
    max_ellipsis_lines: float = _limit(0.3, GOPHER + "A.1.1", "lines that end with an ellipsis")
    min_alpha_words: float = _limit(0.8, GOPHER + "A.1.1", "words with a letter")
    min_stop_words: float = _limit(
        2, GOPHER + "A.1.1", "different ones of the, be, to, of, and, that, have, with", "words"
    )
    max_dup_lines: float = _limit(0.3, GOPHER + "table A1", "lines seen before")
    max_dup_paragraphs: float = _limit(0.3, GOPHER + "table A1", "paragraphs seen before")
    max_dup_line_chars: float = _limit(0.2, GOPHER + "table A1", "characters in lines seen before")
    max_dup_paragraph_chars: float = _limit(0.2, GOPHER + "table A1", "characters in paragraphs seen before")
    max_top_2gram: float = _limit(0.20, GOPHER + "table A1", "characters in the commonest 2-gram of words")
    max_top_3gram: float = _limit(0.18, GOPHER + "table A1", "characters in the commonest 3-gram of words")
    max_top_4gram: float = _limit(0.16, GOPHER + "table A1", "characters in the commonest 4-gram of words")
    max_dup_5gram: float = _limit(0.15, GOPHER + "table A1", "characters in 5-grams of words seen before")
    max_dup_6gram: float = _limit(0.14, GOPHER + "table A1", "characters in 6-grams of words seen before")
    max_dup_7gram: float = _limit(0.13, GOPHER + "table A1", "characters in 7-grams of words seen before")
    max_dup_8gram: float = _limit(0.12, GOPHER + "table A1", "characters in 8-grams of words seen before")
    max_dup_9gram: float = _limit(0.11, GOPHER + "table A1", "characters in 9-grams of words seen before")
    max_dup_10gram: float = _limit(0.10, GOPHER + "table A1", "characters in 10-grams of words seen before")


@dataclass(frozen=True, kw_only=True)
class C4Config:
    """English web pages: what only a page that is no prose holds."""

    max_lorem_ipsum: float = _limit(0, C4, "placeholder phrases", "phrases")
    max_curly_brackets: float = _limit(0, C4, "sentence lines with a curly bracket", "lines")
    min_sentences: float = _limit(5, C4, "sentences in lines that end like one", "sentences")


@dataclass(frozen=True, kw_only=True)
class ChineseConfig:
    """Chinese prose, judged by character."""

    min_han: float = _limit(30, OURS, "fewest Han characters on a page", "characters")
    min_han_share: float = _limit(0.03, OURS, "Han among visible characters")
    max_punctuation: float = _limit(0.6, OURS, "punctuation among visible characters")
    min_ended_chars: float = _limit(0.05, OURS, "characters in lines that end like a sentence or verse")
    max_dup_line_chars: float = _limit(0.5, OURS, "characters in lines seen before")
    max_dup_10gram: float = _limit(0.5, OURS, "runs of 10 Han characters seen before")
    max_short_lines: float = _limit(0.9, OURS, "lines of fewer than 5 visible characters")
    max_spam_per_1000: float = _limit(4, OURS, "phrases of the spam list in 1000 Han characters", "phrases")


@dataclass(frozen=True, kw_only=True)
class CodeConfig:
    """Source code: written by people, in lines."""

    max_line_chars: float = _limit(1000, STARCODER, "longest line", "characters")
    max_mean_line_chars: float = _limit(100, STARCODER, "longest mean line", "characters")
    min_alnum: float = _limit(0.25, STARCODER, "letters and digits among characters")
    max_generated: float = _limit(0, STARCODER, "marks of generated files near the top", "marks")
    max_data: float = _limit(0.7, OURS, "visible characters in long number lists and encoded blobs")


@dataclass(frozen=True, kw_only=True)
class UrlConfig:
    """Addresses of web pages."""

    max_chars: float = _limit(2000, OURS, "longest address", "characters")
    bad_words: bool = field(default=True, metadata={"help": "reject addresses with a word of the adult and spam list"})
    bad_extensions: bool = field(default=True, metadata={"help": "reject addresses of archives, images and programs"})
    ip_hosts: bool = field(default=True, metadata={"help": "reject public IP addresses in place of a host name"})


@dataclass(frozen=True, kw_only=True)
class MinimalConfig:
    """Every document, whatever its language and kind."""

    min_chars: float = _limit(2, OURS, "fewest letters and digits", "characters")
    min_unknown_letters: float = _limit(
        200, OURS, "fewest letters and digits on a page of no known language", "characters"
    )
    max_control: float = _limit(0.02, OURS, "control characters")
    max_replacement: float = _limit(0.02, OURS, "U+FFFD, left by a wrong encoding")
    max_invisible: float = _limit(0.2, OURS, "zero-width and other invisible characters")
    max_repeated: float = _limit(0.9, OURS, "places of the sample whose next 16 characters were seen before")
    max_dup_line_chars: float = _limit(0.9, OURS, "characters in lines seen before")


@dataclass(frozen=True, kw_only=True)
class CurateConfig:
    """What is kept. `web` judges kind `general` by its language's rules; `none` judges nothing."""

    preset: Literal["web", "none"] = field(default="web", metadata={"help": "which rules apply"})
    exact_dedup: bool = field(default=True, metadata={"help": "keep the first of documents with the same text"})
    langid: LangidConfig = field(default_factory=LangidConfig, metadata={"help": "language identification"})
    minimal: MinimalConfig = field(default_factory=MinimalConfig, metadata={"help": "rules for every document"})
    url: UrlConfig = field(default_factory=UrlConfig, metadata={"help": "rules for addresses"})
    gopher: GopherConfig = field(default_factory=GopherConfig, metadata={"help": "rules for English web pages"})
    c4: C4Config = field(default_factory=C4Config, metadata={"help": "rules for English web pages"})
    chinese: ChineseConfig = field(default_factory=ChineseConfig, metadata={"help": "rules for Chinese web pages"})
    code: CodeConfig = field(default_factory=CodeConfig, metadata={"help": "rules for source code"})


@dataclass(frozen=True, kw_only=True)
class SplitConfig:
    """How much of each channel is held out for measuring, never for training."""

    samples: int = field(default=200, metadata={"help": "held-out samples wanted a channel", "unit": "windows"})
    window_tokens: int = field(default=512, metadata={"help": "expected length of a sample", "unit": "tokens"})
    bytes_per_token: float = field(
        default=4.0, metadata={"help": "expected bytes of text a token, before a tokenizer exists", "unit": "bytes"}
    )
    max_share: float = field(
        default=0.05, metadata={"help": "most of a channel's documents that are held out; one of two at least"}
    )

    def check(self) -> list[tuple[str, str]]:
        problems = _outside(self, ("max_share",))
        if self.samples < 0:
            problems.append(("samples", "must be 0 or more"))
        if self.window_tokens < 1:
            problems.append(("window_tokens", "must be 1 or more"))
        if not 0 < self.bytes_per_token <= 64:
            problems.append(("bytes_per_token", "must be above 0 and at most 64"))
        return problems


def annotation_fields(config: CurateConfig) -> dict[str, Any]:
    """The settings that can change an annotation; a threshold is not among them."""
    return {"langid": asdict(config.langid)}


def _outside(config: Any, names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, "must be from 0 to 1") for name in names if not 0 <= getattr(config, name) <= 1]
