"""The opt-out list: hosts, domains, prefixes, and lines that are none."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from headwater.acquire.canonical import canonical
from headwater.acquire.optout import OptOut
from headwater.errors import HeadwaterError

LIST = """\ufeff# those who asked
one.example            # a host
*.two.example
Three.Example:8080
four.example:443
https://five.example/private/
http://five.example/a b/
five.example/中文
bücher.example
*.例子.测试
127.0.0.1
https://six.example
localhost
"""


@pytest.fixture
def listed(tmp_path: Path) -> OptOut:
    (tmp_path / "list.txt").write_text(LIST, encoding="utf-8")
    return OptOut.load(tmp_path / "list.txt")


@pytest.mark.parametrize(
    ("url", "matches"),
    [
        ("http://one.example/x", True), ("https://one.example:8443/", True), ("http://www.one.example/", False),
        ("http://two.example/", True), ("http://a.b.two.example/x", True), ("http://nottwo.example/", False),
        ("http://three.example:8080/", True), ("http://three.example/", False), ("http://four.example/", True),
        ("http://five.example/private/x", True), ("https://five.example/private/", True),
        ("http://five.example/private", False), ("http://five.example/", False), ("https://five.example/a b/x", True),
        ("http://five.example/中文/页", True), ("http://five.example:81/private/x", False),
        ("http://bücher.example/", True), ("http://甲.例子.测试/", True), ("http://127.0.0.1:5000/x", True),
        ("http://six.example/any", True), ("http://localhost:80/", True), ("http://other.example/one.example", False),
    ],
)  # fmt: skip
def test_matches(listed: OptOut, url: str, matches: bool) -> None:
    spelled = canonical(url)
    assert spelled is not None and listed.matches(spelled) is matches


def test_several_files_are_one_list(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a.example\n")
    (tmp_path / "b").write_text("\r\n# nothing\r\nb.example\r\n")
    both = OptOut.load(tmp_path / "a", str(tmp_path / "b"))
    assert len(both) == 2 and both.matches("http://a.example/") and both.matches("http://b.example/")
    assert not OptOut().matches("http://a.example/")


@pytest.mark.parametrize(
    "line", ["not a host", "ftp://x.example/", "http://", "*.*.example", "a..example", "user@x.example", "https://*/x",
             "x.example,y.example", "x" * 5000, "https://x.example:99999/", "?", "*"],
)  # fmt: skip
def test_errors_name_the_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"# first\ngood.example\n{line}\n")
    with pytest.raises(HeadwaterError) as error:
        OptOut.load(path)
    assert error.value.failure == "unreadable_input" and error.value.where == f"{path}:3" and error.value.mend


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(HeadwaterError) as error:
        OptOut.load(tmp_path / "missing")
    assert error.value.failure == "unknown_name"
    (tmp_path / "binary").write_bytes(b"a.example\n\xff\xfe\x00")
    with pytest.raises(HeadwaterError) as error:
        OptOut.load(tmp_path / "binary")
    assert error.value.failure == "unreadable_input"


def test_a_long_list_stays_quick(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    with open(path, "w") as out:
        for i in range(50_000):
            out.write(f"h{i}.example\n*.d{i}.example\n")
        for i in range(20_000):
            out.write(f"https://one.example/u{i}/\n")
    listed = OptOut.load(path)
    assert len(listed) == 120_000
    started = time.process_time()
    hits = sum(listed.matches(f"https://one.example/u{i}/x/y") for i in range(0, 40_000, 10))
    hits += sum(listed.matches(f"https://a.b.d{i}.example/") for i in range(0, 100_000, 25))
    assert hits == 4000 and time.process_time() - started < 1
