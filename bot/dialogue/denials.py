"""What people say no to, in any Japanese: 結婚も事実婚もしてへん, ほかに相手もおらんし親戚でもない, 妻も内縁の者もおりません.

Japanese denies a whole row of things with one word at its end. So a row is read from its words onward: what is named, what may stand between,
and the negative that closes it; patterns for each phrase would need every combination.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NAMED = {
    "marriage": r"結婚|婚姻|けっこん|入籍|法律婚|配偶者|はいぐうしゃ|既婚者?|妻子|(?<!の)(?:妻|夫|嫁|旦那|奥さん|女房|亭主)",
    "de_facto": r"事実婚|じじつこん|内縁",
    "partner": (
        r"(?:ほか|他|別|べつ|よそ)(?:に|の|に、|で)?(?:は|も)?(?:の)?(?:人|ひと|方|かた|誰か|誰|だれ|パートナーシップ|パートナー|相手|あいて)?(?:と|とも|との|とは)?(?:の)?"
        r"(?:そういう|そんな|パートナー(?:シップ)?|宣誓|登録|届け?出?|証明書?|付き合っている|交際している)?(?:の)?(?:パートナー|相手|あいて|関係|人|ひと|方|者)?"
        r"|パートナーシップの(?:相手|関係)"
    ),
    "kin": r"親族|親戚|しんせき|血縁|姻戚|姻族|血族|血(?=の?つなが|の?繋が|は|も|が)|(?:近い)?身内|きょうだい|兄弟|姉妹|親子|(?<!の)家族|かぞく",
}
_ROW = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _NAMED.items()))
# What may stand between two things named, or between the last one and the negative.
_BETWEEN = (
    r"(?:[もやとはがのにを、・，]|[ 　]|または|とか|など|なんか|関係|相手|者|もの|歴|経験|特に|いまは|今は|いま|今|現在|まだ|一度|一回|過去|同士|どうし|つながり|繋がり|"
    r"して(?:い)?る(?:人|相手|ひと|者)|した(?:こと|人|相手)|の人|登録|届け?出?|届|どちら|どっち|二人と|お互い|で(?=も|は|すら)|じゃ(?=な|あ))*"
)
_NEGATIVE = (
    r"(?:(?:し|やっ|もっ|持っ|結ん|組ん|交わし|出し|入れ|つながっ|繋がっ|いっさい|一切|全く|まったく)(?:て|で|と|ちょ|ち)?(?:は|も)?)*"
    r"(?:(?:い|お|と|ら|り|る|あ|ござい|で|じゃ|おり|いて|は|も)*)"
    r"(?:な(?:い|く|し|かっ|ぁ|あ$|か(?=$|[。、]|ばい|と|よ|けん))|無(?:い|く|し)|ません|まへん|へん|ひん|まっせん|ね(?:え|ぇ|ー)|おらず|おらん|おらへん|おらな|とらん|とらず|ちょらん|いず|いねえ|せず|ゼロ|なしで)"
)
_CLOSED = re.compile(
    _BETWEEN
    + _NEGATIVE
    + r"(?!と(?:だめ|ダメ|いけ|なら|でき|いか|駄目|[、 ])|ければ|きゃ|といけ|こと(?:が|は)?(?:条件|要件|必要)|わけ(?:じゃ|では)な|(?:ん)?(?:です)?か[?？。、]?$|[?？])"
)
_SPACED = re.compile(r"(?<=[ぁ-ゖァ-ヺー一-龠])[ 　]+(?=[ぁ-ゖァ-ヺ一-龠])")  # やさしい日本語 sets phrases apart
_JOINED = re.compile(_BETWEEN)


def denied(plain: str) -> frozenset[str]:
    """Which of marriage, de_facto, partner and kin a message in Japanese denies.

    「結婚できない」, 「結婚しないとだめ」 and questions (結婚してない？) deny nothing.
    """
    return frozenset(name for _, _, names in _rows(plain) for name in names)


def before_denial(plain: str, names: frozenset[str]) -> str:
    """What stands before the first denied row of these names, within its clause: who it is said of."""
    text = _SPACED.sub("", plain)
    start = next((start for start, _, row in _rows(plain) if names & set(row)), 0)
    return re.split(r"[。.!?！？\n]|(?<=で)、|(?<=が)、|(?<=けど)、|(?<=て)、|(?<=し)、", text[:start])[-1]


def without_denials(plain: str) -> str:
    """The message without its denied rows, so that what is said beside them can be read: 「私は独身やけど妻のある人と…」."""
    text = _SPACED.sub("", plain)
    for start, end, _ in reversed(_rows(plain)):
        text = f"{text[:start]} {text[end:]}"
    return text


@lru_cache(maxsize=8)
def _rows(plain: str) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    """Start, end and names of each denied row, in the message without the spaces of やさしい日本語."""
    plain = _SPACED.sub("", plain)
    rows: list[tuple[int, int, tuple[str, ...]]] = []
    row: list[str] = []
    start = end = 0
    for named in _ROW.finditer(plain):
        gap = _JOINED.match(plain, end) if row else None
        if not (gap and gap.end() >= named.start()):
            row, start = [], named.start()
        row.append(str(named.lastgroup))
        end = named.end()
        closed = _CLOSED.match(plain, end)
        if closed:
            rows.append((start, closed.end(), tuple(row)))
            row = []
    return tuple(rows)
