"""What tells languages of one script apart: their commonest small words, and letters few others have.

Written from general knowledge of the languages; no text was counted for it.
"""

from __future__ import annotations

# Commonest function words, by language; a word in several lists counts less.
LATIN_WORDS: dict[str, str] = {
    "en": "the of and to in is that for it was on are as with his they at be this from have or by not but what all"
    " were when your can there an which their if will each about how up out then she many some these would"
    " other into has more two her like him see could no than been its who now did my made over only you we i"
    " he",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus"
    " er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber"
    " vor zur bis mehr durch man sein wurde wenn kann ich wir ihr",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son"
    " mais comme ou si leur aux cette nous vous elle on ses tout être fait été d l ont même aussi sans je deux"
    " peut ces où",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si"
    " sin sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi"
    " porque qué sólo han yo hay vez puede todos así nos ni",
    "it": "di e il la che in a per un è del non una i le da con si sono al come dei nel alla della più anche ma lo"
    " ha su gli se questo o ed dal delle era stato suo essere loro ci ai sua dalla degli mi io cui questa tra"
    " nella dopo",
    "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à"
    " seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem"
    " mesmo aos ter seus são",
    "nl": "de van het een en in is dat op te zijn voor met die niet aan er om ook als dan maar bij of uit nog naar"
    " heeft hij ze wordt door over ik we je was tot worden wel kan meer deze geen had hebben dit zo wat werd"
    " ons",
    "af": "die van en in is het te wat vir met op nie ’n n dat sy aan om hy as sal was deur by kan hulle ook ek ons"
    " maar word so na tot gaan hierdie baie een uit toe jou",
    "sv": "och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan när"
    " år under också efter eller nu sin där vid mot ska skulle kommer ut får finns vara hade alla andra mycket",
    "da": "og i at det er en til på som af for med de den der ikke har et han men var jeg om fra vi sig så kan ud"
    " ved når efter også eller nu sin skal ville blev været havde over hun man alle bliver meget noget hvor"
    " kun hvad blevet gennem mellem sådan blive have nogen måske bare siger mig dig hvis mod uden deres nye"
    " bedre",
    "nb": "og i det er en til på som av for med at de den ikke har et han men var jeg om fra vi seg så kan ut ved"
    " når etter også eller nå sin skal ville ble blir hadde over hun man alle være mye noe hvor bare mot hva"
    " blitt gjennom mellom slik bli noen kanskje sier meg deg hvis uten deres nye bedre opp sitt",
    "nn": "og i det er ein til på som av for med at dei den ikkje har eit han men var eg om frå vi seg så kan ut"
    " ved når etter også eller no sin skal ville vart blir hadde over ho alle vere mykje noko kvar berre dette"
    " kva",
    "fi": "ja on ei se että oli hän en mutta ovat ole kun myös niin joka sen olla tai ne kuin mitä jos nyt minä"
    " hänen vain ollut tämä sitä jo mukaan voi sekä siitä sanoi ennen jälkeen kanssa jotka",
    "is": "og að í á er sem var til við um en ekki það af með fyrir hann hún þeir þetta þá frá eða ég því svo hefur"
    " þess upp eftir eru vera verið sér hafa þar",
    "et": "ja on ei et see oli ka mis kui aga ta oma ning siis nii kes või ma seda välja juba pole kuid üle veel"
    " olid olla selle mida pärast eesti ainult kõik",
    "hu": "a az és hogy nem is egy ez meg de ha van csak már mint vagy el még volt azt ki fel mert amely nagy lehet"
    " után minden azonban más ezt így pedig be kell szerint között aki",
    "pl": "w i na z się że nie do to jest o a jak za od po co przez ale dla są był ma tak tym jego być ze oraz przy"
    " może tylko czy które już który także było ich jej lub",
    "cs": "a v se na je že s z o do to i ve jsem by za si pro jako k po od které byl však jak ale který tak podle"
    " jeho nebo jsou při bylo až jen co ze ještě být která není",
    "sk": "a v sa na je že s z o do to aj vo som by za si pre ako k po od ktoré bol však ale ktorý tak podľa jeho"
    " alebo sú pri bolo až len čo zo ešte byť ktorá nie",
    "sl": "in je v na se da za z so s ki po pa ne tudi bi ni o kot od do pri iz bil ali bilo sem to še ko lahko ker"
    " če med bo vse te jih več samo svoje",
    "hr": "i je u na se da su za od s ne što koji a to o kao bi će iz ili nije ali do biti koja koje sam može samo"
    " prema po već nakon svoje te kako bio",
    "bs": "i je u na se da su za od s ne što koji a to o kao bi će iz ili nije ali do biti koja koje sam može samo"
    " prema po već nakon šta ko treba također",
    "ro": "de și în a la care cu o pe nu că din este un mai să ca pentru se sunt au fost al ce lui ale dar sau după"
    " fi prin am fără le era cel această acest fie despre",
    "sq": "të e në dhe i për me një nga që më është si nuk do ka u se ai kjo ky janë por pas ishte kishte prej duke"
    " shumë kanë edhe tij",
    "lv": "un ir ar no par uz ka kas ne tas kā arī bet lai viņš to tika bija pēc tā pie vai savu jau tikai šo es"
    " nav līdz",
    "lt": "ir kad yra į iš su tai kaip bet jis ne buvo o apie už nuo jo per dar tik savo ar šis po labai jų taip"
    " jau prie",
    "tr": "ve bir bu da de için ile çok daha olarak gibi ne en kadar sonra var olan ben o ki ama değil her mi şey"
    " diye ise göre ya kendi iki hiç oldu tarafından olduğu",
    "az": "və bir bu də üçün ilə çox daha kimi nə ən qədər sonra var olan mən o ki amma deyil hər idi olub onun"
    " edir görə ya öz olaraq tərəfindən",
    "vi": "và của là có trong cho không được một với các những người này đã để khi về từ đến ở như cũng đó ra tôi"
    " sẽ năm nhiều vào nhưng hay thì trên làm rằng tại phải",
    "id": "yang dan di dari untuk dengan pada ini itu dalam tidak akan ke adalah oleh juga ada sebagai saya bisa"
    " karena atau telah lebih mereka kami sudah dapat tersebut bahwa kita menjadi seperti hanya anda banyak"
    " merupakan yaitu maupun sangat sebuah tetapi daerah bahkan secara",
    "ms": "yang dan di dari untuk dengan pada ini itu dalam tidak akan ke adalah oleh juga ada sebagai saya boleh"
    " kerana atau telah lebih mereka kami sudah dapat tersebut bahawa kita menjadi seperti hanya beliau ialah"
    " iaitu serta pelbagai manakala daripada masa pula negara sebuah tetapi kawasan secara turut bagi terdapat",
    "tl": "ang ng sa na mga at ay ito si para hindi ko niya kung siya may nang ni kaya ka mo pa lang namin ako"
    " isang o kanyang din rin dahil wala",
    "sw": "ya na wa kwa ni katika la za kuwa hii cha huo hiyo wake yake alikuwa hivyo lakini kama watu vya au pia"
    " si kutoka baada mwaka huyo",
    "ca": "de la i que el a en els per les un del una amb no és al es dels més com o ha seva va són seu pel també"
    " aquest però està ser aquesta fins sobre entre",
    "eu": "eta da ez bat du dira izan zen ere baina dute egin den hori horrek bere dela hau zuen beste baino izango"
    " dago gabe edo oso",
    "cy": "y yn i a o ar yr ei am gan wedi mae ac fod ni oedd bod hyn un eu fel gyda hwn roedd os na nid mewn sydd ond",
    "ga": "an na agus ar a i is ag go le bhí sé do tá ní as mar sin ach chun leis nach é atá faoi ó seo raibh siad"
    " bhfuil",
    "eo": "la de kaj en al estas ne li mi por kiu ke sed kun pri el ĝi estis ili oni ĉi tiu da pli aŭ kiel ankaŭ"
    " unu sur",
    "la": "et in est non ad ut cum quod qui sed si de ex esse ab quae per hoc enim aut etiam quam eius sunt atque"
    " nec a quo quid vel autem erat",
    "so": "iyo ka in ay waa oo ku la uu u soo ayaa waxaa ee aan ah isagoo si kale ugu lagu inuu",
    "zu": "futhi ukuthi uma kanye ngoba kodwa noma lapho yakhe wakhe kakhulu ukuba ngesikhathi yena",
    "xh": "kwaye ukuba kunye kuba kodwa okanye xa yakhe wakhe kakhulu ukuze ngexesha yena into abantu",
    "st": "le ya ho ba ka ha a ke o e hore tsa di wa mme bona hae ne empa sa mo re lona",
    "tn": "le ya go ba ka a ke o e gore tsa di wa mme bona fa ne sa mo re kwa gagwe jaaka",
    "ts": "ku na va hi ka a le ya leswaku swi u ni wa ndzi xi loko kumbe yena vona eka",
    "sn": "uye kuti kana asi nokuti vanhu pa ne muna kwete iye zvakare zvino chete kubva kuna",
    "lg": "ne mu ku nga okuva bwe era oba abantu nti kye olw okuba ye ng",
    "yo": "ti ní sí ó àwọn jẹ́ tí ni fún kan wọn ń kí náà bá pé sì láti mo lọ",
    "mi": "te i o ki ngā ko e he nga ka a kua me mō ia tana hei mai rā nei tēnei kei",
    "gl": "de a o que e do da en un para é con non unha os no se na por máis as dos como pero foi ao el das ten á"
    " seu súa tamén xa está moi",
    "mt": "li ta il u ma fil biex hija huwa għal dan minn kien mill kienet l dawn meta jew din kif ukoll",
}
CYRILLIC_WORDS: dict[str, str] = {
    "ru": "и в не на что я с он как это по но из у за то все так его от же был она бы мы о для вы ее только было"
    " или к если еще когда уже до них при быть может есть этого этом того том более также которые который ему"
    " ей им себя нет вот лишь чтобы где после",
    "uk": "і в не на що я з він як це по але із у за то все так його від же був вона би ми про для ви її тільки"
    " було або до якщо ще коли вже при бути може є та й",
    "be": "і ў не на што я з ён як гэта па але у за так яго ад быў яна мы пра для вы яе толькі было або да калі"
    " яшчэ ўжо пры быць можа ёсць",
    "bg": "и в не на че се от с за да това по но са е си като той как до ще при или те беше тя много има само след"
    " които може бъде със който",
    "mk": "и во не на дека се од со за да ова по но е си како тој до ќе при или тие беше таа многу има само кои"
    " може ги го им ја",
    "sr": "и у не на да је се од са за што по али су ће си као он како до при или они била она само које може који"
    " из а",
    "kk": "және бұл мен бір үшін деп да де болып бар осы оның ол еді емес ал сол жоқ қазақ керек",
    "mn": "нь юм байна энэ ба бол тэр гэж байсан нэг уу дээр болон хүн чинь их тул гэсэн",
}
ARABIC_WORDS: dict[str, str] = {
    "ar": "في من على أن إلى هذا التي الذي عن ما لا مع كان هذه ذلك أو بعد كل قد هو هي و ثم بين عند",
    "fa": "و در به از که این را با است برای آن یک خود تا بر هم نیز شده می های کرد او بود شد",
    "ur": "کے کی میں اور ہے سے کا کو اس نے پر یہ کہ ہیں بھی ایک نہیں وہ تھا لیے تو ہو",
}
DEVANAGARI_WORDS: dict[str, str] = {
    "hi": "के में है की और से का को पर एक यह ने कि नहीं भी हैं इस लिए था कर तो ही हो",
    "mr": "आहे आणि या व ते हे की च्या मध्ये तो ती होते नाही करून आहेत होता एक त्या असे काही",
}
# Letters that point to few languages, for texts too short for small words.
LETTERS: dict[str, str] = {
    "ß": "de", "ñ": "es tl gl", "¿": "es", "ã": "pt", "õ": "pt et", "ł": "pl", "ą": "pl lt", "ę": "pl lt", "ż": "pl mt",
    "ř": "cs", "ě": "cs", "ů": "cs", "ľ": "sk", "ŕ": "sk", "ĺ": "sk", "ğ": "tr az", "ı": "tr az", "ə": "az",
    "đ": "vi hr bs", "ơ": "vi", "ư": "vi", "ạ": "vi", "ả": "vi", "ế": "vi", "ộ": "vi", "ề": "vi", "ậ": "vi", "ấ": "vi",
    "ø": "da nb nn", "æ": "da nb nn is", "å": "sv da nb nn", "þ": "is", "ð": "is", "ő": "hu", "ű": "hu", "ș": "ro",
    "ț": "ro", "ă": "ro vi", "ā": "lv mi", "ē": "lv mi", "ī": "lv mi", "ģ": "lv", "ķ": "lv", "ļ": "lv", "ņ": "lv",
    "ė": "lt", "ų": "lt", "į": "lt", "ŭ": "eo", "ĉ": "eo", "ĝ": "eo", "ŝ": "eo", "ĵ": "eo", "ŵ": "cy", "ŷ": "cy",
    "ọ": "yo", "ẹ": "yo", "ṣ": "yo", "ħ": "mt", "ġ": "mt", "ċ": "mt", "ë": "sq", "ć": "hr bs pl",
    "ы": "ru be kk mn", "э": "ru be mn", "ё": "ru be mn kk", "ї": "uk", "є": "uk", "ґ": "uk", "ў": "be",
    "щ": "ru uk bg", "и": "ru uk bg mk sr kk mn",
    "і": "uk be kk",
    "ъ": "bg ru", "ќ": "mk", "ѓ": "mk", "ѕ": "mk", "ђ": "sr", "ћ": "sr", "ј": "sr mk", "љ": "sr mk", "њ": "sr mk",
    "қ": "kk", "ғ": "kk", "ң": "kk", "ұ": "kk", "ә": "kk", "һ": "kk", "ө": "mn kk", "ү": "mn kk",
    "پ": "fa ur", "چ": "fa ur", "گ": "fa ur", "ژ": "fa", "ٹ": "ur", "ڈ": "ur", "ں": "ur", "ے": "ur", "ہ": "ur",
    "ة": "ar", "ي": "ar", "ى": "ar", "ك": "ar", "ळ": "mr",
}  # fmt: skip
