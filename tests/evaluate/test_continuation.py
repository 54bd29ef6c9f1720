"""Openings are cut between characters, from documents chosen once and for all."""

from __future__ import annotations

import numpy as np

from headwater.evaluate import continuation
from headwater.evaluate.config import EvaluateConfig
from headwater.evaluate.windows import Encoded
from tests.generate.tiny import Bytes, decoder

CONFIG = EvaluateConfig(continuations=2, continuation_tokens=10)


def documents(texts: list[str], channel: str = "zh-general") -> list[Encoded]:
    return [
        Encoded(channel=channel, id=f"{channel}{i}", url="https://a/", ids=Bytes().encode_batch([text])[0])
        for i, text in enumerate(texts)
    ]


def test_prompt_and_what_followed_are_the_document():
    texts = ["床前明月光,疑是地上霜。举头望明月,低头思故乡。", "🙂🙃" * 20, "short poem"]
    for one in continuation.openings(
        documents(texts), EvaluateConfig(continuations=9, continuation_tokens=10), 0, Bytes()
    ):
        text = Bytes().decode(one.document.ids)
        shown, followed = Bytes().decode(one.prompt), Bytes().decode(one.reference)
        assert "\ufffd" not in shown + followed
        assert shown and text.startswith(shown + followed)
        assert len(one.prompt) <= 10 and len(one.prompt) <= len(one.document.ids) // 2


def test_the_choice_is_by_channel_and_fixed():
    found = documents(["a" * 50] * 6) + documents(["b" * 50] * 6, "en-general") + documents(["tiny"], "code-general")
    first = [one.document.id for one in continuation.openings(found, CONFIG, 3, Bytes())]
    assert first == [one.document.id for one in continuation.openings(found[::-1], CONFIG, 3, Bytes())]
    assert len(first) == 4 and not any(name.startswith("code") for name in first)


def test_rows_have_every_part_and_repeat_exactly():
    found = continuation.openings(documents(["从前有一座山。" * 5, "x" * 60]), CONFIG, 0, Bytes())
    rows = [continuation.continuations(decoder(), Bytes(), found, CONFIG, 5) for _ in range(2)]
    assert rows[0] == rows[1]
    keys = {"channel", "id", "url", "prompt", "continuation", "finish", "sampled", "reference"}
    assert all(set(row) == keys for row in rows[0])


def test_a_context_shorter_than_the_prompt_sees_its_end():
    one = documents(["abcdefghij" * 10])
    config = EvaluateConfig(continuations=1, continuation_tokens=40)
    [row] = continuation.continuations(
        decoder(max_positions=16), Bytes(), continuation.openings(one, config, 0, Bytes()), config, 0
    )
    assert len(row["prompt"]) == 15
    assert isinstance(one[0].ids, np.ndarray)
