"""What is asked of robots, of all of them or of ours."""

from __future__ import annotations

import pytest

from headwater.acquire.directives import directives_in

NOW_S = 1_700_000_000.0  # 14 November 2023


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("noindex, nofollow", {"noindex", "nofollow"}),
        ("NOINDEX", {"noindex"}),
        ("none", {"noindex", "nofollow"}),
        ("all", {"all"}),
        ("otherbot: noindex, nofollow", set()),
        ("headwater: noindex", {"noindex"}),
        ("Headwater : noindex", {"noindex"}),
        ("nofollow, otherbot: noindex, headwater: none", {"noindex", "nofollow"}),
        ("*: noindex", {"noindex"}),
        ("max-snippet:-1, max-image-preview:large, noindex", {"max-snippet:-1", "max-image-preview:large", "noindex"}),
        ("unavailable_after: 25 Jun 2010 15:00:00 PST", {"noindex"}),
        ("unavailable_after: Friday, 25-Jun-10 15:00:00 GMT", {"noindex"}),
        ("unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, nofollow", {"noindex", "nofollow"}),
        ("unavailable_after: 2010-06-25T15:00:00+00:00", {"noindex"}),
        ("unavailable_after: 2010-06-25", {"noindex"}),
        ("headwater: unavailable_after: 2010-06-25", {"noindex"}),
        ("otherbot: unavailable_after: 2010-06-25", set()),
        ("unavailable_after: 2031-06-25", set()),
        ("unavailable_after: soon", set()),
        ("", set()),
    ],
)
def test_directives(text: str, wanted: set[str]) -> None:
    assert directives_in(text, NOW_S) >= wanted
    assert {"noindex", "nofollow"} & directives_in(text, NOW_S) == {"noindex", "nofollow"} & wanted
