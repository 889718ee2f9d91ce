"""Marriages and partnerships, in people's words: 独身, 離婚届が受理された, married to each other abroad, 前の宣誓が残ったまま."""

from __future__ import annotations

import re

from bot.dialogue.denials import before_denial, denied, without_denials
from bot.dialogue.facts import BOTH, Facts
from bot.dialogue.understanding import Understanding

_SINGLE = re.compile(
    r"divorces? (?:was |were |is |are |got |became |has been |have been |came |went )?(?:both )?(?:final|complete|granted|through)|(?:夫|妻|主人|旦那|配偶者|嫁|連れ合い)(?:を|に|が|は)(?:[^、。]{0,6})?(?:見送|亡く|先立|他界|死別)|(?:husband|wife) (?:died|passed away)|widow|(?:独身|どくしん|未婚|みこん)(?!(?:じゃ|では|で)な|(?:じゃ|では)あり)|シングル(?!マザー|ファザー)|結婚(?:は|も|を|とか)?(?:して(?:い)?(?:ない|ません|おらず|なく|なくて|ねえ|へん|いません|ないし|おりません|いない)|したこと(?:は|も|が)?(?:ない|ありません|なし)|歴(?:は|も)?(?:ない|なし|ありません)|なし)|けっこん(?:は|を|も)?して(?:い)?(?:ない|ません|いません)|婚姻(?:は|も|を)?して(?:い)?(?:ない|ません)|既婚じゃ|既婚では(?:ない|ありません)|バツイチ|バツ[12一二]|しべつ|結婚(?:とか|なんか|なんて)?(?:は|も|を)?した(?:こと|経験)(?:は|も|が)?な(?:い|く|し)|(?:離婚|りこん)して(?:から|、)?[^。、]{0,4}[0-9一二三四五六七八九十数何]+(?:年|か月|ヶ月|カ月|ねん|かげつ)|離婚届(?:が|は|も)?[^。、]{0,6}受理され(?:た(?!か)|まし)|婚姻歴(?:は|も|が)?(?:ございません|ありません|なし|な(?:い|く))|(?:離婚|りこん)(?:[がはも][^。、]{0,14}成立し(?:ました|ています|てます|た(?!か|ら|い))|した(?!い|ら|くても)|しました|済|[がは]成立(?!して(?:い)?(?:な|ま?せん|おら)|しな|しま?せん)|は済|してい?ます|してる|してた|していた|経験)|死別|\b(?:single|unmarried|divorced|widowed)\b|never (?:been )?married|not married|(?:neither|none|no ?one|nobody|no one)(?: of us)?(?: is| are)? (?:is )?(?:legally )?married|aren'?t married|isn'?t married|dokushin"
)
_MARRIED = re.compile(
    r"(?:独身|未婚)(?:じゃ|では)(?:ない|あり)|離婚.{0,8}(?:けど|が、|ものの).{0,12}(?:まだ|これから)|既婚|結婚して(?:い)?(?:る|ます|て|いて)(?!ない|な(?:い|くても)|るわけ)|けっこん(?:を)?して(?:い)?(?:る|ます|いて)|婚姻(?:を|は)?(?:して(?!(?:い)?(?:ない|ません|おら|なく))|中|関係(?:が|に)(?:ある|あり|残))|(?:夫|妻|旦那|嫁|配偶者|奥さん|ダンナ|主人)(?:さん)?(?:が|は|も)?(?:い(?:る|ます|て|ん)|おり|おる)|妻子(?:が|持ち|ある)|(?:まだ)?離婚(?:が|は|を)?(?:まだ|して(?:い)?(?:ない|ません|なく)|成立して(?:い)?(?:な|ません|おら)|成立しな|できて(?:い)?な|調停|協議中|裁判中|話し合い中|手続き中|前)|まだ籍(?!(?:は|を|も)?入れ)|籍(?:が|は)(?:まだ)?(?:残|入った|抜けて(?:い)?な)|籍を抜いてな|別居中|婚姻届を出した(?:まま)?|still (?:legally )?married|(?:is|am|i'?m|he'?s|she'?s|are) (?:still |legally |already )*married(?! abroad| to each other| in)|married to (?:a|my|his|her|someone|another)\b|(?:has|have) a (?:husband|wife|spouse)\b|separated but|not (?:yet )?divorced|divorce (?:is )?(?:not|pending|isn'?t|in progress|ongoing|going)|in the middle of (?:a )?divorce|getting divorced|(?:waiting|wait) (?:for )?(?:my|his|her|the) divorce|divorce (?:to be|court|case|papers)|籍(?:を)?入れて(?:い)?(?:る|ます)|夫婦(?:です|なん|ですが|で、)|(?:ダンナ|旦那|夫|妻|嫁|主人)(?:が|は|も)?(?:お(?:る|って|ります)|いる)|婚姻中|(?:we|they) are (?:husband and wife|legally married in japan)"
)
UNMARRIED_PLAINLY = re.compile(
    r"\bwe(?:'re| are)? (?:both )?(?:not|never|n't)(?: been)? married|\bwe(?:'re| are) both (?:single|unmarried)|\bboth [^.]{0,16}\b(?:not|never|un)[ -]?married|\bwe (?:are )?(?:no|not) marr(?:y|ied|iage)\b|(?:^|[.,;] ?)no marriage\b|both (?:of us )?(?:are )?(?:single|unmarried)|\b(?:neither|none|no ?one|nobody|not one)(?: of us)?(?: is| are| was)? .{0,12}married|(?:どちらも|二人とも|ふたりとも|[二2]人は|ふたりは|どっちも|お互い)[^。.!?！？]{0,10}(?:独身(?!(?:じゃ|では)な)|未婚(?!(?:じゃ|では)な)|(?:結婚|けっこん)(?:は)?して(?:い)?(?:ない|ません))"
)
_MARRIED_NOT = re.compile(
    r"結婚したい|結婚できな|結婚と(?:何が|は|の)|結婚式|同性婚|結婚制度|結婚(?:の|に)(?:代わり|かわり)|結婚して(?:い)?(?:ない|ません|なければ|なくて)|既婚(?:じゃ|では)な"
)
_ABROAD = re.compile(
    r"married (?:to )?each other (?:\w+ ){0,2}in (?!japan|tokyo|our|my|the past|\d)[a-z]{3}|(?:海外|外国|国外|カナダ|アメリカ|米国|台湾|オランダ|ハワイ|ニューヨーク|イギリス|英国|フランス|ドイツ|スペイン|オーストラリア|ニュージーランド|タイ|ブラジル|メキシコ|アルゼンチン|ポルトガル|スウェーデン|デンマーク|ベルギー|がいこく|母国|彼の国|彼女の国|本国).{0,16}(?:同性婚|結婚|入籍|けっこん|籍を入れ|婚姻)(?!式|できな|したい|ビザ)|married (?:each other )?(?:abroad|overseas|in (?:canada|america|the us|usa|the united states|new york|hawaii|taiwan|the netherlands|uk|england|france|germany|spain|australia|new zealand|brazil|portugal|mexico|argentina|sweden|thailand|california|our country|my country|another country))|(?:canadian|foreign|overseas|us|american|taiwanese) marriage|got married (?:abroad|overseas|in )"
)
# Not a marriage, and not Tokyo's either: how it is treated is as unconfirmed as a marriage to each other abroad.
_CIVIL_ABROAD = re.compile(
    r"civil (?:partnership|union)s?|\bpacs(?:ed)?\b|シビル.?(?:パートナーシップ|ユニオン)|(?:イギリス|英国|フランス|ドイツ|イタリア|スイス|台湾|ニュージーランド|外国|海外|母国)(?:で|の).{0,8}(?:パートナーシップ|パックス)"
)
_OVER_OR_ANOTHERS = re.compile(
    r"\bex\b|ex-|someone else|another (?:man|woman|person)|previous|dissolv|ended|annul|元(?:カ|彼|パ|恋|の|相)|前の|別の|ほかの|他の|解消|終わっ"
)
_DE_FACTO_OTHER = re.compile(
    r"(?:live|living|stay|home|house)[^.]{0,30}\blike (?:a )?(?:husband and wife|man and wife|married|wife|husband)\b(?=.{0,80}\b(?:other|another|my (?:real )?(?:boy|girl)friend|someone else)\b)|(?:事実婚|内縁)の(?:夫|妻|旦那|嫁|女性?|男性?|彼女?|人)(?:が|は)?(?:あり|い(?:る|ます|て))|(?:ほか|他|別)の?(?:人|ひと|相手|女|男).{0,4}と(?:も)?(?:の)?(?:事実婚|内縁|同棲して)|(?:事実婚|内縁)の(?:夫|妻|相手|パートナー)(?:が|も)(?:別に|ほかに|他に|い(?:る|ます|て))|\b(?:girlfriend|boyfriend|partner|she|he|i)\b(?!.{0,20}\bno\b).{0,36}\b(?:his|her|a|my) common[- ]law (?:wife|husband|spouse|partner)|de facto (?:marriage |relationship |partner )?(?:with (?:someone|another|a ))"
)
# Unmarried, yet keeping house with somebody elsewhere: the words of "not married" belong to it, so denials must not be cut out first.
_KEPT_ELSEWHERE = re.compile(
    r"(?:(?:夫婦|夫|妻|奥さん)(?:同然|同様|みたい|のよう)|(?:籍|席|入籍|婚姻届|届)(?:は|を|も)?(?:入れて|入って|出して|出しとら|して|しとら)(?:い)?(?:な(?:い|く)|ん|ません))[^。、]{0,20}?(?:女の人|男の人|女性|男性|連れ合い|つれあい|妻|夫|嫁|旦那|女|男|人)(?:さん)?が、?[^。、]{0,14}?(?:い(?:る|ます|て)|お(?:る|り|ります))"
)
_DE_FACTO_NONE = re.compile(
    r"事実婚(?:も|は|じゃ|では|と(?:か|いう))?(?:も)?(?:して(?:い)?(?:ない|ません)|(?:じゃ|で)?(?:ない|ありません|なし)|の相手も(?:いない|いません))"
)
_OTHER_NO = re.compile(
    r"(?:解消|返還|返納)の?手続き?(?:を|は|も)?(?:済|すま|終|完了|し(?:た(?!い|ら)|ました|て(?:い)?ま))|(?:誰か|だれか|ほかの人|他の人|別の人|元(?:カ|彼|パ)[^、。]{0,6})と[^、。]{0,10}(?:宣誓|届出?|登録|パートナーシップ[^、。]{0,4})(?:した|結んだ|組んだ|出した)(?:こと|経験)(?:も|は|が)?(?:一度も)?(?:ない|ありません|なし)|no (?:registered )?partnerships? with (?:anyone|anybody|someone|somebody|another|other)|(?:パートナーシップ|宣誓|登録|届).{0,16}(?:返還|返納|解消|取り消し?|廃止)[^。]{0,10}(?:済|終わ(?!ら)|ました|した(?!い|ら|後|あと)|出して)|(?:ほか|他|よそ|(?<![性区差個])別|べつ)の?(?:の人|に|で|人|相手|ひと|パートナー|パートナーシップ|方|誰)?.{0,18}(?:い(?:ない|ません|なく|ねえ|ぃひん)|おりません|おらず|おらん|おらへん|ございま?せん|居ない|居ません|なし|無し|ない(?:です|し|よ|$)|ありません|してな|していな|していません|してません|結んで(?:い)?(?:ない|ません))|(?:パートナーシップ|宣誓|登録|届出?).{0,10}(?:解消(?:した|済|しました|してい?ます)|(?:ほか|他)に(?:は)?(?:ない|していない))|解消済み?|no (?:other|others|one else)|nobody else|no ?one else|nor (?:any )?other|(?:not|aren'?t|isn'?t|never) (?:in|registered|been in) (?:a |any )?(?:other |another )?partnership|without other partner|only each other|どちらもほかに"
)
_OTHER_YES = re.compile(
    r"(?:元|前|まえ|ほか|他|別)の?(?:パートナー|彼女?|彼氏|カノ|カレ|相手|恋人|人)[^。]{0,14}(?:宣誓|パートナーシップ|登録|証明書?|届け?出?)[^。]{0,8}(?:取り消し|取消し?|解消|返還|返納|返し)(?:ます|する(?:予定|つもり|ところ)|て(?:から|きます)|予定)|(?:ほか|他|別|べつ|前|元|以前|まえ|もと)の?(?:人|相手|パートナー|彼女|彼氏|カノ|カレ|恋人|ひと|方).{0,12}(?:と(?:の)?)?.{0,10}(?:パートナーシップ|宣誓|届出?|届け|登録|証明書|制度).{0,14}(?:して(?:い)?(?:る|ます)(?!が、?解消)|した(?:まま|まんま)|残(?:って|った|る|り)|解消して(?:い)?(?:ない|ません)|まだ|そのまま|続いて|中|結んで(?:い)?(?:る|ます)|出した|出して)|(?:元カノ|元カレ|元彼女?|元パートナー|前の相手|前のパートナー).{0,20}(?:解消(?:して|でき)て?(?:い)?(?:ない|ません)|まま|残って|まだ)|(?:still|already) (?:registered|in a (?:registered )?partnership|have a partnership|partnered) (?:with )?(?:my ex|someone|another|a previous|an ex|his ex|her ex|other)|partnership with (?:my|his|her) ex|registered with (?:my|his|her|an) ex|another partner(?:ship)?\b(?! (?:is|are) not)|previous partnership (?:is )?(?:not|still)|ほかの\s?パートナーが\s?い(?:ます|る)"
)
_NOR_THE_OTHER = re.compile(
    r"\b(?:he|she|my \w+) (?:isn'?t|is not|'s not) either|nor is (?:he|she)|neither is (?:he|she)|(?:相手|彼女?|パートナー)も(?:同じ|そう|です|独身|未婚)"
)
_NEITHER_PARTNERSHIP = re.compile(
    r"\b(?:neither|none|no ?one|not) .{0,60}(?:another|other) (?:registered )?partner(?:ship)?s?\b"
)
_SPOUSE_OF_ONE = re.compile(
    r"(?:彼女?|相手|パートナー|彼氏|相方|恋人|あの人|あの子|私|僕|俺|自分|うち)(?:に|の方に|のほうに)は?(?:まだ|戸籍上)?(?:の)?(?:夫|妻|旦那|奥さん|奥様|嫁|主人|ダンナ|だんな|配偶者|女房|亭主)(?:さん)?が(?:い|お)(?:る|ます|り|って|て|はる)"
    r"|\b(?:each|both|one) of us (?:is|are|is still|are still),?\s?(?:married )?(?:to|with) (?:someone|somebody|other)|married to (?:someone|somebody|other people|another)(?! else'?s)"
)
_MARRIAGE_OF_OTHERS = re.compile(
    r"\b(?:brother|sister|sibling|cousin|father|mother|mom|mum|dad|parent|son|daughter|friend|uncle|aunt)s? (?:is|are|was|were|got) married|(?:兄|姉|弟|妹|兄弟|姉妹|きょうだい|親|友達|友人)(?:同士|どうし)?(?:が|は)(?:結婚|夫婦)"
)


