"""fastText models: read as fastText reads them, and refused where they are not whole."""

import os
import random
import struct
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate import langid
from headwater.curate.langid import LangidConfig, fasttext
from headwater.errors import HeadwaterError

DIM, BUCKETS = 4, 50
WORDS, LABELS = ["the", "你好", "</s>", "der"], ["__label__eng_Latn", "__label__zho_Hans", "__label__de"]
# A model nobody here made, where there is one: HEADWATER_FASTTEXT names the file.
REAL = Path(os.environ.get("HEADWATER_FASTTEXT", "/nowhere"))


def write_model(path: Path, loss: int = 3, runs: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """A small supervised model in fastText's own form."""
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(len(WORDS) + BUCKETS, DIM)).astype("<f4")
    output = rng.normal(size=(len(LABELS), DIM)).astype("<f4")
    data = struct.pack("<ii", fasttext.MAGIC, 12)
    data += struct.pack("<12id", DIM, 5, 5, 1, 5, runs, loss, 3, BUCKETS, 2, 3, 100, 1e-4)
    data += struct.pack("<iiiqq", len(WORDS) + len(LABELS), len(WORDS), len(LABELS), 100, -1)
    for number, word in enumerate([*WORDS, *LABELS]):
        data += word.encode() + b"\0" + struct.pack("<qb", 50 - number, number >= len(WORDS))
    data += struct.pack("<?qq", False, *matrix.shape) + matrix.tobytes()
    data += struct.pack("<?qq", False, *output.shape) + output.tobytes()
    path.write_bytes(data)
    return matrix, output


def plain_hash(data: bytes) -> int:
    value = 2166136261
    for byte in data:
        value = ((value ^ ((byte - 256 if byte > 127 else byte) & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF
    return value


def plain_mean(text: str, matrix: np.ndarray, runs: int = 2) -> np.ndarray:
    """fastText's features, spelled out."""
    rows, hashes = [], []
    for word in [*text.replace("\0", " ").split(), "</s>"]:
        if word in WORDS:
            rows.append(WORDS.index(word))
        elif word in LABELS:
            continue
        value = plain_hash(word.encode())
        hashes.append(value - (1 << 32) if value >= 1 << 31 else value)
        marked = f"<{word}>"
        for start in range(len(marked) if word != "</s>" else 0):
            for size in (2, 3):
                part = marked[start : start + size]
                if len(part) == size:
                    rows.append(len(WORDS) + plain_hash(part.encode()) % BUCKETS)
    for first in range(len(hashes)):
        value = hashes[first] % (1 << 64)
        for after in hashes[first + 1 : first + runs]:
            value = (value * 116049371 + after) % (1 << 64)
            rows.append(len(WORDS) + value % BUCKETS)
    return matrix[rows].mean(0)


TEXTS = st.text("the der你好é x\t\u00ff", max_size=40)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("fasttext") / "small.bin"
    return path, *write_model(path)


@settings(deadline=None, max_examples=100)
@given(TEXTS)
def test_features_are_the_plain_ones(small, text):
    path, matrix, output = small
    found = fasttext.load(path)
    mean = plain_mean(text, matrix)
    assert np.allclose(found.hidden(pa.array([text]))[0], mean, atol=1e-5)
    odds = np.exp(output @ mean)
    assert np.allclose(found.probabilities(pa.array([text]))[0], odds / odds.sum(), atol=1e-5)


@pytest.mark.parametrize(("loss", "whole"), [(1, True), (3, True), (4, False)])
def test_every_loss_gives_probabilities(tmp_path, loss, whole):
    write_model(tmp_path / "m.bin", loss)
    odds = fasttext.load(tmp_path / "m.bin").probabilities(pa.array(["the der", "你好"]))
    assert (odds >= 0).all() and (odds <= 1.001).all()
    assert not whole or np.allclose(odds.sum(1), 1, atol=1e-3)


def test_a_fasttext_model_takes_the_place_of_ours(small):
    found = langid.identify(["the", "123"], LangidConfig(model=str(small[0]), min_score=0))
    assert found.langs[0] in ("en", "zh", "de") and found.langs[1] == "und"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("__label__zho_Hans", ("zh", "Hans")), ("__label__zh", ("zh", "")), ("__label__nob_Latn", ("nb", "Latn")),
     ("__label__srp_Cyrl", ("sr", "Cyrl")), ("__label__spam", ("und", "")), ("__label__zh-Hant", ("zh", "Hant"))],
)  # fmt: skip
def test_labels_become_codes(name, expected):
    assert fasttext.label(name) == expected


def test_a_cut_or_hostile_file_is_refused(small, tmp_path):
    whole = small[0].read_bytes()
    rng = random.Random(2)
    path = tmp_path / "x.bin"
    for at in [*range(120), *(rng.randrange(len(whole)) for _ in range(100))]:
        path.write_bytes(whole[:at])
        with pytest.raises(HeadwaterError):
            fasttext.load(path)
    for at in range(0, 140, 4):  # every count and setting, grown and negative
        for value in (0x7FFFFFFF, -1, 0):
            path.write_bytes(whole[:at] + struct.pack("<i", value) + whole[at + 4 :])
            try:
                fasttext.load(path).probabilities(pa.array(["the der 你好"]))
            except HeadwaterError as error:
                assert error.failure == "damaged_file"


@pytest.mark.skipif(not REAL.exists(), reason="HEADWATER_FASTTEXT names no model, such as lid.176.ftz")
def test_a_real_quantised_model():
    found = fasttext.load(REAL).answers(pa.array(["Der Fluss war in diesem Sommer niedrig", "你好，世界，这是中文"]))
    assert [lang for lang, _ in found[0]] == ["de", "zh"]
    assert found[1] == pytest.approx([0.97087, 0.99982], abs=1e-4)
