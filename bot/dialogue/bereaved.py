"""Whoever has lost the person they were registered with and now asks to file with somebody new.

What a death does to an earlier partnership is not confirmed (fact chg-death), so it is neither over nor in the way: it stays open.
"""

from __future__ import annotations

import re

_LOST = re.compile(
    r"亡(?:く|き)|なくな(?:り|っ)|この世|息を引き取|看取|他界|見送|逝|先立|死別|死(?:に|ん)|しんだ|しんで|\b(?:passed away|died|death of|widow\w*|bereave\w*|late partner)\b"
)
_REGISTERED = re.compile(
    r"パートナー|相方|宣誓|証明書|また(?:届|宣誓|申|登録|できる)|もう(?:一|1)(?:度|回)|再び|届け?出(?:て|を?し)(?:い)?た|\bpartner(?:ship)?\b|certificate|registered|\bagain\b|oath"
)
_CERTIFIED = re.compile(r"宣誓(?:し(?:て(?:い)?)?た|の)|証明書|パートナーシップ|partnership|certificate")
_SPOUSE = re.compile(r"夫|妻|主人|旦那|嫁|配偶者|\b(?:husband|wife|spouse)\b")
_SOMEBODY_NEW = re.compile(
    r"新し(?:い|く)|(?:いま|今(?![月年週日朝]))(?:は|の|、)?.{0,6}(?:人|相手|彼|パートナー|恋人|相方)|別の(?:人|相手|パートナー)|新たな|次の(?:人|相手|パートナー)|\bnew (?:partner|person|girlfriend|boyfriend|relationship)|someone (?:new|else)|another (?:partner|person|woman|man)|(?:current|present) partner"
)


def starts_anew(plain: str) -> bool:
    """Whether a message tells of a registered partner's death and of somebody new; a husband or wife who died left a widow(er)."""
    registered = _CERTIFIED if _SPOUSE.search(plain) else _REGISTERED
    return bool(_LOST.search(plain) and _SOMEBODY_NEW.search(plain) and registered.search(plain))


def widowed(plain: str) -> bool:
    """Whether a husband or wife has died, and no divorce is spoken of."""
    return bool(_LOST.search(plain) and _SPOUSE.search(plain) and not re.search(r"離婚|りこん|バツ|divorc", plain))
