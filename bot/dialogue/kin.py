"""How the two are related, in people's words: 姪, 元夫の母, 父の弟の娘, her stepdad's son.

Chains of kinship words are walked as the Civil Code counts (民法726条): up to the common ancestor and down again.
"""

from __future__ import annotations

import re
from typing import Any

from bot.dialogue import denials
from bot.dialogue.understanding import Understanding
from bot.nlu.normalise import for_features
from bot.rules.situation import Kinship

_NOT_KIN = re.compile(
    r"身内(?:でも|では|じゃ|や|と|とは)?(?:は)?(?:ない|ちゃう|ちゃい|ちが|違|なし|ありません|あらへん)|親(?:戚|族)(?:でも|や|と|とは|とも)?(?:ちゃう|ちゃい|ちがう|ちがい|違う|違い)|親族(?:関係)?(?:でも|では|じゃ|とか|で|も|が)?(?:は)?(?:ない|ありません|なく|無い|なし|ねえ|やない)|親戚(?:関係)?(?:でも|では|じゃ|とかでは|とかじゃ|で|は)?(?:は)?(?:ない|ありません|なく|なし|やない)|しんせき.{0,4}(?:では|じゃ)?(?:ない|ありません)|しんぞく.{0,4}(?:では|じゃ)?(?:ない|ありません)|血(?:の)?(?:つながり|繋がり|縁|縁関係)(?:は|も|が|とか)?(?:では|じゃ)?(?:ない|ありません|なし|無)|血(?:は|が|も)?(?:つなが|繋が)って(?:い)?(?:な|ま?せん)|血縁(?:関係)?(?:や親戚関係)?(?:では|じゃ|は|も|とか)?(?:は)?(?:ない|ありません|なし|無)|他人(?:です|同士)|\b(?:not|isn'?t) my (?:family|relative|sister|brother|cousin|kin)\b|赤の他人|(?:かぞく|家族)(?:や|とか|でも|では|じゃ).{0,10}(?:ない|ありません)|家族関係(?:では|じゃ)?な|not (?:close(?:ly)? )?(?:relat(?:ed|ives)|family|blood)|(?:aren'?t|isn'?t|no) (?:close(?:ly)? )?(?:relat(?:ed|ives|ion)|family|blood)|unrelated|no blood|no kinship|ketsuen nashi"
)
_KIN_AS_COUPLE = re.compile(
    r"^(?:に(?:あた|当た)(?:る|り)|なのに|同士|どうし|の?(?:カップル|二人|ふたり|関係)|なん(?:です|だ|や|じゃ|よ)|です|でございま|であり|でして|だけど|ですが|だった|でした|で(?:も|す|、|パートナー|宣誓|せんせい|届|申|登録|付き合)|でも|だと|だったら|の場合|やねん|やけど|じゃ|は(?:無理|だめ|ダメ|いけ|でき|OK|対象)|って(?:だめ|いけ|でき|無理)|と(?:の)?(?:二人で|ふたりで|2人で|パートナー|恋仲|いい仲|カップル|交際|恋愛|恋人|お付き合い|届|申請|登録|宣誓|付き合|つきあ|暮ら|結婚|一緒に暮ら|同居|だせ|だし|でも|は|も|使|でき|一緒に(?:届|申|登録|宣誓|出)|私|僕|俺|わたし|わたくし|$|、)|ならどう|なら|$|[?？。])"
)
_KIN_AND = re.compile(
    r"(?:私|僕|俺|わたし|うち|自分|パートナー|相手|彼女?|彼氏|相方)(?:は|と(?:は)?|の|が)(?:、)?(?:実(?:の|は)?|実際は|血のつながった|血の繋がった|じつは)?\s?$"
)
_DENIED_AFTER = re.compile(
    r"(?:同士|どうし|の関係|関係)?(?:とか)?(?:じゃ|では|でも)(?:は)?(?:ない|なく|ありません|あらへん|ねえ)|(?:s)?,? no\b,?"
)
_DENIED_BEFORE = re.compile(
    r"(?:\bnot|n't|\bno|never) (?:a |an |my |really |actually )*\s?$|(?:\bnot|n't|\bno|never)\s?$"
)
_EN_KIN = re.compile(
    r"(?:we(?:'re| are)|they(?:'re| are)|between|are|is my|with my|and my|my partner is (?:the |my )?|being|as) ?(?:(?:actually|really|half|step|first|second|blood|twin|adoptive|the)[- ]?)*$"
)
KIN = {
    "parent_child": (Kinship.LINEAL_BLOOD, None), "grandparent": (Kinship.LINEAL_BLOOD, None), "sibling": (Kinship.COLLATERAL_BLOOD, 2),
    "uncle_aunt": (Kinship.COLLATERAL_BLOOD, 3), "cousin": (Kinship.COLLATERAL_BLOOD, 4), "second_cousin": (Kinship.COLLATERAL_BLOOD, 6),
    "in_law": (Kinship.LINEAL_AFFINITY, None), "sibling_in_law": (Kinship.COLLATERAL_AFFINITY, None),
}  # fmt: skip
_EX_PARENT = re.compile(
    r"(?:父|母|親父|祖父|祖母|父親|母親)(?:さん)?(?:の|が[^。]{0,14}(?:その|あの人の))(?:後妻|後添い|後夫|のち添い|(?:二|三)(?:度|人|番)目の(?:妻|夫|嫁|奥さん)|元(?:の)?(?:妻|夫|嫁|旦那))(?!の(?:連れ子|子|娘|息子))|(?:妻|夫|配偶者)に(?:は)?[^。、]{0,12}(?:息子|娘|子ども?|連れ子)が(?:い|お)[^。]{0,40}?(?:その|あの)?(?:彼女?|子|人|息子|娘)と(?:私|僕|俺|わたし)|(?:元|前|離婚した|別れた|亡くなった|以前の|もと)の?(?:夫|妻|旦那|嫁|配偶者|奥さん|ダンナ|主人|だんな)の(?:お)?(?:父|母|親|娘|息子|子)|(?:夫|妻|旦那|嫁|元夫|元妻)の(?:お)?(?:父|母|親)(?:親|さん)?(?!の許|に反対)|(?:ex[- ]?|former |late )(?:husband|wife|spouse)'?s? (?:father|mother|parent|dad|mum|mom|son|daughter)|(?:father|mother|parent|dad|mom) of my (?:ex[- ]?|former |late )?(?:husband|wife|spouse)|母の再婚相手|父の再婚相手|mother'?s (?:new |second |ex[- ]?)?husband|father'?s (?:new |second |ex[- ]?)?wife"
)
_EX_SIBLING = re.compile(
    r"(?:元|前|離婚した|別れた|亡くなった|以前の)の?(?:夫|妻|旦那|嫁)の(?:兄|姉|弟|妹|きょうだい)|(?:ex[- ]?|former |late )(?:husband|wife|spouse)'?s? (?:brother|sister|sibling|cousin)|(?:brother|sister) of my (?:ex|former|late)|(?:兄|姉|弟|妹)の(?:元)?(?:妻|夫|嫁|旦那|配偶者)"
)
_ADOPTED = re.compile(
    r"(?:パートナー|相手|彼女?|彼氏|相方|二人で|ふたりで|お互い|恋人|カップル|同性|私たち|うちら|僕ら).{0,12}養子縁組|養(?:親子|子と養親)(?:です|なん|の(?:関係|二人)|ですが|だけど)|(?:adopted (?:me|him|her|each other|my partner)|(?:my partner|he|she|i) (?:legally )?adopted|adoptive parent and child|adult adoption)"
)

