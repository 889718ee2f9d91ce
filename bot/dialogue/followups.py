"""What only the last turn explains: a number picked from an offer, a short question about what was just said."""

from __future__ import annotations

import re

from bot.dialogue import cases, verdicts
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
_ONCE_THAT_IS_DONE = re.compile(
    r"(?:once|if|when|after) (?:that|this|it|he|she|we|they)\b.{0,40}(?:fine|ok|okay|eligible|apply|file|can we)|(?:それ|そっち|これ|解消|離婚)[^。]{0,6}(?:終わ|済|でき|し|すれ)(?:ったら|んだら|たら|れば|ば|てから(?:なら)?)[^。]{0,10}(?:大丈夫|いい|出せ|届|でき)"
)
_NO_REGISTER = re.compile(
    r"戸籍(?:が|は|も)?(?:ない|無い|ありません|持って)|no (?:koseki|family register)|without a (?:koseki|family register)"
)
_OF_FILING = re.compile(
    r"届け?出(?:られ|でき|可)|申請(?:でき|可)|使え|対象|資格|eligible|qualify|can (?:we|i) (?:apply|file)"
)
_IDENTITY = re.compile(
    r"パスポート|旅券|免許|マイナンバーカード|在留カード|本人確認|身分証|passport|residence card|driver'?s licen[cs]e|my number card|\bid\b"
)
_FETCHES_A_REGISTER = re.compile(
    r"(?:戸籍|本籍)[^。]{0,16}(?:取り|取る|取れ|取得|もらい|郵送)|本籍.{0,30}(?:行く|取りに)"
)
_WHAT_TO_SHOW = re.compile(
    r"何を(?:出|見せ|用意|持)|何が(?:いる|要る|必要)|どれを(?:出|見せ)|どの書類|what (?:do|should|must|would) (?:i|we|she|he) (?:show|submit|bring|need|send|hand in)|which (?:paper|document)"
)
_PAPER_OF = {
    "work": "documents_work_study",
    "study": "documents_work_study",
    "live": "documents_address",
    "move_in": "documents_move_in",
}
# What the papers are for was told by the answer before: 「その書類は何がいる?」 after one on children's names.
_PAPERS_FOR = {
    "certificate_children": "documents_child",
    "certificate_common_name": "documents_common_name",
    "eligibility_nationality": "documents_foreign",
    "eligibility_move_in": "documents_move_in",
}
_PAPERS = re.compile(
    r"書類|しょるい|用意|準備|証明する(?:もの|書類)|何がいる|何が必要|\b(?:papers?|documents?|paperwork|prove|proof)\b|what (?:do|should) (?:i|we) (?:need|bring|prepare)"
)
_IN_THAT_CASE = re.compile(r"(?:場合|ときは?|なら)(?:は|だと)?[?？]?$|^(?:and )?(?:what )?if\b|^what about")
_BY_LINE = re.compile(r"\bline\b|ライン|らいん|チャットで|文字で", re.IGNORECASE)
_LIST = re.compile(
    r"(?:書類|チェック|しょるい).{0,4}(?:リスト|一覧|りすと)|チェックリスト|checklist|list of (?:papers|documents)",
    re.IGNORECASE,
)
_WHAT_IF = re.compile(
    r"^(?:じゃあ|では|それなら|で)?、?(?:まず|先に)?(?:何|なに)(?:を|から)(?:すれば|したら)(?:いい|よい)|(?:どう|何を)(?:すれば|したら).{0,8}(?:できる|なれ|届け出|出せ|対象)|何が変われば|what (?:would|has|needs?) (?:have )?to (?:change|happen)|what (?:can|should|must) (?:we|i) (?:do|change)(?: first)?\??$"
)
_LANGUAGE_OF_OFFICE = re.compile(r"話せ|しゃべ|ここ|このチャット|ボット|答え|\byou\b|\bchat\b|\bbot\b")
_OPENING_HOURS = re.compile(
    r"何曜日|何時|今日(?:は|も)?(?:やって|開い|あい)|営業時間|受付時間|時間は|いつ(?:やって|開|あい)|what time|which days?|opening hours|when.{0,10}open|夜でも|夜中でも|いつでも|今(?:から)?(?:かけ|電話)|at night|right now|何時まで"
)
_SINGLE_PAPERS = ("documents_single_status", "documents_single_cert_how", "documents_overview")
_WHERE_TO_GET = re.compile(
    r"どこで.{0,6}(?:取れ|取る|とれ|もらえ|もらう|手に入|取り寄せ|発行|出して)|(?:取り方|もらい方|入手)|where (?:do|can|would|should) (?:i|we|you) get (?:it|that|this|them|one|those)"
)
_VAGUE = 0.45
_CONTENT_WORD = re.compile(r"[一-龠々]{2,}|[ァ-ヴー]{3,}")


