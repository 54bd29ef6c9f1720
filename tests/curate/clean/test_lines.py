"""Boilerplate lines go; headings, lists, tables, code and sentences about the same things stay."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from headwater.curate.clean import edits, lines

GONE = """\
We use cookies to improve your experience on our site.
This website uses cookies. By continuing you accept our cookie policy.
Accept all cookies
Cookie settings
本网站使用cookies以提升您的体验，继续浏览即表示同意。
Home > News > World
Home » Blog » How to bake
首页 > 新闻 > 正文
当前位置：首页 > 新闻中心
Home | About | Contact
首页 | 关于我们 | 联系我们
Skip to main content
Back to top
返回顶部
Share on Facebook
- Share on Twitter
Share this article
[Share on LinkedIn](https://linkedin.com/share)
分享到：微信 微博 QQ空间
Read more »
Read more
Continue reading →
Show more comments
阅读全文
点击查看更多
Previous post: A day at sea
← Previous
上一篇：春天来了
下一篇：夏天
上一页 1 2 3 下一页
Follow us on Facebook and Twitter
Subscribe to our newsletter
扫码关注我们
长按识别二维码关注
责任编辑：张三
（责任编辑：李四）
© 2023 Example Inc. All rights reserved.
Copyright © 2010-2020 Example
All rights reserved.
版权所有 某某公司
未经许可，不得转载。
京ICP备12345678号-1
京公网安备 11010502030143号
点击下载
立即下载
Leave a comment
12 comments
Powered by WordPress
Advertisement
版权所有 © 2020 某某公司
某某网版权所有，未经许可不得转载
© 2021 example.com
Copyright 2019 by The New Herald
1. © 2023 Example Inc.
未经本网授权，任何单位不得以任何形式复制本网内容。
转载请注明出处：某某网
关注我们
关注我们的微信公众号：某某
请关注官方微博
当前位置：新闻 > 国内 > 正文
编辑：王小明 校对：李四
点击查看全文
立即下载APP
Please enable JavaScript to view the comments.
您的浏览器版本过低，请升级浏览器。
扫一扫，分享到朋友圈
微信 微博 QQ空间
声明：本网站部分内容来自互联网
声明：本站部分文章来源于网络，如有侵权请联系我们删除。
部分图片来自网络，版权归原作者所有
如有侵权，请联系管理员删除。
打印本页
友情链接
复制链接
猜你喜欢
您的电子邮箱地址不会被公开。 必填项已用 * 标注
取消回复
发表回复
标签：历史, 文化
您必须登录才能发表评论。
本網站使用 Cookie，繼續瀏覽即表示您同意。
為了提供更好的服務，本網站會使用 Cookies。
版權所有，翻印必究
© 2021 某某股份有限公司 著作權所有
未經授權，請勿轉載
首頁
首頁 > 新聞 > 國際
首頁 | 關於我們 | 聯絡我們 | 隱私權政策
目前位置：首頁 > 最新消息
回到頂部
回首頁
點擊分享
分享至 Facebook LINE
繼續閱讀
延伸閱讀
相關報導
您可能也會喜歡
上一篇：春天來了
較舊的文章
訂閱電子報
追蹤我們
責任編輯：王小明
發表迴響
發佈留言
電子郵件地址不會被公開。必要欄位標示為 *
友善列印
立即下載
登入後才能留言
Your email address will not be published. Required fields are marked *
Required fields are marked *
Save my name, email, and website in this browser for the next time I comment.
Notify me of new posts by email.
This site uses Akismet to reduce spam. Learn how your comment data is processed.
We value your privacy
We and our partners store and access information on a device, such as cookies.
Posted in Travel, Food
Posted in Uncategorized
Posted on March 3, 2019 by Jane Doe
Filed under: Recipes
Tags: bread, baking, rye
Tags: #rye #bread
Categories: Travel | Food
View all posts by Jane
Log in to leave a comment
Please log in or register to post a comment.
You must be logged in to post a comment.
Cancel reply
Click to share on Twitter (Opens in new window)
Like Loading...
Most popular
Editor’s picks
""".splitlines()
STAYS = """\
We use cookies to bake the cake, and then we eat them. That is all there is to it, my friend said.
The site was closed in 1990 after the owner died.
Read more books if you want to write well.
We share this house with two cats.
Home is where the heart is.
# Share
## Related articles
| Home | About |
    Share
- apples
- next
1. First, open the window.
The next page shows the results of the first experiment.
下一章我们将讨论这个问题。
上一篇文章介绍了安装方法，这一篇介绍使用方法。
我们可以点击下载按钮获取文件，然后安装。
版权所有者可以授权他人使用其作品。这是法律规定的。
他在首页上看到了这条新闻。
编辑：这是一个动词，也是一个名词，用法不同。
床前明月光，疑是地上霜。
Copyright law protects the authors of books and of songs.
第三条 未经甲方书面同意，乙方不得将房屋转租给第三人。
未经许可，任何人不得进入实验室。
未经他人允许不得随意翻看别人的东西。
未经甲方书面同意，乙方不得复制本合同的任何内容。
论著作权与版权所有问题的若干思考
著作权的版权所有者享有复制权和发行权
2. 点击进入备份界面
5、点击下载备份包
（3）点击查看全部
1. Start > Settings > Network
1. Home > Adapter > Properties
Step 2: Read more
5. Please enable JavaScript in the browser, then load the page again.
Start > Settings > Network
Home → Insert → Table
Home / Work / Life balance
Follow me
Join us
关注我们身边的人
关注我们的健康
请关注我们下一步的计划
编辑：在本教程中我们用到了 Vim
审核：由部门经理负责
下一节：二次函数的图像
当前位置：东经120度，北纬30度
您的位置：第三排第五座
You are here: a story about place
浏览器不支持这个属性时会怎样
免费下载软件的方法有哪些
普通下载速度
转载请注明出处是一种基本的尊重
Copyright 1998 saw the law change in the United States and beyond
(c) 2001 was the year of the film.
Powered by steam
Hosted by Jimmy Kimmel
Next chapter: The Return of the King
Learn more about black holes →
We use cookies as bait, and the mice agree with us.
Home help
Contact, help, support
Posted in Berlin, he learned German and wrote to her every week.
The letters posted in June arrived in August
Posted by the door stood two guards with their lamps lit
Tags: these are labels that you attach to files, and they help you to find them again.
Categories of animals, plants and fungi
Categories: what Aristotle calls the highest kinds of being
Tag a friend, then run
Log in to your account to change the settings
We value your privacy and we have done so since the day this firm was founded in 1950
We and our partners danced until the sun came up, and nobody cared about cookies.
Your email address will be the name that you sign in with.
Required fields of study are listed below
Most popular songs of the year were about love
Click to share what you know, the teacher said
Save my name for the last, she said
微信和微博的区别
微信、微博、抖音是三种常用的应用
扫一扫院子里的落叶
扫码支付已经普及
声明：我从未到过那个地方
本文内容来自作者多年的教学笔记
本站部分内容来自社区居民的回忆
如果专利侵权，应当赔偿损失
如有侵权行为，权利人可以向人民法院起诉。
著作權歸作者所有，法律另有規定的除外。
他打印本页时发现墨水用完了
友情链接着两座城市
标签：一种贴在商品上的纸片，用来说明价格。
猜你喜欢吃什么
继续阅读之前先想一想
首頁設計的原則
他在首頁上看到了這條新聞。
點擊分享按鈕，然後選擇聯絡人
我們重視您的隱私權利與尊嚴這件事由來已久
電子郵件地址由兩部分組成
版權所有者可以授權他人使用其作品。這是法律規定的。
著作權所有人得要求賠償
下一章我們將討論這個問題。
關注我們身邊的人
未經他人允許不得隨意翻看別人的東西。
留言與回覆的禮儀
""".splitlines()


def cut(*texts: str) -> tuple[list[str], list[int]]:
    counts = edits.none_yet(len(texts))
    column = lines.cut_boilerplate(pa.array(texts, pa.large_string()), np.ones(len(texts), bool), counts)
    return column.to_pylist(), counts["boilerplate_line"].tolist()


def test_boilerplate_lines_go():
    texts, counts = cut(*(f"First sentence.\n\n{line}\n\nLast sentence." for line in GONE))
    left = [line for line, text in zip(GONE, texts, strict=True) if text != "First sentence.\n\nLast sentence."]
    assert not left and set(counts) == {1}


def test_other_lines_stay():
    texts, counts = cut(*STAYS)
    assert texts == STAYS and not any(counts)


def test_blank_lines_close_up():
    text = "Home | About | Contact\n\n# Title\n\nBread is good.\n\n- Share on Facebook\n- Share on X\n\nSo is rye."
    text += "\nRead more\n\n"
    assert cut(text) == (["# Title\n\nBread is good.\n\nSo is rye."], [4])
    assert cut("Share on Facebook\n\n", "One.\nRead more\nTwo.") == (["", "One.\nTwo."], [1, 1])


def test_code_and_hand_wrapped_paragraphs_stay():
    code = "```\nRead more\n```"
    wrapped = "You can\nread more\nabout it in the book,\nor\n\nRead more\nin the book."
    assert cut(code, wrapped) == ([code, wrapped], [0, 0])


@pytest.mark.parametrize("line", ["Read more " * 100_000, "首页 > " * 100_000, "| " * 500_000, "[" * 500_000])
def test_hostile_lines_stay(line):
    assert cut(line + "\nx") == ([line + "\nx"], [0])


BODY = [f"This is sentence number {number} of what the page says." for number in range(12)]


@pytest.mark.parametrize(
    "line", ["Read more", "Home > News > World", "责任编辑：张三", "下一篇：夏天", "Leave a comment", "12 comments"]
)
def test_weak_lines_go_only_at_the_edges_and_beside_others(line):
    for place in (0, 3, len(BODY) - 3, len(BODY)):
        text = "\n".join([*BODY[:place], line, *BODY[place:]])
        assert cut(text) == (["\n".join(BODY)], [1]), place
    inside = "\n".join([*BODY[:6], line, *BODY[6:]])
    assert cut(inside) == ([inside], [0])
    beside = "\n".join([*BODY[:6], line, "", "© 2020 Example Inc.", *BODY[6:]])
    assert line not in cut(beside)[0][0] and cut(beside)[1] == [2]


def test_faint_lines_go_only_beside_others():
    verse = "Down the river we will go\nFollow me\nWhere the willow branches grow\nFollow me"
    assert cut(verse) == ([verse], [0])
    assert cut("One sentence.\n\nLeave a comment\nFollow us\nHosted by Example") == (
        ["One sentence.\n\nHosted by Example"],
        [2],
    )


def test_strong_lines_go_anywhere():
    for line in (
        "© 2020 Example Inc. All rights reserved.",
        "京ICP备12345678号-1",
        "Accept all cookies",
        "未经许可，不得转载。",
    ):
        assert cut("\n".join([*BODY[:6], line, *BODY[6:]])) == (["\n".join(BODY)], [1])


def test_steps_of_a_tutorial_stay():
    steps = [
        "1. 打开设置",
        "2. 点击进入备份界面",
        "3. 点击查看全部",
        "- Read more",
        "- Next page",
        "① 立即下载",
        "© 2020 Example",
    ]
    assert cut("\n".join(steps)) == (["\n".join(steps[:-1])], [1])
