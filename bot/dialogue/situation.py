"""Reads what people say about themselves into the categories the rules know; names, genders and kinds are never kept.

The result is a plain dict that fits a Rasa slot: `people_count, has_sexual_minority, makes_oath, both_adults, ages,
turns_adult, any_marriage, any_other_partnership, relation, links, move_in, outside`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.dialogue.ages import asks_for_age, read_ages
from bot.dialogue.bonds import read_bonds
from bot.dialogue.facts import Facts
from bot.dialogue.kin import read_kin, turns_on_kin
from bot.dialogue.own import of_the_couple
from bot.dialogue.people import read_people
from bot.dialogue.ties import read_ties
from bot.dialogue.understanding import Understanding
from bot.rules.periods import Span, add_months, add_years
from bot.rules.situation import (
    Kinship,
    Links,
    Marriage,
    PeopleCount,
    Person,
    Relation,
    SexualMinority,
    Situation,
    YesNo,
)

# 宣誓の内容（規則第2条）を、する気がないとはっきり言っている。
_NO_PLEDGE = re.compile(
    r"(?:約束|誓い|支え(?:合う|る)(?:こと|の)?)(?:は|まで(?:は)?|なんて|とか|も|なんか)?(?:[、 ]?(?:でき(?:ない|ません|へん|かね)(?!と(?:だめ|ダメ|駄目|いけ|なら|[、 ])|か(?!ら)|け(?:れば|りゃ))|したく(?:ない|ありません)|する気(?:は|も|が)?(?:ない|ありません)|なし(?:で|に))|[^。、]{0,6}つもり(?:は|も)?(?:ない|ありません))|"
    r"(?:won'?t|will not|refuses? to|(?:does|do)(?:n'?t| not) (?:want|intend|mean) to|not willing to|unwilling to) (?:really )?(?:promise|pledge|swear|vow|make (?:the|that|any) (?:promise|pledge|vow))|"
    r"(?:支え合|助け合|人生のパートナー|宣誓|誓|約束).{0,14}?(?:(?:気|つもり)(?:は|も|が)?(?:ない|なし|なく|ゼロ|ねえ|ありません|さらさら)|(?<!と)しない(?:で|$|。|、|し|と(?:言|決))|しません(?!か)|では?なく(?:て|、|た)|じゃなく(?:て|、|た)ただの)|"
    r"(?:not|never|nor) (?:together|a couple|life partners|going to be (?:a couple|partners))|never gonna be|no (?:intention|plan) (?:of|to) (?:be|being|support)"
)
_UNSURE_PLEDGE = re.compile(
    r"(?:約束|誓い?|宣誓|人生の?パートナーに(?:なる|なれる))[^。]{0,12}か(?:どうか)?(?:を|は|も)?[^。]{0,8}(?:決めかね|決められ|決ま(?:ら|って(?:い)?な)|迷|悩)|(?:一生|生涯|人生の?パートナー|ずっと(?:一緒|いっしょ)|この先).{0,20}(?:自信|確信|覚悟|言い切れ).{0,8}(?:ない|ねえ|なく|ません|つか|もて|持て)|not (?:sure|certain|ready).{0,30}(?:life partner|for life|lifelong|forever)"
)
_MINORITY_YES = re.compile(
    r"バイの(?:女|男)|自分(?:では|は|のことを)[^。、]{0,6}(?:女|男)(?:性)?(?:だと|として)(?:思|生|暮)|両性愛|(?:片方|一人|ひとり|どちらか|どっちか|わたし|私|僕|俺|うち|彼女?|相手)(?:だけ)?(?:が|は|も)?(?:性的マイノリティ|当事者)(?=で(?!は|も)|や(?!な)|だ|なん|[。、]|$)|(?:私|わたし|あたし|うち)も(?:彼女|相手|恋人)も女(?:性|の子)?(?:が|を)好き|(?:私|僕|俺|おれ)も(?:彼|彼氏|相手|恋人)も男(?:性)?(?:が|を)好き|(?:二人|ふたり|どちら|どっち|お互い)とも?(?:女|男)性?(?:で(?!も|は)|や(?!な)|です|同士|[、。]|$)|(?:が|は|も|私|僕|俺|うち|わたし|あたし|自分)(?:バイ|ゲイ|レズ|ビアン|性的マイノリティ)(?=で(?!は|も)|や(?!な)|だ|なん|[。、]|$)|戸籍(?:上)?(?:は|の性別は|が)?[^。、]{0,6}(?:男|女)性?(?:の(?:まま)?|です|だ)?(?:です)?(?:が|けど|だけど)?、?[^。、]{0,6}(?:男|女)性?として|女(?:性|の子)?(?:が|を)好きな女|男(?:性)?(?:が|を)好きな男|(?:片方|一人|どちらか|どっちか|二人とも|ふたりとも|どっちも|どちらも|両方|私|僕|俺|彼女?)(?:だけ|が|は)?(?:バイ(?![トクブオ])|トランス|ゲイ|ビアン)|同性(?:カップル|どうし|同士|の(?:パートナー|恋人|相手|彼|二人|連れ|カップル)|愛者|パートナー|婚)?(?=$|[^婚])|(?<![男女と])(?:女|男|おんな|おとこ)(?:性|の子|のこ)?(?:の)?\s?(?:同士|どうし|ふたり|二人|2人|カップル)|ゲイ|レズ|ビアン(?!カ)|バイ(?:セクシュアル|セクシャル|です|の(?:人|彼|彼女|私))|(?:俺|私|僕|彼|彼女|相手|わたし)(?:が|は)バイ(?!ト|ク)|トランス(?:ジェンダー|女性|男性|です)?|ノンバイナリー|エックスジェンダー|xジェンダー|ftm|mtf|lgbt|セクマイ|性的マイノリティ(?:です|に当てはま|で(?:、|す)|なん|だ|の(?:女|男|カップル|二人|ふたり|者|当事者)|同士|どうし)|せいてきマイノリティ(?:です)?|パンセク|アセク|アロマ(?:ンティック)|クィア|クエスチョニング|性同一性|(?:same[- ]sex|gay|lesbian|bisexual|\bbi\b|trans(?:gender)?\b|non-?binary|queer|asexual|pansexual|two women|two men|both (?:\w+ )?(?:women|men|female|male|girls|guys|lesbians?|gay)|my (?:girlfriend and i are both|wife and i)|sexual minorit)|sexual minority"
)
_MINORITY_NO = re.compile(
    r"(?:性的)?マイノリティ.{0,14}(?:当てはま(?:らない|りません)|該当し(?:ない|ません)|どちらでもない)|(?:二人とも|ふたりとも|どっちも|どちらも|両方).{0,10}(?:ノンケ|ストレート|異性愛|ヘテロ|シス(?:ジェンダー)?|性的マイノリティ(?:では|じゃ)(?:ない|ありません)|マイノリティ(?:では|じゃ)|当事者(?:では|じゃ)(?:ない|ありません)|lgbt(?:では|じゃ)|当てはまら|該当しな|ちがい)|性的マイノリティ(?:では|じゃ)(?:ない|ありません|なく|なくて)(?!.{0,3}(?:といけ|とだめ|と使))|(?:性的)?マイノリティ(?:じゃ|では)(?:ない|ありません)(?:男女|カップル|夫婦)|(?:neither|none|no ?one|nobody)(?: of us)? (?:is |are |being )?(?:an? )?(?:sexual minorit|lgbt|gay\b|queer|trans\b|bi\b)|\b(?:not|non)[ -]lgbt|both (?:of us )?(?:are )?(?:straight|hetero|cis)|性的(?:少数者|マイノリティ)でもな|we(?:'re| are) (?:both )?(?:straight|hetero|a straight)|straight couple|cishet|not (?:a )?sexual minorit|hetero(?:sexual)? couple"
)
# Two friends of the same sex are no sexual minority by that: 「恋愛やない」「二人とも女が好き」.
_NOT_A_COUPLE = re.compile(
    r"恋愛(?:感情)?(?:では?|じゃ|や|とか)?(?:は|も|が)?(?:なく(?!て?も)|ない(?!と)|ありません)|(?:恋人|カップル)(?:では|じゃ|や)(?:なく(?!て?も)|ない(?!と)|ありません)|友達(?:同士|どうし|として)|友人(?:同士|どうし|として)|友情(?:結婚|婚)|ルームメイト|"
    r"(?:just|only|best|close) friends|not (?:a couple|romantic|in love|lovers)|platonic|room-?mates"
)
_OF_THEMSELVES = re.compile(
    r"(?:私|僕|俺|彼女?|相手|二人とも|どちらも|片方|一人)(?:は|が|も)?.{0,6}(?:ゲイ|レズ|ビアン|バイ|トランス|アセク|アロマ|当事者|性的マイノリティ)|\b(?:i'?m|we'?re|he'?s|she'?s|both) .{0,12}(?:gay|lesbian|bi|trans|queer|asexual|aro)"
)
_SELF_IS = re.compile(
    r"\b(?:i'?m|i am|he'?s|she'?s|my (?:partner|girlfriend|boyfriend) is) (?:a |an )?(?:trans|bi\b|bisexual|gay|lesbian|queer|non-?binary|asexual|pansexual)|(?:私|僕|俺|わたし|彼女?|相手)(?:は|が)(?:トランス|ゲイ|レズビアン|バイセク|ノンバイナリー|アセク|パンセク)"
)
_LIKE_THE_OTHER_SEX = re.compile(
    r"(?:異性(?:が|を)好き|(?:女|おんな).{0,40}恋愛(?:対象)?は.{0,4}(?:男|異性)|(?:男|おとこ).{0,40}恋愛(?:対象)?は.{0,4}(?:女|異性)|(?:男|おとこ).{0,30}(?:二人|ふたり|どっち|どちら|お互い)(?:とも|も).{0,8}(?:女|女性|女の子)(?:が|を)好き|(?:女|おんな).{0,30}(?:二人|ふたり|どっち|どちら|お互い)(?:とも|も).{0,8}(?:男|男性|男の人)(?:が|を)好き)|"
    r"(?:俺|私|僕|わたし|自分)も(?:彼女?|相手|パートナー)も(?:異性愛|ストレート|ノンケ|ヘテロ)|異性愛者?(?:の)?(?:同士|どうし|カップル|の男女|ふたり|二人)|(?:ストレート|ノンケ|ヘテロ)(?:の)?(?:同士|どうし|男女|カップル|二人)|both (?:of us )?(?:only )?(?:like|date|into) (?:girls|women|men|guys)(?= only| and we're men)"
)
_DIFFERENT_SEX = re.compile(
    r"異性(?:カップル|どうし|同士|の(?:パートナー|二人|相手))|男女(?:の)?(?:カップル|二人|の事実婚|ですが|です|で)|戸籍上の?性別が(?:異な|違)|(?:opposite|different)[- ]sex|man and (?:a )?woman|woman and (?:a )?man"
)


def read(u: Understanding, today: date) -> Facts:
    """Reads every fact a message states about the couple; an empty dict when it states none."""
    global _latest
    of_needs = asks_for_age(u), turns_on_kin(u)  # all it looks at of them; NLU asks before they are known
    message = (today, u.text, u.plain, of_needs, u.entities, u.places, u.links)
    if _latest[0] != message:  # several concerns ask for the same one
        _latest = message, _read(u, today)
    return copy.deepcopy(_latest[1])


_latest: tuple[Any, Facts] = (None, {})


def _read(u: Understanding, today: date) -> Facts:
    facts = Facts()
    read_kin(u, u.plain, facts)
    u = of_the_couple(u)
    text = u.plain
    read_ages(u, text, today, facts)
    read_bonds(u, text, facts)
    read_ties(u, text, today, facts)
    read_people(text, facts)
    if _NO_PLEDGE.search(text) and not re.search(
        r"(?:ないと|なきゃ|なければ|ないの(?:は|も))(?:だめ|いけ|なら|あり)", text
    ):
        facts["makes_oath"] = "no"
    elif _UNSURE_PLEDGE.search(text):
        facts.setdefault("open", []).append("req-03-oath")
    if _SELF_IS.search(text) and not re.search(r"二人とも|どちらも|どっちも|両方|neither|both of us", text):
        facts["has_sexual_minority"] = "yes"  # "I'm a trans guy … an ordinary straight couple"
    elif _MINORITY_NO.search(text) or _LIKE_THE_OTHER_SEX.search(text):
        facts["has_sexual_minority"] = "no"
    elif _NOT_A_COUPLE.search(text) and not _OF_THEMSELVES.search(text):
        facts.setdefault("open", []).append("req-02-sexual-minority")
    elif _MINORITY_YES.search(text) and not re.search(
        r"(?:同性|lgbt).{0,8}(?:じゃなくても|でなくても|だけ|のみ|限定|婚)|(?:only|just) (?:for )?(?:same|lgbt|gay)|相談|電話|理解増進|条例|フレンドリー",
        text,
    ):
        facts["has_sexual_minority"] = "yes"
    elif _DIFFERENT_SEX.search(text) or re.search(
        r"(?:同性|どうせい).{0,8}(?:じゃなくても|でなくても|じゃないと)", text
    ):
        facts["open_minority"] = True
    return facts


def merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> Facts:
    """Adds newly stated facts; the later word counts, and an age said of one person keeps the other's."""
    merged = dict(old)
    for key, value in new.items():
        if key == "age_instead_of":
            continue
        if key == "ages" and merged.get("ages") and len(value) == 1:
            merged["ages"] = _one_age(merged["ages"], value[0], new.get("age_instead_of"))
        elif key == "links" and isinstance(value, list) and isinstance(merged.get("links"), list):
            merged["links"] = list(dict.fromkeys([*merged["links"], *value]))
        else:
            merged[key] = value
    if "ages" in new:
        merged.pop("both_adults", None)
    if "both_adults" in new:
        merged.pop("ages", None)
        merged.pop("turns_adult", None)
    if new.get("links") and new["links"] != "none":
        merged.pop("outside", None)
    if "makes_oath" in new and "req-03-oath" not in new.get("open", ()):
        merged["open"] = [name for name in merged.get("open", ()) if name != "req-03-oath"]
    if new.get("move_in") and merged.get("links") == "none":
        merged.pop("links")
        merged["outside"] = True
    return merged


