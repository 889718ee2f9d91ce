"""「その人と別れたら?」 right after a case was judged: what would be, if what stands in the way were otherwise.

A message that is nothing but a condition asks for the rest of the sentence: "would it be possible then?". It belongs to the case, whatever
topic its words sound like. What it supposes is taken as so and judged anew; where nothing is read from it, the requirement that is in the
way is explained, for its entry says what would change it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.dialogue import cases, ties, verdicts
from bot.dialogue.moment import Moment
from bot.dialogue.turn import Turn, entry
from bot.rules.conditions import Status

_ONLY_SUPPOSED = re.compile(
    r"(?:たら|だら|れば|けば|せば|てば|ねば|(?:[たるいだのん]|あと|後|場合|だけ)なら|場合|ばあい|とき|あと|後|ても|んでも|ままでも|としても|とすると|のは|ことになると)"
    r"(?:は|も|だと|なら|ば|には|、| |どう(?:です|でしょう|なる|なります|なん)?(?:か|の)?)*[?？。!！…]*$|"
    r"^(?:and |but |so |then |ok,? |hm+,? )*(?:what if|what about if|even (?:if|with|after|when)|suppose|supposing|if|once|after|when (?:he|she|we|they|i|it|that|the|my|our|his|her))\b[^.]{3,90}[?.]?$"
)
_IF_SO_WE_MAY = re.compile(
    r"(?:たら|だら|れば|けば|せば|なら|ても|でも|あと|後)[^。?？]{0,16}?(?:大丈夫|だいじょうぶ|出せ|届|でき|いい(?:の|です|ん)?(?:か|です|$|[?？])|いけ|通る|申し?込|ok|対象|だめ|ダメ|無理|むり)|"
    r"\b(?:once|if|when|after) [^.?]{2,60}\b(?:fine|ok|okay|eligible|apply|file|register|qualify|can we|could we|work)\b|\b(?:can|could|may|would) we\b.{0,50}\b(?:then|after|once|if|when)\b|\b(?:ok|okay|fine|possible|allowed|work) (?:if|once|with|after)\b"
)
_ASKS_MORE = re.compile(
    r"(?:何|なに)(?!か(?!ら)|も)|どこ|誰|だれ|いくら|どの書類|\b(?:what (?!if|about if)|where|who|which|how)\b"
)
_LONGEST = 70
_SURELY = 0.75  # from here on the need is believed although the words only suppose
_OTHERWISE = ("oos", "smalltalk", "abuse", "advice", "law", "alternatives")
_ENDED = re.compile(
    r"別れ|わかれ|解消|離婚|りこん|成立|籍を?抜|関係(?:が|を|は)?(?:切|終)|縁(?:が|を|は)?切|終わ|おわ|済ん|済ま|返(?:し|せ|納|還)|やめ|取り消|"
    r"\b(?:divorc\w*|split|separat\w*|broke|break|breaks|dissolv\w*|end|ends|ended|over|cancel\w*|final|through|return\w*|left|leaves?|done)\b"
)
_CONSENT = re.compile(
    r"親|おや|母|父|かあさん|とうさん|ママ|パパ|保護者|後見|家族|同意|許(?:可|し)|ゆるし|\b(?:parents?|mother|father|mom|mum|dad|guardian|consent|permission|allowed?)\b"
)
_DIVORCE = re.compile(r"離婚|りこん|成立|籍|\bdivorc|\bfinal\b")
# 「解消しないままでも?」 「転職をやめたら?」: nothing has got out of the way.
_NOT_SO = re.compile(
    r"な(?:い|く|かった)|ません|ずに|(?:前|まえ)(?:に|でも|なら|は)|まだ|途中|(?:店|会社|仕事|学校|大学)を?(?:辞め|やめ|退)|\b(?:not|never|without|before|still|quit)\b|n't\b"
)
_TOKYO = re.compile(r"東京|都内|とうきょう|とない|\btokyo\b")
_HERE_FOR = (
    (
        "study",
        re.compile(
            r"入学|進学|通学|学校|がっこう|大学|だいがく|専門|学生|編入|\b(?:stud\w+|school|univ\w*|college|enrol\w*)\b"
        ),
    ),
    (
        "work",
        re.compile(
            r"転職|就職|異動|転勤|勤め|勤務|つとめ|働|はたら|職場|会社|店|仕事|しごと|バイト|通勤|\b(?:work\w*|job|transfer\w*|office|commut\w*|hired)\b"
        ),
    ),
)
_MOVES = re.compile(
    r"引っ?越|ひっこ|転入|転居|移(?:る|り|っ)|越(?:す|し)|延び|伸び|のび|延期|ずれ|早ま|遅れ|おくれ|前倒|先送り|\b(?:mov(?:e|es|ed|ing)|delay\w*|postpon\w*|push(?:ed|es)|later|earlier)\b"
)
_HOLDS_ONE = re.compile(r"証明書|届け?出(?:た|て)|受理|もらった|(?:after|once) (?:we|i) (?:file|register)|certificate")
_OUT_OF_THE_WAY = {
    "req-05-not-married": ("any_marriage", "no"),
    "req-06-no-other-partner": ("any_other_partnership", "no"),
}
_OF_WHERE = ("links", "outside", "outside_named", "one_outside", "open_link", "move_in", "remote")


def what_if(moment: Moment) -> Turn | None:
    """A supposition about the case just judged: judged anew, or the requirement in the way explained."""
    case = judged(moment)
    plain = moment.u.plain
    if case is None or len(plain) > _LONGEST or _ASKS_MORE.search(plain):
        return None
    if not (_ONLY_SUPPOSED.search(plain) or _IF_SO_WE_MAY.search(plain)):
        return None
    told = moment.check.get("told") or case["facts"]  # a supposition is no fact: see `cases.again`
    in_the_way = _in_the_way(moment, {**case, "facts": told}) or _in_the_way(moment, case)
    moved = _moved(moment, told, in_the_way)
    if moved:
        spec = {
            "say": "verdict",
            "facts": moved,
            "mode": "direct",
            "leads": ["supposed"],
            "entry": "eligibility_move_in",
        }
        return moment.turn(spec, check={**moment.check, "facts": moved, "told": told, "mode": "direct"})
    if in_the_way is None:
        return None
    if in_the_way == "req-08-tokyo-link" and _comes_here(moment):
        return moment.turn(
            entry("eligibility_move_in")
        )  # 「都内に引っ越したら?」: without a day there is nothing to judge
    supposed = _supposed(moment, in_the_way)
    if supposed:
        facts = {**_without(case["facts"], in_the_way), **supposed}
        spec = {"say": "verdict", "facts": facts, "mode": "direct", "leads": ["supposed"]}
        if in_the_way == "req-05-not-married" and _DIVORCE.search(moment.u.plain):
            spec["entry"] = "eligibility_divorced"
        return moment.turn(spec, check={**moment.check, "facts": facts, "told": told, "mode": "direct"})
    explains = cases.ENTRY_OF.get(in_the_way)
    if in_the_way == "req-04-both-adults" and _CONSENT.search(plain) and not cases.tells(moment.u, moment.today):
        return moment.turn(
            entry("eligibility_age")
        )  # 「親の同意書があっても?」 「おかあさんが いいと いっても」: it changes nothing
    return None if explains is None or _is_another_need(moment) else moment.turn(entry(explains))


def _comes_here(moment: Moment) -> bool:
    """Whether a move to a place in Tokyo is supposed, by people who hold no certificate yet."""
    plain, places = moment.u.plain, moment.u.places
    moves = re.search(r"引っ?越|ひっこ|転入|\bmov(?:e|es|ed|ing)\b", plain) and not (
        _HOLDS_ONE.search(plain) or _NOT_SO.search(plain)
    )
    here = _TOKYO.search(plain) or any(place[1] != "outside_tokyo" for place in places)
    dated = ties.move_date(moment.u, moment.today)
    return bool(moves and here and not dated) and not any(words.search(plain) for _, words in _HERE_FOR)


def _moved(moment: Moment, told: Mapping[str, Any], in_the_way: str | None) -> dict[str, Any] | None:
    """The case with another day of moving to Tokyo: 「引っ越しが5月に延びたらどうなります?」「2週間後に稲城へ引っ越すことにしたら?」"""
    plain = moment.u.plain
    if not _MOVES.search(plain) or _HOLDS_ONE.search(plain) or _NOT_SO.search(plain):
        return None
    planned = ties.move_date(moment.u, moment.today)
    if planned is None:
        return None
    away = any(place[1] == "outside_tokyo" for place in moment.u.places)
    if told.get("move_in") and in_the_way in (None, "req-08-tokyo-link") and not away:
        return {**_without(told, "req-08-tokyo-link"), "move_in": planned}
    here = _TOKYO.search(plain) or moment.u.places
    if in_the_way == "req-08-tokyo-link" and here and not away:
        return {**_without(told, in_the_way), "move_in": planned}
    return None


def judged(moment: Moment) -> dict[str, Any] | None:
    """The facts of the case just judged, and whether it was a direct question; None when the talk has moved on."""
    last, state = moment.last, moment.check
    if last.get("say") == "verdict":
        return {"facts": last["facts"], "direct": last.get("mode") == "direct"}
    found = moment.last_entry
    if (
        found is None
        or found.id not in (*cases.ENTRY_OF.values(), "eligibility_move_in")
        or state.get("active")
        or not state.get("facts")
    ):
        return None
    facts = {**state["facts"], "declined": state.get("declined", [])}
    return {"facts": facts, "direct": state.get("mode") == "direct"}


def _in_the_way(moment: Moment, case: Mapping[str, Any]) -> str | None:
    """The requirement on which the verdict fell, or which it left open."""
    decision = verdicts.decision_for(case["facts"], moment.today, direct=case["direct"])
    for status in (Status.NOT_MET, Status.ASK_OFFICE, Status.UNKNOWN):
        open_ones = [f.requirement for f in decision.with_status(status) if f.requirement not in decision.assumed]
        if open_ones:
            return open_ones[0].value
    return None


def _supposed(moment: Moment, in_the_way: str) -> dict[str, Any]:
    """What the words suppose of the requirement in the way: over, two people, work or study at a place in Tokyo."""
    plain = moment.u.plain
    if _NOT_SO.search(plain):
        return {}
    if in_the_way in _OUT_OF_THE_WAY and _ENDED.search(plain):
        key, value = _OUT_OF_THE_WAY[in_the_way]
        return {key: value}
    if in_the_way == "req-01-two-people" and re.search(r"二人|ふたり|2人|two of (?:us|them)|only two|just two", plain):
        return {"people_count": "two"}
    here = _TOKYO.search(plain) or any(place[1] != "outside_tokyo" for place in moment.u.places)
    if in_the_way == "req-08-tokyo-link" and here:
        link = next((link for link, words in _HERE_FOR if words.search(plain)), None)
        return {"links": [link]} if link else {}
    return {}


def _without(facts: Mapping[str, Any], in_the_way: str) -> dict[str, Any]:
    """The facts of the case without what the supposition does away with."""
    gone = _OF_WHERE if in_the_way == "req-08-tokyo-link" else ()
    kept = {key: value for key, value in facts.items() if key not in (*gone, "asks")}
    opened = [name for name in kept.pop("open", ()) if name != in_the_way]
    return {**kept, **({"open": opened} if opened else {})}


def _is_another_need(moment: Moment) -> bool:
    """Whether the message states facts of its own, or surely asks for something else that we answer."""
    label, p = moment.u.top
    of_a_tie = any(words.search(moment.u.plain) for _, words in _HERE_FOR)
    dated = not of_a_tie and ties.move_date(moment.u, moment.today)
    if cases.tells(moment.u, moment.today) or dated:
        return True  # 「予定が早まって1月の半ばになったら」
    return p >= _SURELY and not label.removeprefix("faq/").startswith(_OTHERWISE)
