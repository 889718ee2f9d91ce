"""Living, working, studying in Tokyo or moving there, in people's words, and where a tie only seems to be one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from bot.dialogue import tie_denials
from bot.dialogue.facts import BOTH, Facts
from bot.dialogue.understanding import Understanding
from bot.nlu import whose
from bot.nlu.normalise import for_features, with_offsets
from bot.rules.periods import Span, add_months

_PAST = re.compile(
    r"(?:年|か月|ヶ月|月|日|先週|先月|去年|昨年|以前|昔|前)(?:まで|前まで)|(?:住んで|働いて|勤めて|通って)(?:い)?(?:た|ました)|住んでた|働いてた|通ってた|卒業(?:し|生)|辞め(?:た|て|ま)|やめ(?:た|まし)|退職|無職|used to|\bquit\b|graduated|formerly|previously|no longer"
)
_NOT_YET = re.compile(
    r"(?:働き|勤め|通い|住み|入り)たい|内定|入社|入学|就職(?:する|予定|が決)|(?:働く|勤める|通う|住む)(?:予定|つもり|ことに)|\bwill (?:start|work|study|be)|going to (?:work|study|start)|start(?:ing)? (?:work|a job|school|my job|university)|plan(?:ning)? to (?:work|study)"
)
_FOREIGN = re.compile(r"overseas|abroad\b|\b(?:live|living|lives|based|stay(?:ing)?|reside)s?\s+in\s+(?P<place>[a-z]+)")
_ELSEWHERE = re.compile(r"勤務地|支社|支店|支所|工場|刑務所|拘置所|フルリモート")
_NO_MOVE = re.compile(
    r"(?:引っ?越し?(?:し)?|転入|越し)(?:たり|や|とか)[^。]{0,12}(?:ない|なし|ありません|しません)|(?:引っ?越(?:し|す)|ひっこ(?:し|す)|転入|転居|移る|越す)(?:の)?(?:予定|よてい|つもり|気)(?:も|は|とか)?(?:まったく|全然)?(?:ございません|ねえ|ねぇ|あらへん|ありゃせん)|(?:引っ?越(?:し|す)|ひっこ(?:し|す)|転入|移る)(?:の)?(?:予定|よてい|つもり|気)?(?:も|は|とか)?(?:ない|なし|ありません|しない|しません|ません|無い)|no plans? to move|(?:don'?t|do not|not) plan(?:ning)? to move|not (?:planning to |going to )?mov(?:e|ing)|won'?t (?:be )?mov(?:e|ing)|aren'?t moving|no intention (?:of|to) mov"
)
_NO_TIE = re.compile(
    r"(?:都内|東京)(?:での?|への?|に|の)?(?:は|も)?(?:勤務|通勤|在勤|通学|在学|仕事|学校|職場|つながり)(?:や|も|・|、|とか|と|への?|の|転居|引っ?越し|転入|通勤|通学|勤務|仕事|学校|予定){0,8}(?:は|も|が)?(?:一切|いっさい|まったく|全く)?(?:ございません|ありません|ない|なし|なく|おりません)|\b(?:only|just) (?:ever )?(?:visit|come to|go to|travel to) tokyo\b|(?:都内|東京)(?:(?:に|へ)は?|は|も)、?[^。、]{0,12}?(?:遊び|旅行|観光)に?(?:行|来|い)[^。、]{0,6}だけ|(?:都内|東京|とうきょう)(?:には|に|へは|へ|で|での|では|とは|と)?.{0,8}(?:通って(?:い)?(?:ない|ません|なく|おらず)|働いて(?:い)?(?:ない|ません)|勤めて(?:い)?(?:ない|ません)|住んで(?:い)?(?:ない|ません|なく)|つながり(?:は|が|も)?(?:ない|なし|ありません)|縁(?:は|が|も)?(?:ない|なし)|関係(?:は|が|も)?(?:ない|なし|ありません)|接点(?:は|が|も)?な|行(?:か|って(?:い)?)な|(?:仕事|しごと)も(?:学校|がっこう)も(?:な|あり|して(?:い)?(?:な|ま))|通勤も通学も(?:して)?(?:い)?(?:ない|ません|なし))|通(?:勤|学)(?:も|や|・|、|と|とか)?通(?:学|勤)(?:も|は|とか)?(?:して)?(?:い|お)?(?:ない|ません|らず|りません|なし)|(?:no (?:one|body)? ?(?:work|job|school|tie|connection|link)s? (?:in|to|with) tokyo|neither (?:of us )?(?:lives?|works?|stud(?:y|ies)).{0,30}tokyo|(?:don'?t|do not|doesn'?t) (?:live|work|study|commute).{0,25}tokyo|(?:nothing|anything) to do with tokyo|no (?:job|work|school) in tokyo)"
)
# Work that is outside is no tie either, unless they live in Tokyo: asked only where no place of Tokyo is theirs.
_JOB_OUTSIDE = re.compile(
    r"(?:職場|会社|学校|仕事|勤務先|勤め先)(?:も|は).{0,8}(?:地元|県内|都外|県外)|\bwork(?:ing)? (?:and study )?there(?: too| as well)|\band work(?:ing)? (?:there|in kengai)"
)
_MORE_THAN_LIVING = re.compile(
    r"働|はたら|勤|仕事|しごと|通(?:っ|い|学|勤|う)|学校|がっこう|職場|会社|つながり|縁|関係|接点|行(?:か|って)|work|stud|job|school|commut|tie|connection|nothing|anything"
)
_OUT = r"(?:都外|県外|他県|kengai)"
_WORK_OUTSIDE = re.compile(
    rf"(?:live and work|住(?:んで|み).{{0,6}}働|暮らし.{{0,4}}働|在住.{{0,4}}(?:在勤|勤務)|しごとも|仕事も|職場も|学校も)|{_OUT}.{{0,6}}(?:勤務|勤め|づとめ|在勤|で[ 　]?はたら|で働|で仕事|通勤|の会社)|(?:仕事|職場|会社|勤務先|学校)(?:も|は).{{0,3}}{_OUT}|live and work in {_OUT}|work(?:ing|s)? in {_OUT}|{_OUT} kinmu"
)
_TWO_OUTSIDE = re.compile(
    r"(?:在住|住み|住まい)(?:同士|どうし|の(?:カップル|二人))|"
    + BOTH.pattern
    + r".{0,14}(?:都外|県外|他県|kengai|outside)"
)
_ONE_ONLY = re.compile(
    r"(?:片方|一人|ひとり|1人|どちらか|どっちか|一方|相手|片っぽ)(?:だけ|のみ)|(?:only )?one of us|只(?:一人|片方)|(?:片方|一人)(?:は|が)"
)
_REMOTE = re.compile(
    r"(?:フル|完全)?(?:リモート|テレワーク|在宅勤務)|(?:完全|フル|ずっと|毎日|ほぼ)在宅|在宅(?:で|だけ|のみ)|work(?:ing|s)? from home|never (?:go|come|commute) (?:in)?to the office|remote(?:ly)? (?:work|job|for)|work(?:ing)? (?:fully |completely |100% )?remote|from home for"
)
_VISITING = re.compile(
    r"観光|旅行(?:中|で来|で東京|者)|ホテル(?:に|で)(?:泊|滞在)|短期滞在|tourists?\b|\b(?:vacation|holiday)s?\b(?! (?:home|house|let))|\bvisiting\b|visitor|at a hotel|sightseeing"
)
_IS_THAT_TOKYO = re.compile(
    r"(?:都内|東京)(?:に|で)?(?:の)?(?:勤務|在勤|通勤|在学|在住).{0,6}(?:になり|扱い|とみな|に当た|にあた|に入り|に入る|ってこと)|count(?:s)? as (?:working|work|living|studying) in tokyo"
)
MAYBE_MOVE = re.compile(
    r"かも(?:しれ|知れ|なん|だけど|だが|だし|で(?:す|、)|って|、|。|$)|か(?:どうか)?(?:は)?(?:まだ)?(?:分から|わから|決め|決まって(?:い)?な|迷)|not sure (?:if|when|whether)|don't know (?:if|when)|may(?:be)? move|might move|いつか|そのうち|いずれ|将来|まだ(?:決|未定|わか|分か)|未定|someday|some day|one day|eventually|not decided|maybe (?:later|in the future)|in the future|考え中|検討中|迷って"
)
# The registered domicile (本籍) says nothing of where somebody lives, works or studies.
_REGISTERED_ONLY = re.compile(
    r"本籍(?:地)?(?:だけ|のみ|しか)|本籍(?:地)?(?:は|が).{0,14}(?:けど|けれど|が、|ですが|ますが)|(?:only )?(?:registered domicile|honseki|family register) (?:is )?(?:only )?in\b"
)


_MAYBE_WORK = re.compile(
    r"(?:might|may|could) (?:get|find|take|start|be offered) (?:a |the |my )?(?:new )?(?:job|work|position)|(?:就職|転職|入社|採用|合格)[^。、]{0,8}(?:かも|決まって(?:い)?な|未定|次第|待ち)"
)
_COUPLE_HERE = re.compile(
    r"\b(?:couple|women|men|girls|guys|lesbians)(?: (?:living|based|residing|here))? in (?:central |west(?:ern)? )?tokyo\b(?!.{0,20}(?:next|soon|month|year|moving))"
)


_WORDS_OF = {
    "work": re.compile(r"\b(?:work|commut|employ|job|office)"),
    "study": re.compile(r"\b(?:stud|school|univers|college|attend)"),
}


def _said_still(link: str, text: str) -> bool:
    """Whether a tie is told by more than the words that denied it: "no work or school in Tokyo"."""
    words = _WORDS_OF.get(link)
    return words is None or bool(words.search(text))


_ORIGIN_BEFORE = re.compile(
    r"(?:出身(?:地)?|生まれ(?:も|は|て)?|育ち|実家|地元|故郷)(?:も|は|が|の)?(?:育ち)?(?:も|は|が|で)?$|\b(?:born|raised|grew up|originally|parents (?:live|are))\b[^.]{0,16}$"
)
_ORIGIN_AFTER = re.compile(
    r"(?:都|区|市)?(?:出身|生まれ|育ち|(?:に|の)(?:私の|彼女?の)?実家(?!から|暮|で|に住|住|ぐらし)|が地元)|\b ?(?:is|was) (?:my|his|her) hometown"
)


def _without_origin(u: Understanding) -> Understanding:
    """The message without places where somebody only comes from: 「実家が東京」「生まれも育ちも品川」."""
    kept = []
    for entity in u.entities:
        if entity["entity"] in ("municipality", "area"):
            before, after = for_features(u.text[: entity["start"]]), for_features(u.text[entity["end"] :])
            if _ORIGIN_BEFORE.search(before) or _ORIGIN_AFTER.match(after):
                continue
        kept.append(entity)
    if len(kept) == len(u.entities):
        return u
    left = Counter((e["entity"], e["value"]) for e in kept)
    places = []
    for place in u.places:
        if left[(place[0], place[1])] > 0 or place[0] not in ("municipality", "area"):
            left[(place[0], place[1])] -= 1
            places.append(place)
    return replace(u, entities=tuple(kept), places=tuple(places))


def _far_places_as_one(u: Understanding, text: str) -> str:
    """「職場も大宮」 as 「職場も県外」: the patterns know a few names, the gazetteer knows them all."""
    for entity in u.entities:
        name = for_features(u.text[entity["start"] : entity["end"]]) if entity["value"] == "outside_tokyo" else ""
        if name:
            text = text.replace(name, "kengai" if name.isascii() else "県外")
    return text


_HOME = r"家|住|すん|暮ら|くら|住所|自宅|アパート|マンション|\bhomes?\b|\bliv(?:e|es|ing)\b|\bhouse\b|\bflat\b|\bapartment\b"
_JOB = r"職場|会社|仕事|しごと|働|はたら|勤|配属|支店|支社|工場|営業所|席は|学校|大学|\bjobs?\b|\bwork(?:s|ing|place)?\b|\boffices?\b|\bbranch\b|\bschool\b|\bstud(?:y|ies|ying)\b"
_HOME_FAR = re.compile(rf"(?:{_HOME})[^。、,.;]*県外|県外[^。、,.;]*(?:{_HOME})")
_JOB_FAR = re.compile(
    rf"(?:{_JOB})[^。、,.;]*県外|県外[^。、,.;]*(?:{_JOB})|(?:職場|会社|仕事|勤め先?|勤務先|学校)も(?!な|あり|し)"
)
_OF_BOTH = re.compile(
    BOTH.pattern
    + r"|(?:私|僕|俺|わたし|自分|うち)も(?:彼女?|彼氏|相手|相方|恋人|パートナー)も|(?:彼女?|彼氏|相手|相方|恋人|パートナー)も|\b(?:pair|two) of us\b|\bour\b"
)


def _all_outside(u: Understanding, text: str) -> bool:
    """「配属は札幌の支店で、家も札幌です」 of both: home and work are named, and each with a place outside."""
    if not _OF_BOTH.search(text):
        return False
    text = _far_places_as_one(u, text).replace("kengai", "県外")
    return bool(_HOME_FAR.search(text) and _JOB_FAR.search(text))


def _works_elsewhere(u: Understanding) -> bool:
    """「本社は東京、工場は茨城」: the place named nearest to the branch or plant lies outside; 「工場は羽村」 is here."""
    text = with_offsets(u.text).text
    places = [spot for spot in u.spots if spot[0] != "link"]
    for match in _ELSEWHERE.finditer(text):
        near = min(places, key=lambda p: min(abs(p[2] - match.end()), abs(match.start() - p[3])), default=None)
        if near is None or near[1] == "outside_tokyo":
            return True
    return False


def _registered_here(u: Understanding, text: str) -> bool:
    """「住民票は狛江」: where they are registered is where they live."""
    names = (for_features(u.text[e["start"] : e["end"]]) for e in u.entities if e["entity"] == "municipality")
    return any(
        re.search(
            rf"住民(?:票|登録)(?:は|が|も)、?{re.escape(n)}|{re.escape(n)}に住民(?:票|登録)|{re.escape(n)}(?:で|に)(?:一人|ひとり|二人|ふたり)(?:暮らし|ぐらし)(?!たい|を始)",
            text,
        )
        for n in names
    )


_NEITHER_NOR = re.compile(
    r"\b(?:no|without(?: any)?|neither) (?:work|job|school|university|study|home|office)s?(?:,? (?:or|nor|and|no) (?:work|job|school|university|study|studies|home)s?)*\b(?! (?:permit|visa))"
)


def read_ties(u: Understanding, text: str, today: date, facts: Facts) -> None:
    denied_here = bool(_NEITHER_NOR.search(text))
    if denied_here:
        text = _NEITHER_NOR.sub(" ", text)
        u = replace(u, links=tuple(link for link in u.links if _said_still(link, text)))
    denied = tie_denials.named(u)[1] if text.isascii() else set()
    if denied:  # "we don't live or work in Japan at all"
        denied_here = True
        u = replace(u, links=tuple(link for link in u.links if link not in denied))
    if _MAYBE_WORK.search(text):
        facts["open_link"] = True
        return
    if re.search(r"住みた(?:い|く)|住んでみたい|want to live|would like to live", text):
        u = replace(u, links=tuple(link for link in u.links if link != "live") + ("move_in",))
    if re.search(r"転勤|赴任(?!中|して|先)|転職|就職(?:が|で)|transfer|new job", text) and "move_in" not in u.links:
        u = replace(u, links=tuple(link for link in u.links if link != "work") + ("move_in",))
    if _REGISTERED_ONLY.search(text):
        u = replace(u, links=(), places=tuple(p for p in u.places if p[1] == "outside_tokyo"))
        facts["open_link"] = True  # 本籍 alone is no tie; where they live is told by the rest
    u = _without_origin(u)
    outside = [] if _put_right(u) else [p for p in u.places if p[1] == "outside_tokyo"]
    inside = [
        p for p in u.places if p[0] in ("municipality", "quarter") or p[1] in ("tokyo", "tama", "outside_23_wards")
    ]
    links = list(dict.fromkeys(u.links))
    away = bool(outside) and not inside and not re.search(r"から|より|from|今|いま|now", text)
    moving = "move_in" in links and not _NO_MOVE.search(text) and not away  # 「つくばに転勤」 is no move to Tokyo
    here = any(p[0] in ("municipality", "quarter") for p in inside)
    far = _far_places_as_one(u, text)
    if _NO_TIE.search(text) or (not here and (_NO_TIE.search(far) or _JOB_OUTSIDE.search(far))):
        if _NO_MOVE.search(text):
            facts["links"], facts["outside"] = "none", True
            return
        if not moving and not _MORE_THAN_LIVING.search(text):
            facts["outside"] = True  # where they live is said, work and school are not
            return
        if not moving:
            facts["links"], facts["outside"] = (
                (
                    "none"
                    if outside or BOTH.search(text) or "東京" in text or "都内" in text or "tokyo" in text
                    else "open"
                ),
                True,
            )
            return
    both_out = bool(
        outside
        and not (inside and [link for link in u.links if link != "move_in"])
        and not any(p[0] in ("municipality", "quarter") for p in inside)
        and (BOTH.search(text) or re.search(r"(?:在住|住み|住まい)(?:同士|どうし|の(?:カップル|二人))", text))
    )
    named = named_links(text, u)
    if (
        both_out
        and not moving
        and not named
        and (
            _WORK_OUTSIDE.search(far)
            or (
                _NO_MOVE.search(text)
                and re.search(r"(?:職場|会社|仕事|学校|勤務|通勤|働|しごと|かいしゃ|work|job|study)", text)
            )
        )
    ):
        facts["links"], facts["outside"] = "none", True
        return
    if outside and not moving and _WORKS_THERE_TOO.search(text) and not _somewhere_here(inside):
        facts["links"], facts["outside"] = "none", True
        return
    if outside and not inside and not moving and not _REMOTE.search(text) and _all_outside(u, text):
        facts["links"], facts["outside"] = "none", True
        return
    if _just_came(u):
        facts["links"] = ["live"]
        return
    if not links and _COUPLE_HERE.search(text):
        facts["links"] = ["live"]
        return
    if named:
        facts["links"] = named
        return
    if _registered_here(u, text):
        facts["links"] = ["live"]
        return
    if _VISITING.search(text) and (denied_here or _NO_MOVE.search(text)):
        facts["links"], facts["outside"] = "none", True
        return
    if _VISITING.search(text) or (outside and _IS_THAT_TOKYO.search(text)):
        facts["open_link"] = True
        return
    if _REMOTE.search(text) and outside:
        facts["outside"] = True
        facts["open_link"] = True
        facts["remote"] = bool(inside)
        return
    if _someone_there(u):
        facts["links"] = ["live"]
        return
    if moving:
        if MAYBE_MOVE.search(text):
            facts["move_in"] = "yes"
        else:
            when = move_date(u, today)
            facts["move_in"] = when or "yes"
            within = not MAYBE_MOVE.search(text) and re.search(
                r"(?:三|3)(?:か|ヶ|カ|ケ)月以内|within (?:three|3) months", text
            )
            if within:
                facts["move_in"] = [today.isoformat(), add_months(today, 3).isoformat()]
    ties = [link for link in links if link != "move_in"]
    foreign = _FOREIGN.search(text)
    named_here = ("tokyo", "japan", "the", "a", "an", "my", "his", "her", "different", "separate", "same")
    abroad = bool(foreign) and not (foreign["place"] and (foreign["place"] in named_here or bool(inside)))
    if ties and (_PAST.search(text) or _NOT_YET.search(text) or (outside and _works_elsewhere(u))):
        # A tie that is over, hoped for or really elsewhere is no tie on the day of filing.
        facts["open_link"] = True
        if outside:
            facts["outside"] = True
        return
    if abroad and not inside:
        facts["outside"] = True
        return
    if ties and inside:
        away_links = {link for link in ties if outside and len(ties) > 1 and link == "live" and _lives_far(u)}
        facts["links"] = [link for link in ties if link not in away_links]
    elif (
        inside
        and not outside
        and not moving
        and _lives_here(text)
        or inside
        and outside
        and not moving
        and len(u.places) >= 2
        and re.search(
            r"(?:私|僕|俺|わたし|自分|うち|彼女?|相手|相方|パートナー|片方|i |i'?m|she|he|my ).*(?:私|僕|俺|わたし|自分|うち|彼女?|相手|相方|パートナー|片方|もう|i |i'?m|she|he|my )",
            text,
        )
    ):
        facts["links"] = ["live"]
    if outside and "links" not in facts and not _ONE_ONLY.search(text):
        facts["outside_named"] = True
    if outside and "links" not in facts:
        if both_out or _TWO_OUTSIDE.search(far) or re.match(r"(?:住まい|家|自宅|住所|同居先)は", text):
            facts["outside"] = True
        elif _ONE_ONLY.search(text):
            facts["one_outside"] = True
        elif re.search(r"住|在住|暮ら|すん|live|living|reside|sunde", text):
            facts["one_outside"] = (
                not re.search(r"(?:^|、|。)(?:私|僕|俺|わたし|自分|うち|i)(?:は|が|\s).{0,10}(?:住|live)", text) or None
            )
            if not facts["one_outside"]:
                facts.pop("one_outside")
                facts["outside"] = True


# Home and work in one breath, and the only place named is outside: 「住んでるのは川崎、勤めも川崎」, "live in Saitama and both work there".
_WORKS_THERE_TOO = re.compile(
    r"在住.{0,10}(?:勤務|勤め|職場|仕事|会社|学校)(?:先)?(?:も|は)|在住[・、](?:在勤|.{1,4}勤務)|さ?住んで.{0,10}で働(?:い|え)|(?:住まい|住んで|家|自宅|暮らし).{0,16}(?:勤め|職場|仕事|会社|学校|働)(?:先)?も|(?:住まいも|家も)(?:職場|勤め|仕事|会社)も|住み.{0,8}で働|\b(?:live|living)\b.{0,40}\bwork(?:ing)?\b.{0,8}\b(?:there|here|too|as well)\b|\b(?:live|living) (?:and|n|&|\+) work(?:ing)? (?:in|near|around)\b"
)
_NOT_THAT = re.compile(
    r"(?:じゃ|では|や)なく(?:て|、)|違った|ちがった|間違え|\bsorry,?\s?no\b|\bno,?\s?wait\b|\bi mean\b|\bi meant\b|\bnot\b.{0,20}\bbut\b"
)


def _put_right(u: Understanding) -> bool:
    """「広島じゃなくて東京の府中市」: every place outside stands before the correction, one in Tokyo behind it."""
    marks = [m.start() for m in _NOT_THAT.finditer(u.text.lower())]
    away = [e["start"] for e in u.entities if e["entity"] == "area" and e["value"] == "outside_tokyo"]
    here = [e["start"] for e in u.entities if e["entity"] == "municipality"]
    return any(away and here and max(away) < mark < max(here) for mark in marks)


def _somewhere_here(inside: list[Any]) -> bool:
    """A place within Tokyo, the word "Tokyo" of 「東京の届け」 aside."""
    return any(place[0] in ("municipality", "quarter") for place in inside)


_NAMED = (
    (
        r"(?:学校|大学|専門学校|専門|短大|大学院|キャンパス|がっこう|だいがく)(?:は|が|も)|(?:gakkou|gakko|daigaku) (?:wa|ga|mo) ",
        r"(?:の|にある)(?:大学|学校|専門|短大|大学院|がっこう|だいがく|キャンパス)",
        "study",
    ),
    (
        r"(?:職場|会社|勤務先|勤め先|仕事|バイト先?|オフィス|かいしゃ|しごと|店)(?:は|が|も)|(?:kaisha|shigoto|shokuba|baito) (?:wa|ga|mo) ",
        r"(?:の|にある|本社の)(?:会社|職場|オフィス|お店|役所|企業|かいしゃ)",
        "work",
    ),
    (
        r"(?:家|下宿|アパート|部屋|マンション|寮|住まい|自宅|住民票|いえ)(?:は|が|も)|(?:ie|uchi|sumai) (?:wa|ga|mo) ",
        r"(?:の|に|にある)(?:家|アパート|部屋|マンション|下宿|自宅)",
        "live",
    ),
)


_MAY_NAME = re.compile("|".join(f"{before}|{after}" for before, after, _ in _NAMED))


@lru_cache(maxsize=512)  # compiling takes a hundred times as long as searching
def _beside(before: str, name: str, after: str) -> re.Pattern[str]:
    return re.compile(f"(?:{before}){re.escape(name)}|{re.escape(name)}(?:区|市)?{after}")


def named_links(text: str, u: Understanding) -> list[str]:
    """「学校が新宿」「下宿は町田」「渋谷の会社」: the tie is named by a noun beside the place."""
    found = []
    for entity in u.entities if _MAY_NAME.search(text) else ():
        if entity["entity"] != "municipality" and not (
            entity["entity"] == "area" and entity["value"] != "outside_tokyo"
        ):
            continue
        name = for_features(u.text[entity["start"] : entity["end"]])
        for before, after, link in _NAMED:
            if _beside(before, name, after).search(text) and not _REMOTE.search(text):
                found.append(link)
    return list(dict.fromkeys(found))


_PERSON_IS = re.compile(
    r"(?:彼女?|相手|相方|パートナー|恋人|連れ|私|僕|俺|わたし|ぼく|自分)(?:は|が)(?:もう|今|いま|ずっと|すでに)?、?\s?$|(?:he|she|they|partner|girlfriend|boyfriend)(?:'s| is| lives?)(?: already| now)? in\s?$"
)
_IS_THERE = re.compile(
    r"(?:区|市)?(?:です|だ|で(?!働|はたら|勤|仕事|通|学|バイト|店)|に(?!引|移|転|通|勤)|在住|,|、|。|and\b|but\b|while\b|\.|$)"
)


_OTHER_TIME = re.compile(
    r"予定|よてい|つもり|から[ 　]?(?:働|はたら|勤|通)|たい|決ま|来年|来月|再来|いずれ|いつか|かも|もし|たら|れば|なら|(?<!少)ない|ません|なく|まで|た(?:こと|けど|が、|。|$)|ました|だった|でした|たまに|時々|ときどき|年に|月に|半分|通信|休|リモート|在宅|テレワーク|出張|ホテル|旅行|住民票|置いた|実家|友達|友人|籍|面接|内定|受け|派遣|応援|本社|取引|客|持って|所有|貸|"
    r"\b(?:will|would|if|once|when|until|might|may|maybe|was|were|had|used|not|no|never|hope|hoping|plan|planning|next|soon|start|starting|remote|remotely|visit|visiting|hotel|leave|client|clients|business|sometimes|occasionally|interview|offer|friend|online|correspondence|parents)\b|n't"
)
_LIVE_WORDS = re.compile(r"住|すん|暮ら|くらし|同棲|\bliv(?:e|es|ing)\b|\breside|\bresident|registered home")
_WORK_WORDS = re.compile(
    r"働|はたら|勤|通勤|通っ|通い|専門学校|大学|会社|職場|仕事|\bwork(?:s|ing)?\b|\bcommut|\brun (?:a|an|our|the)\b|\bshifts?\b|\bstud(?:y|ies|ying)\b"
)


def tied_plainly(u: Understanding) -> bool:
    """A clause with a ward, city or quarter of Tokyo and a word of living or working, nothing of another time and no place outside."""
    text = with_offsets(u.text).text
    if _REMOTE.search(text):
        return False
    for clause in whose.clauses(text):
        within = [spot for spot in u.spots if spot[0] != "link" and clause.start <= spot[2] < clause.end]
        words = text[clause.start : clause.end]
        here = any(spot[0] in ("municipality", "quarter") or spot[1] == "tokyo" for spot in within)
        far = any(spot[1] == "outside_tokyo" for spot in within)
        said = _LIVE_WORDS.search(words) or _WORK_WORDS.search(words)
        if here and not far and said and not _OTHER_TIME.search(words):
            return True
    return False


_LIVES = re.compile(
    r"(?:区|市|町|村)?(?:に|で)(?:は)?(?:ひとり|一人|二人|ふたり|[12]人)?(?:で)?(?:いっしょに|一緒に|同棲)?(?:住んで(?:い)?(?:る|ます|て)|暮らし(?:です|て(?:い)?(?:る|ます)|をして)|ぐらし|在住(?:です|の))|(?:区|市|町|村)?(?:住み|在住)(?:です|の|で|、|。)"
)


_CAME = re.compile(
    r"(?:区|市|町|村)?(?:に|へ)(?:引っ?)?(?:越|移)(?:して|って)き(?:た|て|まし)|(?:区|市|町|村)?(?:に|へ)引っ?越し(?:てきた|たばかり)"
)


def _just_came(u: Understanding) -> bool:
    """「先週神戸から東村山に越してきたばっかり」: the move is over, they live there."""
    return any(e["entity"] == "municipality" and _CAME.match(for_features(u.text[e["end"] :])) for e in u.entities)


def lives_plainly(u: Understanding) -> bool:
    """「豊島区でひとり暮らしです」: a municipality of Tokyo and living there now, in one breath."""
    return any(
        e["entity"] == "municipality" and _LIVES.match(for_features(u.text[e["end"] :]).lstrip()) for e in u.entities
    )


def _lives_far(u: Understanding) -> bool:
    """「羽田空港で働いてます。住まいは川崎」: the home named is the one outside."""
    for entity in u.entities:
        if entity["entity"] == "area" and entity["value"] == "outside_tokyo":
            before, after = for_features(u.text[: entity["start"]]), for_features(u.text[entity["end"] :])
            if re.search(r"(?:住まい|家|自宅|住所|実家)(?:は|が)$|live in$", before) or re.match(
                r"(?:に|で)?(?:住|在住|暮|すん)", after
            ):
                return True
    return False


def _someone_there(u: Understanding) -> bool:
    """「彼は国分寺でわたしはまだ静岡」: one of them is in a municipality of Tokyo, wherever the other still is."""
    for entity in u.entities:
        if entity["entity"] != "municipality":
            continue
        before, after = for_features(u.text[: entity["start"]]), for_features(u.text[entity["end"] :])
        if _PERSON_IS.search(before) and _IS_THERE.match(after.lstrip()):
            return True
    return False


def _lives_here(text: str) -> bool:
    return bool(
        re.search(
            r"(?:東京|都内|上京)(?:に|へ|して)?(?:来て|きて|出てきて|引っ?越してきて|越してきて)(?:から)?(?:まだ|もう|やっと)?(?:\d+|[一二三四五六七八九十半])(?:日|週間|か月|ヶ月|年)|区民|市民|都民|(?:区|市|町|村|東京|都内)(?:の|に)?(?:家|マンション|アパート|人間|もん)|(?:家|うち|いえ|住所|住民票)は|在|同棲|暮ら|すん|our (?:flat|place|apartment|home)|flat in|apartment in|from \w+ (?:ward|city)|based in",
            text,
        )
    ) and not re.search(r"使え|制度|独自|証明書|accept|scheme|certificate|住宅|では[?？]|は[?？]", text)


_WITHIN_DAYS = (
    (re.compile(r"明日|あした|あさって|明後日|今週|\b(?:tomorrow|this week(?:end)?)\b"), 7),
    (re.compile(r"再来週|さらいしゅう|今月末|月末に|\b(?:the )?week after next\b"), 20),
    (re.compile(r"来週|らいしゅう|\bnext week(?:end)?\b"), 13),
)


_NEW_YEAR = re.compile(
    r"年明け(?:早々|すぐ|に|で|から|、)|年が(?:明け|あけ)|(?:お)?正月明け|松の内|\b(?:right |just |straight )?(?:after|at|in the) (?:the )?new year\b(?!'s eve)"
)


def move_date(u: Understanding, today: date) -> list[str] | None:
    """First and last day of the date or time a message names for a move, if it names one."""
    spans, dates = u.values("period"), u.values("date")
    marks = [m.end() for m in _NOT_THAT.finditer(u.text.lower())]
    timed = [e for e in u.entities if e["entity"] in ("period", "date")]
    right = [e for e in timed if marks and e["start"] >= marks[-1]]
    if right and len(right) < len(timed):  # 「来月じゃなくて半年後でした」
        spans = [e["value"] for e in right if e["entity"] == "period"]
        dates = [e["value"] for e in right if e["entity"] == "date"]
    for value in dates:
        if spans and value == today.isoformat():
            continue  # "We'll move in about eight months. Can we apply today?"
        if len(value) == 10:
            return [value, value]
        if len(value) == 7:
            span = Span.month(int(value[:4]), int(value[5:]))
            return [span.first.isoformat(), span.last.isoformat()]
        if len(value) == 4:
            return [f"{value}-01-01", f"{value}-12-31"]
    for value in spans:
        match = re.fullmatch(r"P(\d+)([DWMY])", value)
        if match and not re.search(r"前", u.plain):
            n = int(match[1])
            days = {"D": n, "W": 7 * n}.get(match[2])
            end = (
                add_months(today, n * (12 if match[2] == "Y" else 1))
                if days is None
                else date.fromordinal(today.toordinal() + days)
            )
            return [end.isoformat(), end.isoformat()]
    if _NEW_YEAR.search(u.plain):
        return [date(today.year + 1, 1, 1).isoformat(), date(today.year + 1, 1, 31).isoformat()]
    for words, days in _WITHIN_DAYS:
        if words.search(u.plain):
            end = date.fromordinal(today.toordinal() + days).isoformat()
            return [today.isoformat(), end]
    return None