# An adoption that made a child somebody's son or daughter did not come from the partnership (規則第3条第4号ただし書).
_BROUGHT_UP_BY = re.compile(
    r"(?:幼い|小さい|子ども?の|こどもの|小学生の|中学生の|赤ちゃんの|[1-9１-９]歳の|一桁の)(?:とき|時|頃|ころ|うち)(?:に|から)?.{0,14}養(?:子|女|親|父|母)|養(?:父|母)(?:と|に).{0,24}(?:恋人|付き合|交際|恋愛|届け?出|宣誓)|"
    r"adopted (?:me|him|her) (?:as a child|when (?:i|he|she) was (?:a child|a kid|little|small|young|[1-9]\b|1[0-7]\b))"
)
_HALF = re.compile(
    r"(?:父|母|お父さん|お母さん|父親|母親)が同じ(?:で|だ|の)[^。]{0,24}(?:付き合|つきあ|交際|恋人|届|宣誓|申請|女の子|男の子|人と)|腹違い|種違い|異(?:母|父)(?:きょうだい|兄弟|姉妹|姉|妹|兄|弟)|\bhalf[- ](?:sister|brother|sibling)"
)
# An adoption that came first, or for something else, is not plainly one "by which they came to be" so as partners.
_ANOTHER_PURPOSE = re.compile(
    r"(?:家(?:業|名)?|店|会社|事業|稼業)を?(?:継|つ)(?:ぐ|い)|家業の|付き合う前に[^。]{0,14}(?:縁組|養子)|跡(?:取|継)|家業|(?:交際|付き合|恋愛)[^、。]{0,10}(?:その後|後から|あとから|縁組の後)|(?:縁組|養子)[^。]{0,16}(?:その後|あとから|後になって|あとになって)[^。]{0,8}(?:交際|付き合|恋)|(?:その後|あとから|後になって)[^。]{0,6}(?:恋|交際|付き合)|"
    r"adopt\w*.{0,40}(?:before we (?:dated|met|got together|were a couple)|years before|and only (?:later|then))|(?:family business|heir\b)"
)
_STEPS = {  # how far up and down a word leads; "m" is a marriage
    "父": "u", "母": "u", "親": "u", "祖父": "uu", "祖母": "uu", "曾祖父": "uuu", "曾祖母": "uuu",
    "兄": "ud", "姉": "ud", "弟": "ud", "妹": "ud", "兄弟": "ud", "姉妹": "ud", "きょうだい": "ud",
    "子": "d", "娘": "d", "息子": "d", "子ども": "d", "孫": "dd",
    "おじ": "uud", "おば": "uud", "叔父": "uud", "叔母": "uud", "伯父": "uud", "伯母": "uud",
    "おい": "udd", "めい": "udd", "甥": "udd", "姪": "udd", "いとこ": "uudd", "従兄弟": "uudd", "従姉妹": "uudd",
    "夫": "m", "妻": "m", "奥さん": "m", "お嫁さん": "m", "旦那さん": "m", "ダンナ": "m", "主人": "m", "嫁": "m", "旦那": "m", "配偶者": "m", "再婚相手": "m", "連れ子": "d",
    "father": "u", "mother": "u", "dad": "u", "mum": "u", "mom": "u", "grandfather": "uu", "grandmother": "uu",
    "brother": "ud", "sister": "ud", "son": "d", "daughter": "d", "child": "d", "uncle": "uud", "aunt": "uud",
    "nephew": "udd", "niece": "udd", "cousin": "uudd", "husband": "m", "wife": "m", "stepdad": "um", "stepmum": "um", "stepmom": "um",
}  # fmt: skip
_JA = "|".join(sorted((w for w in _STEPS if not w.isascii()), key=len, reverse=True))
_EN = "|".join(sorted((w for w in _STEPS if w.isascii()), key=len, reverse=True))
_CHAIN = re.compile(
    rf"(?:(?:お|実の|元)?(?:{_JA})(?:さん|ちゃん|親|っ子)?の(?:、?その|(?:末|上|下|実|双子|年の離れた|(?:一番|すぐ)(?:上|下)|[一二三]番目)の)?)+(?:お|実の|元)?(?:{_JA})(?:さん|ちゃん|親|っ子)?|(?:\b(?:{_EN})['’]s )+(?:{_EN})\b"
)
_NO_ADOPTION = re.compile(
    r"養子縁組(?:も|は|を|とか)?(?:して(?:い)?(?:ない|なく|ません|おら)|なし|ない|ありません)|(?:no|not|without|never|n't).{0,8}adopt"
)
_WORD = re.compile(f"{_JA}|{_EN}")
# 「親の再婚でできた妹」: related only through their parents' marriage.
_STEP_SIBLING = re.compile(
    r"再婚(?:で|して|によって|相手の連れ子|同士).{0,10}(?:でき|なった|連れ子|義理)|再婚相手(?:の|が)(?:連れてきた|連れて来た|連れ子|子|娘|息子)|(?:連れ子|義理の(?:きょうだい|兄弟|姉妹))(?:同士|どうし)|\bstep-?(?:brother|sister|sibling)s?\b"
)
_OF_THE_OTHER = re.compile(r"(?:彼女?|相手|パートナー|相方|恋人|友人|友達|(?:his|her|their|partner's))の?\s?$")