def _one_age(before: list[int], age: int, instead_of: int | None) -> list[int]:
    """One of two ages said anew: in place of the one named wrong, else of a minor's, else of the second."""
    if len(before) == 1:
        return [age] if instead_of == before[0] else [before[0], age]
    wrong = instead_of if instead_of in before else next((a for a in before if a < 18), before[1])
    index = before.index(wrong)
    return [age if i == index else a for i, a in enumerate(before)]


def situation(facts: Mapping[str, Any], today: date, *, assume_two: bool = True) -> Situation:
    """Builds the value the rules decide on; oath and two people are taken for granted unless denied."""
    ages = list(facts.get("ages") or ())[:2] + [None, None]
    people = [Person(Span.born(a, today) if a is not None else None) for a in ages[:2]]
    if facts.get("turns_adult"):
        span = _adult_span(facts["turns_adult"])
        index = next((i for i, a in enumerate(ages[:2]) if a is not None and a < 18), 0)
        people[index] = Person(span)
    links = facts.get("links")
    move = facts.get("move_in")
    move_in: Span | YesNo | None = None
    if move == "yes":
        move_in = YesNo.YES
    elif move == "within":
        move_in = Span(today, add_months(today, 3))
    elif move:
        move_in = Span(date.fromisoformat(move[0]), date.fromisoformat(move[1]))
    if links == "none":
        tie = Links(YesNo.NO, YesNo.NO, YesNo.NO, move_in if move_in is not None else YesNo.NO)
    elif isinstance(links, list):
        tie = Links(
            YesNo.YES if "live" in links else None,
            YesNo.YES if "work" in links else None,
            YesNo.YES if "study" in links else None,
            move_in,
        )
    else:
        known_out = YesNo.NO if move_in is not None or facts.get("outside") else None
        # Someone who speaks only of moving in is asked about the move, not about work and school.
        tie = Links(
            known_out, YesNo.NO if move_in is not None else None, YesNo.NO if move_in is not None else None, move_in
        )
    relation = facts.get("relation")
    adults = facts.get("both_adults")
    return Situation(
        people_count=PeopleCount(facts["people_count"])
        if facts.get("people_count")
        else (PeopleCount.TWO if assume_two and "req-01-two-people" not in facts.get("open", ()) else None),
        has_sexual_minority=SexualMinority(facts["has_sexual_minority"]) if facts.get("has_sexual_minority") else None,
        makes_oath=None if "req-03-oath" in facts.get("open", ()) else YesNo(facts.get("makes_oath", "yes")),
        both_adults=YesNo(adults) if adults else None,
        people=(people[0], people[1]),
        any_marriage=Marriage(facts["any_marriage"]) if facts.get("any_marriage") else None,
        any_other_partnership=YesNo(facts["any_other_partnership"]) if facts.get("any_other_partnership") else None,
        relation=Relation(Kinship(relation[0]), relation[1]) if relation else None,
        links=tie,
    )


def _adult_span(turns: str) -> Span:
    if len(turns) == 10:
        return Span.day(add_years(date.fromisoformat(turns), -18))
    month = Span.month(int(turns[:4]), int(turns[5:7]))
    return Span(add_years(month.first, -18), add_years(month.last, -18))
