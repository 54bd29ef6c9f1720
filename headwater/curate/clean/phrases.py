"""Lines of a page's furniture: menus, buttons, neighbours, calls to share, follow and download, English and Chinese.

In: nothing. Out: patterns of whole lines by kind (RE2: linear in the text): WEAK holds for what is furniture at the
head and the foot of a page or beside other furniture, FAINT for what is so only beside other furniture. Chinese is
written in simplified characters here, the words of Taiwan and Hong Kong too (`han_forms`).

A pattern holds for a whole line, without the link it is; a sentence that merely speaks of sharing is none. To add one
is to add a string here, and how its lines begin in `openings`.
"""

from __future__ import annotations

_SOCIAL = (
    r"(?:facebook|twitter|x|linkedin|reddit|pinterest|whats ?app|telegram|tumblr|instagram|youtube|e-?mail|messenger|"
    r"weibo|wechat|hacker news|mastodon|bluesky|threads|tiktok|rss|copy link|print)"
)
_ZH_SOCIAL = (
    r"(?:微信好友|微信朋友圈|朋友圈|微信|新浪微博|微博|QQ空间|QQ好友|QQ|豆瓣|人人网|知乎|抖音|快手|复制链接|复制连结|"
    r"更多|手机|facebook|fb|脸书|line|twitter|推特|x|噗浪|plurk|whats ?app|telegram|linkedin|e-?mail|电子邮件)"
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
    r"收藏本站|客服中心|商务合作|举报|无障碍|english|(?:繁体|简体)(?:中文)?|手机版|电脑版|站点地图|网站声明|回首页|"
    r"登入|"
    r"登出|会员(?:登入|登录|中心)|加入会员|联络我们|网站导览|网站导航|隐私权?(?:政策|声明|保护政策)|(?:使用|服务)条款|"
    r"常见问题|购物车|客户服务|意见信箱|著作权声明|最新消息|订阅电子报)"
)
_BETWEEN = r"[ \t]*(?:[|｜/·•»›>，,、–—-]|[ \t])[ \t]*"
_DIVIDER = r"[ \t]*(?:[|｜/·•»›>–—-]|[ \t]{2})[ \t]*"  # what seldom stands between the words of a sentence
_ARROWS = r" ?[.…»›>→]{0,3}"
_TURN = (
    r"(?:(?:[«‹<←] ?)(?:prev(?:ious)?|next|older|newer)|(?:prev(?:ious)?|next|older|newer) ?[»›>→]|"
    r"(?:[«‹<←] ?)?(?:prev(?:ious)?|next|older|newer) (?:post|article|page|story|chapter|entry|topic)s?(?: ?[»›>→])?)"
)
_ZH_TURN = r"(?:[«‹<←] ?)?[上下]一(?:篇|页|章|节|条|个)(?:文章|新闻)?(?: ?[»›>→])?"
_THING = r"(?:article|post|page|story|video|recipe)"
_CHANNEL = r"(?:微信|微博|公众号|公众帐号|订阅号|服务号|视频号|抖音|快手|头条号|频道|官方|账号|帐号|号|二维码)"

