"""Names of places in running text: Tokyo's 62 municipalities however they are written, other prefectures and cities, 都内, 23区外.

Works on normalised text; every rule about where a name may not stand (国立大学, 空港, 大阪市北区) is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from bot.knowledge.model import Municipality
from bot.nlu.faraway import FarPlaces
from bot.nlu.normalise import hiragana

_SUFFIX_EN = {"ward": r"(?:\s*-?\s*(?:ward|city|ku)\b)", "city": r"(?:\s*-?\s*(?:city|shi)\b)", "town": r"(?:\s*-?\s*(?:town|machi)\b)", "village": r"(?:\s*-?\s*(?:village|mura|son)\b)"}  # fmt: skip
_KANA_SUFFIX = {"ward": "く", "city": "し", "town": "(?:まち|ちょう)", "village": "むら"}

# Too short or too common as bare words: these need their 区/市/Ward behind them.
_NEEDS_SUFFIX = frozenset("北 港 中央 国立 日の出 大島 日野 三宅 利島 新島 多摩 稲城".split()) - {
    "稲城",
    "日野",
    "新島",
    "利島",
}
_NEEDS_SUFFIX_KANA = frozenset("きた みなと ちゅうおう こうとう としま ひの たま こだいら いなぎ みずほ おうめ みたか まちだ ふちゅう おおた こまえ ふっさ おおしま にいじま みやけ はむら きよせ".split()) - {
    "まちだ", "みたか", "こだいら", "はむら", "きよせ", "こまえ", "ふちゅう", "おおた"}  # fmt: skip
_NEEDS_SUFFIX_EN = frozenset("kita minato chuo tama mizuho hino oshima miyake niijima toshima hamura ome".split()) - {
    "minato",
    "toshima",
    "ome",
    "hamura",
    "hino",
}
# Names that other places share; these in front of a name mean another city's ward or town.
_OTHER_CITY = re.compile(
    r"(?:広島県|北海道|大阪府|愛知県|兵庫県|福岡県|鹿児島県|沖縄県|大阪|名古屋|札幌|神戸|京都|横浜|川崎|さいたま|千葉|新潟|熊本|広島|浜松|福岡|岡山|堺|仙台|伊豆)(?:市|の|府)?$"
)
_OF_OTHER_CITY = re.compile(
    r"(?:[ -](?:ward|ku|city|shi))?,?\s+(?:(?:in|of|over in|down in) )?(?:osaka|nagoya|sapporo|kobe|kyoto|yokohama|saitama|chiba|niigata|kumamoto|hiroshima|fukuoka|okayama|sakai|hamamatsu)\b"
)
_NOT_PERSON = "(?!さん|くん|ちゃん|様|氏)"
_NOT_AFTER = {
    "国立": "(?!大学|病院|公園|がん|国会|競技|劇場|美術|科学|博物|研究|感染)",
    "府中": "(?!刑務所)",
    "大島": "(?!さん|紬)",
    "大田": "(?!市場|原)",
    "八丈": "島?",
    "町田": "(?!さん)",
    "日野": "(?!自動車|さん)",
    "北": "",
}
_AREAS = [
    (r"23区(?:の外|外|以外)|二十三区外|特別区(?:の)?外|outside (?:of )?(?:the )?23 wards|outside (?:the )?special wards", "outside_23_wards"),
    (r"多摩(?:地域|地区|エリア|方面|地方)|三多摩|多摩(?!市|川|センター|ニュー|総合|北部|南部|支所|動物|区|美)|西東京(?!市)エリア|(?<![a-z])tama (?:area|region|district)\b|\btama\b(?! (?:city|river|center))", "tama"),
    (r"都外|県外|東京(?:都)?(?:の)?外|東京(?:都)?以外|他県|ほかの県|他の県|地方(?=に|から|在住|の|で)|outside (?:of )?tokyo|out of tokyo|another prefecture|other prefectures?", "outside_tokyo"),
    (r"東京都内|都内|東京(?!タワー|スカイツリー|ガス|電力|メトロ|駅|湾|大学|ディズニー|海上|三菱|シティ|弁護士|高裁|地裁|オリ|新聞|消防|法務|外)"
     r"(?!都?の?(?:この)?(?:制度|パートナー|証明|受理|宣誓|サービス|条例|人権|事業|職員|総務|知事|ホームページ|公式|窓口|住宅|規則|届|担当|相談|係|高等|仕組|しくみ|やつ))(?!都(?:庁|立|営|民税|は|が|って|と(?!内)|も))都?"
     r"|とうきょう(?:と(?=に|で|へ|の|から))?(?!と?の?\s*(?:せいど|しょうめい|パートナー|ぱーとなー))|(?<![ぁ-ゖ])とない|(?<![a-z])tokyo(?!['’]s|\s+(?:partnership|metropolitan|scheme|certificate|system|oath|lgbt|high|district|government|office|issued|has|is|does|will|accept|bar|wide|cert|rule|pride|one|paper|fire)|-wide)(?:[- ](?:to|metro area))?\b|(?<![a-z])toukyou\b", "tokyo"),
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A place found in the text. `kind` is `municipality`, `area`, `abroad` or `quarter` (a station or part of a municipality)."""

    kind: str
    start: int
    end: int
    value: str
    """Official municipality name, or tokyo | outside_tokyo | outside_23_wards | tama."""
    name: str = ""
    """For places outside Tokyo, the prefecture meant."""