# Their forebears are brothers or sisters: cousins, and second cousins where it is the grandparents.
_FOREBEARS = re.compile(
    r"(?:祖父|祖母|祖父母|(?:お|ひい)?(?:じい|ばあ)(?:ちゃん|さん)|曾祖父|曾祖母|父|母|父親|母親|親|お父さん|お母さん)(?:たち)?(?:同士|どうし)が(?:実の)?(?:兄弟|姉妹|兄妹|姉弟|きょうだい|双子)|"
    r"(?:great[- ]?)?(?:grand(?:father|mother|parent|ma|pa|dad|mum|mom)|father|mother|dad|mum|mom|parent)s (?:were|are) (?:\w+ )?(?:brothers|sisters|siblings|twins)\b"
)


_IS_NOT = re.compile(r"(?<!だけ)(?:じゃ|では)なく(?:て)?[、 ]?")
_KIN_WORD = re.compile(r"実の|姉|兄|弟|妹|きょうだい|いとこ|従|叔|伯|おじ|おば|甥|姪|親|父|母|祖")


def _after_what_it_is_not(text: str) -> str:
    """「連れ子とかじゃなくて、実の姉と」: only what it is instead."""
    found = _IS_NOT.search(text)
    after = text[found.end() :] if found else ""
    return after if found and _KIN_WORD.search(text, 0, found.start()) and _KIN_WORD.search(after) else text


