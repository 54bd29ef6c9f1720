"""Logits equal those of transformers, both ways; what cannot be read is refused by name."""

import json
import random
import shutil
from dataclasses import asdict

import pytest
import torch

from headwater import storage
from headwater.cli import models
from headwater.errors import HeadwaterError
from headwater.generate.load import load
from headwater.interop import huggingface
from headwater.model import checkpoint, weights
from headwater.model.config import ModelConfig
from headwater.model.decoder import build
from headwater.model.init import initialise
from tests.train import tiny

transformers = pytest.importorskip("transformers", reason="transformers (the extra `interop`) is the peer here")

SHAPES = {
    "gqa-tied": (4, 2, 8, True, 96, 1e4),
    "mha-untied": (4, 4, 8, False, 97, 5e5),
    "mqa-odd-vocabulary": (4, 1, 16, False, 131, 1e4),
    "gqa-tied-odd-vocabulary": (6, 3, 8, True, 101, 1e6),
}


def config_of(name):
    heads, kv, head, tie, vocab, theta = SHAPES[name]
    return ModelConfig(
        preset="", vocab_size=vocab, hidden_size=48, num_layers=3, num_heads=heads, num_kv_heads=kv, head_size=head,
        ffn_size=80, rope_theta=theta, norm_eps=1e-5, max_positions=128, tie_embeddings=tie, init_std=0.2,
    )  # fmt: skip


def written(folder, config):
    decoder = initialise(build(config), 11)
    with torch.no_grad():
        for name, parameter in decoder.named_parameters():
            if "norm" in name:
                parameter.uniform_(0.5, 1.5)
    folder.mkdir(parents=True)
    with open(folder / checkpoint.MODEL, "wb") as handle:
        digest = weights.write_tensors(handle, decoder.state_dict(), {"format": "pt"})
    storage.write_json(folder / checkpoint.CONFIG, asdict(config))
    storage.write_bytes(folder / checkpoint.TOKENIZER, tiny.tokenizer_bytes())
    storage.write_json(folder / checkpoint.STATE, checkpoint.sealed(folder, {"step": 1}, {checkpoint.MODEL: digest}))
    return decoder


@torch.no_grad()
def logits(model, tokens):
    found = model(tokens)
    return found if isinstance(found, torch.Tensor) else found.logits


@pytest.mark.parametrize("name", SHAPES)
def test_logits_agree_both_ways(tmp_path, name):
    config = config_of(name)
    decoder = written(tmp_path / "ours", config)
    huggingface.export(tmp_path / "ours", tmp_path / "hf")
    peer = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "hf", dtype=torch.float32)
    assert type(peer).__name__ == "LlamaForCausalLM" and peer.config.rope_parameters["rope_theta"] == config.rope_theta
    tokens = torch.randint(0, config.vocab_size, (3, 100), generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(logits(decoder, tokens), logits(peer, tokens), rtol=0, atol=1e-5)

    peer.save_pretrained(tmp_path / "theirs")
    shutil.copy(tmp_path / "hf/tokenizer.json", tmp_path / "theirs")
    huggingface.import_(tmp_path / "theirs", tmp_path / "back")
    again, encoder = load(tmp_path / "back")
    torch.testing.assert_close(logits(again, tokens), logits(peer, tokens), rtol=0, atol=1e-5)
    assert encoder.vocab_size == tiny.VOCAB
    for ours, theirs in zip(decoder.state_dict().items(), again.state_dict().items(), strict=True):
        assert ours[0] == theirs[0] and torch.equal(ours[1], theirs[1])


def test_the_exported_tokenizer_loads_with_its_special_tokens(tmp_path):
    written(tmp_path / "ours", config_of("gqa-tied"))
    huggingface.export(tmp_path / "ours", tmp_path / "hf")
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "hf")
    assert (tokenizer.eos_token, tokenizer.pad_token) == ("<|endoftext|>", "<|pad|>")
    text = 'f(x):return"x+1"'
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    value = json.loads((tmp_path / "hf/config.json").read_text())
    assert value["rope_theta"] == value["rope_parameters"]["rope_theta"] == 1e4
    assert (
        json.loads((tmp_path / "hf/tokenizer_config.json").read_text())["tokenizer_class"] == "PreTrainedTokenizerFast"
    )


def test_shards_and_half_precision_are_read(tmp_path):
    config = config_of("mha-untied")
    decoder = written(tmp_path / "ours", config)
    huggingface.export(tmp_path / "ours", tmp_path / "hf")
    peer = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "hf", dtype=torch.bfloat16)
    peer.save_pretrained(tmp_path / "shards", max_shard_size="20KB")
    shutil.copy(tmp_path / "hf/tokenizer.json", tmp_path / "shards")
    assert (tmp_path / "shards" / huggingface.INDEX).exists() and not (tmp_path / "shards" / checkpoint.MODEL).exists()
    found, _ = huggingface.load(tmp_path / "shards")
    for name, tensor in decoder.state_dict().items():
        assert torch.equal(found.state_dict()[name], tensor.to(torch.bfloat16).float())


