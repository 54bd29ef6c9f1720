"""Reserved tokens: named later without moving an id; the chat template that stands on them."""

from __future__ import annotations

import json

import pytest

from headwater.errors import HeadwaterError
from headwater.tokenizer import chat, reserve, train
from headwater.tokenizer.config import (
    FIM_MIDDLE,
    FIM_PREFIX,
    FIM_SUFFIX,
    NAMED,
    TokenizerConfig,
    special_tokens,
)
from headwater.tokenizer.encode import Encoder
from tests.tokenizer.made import tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("tok")
    train.save(made, tokenizer(), TokenizerConfig(vocab_size=700, reserve=4))
    return made


def test_the_named_ones_are_sixteen_and_no_two_alike():
    assert len(NAMED) == len(set(NAMED)) == 16 and {FIM_PREFIX, FIM_MIDDLE, FIM_SUFFIX} <= set(NAMED)
    assert special_tokens(2)[-2:] == ["<|reserved_0|>", "<|reserved_1|>"]


def test_a_name_moves_no_id(folder, tmp_path):
    named, left = reserve.add(folder, ["<|think|>", "<|/think|>"], tmp_path / "new")
    before = tokenizer().get_vocab(with_added_tokens=True)
    assert named == {"<|think|>": before["<|reserved_0|>"], "<|/think|>": before["<|reserved_1|>"]} and left == 2
    after = json.loads((tmp_path / "new" / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    renamed = {"<|reserved_0|>": "<|think|>", "<|reserved_1|>": "<|/think|>"}
    assert after == {renamed.get(token, token): id_ for token, id_ in before.items()}
    old, new = Encoder.load(folder), Encoder.load(tmp_path / "new")
    text = "The river reads <|think|> 人工智能"
    assert new.encode(text).tolist() == old.encode(text).tolist() and new.decode(new.encode(text)) == text
    assert reserve.add(tmp_path / "new", ["<|x|>"], tmp_path / "newer") == ({"<|x|>": before["<|reserved_2|>"]}, 1)
    assert (tmp_path / "newer" / "training.json").exists()


@pytest.mark.parametrize(
    ("names", "failure"),
    [
        (["<|endoftext|>"], "arguments"),
        (["<|fim_prefix|>"], "arguments"),
        (["engine"], "arguments"),
        (["<|x|>", "<|x|>"], "arguments"),
        (["<|reserved_9|>"], "arguments"),
        (["<|a b|>"], "arguments"),
        (["<|\n|>"], "arguments"),
        (["x" * 65], "arguments"),
        ([f"<|{i}|>" for i in range(5)], "data"),
    ],
)
def test_what_cannot_be_named_is_refused(folder, tmp_path, names, failure):
    with pytest.raises(HeadwaterError) as caught:
        reserve.add(folder, names, tmp_path / "new")
    assert caught.value.failure == failure and not (tmp_path / "new").exists()


def test_the_chat_template_is_used_by_transformers(folder, tmp_path):
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("jinja2")
    theirs = transformers.AutoTokenizer.from_pretrained(str(folder))
    call = {"type": "function", "function": {"name": "now", "arguments": {"zone": "北京"}}}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "几点？"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "8"},
    ]
    text = theirs.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert text == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n几点？<|im_end|>\n"
        "<|im_start|>assistant\n"
        '<|tool_call|>{"name": "now", "arguments": {"zone": "北京"}}<|tool_call_end|><|im_end|>\n'
        "<|im_start|>tool\n<|tool_response|>8<|tool_response_end|><|im_end|>\n<|im_start|>assistant\n"
    )
    vocab = tokenizer().get_vocab(with_added_tokens=True)
    ids = theirs(text, add_special_tokens=False)["input_ids"]
    assert ids.count(vocab["<|im_start|>"]) == 5 and ids.count(vocab["<|tool_call|>"]) == 1
    plain = theirs.apply_chat_template(messages[:2], tokenize=False)
    assert plain.endswith("几点？<|im_end|>\n")


def test_a_vocabulary_without_the_tokens_has_no_template():
    assert "chat_template" not in chat.hf_config(["<|endoftext|>", "<|pad|>"])
