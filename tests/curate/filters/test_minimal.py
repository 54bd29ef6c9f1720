"""The rules for every document: readable, and more than one thing said over and over."""

import numpy as np
import pyarrow as pa
import pytest

from headwater.curate.filters import minimal
from headwater.curate.filters.minimal import MinimalConfig
from tests.curate.filters.verdict import verdict
from tests.curate.workspace import CHINESE, CODE, ENGLISH, POEM


def measured(text):
    columns = minimal.measure(pa.array(["", text], pa.large_string()), np.array([1]))
    assert tuple(columns) == minimal.COLUMNS
    return {name: float(column[0]) for name, column in columns.items()}


def rejected(text):
    return verdict(minimal.rules(MinimalConfig()), measured(text))


@pytest.mark.parametrize(
    "text",
    [ENGLISH, CHINESE, CODE, POEM, "Haste makes waste.", "欲速则不达", "ok", "E=mc²",
     # scripts that write many marks: pointed Hebrew with cantillation, Arabic, Vietnamese in pieces, Tibetan, Hindi
     "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים אֵ֥ת הַשָּׁמַ֖יִם וְאֵ֥ת הָאָֽרֶץ׃",
     "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ",
     "Tie\u0302\u0301ng Vie\u0323\u0302t la\u0300 mo\u0323\u0302t ngo\u0302n ngu\u031b\u0303",
     "བོད་སྐད་ཀྱི་སྒྲ་གཞན་པ་ནི་རྒྱལ་ཁབ་ཀྱི་སྐད་ཡིག་ཡིན།", "क्षेत्रीय विज्ञान की पुस्तकें",
     "« Qualité »\xa0: l’été à Évreux coûte 5\xa0€, ça va\xa0?", "A família está à venda: Ã, Â, É»."],
)  # fmt: skip
def test_short_forms_and_chosen_text_pass(text):
    assert rejected(text) is None, measured(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\x00\x01\x02" + "binary" * 3, "minimal.control_characters"),
        ("锟斤拷\ufffd\ufffd\ufffd text", "minimal.replacement_characters"),
        ("\u200b" * 50 + "text", "minimal.invisible_characters"),
        ("Z\u0351\u036f" * 4 + "a\u0300\u0301\u0302" * 9, "minimal.combining_marks"),
        ("Some words of a page " * 3 + "and a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a" * 2,
         "minimal.piled_marks"),
        ("--- ... ---", "minimal.empty"),
        ("", "minimal.empty"),
        ("村口的老磨坊旁边".encode().decode("latin-1") * 3, "minimal.control_characters"),
        ("Müller fährt über Köln nach Österreich".encode().decode("cp1252"), "minimal.misread"),
        ("村口的老磨坊旁边有一条小河".encode().decode("cp1252", "ignore") * 2, "minimal.misread"),
        ("a" * 500, "minimal.repeated"),
        ("哈" * 500, "minimal.repeated"),
        ("买一送一，" * 200, "minimal.repeated"),
        ("\n".join(["the same line of some words"] * 40), "minimal.repeated"),
    ],
)  # fmt: skip
def test_junk_is_rejected(text, reason):
    assert rejected(text) == reason, measured(text)


NEWS = (
    "東京都は十五日、来年度の予算案を発表した。子育て支援や防災対策に重点を置き、新たに保育所の整備を進めると知事が説明した。",
    "서울시는 십오일 내년도 예산안을 발표했다. 전체 규모는 약 사십조 원으로 올해보다 이 퍼센트 늘었다. "
    "시는 보육 지원과 재난 대책에 중점을 두겠다고 밝혔다.",
    "กรุงเทพมหานครประกาศแผนงบประมาณประจำปีหน้าเมื่อวันอังคาร โดยเน้นการดูแลเด็กและการป้องกันภัยพิบัติ ผู้ว่าราชการกล่าวว่าจะเริ่มในเดือนมีนาคม",
    "दिल्ली सरकार ने मंगलवार को घोषणा की कि नई मेट्रो लाइन का काम मार्च में शुरू होगा। इससे शहर के दक्षिणी इलाकों के लोगों को फायदा "
    "होगा और यात्रा का समय आधा हो जाएगा।",
    "Die Stadtbibliothek bleibt am Montag wegen Bauarbeiten geschlossen. Ab Dienstag ist sie wieder zu den üblichen "
    "Zeiten geöffnet. Bücher können an der Pforte zurückgegeben werden.",
)


def test_a_short_page_is_no_stub_where_its_letters_say_enough():
    assert [verdict(minimal.stub_rules(MinimalConfig()), measured(text)) for text in NEWS] == [None] * len(NEWS)


@pytest.mark.parametrize(
    "text",
    [
        "Login denied. " * 30,
        "Login denied.\n" * 30,
        "ログインできません。\n" * 30,
        "로그인이 필요합니다.",
        "Zugriff verweigert",
    ],
)
def test_a_stub_says_little_however_often(text):
    assert verdict(minimal.stub_rules(MinimalConfig()), measured(text)) == "minimal.stub"


def test_layout_lines_do_not_count_as_repetition():
    text = "\n".join(f"```\ncommand number {word}\n```" for word in ENGLISH.split()[:20])
    assert measured(text)["dup_line_share"] < 0.3


def test_a_null_is_an_empty_text_and_rows_keep_their_order():
    columns = minimal.measure(pa.array([None, "ab", "abcd\nef"]), np.array([2, 0, 1, 2]))
    assert columns["num_letters_digits"].tolist() == [6, 0, 2, 6]
    assert columns["num_lines"].tolist() == [2, 0, 1, 2]


@pytest.mark.parametrize("piece", ["x" * 97, "汉字", "a\u0300", "word\n", "\u200b ", "a\n\n", "|", "1,", "\\u4e2d"])
def test_hostile_sizes_take_bounded_time(piece):
    text = piece * (4_000_000 // len(piece.encode()))
    assert measured(text)["num_lines"] >= 0
