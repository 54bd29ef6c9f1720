"""Chinese by character: prose, poems and technical pages pass; menus, advertising and repetition do not."""

from headwater.curate.config import ChineseConfig
from headwater.curate.filters import chinese, minimal
from tests.curate.filters.verdict import statistics, verdict
from tests.curate.workspace import CHINESE, POEM

PAGE = (
    "# 安装\n\n在 Linux 上运行下面的命令：\n\n```\nsudo apt-get install headwater\nheadwater run a.yaml\n```\n\n"
    "完成以后会看到一份报告，其中写明每一步的结果。"
)


def measured(text):
    return statistics(minimal, text) | statistics(chinese, text)


def rejected(text):
    return verdict(chinese.rules(ChineseConfig())[1:], measured(text))


def test_good_text_passes():
    verse = "相见时难别亦难，东风无力百花残。\n春蚕到死丝方尽，蜡炬成灰泪始干。"
    for text in (CHINESE, POEM, PAGE, verse, "三人行，必有我师焉。", "一寸光阴一寸金"):
        assert rejected(text) is None, text


def test_shares_are_of_visible_characters():
    row = measured("汉字 ab，\n。")
    assert row["chinese_han_share"] == 2 / 6 and row["chinese_punctuation_share"] == 2 / 6


def test_each_rule_catches_its_fault():
    menu = "\n".join(["首页", "关于我们的公司", "联系方式", "产品中心", "新闻资讯", "人才招聘", "下载中心", "网站地图"])
    cases = {
        "chinese.spam_phrases": "加微信免费领取彩金，注册送百家乐投注，日赚三千不是梦，点击领取。",
        "chinese.ended_lines": menu,
        "chinese.dup_10gram": CHINESE + "这里的产品质量好价格便宜欢迎选购，" * 20,
        "chinese.punctuation": "好！！！！！！！！！？？？？？？？？？",
        "chinese.duplicate_line_chars": "\n".join(["热门产品，欢迎选购，价格公道。"] * 6 + ["另外一行。"]),
    }
    for reason, text in cases.items():
        assert rejected(text) == reason, (reason, measured(text))


def test_num_han_is_the_first_rule_and_for_pages_only():
    first = chinese.rules(ChineseConfig())[0]
    assert first.reason == "chinese.num_han"
