"""What patterns found in a message, as features for `bot.nlu.standing`: places inside and outside, dates near and far, ages, kinship, stated facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.rules.periods import add_months

# Whether something is over is said by few words far from what it is about; n-grams alone do not bring them together.
_ENDS = r"(?:解消|離婚|取り消|取消|取り下げ|返(?:し|納|却)|終わ|終了|切れ|別れ|解約|りこん|やめ)"
_TURNS_OF_PHRASE = {
    "x:over": re.compile(
        rf"{_ENDS}.{{0,4}}(?:済|した|しました|しています|してある|しとる|てます|ました|った|受理|成立)|成立し(?:た|ました|ています)|受理され(?:た|ました)|(?:we|i|he|she|they|was|were|been|is|already|officially|formally) (?:\w+ )?(?:dissolved|cancelled|canceled|ended|terminated|divorced|finali[sz]ed|returned|annulled)|divorced? (?:is |was |went |came |became )?(?:final|through|done|complete)"
    ),
    "x:not_over": re.compile(
        rf"{_ENDS}.{{0,8}}(?:ない|なく|ません|まえ|前|途中|待ち|中|まだ|忘れ|したい|予定|つもり|調停|協議)|まだ.{{0,12}}{_ENDS}|(?:never|not|n't|yet to|forgot to|still|pending|waiting|before|until|going to|about to|in the middle).{{0,24}}(?:dissolv|cancel|end(?:ed)?\b|terminat|divorc|final|return)|(?:divorce|cancellation|dissolution).{{0,16}}(?:pending|not|n't|next|going on|in progress|court)"
    ),
    "x:still": re.compile(r"まま|まんま|残(?:って|っと|り)|\bstill\b|remains?\b"),
    "x:other": re.compile(
        r"別の|べつの|ほかの|他の|元(?:カ|彼|パ|恋|の|夫|妻|旦那|嫁)|前の(?:彼|相|パ|人|恋|夫|妻)|\bex\b|another|someone else|previous|former"
    ),
    "x:same": re.compile(
        r"同じ|おなじ|same (?:two|partner|person|couple|people)|\b(?:our|we).{0,12}(?:certificate|partnership)"
    ),
    "x:none": re.compile(
        r"(?:ない|ません|なし|いない|おらん|へん|なく|なくて)(?:です)?(?:[。、!]|$|し|よ)|\b(?:no|not|none|neither|never|nobody|n't)\b|n't\b"
    ),
    "x:if": re.compile(r"たら|れば|なら|もし|\bif\b|\bonce\b|\bwould\b"),
    "x:past": re.compile(r"(?:た|ました)(?:[。、!]|$|けど|が|ので|んです)|\b(?:was|were|had|used to|did)\b"),
    "x:remote": re.compile(r"在宅|リモート|テレワーク|remote|from home"),
}


def cues(
    facts: Mapping[str, Any],
    entities: Sequence[Mapping[str, Any]],
    places: Sequence[Sequence[Any]],
    links: Sequence[str],
    today: date,
    plain: str,
) -> tuple[str, ...]:
    """Names of the cues present, each once.

    `facts` is what `bot.dialogue.situation.read` found; `places` are (kind, value, prefecture), `links` words of living, working …,
    `plain` is the normalised text.
    """
    found = set(_of_facts(facts))
    found.update(name for name, pattern in _TURNS_OF_PHRASE.items() if pattern.search(plain))
    outside = sum(place[1] == "outside_tokyo" for place in places)
    where = f"in{min(2, len(places) - outside)}out{min(2, outside)}"
    found.add(f"x:{where}")
    found.update(f"x:in{min(2, len(places) - outside)} x:out{min(2, outside)}".split())
    for link in set(links):
        found.update((f"x:l:{link}", f"x:l:{link}:{where}"))
    soon = add_months(today, 3).isoformat()
    for entity in entities:
        kind, value = entity["entity"], entity["value"]
        if kind == "relation":
            found.add(f"x:rel:{value}")
        elif kind == "age":
            found.add(f"x:a:{_age(value)}")
        elif kind == "date":
            past = value < today.isoformat()[:7]
            found.add("x:d:past" if past else "x:d:soon" if len(value) >= 7 and value <= soon else "x:d:later")
        elif kind == "period":
            count = int("".join(c for c in value if c.isdigit()) or 0)
            found.add(f"x:p:{value[-1]}:{'long' if count > 3 else 'short'}")
    return tuple(sorted(found))


def _of_facts(facts: Mapping[str, Any]) -> list[str]:
    found = []
    for key, value in facts.items():
        found.append(f"x:{key}")
        if key == "ages":
            found += [f"x:ages:{len(value)}", *(f"x:age:{_age(age)}" for age in value)]
        elif key in ("move_in", "turns_adult"):
            found.append(f"x:{key}:{value if value in ('yes', 'within') else 'dated'}")
        else:
            found.append(f"x:{key}={value}")
    return found


def _age(age: int) -> str:
    return "minor" if age < 18 else "just" if age == 18 else "adult"