_ONCE_MARRIED = re.compile(
    r"(?:used to be|was|were|had been|previously|once|formerly) married(?: to (?:a |my |his |her )?\w+)?"
)
_MARRIAGE_OVER = re.compile(
    r"divorces? (?:\w+ ){0,3}(?:final|complete|granted|through|over|in (?:19|20)\d\d)|\bdivorced\b|widow|\bdied\b|passed away|annulled"
)
# A partnership that is plainly over, and the words that leave such a thing in doubt.
ENDED = re.compile(
    r"(?:解消|返還|返納)[^。、]{0,12}(?:済|終え|終わ(?:って|り|っ)|しました|した(?!い|ら|か|つもり|はず)|完了)|証明書[^。、]{0,4}返(?:し|却|納)(?:ました|た(?!い|ら|か|つもり|はず))"
)
HEDGED = re.compile(
    r"分から|分かりま?せん|わから|わかりま?せん|解ら|知ら|思い出せ|覚えて|かも|はず|不明|たぶん|多分|おそらく|らしい|みたい|か(?:どうか|な)|迷|まだ|自信|微妙|あいまい|曖昧|確認|maybe|might|may\b|think|not sure|don'?t know|unsure|remember|perhaps|probably|supposed|believe|unclear|whether"
)
# 「来週解消の手続きに行きます」: it stands until then.
_WILL_END = re.compile(
    r"(?:来週|再来週|来月|今月中|明日|あした|今度|これから|近々|近いうち|もうすぐ|年内|年明け|週末)[^。、]{0,12}(?:解消|返還|返納|取り消)(?!し(?:た|まし))|(?:解消|返還|返納|取り消し)(?:の)?(?:手続き?|届)?[^。、]{0,4}(?:に行(?:く|き)|する(?:予定|つもり|ところ)|の予定|待ち|中(?!止))|"
    r"\b(?:will|'ll|going to|about to|plan(?:ning)? to) (?:\w+ )?(?:cancel|dissolve|terminate|return)\b"
)
_EARLIER_BOND = re.compile(
    r"元(?:カ|彼|パ|恋)|(?:前|昔|別|ほか|他)の(?:彼|人|相手|パートナー|恋人|女|男)|\bex\b|\bex-|previous|someone else"
)
_ONE_OF_THEM = re.compile(
    r"(?<!別の)(?<!ほかの)(?<!他の)(?<!事実婚の)(?<!内縁の)(?<!結婚)(?:私|僕|俺|わたし|自分|彼女?|相手|パートナー|相方|i'?m|i am|she(?:'s| is)|he(?:'s| is))(?:は|が|も|\s)"
)


