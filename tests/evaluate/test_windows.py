"""Windows cover every held-out token once, are always the same ones, and are read back safely."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import document
from headwater.errors import HeadwaterError
from headwater.evaluate import windows
from headwater.evaluate.windows import Encoded
from headwater.pipeline import selection
from tests.generate.tiny import EOD, Bytes

CHANNEL = "zh-general"


def encoded(texts: list[bytes], channel: str = CHANNEL) -> list[Encoded]:
    rows = enumerate(np.frombuffer(text, dtype=np.uint8).astype(np.uint32) for text in texts)
    return [Encoded(channel=channel, id=str(i), url="", ids=ids) for i, ids in rows]


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=12), st.integers(1, 9))
def test_every_token_but_the_last_few_is_scored_once(texts, length):
    cut = windows.cut(encoded(texts), EOD, length, 10_000, 0)[CHANNEL]
    stream = [EOD]
    for text in texts:
        stream += [*text, EOD]
    scored = cut[:, 1:].reshape(-1).tolist()
    assert scored == stream[1 : len(scored) + 1]
    assert len(stream) - 1 - len(scored) < length
    assert cut.shape[1] == length + 1


@given(st.integers(1, 400), st.integers(1, 50), st.integers(0, 3))
def test_the_choice_is_fixed_and_without_repeats(available, wanted, seed):
    chosen = windows.chosen("en-general", available, wanted, seed)
    assert chosen.tolist() == windows.chosen("en-general", available, wanted, seed).tolist()
    assert len(set(chosen.tolist())) == len(chosen) == min(available, wanted)
    assert (np.diff(chosen) > 0).all() and chosen.max() < available


def test_more_samples_keep_the_earlier_ones():
    few, many = (set(windows.chosen("c", 500, n, 7).tolist()) for n in (20, 60))
    assert few < many
    assert few != set(windows.chosen("c", 500, 20, 8).tolist())


def test_a_channel_too_small_has_what_it_has():
    documents = encoded([b"abc"]) + encoded([b"x" * 100], "code-general")
    cut = windows.cut(documents, EOD, 10, 200, 0)
    assert cut["zh-general"].shape == (0, 11) and cut["code-general"].shape == (10, 11)


def test_saved_windows_come_back_and_stale_ones_go(tmp_path):
    first = {"zh-general": np.arange(12, dtype=np.uint32).reshape(2, 6), "old": np.zeros((1, 6), dtype=np.uint32)}
    windows.save(tmp_path, first)
    windows.save(tmp_path, {"zh-general": first["zh-general"]})
    back = windows.load(tmp_path, 260)
    assert list(back) == ["zh-general"] and (back["zh-general"] == first["zh-general"]).all()


@pytest.mark.parametrize("name", ["../evil", "a/b", "", ".hidden", "A b"])
def test_a_channel_can_never_name_a_file_elsewhere(tmp_path, name):
    with pytest.raises(HeadwaterError, match="cannot name a file"):
        windows.save(tmp_path, {name: np.zeros((1, 2), dtype=np.uint32)})


def test_damage_is_noticed_and_pickles_are_refused(tmp_path):
    path = tmp_path / "c.npy"
    windows.save(tmp_path, {"c": np.arange(60, dtype=np.uint32).reshape(6, 10)})
    whole = path.read_bytes()
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        with pytest.raises(HeadwaterError):
            windows.load(tmp_path, 260)
    with open(path, "wb") as handle:
        np.save(handle, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(HeadwaterError, match="not a NumPy array"):
        windows.load(tmp_path, 260)
    with open(path, "wb") as handle:
        np.save(handle, np.array([[1.5, 2.0]]))
    with pytest.raises(HeadwaterError, match="not held-out windows"):
        windows.load(tmp_path, 260)


def test_tokens_the_model_does_not_know_are_refused(tmp_path):
    windows.save(tmp_path, {"c": np.full((2, 3), 999, dtype=np.uint32)})
    with pytest.raises(HeadwaterError) as caught:
        windows.load(tmp_path, 260)
    assert caught.value.exit_code == 3 and "--data" in caught.value.mend


def test_only_held_out_documents_are_read(tmp_path):
    import pyarrow as pa

    parts = ["train", "heldout", "rejected", "heldout"]
    rows = [{"id": f"d{i}", "text": f"text {i} 文", "url": f"https://a/{i}"} for i in range(4)]
    document.write_parquet(tmp_path / "documents" / "000-0.parquet", [document.batch(rows)])
    split = {name: [""] * 4 for name in ("lang", "kind", "domain")}
    split |= {"id": [r["id"] for r in rows], "part": parts, "channel": ["zh-general"] * 4}
    batch = pa.RecordBatch.from_pydict({**split, "text_bytes": [9] * 4}, schema=selection.SPLIT_SCHEMA)
    document.write_parquet(tmp_path / "split" / "000-0.parquet", [batch], selection.SPLIT_SCHEMA)
    found = list(windows.from_split(tmp_path / "documents", tmp_path / "split", Bytes()))
    assert [one.id for one in found] == ["d1", "d3"]
    assert bytes(found[1].ids.astype(np.uint8)).decode() == "text 3 文"