@dataclass(frozen=True)
class _Rule:
    """One name with all its writings."""

    pattern: re.Pattern[str]
    signs: tuple[str, ...]
    """One of these stands in each match without Latin letters, if there are any; looking for them is far quicker."""
    kind: str
    value: str
    name: str = ""
    latin: tuple[str, ...] = ()
    """One of these stands, long vowels written short, in each match with Latin letters."""


_LONG_O = re.compile("o[uoh]|ō")
_LONG_U = re.compile("uu|ū")


def _short(text: str) -> str:
    """Romaji with its long vowels written short: hachiouji, oota."""
    return _LONG_U.sub("u", _LONG_O.sub("o", text))


_LATIN = re.compile("[a-zōū]")


class PlaceFinder:
    """Finds places; built once from the knowledge base."""

    def __init__(self, municipalities: Iterable[Municipality], gazetteer: Mapping[str, Any]) -> None:
        """Compiles all names into one pattern a place."""
        self._rules: list[_Rule] = []
        for place in municipalities:
            pattern, signs = _municipality_pattern(place), (place.name_ja[:-1], hiragana(_kana_stem(place)))
            english = _short(_english_stem(place))
            self._rules.append(_Rule(pattern, signs, "municipality", place.name_ja, latin=(english,)))
        for municipality, names in gazetteer["places_in_tokyo"].items():
            latin = tuple(_short(name) for name in names if name.isascii())
            self._rules.append(_Rule(_any_of(names), _japanese(names), "quarter", municipality, latin=latin))
        for prefecture, names in gazetteer["prefectures"].items():
            suffix = {"北海道": "", "京都": "(?:府|市)?", "大阪": "(?:府|市)?"}.get(prefecture, "(?:県|市)?")
            japanese = rf"(?<!東){re.escape(prefecture)}{suffix}(?!大学|銀行|線)"
            kana, english = names
            latin = rf"(?<![a-z]){re.escape(english)}(?:[ -](?:prefecture|ken|city|pref))?(?![a-z])"
            kana_suffix = "" if kana.endswith("けん") else "(?:けん)?"
            # 京都 stands inside 東京都, きょうと inside とうきょうと, こうち inside こうちゃ.
            kana_part = (
                rf"(?<!とう){kana}{kana_suffix}"
                if len(kana) > 3 and kana not in ("きょうと",)
                else rf"(?<![ぁ-ゖ]){kana}{kana_suffix}(?=に|から|の|で|けん|[\s、])"
            )
            pattern = re.compile(f"{japanese}|{latin}|{kana_part}")
            signs = (prefecture, kana)
            self._rules.append(_Rule(pattern, signs, "area", "outside_tokyo", prefecture, (_short(english),)))
        self._far = FarPlaces(gazetteer)
        self._rules += [_Rule(re.compile(pattern), (), "area", value) for pattern, value in _AREAS]
        self._always = {number for number, rule in enumerate(self._rules) if not rule.signs}
        self._by_letter: dict[str, list[tuple[str, int]]] = {}
        for number, rule in enumerate(self._rules):
            for sign in rule.signs:
                self._by_letter.setdefault(sign[0], []).append((sign, number))

    def _possible(self, text: str, spoken: str) -> Iterable[_Rule]:
        """The rules that may match, in their order."""
        both = f"{text}\n{spoken}"
        found = {number for letter in set(both) for sign, number in self._by_letter.get(letter, ()) if sign in both}
        if _LATIN.search(text):
            short = _short(text)
            found.update(number for number, rule in enumerate(self._rules) if any(s in short for s in rule.latin))
        return [self._rules[number] for number in sorted(found | self._always)]

    def find(self, text: str) -> list[Place]:
        """Returns the places in order; of overlapping names the longest counts."""
        found: list[Place] = []
        elsewhere: set[str] = (
            set()
        )  # 「大阪の北区に住んでて…北区やったら」: named once as another city's, it stays that
        spoken = hiragana(text) if re.search("[ァ-ヶ]", text) else ""
        for rule in self._possible(text, spoken):
            pattern, kind, value, name = rule.pattern, rule.kind, rule.value, rule.name
            for match in chain(pattern.finditer(text), pattern.finditer(spoken) if kind == "municipality" else ()):
                if match.start() == match.end():
                    continue
                if kind == "municipality" and (
                    _OTHER_CITY.search(text[: match.start()]) or _OF_OTHER_CITY.match(text, match.end())
                ):
                    elsewhere.add(value)
                    continue
                found.append(Place(kind, match.start(), match.end(), value, name))
        for far in self._far.find(text):
            kind = "abroad" if far.abroad else "area"
            found.append(Place(kind, far.start, far.end, "outside_tokyo", far.prefecture))
        kept: list[Place] = []
        found = [place for place in found if place.kind != "municipality" or place.value not in elsewhere]
        for item in sorted(found, key=lambda p: (-(p.end - p.start), p.kind != "municipality", p.start)):
            if all(item.end <= k.start or item.start >= k.end for k in kept):
                kept.append(item)
        return sorted(kept, key=lambda p: p.start)


