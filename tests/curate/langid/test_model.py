"""A language model's file: whole or refused; and training on labelled text of one's own."""

import json
import random

import numpy as np
import pytest

from headwater.curate import langid
from headwater.curate.langid import LangidConfig, model, train
from headwater.errors import HeadwaterError

SYLLABLES = {"fo": "ba ko mi tu re", "fy": "xa zi qwe vlu pry", "oc": "sto gna bri elt uup"}


def write_examples(path, per=200):
    rng = random.Random(3)
    with open(path, "w") as out:
        for lang, syllables in SYLLABLES.items():
            for _ in range(per):
                words = [
                    "".join(rng.choices(syllables.split(), k=rng.randint(1, 3))) for _ in range(rng.randint(3, 12))
                ]
                out.write(json.dumps({"text": " ".join(words), "lang": lang}) + "\n")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("langid")
    write_examples(folder / "mine.jsonl")
    arguments = ["--data", str(folder / "mine.jsonl"), "--per-language", "300", "-o"]
    train.main([*arguments, str(folder / "a.bin")])
    train.main([*arguments, str(folder / "b.bin")])
    return folder


def test_training_twice_gives_the_same_bytes(trained):
    assert (trained / "a.bin").read_bytes() == (trained / "b.bin").read_bytes()


def test_a_model_of_ones_own_is_used(trained):
    config = LangidConfig(model=str(trained / "a.bin"))
    found = langid.identify(["bako mitu rere koba", "xazi qwevlu pry zi", "stogna brielt uup"], config)
    assert found.langs == list(SYLLABLES)
    assert langid.model_digest(config) != langid.model_digest(LangidConfig())


def test_code_is_learned_anew_and_languages_are_kept(trained, tmp_path):
    rng, source = random.Random(4), "for x in rows:\n    total += x.size\n    if total > limit:\n        return total\n"
    with open(tmp_path / "code.jsonl", "w") as out:
        for number in range(60):
            text = source.replace("rows", f"rows_{number}") * rng.randint(1, 3)
            out.write(json.dumps({"text": text, "lang": "code"}) + "\n")
    data = ["--data", str(trained / "mine.jsonl"), str(tmp_path / "code.jsonl"), "--code-examples", "300"]
    train.main([*data, "--keep", str(trained / "a.bin"), "--priors", "fo-Latn=0.5", "-o", str(tmp_path / "c.bin")])
    before, after = model.load(trained / "a.bin"), model.load(tmp_path / "c.bin")
    assert all(np.array_equal(before.weights[name], after.weights[name]) for name in before.weights)
    assert np.allclose(sorted(after.biases - before.biases)[-2:], [0, 0.5])
    config = LangidConfig(model=str(tmp_path / "c.bin"))
    assert langid.identify([source, "bako mitu rere koba"], config).langs == ["code", "fo"]


def test_a_model_is_the_same_after_a_round_trip(trained, tmp_path):
    made = model.load(trained / "a.bin")
    made.save(tmp_path / "again.bin")
    assert (tmp_path / "again.bin").read_bytes() == (trained / "a.bin").read_bytes()


def test_every_cut_and_flipped_byte_is_refused(trained, tmp_path):
    whole = (trained / "a.bin").read_bytes()
    rng = random.Random(5)
    path = tmp_path / "broken.bin"
    for _ in range(60):
        at = rng.randrange(len(whole))
        flipped = bytearray(whole)
        flipped[at] ^= 1 << rng.randrange(8)
        for data in (whole[:at], bytes(flipped)):
            path.write_bytes(data)
            try:
                read = model.load(path)
            except HeadwaterError as error:
                assert error.failure in ("unreadable_input", "damaged_file", "foreign_version")
            else:  # a flip in the header's free numbers (a heat, a name): still a whole, finite model
                assert np.isfinite(read.biases).all()


@pytest.mark.parametrize(
    "change", [{"classes": []}, {"rows": {"Latn": 10**12}}, {"num_bytes": -1}, {"classes": 3}, {"heats": {}}]
)
def test_a_hostile_header_is_refused(trained, tmp_path, change):
    line, _, data = (trained / "a.bin").read_bytes().partition(b"\n")
    (tmp_path / "x.bin").write_bytes(json.dumps(json.loads(line) | change).encode() + b"\n" + data)
    with pytest.raises(HeadwaterError):
        model.load(tmp_path / "x.bin")


def test_the_shipped_model_is_small_and_knows_many_languages():
    assert model.SHIPPED.stat().st_size <= 4_000_000
    assert len({language for language, _ in model.shipped().classes} - {"und"}) >= 75
