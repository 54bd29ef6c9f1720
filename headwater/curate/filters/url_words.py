"""What the words of an address say: points for those of host and path, and what is forgiven.

In: how many words of each section of `lists/url_words.txt` stand in host and path. Out: bad words of the host, points.
A host may be rejected by one word. A path is as often a headline about the subject: a word of it is worth points, and
so are the words that sell beside it. Public offices, universities and works of reference are about all subjects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# The sections of the word list. `name` and `joined` are derived: an ambiguous word with a dot behind it, and that in a
# compound, so that `escorts.example` is told from `ford-escorts.example`.
GROUPS = ("bad", "part", "ambiguous", "soft", "selling", "forgiven", "name", "joined")
HOST_POINTS = {"bad": 3, "part": 3, "ambiguous": 2, "soft": 1}
PATH_POINTS = {"bad": 2, "part": 2, "ambiguous": 1, "soft": 1}
INSIDE = ("part", "name", "joined")  # need no edge on both sides
MAX_POINTS = 2  # of host and path together


def judged(urls: pa.Array, host: np.ndarray, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(bad words of the host that nothing forgives, points of host and path), a row each."""
    import numpy as np

    from headwater.curate.filters import url_lists

    of = {name: number for number, name in enumerate(GROUPS)}
    named = np.clip(host[:, of["name"]] - host[:, of["joined"]], 0, host[:, of["ambiguous"]])
    bad = np.maximum(host[:, of["bad"]] + host[:, of["part"]] + named - host[:, of["forgiven"]], 0)
    in_host, in_path = _points(host, HOST_POINTS), _points(path, PATH_POINTS)
    # `poker.example/poker` says it once: a host's soft words add to a path only where the path has bad ones
    both = np.where((path[:, [of["bad"], of["part"]]].sum(1) > 0) | (host[:, of["ambiguous"]] > 0), in_host, 0)
    points = np.maximum(in_host, in_path + both)
    suspects = np.flatnonzero((bad > 0) | (points > MAX_POINTS))
    if len(suspects):
        everything, paths = url_lists.of_reference(urls.take(suspects))
        points[suspects[paths]] = in_host[suspects[paths]]
        bad[suspects[everything]] = points[suspects[everything]] = 0
    return bad, points


def _points(hits: np.ndarray, worth: dict[str, int]) -> np.ndarray:
    """Points of a host or a path by its hits; one that sells adds one, a forgiving one takes a bad one's."""
    import numpy as np

    of = {name: number for number, name in enumerate(GROUPS)}
    found = sum(points * hits[:, of[name]] for name, points in worth.items())
    found = found + ((found > 0) & (hits[:, of["selling"]] > 0))
    return np.maximum(found - worth["bad"] * hits[:, of["forgiven"]], 0)
