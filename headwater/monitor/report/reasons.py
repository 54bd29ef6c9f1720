"""Why a page or document was not kept, said in words in both languages.

In: a reason such as `gopher.mean_word_length`. Out: (English, Chinese). A reason without a line of
its own is explained by its group, the part before the dot.
"""

from __future__ import annotations

from headwater.monitor.report import reasons_cleaning, reasons_finding

GROUPS: dict[str, tuple[str, str]] = {
    "input": ("the row could not be read", "该行无法读取"),
    "extract": ("no usable text in the page", "页面里没有可用的正文"),
    "files": ("left out by the recipe's source settings", "按配方中的来源设置排除"),
    "url": ("its address looks unsuitable", "网址不合适"),
    "minimal": ("not readable as text", "不像可读的文本"),
    "gopher_repetition": ("says the same things over and over", "内容反复"),
    "fineweb": ("lines like those of lists and menus", "行的样子像列表或菜单"),
    "decontaminate": ("holds questions of an evaluation set", "含有评测集的题目"),
    "cap": ("one of very many of its kind", "同类文档过多"),
    "caps": ("one of very many of its kind", "同类文档过多"),
    "pii": ("holds personal data", "含有个人信息"),
    "split": ("its twin is held out for measuring", "相同文本已留作评测"),
    "inject": ("a fact that could not be used", "无法使用的知识条目"),
    "synthesize": ("a made text of no use", "合成的文本不可用"),
    "gopher": ("does not read like English prose", "不像通顺的英文文章"),
    "c4": ("looks like a page without prose", "页面像是没有正文"),
    "chinese": ("does not read like Chinese prose", "不像通顺的中文文章"),
    "code": ("not code that people wrote by hand", "不像人手写的代码"),
    "dedup": ("already there in another document", "与另一篇文档重复"),
    "langid": ("its language is not among those asked for", "语言不在要求之列"),
    "robots": ("the site's robots.txt asks crawlers to stay out", "网站的 robots.txt 请爬虫不要访问"),
    "recall": ("not among the pages like those asked for", "与所要的页面不相似"),
    "quality": ("scored below the quality asked for", "质量得分低于要求"),
    "trap": ("an address that looks like an endless maze of pages", "网址像是无穷无尽的页面陷阱"),
    "canonical": ("another address of the same page was kept", "已保留同一页面的规范网址"),
    "tdm": ("its owner reserves text and data mining", "所有者保留文本与数据挖掘权利"),
    "label": ("no usable answer came back for it", "没有得到可用的标注"),
    "redirect": ("it had moved", "页面已转移"),
    "fetch": ("the page could not be fetched", "页面抓取失败"),
}

STATUS = "fetch.status_"
REASONS = reasons_finding.REASONS | reasons_cleaning.REASONS


def own_words(reason: str) -> tuple[str, str] | None:
    """(English, Chinese) of this reason alone; None where it has no line of its own."""
    if reason.startswith(STATUS):
        code = reason.removeprefix(STATUS)
        return f"the server answered with status {code}", f"服务器返回状态码 {code}"
    return REASONS.get(reason) or reasons_cleaning.family(reason)


def explain(reason: str) -> tuple[str, str]:
    """(English, Chinese) for a reason; by its group, or in general, where it has no line of its own."""
    group = GROUPS.get(reason.split(".")[0])
    return own_words(reason) or group or ("left out by the rule of this name", "被同名规则排除")
