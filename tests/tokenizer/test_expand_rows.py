"""What new rows are mixed from: shares sum to 1; tokens in like company are found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.tokenizer import expand_rows
from headwater.tokenizer.expand import Expansion

OLD = 12
EXPANSION = Expansion(described={}, first_id=OLD, pieces=["new", "rare", "other"], made_of=[[8, 9], [10, 10, 11], [1]])


def rows(mixture):
    assert mixture.starts[0] == 0 and mixture.starts[-1] == len(mixture.ids) == len(mixture.weights)
    parts = [slice(a, b) for a, b in zip(mixture.starts[:-1], mixture.starts[1:], strict=True)]
    return [dict(zip(mixture.ids[part].tolist(), mixture.weights[part].tolist(), strict=True)) for part in parts]


def test_a_mean_is_of_the_pieces_alike():
    mixture = expand_rows.mean(EXPANSION)
    assert mixture.starts.tolist() == [0, 2, 5, 6] and mixture.ids.tolist() == [8, 9, 10, 10, 11, 1]
    assert mixture.weights == pytest.approx([1 / 2, 1 / 2, 1 / 3, 1 / 3, 1 / 3, 1])


def test_focus_takes_what_stands_in_like_company_and_the_mean_where_it_has_seen_too_little():
    rng = np.random.default_rng(0)
    company = {2: (4, 5), OLD: (4, 5), 3: (6, 7), OLD + 2: (6, 7)}  # a token, and what stands around it
    stream = []
    for _ in range(400):
        token = rng.choice(list(company))
        stream += [int(rng.choice(company[token])), int(token), int(rng.choice(company[token])), *[0] * 5]
    stream += [OLD + 1]
    mixture, unseen = expand_rows.focus(EXPANSION, [(np.array(stream, np.uint32), np.array([0, len(stream)]))])
    first, rare, other = rows(mixture)
    assert unseen == 1 and set(rare) == {10, 11}
    assert max(first, key=first.get) == 2 and max(other, key=other.get) == 3
    for shares in (first, other):
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5) and min(shares.values()) > 0
        assert all(id_ < OLD for id_ in shares)


def test_focus_without_text_is_the_mean():
    mixture, unseen = expand_rows.focus(EXPANSION, [])
    assert unseen == 3 and rows(mixture)[0] == {8: 0.5, 9: 0.5}


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_sparsemax_is_the_nearest_point_of_the_simplex(values):
    given_ = np.array(values)
    found = expand_rows.sparsemax(given_)
    assert found.sum() == pytest.approx(1) and (found >= 0).all()
    low, high = given_.min() - 1, given_.max()
    for _ in range(80):  # the threshold by bisection
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(given_ - middle, 0).sum() > 1 else (low, middle)
    assert found == pytest.approx(np.maximum(given_ - low, 0), abs=1e-9)
