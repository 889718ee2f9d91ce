"""What only the last turn explains: a number picked from an offer, a short question about what was just said."""

from __future__ import annotations

import re

from bot.dialogue.moment import Moment
from bot.dialogue.speaking import Spec
from bot.dialogue.turn import Turn, entry

_NUMBER = re.compile(
    r"^(?:no\.? ?|その|the )?(?P<n>[1-4一二三四]|first|second|third|fourth|最初|一番目|二番目|三番目|1つ目|2つ目|3つ目)(?:番|つ目|番目|です|のやつ|を|でお願い(?:します)?|\s?one|。|\.)*$"
)
_ORDINAL = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "最初": 1,
    "一番目": 1,
    "二番目": 2,
    "三番目": 3,
    "1つ目": 1,
    "2つ目": 2,
    "3つ目": 3,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
}
_COMES_OF_AGE = re.compile(r"誕生日|18(?:歳)?に(?:なっ|なれ|なる)|十八歳になっ|birthday|turns? 18")
_SINCE_WHEN = re.compile(r"いつ(?:から|なら|に|になったら)|何歳になれば|\bwhen\b")
_LIST = re.compile(
    r"(?:書類|チェック|しょるい).{0,4}(?:リスト|一覧|りすと)|チェックリスト|checklist|list of (?:papers|documents)",
    re.IGNORECASE,
)
_WHAT_IF = re.compile(
    r"^(?:じゃあ|では|それなら|で)?、?(?:まず|先に)?(?:何|なに)(?:を|から)(?:すれば|したら)(?:いい|よい)|(?:どう|何を)(?:すれば|したら).{0,8}(?:できる|なれ|届け出|出せ|対象)|何が変われば|what (?:would|has|needs?) (?:have )?to (?:change|happen)|what (?:can|should|must) (?:we|i) (?:do|change)(?: first)?\??$"
)
_LANGUAGE_OF_OFFICE = re.compile(r"話せ|しゃべ|ここ|このチャット|ボット|答え|\byou\b|\bchat\b|\bbot\b")
_OPENING_HOURS = re.compile(
    r"何曜日|何時|営業時間|受付時間|時間は|いつ(?:やって|開|あい)|what time|which days?|opening hours|when.{0,10}open|夜でも|夜中でも|いつでも|今(?:から)?(?:かけ|電話)|at night|right now|何時まで"
)


def picked(moment: Moment) -> Turn | None:
    """「2番」: the answer offered under that number."""
    match, offered = _NUMBER.match(moment.u.plain), moment.memory.offered
    if not match:
        return None
    word = match["n"]
    number = int(word) if word.isdigit() else _ORDINAL[word]
    return moment.turn(entry(offered[number - 1])) if number <= len(offered) else None


def asked_again(moment: Moment) -> Turn | None:
    """A short question that only the last answer can explain: opening hours of the line just named, 18 after an age verdict."""
    spec = _on_a_verdict(moment) if moment.last.get("say") == "verdict" else _on_an_entry(moment)
    return moment.turn(spec) if spec else None


def _on_a_verdict(moment: Moment) -> Spec | None:
    plain = moment.u.plain
    if _LIST.search(plain):
        return {"say": "papers", "facts": moment.last["facts"]}
    if _WHAT_IF.search(plain):
        return dict(moment.last)
    if moment.last["facts"].get("ages") and _COMES_OF_AGE.search(plain):
        return entry("eligibility_age")
    return dict(moment.last) if len(plain) <= 24 and _SINCE_WHEN.search(plain) else None


def _on_an_entry(moment: Moment) -> Spec | None:
    asked = moment.last.get("say") == "question"  # the check went on after the entry
    plain, found = moment.u.plain, moment.latest_entry if asked else moment.last_entry
    if found is None:
        return None
    if moment.u.sure("faq/smalltalk_languages", 0.5) and found.topic in ("application", "documents"):
        return None if _LANGUAGE_OF_OFFICE.search(plain) else entry("application_language")
    about_english = moment.u.mass("faq/application_language", "change_language", "faq/smalltalk_languages") > 0.5
    if about_english and found.topic == "certificate" and moment.memory.language == "en":
        return entry(
            "certificate_english"
        )  # spoken to in English already, so "and in English?" is about the certificate
    reachable = found.topic in ("support", "crisis", "handoff")
    return entry(found.id) if reachable and len(plain) <= 16 and _OPENING_HOURS.search(plain) else None
