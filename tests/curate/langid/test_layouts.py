"""Other shapes of prose and code: manuals keep their sentences, statements hold no comment."""

import random

from headwater.curate.langid import code_fit, layouts

TEXTS = [
    "The server refuses every name that the file does not list, and says so once an hour in its log.",
    "A value below nought is taken for the default, which is what most people want anyway.",
]
SOURCE = "# how many there are\nimport os\n\nfor name in os.listdir(path):\n    print(name, end='')\n"
QUERY = "-- the last ten\nSELECT Name\nFROM Users\nWHERE Age > 3\nLIMIT 10;\n"


def pages(count: int) -> list[str]:
    return [layouts.manual(TEXTS, lambda: "print(name)", random.Random(seed)) for seed in range(count)]


def test_a_manual_is_its_sentences_cut_set_in_and_between_headings():
    found = pages(60)
    assert found == pages(60)
    lines = [line for page in found for line in page.split("\n")]
    assert max(map(len, lines)) <= layouts.WIDTHS[1] + 40 and any(line.startswith("       ") for line in lines)
    assert any(line in layouts.HEADINGS for line in lines) and any("--name" in line for line in lines)
    words = {word for text in TEXTS for word in text.split()}
    shares = [sum(word in words for word in page.split()) / max(len(page.split()), 1) for page in found]
    assert sorted(shares)[len(shares) // 2] > 0.5


def test_a_text_without_words_or_spaces_makes_a_page_too():
    assert layouts.manual(["", "   "], lambda: "", random.Random(1))
    assert layouts.manual(["服务器会拒绝文件里没有列出的所有名字" * 40], lambda: "", random.Random(1))


def test_a_statement_is_lines_of_code_and_no_comment():
    found = {layouts.statement(SOURCE, random.Random(seed)) for seed in range(40)}
    assert "for name in os.listdir(path):" in found and "for name in os.listdir(path): print(name, end='')" in found
    assert not any("how many" in text for text in found)
    assert layouts.statement("# a comment\nplain words\n", random.Random(1)) == ""


def test_a_query_is_drawn_whole_and_in_small_letters_too():
    found = {layouts.statement(QUERY, random.Random(seed)) for seed in range(40)}
    whole = "SELECT Name\nFROM Users\nWHERE Age > 3\nLIMIT 10;"
    assert found == {whole, whole.lower(), whole.replace("\n", " "), whole.lower().replace("\n", " ")}


def test_examples_of_either_kind_have_the_new_shapes():
    prose = code_fit.examples([TEXTS], [[SOURCE]], False, 200, random.Random(4))
    code = code_fit.examples([[QUERY]], [TEXTS], True, 200, random.Random(4))
    assert any("\n       " in text for text in prose) and any(len(text.split()) < 9 for text in prose)
    assert any(text.startswith("select name") for text in code)


def test_a_fragment_is_words_of_the_text_and_some_are_numbered_titles():
    found = [layouts.fragment(TEXTS[0], random.Random(seed)) for seed in range(80)]
    plain = [text for text in found if text in TEXTS[0]]
    assert len(plain) > 30 and len(found) - len(plain) > 20
    assert any(any(letter.isdigit() for letter in text) for text in found)
    assert layouts.fragment("{0} {broken", random.Random(3))
