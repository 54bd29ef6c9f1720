"""Settings of the stage `clean`: which repairs are made, and what happens to personal data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from headwater.pipeline.option import option

Action = Literal["mask", "drop", "none"]
OwnAction = Literal["", "mask", "drop", "none"]
Kind = Literal["general", "specific", "instruct"]
EVERYWHERE: tuple[Kind, ...] = ("general", "specific")


@dataclass(frozen=True, kw_only=True)
class EncodingConfig:
    """Characters that a wrong decoding, a web page or a prank left behind."""

    mojibake: bool = option(True, "undo UTF-8 read as Latin-1 or GBK, and GBK read as Latin-1")
    entities: bool = option(True, "resolve HTML entities left in the text, outside code")
    invisible: bool = option(True, "remove control, zero-width and direction characters; one kind of line end")
    spaces: bool = option(True, "no-break, thin and other Western spaces become a space")
    max_marks: int = option(5, "a letter with more combining marks loses them; 0 keeps all", "marks", most=100)
    nfc: bool = option(True, "compose accents (NFC)")
    full_width: bool = option(False, "full-width ASCII becomes plain ASCII")


@dataclass(frozen=True, kw_only=True)
class LinesConfig:
    """Short lines of general documents that are no part of what a page says."""

    boilerplate: bool = option(True, "remove cookie banners, menus, share buttons, footers and the like, in zh and en")
    c4: bool = option(False, "remove lines as C4 does from English text (arXiv 1910.10683, section 2.2)")
    shared: bool = option(True, "remove short lines that stand on most pages of a site")
    min_pages: int = option(5, "fewest pages of a site that such a line stands on", "pages", 1)
    min_share: float = option(0.5, "least share of a site's pages that such a line stands on", "0 to 1")
    max_bytes: int = option(160, "longest line that can be a site's", "bytes of UTF-8", 1, 10_000)
    max_cut: float = option(0.5, "a page keeps its shared lines where they are more of its text", "0 to 1")


@dataclass(frozen=True, kw_only=True)
class PiiConfig:
    """Personal data. `drop` masks it and rejects the document; each kind may have an action of its own."""

    action: Action = option("mask", "what is done with what is found: mask, drop or none")
    kinds: tuple[Kind, ...] = option(EVERYWHERE, "kinds of documents that are looked through")
    email: OwnAction = option("", "e-mail addresses")
    ip: OwnAction = option("", "public IPv4 and IPv6 addresses")
    phone: OwnAction = option("", "phone numbers: Chinese, North American, and with a country's code")
    id: OwnAction = option("", "Chinese identity numbers (GB 11643, by checksum)")
    card: OwnAction = option("", "bank-card numbers (by issuer and Luhn checksum)")
    key: OwnAction = option("", "private keys and access tokens")
    passport: OwnAction = option("none", "Chinese passport numbers that are called so")
    plate: OwnAction = option("none", "Chinese licence plates")
    max_found: int = option(0, "with drop: a document with more of a kind is rejected", "finds")

    def action_of(self, kind: str) -> Action:
        """What is done with a kind of personal data."""
        return getattr(self, kind) or self.action


@dataclass(frozen=True, kw_only=True)
class CleanConfig:
    """Text repair, before anything is measured. Instructions and answers are left as they are."""

    enabled: bool = option(True, "repair text at all")
    encoding: EncodingConfig = field(default_factory=EncodingConfig, metadata={"help": "broken characters"})
    lines: LinesConfig = field(default_factory=LinesConfig, metadata={"help": "boilerplate lines of general documents"})
    pii: PiiConfig = field(default_factory=PiiConfig, metadata={"help": "personal data"})
    chinese: Literal["none", "simplified", "traditional"] = option(
        "none", "script that Chinese text is converted to, by OpenCC (extra `chinese`)"
    )
    notebooks: bool = option(True, "a notebook that came as raw JSON becomes the script of its cells")
    licence_headers: bool = option(False, "cut the licence header of source code")


def decision_fields(config: CleanConfig) -> dict[str, Any]:
    """The settings that can change a verdict: which personal data rejects a document, and how much of it."""
    dropped = [kind for kind in PII if config.pii.action_of(kind) == "drop"]
    return {"drop": dropped, "max_found": config.pii.max_found} if config.enabled and dropped else {}


PII = tuple(f.name for f in fields(PiiConfig) if f.name not in ("action", "kinds", "max_found"))


def clean_fields(config: CleanConfig) -> dict[str, Any]:
    """The settings that can change the text; whether what is masked is also rejected is not among them."""
    values = asdict(config)
    pii = config.pii
    found = {kind: "none" if pii.action_of(kind) == "none" else "mask" for kind in PII}
    return values | {"pii": {"kinds": list(pii.kinds), **found}}
