"""Personal data: found in many forms, not found in what only looks like it, and never found twice."""

from __future__ import annotations

import random
import time

import numpy as np
import pyarrow as pa
import pytest

from headwater.curate.clean import edits
from headwater.curate.clean.config import PII, PiiConfig
from headwater.curate.clean.pii import card, identity, masking


def mask(text: str, code: bool = False, **settings: str) -> tuple[str, dict[str, int]]:
    counts = edits.none_yet(1)
    one = np.ones(1, bool)
    column = masking.mask(pa.array([text], pa.large_string()), one, one & code, PiiConfig(**settings), counts)
    return column[0].as_py(), {kind: int(counts[f"pii_{kind}"][0]) for kind in PII if counts[f"pii_{kind}"][0]}


def identity_number(rng: random.Random) -> str:
    body = f"{rng.choice(sorted(identity.PROVINCES))}0{rng.randint(100, 999)}"
    body += f"{rng.randint(1930, 2015)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(0, 999):03}"
    return body + next(c for c in "0123456789X" if identity.is_valid(body + c))


def card_number(rng: random.Random, prefix: str, length: int) -> str:
    body = prefix + "".join(str(rng.randint(0, 9)) for _ in range(length - len(prefix) - 1))
    return body + next(c for c in "0123456789" if card.is_valid(body + c))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to a.b+c@mail.example.org, please.", "Write to <EMAIL>, please."),
        ("邮箱：zhang.san@qq.com。", "邮箱：<EMAIL>。"),
        ("联系zhang@163.com或者li@sina.com.cn。", "联系<EMAIL>或者<EMAIL>。"),
        ("ｚｈａｎｇ＠ｑｑ．ｃｏｍ", "<EMAIL>"),
        ("<mailto:jo@x.de>", "<mailto:<EMAIL>>"),
        ("服务器地址8.8.8.8和 114.114.114.114", "服务器地址<IP>和 <IP>"),
        ("http://93.184.216.34:80/", "http://<IP>:80/"),
        ("host [2001:4860:4860::8888]:53", "host [<IP>]:53"),
        ("手机13812345678，电话010-62345678。", "手机<PHONE>，电话<PHONE>。"),
        ("手机：138 1234 5678 / 138-1234-5678", "手机：<PHONE> / <PHONE>"),
        ("电话（０２１）６２３４５６７８", "电话<PHONE>"),
        ("Call +86 138 1234 5678 or (212) 555-0123 or 212-555-0123.", "Call <PHONE> or <PHONE> or <PHONE>."),
        ("Phone: +44 20 7946 0958, +49 (0)30 901820, +1-800-555-0199", "Phone: <PHONE>, <PHONE>, <PHONE>"),
        ("Tel: 555-1234", "Tel: <PHONE>"),
        ("Mobile 13812345678", "Mobile <PHONE>"),
        ("卡号 6222 0212 3456 7890 128", "卡号 <CARD>"),
        ("card 4111 1111 1111 1111 exp", "card <CARD> exp"),
        ("卡号：4111111111111111", "卡号：<CARD>"),
        ("3782-822463-10005", "<CARD>"),
        ("müller@example.de und иван@почта.com", "<EMAIL> und <EMAIL>"),
        ("joe@startup.engineering, mailto:ann@firm.photography", "<EMAIL>, mailto:<EMAIL>"),
        ("415.555.2671 is mine", "<PHONE> is mine"),
        ("Tel. 030 901820 or Telefon: 089/12345678", "Tel. <PHONE> or Telefon: <PHONE>"),
        ("電話番号：03-1234-5678、전화 010-1234-5678", "電話番号：<PHONE>、전화 <PHONE>"),
        ("王总 13912345678，电话13812345678 个人", "王总 <PHONE>，电话<PHONE> 个人"),
        ("身份证号码：110105491231002", "身份证号码：<ID>"),
    ],
)
def test_what_is_masked(text, expected):
    masked, counts = mask(text)
    assert masked == expected
    assert sum(counts.values()) == masked.count("<") - text.count("<")
    assert mask(masked) == (masked, {})


