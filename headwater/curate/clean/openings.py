"""How lines of a page's furniture begin, and what those hold that may begin with anything.

In: nothing. Out: of every kind of `phrases`, `post_phrases` and `strong_phrases` the openings and tells by which its
patterns, large as they are, are tried on few lines. Every line that a pattern holds for must have one of its kind:
whoever adds a pattern adds them here (a test draws lines from the patterns and looks). Chinese is written in simplified
characters and holds in both scripts.
"""

from __future__ import annotations

from functools import cache

from headwater.curate.clean import han_forms
from headwater.kernels import line_openings

_NETWORKS = (
    "facebook twitter x linkedin reddit pinterest whatsapp telegram tumblr instagram youtube email e messenger weibo "
    "wechat hacker mastodon bluesky threads tiktok rss copy print"
)
# sizes of letters to choose from, and what may follow
_SIZES = [size + after for size in "大中小" for after in " 打关收纠复字大中小推点举分|:：/]】)）[【(（"]
OPENINGS = {
    "breadcrumb": "home you 您 现在 当前 目前 的位 所在 位置 首页 主页 网站",
    "menu": "home about contact log login logout sign register my account cart search menu site help faq faqs "
    "support careers jobs press advertise privacy terms cookie legal disclaimer accessibility imprint rss blog "
    "news products services shop subscribe skip jump back return scroll toggle show hide open close main "
    "english 首页 主页 网站 返回 关于 联系 免责 隐私 用户 服务 法律 诚聘 加入 招聘 广告 友情 版权 帮助 意见 "
    "登录 注册 设为 收藏 客服 商务 举报 无障 繁体 简体 手机 电脑 站点 回到 导航 跳到 跳转 跳至 回首 回上 回页 "
    "回顶 回列 回最 回网 go 友站 登入 登出 会员 联络 使用 常见 购物 客户 著作 最新 订阅",
    "share": f"share tweet pin {_NETWORKS} click fb line plurk 一键 分享 转发 打开 微信 点击 点此 立即 我要 请用 "
    "请使 用微 用手 使用 用扫 手机 扫一 扫码 扫描 朋友 新浪 微博 qq 豆瓣 人人 知乎 抖音 快手 复制 更多 脸书 "
    "推特 噗浪 电子",
    "read_more": "read show see view load learn find continue keep click tap related recommended popular recent "
    "trending latest more you most top editor sponsored advertisement promoted 阅读 查看 展开 显示 浏览 点击 "
    "更多 相关 热门 推荐 最新 精彩 猜你 猜您 为您 为你 大家 广告 继续 看全 看原 看更 看剩 观看 了解 延伸 点选 "
    "您可 你可 您也 你也",
    "neighbour": "prev next older newer 上一 下一 首页 较旧 较新 较早",
    "follow": "follow like find join connect subscribe sign get receive enter 欢迎 扫码 扫一 扫描 长按 识别 微信 "
    "敬请 请关 请订 请按 请追 请加 关注 订阅 公众 立即 快来 按赞 追踪 加入 使用",
    "credit": "proudly powered posted filed post tags categories tagged view see bookmark 标签 文章 文档 所属 "
    "分类 归档 责任 责编 编辑 校对 审核 审校 值班 网络 本文 编审 监制 实习",
    "button": "share tweet subscribe sign log login next previous menu search advertisement ad accept allow "
    "reject decline manage your 全部 同意 分享 收藏 点赞 打印 登录 注册 返回 登入 列印 接受 拒绝 我同 我知",
    "download": "download get 点击 立即 马上 免费 高速 普通 本地 扫码 下载 打开 前往",
    "reaction": "leave post add write submit cancel comment no log logg login sign register please you your e required "
    "fields like notify was did print email save bookmark report 发表 发布 提交 取消 撰写 您必 你必 友善 列印 "
    "转寄 关本 关此 关窗 关视 登入 您的 你的 电子 邮箱 电邮 必填 必要 在此 查看 我要 最新 热门 网友 已有 条评 "
    "人参 人评 人点 人阅 次阅 次浏 阅读 浏览 点击 评论 点赞 打印 关闭 收藏 纠错 复制 字体 字号 推荐 举报 分享 "
    "请登 请注 登录 注册",
    "maker": "proudly powered designed developed hosted website site theme web",
    "consent": "by accept allow reject decline deny manage necessary cookie privacy consent do please enable turn "
    "activate",
    "copyright": "",
    "reprint": "声明 免责 版权 郑重 特别 本站 本网 本平 本文 本页 本公 部分 文中 以上",
    "registration": "",
}
# With the place of the two bytes that each is known by: seldom ones.
TELLS = {
    "consent": (("cookie", 3), ("script", 1), ("r privacy", 7), ("partners", 3), ("隐私", 2), ("浏览器", 2)),
    "credit": (("entry was", 2),),
    "reaction": (("akismet", 3),),
    "copyright": (
        ("©", 0),
        ("ⓒ", 1),
        ("Ⓒ", 1),
        ("(c)", 0),
        ("copyright", 3),
        ("all right", 3),
        ("权所有", 2),
        ("权归", 2),
        ("权属", 2),
        ("权均", 2),
        ("权皆", 2),
        ("权都", 2),
    ),
    "reprint": (("未经", 2), ("注明", 2), ("标明", 2), ("载请联", 2), ("侵权", 2), ("侵犯", 2)),
    "registration": (("icp", 1), ("公网安备", 2), ("许可证", 2)),
}
FOLDED = (("\u017f", 0), ("\u212a", 1))  # patterns in either case take them for s and k
# Beside ASCII: what marks an item, arrows, an opening bracket, white space.
PASSED = (
    "•·▪◦»«‹←（【\u3000\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
    "\u202f\u205f"
)
BIT_OF = {kind: 1 << number for number, kind in enumerate(OPENINGS)}


@cache
def tables() -> line_openings.Tables:
    """The tables of all kinds; a kind's subject is its bit in BIT_OF."""
    openings = [(opening, BIT_OF[kind]) for kind, listed in OPENINGS.items() for opening in listed.split()]
    openings += [(size, BIT_OF["reaction"]) for size in _SIZES]
    openings = [(form, subjects) for opening, subjects in openings for form in han_forms.forms(opening)]
    told = [(tell, place, BIT_OF[kind]) for kind, listed in TELLS.items() for tell, place in listed]
    tells = [(form, place, subjects) for tell, place, subjects in told for form in han_forms.forms(tell)]
    return line_openings.build(openings, tells + [(*tell, sum(BIT_OF.values())) for tell in FOLDED], PASSED)
