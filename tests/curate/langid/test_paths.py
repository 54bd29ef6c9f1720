"""Addresses that name a file of source code or of prose, and what they do to a close call."""

import pytest

from headwater.curate import langid
from headwater.curate.langid import LangidConfig
from headwater.curate.langid.paths import code_logits

CLOSE = "def successor(number):\n    return number + 1"


@pytest.mark.parametrize(
    "url",
    ["https://github.com/a/b/blob/main/x.sql", "file:repo/Makefile", "https://x.example/src/Dockerfile?raw=1",
     "a/b/CMakeLists.txt", "https://x.example/lib/main.RS#L3", "C:\\src\\main.c"],
)  # fmt: skip
def test_a_file_of_source_code_is_likelier_code(url):
    assert code_logits([url])[0] > 0


@pytest.mark.parametrize(
    "url",
    ["", None, "https://x.example/", "https://x.rs", "https://x.sh/", "https://x.example/page.html", "https://x.example/a.php?f=b.py",
     "https://x.example/a.asp", "https://x.example/sql", "https://x.example/python.py/", "https://x.example/.py"],
)  # fmt: skip
def test_a_web_page_says_nothing(url):
    assert code_logits([url])[0] == 0


def test_a_page_of_prose_is_less_likely_code():
    assert (code_logits(["https://x.example/README.md", "notes.rst", "a.txt"]) < 0).all()


def test_an_address_decides_only_close_calls():
    prose = (
        "The committee met on Tuesday and agreed that the new rules should apply from the beginning of next year. " * 4
    )
    code = "import os\n\ndef main(path):\n    for name in os.listdir(path):\n        print(name)\n\n" * 4
    urls = ["https://x.example/a.py", "https://x.example/a.md"]
    assert langid.resolve([prose, code], ["", ""], LangidConfig(), urls).langs == ["en", "code"]
    unsaid, source, page = (
        langid.resolve([CLOSE], [""], LangidConfig(), [url]) for url in (None, "a/x.sty", "https://x.example/a.md")
    )
    assert source.langs == ["code"] and unsaid.langs != ["code"] and page.langs != ["code"]
    assert langid.resolve([CLOSE], [""], LangidConfig()).langs == unsaid.langs
