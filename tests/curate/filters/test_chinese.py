"""Chinese by character: prose, poems and technical pages pass; menus, advertising and repetition do not."""

import re

import numpy as np
import pyarrow as pa
import pytest

from headwater.curate.filters import chinese, minimal
from headwater.curate.filters.chinese import ChineseConfig
from tests.curate.filters.verdict import verdict
from tests.curate.workspace import CHINESE, POEM

PAGE = (
    "# 安装\n\n在 Linux 上运行下面的命令：\n\n```\nsudo apt-get install headwater\nheadwater run a.yaml\n```\n\n"
    "完成以后会看到一份报告，其中写明每一步的结果。"
)
TRADITIONAL = (
    "村口的老磨坊旁邊有一條小河，那年夏天水位很低。人們坐在石頭上，談論遲遲不來的雨水。"
    "孩子們不記得從前，只覺得這是最好的夏天，從這岸到那岸築起小小的水壩。"
)
UNMARKED = (
    "静夜思\n\n床前明月光\n疑是地上霜\n举头望明月\n低头思故乡\n\n"
    "登鹳雀楼\n\n白日依山尽\n黄河入海流\n欲穷千里目\n更上一层楼"
)
# Prose about what spam sells.
FRAUD = (
    "警方提醒，近期有人以“无需抵押”“当天放款”为诱饵，要求借款人先交保证金，随后失去联系。受害者多是急需资金的小店主，"
    "他们在陌生电话里听到利率很低，便提供了身份证和银行卡的照片。办案民警说，正规的银行不会在放款之前收取任何费用，"
    "遇到催促转账的人，应当立即挂断电话并报警。社区也在门口张贴了告示，请居民互相转告，尤其要告诉家里的老人。"
)
LOTTERY = (
    "体育彩票的投注额去年增长了一成，公益金主要用于修建球场和资助学校。研究博彩业的学者认为，投注者的年龄在下降，"
    "监管部门应当限制广告的时段。澳门的赌场在上世纪开放经营权以后迅速扩张，政府一半以上的收入来自博彩税，"
    "如今当地正在发展会展和旅游，希望减少对赌场的依赖。"
)
EQUALITY = (
    "两性平等是一个社会的基本原则。性别研究的课程讨论家务劳动的分配、升学和就业中的差别，也讨论生育和代孕的立法争议。"
    "学者指出，成人教育和职业培训能够让更多女性重返工作岗位，而性教育应当从小学开始，用孩子听得懂的语言来讲。"
)
NEWS = (
    "## 改进提升\n\n- 支持在导入之前检查目标表的字符集，减少因编码不同而失败的任务 [#101](https://a.example/101)\n"
    "- 统计信息过期的时候，优化器会提示用户重新收集 [#102](https://a.example/102)\n- 降低了空闲连接占用的内存 #103\n"
    "- 备份工具可以按照前缀筛选对象存储里的文件 #104\n\n"
    "## 错误修复\n\n- 修复分区表在重命名之后无法删除旧索引的问题 #105\n"
    "- 修复时区设置为夏令时地区，定时任务推迟一个小时执行的问题 #106\n- 修复某些情况下节点重启后选举超时的问题 #107\n"
    "- 修复日志里密码没有隐藏的问题 #108\n- 修复空字符串和空值比较，结果与旧版本不一致的问题 #109"
)


def measured(text):
    array, rows = pa.array([text], pa.large_string()), np.array([0])
    columns = minimal.measure(array, rows) | chinese.measure(array, rows)
    assert set(chinese.COLUMNS) <= set(columns)
    return {name: float(column[0]) for name, column in columns.items()}


def rejected(text):
    return verdict(chinese.rules(ChineseConfig())[1:], measured(text))


@pytest.mark.parametrize(
    "text",
    [CHINESE, POEM, PAGE, TRADITIONAL, UNMARKED, FRAUD, LOTTERY, EQUALITY, NEWS,
     "相见时难别亦难，东风无力百花残。\n春蚕到死丝方尽，蜡炬成灰泪始干。", "三人行，必有我师焉。", "一寸光阴一寸金"],
)  # fmt: skip
def test_good_text_passes(text):
    assert rejected(text) is None, measured(text)


def test_shares_are_of_visible_characters():
    row = measured("汉字 ab，\n。")
    assert row["chinese_han_share"] == 2 / 6 and row["chinese_punctuation_share"] == 2 / 6
    assert row["chinese_sentence_marks"] == 2 / 2


def test_traditional_is_a_share_of_what_tells():
    assert measured(TRADITIONAL)["chinese_traditional_share"] > 0.9
    assert measured(CHINESE)["chinese_traditional_share"] < 0.1
    assert np.isnan(measured("一寸光阴".replace("阴", "金"))["chinese_traditional_share"])


