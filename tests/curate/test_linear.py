"""The linear classifier: features, fits that repeat, files that are checked."""

from __future__ import annotations

import json
import random

import numpy as np
import pyarrow as pa
import pytest

from headwater.curate import linear
from headwater.errors import HeadwaterError
from tests import corpora
from tests.reference import ngrams as reference

CONFIG = linear.LinearConfig(bucket_bits=14)


def texts(kind: str, count: int, seed: int = 1) -> list[str]:
    rng = random.Random(f"{kind}{seed}")
    return [corpora.MAKERS[kind](rng) for _ in range(count)]


def test_rows_have_length_one_and_the_reference_s_shares():
    given = ["the cat, the cat", "", "河流河流", "x"]
    found = linear.features(given, CONFIG)
    assert len(found) == 4
    for row, text in enumerate(given):
        counts = reference.count_ngrams(text, max_chars=8000, words=3, chars=3, bits=14)
        low, high = found.indptr[row], found.indptr[row + 1]
        assert found.buckets[low:high].tolist() == list(counts)
        total = sum(counts.values())
        assert np.allclose(found.weights[low:high] ** 2, [count / total for count in counts.values()], atol=1e-6)


def test_lists_arrays_slices_and_chunks_are_the_same():
    given = texts("en", 3) + ["", "汉字"]
    whole = linear.features(given, CONFIG)
    array = pa.array(["left out", *given], pa.large_string()).slice(1)
    chunked = pa.chunked_array([array.slice(0, 2), array.slice(2)])
    for other in (linear.features(array, CONFIG), linear.features(chunked, CONFIG)):
        for name in ("indptr", "buckets", "weights"):
            assert np.array_equal(getattr(whole, name), getattr(other, name))
    assert len(linear.features([], CONFIG)) == 0
    assert len(linear.features(pa.chunked_array([], pa.large_string()), CONFIG)) == 0


def test_take_and_concat():
    found = linear.features(["a b", "c", "", "d e f"], CONFIG)
    joined = linear.concat([found.take([3, 0]), found.take(np.array([False, True, True, False]))])
    assert np.array_equal(joined.indptr, linear.features(["d e f", "a b", "c", ""], CONFIG).indptr)
    assert np.array_equal(joined.buckets, linear.features(["d e f", "a b", "c", ""], CONFIG).buckets)
    assert len(found.take([])) == 0


@pytest.mark.parametrize(("good", "other"), [("zh", "en"), ("en", "code"), ("code", "zh")])
def test_tells_kinds_apart_and_repeats(good, other):
    train = linear.features(texts(good, 30) + texts(other, 30), CONFIG)
    labels = np.repeat([1.0, 0.0], 30)
    model = linear.fit(train, labels, CONFIG, seed=3)
    unseen = model.score(linear.features(texts(good, 20, 2) + texts(other, 20, 2), CONFIG))
    assert unseen.dtype == np.float32 and unseen.min() >= 0 and unseen.max() <= 1
    assert unseen[:20].min() > 0.5 > unseen[20:].max()
    again = linear.fit(train, labels, CONFIG, seed=3)
    assert again.weights.tobytes() == model.weights.tobytes() and again.bias == model.bias


def test_weights_and_soft_labels_pull():
    found = linear.features(["same words here"] * 4, CONFIG)
    heavy = linear.fit(found, [1, 0, 0, 0], CONFIG, seed=1, sample_weight=np.array([30.0, 1, 1, 1]))
    light = linear.fit(found, [1, 0, 0, 0], CONFIG, seed=1)
    assert heavy.score(found)[0] > 0.5 > light.score(found)[0]
    soft = linear.fit(found, [0.8] * 4, CONFIG, seed=1)
    assert abs(soft.score(found)[0] - 0.8) < 0.05


def test_saved_models_are_equal_bytes_and_score_the_same(tmp_path):
    found = linear.features(["a b c", "河流 x"], CONFIG)
    model = linear.fit(found, [1, 0], CONFIG, seed=1)
    model.save(tmp_path / "a")
    model.save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    loaded = linear.LinearModel.load(tmp_path / "a")
    assert loaded.config == CONFIG
    assert np.array_equal(loaded.score(found), model.score(found))


def saved(path, **changed):
    """A model's file with other values in its header."""
    linear.fit(linear.features(["a"], CONFIG), [1], CONFIG, seed=1).save(path)
    line, _, data = path.read_bytes().partition(b"\n")
    header = json.loads(line)
    for name, value in changed.items():
        (header["linear"] if name in header["linear"] else header)[name] = value
    path.write_bytes(json.dumps(header).encode() + b"\n" + data)
    return path


@pytest.mark.parametrize(
    ("changed", "failure"),
    [
        ({"version": 2}, "foreign_version"),
        ({"format": "other"}, "unreadable_input"),
        ({"num_weights": 10**12}, "unreadable_input"),
        ({"num_weights": 4}, "damaged_file"),
        ({"bucket_bits": 20}, "unreadable_input"),
        ({"bucket_bits": "14"}, "unreadable_input"),
        ({"max_chars": -1}, "unreadable_input"),
        ({"bias": "x"}, "unreadable_input"),
        ({"sha256": "0"}, "damaged_file"),
    ],
)
def test_headers_are_checked(tmp_path, changed, failure):
    with pytest.raises(HeadwaterError) as error:
        linear.LinearModel.load(saved(tmp_path / "model", **changed))
    assert error.value.failure == failure


def test_every_flipped_bit_and_cut_is_noticed(tmp_path):
    path = saved(tmp_path / "model")
    data = path.read_bytes()
    rng = random.Random(1)
    for _ in range(150):
        place = rng.choice([rng.randrange(400), rng.randrange(len(data))])
        broken = bytearray(data)
        broken[place] ^= 1 << rng.randrange(8)
        path.write_bytes(rng.choice([bytes(broken), data[:place]]))
        try:
            model = linear.LinearModel.load(path)
        except HeadwaterError as error:
            assert error.failure in ("unreadable_input", "damaged_file", "foreign_version")
        else:  # a bit of a setting that is still valid: the model is whole and within bounds
            assert not model.config.check()
    path.unlink()
    with pytest.raises(HeadwaterError, match="cannot be read"):
        linear.LinearModel.load(path)
