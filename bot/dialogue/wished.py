"""What a message says of an application's circumstances and wishes: categories only, whatever else it tells.

Facts are plain values for a slot: `tie` (list of circumstances, empty for none yet), `foreign`, `adopted`, `common_name`, `child`
("yes", "no", or "open" when it is left unsaid), `planned` (ISO day or month, or "open"), `contact` ({"kind", "sealed"?}).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from bot.applications.errors import InvalidInput
from bot.applications.model import Wishes
from bot.dialogue import drafts, replies, tied
from bot.dialogue.understanding import Understanding
from bot.nlu import when
from bot.rules.checklist import LINKS, Circumstance

Facts = dict[str, Any]

# The thing, and whether it is the case.
_SUBJECTS = {
    "foreign": re.compile(r"外国籍|外国人|国籍|外国の人|foreign(?:er| national)?|nationality|not japanese"),
    "adopted": re.compile(r"養子|縁組|adopt"),
    "common_name": re.compile(r"通称|ニックネーム|別の名前|common name|preferred name|name in daily use"),
    "child": re.compile(
        r"子ども|子供|お子さん|こども|(?<![一-龠])[子娘](?:の名前|も|が|を|は)|息子|\bchild|\bkids?\b|\bson\b|daughter"
    ),
}
_CIRCUMSTANCES = {
    "foreign": Circumstance.FOREIGN_NATIONAL,
    "adopted": Circumstance.ADOPTED_IN_PARTNERSHIP,
    "common_name": Circumstance.WANTS_COMMON_NAME,
    "child": Circumstance.WANTS_CHILD_NAME,
}
# 「ベトナムじんです」: the country is not kept, only that it is another.
_FOREIGNER = re.compile(
    r"(?:[ァ-ヶー]{2,}|韓国|中国|台湾|米国|英国|かんこく|ちゅうごく|たいわん|べとなむ)(?:じん|人)(?:です|だ|と|で|$)|[ァ-ヶー]{2,}から(?:来|き)(?:まし)?た|\b(?:she|he|they|i|we|my \w+|one of us)(?:'s| is|'m| am|'re| are) (?:an? )?(?!not\b)(?:american|australian|brazilian|british|canadian|chinese|dutch|english|filipin[oa]|french|german|indian|indonesian|irish|italian|korean|mexican|nepal(?:i|ese)|russian|spanish|swedish|taiwanese|thai|vietnamese|from (?:abroad|overseas))\b"
)
_JAPANESE = re.compile(
    r"^(?:いや|いえ|いいえ|えっと)?[、,\s]*(?:日本人|日本国籍|(?:二人|ふたり|両方|どちら)(?:とも)?も?日本|にほんじん)|\bboth (?:of us )?(?:are )?japanese\b|\bwe(?:'re| are) japanese\b"
)
_NOT_WANTED = re.compile(r"(?:つけ|付け|載せ|のせ|書か|かか|入れ|いれ)(?:ない|ません|なくて)")
_NEGATIVE = re.compile(
    r"ない|なし|(?:じゃ|では)なく|なくて|いりません|要りません|ません|いいえ|不要|日本人(?:です|どうし|同士)|両方日本|二人とも日本|\bno\b|\bnot\b|n't|\bnone\b|neither|without"
)
_WANTED = re.compile(
    r"(?:載せ|のせ|書き|かき|入れ|いれ|使い|つかい)たい|希望(?:します|する)|お願いします|\bwe (?:do|would)\b|\bwant\b|would like|please"
)
_FILING = re.compile(
    r"届|とどけ|時期|じき|出(?:す|し|せ|そ)|提出|申請|申し込|予定|よてい|ごろ|頃|目標|\bfil(?:e|ing)\b|submit|apply|plan|around|aim"
)
_UNDECIDED = re.compile(
    r"未定|決(?:めて|まって)(?:い)?(?:ない|ません)|きめてない|まだ|undecided|not (?:yet )?decided|no plan|not sure"
)
# Refused, not known or not decided is neither yes nor no; 「載せたくない」 and "rather not have it" are a no.
_LEFT_OPEN = re.compile(
    r"(?:言い|いい|答え|こたえ|話し|はなし|教え|おしえ|伝え)たく(?:な|ありません)|(?:言え|いえ|答えられ|こたえられ|教えられ)(?:ない|ません)|答えかね|こたえかね|ノーコメント|秘密|ひみつ|ないしょ|内緒|パス(?!ポ|ワ)|(?:分か|わか|判)(?:らない(?!よう)|らん|らなく|らへん|りません|んない)|(?:知ら|しら)ない(?!人)|(?:知り|しり)ません|不明|未定|(?:決め|決ま|きめ|きま)(?:て|って)(?:い|おり)?(?:な|ませ)|決めかね|考え中|かんがえ中|検討中|迷って|まよって|悩んで|なやんで|\b(?:rather|prefer) not(?: to)?(?: (?:say|answer|tell|talk|discuss|share|disclose|mention|go into)\b|[.!, ]*$)|(?:don['’]?t|do not) (?:want|wish|like) to (?:say|answer|tell|talk|discuss|share|disclose|mention)|won['’]?t say|no comment|none of your|\bprivate\b|(?:don['’]?t|do not) know|dunno|not (?:so |quite |really |entirely )?(?:sure|certain)|unsure|no idea|undecided|(?:not|n['’]t)(?: yet| really)? (?:been )?(?:decided?|made up)|still (?:thinking|deciding)|can['’]?t say"
)
_ANSWERED_SO = re.compile(
    r"あり|あって|あるの?|いて|います|いる|して|です|ます|でした|たい|希望|\byes\b|\bha(?:ve|s)\b|\bis\b|\bare\b|\bwants?\b|would|please"
)
# What is said of one thing ends where the next begins: 「外国籍ではないけど、通称名は…」.
_SAID_APART = re.compile(
    r"[。.;!?！？]+|(?:です|ます|せん|たい|ない)が|けれども?|けど|(?<=[てでしいすんり])[、,]|[、,] ?(?=(?:and|but|we|i|not?|the)\b)|\bbut\b|\band (?=(?:we|i|not?|the)\b)"
)
_BOTH_JAPANESE = re.compile(
    r"(?:二人とも|ふたりとも|両方とも?|どちらも|どっちも|(?<!片方の)国籍[はがも])(?:国籍[はがも])?(?:日本|にほん)(?=国籍|籍|人|じん|です|でし|だ|[。、,.!]|$)|\bboth (?:of us )?(?:are |have |hold )?(?:\w+ )?japanese\b"
)
# 「私じゃなくて相手です」 says who, and 「それは違います」 that it is to be changed.
_NOT_OF_THE_THING = re.compile(
    r"(?:私|わたし|僕|ぼく|自分|彼女?|相手|パートナー)(?:じゃ|では)な(?:くて?|い)|\bnot (?:right|correct|just|only|me|my)\b"
)
_EXCEPT = re.compile(r"けど|けれど|ただ|ですが|ますが|でも|\bbut\b|\bexcept\b|\bonly\b")
_QUESTION_LAST = re.compile(
    r"[?]|(?:か|の|かな)[。.!]*$|^(?:what|how|when|where|who|can|do|does|is|are|will|which|why)\b"
)
_MAY_I = re.compile(r"\bmay (?:i|we|be|not|have)\b")
_NO_NOTICES = re.compile(
    r"要らな|いらな|要りません|いりません|不要|なし|受け取ら(?:ない|ません)|けっこう|結構|no notice|without|don'?t (?:need|want)|\bnone\b"
)
_MAIL = re.compile(r"メール|e-?mail|\bmail\b")
SEASON = re.compile(r"春|夏|秋|冬|はる|なつ|あき|ふゆ|\b(?:spring|summer|autumn|fall|winter)\b")
_MOVING = re.compile(r"引っ?越|ひっこ|転入|移り住|\bmov(?:e|ing)\b")
_SURELY_FILING = re.compile(r"届|提出|出(?:す|し)|\bfil(?:e|ing)\b|submit")
# A month standing alone is a time only where a time was asked for or given before; elsewhere "may" and "march" are words.
_MONTH_ALONE = re.compile(
    r"(?:^|[\s,])(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?=$|[\s,.!?])"
)
_MONTH_IN_KANA = re.compile(
    r"(?P<year>来年|らいねん)?(?:の)?\s*(?P<month>\d{1,2})\s*がつ(?:\s*(?P<day>\d{1,2})\s*(?:にち|か|日))?"
)
_BEFORE_A_TIME = re.compile(
    r"(?:あ|え|えっと|じゃあ|では|いや|ごめん(?:なさい)?|すみません|やっぱり?|ちょっと待って|たぶん|多分|だいたい|actually|maybe|perhaps|around|about|sometime|in|on|by|let'?s say|make it|probably|early|late|mid|(?:the )?(?:end|beginning|middle|start) of|sorry|not|no|wait|oh|[、,\s])*"
)
_AFTER_A_TIME = re.compile(
    r"(?:ごろ|ころ|頃|くらい|ぐらい|あたり|に|です|だ|にします|にする|の?予定|かな|かも|で|の|末|終わり|おわり|はじめ|初め|半ば|中|上旬|中旬|下旬|(?:に)?(?:変え|変更し|直し|し)(?:たい|ます|て)(?:です|ください)?|please|instead|i think|then|maybe|[。、,.!?\s])*"
)
_NOT_AFTER = re.compile(r"\s*(?:ごろ|頃)?(?:じゃ|では|で)なく|\s*(?:を|は)?(?:やめ|違)")
_NOT_BEFORE = re.compile(r"(?:\bnot|instead of|rather than)\s+(?:in\s+|on\s+)?$")


def read(u: Understanding, asked: str | None, on_line: bool, today: date) -> Facts:
    """Facts of one message; an answer as short as yes or no is read by what was asked."""
    facts: Facts = {}
    ties = tied.read(u, asked)
    if ties is not None and (ties or not leaves_open(u)):
        facts["tie"] = ties
    for name in _SUBJECTS:
        found = _yes_or_no(u, name, asked)
        if found:
            facts[name] = found
    planned = _planned(u, asked, today)
    if planned:
        facts["planned"] = planned
    found_contact = contact(u, on_line) if asked == "contact" or asked and u.sealed.get("mail") else None
    if found_contact:
        facts["contact"] = found_contact
    return facts


def contact(u: Understanding, on_line: bool) -> Mapping[str, str] | None:
    """Where notices shall go, as an answer to that question."""
    if u.sealed.get("mail"):
        return None if on_line else {"kind": "email", "sealed": u.sealed["mail"]}
    if u.sealed.get("unread_mail"):
        return None
    if _NO_NOTICES.search(u.plain) or replies.says_no(u.plain) or u.sure("deny"):
        return {"kind": "none"}
    if on_line and (replies.says_yes(u.plain) or u.sure("affirm")) and u.sealed.get("line_user"):
        return {"kind": "line", "sealed": u.sealed["line_user"]}
    return None


def wants_on_certificate(u: Understanding) -> bool:
    """Whether it says that a name is to stand on the certificate, rather than asks about it."""
    return bool(_WANTED.search(u.plain)) and not replies.questions(u)


def wants_mail(u: Understanding) -> bool:
    """Whether somebody wants notices but has given no address yet."""
    return bool(_MAIL.search(u.plain)) or replies.says_yes(u.plain) or u.sure("affirm")


def leaves_open(u: Understanding) -> bool:
    """Whether somebody would rather not say, does not know, or has not decided."""
    return bool(_LEFT_OPEN.search(u.plain))


def settled(facts: Mapping[str, Any]) -> tuple[Facts, list[str]]:
    """The facts that are told, and the names of those that are left open."""
    unsaid = [name for name in _SUBJECTS if facts.get(name) == "open"]
    return {name: value for name, value in facts.items() if name not in unsaid}, unsaid


def _yes_or_no(u: Understanding, name: str, asked: str | None) -> str | None:
    if _SUBJECTS[name].search(u.plain):
        if asked != name and replies.questions(u):
            return None
        said = _said_of(u.plain, name)
        if _LEFT_OPEN.search(said):
            return None if _ends_in_a_question(u) else "open"
        japanese = name == "foreign" and bool(_BOTH_JAPANESE.search(u.plain))
        return "no" if japanese or _denied(said) else "yes"
    elsewhere = any(words.search(u.plain) for words in _SUBJECTS.values())
    if asked != name or elsewhere and (replies.corrects(u) or leaves_open(u)):
        return None  # 「いや、やっぱり通称名はなしで」 is no answer about a child
    if leaves_open(u):
        return None if _ends_in_a_question(u) or drafts.named(u) else "open"
    wanted = name in ("common_name", "child") and bool(_WANTED.search(u.plain)) and not _NEGATIVE.search(u.plain)
    not_wanted = name in ("common_name", "child") and bool(_NOT_WANTED.search(u.plain))
    foreigner = name == "foreign" and bool(_FOREIGNER.search(u.plain)) and not _NEGATIVE.search(u.plain)
    yes = replies.says_yes(u.plain) or u.sure("affirm") or wanted or foreigner
    japanese = name == "foreign" and bool(_JAPANESE.search(u.plain))
    no = replies.says_no(u.plain) or u.sure("deny") or not_wanted or japanese
    return None if yes == no else "yes" if yes else "no"


def _ends_in_a_question(u: Understanding) -> bool:
    """Unlike 「養子縁組ですか、答えたくないです」, which only takes up ours."""
    return replies.questions(u) and bool(_QUESTION_LAST.search(u.plain))


def _denied(said: str) -> bool:
    return "not japanese" not in said and bool(_NEGATIVE.search(_NOT_OF_THE_THING.sub("", said)))


def _said_of(plain: str, name: str) -> str:
    """What a message says of one thing: the clause that names it, a bare yes or no before it, and what follows it for want of more."""
    others = [words for other, words in _SUBJECTS.items() if other != name]
    said, before = "", ""
    for clause in _apart(plain):
        if _SUBJECTS[name].search(clause):
            said += before + clause
        elif any(words.search(clause) for words in others):
            if said:
                break
        elif said and not _tells(said):
            said += clause
        before = clause if replies.says_no(clause.strip(" 、,")) else ""
    return said if _tells(said) else plain


def _tells(said: str) -> bool:
    return any(words.search(said) for words in (_LEFT_OPEN, _NEGATIVE, _ANSWERED_SO))


def _apart(plain: str) -> Iterator[str]:
    start = 0
    for match in _SAID_APART.finditer(plain):
        yield plain[start : match.end()]
        start = match.end()
    yield plain[start:]


def _planned(u: Understanding, asked: str | None, today: date) -> str | None:
    dates = [value for value, _, _ in _times(u, today)]
    moving = _MOVING.search(u.plain) and not _SURELY_FILING.search(u.plain)
    meant = bool(_FILING.search(u.plain)) and not moving
    if asked and not meant:
        changing = replies.corrects(u) or asked in ("which", "summary") and replies.fixes(u)
        changing = changing or asked == "summary" and bool(_EXCEPT.search(u.plain)) and not _MAY_I.search(u.plain)
        meant = changing and not moving or is_only_a_time(u, today)
    if dates and (asked == "planned" or meant) and (asked or dates[-1] != today.isoformat()):  # "let's start tonight"
        return dates[-1]
    if asked == "planned" and (_UNDECIDED.search(u.plain) or replies.says_no(u.plain)):
        return "open"
    return None


def is_only_a_time(u: Understanding, today: date) -> bool:
    """Whether a message is a day or month and hardly a word more."""
    times = _times(u, today, negated=True)
    if not times:
        return False
    text = u.text.lower()
    before, after = text[: times[0][1]], text[times[-1][2] :]
    return bool(_BEFORE_A_TIME.fullmatch(before) and _AFTER_A_TIME.fullmatch(after))


def _times(u: Understanding, today: date, *, negated: bool = False) -> list[tuple[str, int, int]]:
    """Days and months with their places in the text, those that are taken back left out."""
    found = [(str(e["value"]), e["start"], e["end"]) for e in u.entities if e["entity"] == "date"]
    text = u.text.lower()
    for match in _MONTH_IN_KANA.finditer(text):
        day = f"{match['day']}日" if match["day"] else ""
        year = "来年" if match["year"] else ""
        found += [(f.value, *match.span()) for f in when.find(f"{year}{match['month']}月{day}", today)]
    taken = [(start, end) for _, start, end in found]
    for match in _MONTH_ALONE.finditer(text):
        start, end = match.span("month")
        if all(end <= first or start >= last for first, last in taken):
            found += [(f.value, start, end) for f in when.find(f"in {match['month']}", today)]
    return [
        (value, start, end)
        for value, start, end in sorted(found, key=lambda f: f[1])
        if len(value) >= 7 and (negated or not _NOT_AFTER.match(text[end:]) and not _NOT_BEFORE.search(text[:start]))
    ]


def in_range(planned: str, today: date) -> bool:
    """Whether a plan lies neither in the past nor years ahead."""
    try:
        Wishes.from_json({"planned_on": planned}).check_plan(today)
    except InvalidInput:
        return False
    return True


def wishes(facts: Mapping[str, Any], language: str) -> Wishes:
    """The wishes of a draft, with what was left open."""
    found = [c.value for name, c in _CIRCUMSTANCES.items() if facts.get(name) == "yes"]
    found += [*facts.get("tie", ()), *facts.get("others", ())]
    left_open = [c.value for name, c in _CIRCUMSTANCES.items() if facts.get(name) not in ("yes", "no")]
    left_open += [] if "tie" in facts else [c.value for c in LINKS]
    planned = facts.get("planned")
    return Wishes.from_json(
        {
            "language": language,
            "circumstances": found,
            "planned_on": None if planned in (None, "open") else planned,
            "left_open": left_open,
        }
    )


def facts_of(stored: Mapping[str, Any]) -> Facts:
    """The reverse of `wishes`, from their plain values; what had been left open is not among them."""
    circumstances, left_open = set(stored.get("circumstances", ())), set(stored.get("left_open", ()))
    ties = {c.value for c in LINKS}
    told = {name: c for name, c in _CIRCUMSTANCES.items() if c.value not in left_open}
    return {
        **({"tie": sorted(circumstances & ties)} if circumstances & ties or not ties <= left_open else {}),
        **{name: "yes" if c.value in circumstances else "no" for name, c in told.items()},
        "planned": stored.get("planned_on") or "open",
        "others": sorted(circumstances - ties - {c.value for c in _CIRCUMSTANCES.values()}),
    }
