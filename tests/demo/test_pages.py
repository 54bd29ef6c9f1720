"""The project's own pages as a website: every page linked, both languages, text inert."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from demo import pages

REPOSITORY = Path(__file__).resolve().parent.parent.parent


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


def test_own_site(tmp_path: Path) -> None:
    names = pages.write_site(REPOSITORY, tmp_path)
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert all(name in index for name in names[1:])
    assert 'lang="zh"' in (tmp_path / "README.zh.html").read_text(encoding="utf-8")
    assert 'lang="en"' in (tmp_path / "README.html").read_text(encoding="utf-8")


def test_blocks() -> None:
    made = pages.to_html("# 标题 `x`\n\nA **bold** [link](a.md).\n\n- one\n- two\n\n```sh\na < b\n\nc\n```\n")
    assert "<h1>标题 <code>x</code></h1>" in made
    assert '<p>A <strong>bold</strong> <a href="a.md">link</a>.</p>' in made
    assert "<ul><li>one</li><li>two</li></ul>" in made
    assert "<pre><code>a &lt; b\n\nc</code></pre>" in made


@given(st.text(alphabet="<>&\"'`*[]()#|- \n中a!", max_size=200))
def test_any_text_makes_no_other_element(text: str) -> None:
    tags = Tags()
    tags.feed(pages.to_html(text))
    headings = {f"h{level}" for level in range(1, 7)}
    assert tags.seen <= {"p", "ul", "li", "pre", "code", "a", "strong"} | headings
