"""Which papers of the checklist a message names, and whether they are there or not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.dialogue.understanding import Understanding

_WORDS = {
    "doc-notification": r"届出書|とどけで(?:しょ|のしょるい)|notification form|oath form",
    "doc-common-name": r"通称|つうしょう|common name",
    "doc-child": r"(?:子ども|子供|お子さん|こども)(?:の(?:名前の)?(?:戸籍|こせき|書類|しょるい))?|child(?:'s)?(?: (?:family register|koseki|paper))?",
    "doc-foreign": r"要件具備|ようけんぐび|がいこくせき|大使館|領事館|外国籍の(?:人の|書類)|foreign proof(?: of single status)?|embassy|consul",
    "doc-from-ibaraki-gunma": r"茨城|群馬|ibaraki|gunma",
    "doc-single": r"独身|どくしん|戸籍|こせき|single status|family register|koseki",
    "doc-identity": r"本人確認|ほんにんかくにん|身分証|みぶんしょう|免許|めんきょ|パスポート|旅券|マイナンバーカード|identity|passport|licen[cs]e|\bid\b",
    "doc-residence": r"住民票|じゅうみんひょう|residence (?:record|certificate)|juminhyo",
    "doc-move-in": r"転入|引っ?越|ひっこし|賃貸|契約書|proof of the move|\blease\b",
    "doc-work": r"在勤|ざいきん|勤務|就労|在職|仕事の|しごとの|proof of work|employment",
    "doc-study": r"在学|ざいがく|学生証|がくせいしょう|学校の|がっこうの|通学|proof of study|student card|enrol",
    "doc-in-person": r"窓口の予約|appointment",
}
DOCUMENTS = tuple(_WORDS)
_PATTERNS = {document: re.compile(words) for document, words in _WORDS.items()}
_HAVE = re.compile(
    r"用意(?:でき|し(?:た|ま)|済)|揃(?:っ|い)|そろ(?:っ|い)|取(?:った|れた|ってき|得し|りまし)|とった|とりました|もら[っい]|ようい(?:でき|しま)|とれました|受け取(?:った|りまし)|届(?:いた|きまし)|あります$|ある$|あるよ|できた|でき$|できました|準備(?:でき|済|した|しました)|ok$|\bgot\b|\bhave\b|\bready\b|received|obtained|done"
)
_HAVE_NOT = re.compile(
    r"まだ|取り消|消して|外して|違(?:う|い)|ない|ありません|できて(?:い)?ない|^ ?not (?:the|my|our)|not yet|don'?t have|not ready|unmark|untick|remove"
)


# A paper that was asked for somewhere is not there yet, unless it has come.
_ASKED_FOR = re.compile(
    r"請求|申請(?:し|中)|頼(?:ん|み)|依頼|注文|取り寄せ|予約し|\brequest|applied for|apply for|\border(?:ed)?\b|asked for"
)
_CAME = re.compile(r"届(?:い|き)|もら[っい]|受け取|取れ|手に入|\bgot\b|received|arrived|\bcame\b")
_CLAUSE_ENDS = re.compile(
    r"[、。，,.;!！\n]|けれども?|けど|(?<=[るたいすんだ])が(?![っらなけ])|\b(?:but|though|although|however)\b"
)
_ALL = re.compile(
    r"(?:全部|ぜんぶ|すべて|全て|みんな|書類(?:が|は)?)(?:の書類)?(?:が|は)?(?:もう)?(?:そろ|揃|用意でき|あつま|集ま|準備でき)(?:っ|い|りまし|まし|た)(?!たら|たとき|た時|たあと|た後|ていれば|ていたら|ら)|(?:we|i)(?:'ve| have) (?:now )?(?:got )?(?:everything|all (?:of )?(?:them|the papers|the documents|our papers|papers))|all (?:the )?(?:papers|documents) (?:are )?(?:ready|here|complete)|everything is ready"
)


def named(u: Understanding, documents: Sequence[str]) -> list[str]:
    """The papers of these that a message names."""
    return _named(u.plain, documents)


def _named(plain: str, documents: Sequence[str]) -> list[str]:
    found = []
    for document, words in _PATTERNS.items():
        if document in documents and words.search(plain):
            found.append(document)
            plain = words.sub("＿", plain)  # "foreign proof of single status" is one paper, not two
    return found


def marks(u: Understanding, documents: Sequence[str]) -> list[tuple[str, bool]]:
    """Each paper that is named with whether it is there; a paper of which nothing is said takes the word said of the others."""
    told: dict[str, bool] = {}
    waiting: list[str] = []
    last: bool | None = None
    for clause in _CLAUSE_ENDS.split(u.plain):
        here, there = _named(clause, documents), _is_there(clause)
        if _ASKED_FOR.search(clause) and not _CAME.search(clause):
            waiting = []
            continue
        waiting += here
        if there is not None:
            told |= dict.fromkeys(waiting, there)
            waiting, last = [], there
    if last is not None:
        told |= {document: told.get(document, last) for document in waiting}
    return list(told.items())


def all_there(u: Understanding) -> bool:
    """Whether it says that every paper is there."""
    return bool(_ALL.search(u.plain)) and not _HAVE_NOT.search(u.plain) and "条件" not in u.plain


def names_one(u: Understanding) -> bool:
    """Whether it names any paper at all."""
    return any(words.search(u.plain) for words in _PATTERNS.values())


def _is_there(plain: str) -> bool | None:
    if _HAVE_NOT.search(plain):
        return False
    return True if _HAVE.search(plain) else None
