"""Lines that are no part of a text wherever they stand: consent to cookies, rights, registrations, forms to comment.

In: nothing. Out: patterns of whole lines by kind (RE2: linear in the text), English and Chinese (in simplified
characters: `han_forms`).

Contracts, laws and histories speak of rights and permissions too: a line is meant only where it says that it is about
the page (a sign, a year and a name, what may not be reprinted), never because of the words alone.
"""

from __future__ import annotations

_SITE = r"(?:this|our|the) (?:web ?site|site|page|app|store)"
_CONSENT = (
    r"(?:experiences?|consent|you (?:accept|agree)|polic(?:y|ies)|personali[sz]e|analy[sz]e|analytics|traffic|settings|"
    r"essential|functionality|continu(?:e|ing) (?:to )?(?:us|brows|visit)[a-z]{1,3}|privacy|advertising|ads)"
)
_PROVINCE = r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_YEARS = r"(?:19|20)\d\d(?: ?[-–—~,] ?(?:(?:19|20)?\d\d|present))*"
# a holder of rights, as against the beginning of a sentence: every word has a capital, but for the small ones
_HOLDER = (
    r"(?:by )?(?:the )?(?-i:[A-Z0-9])[^\s.,|;:]{0,30}(?:\.[a-z]{2,12})?"
    r"(?:,? (?:(?-i:[A-Z0-9])[^\s,|;:]{0,30}|&|and|of|the|for|inc\.?|ltd\.?|co\.?)){0,7}"
)
_VIOLATION = r"(?:翻印|违者|侵权|盗版|不得|严禁|禁止|未经|转载|保留)"
_RIGHTS = r"(?:版权|著作权)所有"
_PERMISSION = r"(?:许可|授权|允许|同意|书面)"
_FORBIDDEN = r"(?:不得|禁止|严禁|谢绝|请勿)"
_OURS = r"(?:本(?:站|网|网站|文|报|刊|页|作品|博客|公众号)|上述(?:作品|内容)|(?:任何|其他) ?(?:方式|形式|媒体|网站))"

_SOME = (
    r"(?:本(?:网站|站|网|平台|文|页面?|公众号)(?:的|所有|部分|有些)*|部分|文中(?:部分)?|以上(?:部分)?)"
    r"(?:内容|文章|图片|文字|资料|信息|资讯|素材|作品|资源|稿件|新闻)(?:[、和及与](?:内容|文章|图片|文字|资料|信息|"
    r"资讯|素材|作品|资源))*"
)

