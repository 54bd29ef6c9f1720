"""What stands on a page for other reasons than to be read: patterns of whole lines, in English and Chinese.

In: nothing. Out: a pattern for each kind of such lines (RE2: linear in the text), or for the lines it may hold for.

A pattern holds for a whole line, without the bullet before it and the address of a link, in either case; a sentence
that merely speaks of cookies or sharing is none. To add one is to add a string here.
"""

from __future__ import annotations

_SITE = r"(?:this|our|the) (?:web ?site|site|page|app|store)"
_SOCIAL = (
    r"(?:facebook|twitter|x|linkedin|reddit|pinterest|whats ?app|telegram|tumblr|instagram|youtube|e-?mail|messenger|"
    r"weibo|wechat|hacker news|mastodon|bluesky|threads|tiktok|rss|copy link|print)"
)
_ZH_SOCIAL = (
    r"(?:微信好友|微信朋友圈|朋友圈|微信|新浪微博|微博|QQ空间|QQ好友|QQ|豆瓣|人人网|知乎|抖音|快手|复制链接|更多|手机)"
)
_MENU = (
    r"(?:home|about(?: us)?|contact(?: us)?|log ?in|log ?out|sign ?in|sign ?up|register|my account|account|cart|search|"
    r"menu|site ?map|help|faqs?|support|careers|jobs|press|advertise|privacy(?: policy)?|terms(?: of (?:use|service))?|"
    r"terms (?:&|and) conditions|cookies?(?: policy| settings)?|legal(?: notice)?|disclaimer|accessibility|imprint|rss|"
    r"blog|news|products|services|shop|subscribe|newsletter)"
)
_ZH_MENU = (
    r"(?:首页|主页|网站首页|返回首页|关于我们|联系我们|联系方式|网站地图|免责声明|隐私政策|隐私声明|用户协议|服务条款|"
    r"法律声明|诚聘英才|加入我们|招聘信息|广告服务|友情链接|版权声明|帮助中心|意见反馈|登录|注册|设为首页|加入收藏|"
    r"收藏本站|客服中心|商务合作|举报|无障碍|english|繁体|简体|手机版|电脑版|站点地图|网站声明)"
)
_BETWEEN = r"[ \t]*(?:[|｜/·•»›>，,、–—-]|[ \t])[ \t]*"
_ARROWS = r" ?[.…»›>→]{0,3}"
_TURN = (
    r"(?:(?:[«‹<←] ?)(?:prev(?:ious)?|next|older|newer)|(?:prev(?:ious)?|next|older|newer) ?[»›>→]|"
    r"(?:[«‹<←] ?)?(?:prev(?:ious)?|next|older|newer) (?:post|article|page|story|chapter|entry|topic)s?(?: ?[»›>→])?)"
)
_ZH_TURN = r"(?:[«‹<←] ?)?[上下]一(?:篇|页|章|节|条|个)(?:文章|新闻)?(?: ?[»›>→])?"
_THING = r"(?:article|post|page|story|video|recipe)"
_CONSENT = (
    r"(?:experiences?|consent|accept|agree|polic(?:y|ies)|personali[sz]e|analy[sz]e|analytics|traffic|settings|browser|"
    r"essential|functionality|continu(?:e|ing)|privacy|advertising|ads)"
)
_PROVINCE = r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"

