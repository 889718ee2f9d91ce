"""What a question that turns on one requirement says of that requirement, when the words alone were not read.

「彼にはまだ別の人との証明が残ったまま」 is about another partnership whatever its wording: the classifier knows the requirement, and this
module whether the person describes their own case or asks about the rule, and whether what is described is over.
"""

from __future__ import annotations

import re

from bot.dialogue.facts import Facts
from bot.dialogue.understanding import Understanding

_HINTED = 0.3
_SURE = 0.5
_HELD_BACK = re.compile(
    r"(?:言|答え|話し)(?:い|え)?たく(?:ない|ありません)|分からな|わからな|わかりません|rather not|prefer not|not sure|don't know|もし|たら(?:でき|出せ|いけ|大丈夫|ok)|\bif\b|\bonce\b"
)
_UNMARRIED = re.compile(
    r"not married|unmarried|never married|single|独身|未婚|(?:結婚|婚姻)(?:は|も|を)?して(?:い)?(?:ない|ません)|婚姻歴|結婚歴|結婚[^。、]{0,4}したこと[^。、]{0,2}な|離婚届[^。、]{0,8}受理され|友情(?:結婚|婚)|friendship marriage|lavender marriage|婚約|許婚|許嫁|いいなずけ|engaged|fianc"
)

# Asking how the rule stands, not how they stand.
ABOUT_THE_RULE = re.compile(
    r"じゃないと|でないと|ないとだめ|ならんと|ならないと|なくちゃ|なければ|なくても(?:いい|よい|大丈夫|ok)|必要|条件(?:は|って)|範囲|どこまで|何親等|なぜ|どうして|理由|調べ(?:られ|ます)|証明(?:する|すれ|でき)|(?:が|を)出すの|どんな|ほしいだけ|"
    r"do (?:we|you|i|both|they) (?:both )?(?:have|need) to|must (?:we|both|i|you)|required|requirement|\bwhy\b|how (?:close|far|do|does|will|is)|prove|which relatives|what (?:relatives|counts|kind)"
)
_OVER = re.compile(
    r"解消|取り消|取消|返(?:し|納|却)|終わっ|終了|切れ|別れ(?:た|まし|て)|無効|cancel|dissol|\bend(?:ed)?\b|terminat|return(?:ed)?|revok|\bover\b|broke up|expired"
)
_ANEW = re.compile(
    r"また|もう一度|もういちど|新し(?:い|く)|次の?(?:人|相手|パートナー|彼)|再度|\bagain\b|\bnew (?:partner|girlfriend|boyfriend|person)|\bre-?apply"
)
_NOT_OVER = re.compile(
    r"(?:解消|取り消|取消|返(?:し|納|却)|終わ|終了|切れ|別れ).{0,8}(?:ない|なく|なかっ|ません|忘れ|まま|前|途中|待ち|中)|まだ|まんま|(?:never|not|n'?t|yet to|haven'?t|without|forgot to) .{0,12}(?:cancel|dissol|end|terminat|return|revok)|\bstill\b"
)
_SOMEONE_ELSE = re.compile(
    r"別の|べつの|ほかの|他の|元(?:カ|彼|パ|恋|の)|前の(?:彼|相|パ|人|恋)|昔の|ちがう人|違う人|ex\b|another|someone else|other (?:person|partner|man|woman)|previous|former"
)
_TWO = re.compile(r"二人|2人|ふたり|\btwo\b|both")
_COUPLE = re.compile(
    r"パートナー|相手|彼女|彼氏|彼と|恋人|カップル|相方|付き合|男(?:性)?(?:同士|どうし|2人|二人|ふたり)|女(?:性)?(?:同士|どうし|2人|二人|ふたり)|同性|partner|girlfriend|boyfriend|couple|lover|two (?:men|women)|\b(?:he|she|we)\b"
)
_BROUGHT_UP = re.compile(
    r"親子として|育て|実家|(?:母|父|親|祖母|祖父|叔母|伯母)の養|養(?:女|子)と(?:私|僕|俺|その)|同じ親|same parents|raised|my (?:mother|father|parents)|(?:brother|sister|sibling)"
)
_NOT_DONE = re.compile(
    r"(?:縁組|adopt\w*).{0,8}(?:したら|すれば|すると|する(?:と|の|予定|つもり)|できま|できる|したい|とは)|(?:if|should|can|could|want to|going to|plan to|before) (?:we |i |he |she )?adopt|joint|特別養子|里親|child(?!\s*(?:on paper|legally))|baby|kids"
)


def imply(u: Understanding, facts: Facts) -> Facts:
    """Facts that follow from what the message turns on; empty where it asks about the rule or was read already."""
    text = u.plain
    if ABOUT_THE_RULE.search(text) or _HELD_BACK.search(text):
        return {}
    label, p = u.top
    if p < _SURE or not label.startswith("faq/eligibility_"):
        return {}
    requirement = label.removeprefix("faq/eligibility_")
    if requirement == "married_abroad" and "any_marriage" not in facts:
        return (
            {}
            if _OVER.search(text) or "離婚" in text or "divorc" in text
            else {"any_marriage": "married_abroad_to_each_other"}
        )
    if requirement == "not_married" and "any_marriage" not in facts:
        return {} if _UNMARRIED.search(text) else {"any_marriage": "yes"}
    if requirement == "other_partner" and _ANEW.search(text) and not _NOT_OVER.search(text):
        return {}  # 「また別の人と出せますか」 after a break-up asks of the rule; nothing says that the first still stands
    if requirement == "other_partner" and "any_other_partnership" not in facts:
        return {} if _OVER.search(text) and not _NOT_OVER.search(text) else {"any_other_partnership": "yes"}
    if requirement == "municipal_certificate_holder" and "any_other_partnership" not in facts:
        return {} if _SOMEONE_ELSE.search(text) else {"any_other_partnership": "no"}
    if requirement == "no_minority" and "has_sexual_minority" not in facts:
        # What the message turns on is a guess; that neither is one has to be said as well.
        return {"has_sexual_minority": "no"} if not u.standing or u.doubt("minority") > _HINTED else {}
    if requirement == "two_people" and facts.get("people_count") != "other":
        return {} if _TWO.search(text) else {"people_count": "other"}
    if (
        requirement == "adoption"
        and "relation" not in facts
        and "req-07-not-close-relatives" not in facts.get("open", ())
    ):
        if _COUPLE.search(text) and not _BROUGHT_UP.search(text) and not _NOT_DONE.search(text):
            return {"relation": ["adopted_in_partnership", None]}
    if requirement in ("tokyo_link", "cohabitation") and not facts.keys() & {
        "links",
        "move_in",
        "outside",
        "outside_named",
        "one_outside",
        "open_link",
    }:
        here = [place for place in u.places if place[0] in ("municipality", "quarter")]
        return {"links": ["live"]} if here and not _OVER.search(text) else {}
    if (
        requirement == "relatives"
        and "relation" not in facts
        and re.search(r"(?:おや|親)(?:と|も)(?:こども|子ども|子供|子|むすこ|むすめ)", text)
    ):
        return {"relation": ["lineal_blood", None]}
    return {}