def read_kin(u: Understanding, text: str, facts: dict[str, Any]) -> None:
    """Adds `relation` ([kind, degree]) to the facts, or leaves the requirement open where an adoption is not plainly of the couple."""
    text = _after_what_it_is_not(text)
    forebears = _FOREBEARS.search(text)
    if forebears and not re.search(r"じゃな|ではな|\bnot\b", forebears[0]):
        far = bool(re.match(r"祖|おじい|おばあ|じい|ばあ|grand|曾|ひい|great", forebears[0]))
        facts["relation"] = [Kinship.COLLATERAL_BLOOD.value, 6 if far else 4]
        return
    if re.search(r"再婚相手が連れて[^。、]{0,4}(?:子|娘|息子)", text) and _NO_ADOPTION.search(text):
        facts["relation"] = [Kinship.COLLATERAL_AFFINITY.value, None]
        return
    blood = _BLOOD.search(text)
    if blood and not _HEDGED_BLOOD.search(text, max(0, blood.start() - 12), blood.end() + 12):
        facts["relation"] = ["yes", None]
        return
    chain = _chain(u, text)
    if chain:
        facts["relation"] = chain
        return
    if (
        _STEP_SIBLING.search(text)
        and (_NO_ADOPTION.search(text) or not re.search(r"養(?:子|女|親)|adopt", text))
        and not chain_up(text)
    ):
        facts["relation"] = [Kinship.COLLATERAL_AFFINITY.value, None]
        return
    if _IN_LAW_SIBLING.search(text) and not re.search(r"縁組|養子|養女|adopt|血", text):
        facts["relation"] = [Kinship.COLLATERAL_AFFINITY.value, None]
        return
    if _EX_PARENT.search(text):
        facts["relation"] = [Kinship.LINEAL_AFFINITY.value, None]
        return
    if _EX_SIBLING.search(text):
        facts["relation"] = [Kinship.COLLATERAL_AFFINITY.value, None]
        return
    if (
        re.search(r"養(?:子|女|親)|adopt", text)
        and not _NO_ADOPTION.search(text)
        and re.search(r"兄弟|姉妹|兄|弟|姉|妹|brother|sister", text)
    ):
        facts["relation"] = [Kinship.ADOPTIVE_COLLATERAL.value, None]
        return
    if _HALF.search(text):
        facts["relation"] = [Kinship.COLLATERAL_BLOOD.value, 2]
        return
    if re.search(r"縁組|養子|adopt", text) and _ANOTHER_PURPOSE.search(text):
        facts.setdefault("open", []).append("req-07-not-close-relatives")
        return
    if _BROUGHT_UP_BY.search(text) and re.search(
        r"付き合|交際|恋人|カップル|届|宣誓|申請|パートナー|couple|register|apply", text
    ):
        facts["relation"] = [Kinship.ADOPTED_OTHERWISE.value, None]
        return
    if re.search(r"親子として|母の養女|父の養女|養女と", text):
        facts.setdefault("open", []).append("req-07-not-close-relatives")
        return
    if _ADOPTED.search(text) and not re.search(
        r"(?:養子縁組|adopt\w*).{0,8}(?:したら|すれば|すると|する(?:と|の)|できま|できる|したい|共同|特別|方法|とは|child|a baby|kids|jointly)",
        text,
    ):
        facts["relation"] = [Kinship.ADOPTED_IN_PARTNERSHIP.value, None]
        return
    denied = False
    for entity in reversed(u.entities):  # 「いとこじゃなくて姪だった」: the last one said holds
        if entity["entity"] != "relation" or entity["value"] not in KIN:
            continue
        before, after = u.text[: entity["start"]], u.text[entity["end"] :]
        english = u.text[entity["start"] : entity["end"]].isascii()

        before, after = for_features(before), for_features(after)
        if re.match(r"(?:同士|どうし)(?:が|は|も)", after) or re.search(r"(?:親|父|母)(?:同士|どうし)が$", before):
            continue  # 「母親どうしが姉妹」: of their parents
        if re.search(r"(?:うち|私|わたし|僕|俺)の$", before) and _ANOTHERS_COUPLE.search(after):
            continue  # 「うちの妹なんですけど、女の人とお付き合いしてまして」: of a relative's own couple
        if re.match(r"(?:も|は|が)?(?:おりません|いません|いない|おらん|おらず|なし)", after) and re.match(
            "孫|子|娘|息子", u.text[entity["start"] :]
        ):
            continue  # 「孫もおりません」: none there is
        if re.search(r"(?:asking|question|writing|this is) (?:for|about|on behalf of) (?:my|a|our)\s?$", before):
            continue
        if _OF_THE_OTHER.search(before):
            continue  # 「彼女の母親も」: a relative of one of them, not the two of them
        if _DENIED_AFTER.match(after) or (english and _DENIED_BEFORE.search(before)):
            denied = True
            continue
        if english:
            fits = bool(_EN_KIN.search(before)) or bool(
                re.match(r"\s*and i\b|s\b.{0,12}(?:register|apply|file|couple|eligible)|s?\s*(?:\?|$)", after)
            )
        else:
            fits = bool(_KIN_AS_COUPLE.match(after)) or bool(
                _KIN_AND.search(before) and not re.match(r"[がにをからのへ]", after)
            )
        if fits and not re.search(
            r"(?:相談|反対|言われ|心配|ばれ|バレ|知られ|カミング|内緒|教えて|代わりに|の代理|supports?|told|asked|advice)",
            after[:14],
        ):
            kind, degree = KIN[entity["value"]]
            facts["relation"] = [kind.value, degree]
            return
    if denied or _NOT_KIN.search(text) or "kin" in denials.denied(text):
        facts["relation"] = [Kinship.NONE.value, None]