KINDS: dict[str, tuple[str, ...]] = {
    "consent": (
        rf"(?:we|{_SITE})(?: and our partners)? (?:may )?(?:uses?|stores?|sets?) [^.!?]{{0,60}}\bcookies?\b"
        rf"(?:(?: and (?:similar|other) [a-z]{{1,20}})? ?[.!]?|.{{0,120}}\b{_CONSENT}\b.{{0,120}})",
        r"by (?:continuing|using|clicking|browsing|closing|visiting)\b.{0,120}\b(?:cookies?|privacy policy)\b.{0,120}",
        r"(?:accept|allow|reject|decline|deny|manage)(?: all| optional| non-essential| my)? (?:cookies?|consent)",
        r"(?:accept|allow|reject|decline) all",
        r"accept (?:&|and) (?:close|continue)",
        r"necessary cookies only",
        r"(?:cookies?|privacy|consent) (?:settings?|preferences?|notice|consent|choices)",
        r"manage (?:preferences|options)",
        r"your privacy(?: choices| matters(?: to us)?)?",
        r"do not sell(?: or share)? my (?:personal )?info(?:rmation)?",
        r"(?:please )?(?:enable|turn on|activate) (?:java ?script|cookies)\b.{0,100}",
        r"(?:you need to|this (?:site|page|app) (?:requires|needs)).{0,20} java ?script\b.{0,80}",
        r"(?:本网?站|我们|本页面)(?:会|将)?(?:使用|采用|利用)[^。]{0,20}cookies?.{0,120}",
        r"(?:继续|点击|如果您?继续)(?:浏览|使用|访问).{0,40}(?:cookies?|隐私(?:政策|声明)).{0,60}",
        r"(?:接受|允许|拒绝|同意)(?:所有|全部)? ?cookies?",
        r"cookies? ?(?:设置|政策|偏好)",
        r"(?:全部|同意并)(?:接受|继续|关闭)",
        r"您?的?浏览器(?:不支持|版本过低|未启用).{0,60}",
    ),
    "breadcrumb": (
        r"(?:you are here ?:? ?)?(?:home|homepage|start)(?: ?[>»›→] ?[^>»›→]{1,60}){1,6}",
        r"(?:you are here ?:? ?)?(?:home|homepage)(?: / [^/]{1,40}){1,6}",
        r"you are here ?[:：].{1,100}",
        r"(?:您?(?:现在|当前)?(?:的|所在的?)?位置|当前位置|所在位置|您在这里) ?(?:是)? ?[:：].{1,100}",
        r"(?:首页|主页|网站首页)(?: ?[>＞»›→/]{1,2} ?[^>＞»›→/]{1,40}){1,6}",
    ),
    "menu": (
        rf"{_MENU}(?:{_BETWEEN}{_MENU}){{1,20}}",
        rf"{_ZH_MENU}(?:{_BETWEEN}{_ZH_MENU}){{1,20}}",
        r"(?:skip|jump) to (?:main |the )?(?:content|navigation|menu|search|footer)",
        r"(?:back|return|scroll) to (?:the )?top",
        r"(?:toggle|show|hide|open|close|main) (?:navigation|menu|search|sidebar)",
        r"返回顶部|回到顶部|返回首页|返回列表|加入收藏|设为首页|收藏本站|网站地图|导航菜单",
        r"跳(?:到|转至|至)(?:主要)?(?:内容|导航|正文)",
    ),
    "share": (
        rf"(?:share|tweet|pin)(?: (?:this|it))?(?: {_THING})?(?: (?:on|via|to|by|with))?"
        rf"(?:[ ,|/·•:&]{{1,3}}(?:(?:share|tweet)(?: (?:on|via|to))? )?{_SOCIAL}){{1,12}}",
        rf"share (?:this|it)(?: (?:{_THING}|with (?:your )?friends))? ?[:!]?",
        r"share ?:|pin it|一键分享|分享让更多人看到",
        rf"{_SOCIAL}(?:[ ,|/·•]{{1,3}}{_SOCIAL}){{2,12}}",
        rf"(?:分享|转发)(?:到|至|给)? ?[:：]? ?(?:{_ZH_SOCIAL}[ ,，、|/·]{{0,3}}){{1,12}}",
        r"(?:分享|转发)(?:到|至|本文|此文|这篇文章|文章) ?[:：]?",
        r"(?:打开)?微信[“\"]?扫一扫[”\"]?.{0,40}",
    ),
    "read_more": (
        rf"(?:read|show|see|view|load|learn)(?: (?:the )?(?:full|whole|entire|all))?"
        rf" (?:more|less|story|article|post){_ARROWS}",
        rf"(?:show|view|load|see)(?: all)?(?: \d{{1,5}})?(?: more)?"
        rf" (?:comments?|replies|results|posts|articles){_ARROWS}",
        r"(?:read|see|learn|find out|view|show) more\b[^.!?]{0,60}[…»›>→]{1,3}",
        rf"(?:continue|keep) reading{_ARROWS}",
        r"(?:continue|keep) reading\b[^.!?]{1,80}[…»›>→]{1,3}",
        rf"(?:click|tap)(?: here)? (?:to|for) (?:read|view|see|expand|more|download|enlarge|open|subscribe)"
        rf"(?: (?:the |this |our )?[a-z]{{1,12}}){{0,3}}[!]?{_ARROWS}",
        r"(?:related|recommended|popular|recent|trending|latest|more)"
        r"(?: (?:articles?|posts?|stories|news|reads?|topics|videos)){1,2} ?:?",
        r"you (?:may|might) also (?:like|enjoy|be interested in) ?:?",
        r"(?:sponsored|advertisement|advertising|promoted)(?: content)?",
        r"(?:阅读|查看|展开|显示|浏览|点击阅读)(?:全文|原文|更多(?:内容|评论|文章|新闻)?|剩余.{0,10}) ?[>»…→]{0,3}",
        r"更多(?:内容|精彩|文章|新闻|资讯)? ?[>»→]{1,3}",
        r"(?:相关|热门|推荐|最新|精彩)(?:文章|阅读|新闻|推荐|资讯|视频) ?[:：]?",
        r"猜你喜欢|为您推荐|大家都在看|广告",
        r"点击(?:此处|这里)?(?:查看|阅读|展开|进入|收起|加载)[^。！？，：:]{0,10}",
    ),
    "neighbour": (
        rf"{_TURN}(?: ?[|/·]? ?{_TURN})?",
        r"prev(?:ious)? ?[|/·]? ?next",
        r"(?:[«‹<←] ?)?(?:previous|next|older|newer) (?:post|article|page|story|chapter|entry|topic) ?[:»›>→].{1,100}",
        rf"{_ZH_TURN}(?: ?[|/·]? ?{_ZH_TURN})?",
        r"(?:[«‹<←] ?)?[上下]一(?:篇|页|章|节|条|个)(?:文章|新闻)? ?[:：>»].{1,80}",
        r"(?:首页 ?)?上一页.{0,40}下一页(?: ?[尾末]页)?.{0,20}",
    ),
    "follow": (
        rf"(?:follow|like|find|join|connect with) (?:us|me)(?: on)?"
        rf"(?:[ ,|/·•:&]{{1,3}}(?:and )?{_SOCIAL}){{0,12}} ?[.!:]?",
        r"(?:subscribe|sign ?up) (?:now|today|here) ?[.!]?",
        r"(?:subscribe|sign ?up)(?: now| today)? (?:to|for) (?:our|the|my)\b[^.!?]{0,40}"
        r"\b(?:newsletter|mailing list|channel|updates) ?[.!]?",
        r"(?:get|receive) [^.!?]{0,60} (?:in(?:to)?|to) your inbox\b[^.!?]{0,40}[.!]?",
        r"enter your e-?mail(?: address)? ?[.:]?",
        r"(?:欢迎)?(?:扫码|扫一扫|扫描|长按|识别|微信扫码|微信搜索)[^。！？]{0,20}"
        r"(?:关注|二维码|公众号|下载|进群|添加|加入|小程序)[^。！？]{0,20}[!！。]?",
        r"(?:欢迎|敬请|请)?(?:关注|订阅)(?:我们|本站|官方|微信)[^。！？，]{0,24}[!！]?",
        r"(?:微信)?(?:公众号|订阅号) ?[:：].{1,30}",
    ),
    "credit": (
        r"[(（\[【]? ?(?:责任编辑|责编|编辑|责任校对|校对|审核|审校|值班编辑|网络编辑|本文编辑|编审|监制|实习编辑)"
        r" ?[:：]"
        r" ?[^。！？，,;；]{1,24}[)）\]】]?",
    ),
    "copyright": (
        r"(?:©|\(c\)|copyright|ⓒ)[ :]{0,2}(?:©|\(c\)|ⓒ)?[^a-z0-9]{0,4}(?:19|20)\d\d[^.]{0,80}"
        r"(?:\b(?:inc|ltd|co|corp|llc)\b[^.]{0,40})?\.?",
        r"(?:(?:©|\(c\)|copyright).{0,100}[., ])?all rights? reserved[. ]{0,2}(?:[^.]{0,60}\.?)?",
        r"(?:proudly )?(?:powered|designed|developed|hosted) by:? [^.!?]{1,30}",
        r"(?:website|site|theme|web design) by:? [^.!?]{1,30}",
        r"[^。！？]{0,40}版权所有[^。！？]{0,60}",
        r"[^。！？]{0,30}未经[^。！？]{0,20}(?:许可|授权|允许|同意|书面)[^。！？]{0,16}"
        r"(?:不得|禁止|严禁|谢绝|请勿)[^。！？]{0,30}[。！]?",
        r"[（(【\[]?(?:转载|引用)?(?:请|须|需)(?:注明|标明)(?:出处|来源|转自)[^。！？]{0,40}[。！]?[)）】\]]?",
        r"转载请(?:注明|联系)[^。！？]{0,40}[。！]?",
    ),
    "registration": (
        r"[^。！？]{0,40}ICP ?(?:备|证) ?(?:案号?)? ?[:：]? ?\d{5,12} ?号?(?:[-－]\d+)?.{0,60}",
        rf"[^。！？]{{0,40}}{_PROVINCE}ICP(?:备|证).{{0,80}}",
        r"[^。！？]{0,30}公网安备 ?\d{6,16} ?号?.{0,30}",
        r"(?:网络文化经营许可证|增值电信业务经营许可证|信息网络传播视听节目许可证|互联网新闻信息服务许可证)[^。！？]{0,50}",
    ),
    "button": (
        r"share|tweet|subscribe|sign ?up|log ?in|next|previous|menu|search|advertisement|ad",
        r"分享|收藏|点赞|打印|登录|注册|返回",
    ),
    "download": (
        r"(?:点击|立即|马上|免费|高速|普通|本地|扫码)(?:此处|这里)?下载[^。！？，：:]{0,16}",
        r"下载(?:APP|客户端|手机版|安装包)[^。！？，：:]{0,8}",
        r"(?:打开|前往)APP(?:查看|阅读).{0,12}",
        r"download (?:the |our )app(?: (?:on|from|for) [^.!?]{1,30})?",
        r"get it on google play|download on the app store",
    ),
    "reaction": (
        r"(?:leave|post|add|write) a (?:reply|comment)",
        r"(?:\d{1,6}|no) comments?(?: yet)?",
        r"comments? (?:are )?(?:closed|off)\.?",
        r"(?:log|sign) in to (?:reply|comment|post).{0,40}",
        r"(?:was this (?:page|article|answer) helpful|did you find this (?:page|article|useful|helpful))[^.!]{0,30}\??",
        r"(?:print|email|save|bookmark|report)(?: this)? (?:page|article|post|story|ad)",
        r"(?:发表|查看|我要|最新|热门|网友)评论 ?[:：]?(?: ?[（(]?\d+[）)]?)?",
        r"(?:已有)?\d{1,7} ?(?:条评论|人(?:参与|评论|点赞|阅读)|次(?:阅读|浏览)).{0,10}",
        r"(?:阅读|浏览|点击|评论|点赞)(?:量|数|次数)? ?[:：(（] ?\d{1,9} ?[)）次]?",
        r"(?:[\[【(（]?(?:打印(?:本页|本文|此文)?|关闭(?:窗口|本页)?|收藏(?:本页|本文)?|纠错|复制(?:链接)?|字体|字号|"
        r"大|中|小|推荐|点赞|举报|分享)[\]】)）]?[ |:：/]{0,3}){2,}",
        r"(?:请)?(?:登录|注册)(?:后|之后|以后)[^。！？]{0,6}(?:发表|评论|回复|查看|下载)[^。！？]{0,12}",
    ),
}

# Single words, which are buttons on a line of their own and anything at all in a list.
UNBULLETED = frozenset(("button",))
# How lines of a kind begin, where its pattern is too large to be tried on every line.
OPENINGS = {
    "breadcrumb": r"(?i)^(?:you are here|home|start|您|你|当前|所在|首页|主页|网站首页)",
    "menu": rf"(?i)^(?:{_MENU}|{_ZH_MENU}|skip|jump|back|return|scroll|toggle|show|hide|open|close|main|"
    r"返回|回到|收藏|导航|跳)",
}


def pattern_of(kind: str) -> str:
    """The pattern of one kind; letters match in either case."""
    return rf"(?i)^(?:{'|'.join(KINDS[kind])})$"
