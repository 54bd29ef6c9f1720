"""Pieces of a text, batches of a shard, finds of a text: nothing lost, bounded, and as the whole would be."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import document
from headwater.curate.clean import batches, encoding, pieces
from headwater.curate.clean.column import replaced
from headwater.curate.clean.pii.finds import PRIORITY, Finds
from headwater.errors import HeadwaterError

DAMAGED = st.lists(
    st.sampled_from(["a", "e", "\u0301", "\u0301", "\u200b", "\u200d", "\xa0", "\r", "\n", "文", "가",
                     "\u1100", "\u1161", "\U0001f3f4", "\U000e0067", " ", "\u212b"]),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(DAMAGED, st.integers(1, 8))
def test_a_text_in_pieces_is_repaired_like_the_whole(text, size):
    whole, _ = encoding.repair_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE_BYTES", size)
        cut = list(pieces.pieces(memoryview(text.encode())))
        assert b"".join(cut) == text.encode() and encoding.repair_text(text)[0] == whole


def test_batches_follow_bytes_and_keep_the_order(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(batches, "MAX_BYTES", 4000)
    rows = [{"id": str(n), "text": "x" * (9000 if n % 7 == 3 else 50)} for n in range(40)]
    document.write_parquet(tmp_path / "a.parquet", [document.batch(rows[:30]), document.batch(rows[30:])])
    found = list(batches.read(tmp_path / "a.parquet"))
    assert [row["id"] for part in found for row in part.to_pylist()] == [row["id"] for row in rows]
    assert all(part.num_rows == 1 or part.nbytes <= 4000 for part in found) and len(found) < len(rows)
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-20])
    with pytest.raises(HeadwaterError, match="Parquet"):
        list(batches.read(tmp_path / "b.parquet"))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9), st.sampled_from(PRIORITY)), max_size=12))
def test_of_finds_that_overlap_the_surest_stay(given_finds):
    finds = Finds()
    for start, size, kind in given_finds:
        finds.add([(start, start + size)], kind)
    taken: list[tuple[int, int, int]] = []
    listed = {(start, start + size, PRIORITY.index(kind)) for start, size, kind in given_finds}
    for start, end, kind in sorted(listed, key=lambda find: (find[2], find[0], find[1])):
        if all(end <= first or last <= start for first, last, _ in taken):
            taken.append((start, end, kind))
    assert [tuple(find) for find in finds.apart().tolist()] == sorted(taken)


def test_a_null_stays_one():
    texts = pa.array(["a", None, "c", "d"], pa.large_string())
    assert replaced(texts.slice(1), {1: "文"}).to_pylist() == [None, "文", "d"]