_IN_LAW_SIBLING = re.compile(
    r"元?(?:兄嫁|弟嫁|義姉|義妹|義兄|義弟)(?:と|です|が(?:恋人|今|パートナー)|だった|に当た)|元は?義理の(?:きょうだい|兄弟|姉妹|兄|姉|弟|妹)"
)
_ANOTHERS_COUPLE = re.compile(
    r"(?:女|男)の(?:人|方|子)と(?:お)?付き合|(?:女性|男性|彼女|彼氏)と(?:お)?付き合って(?:い|る|お|まし)"
)
_BLOOD = re.compile(
    r"血(?:が|は|も|の)?(?:つなが|繋が)(?:って(?:い)?(?:る|ます)(?!か|の?は|と)|った(?:きょうだい|兄弟|姉妹|親子))|\bwe(?:'re| are) (?:closely )?related by blood"
)
_HEDGED_BLOOD = re.compile(r"か(?:も|どうか)|[?？]|遠(?:い|縁)|いとこ|はとこ|distant|cousin|if\b")


def turns_on_kin(u: Understanding) -> bool:
    """Whether the question may be about how they are related, so that a relative named is the other of the couple."""
    return u.mass("faq/eligibility_relatives", "faq/eligibility_adoption", "check_eligibility") > 0.4


