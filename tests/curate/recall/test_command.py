"""`headwater recall`: what is hidden in a pool is found from a seed, in Chinese, English and code."""

from __future__ import annotations

import csv
import json
import random

import pytest

from headwater import document
from headwater.cli.main import main
from tests import corpora


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return str(path)


def rows(kind: str, count: int, seed: int, host: str = "") -> list[dict]:
    rng = random.Random(f"{kind} {seed}")
    return [
        {
            "id": f"{kind}-{seed}-{i}",
            "text": corpora.MAKERS[kind](rng),
            "url": f"https://{host or kind}.example/pages/{i}",
            "meta": {"n": str(i)},
        }
        for i in range(count)
    ]


@pytest.fixture
def files(tmp_path):
    """A pool with 60 Chinese pages among 240, some of the seed in it, and labels of all."""

    def make(kind: str) -> list[str]:
        hidden = rows(kind, 60, 1)
        others = [row for other in corpora.MAKERS if other != kind for row in rows(other, 90, 1)]
        pool = hidden + others
        random.Random(5).shuffle(pool)
        labels = [{"id": row["id"], "relevant": row["id"].startswith(f"{kind}-")} for row in pool]
        return [
            "--seed", write(tmp_path / "seed.jsonl", rows(kind, 40, 2) + hidden[:10]),
            "--pool", write(tmp_path / "pool.jsonl", pool),
            "--labels", write(tmp_path / "labels.jsonl", labels),
            "--workers", "1", "-o", str(tmp_path / "out"),
        ]  # fmt: skip

    return make


@pytest.mark.parametrize("kind", list(corpora.MAKERS))
def test_finds_what_is_hidden(files, tmp_path, kind, capsys):
    assert main(["recall", *files(kind), "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    rounds = json.loads((tmp_path / "out" / "rounds.json").read_text())
    assert value["rounds"] == rounds and [line["round"] for line in rounds] == list(range(1, len(rounds) + 1))
    assert rounds[-1]["precision"] >= 0.9 and rounds[-1]["recall"] >= 0.9
    assert rounds[0]["seed"] == 50
    found = [row for batch in document.read(tmp_path / "out" / "recalled.jsonl.zst") for row in batch.to_pylist()]
    assert len(found) == rounds[-1]["recalled"]
    meta = dict(found[0]["meta"])
    assert 0.5 <= float(meta["recall_score"]) <= 1 and int(meta["recall_round"]) >= 1 and "n" in meta
    with open(tmp_path / "out" / "review.tsv", encoding="utf-8", newline="") as handle:
        review = list(csv.DictReader(handle, delimiter="\t"))
    assert review[0]["site"].startswith(f"{kind}.example") and review[0]["action"] == "keep"
    assert int(review[0]["looked"]) == 20 and f"https://{kind}.example/" in review[0]["examples"]


def test_again_it_is_the_same_and_edits_are_honoured(files, tmp_path):
    arguments = ["recall", *files("zh"), "--quiet"]
    out = tmp_path / "out"
    names = ("recalled.jsonl.zst", "rounds.json", "review.tsv")
    assert main(arguments) == 0
    first = [(out / name).read_bytes() for name in names]
    (out / ".work" / "recall" / ".tasks" / "features" / "00000.json").unlink()  # as a kill would leave it
    assert main(arguments) == 0
    assert [(out / name).read_bytes() for name in names] == first
    text = first[2].decode()
    (out / "review.tsv").write_text(text.replace("keep\t\tkeep", "keep\t\tdrop"), "utf-8")
    for _ in range(2):  # and the edit stays in the file that is written then
        assert main(arguments) == 0
        assert json.loads((out / "rounds.json").read_text())[-1]["recalled"] <= 6
        assert "\tperson\tdrop" in (out / "review.tsv").read_text("utf-8")


def test_another_pool_is_read_anew_and_rank_can_be_asked(files, tmp_path):
    arguments = files("en")
    assert main(["recall", *arguments, "--quiet", "--keep", "30"]) == 0
    assert json.loads((tmp_path / "out" / "rounds.json").read_text())[-1]["recalled"] == 30
    write(tmp_path / "pool.jsonl", rows("en", 20, 1) + rows("zh", 20, 1))
    assert main(["recall", *arguments, "--quiet", "--keep-share", "0.25"]) == 0
    assert json.loads((tmp_path / "out" / "rounds.json").read_text())[-1]["recalled"] == 10


def test_bad_inputs_say_what_is_wrong(files, tmp_path, capsys):
    good = files("code")

    def replaced(option: str, path: str) -> list[str]:
        changed = list(good)
        changed[changed.index(option) + 1] = path
        return ["recall", *changed, "--quiet"]

    empty = write(tmp_path / "empty.jsonl", [])
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "a"}\n')
    assert main(replaced("--seed", empty)) == 3
    assert main(replaced("--pool", empty)) == 3
    assert main(replaced("--labels", str(broken))) == 3
    assert "broken.jsonl:1" in capsys.readouterr().err
    assert main(replaced("--seed", str(tmp_path / "nowhere.jsonl"))) in (2, 3)
    assert main(["recall", *good, "--keep", "3", "--keep-share", "0.5"]) == 2
    assert main(["recall", *good, "--site-share", "7"]) == 2
    (tmp_path / "tiny.jsonl").write_text('{"text": "x"}\n{"text": ""}\n{"text": "河\\ud800"}\n', "utf-8")
    assert main(replaced("--pool", str(tmp_path / "tiny.jsonl"))) == 0
