"""A prompt gets the same text alone and in any company, and never more than the context holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import HeadwaterError
from headwater.generate.engine import generate, generate_ids
from headwater.generate.sample import Sampling
from tests.generate.tiny import EOD, Bytes, decoder

PROMPTS = ["The river", "从前有一座山,山里有座庙", "", "def f(x):\n    return x", "a", "🙂", "a", "x" * 40]
SAMPLINGS = [Sampling(), Sampling(temperature=0.9, seed=3), Sampling(temperature=1.3, top_k=9, top_p=0.8, seed=5)]
MODEL = decoder()


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=["greedy", "drawn", "cut"])
@pytest.mark.parametrize("batch", [2, 3, 8])
def test_a_batch_gives_what_each_prompt_gives_alone(sampling, batch):
    unique = list(dict.fromkeys(PROMPTS))
    together = generate(MODEL, Bytes(), unique, max_tokens=8, sampling=sampling, batch=batch)
    alone = [generate(MODEL, Bytes(), [prompt], max_tokens=8, sampling=sampling)[0] for prompt in unique]
    assert together == alone


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=5), st.integers(1, 6))
def test_any_texts_in_any_order(prompts, max_tokens):
    forwards = generate(MODEL, Bytes(), prompts, max_tokens=max_tokens)
    backwards = generate(MODEL, Bytes(), prompts[::-1], max_tokens=max_tokens)
    assert forwards == backwards[::-1]
    assert [one.prompt for one in forwards] == prompts
    assert all(len(one.tokens) <= max_tokens for one in forwards)


def test_greedy_takes_the_likeliest_token_each_time():
    import torch

    tokens = [EOD, *b"river"]
    for _ in range(8):
        with torch.inference_mode():
            tokens.append(int(MODEL(torch.tensor([tokens]))[0, -1].argmax()))
    [(found, _)] = generate_ids(MODEL, Bytes(), [b"river"], max_tokens=8)
    expected = tokens[6:]
    assert found == (expected[: expected.index(EOD)] if EOD in expected else expected)


def test_equal_prompts_draw_different_texts_and_the_same_ones_again():
    sampling = Sampling(temperature=1.0, seed=1)
    first = generate(MODEL, Bytes(), ["a", "a"], max_tokens=16, sampling=sampling)
    assert first[0].tokens != first[1].tokens
    assert first == generate(MODEL, Bytes(), ["a", "a"], max_tokens=16, sampling=sampling)
    other = generate(MODEL, Bytes(), ["a"], max_tokens=16, sampling=Sampling(temperature=1.0, seed=2))
    assert other[0].tokens != first[0].tokens


def test_the_end_of_a_document_stops_and_is_not_text():
    import torch

    model = decoder()
    with torch.no_grad():
        model.model.embed_tokens.weight[EOD] *= 40  # tied: the end becomes likely, and is its own best successor
    [one] = generate(model, Bytes(), [""], max_tokens=8)
    assert one.finish == "stop" and EOD not in one.tokens and len(one.tokens) < 8


def test_the_context_is_never_exceeded():
    model = decoder(max_positions=16)
    [(tokens, finish)] = generate_ids(model, Bytes(), [b"x" * 10], max_tokens=100)
    assert finish == "stop" or len(tokens) == 16 - 11 + 1
    assert len(generate_ids(model, Bytes(), [b"x" * 15], max_tokens=100)[0][0]) <= 1
    with pytest.raises(HeadwaterError) as caught:
        generate_ids(model, Bytes(), [b"ok", b"x" * 16], max_tokens=1)
    assert caught.value.exit_code == 2 and "prompt 2" in caught.value.message and "15 tokens" in caught.value.mend


def test_a_prompt_begins_with_exactly_one_start_mark():
    plain = generate_ids(MODEL, Bytes(), [b"abc"], max_tokens=6)
    marked = generate_ids(MODEL, Bytes(), [[EOD, *b"abc"]], max_tokens=6)
    assert plain == marked


@pytest.mark.parametrize("wrong", [{"max_tokens": 0}, {"max_tokens": 1, "batch": 0}])
def test_impossible_sizes_are_the_caller_s_mistake(wrong):
    with pytest.raises(HeadwaterError, match="at least 1"):
        generate(MODEL, Bytes(), ["a"], **wrong)


def test_no_prompts_no_completions():
    assert generate(MODEL, Bytes(), [], max_tokens=3) == []