MENU = "\n".join(["首页", "关于我们的公司", "联系方式", "产品中心", "新闻资讯", "人才招聘", "下载中心", "网站地图"])
SPAM = {
    "gambling": "澳门新葡京官网为您提供真人荷官在线发牌，注册送彩金，首存送，百家乐投注、北京赛车计划、秒提现。",
    "loans": "急用钱找我！凭身份证贷款，不看征信，黑户可贷，秒批秒到，当天下款，信用卡套现、花呗套现均可办理。",
    "invoices": "专业代开发票，正规发票可查，先开票后付款；办证刻章，代办文凭，学信网可查，另有代写论文服务。",
    "marketing": "宝妈在家也能做，刷单返利，日结工资，轻松日赚三百，扫码加群免费领取教程，月入过万不是梦。",
    "contact": "想要的朋友加微信详聊，微信同号，备注来意；也可以加qq群，客服微信二十四小时在线，长按二维码识别。",
    "games": "新开传奇，变态版手游上线送vip，无限元宝，辅助外挂、透视自瞄一应俱全，游戏代练接单。",
    "medical": "祖传秘方，专治疑难，三天见效，永不复发，无效退款，壮阳补肾增大增粗，老中医秘方在线订购热线。",
}


@pytest.mark.parametrize("category", SPAM)
def test_pages_that_sell_are_spam(category):
    assert rejected(SPAM[category]) == "chinese.spam_phrases"
    assert rejected(SPAM[category] + CHINESE) == "chinese.spam_phrases", "a paragraph of prose does not hide it"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("chinese.ended_lines", MENU),
        ("chinese.menu", "首页 | 新闻 | 产品 | 招聘 | 联系\n"
         "国内 » 国际 » 财经 » 体育 » 娱乐\n手机版 | 电脑版 | 客户端 | 关于"),
        ("chinese.top_4gram", "".join((CHINESE + FRAUD)[i : i + 7] + "热门产品" for i in range(0, 240, 7))),
        ("chinese.dup_8gram", CHINESE + LOTTERY * 5),
        ("chinese.punctuation", "好！！！！！！！！！？？？？？？？？？"),
        ("chinese.rare", "这是一段普通的中文文字，用来检查编码。".encode().decode("gbk", "ignore") * 3),
        ("chinese.garbled", "你好锟斤拷锟斤拷世界锟斤拷烫烫烫。" * 3),
        ("chinese.duplicate_line_chars", "\n".join(["热门产品，人人喜爱，价格公道。"] * 6 + ["另外一行。"])),
        ("chinese.sentence_marks", re.sub("[，。、“”]", " ", CHINESE + TRADITIONAL + EQUALITY + FRAUD)),
        ("chinese.short_lines", "。\n".join("春夏秋冬日月山川风雨") + "。"),
    ],
)  # fmt: skip
def test_each_rule_catches_its_fault(reason, text):
    assert rejected(text) == reason, measured(text)


def test_one_phrase_said_often_counts_three_times():
    once = measured(CHINESE + "加微信。" * 3)["chinese_spam_per_1000"]
    assert measured(CHINESE + "加微信。" * 50)["chinese_spam_per_1000"] <= once


def test_a_phrase_in_quotation_marks_is_a_mention():
    phrases = ("加微信", "日入过千", "刷单返利", "内部优惠券", "信用卡套现", "黑户可贷")
    assert rejected("，".join(phrases) + "。") == "chinese.spam_phrases"
    assert rejected("".join(f"骗子常说“{phrase}”，" for phrase in phrases) + "请勿相信。") is None


def test_num_han_is_the_first_rule_and_for_pages_only():
    assert chinese.rules(ChineseConfig())[0].reason == "chinese.num_han"


def test_rows_are_measured_alone_and_in_any_order():
    texts = pa.array([CHINESE, None, POEM, SPAM["loans"]], pa.large_string())
    together = chinese.measure(texts, np.array([3, 0, 2, 1]))
    for place, row in enumerate((3, 0, 2, 1)):
        alone = chinese.measure(texts.slice(row, 1), np.array([0]))
        for name in chinese.COLUMNS:
            np.testing.assert_equal(together[name][place], alone[name][0])


# About spam, and stories: what sells is named in passing.
REPORTS = {
    "remedies": "医生提醒，网上宣传“根治不复发”的药大多不可信。有患者花了上万元购买号称祖传秘方的药膏，结果病情加重。"
    "白癜风医院的广告铺天盖地，不要相信三天见效之类的说法。",
    "essays": "记者调查发现，代写论文的中介往往声称包写包过，先付定金，写完之后再付尾款。"
    "教育部门表示，将严厉打击这种行为。",
    "court": "李某在网上发布办证刻章、代开发票的广告，为他人伪造公司印章，被判刑两年。"
    "法官提醒，这属于违法行为，"
    "当天放款的广告也多是诈骗，切勿轻信。",
    "review": "这部小说我追了两年，最新章节终于把伏笔都收回来了。"
    "看到有人求月票、求订阅，我也去投了一票，希望作者一直写下去。",
    "clinic": "一些代孕机构打着包成功、包性别的旗号招揽客户，代孕费用动辄几十万元，纠纷不断。专家呼吁加强监管。",
    "library": "我校图书馆开放时间有所调整，自习室座位可以在网上预约。如有疑问，欢迎来电咨询，我们会尽快答复。",
    "encoding": "程序员都知道“锟斤拷”和“烫烫烫”这两个梗。前者是因为编码转换出错，替换字符被当成另一种编码来读；"
    "后者是因为调试模式会填满没有初始化的栈内存。有一句话说：手持两把锟斤拷，口中疾呼烫烫烫。",
}


