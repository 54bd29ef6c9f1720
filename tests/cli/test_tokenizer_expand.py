"""`headwater tokenizer expand` as a person gives it, with a model that transformers loads and generates with."""

from __future__ import annotations

import json
import random

import pytest

from headwater.cli.main import main
from tests import corpora
from tests.tokenizer import old_vocabularies

KEYS = {"added", "base_vocab_size", "vocab_size", "first_id", "last_id", "padded_vocab_size", "channels", "output"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("corpus"), random.Random(4)
    rows = [{"id": f"{n}", "text": corpora.MAKERS[lang](rng), "lang": lang} for n in range(8) for lang in ("zh", "en")]
    (folder / "documents.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return str(folder / "documents.jsonl")


@pytest.fixture
def base(tmp_path):
    return old_vocabularies.written(tmp_path / "base", "gpt2")


def called(capsys, *arguments) -> tuple[int, dict]:
    capsys.readouterr()
    code = main(["tokenizer", "expand", *map(str, arguments), "--json", "--quiet"])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return code, json.loads(out)


def test_exactly_so_many_tokens_and_compression_before_and_after(capsys, corpus, base, tmp_path):
    code, value = called(capsys, base, corpus, "--add", "50", "--multiple", "128", "-o", tmp_path / "out")
    assert code == 0 and set(value) >= KEYS and value["added"] == 50
    assert (value["first_id"], value["last_id"], value["padded_vocab_size"]) == (500, 549, 640)
    zh = value["channels"]["zh-general"]
    assert zh["before"]["tokens"] > zh["after"]["tokens"] and zh["after"]["chars_per_token"] > 0
    old, new = (json.loads((tmp_path / name / "tokenizer.json").read_text()) for name in ("base", "out"))
    assert len(new["model"]["vocab"]) == len(old["model"]["vocab"]) + 50
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "out"]


def test_languages_weigh_as_asked(capsys, corpus, base, tmp_path):
    kept = {}
    for lang in ("zh", "en"):
        _, kept[lang] = called(
            capsys, base, corpus, "--add", "40", "--lang-weights", f"{lang}=1", "-o", tmp_path / f"of-{lang}"
        )
    for lang, other in (("zh", "en"), ("en", "zh")):
        fewer = {name: kept[name]["channels"][f"{lang}-general"]["after"]["tokens"] for name in (lang, other)}
        assert fewer[lang] < fewer[other]


def test_bad_input_is_refused_and_nothing_is_left(capsys, corpus, base, tmp_path):
    out = tmp_path / "out"
    cases = [
        (("--add", "0", "-o", out), 2),
        (("--add", "-3", "-o", out), 2),
        (("--add", "1.5", "-o", out), 2),
        (("--add", "100000", "-o", out), 3),
        (("--add", "5", "-o", base), 2),
        (("--add", "5", "-o", tmp_path), 2),
        (("--add", "5", "--init", "zero", "-o", out), 2),
        (("--add", "5", "--multiple", "0", "-o", out), 2),
        (("--add", "5", "--lang-weights", "zh", "-o", out), 2),
        (("--add", "5", "--model", "nothing", "-o", out), 2),
    ]
    for more, code in cases:
        found, value = called(capsys, base, corpus, *more)
        assert found == code and value["error"], more
        assert sorted(path.name for path in tmp_path.iterdir()) == ["base"], more
    assert called(capsys, base, tmp_path / "none.jsonl", "--add", "5", "-o", out)[0] == 2
    assert called(capsys, tmp_path / "none", corpus, "--add", "5", "-o", out)[0] == 2
    assert not out.exists()


def hf_model(folder, tied, rows):
    transformers = pytest.importorskip("transformers")
    config = transformers.LlamaConfig(
        vocab_size=rows, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, tie_word_embeddings=tied, max_position_embeddings=128,
    )  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(folder, max_shard_size="100KB" if tied else "1GB")
    return folder


@pytest.mark.parametrize("init", ["mean", "focus", "random"])
@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
def test_transformers_loads_the_grown_model_and_generates(capsys, corpus, base, tmp_path, tied, init):
    transformers = pytest.importorskip("transformers", reason="transformers (the extra `interop`) is the peer here")
    import torch

    model = hf_model(tmp_path / "hf", tied, 512)
    code, value = called(capsys, base, corpus, "--add", "60", "--model", model, "--init", init, "-o", tmp_path / "out")
    assert code == 0 and value["init"] == init and value["padded_vocab_size"] == 576 and value["rows_before"] == 512
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "out")
    old, new = (transformers.AutoModelForCausalLM.from_pretrained(place) for place in (model, tmp_path / "out"))
    assert len(tokenizer) == 560 and new.get_input_embeddings().weight.shape == (576, 32)
    assert (new.lm_head.weight is new.get_input_embeddings().weight) == tied
    ids = torch.tensor([[3, 300, 499, 7]])
    assert torch.equal(new(ids).logits[..., :500], old(ids).logits[..., :500])
    given = tokenizer("清晨，老师阅读信件", return_tensors="pt")
    assert given.input_ids.max() >= 500
    out = new.generate(**given, max_new_tokens=4, do_sample=False, pad_token_id=0)
    assert out.shape[1] == given.input_ids.shape[1] + 4
    assert tokenizer.decode(given.input_ids[0]) == "清晨，老师阅读信件"


def test_a_model_of_another_vocabulary_is_refused_before_anything_is_learned(capsys, corpus, base, tmp_path):
    model = hf_model(tmp_path / "hf", True, 400)
    code, value = called(capsys, base, corpus, "--add", "60", "--model", model, "-o", tmp_path / "out")
    assert code == 3 and "400 rows" in json.dumps(value)
    model = hf_model(tmp_path / "hf2", True, 512)
    old_vocabularies.written(model, "llama3")
    code, value = called(capsys, base, corpus, "--add", "60", "--model", model, "-o", tmp_path / "out")
    assert code == 3 and "another vocabulary" in json.dumps(value)
    assert not (tmp_path / "out").exists()


def test_a_checkpoint_of_ours_grows_into_a_folder_that_comes_back(capsys, corpus, tmp_path):
    from headwater.interop import huggingface
    from tests.interop.test_huggingface import config_of, written

    written(tmp_path / "ours", config_of("gqa-tied"))
    source = tmp_path / "ours"
    code, value = called(capsys, source, corpus, "--add", "20", "--model", source, "-o", tmp_path / "out")
    assert code == 0, value
    decoder, encoder = huggingface.load(tmp_path / "out")
    assert encoder.vocab_size == value["vocab_size"] and decoder.config.vocab_size == value["padded_vocab_size"]
    assert not (tmp_path / "out/.source").exists()
