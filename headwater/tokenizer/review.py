"""The review file of an audit: a line a token, which a person edits and gives back.

In: findings, or a file that a person edited. Out: a table with tabs, quoted as Python's csv does, or the bytes of the
tokens whose `action` is drop.

`token` is the token's text; where its bytes are no whole characters, `bytes` (hexadecimal) says what it is. Both are
compared with the vocabulary, so that a review of another one is refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from headwater import storage
from headwater.errors import HeadwaterError
from headwater.tokenizer.encode import Encoder

KEEP, DROP = "keep", "drop"
NEEDED = ("token_id", "token", "action")
COLUMNS = ("token_id", "token", "reason", "count", "example_url", "action")
MORE = ("also", "share", "hosts", "bytes", "example_id", "example_text", "other_examples")
MAX_BYTES = 256 << 20
MAX_FIELD = 1 << 20
UNKNOWN = "\ufffd"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A suspicious token. `share`: of all tokens read; `hosts`: none, one's name, or `several`."""

    token_id: int
    piece: bytes
    reasons: tuple[str, ...]
    count: int
    action: str
    share: float = 0.0
    hosts: str = ""
    examples: tuple[tuple[str, str], ...] = ()  # (id, URL) of documents
    example_text: str = ""

    @property
    def reason(self) -> str:
        return self.reasons[0]

    @property
    def token(self) -> str:
        return self.piece.decode("utf-8", "replace")


def write(path: Path, findings: Iterable[Finding]) -> None:
    """Write the table, the contract's columns first."""
    out = io.StringIO()
    plain = csv.writer(out, delimiter="\t", lineterminator="\n")
    quoted = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL)
    plain.writerow((*COLUMNS, *MORE))
    for found in findings:
        id_, url = (_bare(name) for name in (found.examples[0] if found.examples else ("", "")))
        others = " ".join(_bare(url or id_) for id_, url in found.examples[1:])
        row = (found.token_id, found.token, found.reason, found.count, url, found.action)
        more = (",".join(found.reasons[1:]), f"{found.share:.3g}", found.hosts, found.piece.hex())
        writer = quoted if "\r" in found.token else plain  # csv itself takes a lone one for no line end
        writer.writerow((*row, *more, id_, found.example_text, others))
    storage.write_text(path, out.getvalue())


def dropped(path: Path, encoder: Encoder | None = None) -> frozenset[bytes]:
    """The bytes of the tokens to drop. With the encoder of the vocabulary that was reviewed, every row is compared
    with it. Raises HeadwaterError unreadable_input that names the line."""
    actions: dict[int, str] = {}
    pieces = set()
    for row in _rows(path):
        if actions.setdefault(row.token_id, row.action) != row.action:
            raise row.wrong(f"token {row.token_id} has another action on an earlier line", "keep one line a token")
        piece = row.piece() if encoder is None else _known(row, encoder)
        if row.action == DROP:
            if len(piece) < 2:
                raise row.wrong(
                    f"token {row.token_id} is a special token or a single byte, which any text may need",
                    f"write {KEEP}",
                )
            pieces.add(piece)
    return frozenset(pieces)


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A line of the file, its fields parsed."""

    where: str
    token_id: int
    token: str
    action: str
    spelled: str  # the column `bytes`

    def wrong(self, what: str, mend: str) -> HeadwaterError:
        return HeadwaterError("unreadable_input", what, where=self.where, mend=mend)

    def piece(self) -> bytes:
        """What the line itself says that the token is."""
        if self.spelled:
            try:
                return bytes.fromhex(self.spelled)
            except ValueError:
                raise self.wrong("the column `bytes` is not hexadecimal", "leave that column as it was") from None
        if UNKNOWN in self.token:
            raise self.wrong("the token is not whole characters", "keep the column `bytes`, which says what it is")
        return self.token.encode("utf-8", "replace")


def _known(row: _Row, encoder: Encoder) -> bytes:
    """The token of a line in the vocabulary."""
    if not 0 <= row.token_id < encoder.vocab_size:
        raise row.wrong(f"no token has the id {row.token_id}", "review the vocabulary that is in this folder")
    piece = encoder.decode_bytes([row.token_id])
    text = piece.decode("utf-8", "replace")
    # an editor of tables may strip white space or write other line ends
    same = _bare(text) == _bare(row.token) if piece else True
    if not same or (row.spelled and row.piece() != piece):
        raise row.wrong(
            f"token {row.token_id} is {text!r} here, not {row.token!r}", "review the vocabulary that is in this folder"
        )
    return piece


def _bare(text: str) -> str:
    return "".join(text.split())


def _rows(path: Path) -> Iterator[_Row]:
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(io.StringIO(_text(path), newline=""), delimiter="\t")
    header: list[str] = []
    while True:
        try:
            values = next(reader, None)
        except csv.Error as error:
            where = f"{path}:{reader.line_num}"
            raise HeadwaterError("unreadable_input", f"not a table with tabs: {error}", where=where) from error
        if not header:
            header = _header(values or [], path)
        elif values is None:
            return
        elif values:
            yield _row(dict(zip(header, values, strict=False)), f"{path}:{reader.line_num}")


def _header(names: list[str], path: Path) -> list[str]:
    if missing := [name for name in NEEDED if name not in names]:
        told = f"has no column {', '.join(missing)}"
        raise HeadwaterError(
            "unreadable_input", told, where=f"{path}:1", mend=f"its first line begins: {', '.join(COLUMNS)}"
        )
    return names


def _row(given: dict[str, str], where: str) -> _Row:
    id_, action = given.get("token_id", "").strip(), given.get("action", "").strip().lower()
    if not (id_.isascii() and id_.isdigit() and len(id_) < 10):
        raise HeadwaterError("unreadable_input", f"the token_id {id_[:40]!r} is no whole number", where=where)
    if action not in (KEEP, DROP):
        what = f"the action of token {id_} is {action[:40]!r}"
        raise HeadwaterError("unreadable_input", what, where=where, mend=f"write {KEEP} or {DROP}")
    spelled = given.get("bytes", "").strip()
    return _Row(where=where, token_id=int(id_), token=given.get("token", ""), action=action, spelled=spelled)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise HeadwaterError("unreadable_input", f"is over {MAX_BYTES >> 20} MiB", where=str(path))
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise HeadwaterError("unreadable_input", f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise HeadwaterError("unreadable_input", "is not UTF-8", where=str(path), mend="save it as UTF-8") from error