KINDS: dict[str, tuple[str, ...]] = {
    "consent": (
        rf"(?:we|{_SITE})(?: and our partners)? (?:may )?(?:uses?|stores?|sets?) [^.!?]{{0,60}}\bcookies?\b"
        rf"(?:(?: and (?:similar|other) [a-z]{{1,20}})? ?[.!]?|.{{0,120}}\b{_CONSENT}\b.{{0,120}})",
        r"by (?:continuing|using|clicking|browsing|closing|visiting)\b.{0,120}\b(?:cookies?|privacy policy)\b.{0,120}",
        r"(?:accept|allow|reject|decline|deny|manage)(?: all| optional| non-essential| my)? (?:cookies?|consent)",
        r"necessary cookies only",
        r"(?:cookies?|privacy|consent) (?:settings?|preferences?|notice|consent|choices)",
        r"do not sell(?: or share)? my (?:personal )?info(?:rmation)?",
        r"please (?:enable|turn on|activate) (?:java ?script|cookies)(?: (?:and|or) (?:java ?script|cookies))?"
        r"(?: (?:in|on) your (?:web )?browser)?(?: (?:to|for|before|if you)\b.{0,80}| ?[.!]?)",
        r"(?:enable|turn on|activate) (?:java ?script|cookies)(?: in your browser)? to (?:view|continue|see|use|enjoy|"
        r"access|proceed|comment|read)\b.{0,80}",
        r"(?:you need to|this (?:site|page|app) (?:requires|needs)).{0,20} java ?script\b.{0,80}",
        r"(?:为了?[^。！？，,]{2,30}[，,] ?)?(?:[本此该这]个?(?:网站|站|网|网页|页面|站点|公司|平台)|我们)(?:会|将|有)?"
        r"(?:使用|采用|利用|运用)[^。]{0,20}cookies?.{0,120}",
        r"(?:(?:如果?|若|当)[您你]?)?(?:继续|点[击选])(?:浏览|使用|访问|造访).{0,40}(?:cookies?|隐私权?(?:政策|"
        r"声明)).{0,60}",
        r"(?:接受|允许|拒绝|同意)(?:所有|全部)?(?: ?的)? ?cookies?",
        r"cookies? ?(?:设置|设定|政策|偏好|声明|使用声明)",
        r"(?:我们(?:非常)?(?:重视|尊重|在乎)[您你]的隐私权?)[。.!！]?",
        r"we (?:value|respect|care about) your privacy[.!]?",
        r"we and our (?:\d{1,4} )?(?:third[- ]party |trusted )?partners (?:may )?"
        r"(?:store|use|process|access|collect|share|set)\b.{0,80}"
        r"\b(?:cookies|(?:on|from) (?:a|your) device|personal data|unique identifiers|your consent)\b.{0,160}",
        r"[您你]的?浏览器(?:版本过低|未启用.{0,20}|不支持 ?(?:java ?script|js|cookies?|html ?5))(?:[，,。！!].{0,50})?",
        r"[您你]的?浏览器(?:不支持|版本).{0,30}(?:升级|更换|启用|建议(?:使用|您)).{0,40}",
    ),
    "copyright": (
        r"©[ :]{0,2}[^a-z0-9]{0,4}(?:19|20)\d\d(?:[^.]|\.[a-z]){0,80}(?:\b(?:inc|ltd|co|corp|llc)\b[^.]{0,40})?\.?",
        rf"(?:copyright|ⓒ|\(c\))[ :]{{0,2}}(?:©|\(c\)|ⓒ)[ :]{{0,2}}{_YEARS}[^.]{{0,80}}\.?",
        rf"(?:copyright|ⓒ|\(c\))[ :]{{0,2}}{_YEARS}(?:,? {_HOLDER})?(?:[.,|] ?.{{0,60}})?",
        r"(?:(?:©|\(c\)|copyright).{0,100}[., ])?all rights? reserved[. ]{0,2}(?:[^.]{0,60}\.?)?",
        rf"{_RIGHTS}(?:[ :：©(（|].{{0,80}}|[ ，,。！!]?{_VIOLATION}.{{0,60}}|[。！!]?)",
        rf"[^。！？，,;；]{{1,40}}{_RIGHTS}(?:[ ，,]?{_VIOLATION}.{{0,60}}|[。！!]?)",
        rf"[^。！？，]{{0,40}}(?:©|\(c\)|copyright|(?:19|20)\d\d)[^。！？，]{{0,40}}{_RIGHTS}(?:[ :：©(（|].{{0,60}})?",
        rf"[^。！？，]{{0,40}}{_RIGHTS} ?(?:©|\(c\)|copyright|(?:19|20)\d\d).{{0,60}}",
        rf"[^。！？，]{{0,8}}{_OURS}[^。！？，]{{0,12}}(?:版权|著作权)[均皆都]?(?:归|"
        rf"属于?)[^。！？，]{{1,20}}所有(?:[，,。！ ].{{0,60}})?",
    ),
    "reprint": (
        rf"[^。！？]{{0,30}}未经[^。！？甲乙丙]{{0,20}}{_PERMISSION}[^。！？甲乙丙]{{0,16}}{_FORBIDDEN}"
        r"[^。！？]{0,20}(?:转载|转贴|摘编|镜像|盗链|翻印)[^。！？]{0,30}[。！]?",
        rf"[^。！？]{{0,30}}未经[^。！？甲乙丙]{{0,20}}{_PERMISSION}[^。！？甲乙丙]{{0,16}}{_FORBIDDEN}"
        rf"[^。！？]{{0,16}}(?:复制|摘录|引用|抄袭|盗用|使用|传播)[^。！？]{{0,8}}{_OURS}[^。！？]{{0,20}}[。！]?",
        rf"[^。！？]{{0,16}}{_OURS}[^。！？]{{0,16}}未经[^。！？甲乙丙]{{0,20}}{_PERMISSION}[^。！？甲乙丙]{{0,16}}"
        rf"{_FORBIDDEN}[^。！？]{{0,20}}(?:复制|摘录|引用|抄袭|盗用|使用|传播)[^。！？]{{0,20}}[。！]?",
        r"[（(【\[]?(?:如需|若需|欢迎)?(?:转载|引用)?[，,]?(?:请|须|需|务必)(?:注明|标明)(?:出处|来源|转自)"
        r"(?:[:：，,；;。！!]?|(?:[:：，,；;及和与并]| ?[\"“《]).{1,60})[)）】\]]?",
        r"转载请(?:联系|联络)[^。！？，]{0,24}[。！]?",
        rf"(?:(?:免责|版权|郑重|特别|本站)?声明 ?[:：，,]? ?)?{_SOME}[^。！？]{{0,12}}(?:来自|来源于|源自|源于|转载自|"
        rf"转自|收集自|整理自|"
        r"取自|采集自)(?:于)?(?:互联网|互联网络|网络|网路|网际网路|网友)(?:[^。！？]{0,10}(?:转载|收集|整理|分享|投稿|"
        r"上传))?(?:[，,。；;！ ].{0,120})?",
        r"[^。！？]{0,30}(?:如有|如|若有|若|涉及|如涉及|如果|凡)[^。！？]{0,10}(?:侵权|"
        r"侵犯[^。！？]{1,12}权)[^。！？]{0,16}"
        r"(?:请|敬请|烦请|可)[^。！？]{0,12}(?:联系|联络|告知|通知|来信)[^。！？]{0,30}[。！]?",
    ),
    "reaction": (
        r"(?:your )?e-?mail(?: address)? (?:will|is) (?:not|never)(?: be)? (?:published|shared|made public|"
        r"displayed)[.!]?"
        r"(?: required fields are marked(?: with)? ?\*?\.?)?",
        r"save my name,? e-?mail,?(?: address,?)?(?: and| &)? website in this browser\b.{0,60}",
        r"notify me of (?:new|follow-?up) (?:comments|posts)(?: via| by)? e-?mail\.?",
        r"this site uses akismet to reduce spam\b.{0,80}",
        r"(?:[您你]的)?(?:电子邮件|电子邮箱|邮箱|电邮)(?:地址|位址)?(?:将|并)?不会被?(?:公开|发布|公布)[。.!！]?.{0,30}",
        r"(?:必填|必要)(?:项|栏位|字段|项目)已?(?:用|以|标示为|标记为|标注为) ?[*＊].{0,8}",
        r"在此浏览器中?(?:保存|储存|存储)我的.{4,60}",
    ),
    "registration": (
        r"[^。！？]{0,40}ICP ?(?:备|证) ?(?:案号?)? ?[:：]? ?\d{5,12} ?号?(?:[-－]\d+)?.{0,60}",
        rf"[^。！？]{{0,40}}{_PROVINCE}ICP(?:备|证).{{0,80}}",
        r"[^。！？]{0,30}公网安备 ?\d{6,16} ?号?.{0,30}",
        r"(?:网络文化经营许可证|增值电信业务经营许可证|信息网络传播视听节目许可证|互联网新闻信息服务许可证)"
        r"(?: ?(?:编号|号)?[:： ][^。！？]{0,50})?",
    ),
}
