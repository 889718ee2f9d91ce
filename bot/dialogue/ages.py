"""How old the two are, in people's words: 二人とも25歳, 私26彼31, turns 18 in March, 未成年."""

from __future__ import annotations

import re
from datetime import date

from bot.dialogue.facts import BOTH, Facts
from bot.dialogue.understanding import Understanding
from bot.nlu.normalise import for_features

_BOTH_AGED = re.compile(
    BOTH.pattern
    + r".{0,7}(?:[1-9]\d|[一二三四五六七八九十]{1,3}|はたち|じゅう|にじゅう)|[1-9]\d歳?(?:同士|どうし)|we(?:'re| are) (?:both )?[1-9]\d"
)
_BORN = re.compile(r"生まれ|うまれ|生れ|誕生|\bborn\b|birth|\bdob\b")
_BIRTHDAY_CAME = re.compile(
    r"誕生日(?:は|が)?(?:もう|すでに|とっくに|先に)?(?:来|き|過ぎ|すぎ|迎え)(?:た|て|まし)[^。、]{0,8}(1[89]|2\d)(?!日|月|年)"
)
_STILL_MINOR = re.compile(
    r"(?:今|いま|まだ|現在)(?:は|も|が)?、?(1[3-7])(?:歳|才|さい)?(?!\d|時|日|月|人|年|分|回|万|円|個|件|階|区|%|:|／|/)"
)
_QUESTION_WORDS = re.compile(
    r"じゃないと|でないと|ないとだめ|ならんと|ならないと|なくちゃ|なければ|何歳|なんさい|いくつから|必要|以上.{0,6}(?:ですか|なの|必要|じゃない)|how old|do (?:we|you|i) (?:have|need) to|must (?:we|both|i)|年齢制限|条件(?:は|って)"
)
_ADULT_YES = re.compile(
    r"(?:二人|ふたり|両方|お互い)とも?(?:もう|とっくに)?(?:成人|成年|大人)|(?:どちら|どっち)も(?:もう|とっくに)?(?:成人|成年|大人)|成人(?:して|です|済)|(?:18|20)歳?(?:以上|をこえ|は超え|過ぎ|すぎ)|(?<!未)成年(?:です|に達|同士)|(?:二|2|三|3|四|4|五|5|六|6|七|7)十?0?代|大人(?:です|同士)|アラ(?:サー|フォー|フィフ)|(?:over|above|older than) (?:18|eighteen|20)|18 ?(?:or|and) (?:over|older|above)|adults?\b|(?:in (?:our|my|his|her|their) )(?:twenties|thirties|forties|fifties|sixties|20s|30s|40s|50s|60s)|[2-7]0s\b|社会人|定年|年金暮らし|おとな(?:です)?"
)
_ADULT_NO = re.compile(
    r"未成年|高校?(?:1|一|2|二)(?:年|なん|です|の|だ|と|で)|中学生|まだ(?:18|十八)(?:歳)?(?:じゃない|になって)|18歳未満|under 18|underage|minor\b|(?:not|isn'?t) (?:yet )?18|not 18 yet"
)
_DECADE = re.compile(r"([2-9])0代|([二三四五六七八])十代|\b([2-9])0s\b|(twenties|thirties|forties|fifties|sixties)")
_WILL_TURN = re.compile(
    r"(?:(?:今年|来年|らいねん|年明け|年内|来月|再来月|春|夏|秋|冬|誕生日|\d{1,2}月)[^。、]{0,6}(?:で|に|には|が来たら|がきたら|が来れば))(?:やっと|ようやく|晴れて|いよいよ)?(?:18|十八)(?!日|年|時)|あと[^。、]{0,8}で(?:18|十八)(?:歳|さい)?(?:です|に|の|だ|や)|(?<![二三四五六七八九\d])(?:18|十八|じゅうはち)(?:歳|さい)?に(?:な(?:る|り(?!まし)|れば|ったら)|の誕)|(?:来年|来月|再来月|もうすぐ|次の?誕生日で?)(?:、)?(?:18|十八)歳?(?!以上)|turn(?:s|ing)? (?:18|eighteen)\b|(?:will be|hits?|reach(?:es)?) (?:18|eighteen)\b|(?:18th|eighteenth) birthday|(?<!turned )\b(?:18|eighteen) (?:in|next|on|this)\b"
)
_TURNED = re.compile(
    r"(?<!\d)([1-9]\d)(?:歳|才)?に(?:なりました(?!か)|なったばかり|なったので|なった(?:とこ|ん|。|、|よ|$))"
)
_INSTEAD = re.compile(
    r"(?<!\d)(?P<wrong>\d\d)(?:歳|さい)?(?:じゃ|では)(?:なくて|なく|ない)、?(?P<right>\d\d)(?!\d)|(?P<right2>\d\d),? not (?P<wrong2>\d\d)|(?P<right3>\d\d)(?:歳|さい)?(?:や|です|だ|じゃ)?(?:わ|ね|よ|った)?[。、 ]{1,2}(?P<wrong3>\d\d)(?:歳|さい)?(?:や|じゃ|では)?(?:ちゃう|ちが|違|ない)"
)
_NOT_NOW = re.compile(r"まだ|来週|今週|今度|もうすぐ|もう少し|soon|来月|来年|あと|yet|until|next")