@pytest.mark.parametrize("subject", REPORTS)
def test_reports_about_spam_stay(subject):
    assert rejected(REPORTS[subject]) is None, measured(REPORTS[subject])


def test_a_number_to_write_to_makes_few_phrases_an_advertisement():
    phrases = "代办文凭，包写包过，考试包过。"
    assert rejected(phrases) is None
    assert rejected(phrases + "微信：abc12345") == "chinese.spam_phrases"


def test_a_short_page_stuffed_with_one_phrase_goes():
    stuffed = (
        "长沙保洁公司哪家好？长沙保洁公司首选我们。长沙保洁公司价格便宜，长沙保洁公司服务周到，找长沙保洁公司。" * 2
    )
    assert rejected(stuffed) == "chinese.top_4gram"
    assert rejected("两只老虎，两只老虎，跑得快，跑得快，一只没有眼睛，一只没有尾巴，真奇怪，真奇怪。" * 2) is None


def test_garbage_is_a_share_of_a_long_page_too():
    assert rejected((LOTTERY + "锟斤拷锟斤拷锟斤拷烫烫烫" * 3) * 8) == "chinese.garbled"


LISTS = {
    "free verse": "轻轻的我走了\n正如我轻轻的来\n我轻轻的招手\n作别西天的云彩\n\n那河畔的金柳\n是夕阳中的新娘\n"
    "波光里的艳影\n"
    "在我的心头荡漾\n\n软泥上的青荇\n油油的在水底招摇",
    "children": "春天来了\n小草绿了\n花儿开了\n小鸟在树上唱歌\n\n夏天来了\n知了叫了\n荷花开了\n青蛙跳到水里游泳",
    "song": "雨下了一整夜\n我还在等你\n窗外的灯灭了\n谁在唱旧歌\n\n雨下了一整夜\n我还在等你\n如果你听见了\n就请回头看",
    "loose stanzas": "从明天起\n做一个幸福的人\n劈柴 喂马\n走遍世界\n从明天起\n我有一所房子\n面朝大海\n花都开了",
    "specification": "产品参数\n屏幕尺寸 6.1英寸\n电池容量 4000毫安时\n重量 180克\n处理器 八核\n内存 8GB\n"
    "存储 128GB\n颜色 黑色 白色\n系统 安卓13",
    "labels": "书名：山中笔记\n作者：王小川\n译者：李明\n出版社：远方出版社\n页数：三百二十\n装帧：精装\n"
    "定价：五十八元\n开本：大三十二开\n字数：二十万",
    "table": "| 城市 | 人口 |\n| --- | --- |\n| 北京 | 两千万 |\n| 上海 | 两千四百万 |\n| 广州 | 一千八百万 |\n"
    "| 深圳 | 一千七百万 |\n"
    "| 成都 | 两千一百万 |\n| 武汉 | 一千三百万 |",
}
MENUS = {
    "groups": "新闻中心\n国内新闻\n国际新闻\n社会新闻\n\n财经频道\n股票行情\n基金净值\n理财产品\n\n关于我们\n"
    "联系我们\n加入我们\n法律声明",
    "footer": "联系我们\n电话：010-12345678\n传真：010-12345679\n邮箱：a@b.example\n地址：中山路1号\n邮编：100000\n"
    "网址：www.a.example\nQQ：123456\n"
    "版权所有：某某公司",
    "catalogue": "小说排行榜\n玄幻小说\n武侠小说\n都市小说\n历史小说\n穿越小说\n完本小说\n言情小说\n我的书架",
    "tags": "手机\n电脑\n平板\n相机\n家电\n图书\n服饰\n箱包\n母婴\n食品\n运动\n汽车",
}


@pytest.mark.parametrize("kind", LISTS)
def test_verse_and_tables_are_no_menus(kind):
    assert rejected(LISTS[kind]) is None, measured(LISTS[kind])


@pytest.mark.parametrize("kind", MENUS)
def test_menus_of_a_site_go(kind):
    assert rejected(MENUS[kind]) in ("chinese.ended_lines", "chinese.short_lines"), measured(MENUS[kind])


def test_lines_are_read_in_bounded_time():
    for text in ("好 " * 2_000_000, "好\n\n" * 800_000, "颜色|" * 800_000, "a：" * 800_000, "的\n" * 800_000):
        assert measured(text)["chinese_verse_or_facts"] <= 1
