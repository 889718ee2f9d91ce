"""Numbers as people write them: 18, １８, 十八, 二十, はたち, eighteen."""

from __future__ import annotations

_DIGIT = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "両": 2}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_ENGLISH = {
    w: i
    for i, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )
} | {"a": 1, "an": 1, "couple of": 2, "few": 3}
_TENS = {w: 10 * i for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}

JA = r"(?:\d+|[〇一二三四五六七八九十百千]+)"
EN = (
    r"(?:\d+|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|one|two|three|four|five|six|seven|eight|nine))"
)


def value(written: str) -> int:
    """Reads a number matched by `JA` or `EN`; raises ValueError for anything else."""
    text = written.strip().lower()
    if text.isdigit():
        return int(text)
    if text in _ENGLISH:
        return _ENGLISH[text]
    parts = text.replace("-", " ").split()
    if parts and parts[0] in _TENS:
        return _TENS[parts[0]] + (_ENGLISH[parts[1]] if len(parts) > 1 else 0)
    if text and all(c in _DIGIT or c in _UNIT for c in text):
        if not any(c in _UNIT for c in text):
            return int("".join(str(_DIGIT[c]) for c in text))
        total, current = 0, 0
        for char in text:
            if char in _UNIT:
                total += (current or 1) * _UNIT[char]
                current = 0
            else:
                current = _DIGIT[char]
        return total + current
    raise ValueError(f"not a number: {written!r}")