def _sentence_of(text: str, pattern: re.Pattern[str]) -> str:
    """The sentence the pattern is found in: "I'm 26, she's 25. Never married" says the second of both."""
    found = pattern.search(text)
    return next((s for s in re.split(r"[。.!?！？]", text) if found and found[0] in s), text)


_WITH_ANOTHER_ABROAD = re.compile(
    r"(?:別の|ほかの|他の)(?:男性|女性|人|ひと|相手)と(?:の)?(?:結婚|婚姻|入籍)[^。]{0,6}(?:した(?:まま|まんま)|して(?:い)?(?:る|ます)|が残|中)|\bmarried to (?:another|a different) (?:man|woman|person)"
)
_ASKED_OF_LATER = re.compile(r"離婚(?:した(?:ら|あと|後)|すれば|してから)|\bif (?:i|he|she|we) (?:get )?divorce")
_NOT_YET_DIVORCED = re.compile(
    r"離婚(?:届|の(?:紙|書類))[^。]{0,24}(?:引き出し|しまった|入れた|手元|かばん|鞄|金庫|机|出せて(?:い)?(?:な|ま?せん)|出して(?:い)?(?:な|ま?せん)|出しそび|書いただけ|書いたまま|預け|持ったまま)|判決[^。]{0,16}(?:控訴|上告|確定(?:して(?:い)?(?:な|ま?せん)|前|待ち|を待))|(?:戸籍上|籍の上(?:では)?|書類上|法律上|紙の上)(?:で)?(?:の|は)?(?:まだ)?(?:夫(?!婦別)|妻|旦那|嫁|配偶者|夫婦)(?!に見え|では|じゃ|でも)|(?:夫|妻|旦那|嫁|主人|亭主|女房|配偶者)(?:さん)?と(?:は|の)?[^。、]{0,8}別居|"
    r"divorce (?:papers?|forms?|petition)[^.]{0,40}(?:drawer|unsigned|\bnot\b|n't|never|still|waiting|desk|shelf|fridge)|(?:appeal(?:ed|ing)|appeals?) (?:against )?(?:the )?divorce|divorce[^.]{0,24}appeal|\bstill (?:legally |on paper )?(?:my|his|her) (?:husband|wife|spouse)|離婚(?:が|は|も)?[^。、]{0,10}(?:成立(?:する|します|予定|見込み)|(?:する|の)(?:予定|つもり|見込み))|divorce (?:should|will|is (?:going|due|about) to|is set to) (?:be |become )?(?:final|complete|through|over|done|come through)\w*|離婚(?:が|は|も)?(?:まだ)?[^。、]{0,8}(?:成立して(?:い)?(?:な|ま?せん)|まだ|調停|協議|裁判)|\bnot (?:yet )?divorced|divorce (?:is )?(?:not|pending|isn'?t)"
)
_UNMARRIED = frozenset({"marriage", "de_facto"})
_PUT_RIGHT = re.compile(
    r"違った|ちがった|間違え(?:た|ました)|まちがえ|訂正|じゃなかった|ではなかった|\b(?:no,? wait|scratch that|i mean|correction)\b"
)


