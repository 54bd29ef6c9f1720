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