_OTHERS_BEFORE = re.compile(
    r"(?:息子|娘|子(?:ども|供)|(?:うち|彼女?|私|相手|元妻|元夫)の子|こども|連れ子|長男|長女|次男|次女|孫|赤ちゃん|犬|猫|愛犬|愛猫|\b(?:son|daughter|kid|child|children|baby|dog|cat|toddler)s?)(?:さん|ちゃん)?(?:は|が|の|も|、| is| are|'s|,)?[ (（]{0,2}$"
)
_OTHERS_AFTER = re.compile(
    r"(?:歳|才|さい)?(?:の|になる)(?:息子|娘|子(?!と(?:付|交))|男の子(?:が|を)|女の子(?:が|を育)|孫|犬|猫)|[- ]?(?:year|yr)s?[- ]?old (?:son|daughter|kid|child|baby|dog|cat|boy|girl\b(?!friend))"
)


def own_ages(u: Understanding) -> list[int]:
    """The ages a message gives, but for those of children: 「元妻との息子(9歳)を育てながら」."""
    return [
        e["value"]
        for e in u.entities
        if e["entity"] == "age"
        and not _OTHERS_BEFORE.search(for_features(u.text[: e["start"]]))
        and not _OTHERS_AFTER.match(for_features(u.text[e["start"] :]).lstrip("0123456789"))
    ]


def asks_for_age(u: Understanding) -> bool:
    """Whether the question is about age, so that a bare number is one."""
    return u.top[0] == "faq/eligibility_age"