def _put_right(text: str) -> str:
    """「既婚です…あ、違った、先週離婚届が受理されて今は独身」: what stands behind the correction holds, if it speaks of a marriage."""
    marks = list(_PUT_RIGHT.finditer(text))
    behind = text[marks[-1].end() :] if marks else ""
    return behind if _SINGLE.search(behind) or _MARRIED.search(behind) else text


def read_bonds(u: Understanding, text: str, facts: Facts) -> None:
    text = _put_right(_MARRIAGE_OF_OTHERS.sub(" ", text))
    if _MARRIAGE_OVER.search(text):
        text = _ONCE_MARRIED.sub(" ", text)
    no, whole = denied(text), text
    text = without_denials(text) if no else text
    if (
        _WITH_ANOTHER_ABROAD.search(text)
        or _NOT_YET_DIVORCED.search(whole)
        and not _ASKED_OF_LATER.search(whole)
        or _SPOUSE_OF_ONE.search(text)
        and not re.search(r"離婚(?:が|は)?(?:成立|し(?:た|て)|済)|divorced", text)
    ):
        facts["any_marriage"] = "yes"
    elif (
        _CIVIL_ABROAD.search(text)
        and not _OVER_OR_ANOTHERS.search(text)
        or _ABROAD.search(text)
        and not re.search(r"(?:結婚|けっこん|婚姻|入籍)(?:は|を|も)?して(?:い)?(?:ない|ません|おらず|おりません)", text)
    ):
        facts["any_marriage"] = "married_abroad_to_each_other"
    elif _DE_FACTO_OTHER.search(text) or _KEPT_ELSEWHERE.search(whole):
        facts["any_marriage"] = "de_facto_with_other"
    elif UNMARRIED_PLAINLY.search(whole) and not _NOT_YET_DIVORCED.search(whole):
        facts["any_marriage"] = "no"
    elif (
        _MARRIED.search(text)
        and not _MARRIED_NOT.search(text)
        and not re.search(r"離婚(?:が)?(?:成立し(?:た|て(?:い)?ます)|しました|済)", text)
    ):
        facts["any_marriage"] = "yes"
    elif _UNMARRIED & no or _SINGLE.search(whole) or _DE_FACTO_NONE.search(whole):
        said_of = _sentence_of(whole, _SINGLE) if _SINGLE.search(whole) else before_denial(whole, _UNMARRIED)
        one_only = _ONE_OF_THEM.search(said_of) and not (BOTH.search(whole) or _NOR_THE_OTHER.search(whole))
        if not one_only or re.search(r"離婚|divorced|バツ|死別|widow", whole):
            facts["any_marriage"] = "no"
    ended = r"解消(?:した|済|しました|してい?ます)(?!ない)|返(?:還|納)(?:届|済|した|しました|して(?!な|い?ま?せ)).{0,6}(?:出し(?:た|まし|て(?!な|い?ま?せ|い(?:な|ま)))|終わ|済|$)"
    if _WILL_END.search(text) and _EARLIER_BOND.search(text):
        facts["any_other_partnership"] = "yes"
    elif _NEITHER_PARTNERSHIP.search(text) or ENDED.search(text) and not HEDGED.search(_sentence_of(text, ENDED)):
        facts["any_other_partnership"] = "no"
    elif _OTHER_YES.search(text) and not re.search(ended, text):
        facts["any_other_partnership"] = "yes"
    elif "partner" in no or _OTHER_NO.search(whole):
        facts["any_other_partnership"] = "no"