def exported(tmp_path, name="mha-untied"):
    written(tmp_path / "ours", config_of(name))
    return huggingface.export(tmp_path / "ours", tmp_path / "hf")


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        ({"architectures": ["MistralForCausalLM"], "model_type": "mistral"}, "data"),
        ({"rope_parameters": {"rope_type": "llama3", "factor": 8.0, "rope_theta": 1e4}}, "data"),
        ({"rope_scaling": {"type": "linear", "factor": 2.0}}, "data"),
        ({"attention_bias": True}, "data"),
        ({"mlp_bias": True}, "data"),
        ({"hidden_act": "gelu"}, "data"),
        ({"quantization_config": {"bits": 4}}, "data"),
        ({"auto_map": {"AutoModel": "evil.py"}}, "unsafe_file"),
        ({"num_hidden_layers": 10**15}, "data"),
        ({"num_attention_heads": 0}, "data"),
        ({"num_hidden_layers": 2}, "damaged_file"),
        ({"num_hidden_layers": 4}, "damaged_file"),
        ({"intermediate_size": 81}, "damaged_file"),
        ({"tie_word_embeddings": True}, "data"),
        ({"vocab_size": 50}, "damaged_file"),
        ({"hidden_size": "many"}, "data"),
    ],
)
def test_what_we_cannot_compute_is_refused(tmp_path, change, failure):
    folder = exported(tmp_path)
    value = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(value | change))
    with pytest.raises(HeadwaterError) as caught:
        huggingface.load(folder)
    assert caught.value.failure == failure


def test_pickle_is_refused(tmp_path):
    folder = exported(tmp_path)
    (folder / checkpoint.MODEL).rename(folder / "pytorch_model.bin")
    with pytest.raises(HeadwaterError, match="pickle") as caught:
        huggingface.load(folder)
    assert caught.value.failure == "unsafe_file"


@pytest.mark.parametrize(
    "names", [{"a": "../ours/model.safetensors"}, {"a": "/etc/passwd"}, {"a": 3}, {"a": "gone.safetensors"}, []]
)
def test_an_index_stays_in_its_folder(tmp_path, names):
    folder = exported(tmp_path)
    (folder / checkpoint.MODEL).unlink()
    (folder / huggingface.INDEX).write_text(json.dumps({"weight_map": names}))
    with pytest.raises(HeadwaterError) as caught:
        huggingface.load(folder)
    assert caught.value.failure == "damaged_file"


def test_fuzzed_configs_are_refused_or_read(tmp_path):
    folder = exported(tmp_path)
    whole = (folder / "config.json").read_bytes()
    rng = random.Random(3)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        (folder / "config.json").write_bytes(data[: rng.randrange(1, len(data))] if rng.random() < 0.2 else data)
        try:
            huggingface.load(folder)
        except HeadwaterError as error:
            assert error.exit_code in (2, 3)


def test_models_are_found_by_run_checkpoint_and_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "runs/demo/checkpoints/step-00000002", config_of("gqa-tied"))
    written(tmp_path / "runs/demo/checkpoints/step-00000010", config_of("gqa-tied"))
    huggingface.export(tmp_path / "runs/demo/checkpoints/step-00000002", tmp_path / "hf")
    newest = tmp_path / "runs/demo/checkpoints/step-00000010"
    for name in ("demo", "runs/demo", "runs/demo/checkpoints", str(newest)):
        assert models.resolve(name).resolve() == newest
        assert models.load(name)[0].config == config_of("gqa-tied")
    assert models.resolve("hf").name == "hf" and models.load("hf")[1].vocab_size == tiny.VOCAB
    (newest / "model.safetensors").write_bytes(b"cut")
    assert models.resolve("demo").name == "step-00000002"
    with pytest.raises(HeadwaterError, match="no model") as caught:
        models.resolve("nobody")
    assert "demo" in caught.value.mend
    (tmp_path / "runs/demo/checkpoints/step-00000002/state.json").unlink()
    with pytest.raises(HeadwaterError) as caught:
        models.resolve("demo")
    assert caught.value.failure == "damaged_checkpoint"


def test_commands_write_into_new_folders_only(tmp_path):
    from headwater.cli import weights as commands

    written(tmp_path / "ours", config_of("gqa-tied"))
    outcome = commands.export(str(tmp_path / "ours"), tmp_path / "hf", "hf")
    assert "config.json" in outcome.value["files"]
    assert commands.import_(tmp_path / "hf", tmp_path / "back").value["folder"] == str(tmp_path / "back")
    for call in (
        lambda: commands.export(str(tmp_path / "ours"), tmp_path / "hf", "hf"),
        lambda: commands.import_(tmp_path / "hf", tmp_path / "back"),
        lambda: commands.export(str(tmp_path / "ours"), tmp_path / "new", "onnx"),
        lambda: commands.export(str(tmp_path / "hf"), tmp_path / "new", "hf"),
    ):
        with pytest.raises(HeadwaterError) as caught:
            call()
        assert caught.value.exit_code == 2