def _names_a_word_of(plain: str, text: str) -> bool:
    return any(word in text for word in _CONTENT_WORD.findall(plain))


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
    if moment.last["facts"].get("ages") and _COMES_OF_AGE.search(plain) and not moment.u.sure("correct"):
        return entry("eligibility_age")
    done = _ONCE_THAT_IS_DONE.search(plain)
    if done and len(plain) <= 60 and (moment.u.top[1] < _VAGUE or not done[0].isascii()):
        decision = verdicts.decision_for(moment.last["facts"], moment.today, direct=moment.last.get("mode") == "direct")
        missing = [cases.ENTRY_OF.get(f.requirement.value) for f in decision.findings if f.status.value == "not_met"]
        named, p = moment.u.top
        if named.startswith("faq/eligibility_") and p > 0.6:
            return entry(named.removeprefix("faq/"))  # 「離婚したらすぐ出せる?」
        return entry(missing[0]) if missing and missing[0] else None
    return dict(moment.last) if len(plain) <= 24 and _SINCE_WHEN.search(plain) else None


def _on_an_entry(moment: Moment) -> Spec | None:
    asked = moment.last.get("say") == "question"  # the check went on after the entry
    plain, found = moment.u.plain, moment.latest_entry if asked else moment.last_entry
    if found is None:
        return None
    if moment.u.sure("faq/smalltalk_languages", 0.5) and found.topic in ("application", "documents"):
        return None if _LANGUAGE_OF_OFFICE.search(plain) else entry("application_language")
    if found.id in _PAPERS_FOR and len(plain) <= 40 and _PAPERS.search(plain):
        return entry(_PAPERS_FOR[found.id])
    about_english = moment.u.mass("faq/application_language", "change_language", "faq/smalltalk_languages") > 0.5
    if about_english and found.topic == "certificate" and moment.memory.language == "en":
        return entry(
            "certificate_english"
        )  # spoken to in English already, so "and in English?" is about the certificate
    if (
        found.topic == "documents"
        and len(plain) <= 40
        and (
            _NO_REGISTER.search(plain)
            or (moment.u.sure("faq/eligibility_nationality", 0.3) and not _OF_FILING.search(plain))
        )
    ):
        return entry("documents_foreign")
    if found.topic == "documents" and _IDENTITY.search(plain) and len(plain) <= 40:
        return entry("documents_identity")
    if found.topic == "documents" and _FETCHES_A_REGISTER.search(plain):
        return entry("documents_single_cert_how")
    if found.topic == "documents" and moment.u.links and _WHAT_TO_SHOW.search(plain):
        links = [link for link in ("work", "study", "move_in", "live") if link in moment.u.links]
        return entry(_PAPER_OF[links[0]])  # "I only work in Tokyo, I live in Kanagawa. What do I show?"
    if found.topic == "documents" and _WHERE_TO_GET.search(plain) and len(plain) <= 34:
        return entry("documents_single_cert_how" if found.id in _SINGLE_PAPERS else found.id)
    if (
        len(plain) <= 16
        and moment.u.top[1] < _VAGUE
        and _names_a_word_of(plain, found.short["ja"] + found.body.get("ja", ""))
    ):
        return entry(found.id)  # 「郵送でもいける?」 after an answer that speaks of post
    if found.topic == "documents" and moment.u.links and len(plain) <= 26 and _IN_THAT_CASE.search(plain):
        return entry(_PAPER_OF[next(link for link in ("work", "study", "move_in", "live") if link in moment.u.links)])
    if found.topic == "support" and len(plain) <= 20 and _BY_LINE.search(plain):
        return entry("support_tokyo_lgbt_line")
    reachable = found.topic in ("support", "crisis", "handoff")
    return entry(found.id) if reachable and len(plain) <= 16 and _OPENING_HOURS.search(plain) else None
