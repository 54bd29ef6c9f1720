"""Collections: JSON in every layout, CSV and TSV, Parquet and Arrow with columns of any type, folders of data sets."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import math
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import document
from headwater.acquire import files
from headwater.acquire.sources.files import FilesSource
from headwater.document import json_rows, lenient_json, streams
from headwater.errors import HeadwaterError

Rows = tuple[list[dict[str, Any]], Counter[str]]


def read(*paths: Path, **given: Any) -> Rows:
    source = FilesSource(paths=tuple(map(str, paths)), **given)
    assert not source.check()
    problems: Counter[str] = Counter()
    return [row for item in files.input_files(source) for row in files.rows(item, source, problems)], problems


def texts(*paths: Path, **given: Any) -> tuple[list[str], Counter[str]]:
    rows, problems = read(*paths, **given)
    return [row["text"] for row in rows], problems


ROWS = [{"text": '一 "quoted" {[', "n": 1}, {"text": "two\\", "n": 2}, {"n": 3}]


@pytest.mark.parametrize("layout", ["array", "indented", "lines", "run"])
@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_json_in_every_layout(tmp_path: Path, layout: str, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams.chunks, "__defaults__", (piece,))
    monkeypatch.setattr(json_rows, "HEAD_BYTES", 30)
    text = {
        "array": json.dumps(ROWS, ensure_ascii=False),
        "indented": json.dumps(ROWS, indent=2),
        "lines": "\n".join(map(json.dumps, ROWS)),
        "run": " ".join(json.dumps(row, indent=1) for row in ROWS),
    }[layout]
    (tmp_path / "a.json").write_text("\ufeff" + text, encoding="utf-8")
    assert texts(tmp_path / "a.json") == ([row["text"] for row in ROWS[:2]], Counter({"input.no_text": 1}))


def test_damage_in_json_costs_one_object(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"text": "a"}, {"text": nope}, {"text": "b"}, {"text": "c')
    assert texts(tmp_path / "a.json") == (["a", "b"], Counter({"input.invalid_json": 1, "input.truncated": 1}))
    (tmp_path / "b.json").write_text("[1, 2]")
    assert texts(tmp_path / "b.json") == ([], Counter({"input.no_text": 1}))


def test_a_json_object_too_long_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_LINE_BYTES", 1000)
    monkeypatch.setattr(streams.chunks, "__defaults__", (100,))
    (tmp_path / "a.json").write_text(json.dumps([{"text": "x" * 5000}, {"text": "next"}]))
    assert texts(tmp_path / "a.json") == (["next"], Counter({"input.line_too_long": 1}))


def test_json_that_python_writes(tmp_path: Path) -> None:
    lines = [
        '\ufeff{"text": "good", "title": NaN, "meta": {"a": Infinity, "b": -Infinity}}',
        ' \t{"text": "' + "\\ud83d" + ' a \\ud83d\\ude00 \\\\ud83d \\ude00\\ud83d", "id": "x"}',
        '\ufeff {"text": "n", "id": ' + "9" * 5000 + ', "score": 1e999}',
        '{"text": "held", "title": ' + "[" * 1000 + "NaN" + "]" * 1000 + "}",
        '{"text": NaN}',
        '{"text": nan}', '{"text": "a\\ud83d}', "[" * 100_000, "NaN,", "Infinit",
    ]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with (tmp_path / "a.jsonl").open("ab") as out:
        out.write(b'\n\n\xef\xbb\xbf\n{"text": "\xff", "score": NaN}\n')
    rows, problems = read(tmp_path / "a.jsonl")
    assert [row["text"] for row in rows][:3] == ["good", "\ufffd a 😀 \\ud83d \ufffd\ufffd", "n"]
    assert rows[0]["title"] == "" and rows[0]["meta"] == {"a": "inf", "b": "-inf"} and rows[2]["id"] == "inf"
    assert problems["input.no_text"] == 1 and problems["input.invalid_utf8"] == 1
    assert len(rows) + problems.total() == len(lines) + 1
    array = tmp_path / "a.json"
    array.write_text('  \ufeff[{"text": "a", "n": NaN},\n {"text": "\\udc00b"}]')
    assert texts(array) == (["a", "\ufffdb"], Counter())
    array.write_text('{"text": "a", "n": NaN}\n{"text": "b"}\n')
    assert texts(array) == (["a", "b"], Counter())
    (row,), _ = read_object(tmp_path, {"text": "t", "meta": '{"a": NaN, "b": "c"}'})
    assert row["meta"] == {"a": "", "b": "c"}


def read_object(folder: Path, value: dict[str, Any]) -> Rows:
    (folder / "one.jsonl").write_text(json.dumps(value))
    return read(folder / "one.jsonl")


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.floats() | st.text() | st.integers(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
    )
)
def test_json_is_what_python_reads_of_it(value: Any) -> None:
    def whole(part: Any) -> Any:
        if isinstance(part, str):
            return part.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if isinstance(part, list):
            return [whole(entry) for entry in part]
        if isinstance(part, dict):
            return {whole(key): whole(entry) for key, entry in part.items()}
        if isinstance(part, float) and math.isnan(part):
            return None
        return float(part) if isinstance(part, int) and abs(part) >= 10**18 else part

    assert lenient_json.loads(json.dumps(value).encode()) == whole(value)


def test_a_flood_of_what_is_no_json_costs_little() -> None:
    floods = ["\\" * 1_000_001, "\\ud83d" * 200_000, "9" * 1_000_000, '"' + "\\\\ud83d" * 200_000, "[" * 1_000_000,
              "1." + "3" * 1_000_000 + "x", '{"a":NaN,' * 100_000]  # fmt: skip
    began = time.process_time()
    for flood in floods:
        with contextlib.suppress(ValueError):
            lenient_json.loads(flood.encode())
    for _ in range(20_000):
        with pytest.raises(ValueError):
            lenient_json.loads(b'{"text": "a \\ud83d", "score": NaN')
    assert time.process_time() - began < 5


def test_csv_and_tsv(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'id,text,lang\n1,"第一, ""行""\n续",zh\n2,,en\n3,x,en,extra\n4,last,en\n', "utf-8-sig"
    )
    rows, problems = read(tmp_path / "a.csv")
    assert [(row["id"], row["text"], row["lang"]) for row in rows] == [
        ("1", '第一, "行"\n续', "zh"),
        ("4", "last", "en"),
    ]
    assert problems == {"input.no_text": 1, "input.ragged_row": 1}
    (tmp_path / "b.tsv").write_text("text\tid\na, b\t1\n")
    (tmp_path / "c.csv").write_bytes("编号;text\n1;中文的内容写在这里，足够长了\n".encode("gb18030"))
    (tmp_path / "d.csv").write_bytes(b"id,text\n1,bad \xff byte\n2,fine\n")
    assert texts(tmp_path / "b.tsv")[0] == ["a, b"] and texts(tmp_path / "c.csv")[0] == ["中文的内容写在这里，足够长了"]
    assert texts(tmp_path / "d.csv") == (["fine"], Counter({"input.invalid_utf8": 1}))


def test_columns_of_other_names(tmp_path: Path) -> None:
    row = {"body": {"zh": "正文"}, "headline": "题", "stars": 5, "text": "not this"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    columns = {"text": "body.zh", "title": "headline", "meta.stars": "stars"}
    (found,), _ = read(tmp_path / "a.jsonl", columns=columns)
    assert (found["text"], found["title"], found["meta"]) == ("正文", "题", {"stars": "5"})
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "a.parquet")
    (again,), _ = read(tmp_path / "a.parquet", columns=columns)
    assert (again["text"], again["title"], again["meta"]) == ("正文", "题", {"stars": "5"})


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.feather"])
def test_no_column_of_text_names_those_there_are(tmp_path: Path, name: str) -> None:
    table = pa.table({"body": ["x"], "stars": [1]})
    write_table(table, tmp_path / name)
    with pytest.raises(HeadwaterError, match="body, stars") as error:
        read(tmp_path / name)
    assert error.value.failure == "unreadable_input" and "columns: {text: NAME}" in error.value.mend


def write_table(table: pa.Table, path: Path) -> None:
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    elif path.suffix == ".feather":
        pyarrow.feather.write_feather(table, path)
    elif path.suffix == ".arrow":
        with pa.ipc.new_stream(path, table.schema) as writer:
            writer.write_table(table)
    else:
        pyarrow.csv.write_csv(table, path)


@pytest.mark.parametrize("name", ["a.parquet", "a.feather", "a.arrow"])
def test_columns_of_any_type(tmp_path: Path, name: str) -> None:
    table = pa.table(
        {
            "id": pa.array([7, 2**63 - 1, None], pa.int64()),
            "text": pa.array(["甲", "乙", None], pa.large_string()),
            "fetched_at": [datetime.datetime(2024, 5, 6), None, None],
            "language": ["zh", "en", "en"],
            "embedding": [[0.5] * 4] * 3,
            "warc_offset": pa.array([5, -1, None], pa.int32()),
            "meta": pa.array([[("a", "1")], [], None], pa.map_(pa.string(), pa.string())),
        }
    )
    write_table(table, tmp_path / name)
    rows, problems = read(tmp_path / name)
    assert [(row["id"], row["text"], row["lang"], row["warc_offset"]) for row in rows] == [
        ("7", "甲", "zh", 5),
        ("9223372036854775807", "乙", "en", -1),
    ]
    assert rows[0]["fetched_at"] == "2024-05-06T00:00:00" and rows[0]["meta"] == {"a": "1"}
    assert problems == {"input.no_text": 1}
    packed = tmp_path / f"{name}.zst"
    packed.write_bytes(zstandard.compress((tmp_path / name).read_bytes()))
    assert [row["id"] for row in read(packed)[0]] == [row["id"] for row in rows]


@pytest.mark.parametrize("name", ["a.parquet", "a.feather", "a.arrow"])
def test_damage_in_a_table_costs_what_is_damaged(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    rows = [
        f"{number:04d} " + hashlib.sha256(bytes([number // 256, number % 256])).hexdigest() for number in range(3000)
    ]
    table = pa.table({"text": rows})
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=1000, compression="zstd", use_dictionary=False, data_page_size=4096)
    elif path.suffix == ".feather":
        pyarrow.feather.write_feather(table, path, chunksize=1000, compression="zstd")
    else:
        with pa.ipc.new_stream(path, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
            writer.write_table(table, max_chunksize=1000)
    (tmp_path / "z.jsonl").write_text('{"text": "after"}')
    data = bytearray(path.read_bytes())
    frames = [match.start() for match in re.finditer(re.escape(b"\x28\xb5\x2f\xfd"), data)]
    middle = frames[len(frames) // 2]
    data[middle : middle + 4] = bytes(4)
    path.write_bytes(data)
    found, problems = texts(path, tmp_path / "z.jsonl")
    assert found[:1000] == rows[:1000] and found[-1] == "after" and set(found) <= {*rows, "after"}
    if path.suffix != ".arrow":  # a stream ends at damage
        assert found[-1001:-1] == rows[2000:]
    assert problems == {f"input.damaged_{'parquet' if path.suffix == '.parquet' else 'arrow'}": 1}
    path.write_bytes(data[:-4])
    problems = texts(path, tmp_path / "z.jsonl")[1]
    assert set(problems) <= {"input.damaged_parquet", "input.damaged_arrow"}
    packed = tmp_path / f"{name}.zst"
    packed.write_bytes(zstandard.compress(bytes(data))[:-100])
    assert texts(packed, tmp_path / "z.jsonl") == (["after"], Counter({"input.truncated": 1}))


def test_a_row_that_is_no_text_costs_itself(tmp_path: Path) -> None:
    column = pa.array([b"a", b"\xff\xfe", b"b"], pa.binary())
    bad = pa.StringArray.from_buffers(3, column.buffers()[1], column.buffers()[2])
    pq.write_table(pa.table({"text": bad, "meta": [[("a", "1")]] * 3}), tmp_path / "a.parquet")
    assert texts(tmp_path / "a.parquet") == (["a", "b"], Counter({"input.damaged_row": 1}))


def test_a_data_set_folder(tmp_path: Path) -> None:
    card = "---\nlicense: cc-by-4.0\nconfigs:\n- config_name: default\n---\n# Dataset card\n"
    (tmp_path / "README.md").write_text(card)
    (tmp_path / "dataset_info.json").write_text('{"text": "not a document"}')
    (tmp_path / "data").mkdir()
    for number, split in enumerate(("train-00000-of-00002", "train-00001-of-00002", "test-00000-of-00001")):
        pq.write_table(pa.table({"text": [f"t{number}"]}), tmp_path / "data" / f"{split}.parquet")
    rows, problems = read(tmp_path)
    assert [(row["text"], row["license"], row["meta"]) for row in rows] == [
        ("t2", "cc-by-4.0", {"split": "test"}),
        ("t0", "cc-by-4.0", {"split": "train"}),
        ("t1", "cc-by-4.0", {"split": "train"}),
    ]
    assert not problems
    assert texts(tmp_path, where={"meta.split": ("train",)}) == (["t0", "t1"], Counter({"files.where": 1}))
    assert texts(tmp_path, exclude=("data/test-*",))[0] == ["t0", "t1"]


def test_a_data_set_saved_to_disk(tmp_path: Path) -> None:
    for split in ("train", "validation"):
        folder = tmp_path / split
        folder.mkdir()
        write_table(pa.table({"text": [split]}), folder / "data-00000-of-00001.arrow")
        (folder / "state.json").write_text("{}")
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train", "validation"]}')
    rows, problems = read(tmp_path)
    assert [(row["text"], row["meta"]["split"]) for row in rows] == [("train", "train"), ("validation", "validation")]
    assert not problems


def test_a_format_by_its_name_in_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "a.data").write_text('{"text": "row"}\n')
    (tmp_path / "b.md").write_text("# other\n")
    assert texts(tmp_path / "a.data", format="jsonl")[0] == ["row"]
    assert texts(tmp_path, format="jsonl")[0] == ["row"]
    with pytest.raises(HeadwaterError, match="unknown format"):
        read(tmp_path / "a.data")


def test_formats_of_the_recipe_are_those_that_are_read() -> None:
    from typing import get_args

    from headwater.acquire.sources.files import Format

    assert {*get_args(Format)} == {"auto", *document.READERS}


def test_a_first_part_and_a_sample(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"id": str(i), "text": f"t{i}"}) + "\n" for i in range(200)))

    def chosen(**given: Any) -> tuple[list[str], Counter[str]]:
        source = FilesSource(paths=(str(tmp_path / "a.jsonl"),), **given)
        problems: Counter[str] = Counter()
        rows = (row for item in files.input_files(source) for row in files.rows(item, source, problems))
        return [row["id"] for row in files.chosen(rows, source, problems)], problems

    assert chosen(max_documents=3)[0] == ["0", "1", "2"]
    drawn, problems = chosen(sample=20)
    assert len(set(drawn)) == 20 and drawn == sorted(drawn, key=int) and problems == {"files.not_sampled": 180}
    assert set(drawn) < set(chosen(sample=40)[0]) and max(map(int, drawn)) > 100
