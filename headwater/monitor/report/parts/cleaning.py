"""What text repair changed: how often, in how many documents, and how it looks before and after.

In: Facts (edits.json of the stage `clean`). Out: a table of kinds of edits, and of each a few with the change marked.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from headwater.monitor.report.gather import Facts, inner
from headwater.monitor.report.html import Safe, both, bytes_, count, fold, h, is_number, join, percent, table

MAX_KINDS, EXAMPLES = 60, 3
CHARS = 200
KINDS: dict[str, tuple[str, str]] = {
    "notebook": ("notebooks that came as raw JSON", "以原始 JSON 给出的笔记本"),
    "shared_line": ("lines that a site repeats on most of its pages", "同一网站大多数页面重复的行"),
    "boilerplate_line": ("banners, menus, footers and the like", "横幅、菜单、页脚等套话行"),
    "c4_line": ("lines that C4's rules leave out", "按 C4 规则去掉的行"),
    "mojibake": ("text read in a wrong encoding", "编码识别错误的文字"),
    "entity": ("HTML entities left in the text", "残留的 HTML 实体"),
    "invisible": ("invisible and control characters, escapes for terminals", "不可见字符、控制字符与终端转义"),
    "space": ("unusual spaces", "特殊空格"),
    "combining": ("accents piled on single letters", "堆叠的附加符号"),
    "nfc": ("accents composed (NFC)", "附加符号合成（NFC）"),
    "full_width": ("full-width letters and digits", "全角字母与数字"),
    "chinese_script": ("Chinese in another script", "繁简转换"),
    "licence_header": ("licence headers of source code", "源代码的许可证头"),
    "script": ("traditional and simplified characters", "繁简转换"),
    "pii_email": ("e-mail addresses", "电子邮箱"),
    "pii_ip": ("public IP addresses", "公网 IP 地址"),
    "pii_phone": ("phone numbers", "电话号码"),
    "pii_id": ("Chinese identity numbers", "身份证号"),
    "pii_card": ("bank-card numbers", "银行卡号"),
    "pii_key": ("private keys and access tokens", "密钥与访问令牌"),
    "pii_passport": ("passport numbers", "护照号"),
    "pii_plate": ("licence plates", "车牌号"),
}


def render(facts: Facts) -> Safe:
    kinds = inner(facts.edits, "edits")
    if not kinds:
        return Safe("")
    whole, edited = facts.edits.get("in"), facts.edits.get("edited")
    sizes = [facts.edits.get(name) for name in ("bytes_before", "bytes_after")]
    share = edited / whole if is_number(edited) and is_number(whole) and whole else None
    intro = both(
        f"Before anything was measured, {count(edited)} of {count(whole)} documents ({percent(share)}) were repaired; "
        f"the text went from {bytes_(sizes[0])} to {bytes_(sizes[1])}. Personal data is masked, and shown here by its "
        "shape alone: letters as x, digits as 0.",
        f"在统计之前，{count(whole)} 篇文档中的 {count(edited)} 篇（{percent(share)}）经过修复；文本量由 "
        f"{bytes_(sizes[0])} 变为 {bytes_(sizes[1])}。个人信息已遮盖，下面只显示其形状：字母为 x，数字为 0。",
        "p",
    )
    names = sorted(kinds, key=lambda kind: (-_number(inner(kinds, kind).get("documents")), kind))[:MAX_KINDS]
    rows = []
    for kind in names:
        entry = inner(kinds, kind)
        rows.append([_words(kind), h("code", kind), count(entry.get("edits")), count(entry.get("documents"))])
    header = [both("what", "内容"), both("edit", "修复"), both("times", "次数"), both("documents", "文档")]
    return join([intro, table(header, rows, numbers=(2, 3)), *(_examples(facts, kind) for kind in names)])


def _number(value: Any) -> float:
    return float(value) if is_number(value) else 0.0


def _words(kind: str) -> Safe:
    return both(*KINDS.get(kind, (kind, kind)))


def _examples(facts: Facts, kind: str) -> Safe | None:
    found = inner(facts.edits, "examples").get(kind)
    found = [one for one in found if isinstance(one, dict)][:EXAMPLES] if isinstance(found, list) else []
    if not found:
        return None
    return fold(join([_words(kind), " ", h("code", kind)]), *(_one(one, kind.startswith("pii_")) for one in found))


def _one(example: dict[str, Any], is_shape: bool) -> Safe:
    """Both sides of an edit; the change is marked, but not where the side before shows its shape alone."""
    before, after = (str(example.get(name, ""))[:CHARS] for name in ("before", "after"))
    marks = ([], []) if is_shape else changes(before, after)
    sides = [
        h("div", h("div", *_marked(text, ranges), class_=f"sample {style}", dir="auto", lang=""))
        for text, ranges, style in ((before, marks[0], "no"), (after, marks[1], "made"))
    ]
    about = h("p", h("code", str(example.get("id", ""))[:80]), class_="meta")
    return join([about, h("div", *sides, class_="sides")])


def changes(before: str, after: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The ranges of both texts that the other does not have; where one ends earlier is no change."""
    old: list[tuple[int, int]] = []
    new: list[tuple[int, int]] = []
    for tag, start, end, other_start, other_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal" and not (end == len(before) and other_end == len(after) and (old or new)):
            old += [(start, end)] if end > start else []
            new += [(other_start, other_end)] if other_end > other_start else []
    return old, new


def _marked(text: str, ranges: list[tuple[int, int]]) -> list[Any]:
    parts: list[Any] = []
    place = 0
    for start, end in ranges:
        parts += [text[place:start], h("b", text[start:end], class_="change")]
        place = end
    return [*parts, text[place:]]
