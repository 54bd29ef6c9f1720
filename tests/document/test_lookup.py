"""A lookup finds every document of its table, whatever its id and URL say, and in batches however small."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import document
from headwater.document import lookup
from headwater.errors import HeadwaterError

SCHEMA = pa.schema(
    [("document_id", pa.string()), ("url", pa.string()), ("token_offset", pa.int64()), ("length", pa.int32())]
)
NAMES = st.lists(st.tuples(st.text(max_size=3), st.one_of(st.none(), st.text(max_size=3))), min_size=1, max_size=40)


def written(folder, rows):
    table = [{"document_id": a, "url": b, "token_offset": i, "length": i + 1} for i, (a, b) in enumerate(rows)]
    document.write_parquet(folder / "t.parquet", [pa.RecordBatch.from_pylist(table, SCHEMA)], SCHEMA)
    lookup.write(folder / "t.arrow", folder / "t.parquet")
    return lookup.Lookup(folder / "t.arrow")


@settings(max_examples=30, deadline=None)
@given(NAMES, st.integers(1, 9))
def test_every_document_is_found(tmp_path_factory, rows, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "MAX_ROWS", size)
        found = written(tmp_path_factory.mktemp("lookup"), rows)
    assert found.num_rows == len(rows)
    for index, (id_, url) in enumerate(rows):
        assert found.rows(range(index, index + 1)) == [{"document_id": id_, "url": url, "length": index + 1}]
        assert found.find("document_id", id_) == [i for i, row in enumerate(rows) if row[0] == id_]
        assert url is None or found.find("url", url) == [i for i, row in enumerate(rows) if row[1] == url]
    assert [b for batch in found.batches(["url"]) for b in batch.column(0).to_pylist()] == [url for _, url in rows]
    assert [row["document_id"] for row in found.rows(range(len(rows)))] == [id_ for id_, _ in rows]
    assert found.find("document_id", "none of them") == []


def test_what_is_no_lookup_is_said(tmp_path):
    document.write_parquet(tmp_path / "t.parquet", [], SCHEMA)
    with pytest.raises(HeadwaterError, match="holds no document"):
        lookup.write(tmp_path / "t.arrow", tmp_path / "t.parquet")
    assert not (tmp_path / "t.arrow").exists()
    for content in (b"", b"ARROW1", b"x" * 100):
        (tmp_path / "t.arrow").write_bytes(content)
        with pytest.raises(HeadwaterError) as caught:
            lookup.Lookup(tmp_path / "t.arrow")
        assert caught.value.failure == "damaged_file"
    with pa.ipc.new_file(str(tmp_path / "t.arrow"), SCHEMA) as writer:
        writer.write_batch(pa.RecordBatch.from_pylist([], SCHEMA))
    with pytest.raises(HeadwaterError, match="no column id_hash"):
        lookup.Lookup(tmp_path / "t.arrow")
