"""Examples of code and prose: what is put into them and what stays."""

import random

import pytest

from headwater.curate.langid import code_fit

SOURCE = "import os\n\n\ndef main(path):\n    # list a folder\n    for name in os.listdir(path):\n        print(name)\n"
PROSE = {
    "en": "The server refuses every name that the file does not list, and says so once an hour in its log.",
    "zh": "服务器会拒绝文件里没有列出的所有名字，并且每隔一个小时在日志里记录一次这样的情况。",
}


@pytest.mark.parametrize("language", PROSE)
def test_pieces_of_code_stand_between_words_and_stay_the_smaller_part(language):
    text = PROSE[language]
    found = {code_fit._technical(text, [[SOURCE]], random.Random(seed)) for seed in range(40)}
    assert len(found) > 20
    for changed in found:
        letters = iter(changed)
        assert all(letter in letters for letter in text if not letter.isspace())
        assert len(changed) <= len(text) * (1 + code_fit.PIECES_SHARE) + 5 * code_fit.MAX_PIECES


def test_comments_of_code_are_in_another_language_and_its_lines_stay():
    changed = [code_fit._commented(SOURCE, [PROSE["zh"]], random.Random(seed)) for seed in range(20)]
    assert all("list a folder" not in text and PROSE["zh"] in text for text in changed)
    assert all("    for name in os.listdir(path):" in text.split("\n") for text in changed)
    assert max(text.count("#") for text in changed) > 1
    assert code_fit._commented("a = b", [PROSE["zh"]], random.Random(1)) == "a = b"


def test_small_groups_count_as_well_as_large_ones():
    groups = [["common words on one line"] * 400, ["rare words on another line"] * 4]
    found = code_fit.examples(groups, [], False, 1000, random.Random(2))
    assert 50 < sum("rare" in text.lower() for text in found) < 150
    assert code_fit.examples([], [], True, 10, random.Random(2)) == []