@pytest.mark.parametrize(
    "text",
    [
        "x@w.T and icon@2x.png and @user and user@host", "git@github.com:owner/repo.git", "https://u:p@example.com/x",
        "https://lists.example.org/list/dev@example.org/thread/1", "a @ b.com",
        "v1.2.3.4, version 1.2.3.4, release-1.2.3.4, 版本1.2.3.4",
        "192.168.1.1 10.0.0.1 127.0.0.1 192.0.2.7 203.0.113.9",
        "# 1.2.3.4 Heading", "fd00::1 ::1 2001:db8::1 std::ab", "1.2.3.4.5 and 300.1.1.1",
        "订单号13812345678", "order 212-555-0123",
        "ISBN 978-7-111-12345-6", "2024-01-01 12:00:00", "20240101123456",
        "2^34 = 17179869184", "pi is 3.14159265358979323846", "1,234,567,890", "m=+2168762.679540369", "+999999/-0",
        "110101199003077759", "11010119900307", "4111111111111112", "1234567890123456", "sha 13812345678abcdef",
        "12 345 678 90", "1600000000000", "000-00-0000",
        "共 18612345678 人次观看", "粉丝 13912345678", "销售额13912345678元，达到13912345678", "11.11.11.11 大促",
        "编号110105491231002", "身份证号码：110105491331002", "A@B.transpose() and X@W.map", "logo@large.photo_png",
        "version 415.555.2671", "page 030 901820", "415.555.267",
    ],
)  # fmt: skip
def test_what_is_not_masked(text):
    assert mask(text) == (text, {})


@pytest.mark.parametrize("text", ["const N = 13812345678;", "id = 4111111111111111", "x = 8613812345678"])
def test_numbers_in_source_code_are_numbers(text):
    assert mask(text, code=True) == (text, {})


def test_keys_in_source_code():
    token = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3gH5"
    pem = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n" * 3 + "-----END PRIVATE KEY-----"
    assert mask(f't = "{token}"', code=True) == ('t = "<KEY>"', {"key": 1})
    assert mask(pem, code=True) == ("-----BEGIN PRIVATE KEY-----<KEY>-----END PRIVATE KEY-----", {"key": 1})
    assert mask("sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") == ("sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", {})


def test_recall_on_generated_numbers():
    rng = random.Random(5)
    for _ in range(200):
        assert mask(f"身份证号{identity_number(rng)}。")[0] == "身份证号<ID>。"
        prefix, length = rng.choice([("4", 16), ("51", 16), ("62", 16), ("62", 19), ("37", 15), ("6011", 16)])
        number = card_number(rng, prefix, length)
        assert mask(f"银行卡号 {number} 已绑定")[0] == "银行卡号 <CARD> 已绑定", number
        phone = f"1{rng.choice(['38', '59', '76', '99', '55'])}{rng.randint(0, 99999999):08}"
        if not phone.endswith("000000"):
            assert mask(f"请拨打{phone}联系")[0] == "请拨打<PHONE>联系"
        user = "".join(rng.choices("abcdefghij0123456789._", k=8)).strip("._") or "x"
        assert mask(f"mail {user}@example.{rng.choice(['com', 'cn', 'org', 'de'])} now")[0] == "mail <EMAIL> now"


def test_kinds_have_actions_of_their_own():
    text = "a@b.com 13812345678中"
    assert mask(text, action="none") == (text, {})
    assert mask(text, email="none") == ("a@b.com <PHONE>中", {"phone": 1})
    assert mask(text, action="none", email="drop") == ("<EMAIL> 13812345678中", {"email": 1})
    assert mask("车牌京A12345，护照号E12345678", plate="mask", passport="mask")[0] == "车牌<PLATE>，护照号<PASSPORT>"


@pytest.mark.parametrize(
    "text",
    [
        "@" * 1_000_000, "a@" * 100_000, "1" * 1_000_000, "1 " * 100_000, "13812345678 " * 5_000, "4111 " * 40_000,
        "+" * 1_000_000, "1.1.1.1 " * 50_000, "+1 (" * 200_000, "-----BEGIN PRIVATE KEY-----" * 20_000, "eyJ" * 300_000,
        "１ " * 40_000, "Tel. " * 200_000, "电话：0" * 100_000, "&é" * 200_000 + "@", "粉丝 13912345678\n" * 20_000,
    ],
)  # fmt: skip
def test_hostile_text_takes_linear_time(text):
    mask("warm 1")
    start = time.process_time()
    mask(text)
    assert time.process_time() - start < 15


def test_a_long_list_of_numbers_is_fast_and_masked_whole():
    rng = random.Random(7)
    rows = [f"1{rng.choice(['38', '59', '76', '99', '22'])}{rng.randint(10**6, 10**7 - 1)}1" for _ in range(20_000)]
    cards = [f"卡号 {card_number(rng, '62', 16)}" for _ in range(50)]
    text = "\n".join([*rows, *cards])
    text = f"电话\n{text}"
    mask("warm 13812345678 中")
    start = time.process_time()
    masked, counts = mask(text)
    assert time.process_time() - start < 4
    phones = sum(row[1:3] != "22" for row in rows)
    assert counts == {"phone": phones, "card": 50} and masked.count("122") >= 20_000 - phones