WEAK: dict[str, tuple[str, ...]] = {
    "breadcrumb": (
        r"(?:you are here ?:? ?)?(?:home|homepage)(?: ?[>»›] ?[^>»›→]{1,60}){1,6}",
        rf"(?:you are here ?:? ?)?(?:home|homepage) / {_MENU}(?: / [^/]{{1,40}}){{0,5}}",
        r"you are here ?[:：] ?(?:home\b.{0,100}|[^>»›]{1,60}[>»›].{1,100})",
        r"(?:您?(?:现在|当前|目前)?(?:的|所在的?)?位置|所在位置|您在这里) ?(?:是)? ?[:：] ?"
        r"(?:(?:本站|网站)?(?:首页|主页)|home\b).{0,100}",
        r"(?:您?(?:现在|当前|目前)?(?:的|所在的?)?位置|所在位置|您在这里) ?(?:是)? ?[:：]"
        r"[^>＞»›→]{1,40}[>＞»›→].{1,80}",
        r"(?:首页|主页|网站首页)(?: ?[>＞»›→/]{1,2} ?[^>＞»›→/]{1,40}){1,6}",
    ),
    "menu": (
        rf"{_MENU}(?:{_DIVIDER}{_MENU}){{1,20}}",
        rf"{_MENU}(?:{_BETWEEN}{_MENU}){{3,20}}",
        rf"{_ZH_MENU}(?:{_DIVIDER}{_ZH_MENU}){{1,20}}",
        rf"{_ZH_MENU}(?:{_BETWEEN}{_ZH_MENU}){{2,20}}",
        r"(?:skip|jump) to (?:main |the )?(?:content|navigation|menu|search|footer)",
        r"(?:back|return|scroll) to (?:the )?top",
        r"(?:toggle|show|hide|open|close|main) (?:navigation|menu|search|sidebar)",
        r"(?:返回|回到?|跳至)(?:页面)?(?:顶部|顶端|页首|首页|列表|上一?页|最上方)|go (?:to )?top|加入收藏|设为首页|"
        r"收藏本站|"
        r"网站地图|导航菜单|网站导览",
        r"(?:首页|主页|网站首页|友情(?:链接|连结)|友站(?:链接|连结))[:：]?",
        r"跳(?:到|转至|至)(?:主要)?(?:内容|导航|正文)",
    ),
    "share": (
        rf"(?:share|tweet|pin)(?: (?:this|it))?(?: {_THING})?(?: (?:on|via|to|by|with))?"
        rf"(?:[ ,|/·•:&]{{1,3}}(?:(?:share|tweet)(?: (?:on|via|to))? )?{_SOCIAL}){{1,12}}",
        rf"share (?:this|it)(?: (?:{_THING}|with (?:your )?friends))? ?[:!]?",
        r"share ?:|pin it|一键分享|分享让更多人看到",
        rf"{_SOCIAL}(?:[ ,|/·•]{{1,3}}{_SOCIAL}){{2,12}}",
        rf"(?:分享|转发)(?:到|至|给)? ?[:：]? ?(?:{_ZH_SOCIAL}[ ,，、|/·]{{0,3}}){{1,12}}",
        r"(?:点击|点此|一键|立即|我要)?(?:分享|转发)(?:到|至|本文|此文|本页|此页|这篇文章|文章)? ?[:：]",
        r"(?:点击|点此|一键|立即|我要)(?:分享|转发)(?:到|至|本文|此文|本页|此页|这篇文章|文章)?",
        r"(?:分享|转发)(?:到|至|本文|此文|本页|此页|这篇文章|文章)",
        rf"(?:点击|一键)(?:分享|转发)(?:到|至|给)? ?[:：]? ?(?:{_ZH_SOCIAL}[ ,，、|/·]{{0,3}}){{1,12}}",
        rf"{_ZH_SOCIAL}(?:[ \t]*[ |｜/·][ \t]*{_ZH_SOCIAL}){{1,12}}",
        r"(?:打开)?微信[“\"「]?扫一扫[”\"」]?.{0,40}",
        r"(?:(?:(?:请?(?:用|使用))?(?:微信|手机)|QQ)[“\"「]?)?扫(?:一扫|码|描二维码)[”\"」]?[，, ]{0,2}(?:即可|立即)?"
        r"(?:分享|转发)[^。！？]{0,16}",
        r"click to (?:share|email|print|tweet)\b.{0,60}\(opens in (?:a )?new (?:window|tab)\)",
        r"email ?this ?blog ?this ?!.{0,100}",
    ),
    "read_more": (
        rf"(?:read|show|see|view|load|learn)(?: (?:the )?(?:full|whole|entire|all))?"
        rf" (?:more|less|story|article|post){_ARROWS}",
        rf"(?:show|view|load|see)(?: all)?(?: \d{{1,5}})?(?: more)?"
        rf" (?:comments?|replies|results|posts|articles){_ARROWS}",
        rf"(?:continue|keep) reading{_ARROWS}",
        r"(?:continue|keep) reading\b[^.!?]{1,80}[…»›>→]{1,3}",
        rf"(?:click|tap)(?: here)? (?:to|for) (?:read|view|see|expand|more|download|enlarge|open|subscribe)"
        rf"(?: (?:the |this |our )?[a-z]{{1,12}}){{0,3}}[!]?{_ARROWS}",
        r"(?:related|recommended|popular|recent|trending|latest|more)"
        r"(?: (?:articles?|posts?|stories|news|reads?|topics|videos)){1,2} ?:?",
        r"you (?:may|might) also (?:like|enjoy|be interested in) ?:?",
        r"most (?:read|popular|viewed|shared)|trending now|top stories|editor[’']?s[’']? picks|read next",
        r"(?:sponsored|advertisement|advertising|promoted)(?: content)?",
        r"(?:阅读|继续阅读|查看|展开|显示|浏览|点击阅读|看|观看)(?:全文|原文|更多(?:内容|评论|文章|新闻|留言)?|"
        r"剩余.{0,10})"
        r" ?[>»…→]{0,3}",
        r"(?:继续阅读|了解更多|看更多) ?[.>»…→]{0,3}",
        r"更多(?:内容|精彩|文章|新闻|资讯)? ?[>»→]{1,3}",
        r"(?:相关|热门|推荐|最新|精彩|延伸)(?:文章|阅读|新闻|推荐|资讯|视频|影片|报道|报导|链接|连结) ?[:：]?",
        r"猜[你您](?:可能)?喜欢|为[您你]推荐|大家都在看|广告|[你您](?:可能|也许)[也还]?会?(?:喜欢|感兴趣|"
        r"有兴趣)(?:的?文章)? ?[:：]?",
        r"点[击选](?:此处|这里)?(?:查看|阅读|展开|进入|收起|加载)(?:更多|全文|原文|剩余|全部|详情|大图|原图|专题|"
        r"下一页|评论)"
        r"[^。！？，：:]{0,8}",
    ),
    "neighbour": (
        rf"{_TURN}(?: ?[|/·]? ?{_TURN})?",
        r"prev(?:ious)? ?[|/·]? ?next",
        r"(?:[«‹<←] ?)?(?:previous|next|older|newer) (?:post|article|story|entry|topic) ?[:»›>→] ?"
        r"(?-i:[^a-z\s]).{0,98}[^.]",
        rf"{_ZH_TURN}(?: ?[|/·]? ?{_ZH_TURN})?",
        r"(?:[«‹<←] ?)?[上下]一篇(?:文章|新闻)? ?[:：>»].{1,80}",
        r"(?:首页 ?)?上一页.{0,40}下一页(?: ?[尾末]页)?.{0,20}",
        r"(?:[«‹<←] ?)?较[旧新早]的?(?:文章|留言|评论)(?: ?[»›>→])?",
    ),
    "follow": (
        rf"(?:follow|like|find|join|connect with) (?:us|me) on"
        rf" {_SOCIAL}(?:[ ,|/·•:&]{{1,3}}(?:and )?{_SOCIAL}){{0,12}} ?[.!:]?",
        r"(?:subscribe|sign ?up) (?:now|today|here) ?[.!]?",
        r"(?:subscribe|sign ?up)(?: now| today)? (?:to|for) (?:our|the|my)\b[^.!?]{0,40}"
        r"\b(?:newsletter|mailing list|channel|updates) ?[.!]?",
        r"(?:get|receive) [^.!?]{0,60} (?:in(?:to)?|to) your inbox\b[^.!?]{0,40}[.!]?",
        r"enter your e-?mail(?: address)? ?[.:]?",
        r"(?:欢迎)?(?:扫码|扫一扫|扫描|长按|识别|微信扫码|微信搜索)[^。！？]{0,20}"
        r"(?:关注|二维码|公众号|下载|进群|添加|加入|小程序)[^。！？]{0,20}[!！。]?",
        rf"(?:欢迎|敬请|请)?(?:关注|订阅)(?:我们|本站|本报|官方|微信)?的?{_CHANNEL}{{1,4}}"
        r"(?: ?[:：“\"（(].{1,30})?[!！。]?",
        r"(?:欢迎|敬请|请)?(?:关注|订阅)(?:我们|本站)[!！。:：]?",
        r"(?:微信)?(?:公众号|订阅号) ?[:：].{1,30}",
        r"(?:欢迎|请|立即|快来)?(?:订阅|按赞|追踪|关注|加入)(?:我们的?|本站|官方)?(?:facebook|fb|ig|instagram|line|"
        r"youtube|脸书|"
        r"twitter)? ?(?:官方)?(?:粉丝专页|粉丝团|电子报|rss|好友|频道)[!！。:：]?",
        r"(?:欢迎|请)?(?:按赞|追踪)我们[!！。:：]?",
    ),
    "button": (
        r"share|tweet|subscribe|sign ?up|log ?in|next|previous|menu|search|advertisement|ad",
        r"(?:accept|allow|reject|decline) all|accept (?:&|and) (?:close|continue)|manage (?:preferences|options)",
        r"your privacy(?: choices| matters(?: to us)?)?|(?:全部|同意并)(?:接受|继续|关闭)|(?:接受|拒绝)全部|我(?:同意|"
        r"知道了)",
        r"分享|收藏|点赞|打印|登录|注册|返回|登入|列印",
    ),
    "download": (
        r"(?:点击|立即|马上|免费|高速|普通|本地|扫码)(?:此处|这里)?下载(?: ?(?:APP|客户端|手机版|附件|全文|原图|原文|"
        r"本文|文档|地址)){0,2}[!！>»]{0,2}",
        r"下载(?: ?(?:APP|客户端|手机版)){1,2}[!！>»]{0,2}",
        r"(?:打开|前往)APP(?:查看|阅读).{0,12}",
        r"download (?:the |our )app(?: (?:on|from|for) [^.!?]{1,30})?",
        r"get it on google play|download on the app store",
    ),
}

FAINT: dict[str, tuple[str, ...]] = {
    "menu": (rf"(?:home|about us|contact us|privacy policy|terms of (?:use|service)|{_ZH_MENU})[:：]?",),
    "follow": (r"(?:follow|like|find|join|connect with) (?:us|me) ?[.!:]?",),
    "neighbour": (
        r"(?:previous|next) (?:chapter|page|section|lesson|part) ?[:»›>→].{1,100}",
        r"(?:[«‹<←] ?)?[上下]一(?:页|章|节|条|个) ?[:：>»].{1,80}",
    ),
    "read_more": (r"(?:read|see|learn|find out|view|show) more\b[^.!?]{0,60}[…»›>→]{1,3}",),
    "breadcrumb": (r"(?:home|homepage)(?: [/→] [^/→]{1,40}){1,6}",),
    "maker": (
        r"(?:proudly )?(?:powered|designed|developed|hosted) by:? [^.!?]{1,30}",
        r"(?:website|site|theme|web design) by:? [^.!?]{1,30}",
    ),
}
