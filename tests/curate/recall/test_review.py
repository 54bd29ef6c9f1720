"""The review file: written, edited by a person, read."""

from __future__ import annotations

import pytest

from headwater.curate.recall import review
from headwater.errors import HeadwaterError

SITES = [
    review.Site(site="a.example/x", pages=10, recalled=8, looked=8, agreed=8, examples=("u1", "u2"), suggested="keep"),
    review.Site(site='odd "site"\twith tab\n行', pages=5, recalled=1),
]


def test_untouched_files_hold_no_edit_and_edits_stay(tmp_path):
    path = tmp_path / "review.tsv"
    review.write(path, SITES, {})
    assert review.read_edits(path) == {}
    text = path.read_text("utf-8")
    assert text.splitlines()[0].split("\t")[:6] == ["site", "pages", "recalled", "share", "looked", "agreed"]
    path.write_text(text.replace("keep\t\tkeep", "keep\t\tDrop "), "utf-8")
    assert review.read_edits(path) == {"a.example/x": "drop"}
    review.write(path, SITES, {"a.example/x": "drop", SITES[1].site: "drop"})  # the second: what was suggested anyway
    assert review.read_edits(path) == {"a.example/x": "drop", SITES[1].site: "drop"}


def test_a_table_with_site_and_action_alone_is_enough(tmp_path):
    path = tmp_path / "review.tsv"
    path.write_bytes("\ufeffsite\taction\r\na\tkeep\r\nb\tdrop\r\n".encode())
    assert review.read_edits(path) == {"a": "keep", "b": "drop"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"site\n",
        b"\xff\xfe",
        b"site\taction\na\tmaybe\n",
        b"site\taction\na\n",
        b"site\taction\n" + b"x" * (2 << 20),
    ],
)
def test_what_is_no_review_is_said_with_its_place(tmp_path, content):
    path = tmp_path / "review.tsv"
    path.write_bytes(content)
    with pytest.raises(HeadwaterError) as error:
        review.read_edits(path)
    assert error.value.failure == "unreadable_input" and str(path) in error.value.where