def _chain(u: Understanding, text: str) -> list[Any] | None:
    """The relation that a chain of kinship words names, if it is said of the couple."""
    for match in _CHAIN.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if (
            _OF_THE_OTHER.search(before)
            or re.match(r"(?:じゃ|では)な", after)
            or not (turns_on_kin(u) or _KIN_AS_COUPLE.match(after) or _KIN_AND.search(before))
        ):
            continue
        if re.search(r"養子|養女|adopt", text) and not _NO_ADOPTION.search(text):
            return None
        return relation_of([_STEPS[word] for word in _WORD.findall(match[0])])
    return None


def chain_up(text: str) -> bool:
    """「母の再婚相手本人」: the parent's spouse, who is no step-sibling."""
    return bool(
        re.search(
            r"再婚相手(?:本人|の(?:男|女|人)|と(?:付き合|暮|私|僕|交際))|\bstep-?(?:dad|mum|mom|father|mother|parent)\b",
            text,
        )
    )


def relation_of(steps: list[str]) -> list[Any]:
    """Kind and degree of the relative at the end of steps up (`u`), down (`d`) and through marriages (`m`)."""
    up = down = marriages = 0
    through = 0  # where the marriage stands in the chain
    walk = "".join(steps)
    for index, step in enumerate(walk):
        if step == "m":
            marriages += 1
            through = index
        elif step == "u":
            up, down = (up, down - 1) if down else (up + 1, 0)
        else:
            down += 1
    if not marriages:
        lineal = not (up and down)
        return [Kinship.LINEAL_BLOOD.value if lineal else Kinship.COLLATERAL_BLOOD.value, None if lineal else up + down]
    lineal = not (up and down)
    at_an_end = through in (0, len(walk) - 1)
    if marriages == 1 and at_an_end and lineal:
        return [Kinship.LINEAL_AFFINITY.value, None]
    return [Kinship.COLLATERAL_AFFINITY.value, None]
