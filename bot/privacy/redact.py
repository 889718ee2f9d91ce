"""Masks what identifies a person before a message reaches NLU, tracker or log; the length of the text stays the same.

A mask character for each masked one keeps every entity offset true to what was typed.
"""

from __future__ import annotations

import re
from datetime import date

from bot import clock
from bot.nlu import when
from bot.nlu.normalise import with_offsets

MASK = "＊"

# Numbers the bot itself gives out; a question about one of them is not personal.
_PUBLIC = {
    "0353882337",
    "05036471448",
    "05031384011",
    "0120279338",
    "0332229050",
    "0425061042",
    "0120889177",
    "0355773899",
    "0335815515",
    "0336471171",
    "0339130162",
    "0338123727",
}

_MAIL = re.compile(r"[a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PHONE = re.compile(r"(?<![\d-])\(?(?:\+81[ -]?|0)\d{1,4}\)?[ .\-ー]?\d{1,4}[ .\-ー]?\d{3,4}(?![\d-])")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?:[ -]?\d{4})?(?!\d)")
_NAME_JA = re.compile(
    r"(?:(?:私|僕|俺|わたし|ぼく|本人|相手|彼女?|パートナー|彼氏)(?:の)?(?:名前|氏名|本名|なまえ)は|名前は|氏名は|本名は|なまえは|と申します(?=$))\s*(?P<name>[一-龠々ぁ-ゖァ-ヺー]{2,10}?)(?=(?:です|といい|と言い|と申し|で、|、|。|$|\s))"
)
_NAME_JA_SELF = re.compile(
    r"(?:^|[。、\s])(?:私は|僕は|わたしは)?(?P<name>[一-龠々]{2,4}[ 　]?[一-龠々ぁ-ゖァ-ヺー]{1,5})と(?:申します|いいます|言います)(?!か)"
)
_NAME_EN = re.compile(
    r"\b(?:my name is|my (?:partner|girlfriend|boyfriend|wife|husband)'?s name is|name:|(?:he|she) is called)\s+(?P<name>[a-z][a-z'-]+(?:\s+[a-z][a-z'-]+){0,2})"
)
_ADDRESS = re.compile(
    r"(?<![\d-])\d{3}-\d{4}(?![\d-])|[一-龠ぁ-ゖァ-ヺー]{1,8}(?:\d{1,2}|[一二三四五六七八九十]{1,2})丁目[\d一-龠-]{0,14}|(?<=[区市町村])[一-龠ァ-ヺー]{1,8}\d{1,2}-\d{1,3}(?:-\d{1,4})?"
)
# A receipt names a case, not a person, and must reach the lookup whole.
_RECEIPT = re.compile(r"(?<![a-z0-9])tp[\s_.-]*(?:[0-9a-z][\s_.-]*){11}[0-9a-z]")
_DAY = r"(?:(?:19|20)\d\d\s?[年/.-]\s?\d{1,2}\s?[月/.-]\s?\d{1,2}日?|(?:昭和|平成|令和|[shr])\d{1,2}[年.]\d{1,2}[月.]\d{1,2}日?|\d{1,2}(?:st|nd|rd|th)?\s+[a-z]{3,9}\.?,?\s+(?:19|20)\d\d|[a-z]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d|\d{1,2}月\d{1,2}日)"
_BIRTHDAY = re.compile(
    rf"(?:生年月日|誕生日|birthday|date of birth|born(?: on)?|dob)\s*(?:は|:|：|is|が)?\s*(?P<name>{_DAY})|(?P<name2>{_DAY})(?=\s?(?:生まれ|うまれ|生れ))"
)
_STILL_TO_COME = re.compile(
    r"20(?:2[6-9]|[3-9]\d)\s?[年/.-]|\d{1,2}(?:st|nd|rd|th)?\s+[a-z]+\.?,?\s+20(?:2[6-9]|[3-9]\d)|[a-z]+\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+20(?:2[6-9]|[3-9]\d)"
)
_NO_NAME = re.compile(
    r"何|なに|必要|要り|いり|載|書|言い|言わ|いい?ますか|ます|です|たく|ない|出し|出る|変わ|どう|だれ|誰|本名|秘密|通称|非公開|^(?:not|on|in|the|needed|required|shown|a|my|different|written|printed|there)\b"
)


def _age_on(birthday: str, today: date) -> str:
    """How old somebody born on a written date is: what the rules ask about, and no longer a date of birth; else nothing."""
    born = next((f.value for f in when.find(birthday, today) if f.kind == "date" and len(str(f.value)) == 10), None)
    if born is None:
        return ""
    day = date.fromisoformat(born)
    age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    if not 0 <= age <= 120:
        return ""
    return f" aged {age}" if birthday.isascii() and re.search("[a-z]", birthday) else f"{age}歳"


def redact(text: str) -> tuple[str, bool]:
    """Returns the text with personal details masked, and whether anything was."""
    normal = with_offsets(text)
    plain = normal.text
    spans: list[tuple[int, int]] = []
    for pattern in (_MAIL, _LONG_NUMBER, _ADDRESS):
        spans += [m.span() for m in pattern.finditer(plain)]
    for m in _PHONE.finditer(plain):
        digits = re.sub(r"\D", "", m[0].replace("+81", "0"))
        if 9 <= len(digits) <= 11 and digits not in _PUBLIC:
            spans.append(m.span())
    for pattern in (_NAME_JA, _NAME_JA_SELF, _NAME_EN):
        spans += [m.span("name") for m in pattern.finditer(plain) if not _NO_NAME.search(m["name"])]
    # A birthday still to come (「誕生日は2027年3月4日、18になります」) is the day the rules ask about, and no date of birth.
    births = [
        m.span("name" if m["name"] else "name2")
        for m in _BIRTHDAY.finditer(plain)
        if not _STILL_TO_COME.match(m["name"] or m["name2"])
    ]
    spans += births
    receipts = [m.span() for m in _RECEIPT.finditer(plain)]
    spans = [s for s in spans if all(s[1] <= start or s[0] >= end for start, end in receipts)]
    if not spans:
        return text, False
    chars = list(text)
    for start, end in spans:
        typed_start, typed_end = normal.typed_span(start, end)
        length = typed_end - typed_start
        age = _age_on(plain[start:end], clock.today()) if (start, end) in births else ""
        chars[typed_start:typed_end] = (MASK * (length - len(age)) + age) if len(age) < length else MASK * length
    return "".join(chars), True
