"""Lines of furniture round an article: who edited it, what it is filed under, what its readers may do with it.

In: nothing. Out: WEAK patterns of whole lines by kind, as those of `phrases`.
"""

from __future__ import annotations

_ZH_NAME = r"[一-龥·]{2,4}"
_ROLE = r"(?:责任编辑|责编|编辑|责任校对|校对|审核|审校|值班编辑|网络编辑|本文编辑|编审|监制|实习编辑)"
_NAMES = rf"(?:{_ZH_NAME}(?:[ 、/]{{1,2}}{_ZH_NAME}){{0,4}}|[a-z0-9_.-]{{1,20}}(?: [a-z.]{{1,20}}){{0,2}})"
# what a post is filed under: a word or a few, seldom what a sentence begins with
_TAG = r"[^\s.,;:!?|·/•#\"()][^.,;:!?|·/•#\"()]{0,30}"
_NAMED = r"(?:(?-i:[A-Z0-9])|[一-龥])[^.,;:!?|·/•#\"()]{0,30}"  # the same, and a name
_ZH_TAG = r"[^\s。！？，,、;；:：|/·#]{1,16}"
_LOG_IN = r"(?:log(?:ged)? ?in|sign(?:ed)? ?in|register(?:ed)?|sign ?up)"

WEAK: dict[str, tuple[str, ...]] = {
    "credit": (
        rf"[(（\[【]? ?{_ROLE} ?[:：] ?{_NAMES}(?:[ ，,|/]{{1,3}}{_ROLE} ?[:：] ?{_NAMES}){{0,5}} ?[)）\]】]?",
        r"(?:proudly )?powered by:? (?-i:[A-Z])[A-Za-z0-9!.]{1,24}(?: v?[0-9.]{1,8})?\.?",
        rf"(?:posted|filed)(?: (?:in|under) ?:?| ?:) {_NAMED}(?: ?[,|·/•] ?{_TAG})*",
        rf"posted (?:on|by|at|in):? {_NAMED},? .{{0,60}}\b(?:by|on|in|(?:19|20)\d\d|tagged)\b[^.!?]{{0,80}}",
        r"this entry was (?:posted|tagged|filed) (?:in|on|under|by|with) .{1,160}",
        rf"(?:post )?(?:tags|categories|tagged(?: (?:with|in|under|as))?|filed under) ?: ?"
        rf"#?{_TAG}(?: ?[,|·/•#] ?#?{_TAG})*",
        r"(?:view|see) all posts (?:by|in|from) [^.!?]{1,40}|bookmark the permalink\.?",
        rf"(?:本文|文章|文档)?(?:标签|文章分类|所属分类|分类目录|归档) ?[:：] ?{_ZH_TAG}(?:[ ,，、|"
        rf"/·#]{{1,3}}{_ZH_TAG})*",
    ),
    "reaction": (
        r"(?:leave|post|add|write|submit|cancel)(?: a| your)? (?:reply|comment)(?: cancel reply)?",
        r"(?:\d{1,6} comments?|no comments)(?: yet)?",
        r"comments? (?:are )?(?:closed|off)\.?",
        r"(?:log|sign) in to (?:reply|comment|post).{0,40}",
        rf"(?:please |you (?:must|need to|have to) (?:be )?)?{_LOG_IN}(?: or {_LOG_IN})? (?:to|before you can|"
        rf"in order to) "
        r"(?:(?:leave|post|add|write|make|submit|view|read|see)(?: an?| your| the)? )?(?:comment|reply|review|vote)s?"
        r"(?:ing)?(?: (?:here|on this [a-z]{1,12}))?[.!]?",
        r"required fields are marked(?: with)?(?: an asterisk)? ?[*]?\.?|"
        r"fields marked(?: with)?(?: an)? [*] are (?:required|mandatory)\.?",
        r"(?:like this ?:? ?)?like loading ?(?:\.{3}|…)|like this:",
        r"(?:was this (?:page|article|answer) helpful|did you find this (?:page|article|useful|helpful))"
        r"(?: to you)?\??(?: yes)?(?:[ /]{1,3}no)?",
        r"(?:print|email|save|bookmark|report)(?: this)? (?:page|article|post|story|ad)",
        r"(?:发表|发布|提交|取消|撰写|查看|我要|最新|热门|网友)(?:评论|回复|留言|回应|回响|"
        r"评论回复) ?[:：]?(?: ?[（(]?\d+[）)]?)?",
        r"(?:您|你)必须(?:登录|登入|先登录|先登入)(?:后|才能|才可以)*(?:发表|发布)(?:评论|回复|留言)[。.]?",
        r"(?:已有)?\d{1,7} ?(?:条评论|人(?:参与|评论|点赞|阅读)|次(?:阅读|浏览)).{0,10}",
        r"(?:阅读|浏览|点击|评论|点赞)(?:量|数|次数)? ?[:：(（] ?\d{1,9} ?[)）次]?",
        r"(?:打印|列印|友善列印)(?:本页|本文|此文|此页)|友善列印|转寄(?:友人|朋友|好友)|(?:关闭|关)(?:本页|此页|窗口|"
        r"视窗)",
        r"(?:收藏|复制|举报|推荐|转寄)(?:本页|本文|此文|此页|本篇)|复制(?:链接|连结|网址)",
        r"(?:[\[【(（]?(?:打印(?:本页|本文|此文)?|关闭(?:窗口|本页)?|收藏(?:本页|本文)?|纠错|复制(?:链接)?|字体|字号|"
        r"大|中|小|推荐|点赞|举报|分享)[\]】)）]?[ |:：/]{0,3}){2,}",
        r"(?:请)?(?:登录|登入|注册)(?:后|之后|以后)[^。！？]{0,6}(?:才能|即?可)?(?:发表|参与)?(?:评论|回复|留言|"
        r"查看(?:更多|全文|评论|内容)|下载(?:附件)?)[^。！？]{0,4}",
    ),
}
