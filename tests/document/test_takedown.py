"""The takedown list: what people name, what is kept of it, and which documents it means."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.document import named, takedown
from headwater.document.takedown import Entry, Takedown
from headwater.errors import HeadwaterError

URLS = [
    "https://a.example/x",
    "https://a.example/x/y",
    "http://www.a.example:8080/z?q=b.example",
    "https://user@b.example/",
    "https://bb.example/a.example",
    "https://xn--bcher-kva.example/1",
    "HTTPS://UPPER.EXAMPLE/",
    "file.jsonl",
    "",
]


def meant(*pairs):
    entries = [Entry(kind=kind, value=value) for kind, value in pairs]
    ids = pa.array([f"d{place}" for place in range(len(URLS))])
    return [place for place, hit in enumerate(Takedown(entries).mask(ids, pa.array(URLS))) if hit]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (("doc", "d7"), [7]),
        (("url", URLS[0]), [0]),
        (("url", "https://a.example/"), []),
        (("prefix", "https://a.example/x"), [0, 1]),
        (("domain", "a.example"), [0, 1, 2]),
        (("domain", "b.example"), [3]),
        (("domain", "bücher.example"), [5]),
        (("domain", "xn--bcher-kva.example"), [5]),
        (("domain", "upper.example"), [6]),
        (("domain", "example"), [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_what_an_entry_means(entry, expected):
    assert meant(entry) == expected
    assert meant(entry, ("doc", "d8")) == [*expected, 8]


def test_no_entry_means_nothing():
    assert meant() == [] and not Takedown([])


def words(path):
    return [named.kind_of(word, where, {"d7", "odd id"}.__contains__) for where, word in named.lines(path)]


def test_a_list_is_read_line_by_line(tmp_path):
    path = tmp_path / "list"
    path.write_bytes(
        "\ufeff# asked for in a letter\r\n\r\nhttps://a.example/x\r\nhttps://a.example/y*\nd7\nodd id\n"
        "*.B.example.\ndoc:new\n".encode()
    )
    assert words(path) == [
        ("url", "https://a.example/x"),
        ("prefix", "https://a.example/y"),
        ("doc", "d7"),
        ("doc", "odd id"),
        ("domain", "b.example"),
        ("doc", "new"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "names nothing"),
        (b"# only this\n\n", "names nothing"),
        (b"\xff\xfe", "cannot be read"),
        (b"nobody\n", ":1: 'nobody' is no URL"),
        (b"https://a.example/\nhttps://*\n", ":2: 'https://' is too short"),
        (b"d7\nhttps://a.example*\n", ":2: 'https://a.example' is too short"),
        (b"https://a.example/" + b"x" * 5000, ":1:"),
    ],
)
def test_a_list_that_names_nothing_or_nonsense_is_refused(tmp_path, content, said):
    (tmp_path / "list").write_bytes(content)
    with pytest.raises(HeadwaterError) as caught:
        words(tmp_path / "list")
    assert said in str(caught.value)
    with pytest.raises(HeadwaterError):
        words(tmp_path / "none")
    with pytest.raises(HeadwaterError):
        words(tmp_path)


@given(st.text(max_size=40))
def test_any_word_is_refused_or_kept_as_it_is_read_again(tmp_path_factory, word):
    try:
        kind, value = named.kind_of(word, "", lambda _: False)
    except HeadwaterError as error:
        assert error.exit_code == 2
        return
    path = tmp_path_factory.mktemp("list") / takedown.NAME
    takedown.append(path, [Entry(kind=kind, value=value)])
    assert [entry.key for entry in takedown.read(path)] == [(kind, value)]
    Takedown(takedown.read(path)).mask(pa.array(["a"]), pa.array(["b"]))


def test_the_list_only_grows_and_its_beginning_stays(tmp_path):
    path = tmp_path / takedown.NAME
    assert takedown.fingerprint(path) == {} and takedown.read(path) == []
    first = [Entry(kind="doc", value="a", reason="r", date="2026-01-01"), Entry(kind="doc", value="b")]
    assert takedown.append(path, first) == first
    before = takedown.fingerprint(path)
    assert takedown.append(path, [first[0], Entry(kind="url", value="b"), Entry(kind="url", value="b")]) == [
        Entry(kind="url", value="b")
    ]
    assert takedown.fingerprint(path)["entries"] == 3 != before["entries"]
    assert takedown.fingerprint(path, 2) == before and takedown.fingerprint(path, 0) == {}
    with pytest.raises(HeadwaterError, match="holds 3 entries"):
        takedown.read(path, 4)


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "{}",
        '{"kind": "x", "value": "a"}',
        '{"kind": "doc"}',
        '{"kind": "doc", "value": 3}',
        '{"kind": "doc", "value": "\\ud800"}',
        "{",
    ],
)
def test_a_damaged_list_is_said(tmp_path, line):
    (tmp_path / takedown.NAME).write_text('{"kind": "doc", "value": "a"}\n' + line + "\n")
    with pytest.raises(HeadwaterError) as caught:
        takedown.read(tmp_path / takedown.NAME)
    assert caught.value.failure == "damaged_file" and caught.value.where.endswith(":2")


def test_documents_left_out_are_counted(tmp_path):
    batch = pa.record_batch({"id": ["a", "b", "c"], "url": ["u", None, "w"]})
    counts: Counter[str] = Counter()
    takedown.append(tmp_path / takedown.NAME, [Entry(kind="doc", value="b"), Entry(kind="url", value="w")])
    (left,) = takedown.left([batch], counts, tmp_path)
    assert left.column("id").to_pylist() == ["a"] and counts == {"takedown": 2}
    assert list(takedown.left([batch], counts, tmp_path / "none")) == [batch]
