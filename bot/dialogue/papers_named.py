"""Which paper of the checklist a message names, and whether it is there or not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.dialogue.understanding import Understanding

_WORDS = {
    "doc-notification": r"届出書|とどけで(?:しょ|のしょるい)|notification form|oath form",
    "doc-common-name": r"通称|つうしょう|common name",
    "doc-child": r"子ども|子供|お子さん|こども|child",
    "doc-foreign": r"要件具備|ようけんぐび|がいこくせき|大使館|領事館|外国籍の(?:人の|書類)|foreign proof|embassy|consul",
    "doc-from-ibaraki-gunma": r"茨城|群馬|ibaraki|gunma",
    "doc-single": r"独身|どくしん|戸籍|こせき|single status|family register|koseki",
    "doc-identity": r"本人確認|ほんにんかくにん|身分証|みぶんしょう|免許|めんきょ|パスポート|旅券|マイナンバーカード|identity|passport|licen[cs]e|\bid\b",
    "doc-residence": r"住民票|じゅうみんひょう|residence (?:record|certificate)|juminhyo",
    "doc-move-in": r"転入|引っ?越|ひっこし|賃貸|契約書|proof of the move|lease",
    "doc-work": r"在勤|ざいきん|勤務|就労|在職|仕事の|しごとの|proof of work|employment",
    "doc-study": r"在学|ざいがく|学生証|がくせいしょう|学校の|がっこうの|通学|proof of study|student card|enrol",
    "doc-in-person": r"窓口の予約|appointment",
}
_PATTERNS = {document: re.compile(words) for document, words in _WORDS.items()}
_HAVE = re.compile(
    r"用意(?:でき|し(?:た|ま)|済)|揃(?:っ|い)|そろ(?:っ|い)|取(?:った|れた|ってき|得し|りまし)|とった|とりました|もら[っい]|ようい(?:でき|しま)|とれました|受け取(?:った|りまし)|届(?:いた|きまし)|あります$|ある$|あるよ|できた|できました|準備(?:でき|済|した|しました)|ok$|\bgot\b|\bhave\b|\bready\b|received|obtained|done"
)
_HAVE_NOT = re.compile(
    r"まだ|取り消|消して|外して|違(?:う|い)|ない|ありません|できて(?:い)?ない|not yet|don'?t have|not ready|unmark|untick|remove"
)


def named(u: Understanding, documents: Sequence[str]) -> str | None:
    """The paper of these that a message names."""
    return next((d for d, words in _PATTERNS.items() if d in documents and words.search(u.plain)), None)


def is_there(u: Understanding) -> bool | None:
    """Whether the message says that a paper is there; None when it says nothing of the kind."""
    if _HAVE_NOT.search(u.plain):
        return False
    return True if _HAVE.search(u.plain) else None
