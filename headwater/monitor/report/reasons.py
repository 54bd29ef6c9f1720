"""Why a page or document was not kept, said in words in both languages.

In: a reason such as `gopher.mean_word_length`. Out: (English, Chinese). A reason without a line of
its own is explained by its group, the part before the dot.
"""

from __future__ import annotations

GROUPS: dict[str, tuple[str, str]] = {
    "input": ("the row could not be read", "该行无法读取"),
    "extract": ("no usable text in the page", "页面里没有可用的正文"),
    "files": ("left out by the recipe's source settings", "按配方中的来源设置排除"),
    "url": ("its address looks unsuitable", "网址不合适"),
    "minimal": ("not readable as text", "不像可读的文本"),
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
REASONS: dict[str, tuple[str, str]] = {
    "host_busy": ("its server was too busy for too long", "服务器持续繁忙"),
    "too_deep": ("more links away from the start than the recipe allows", "超出配方允许的链接深度"),
    "opt_out": ("its owner asked to be left out", "所有者要求排除"),
    "tdm.reserved": ("its owner reserves text and data mining", "所有者保留文本与数据挖掘权利"),
    "canonical.elsewhere": ("another address of the same page was kept", "已保留同一页面的规范网址"),
    "fetch.unparsable": ("a page that no parser could read", "页面无法解析"),
    "trap.calendar": ("one of endless calendar pages", "无穷无尽的日历页面"),
    "trap.session_id": ("an address that names a session", "网址带有会话标识"),
    "trap.repeated_segments": ("an address that repeats itself", "网址路径自我重复"),
    "trap.too_deep": ("an address with too many folders", "网址层级过深"),
    "trap.too_many_queries": ("one of very many views of the same page", "同一页面的大量参数组合"),
    "recall.not_recalled": ("not among the pages like those asked for", "与所要的页面不相似"),
    "quality.low_score": ("scored below the quality asked for", "质量得分低于要求"),
    "input.invalid_json": ("a line that is not JSON", "某行不是合法的 JSON"),
    "input.invalid_utf8": ("bytes that are not UTF-8 text", "不是 UTF-8 文本"),
    "input.no_text": ("a row without text", "没有正文的行"),
    "input.too_long": ("a file too large to hold", "文件过大"),
    "input.line_too_long": ("a line too long to hold", "行过长"),
    "input.truncated": ("a compressed file that ends too early", "压缩文件不完整"),
    "extract.too_large": ("a page too large to read", "页面过大"),
    "extract.timeout": ("reading the page took too long", "解析超时"),
    "extract.failed": ("the page could not be read", "页面无法解析"),
    "extract.no_text": ("no main text was found in the page", "页面中找不到正文"),
    "files.where": ("not among the rows the recipe asks for", "不符合配方的筛选条件"),
    "url.too_long": ("an overlong address", "网址过长"),
    "url.ip_host": ("a bare IP address in place of a host name", "主机名是裸 IP 地址"),
    "url.bad_extension": ("the address of an archive, image or program", "网址指向压缩包、图片或程序"),
    "url.bad_word": ("a word of the adult and spam list in the address", "网址含有色情或垃圾信息词语"),
    "minimal.empty": ("next to no letters or digits", "几乎没有文字或数字"),
    "minimal.control_characters": ("too many control characters", "控制字符过多"),
    "minimal.replacement_characters": ("too many characters lost to a wrong encoding", "乱码过多（编码错误）"),
    "minimal.invisible_characters": ("too many invisible characters", "不可见字符过多"),
    "minimal.repeated": ("the same few characters over and over", "同样的内容反复出现"),
    "minimal.duplicate_lines": ("almost every line repeats another", "几乎所有行都重复"),
    "gopher.num_words": ("too few words, or far too many", "词数过少或过多"),
    "gopher.mean_word_length": ("words unusually short or long on average", "平均词长异常"),
    "gopher.hashes": ("too many # signs", "# 号过多"),
    "gopher.ellipses": ("too many ellipses", "省略号过多"),
    "gopher.bullet_lines": ("almost nothing but bullet points", "几乎全是列表项"),
    "gopher.ellipsis_lines": ("many lines break off in an ellipsis", "许多行以省略号结尾"),
    "gopher.alpha_words": ("too many words without a letter", "不含字母的词过多"),
    "gopher.stop_words": ("hardly any of the commonest English words", "几乎没有常见的英文虚词"),
    "gopher.duplicate_lines": ("many lines appear twice", "重复的行过多"),
    "gopher.duplicate_line_chars": ("much of the text is repeated lines", "重复的行占比过高"),
    "gopher.duplicate_paragraphs": ("many paragraphs appear twice", "重复的段落过多"),
    "gopher.duplicate_paragraph_chars": ("much of the text is repeated paragraphs", "重复的段落占比过高"),
    **{
        f"gopher.top_{n}gram": (f"one phrase of {n} words fills the page", f"某个 {n} 词短语占据了页面")
        for n in (2, 3, 4)
    },
    **{
        f"gopher.dup_{n}gram": (f"phrases of {n} words repeat again and again", f"{n} 词短语反复出现")
        for n in range(5, 11)
    },
    "c4.lorem_ipsum": ("placeholder text (lorem ipsum)", "占位文字（lorem ipsum）"),
    "c4.curly_bracket": ("curly brackets: program code, not prose", "含花括号：是程序代码而非文章"),
    "c4.num_sentences": ("too few whole sentences", "完整的句子过少"),
    "chinese.num_han": ("too few Chinese characters", "汉字过少"),
    "chinese.han_share": ("Chinese characters are a small part of it", "汉字占比过低"),
    "chinese.spam_phrases": ("phrases typical of spam", "含有垃圾信息常用语"),
    "chinese.punctuation": ("too much punctuation", "标点过多"),
    "chinese.ended_lines": ("hardly a line ends like a sentence", "几乎没有以句末标点结束的行"),
    "chinese.duplicate_line_chars": ("much of the text is repeated lines", "重复的行占比过高"),
    "chinese.dup_10gram": ("passages repeat again and again", "大段内容反复出现"),
    "chinese.short_lines": ("almost only very short lines, as in a menu", "几乎全是极短的行（像菜单）"),
    "code.generated": ("marked as generated by a program", "标明由程序生成"),
    "code.data": ("mostly data, not code", "主要是数据而非代码"),
    "code.max_line": ("a line far too long for people", "有过长的行"),
    "code.mean_line": ("lines too long on average: minified", "平均行长过大（被压缩过）"),
    "code.alnum": ("too few letters and digits", "字母和数字过少"),
    "split.twin_held_out": ("its twin is held out for measuring", "相同文本已留作评测"),
    "dedup.exact": ("the same text as a document that was kept", "与已保留的文档文字相同"),
    "robots.forbidden": ("the site's robots.txt asks crawlers to stay out", "网站的 robots.txt 请爬虫不要访问"),
    "robots.unreachable": ("robots.txt could not be read, so nothing was asked for", "读不到 robots.txt，因此没有抓取"),
    "robots.delay_too_long": ("robots.txt asks for a longer pause than we wait", "robots.txt 要求的间隔过长"),
    "private_address": ("an address inside a private network", "内网地址"),
    "host_unreachable": ("the host did not answer any more", "主机不再响应"),
    "redirect.followed": ("moved: its new address was asked for instead", "已转移：改为抓取新地址"),
    "redirect.elsewhere": ("moved to a place the crawl was not to go", "转移到了抓取范围之外"),
    "redirect.loop": ("redirects in a circle", "循环跳转"),
    "redirect.too_many": ("too many redirects in a row", "连续跳转过多"),
    "redirect.no_target": ("a redirect to nowhere", "跳转没有目标"),
    "fetch.not_html": ("not a web page", "不是网页"),
    "fetch.empty": ("an empty answer", "内容为空"),
    "fetch.noindex": ("the page asks not to be indexed", "页面要求不被收录"),
    "fetch.too_large": ("larger than the limit", "超过大小上限"),
    "fetch.timeout": ("no answer in time", "响应超时"),
    "fetch.name_not_found": ("no host of that name", "域名不存在"),
    "fetch.tls": ("no secure connection could be made", "无法建立安全连接"),
    "fetch.host_unreachable": ("the host could not be reached", "无法连接主机"),
    "fetch.cut_short": ("the answer broke off", "响应中断"),
    "fetch.disconnected": ("the server hung up", "服务器断开连接"),
    "fetch.bad_response": ("an answer that is not HTTP", "响应不是合法的 HTTP"),
    "fetch.unknown_encoding": ("packed in a way we do not know", "压缩方式未知"),
    "fetch.expands_too_far": ("a small file that unpacks without end", "解压后过大"),
    "fetch.broken_body": ("a damaged compressed page", "压缩内容已损坏"),
    "input.damaged_record": ("a damaged WARC record", "WARC 记录损坏"),
    "input.not_http": ("a WARC record that holds no page", "WARC 记录中没有网页"),
}


def explain(reason: str) -> tuple[str, str]:
    """(English, Chinese) for a reason; by its group, or in general, where it has no line of its own."""
    if reason.startswith(STATUS):
        code = reason.removeprefix(STATUS)
        return f"the server answered with status {code}", f"服务器返回状态码 {code}"
    group = reason.split(".")[0]
    return REASONS.get(reason) or GROUPS.get(group) or ("left out by the rule of this name", "被同名规则排除")