def read_ages(u: Understanding, text: str, today: date, facts: Facts) -> None:
    if _QUESTION_WORDS.search(text) and not re.search(r"私|彼|相手|パートナー|うち|僕|俺|i'?m|she|he\b|my ", text):
        return
    instead = _INSTEAD.search(text)
    if instead:
        facts["ages"], facts["age_instead_of"] = (
            [int(instead["right"] or instead["right2"] or instead["right3"])],
            int(instead["wrong"] or instead["wrong2"] or instead["wrong3"]),
        )
        return
    ages = own_ages(u) or (bare_ages(text) if asks_for_age(u) else [])
    turned = [int(n) for n in _TURNED.findall(text)]
    ages = [*turned, *ages] if turned and not set(turned) & set(ages) else ages
    births = _births(u, today)
    if any(adult is None for _, adult in births):
        facts.setdefault("open", []).append("req-04-both-adults")  # born eighteen years ago, the month is not said
    minors = [turns for turns, adult in births if adult is False]
    if minors and len(minors[0]) >= 7:
        facts["turns_adult"] = minors[0]
    ages = [*ages, *(17 if adult is False else 18 for _, adult in births if adult is not None)]
    come = _BIRTHDAY_CAME.search(text)
    if come and int(come[1]) not in ages:
        ages = [int(come[1]), *ages]
    still = [int(n) for n in _STILL_MINOR.findall(text)]
    ages = [*(n for n in still if n not in ages), *ages]
    under = _ADULT_NO.search(text)
    if (
        under
        and re.search(
            r"(?:neither|not|nobody|no one|none)\b[^.]{0,20}$|(?:どちらも|二人とも).{0,4}$", text[: under.start()]
        )
        and re.search(r"neither|nobody|no one|none|(?:じゃ|では)(?:ない|あり)", text)
    ):
        facts["both_adults"] = "yes"
        return
    if under:
        facts["both_adults"] = "no"
        return
    threshold = re.search(r"(?:18|十八|20|二十)歳?(?:以上|or over|or older)|(?:over|above) (?:18|eighteen)", text)
    if (ages or _WILL_TURN.search(text)) and not threshold:
        decade = [int(m) for m in re.findall(r"(?<!\d)([2-9]0)代", text)]
        if _BOTH_AGED.search(text) and len(ages) == 1 and not decade:
            ages = ages * 2
        months = [d for d in u.values("date") if len(d) >= 7]
        later = [d for d in u.values("date") if d > today.isoformat()[: len(d)]]
        if _WILL_TURN.search(text) and (months or later or u.values("period") or _NOT_NOW.search(text)):
            # 「3月で18になります」: seventeen today, whatever number was said
            if not any(a < 18 for a in ages):
                ages = [a for a in ages if a != 18] + [17]
            else:
                ages = [a for a in ages if a != 18]
            if months:
                facts["turns_adult"] = months[0]
        facts["ages"] = ages[:2]
        birthday = months and re.search(r"誕生日|birthday", text)
        if 17 in ages and birthday and "turns_adult" not in facts:
            facts["turns_adult"] = months[0]
        if len(ages) == 1 and not come and re.search(r"高校生|高校(?:1|2|一|二)|high school", text):
            facts.setdefault("open", []).append("req-04-both-adults")
        return
    decades = _DECADE.findall(text)
    if decades or _ADULT_YES.search(text):
        if BOTH.search(text) or threshold or len(decades) >= 2 or "同士" in text:
            facts["both_adults"] = "yes"


def _births(u: Understanding, today: date) -> list[tuple[str, bool | None]]:
    """For each birth a message dates: when the 18th birthday is, and whether it has come (None where that is not known)."""
    if not _BORN.search(u.plain):
        return []
    found: list[tuple[str, bool | None]] = []
    for day in u.values("date"):
        if not today.year - 100 < int(day[:4]) <= today.year - 10:
            continue
        turns, now = f"{int(day[:4]) + 18}{day[4:]}", today.isoformat()[: len(day)]
        # The month, or the year, in which somebody turns 18 leaves open whether the day has come.
        found.append((turns, None if turns == now and len(day) < 10 else turns <= now))
    years = [int(y) for y in _BIRTH_YEAR.findall(u.plain)] if not found else []
    return [*found, *((str(y + 18), None if y + 18 == today.year else y + 18 < today.year) for y in years)]


_BIRTH_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年?(?:生まれ|うまれ|生れ))|(?<=\bborn in )(?:19|20)\d\d")


_KANJI = {k: n for n, k in enumerate("一二三四五六七八九", 1)}
_BARE_KANJI = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)(?![一-龠]|歳)(?=に|で|、|。|と|です|$)")


def bare_ages(text: str) -> list[int]:
    """「先月18なったばっか 彼女もタメで18」: where a message turns on age, a number of two digits alone is one."""
    kanji = [_KANJI.get(m[1], 1) * 10 + _KANJI.get(m[2], 0) for m in _BARE_KANJI.finditer(text)]
    return kanji + [
        int(n) for n in re.findall(r"(?<![\d年月:.,/-])([1-9]\d)(?![\d年月日時分円人名回か%:.,/-]|歳以上)", text)
    ]
