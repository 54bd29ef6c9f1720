"""The audit: planted dirt is listed, what is dropped never forms again, a bad review is refused at its line."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.cli.main import main
from headwater.errors import HeadwaterError
from headwater.tokenizer import apply, audit, cut_out, report, review, train, training_record, words
from headwater.tokenizer.config import TokenizerConfig
from headwater.tokenizer.encode import Encoder
from tests.tokenizer.dirty import CONFIG, PHRASES, batches, rows, tokenizer
from tests.tokenizer.made import HOSTILE
from tests.tokenizer.test_train import context_of


@pytest.fixture(scope="module", params=["bbpe", "bpe"])
def folder(request, tmp_path_factory):
    made = tmp_path_factory.mktemp(request.param)
    config = TokenizerConfig(vocab_size=CONFIG.vocab_size, reserve=4, type=request.param)
    train.save(made, tokenizer(request.param), config)
    return made


@pytest.fixture(scope="module")
def found(folder):
    encoder = Encoder.load(folder)
    return audit.findings(encoder, audit.survey(encoder, batches()), tokenizer(_kind(folder)), PHRASES)


def _kind(folder) -> str:
    record = training_record.read(folder)
    assert record is not None
    return record.config.type


def written(path, rows_):
    with open(path, "w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter="\t").writerows([review.COLUMNS, *rows_])
    return path


def row(encoder, token_id, action="drop"):
    return [token_id, encoder.decode([token_id]), "dirty", 1, "", action]


def named(encoder, text):
    return next(i for i in range(encoder.vocab_size) if encoder.decode_bytes([i]) == text.encode())


def test_planted_dirt_is_found_with_its_reason_count_and_documents(found):
    by_reason = {reason: [f for f in found if f.reason == reason] for reason in audit.REASONS}
    assert any("锟斤拷" in f.token for f in by_reason["mojibake"])
    assert any("澳门赌场网址" in f.token for f in by_reason["sensitive"])
    mine = [f for f in by_reason["one_host_only"] if "zorblaxquux" in f.token]
    assert mine and mine[0].hosts == "zorb.example.com" and mine[0].count >= 50
    assert mine[0].examples[0] == ("d1", "https://zorb.example.com/1") and "Quuxinator" in mine[0].example_text
    assert {f.action for f in by_reason["mojibake"]} == {"drop"}
    assert all(f.action == "drop" for f in by_reason["sensitive"] if "百家乐" in f.token)
    assert all(f.action == "keep" for f in by_reason["one_host_only"])
    assert len(found) < CONFIG.vocab_size / 2


def test_counts_are_those_of_encoding(found, folder):
    encoder = Encoder.load(folder)
    ids, _ = encoder.encode_batch([r["text"] for r in rows()])
    counts = np.bincount(ids, minlength=encoder.vocab_size)
    assert all(f.count == counts[f.token_id] for f in found)


def test_an_unreachable_token_is_one_that_no_text_gives():
    from tokenizers import AddedToken, Tokenizer, models

    described = json.loads(tokenizer().to_str())
    described["model"]["vocab"] |= {"Ġzzqy": 900, "å±": 901, "12": 902}
    described["model"]["merges"].append(["1", "2"])  # digits are cut one by one
    assert models and AddedToken
    built = Tokenizer.from_str(json.dumps(described))
    encoder = Encoder(Tokenizer.from_str(json.dumps(described)))
    pieces = [encoder.decode_bytes([i]) for i in range(encoder.vocab_size)]
    judged = [i for i, piece in enumerate(pieces) if len(piece) > 1]
    assert audit.unreachable(encoder, built, judged, pieces) == {900, 901, 902}


def test_what_is_dropped_never_forms_and_the_size_stays(found, folder, tmp_path):
    encoder = Encoder.load(folder)
    review.write(tmp_path / "review.tsv", found)
    asked = apply.plan(folder, tmp_path / "review.tsv")
    assert asked.dropped == {f.piece for f in found if f.action == "drop"}
    built = apply.learn(asked, batches)
    after = report.encoder_of(built)
    pieces = [after.decode_bytes([i]) for i in range(after.vocab_size)]
    assert not asked.dropped & set(pieces)
    long = [piece for piece in asked.dropped if cut_out.means_itself(piece)]
    assert len(long) > 3 and not [p for p in pieces if any(piece in p for piece in long)]
    assert not [p for p in pieces if "锟斤拷".encode() in p or "澳门赌场网址".encode() in p]
    assert after.vocab_size == encoder.vocab_size
    specials = len(asked.specials)
    assert [built.id_to_token(i) for i in range(specials)] == asked.specials
    changed = apply.compared(encoder, after, asked.dropped)
    assert (
        changed.dropped == len(asked.dropped) and changed.new == changed.dropped + changed.dependants + changed.others
    )
    for text in (*HOSTILE, *(r["text"] for r in rows()[:20]), "锟斤拷澳门赌场网址"):
        assert after.decode(after.encode(text)) == text


def test_a_second_round_keeps_the_first(folder, tmp_path):
    encoder = Encoder.load(folder)
    first = apply.plan(folder, written(tmp_path / "a.tsv", [row(encoder, named(encoder, " crawler"))]))
    train.save(tmp_path / "one", apply.learn(first, batches), first.config, first.barred)
    again = Encoder.load(tmp_path / "one")
    second = apply.plan(tmp_path / "one", written(tmp_path / "b.tsv", [row(again, named(again, " return"))]))
    pieces = apply._pieces(report.encoder_of(apply.learn(second, batches)))
    assert not {b" crawler", b" return"} & pieces and second.barred == {b" crawler", b" return"}


def test_a_short_piece_bars_itself_alone(folder, tmp_path):
    encoder = Encoder.load(folder)
    asked = apply.plan(folder, written(tmp_path / "r.tsv", [row(encoder, named(encoder, "er"))]))
    pieces = apply._pieces(report.encoder_of(apply.learn(asked, batches)))
    assert b"er" not in pieces and b" water" in pieces


@pytest.mark.parametrize(
    ("change", "line", "told"),
    [
        (lambda rows_, e: rows_[0].__setitem__(5, "remove"), 2, "action"),
        (lambda rows_, e: rows_[1].__setitem__(0, "99999"), 3, "no token has the id"),
        (lambda rows_, e: rows_[1].__setitem__(0, "two"), 3, "no whole number"),
        (lambda rows_, e: rows_[1].__setitem__(1, "other"), 3, "not 'other'"),
        (lambda rows_, e: rows_[0].__setitem__(slice(None), row(e, 0)), 2, "special token"),
        (lambda rows_, e: rows_[0].__setitem__(slice(None), row(e, named(e, "a"))), 2, "single byte"),
        (lambda rows_, e: rows_.append([*rows_[0][:5], "keep"]), 4, "another action"),
    ],
)
def test_a_bad_review_is_refused_at_its_line(folder, tmp_path, change, line, told):
    encoder = Encoder.load(folder)
    rows_ = [row(encoder, named(encoder, " crawler")), row(encoder, named(encoder, " return"), "keep")]
    assert review.dropped(written(tmp_path / "good.tsv", rows_), encoder) == {b" crawler"}
    change(rows_, encoder)
    with pytest.raises(HeadwaterError) as caught:
        apply.plan(folder, written(tmp_path / "bad.tsv", rows_))
    assert caught.value.where.endswith(f"bad.tsv:{line}") and told in caught.value.message


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\0", b"a\tb\n1\t2\n", b"token_id\ttoken\taction\n1\t" + b"x" * 2_000_000]
)
def test_what_is_no_review_is_refused(tmp_path, data):
    (tmp_path / "review.tsv").write_bytes(data)
    with pytest.raises(HeadwaterError) as caught:
        review.dropped(tmp_path / "review.tsv")
    assert caught.value.failure == "unreadable_input"


@given(st.lists(st.tuples(st.binary(min_size=2, max_size=9), st.sampled_from(["keep", "drop"])), max_size=8))
@settings(deadline=None, max_examples=60)
def test_a_review_says_the_same_when_it_is_read(tmp_path_factory, entries):
    findings = [
        review.Finding(token_id=i, piece=piece, reasons=("dirty",), count=1, action=action, example_text='a\t\r\n"b\0')
        for i, (piece, action) in enumerate(entries)
    ]
    path = tmp_path_factory.mktemp("review") / "r.tsv"
    review.write(path, findings)
    assert review.dropped(path) == {f.piece for f in findings if f.action == "drop"}


@given(st.lists(st.text("ab语言", min_size=1, max_size=12), min_size=1, max_size=8, unique=True), st.data())
@settings(deadline=None, max_examples=100)
def test_cutting_leaves_all_but_the_pieces(spelled, data):
    piece = data.draw(st.sampled_from(spelled)).encode()
    sizes = [len(word.encode()) for word in spelled]
    text = np.frombuffer("".join(spelled).encode(), np.uint8)
    given_ = words.Words(np.cumsum([0, *sizes]).astype(np.int64), text, np.arange(1, len(spelled) + 1))
    left = cut_out.without(given_, [piece])
    got = sorted(
        (bytes(left.text[left.starts[n] : left.starts[n + 1]]), int(left.counts[n])) for n in range(len(left.counts))
    )
    expected = []
    for count, word in enumerate(spelled, 1):
        raw, covered = word.encode(), bytearray(len(word.encode()))
        for at in range(len(raw)):
            if raw.startswith(piece, at) and cut_out.means_itself(piece):
                covered[at : at + len(piece)] = b"\1" * len(piece)
        kept = b"".join(b"\0\0" if c else bytes([b]) for b, c in zip(raw, covered, strict=True))
        expected += [(part, count) for part in kept.split(b"\0\0") if part]
    assert got == sorted(expected)


def test_without_a_record_the_settings_are_read_off_the_tokenizer(folder, tmp_path):
    (tmp_path / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    encoder = Encoder.load(tmp_path)
    asked = apply.plan(tmp_path, written(tmp_path / "r.tsv", [row(encoder, named(encoder, " crawler"))]))
    known = apply.plan(folder, tmp_path / "r.tsv").config
    assert "assumed" in asked.assumed
    assert (asked.config.type, asked.config.reserve, asked.config.vocab_size) == (known.type, 4, known.vocab_size)
    assert asked.config.pretokenizer == "headwater"


@pytest.mark.parametrize("data", ["{", '{"schema": 9}', '{"schema": 1, "settings": {"vocab_size": "x"}, "barred": []}'])
def test_a_damaged_record_is_said(tmp_path, data):
    (tmp_path / training_record.NAME).write_text(data)
    with pytest.raises(HeadwaterError) as caught:
        training_record.read(tmp_path)
    assert caught.value.failure in ("damaged_file", "foreign_version")


def test_a_recipe_may_name_a_review(tmp_path):
    review.write(
        tmp_path / "review.tsv",
        [review.Finding(token_id=1, piece=b" return", reasons=("dirty",), count=1, action="drop")],
    )
    config = TokenizerConfig(vocab_size=600, reserve=4, audit=str(tmp_path / "review.tsv"))
    context = context_of(tmp_path / "with", config)
    train.run(context)
    without = context_of(tmp_path / "without", TokenizerConfig(vocab_size=600, reserve=4))
    train.run(without)
    pieces = [apply._pieces(Encoder.load(c.folder)) for c in (context, without)]
    assert not any(b" return" in p for p in pieces[0]) and b" return" in pieces[1]
    with pytest.raises(HeadwaterError):
        train.run(context_of(tmp_path / "none", TokenizerConfig(vocab_size=600, audit=str(tmp_path / "none.tsv"))))


def test_the_contents_of_a_review_are_in_the_stage_s_fingerprint(tmp_path):
    from headwater.chain import fields
    from headwater.recipe.load import load

    recipe = tmp_path / "recipe.yaml"
    review_path = tmp_path / "review.tsv"
    recipe.write_text(f"name: a\nsources: [{{files: {{paths: [a.jsonl]}}}}]\ntokenizer: {{audit: {review_path}}}\n")
    found = []
    for text in ("token_id\ttoken\taction\n", "token_id\ttoken\taction\n300\tab\tdrop\n"):
        review_path.write_text(text)
        found.append(fields.of_tokenizer(load(recipe).recipe))
    assert found[0] != found[1]


def test_the_commands(tmp_path, capsys):
    lines = "\n".join(json.dumps(r, ensure_ascii=False) for r in rows())
    (tmp_path / "in.jsonl").write_text(lines, "utf-8")
    given_ = str(tmp_path / "in.jsonl")
    tok, tsv, new = str(tmp_path / "tok"), str(tmp_path / "review.tsv"), str(tmp_path / "new")

    def called(*arguments):
        capsys.readouterr()
        code = main(["tokenizer", *arguments, "--json", "--quiet"])
        return code, json.loads(capsys.readouterr().out)

    assert called("train", given_, "--vocab-size", "900", "--reserve", "4", "-o", tok)[0] == 0
    code, value = called("audit", tok, given_, "-o", tsv)
    assert code == 0 and value["reasons"]["mojibake"] and value["reasons"]["sensitive"] and value["drop"]
    with open(tsv, encoding="utf-8", newline="") as file:
        header = next(csv.reader(file, delimiter="\t"))
    assert tuple(header[:6]) == ("token_id", "token", "reason", "count", "example_url", "action")
    code, changed = called("audit", tok, given_, "--apply", tsv, "-o", new)
    assert code == 0 and changed["vocab_size"] == 900 and changed["dropped"] == value["drop"]
    assert called("audit", new, given_, "-o", tsv)[1]["drop"] == 0
    assert called("audit", tok, given_, "--apply", tsv, "-o", str(tmp_path / "x"))[0] == 3
    assert called("audit", tok, given_, "--apply", tsv, "-o", tok)[0] in (2, 3)
    assert not (tmp_path / "x").exists()