def _municipality_pattern(place: Municipality) -> re.Pattern[str]:
    stem = place.name_ja[:-1]
    kana_suffix = _KANA_SUFFIX[place.kind]
    kana_stem = _kana_stem(place)
    english = _english_stem(place)
    guard = r"(?<![一-龠])" if len(stem) == 1 else ""
    parts = [
        rf"{guard}{re.escape(place.name_ja)}(?!外|内外)"
        if len(stem) > 1
        else rf"(?<![一-龠市]){re.escape(place.name_ja)}"
    ]
    if stem not in _NEEDS_SUFFIX:
        before = {
            "島": "",
            "大田": "(?<!太)",
            "中野": "(?<![一-龠])",
            "渋谷": "",
            "日野": "(?<![一-龠])",
            "青梅": "",
            "三鷹": "",
            "板橋": "(?<!新)",
            "品川": "",
        }.get(stem, "")
        parts.append(before + re.escape(stem) + _NOT_AFTER.get(stem, "") + _NOT_PERSON + r"(?!駅|線|太郎)")
    elif stem == "国立":
        parts.append(
            r"国立(?=に(?:住|引|越)|で(?:働|使)|在住|では|でも(?:使|大丈夫|いけ|OK|ok)|って(?:制度|独自)|は(?:使え|どう))"
        )
    elif stem == "大島":
        parts.append(r"(?:伊豆大島|大島(?=町))")
    parts.append(
        rf"(?<![ぁ-ゖ]){hiragana(kana_stem)}{kana_suffix}(?![ょゃゅ])"
        if len(kana_stem) < 4
        else rf"{hiragana(kana_stem)}{kana_suffix}(?=$|[^ぁ-ゖ]|に|で|の|は|も|から|や|と|へ|が|って|みん|やくしょ|を)"
    )
    if kana_stem not in _NEEDS_SUFFIX_KANA and len(kana_stem) >= 3:
        parts.append(rf"(?<![ぁ-ゖ]){hiragana(kana_stem)}(?=$|[^ぁ-ゖ]|に|で|の|は|も|から|ざい|へ|って)")
    parts.insert(0, rf"{hiragana(kana_stem)}{place.name_ja[-1]}")
    latin = re.sub("o", "(?:o[uoh]?|ō)", re.sub("u", "(?:uu?|ū)", re.escape(english)))  # hachiouji, oota, chuuou
    suffix = _SUFFIX_EN[place.kind]
    if english in _NEEDS_SUFFIX_EN or (english == "toshima" and place.kind == "village"):
        parts.append(rf"(?<![a-z]){latin}{suffix}")
        if english != "tama":  # "the Tama area"; "living in Kita" is the ward, "in Kita, Osaka" is not
            parts.append(
                rf"(?<=\bin ){latin}(?![a-z-])(?!,? (?:osaka|sapporo|nagoya|saitama|kobe|kyoto|sakai|hamamatsu))"
            )
    else:
        parts.append(rf"(?<![a-z]){latin}{suffix}?(?![a-z-])")
    return re.compile("|".join(parts))


def _english_stem(place: Municipality) -> str:
    return place.name_en.rsplit(" ", 1)[0].lower()


def _kana_stem(place: Municipality) -> str:
    return re.sub(f"{_KANA_SUFFIX[place.kind]}$", "", place.kana)


def _japanese(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if not name.isascii())


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    japanese = [re.escape(n) + "(?!線)" for n in names if not n.isascii()]
    latin = [rf"(?<![a-z]){re.escape(n)}(?![a-z])" for n in names if n.isascii()]
    return re.compile("|".join(sorted(japanese, key=len, reverse=True) + latin))
