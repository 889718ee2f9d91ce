"""The answer, two answers for two needs, a hedged answer, an offer, or an honest "I don't know"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.dialogue import places
from bot.dialogue.care import CANNOT_CALL, LINES_WITHOUT_A_CALL, LOSS, SURELY_BEREAVED
from bot.dialogue.moment import Moment
from bot.dialogue.speaking import MENU, Spec
from bot.dialogue.thresholds import CONTEXT, HEDGE, OFFER, OUT, SURE
from bot.dialogue.turn import LEANS, Turn, entry, say
from bot.dialogue.understanding import has_words
from bot.knowledge.model import Entry

Ranking = Sequence[tuple[str, float]]

_CRISES = ("crisis", "support_crisis")
_HUMAN = ("smalltalk", "crisis", "support", "privacy", "handoff")  # a guess is kinder here than "maybe you meant"
_NOT_SCHEME = ("oos", "smalltalk", "abuse")
_AFTER_A_VERDICT: Mapping[str, float] = {"documents_overview": 6.0, "application_how": 3.0, "application_steps": 3.0}
_ABOUT_FILING = re.compile(
    r"届け?出|申請|申し込|登録|宣誓|証明書|出した|出すと|\bfil(?:e|ing)\b|appl(?:y|ication)|regist|certificate|tokyo"
)
_ABOUT_THIS_CHAT = re.compile(
    r"ここ|チャット|ボット|会話|やりとり|やり取り|話した|話す|書い|書く|聞いた|相談|送信|入力|通報|警察|あなた|サイト|ログ|\b(?:bot|chat|you|conversation|here|type|typed|ask(?:ed|ing)?|talk(?:ed|ing)?|said|say|message|this (?:page|site)|police|ai)\b"
)
_EMPLOYER = re.compile(r"人事|社員|職員が|従業員|部下|\bhr\b|employee|our staff|my staff|manager", re.IGNORECASE)
_TELLS = re.compile(
    r"伝え|共有|話して(?:も)?いい|知らせ|報告|言って(?:も)?いい|\btell\b|share|inform|disclose|announce"
)
# They tell of what was done to them; facts alone would be cold.
_HARD_TIMES = re.compile(
    r"(?:救急車|病院)[^。]{0,24}(?:運ばれ(?:て|た|まし)|言われ(?:て|た|まし)|断られ(?:て|た|まし)|入れてもらえな|会わせてもらえな)|家族(?:では|じゃ)ない(?:から|って|と)[^。]{0,8}言われ(?:て|た|まし)|断られ(?:た|まし|て(?:し|、|つら))[^?？]{0,20}$|泣(?:いて|きま|いた)|"
    r"\b(?:they|hospital|doctor|nurse|landlord|agent)\b.{0,40}(?:wouldn'?t let|refused|turned (?:me|us) away|said (?:i|we)(?:'m| am|'re| are) not family)"
)
_TAX = re.compile(r"税|ぜい|控除|\btax|\bduty\b|duties")
# Hospitals in general, with nothing said of which or of what: 「病院は?」 「届け出たら病院で家族として扱ってもらえますか」
_HOSPITALS = re.compile(
    r"^(?:じゃあ|じゃ|では|で、|あと|それなら|なら)?、?(?:病院|びょういん)(?:は|では|だと|なら|のほうは|の方は)?(?:どう(?:ですか|でしょうか|なりますか|なる)?)?[?？。]*$|^(?:and |what about |how about |and what about )?(?:the |in |at (?:the |a )?)?hospitals?\??$|"
    r"^(?:じゃあ|では)?、?(?:病院|びょういん)で(?:は|も)?[ 、]?(?:会え|あえ|面会|めんかい)[^。、]{0,10}$|"
    r"(?:病院|びょういん)で(?:は|も)?、?(?:家族|かぞく|身内)(?:と同じ|として|扱い|あつかい)|treated as family (?:at|in|by) (?:a |the )?hospitals?"
)
_HOW_SOON = re.compile(
    r"証明書[^。?？]{0,8}(?:すぐ|急ぎ|急いで|早く|間に合)[^。?？]{0,6}(?:取れ|とれ|もらえ|出(?:る|ます|して)|発行|届|でき|作れ|ます)|\b(?:get|have) (?:the|a|our|it)\b.{0,14}\b(?:quickly|fast|right away|in time|urgently)\b"
)
# They have filed and nothing came back: how it stands and how long it takes, whatever number of weeks they name.
_FILED = re.compile(
    r"届け?出|とどけ|申請|申し?込|提出|出し(?:た|て|まし)|だし(?:た|まし)|宣誓し|送っ(?:た|て)|\b(?:filed|submitted|applied|sent (?:it|everything|the)|application)\b"
)
_NO_WORD_YET = re.compile(
    r"(?:連絡|れんらく|返事|へんじ|音沙汰|通知|返信|回答|結果)(?:が|は|も|すら|とか)*[ 、]?(?:まだ|全然|何も|なにも|一切|一つも|ずっと)*[ ]?(?:な(?:い|く|し)|無い|あり?ません|来な|き?ません|来ません|こな|届か|とどか)|何も(?:言って)?(?:来|こ)(?:ない|ません)|"
    r"\b(?:heard|hear|received|got|getting) (?:nothing|no (?:reply|answer|word))|(?:n't|not|never) (?:heard|hear|received|gotten|got)\b[^.]{0,20}\b(?:back|anything|reply|yet)|\bno (?:reply|answer|response|news|word)\b|still waiting"
)
_FILED_ELSEWHERE = re.compile(
    r"会社|職場|人事|携帯|銀行|病院|大家|不動産|ローン|保険|手紙|メール|ライン|(?<![a-z])line|彼女?(?:に|へ|から)|相談|\b(?:company|employer|bank|hospital|landlord|insurance|letter|text|e-?mail)\b"
)
_OF_A_WARD = re.compile(r"区|市|町|村|自治体|地元|近所|近く|\b(?:wards?|city|town|local|municipal\w*)\b")
_LAUGHS = re.compile(
    r"笑|わら|わろ|ワロ|w{2,}|w$|草|は(?:は|っは)|ハハ|ふふ|へへ|うけ|ウケ|おもろ|面白|おもしろ|ツボ|腹|くす|吹き出|にっこり|ha(?:ha|\b)|he(?:he|h\b)|heehee|lol|lmao|rofl|xd|:d|funn|laugh|hilarious|good one|crack|snort|giggl|warota|[\U0001F600-\U0001F64F\U0001F920-\U0001F92F]"
)
_PLAINLY = 0.6
_COMPLAINT = 80
_KEYS_HIT_AT_RANDOM = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}")
_SINGLE_PAPER = re.compile(r"抄本|独身証明|どくしん")


def unreadable(moment: Moment) -> Turn | None:
    """A message without any word in it."""
    u = moment.u
    if has_words(u.text) and not (len(u.plain) <= 24 and _KEYS_HIT_AT_RANDOM.search(u.plain)):
        return None
    return moment.turn(say("unreadable", kind="fallback", topic="out_of_scope", related=MENU[:3]))


def answer(moment: Moment) -> Turn:
    """Answers, and remembers what is shown as a choice, so that its number can be typed."""
    specs = answered(moment)
    if specs[0]["say"] == "entry" and not specs[0].get("lead") and _HARD_TIMES.search(moment.u.plain):
        if moment.kind_of(specs[0]["id"]) == "answer":
            specs = [{**specs[0], "lead": "that_was_hard"}, *specs[1:]]
    first = specs[0]
    offered: tuple[str, ...] = tuple(first["ids"]) if first["say"] == "offer" else ()
    if first["say"] == "entry":
        entries = moment.knowledge.entries
        shown = dict.fromkeys([*first.get("others", ()), *entries[first["id"]].related])
        offered = tuple(i for i in shown if i in entries)[:4]
    return moment.turn(*specs, offered=offered)


def answered(moment: Moment) -> list[Spec]:
    """What there is to say to a question; never nothing."""
    if _HOSPITALS.search(moment.u.plain) and not moment.u.providers:
        return [entry("coverage_metropolitan_hospitals")]
    if _no_word_yet(moment):
        return [entry("application_status"), _also("application_time")]
    known = places.looked_up(moment)
    if known and moment.u.sure("faq/changes_move_out", 0.8):
        known = [entry("changes_move_out"), *known[:1]]  # 「じゃあ神奈川に引っ越したら?」
    if known:
        more = [i for i in _clear_needs(moment) if not i.startswith("coverage")] if len(moment.u.parts) > 1 else []
        return [*known, *(_also(i) for i in more[:2])]
    specs = _two_needs(moment) or _one_need(moment)
    if _HOW_SOON.search(moment.u.plain) and specs[0]["say"] == "entry" and moment.kind_of(specs[0]["id"]) == "answer":
        # 「手術することになって…証明書ってすぐ取れますか」: how soon is the question, whatever it is for
        return [
            entry("application_time"),
            *(_also(spec["id"]) for spec in specs[:1] if spec["id"] != "application_time"),
        ]
    return specs


def _no_word_yet(moment: Moment) -> bool:
    """「二週間前に出したのに連絡がない」, said of what was filed with Tokyo."""
    plain = moment.u.plain
    if len(plain) > _COMPLAINT or moment.u.providers or _FILED_ELSEWHERE.search(plain):
        return False
    return bool(_FILED.search(plain) and _NO_WORD_YET.search(plain))


def _one_need(moment: Moment) -> list[Spec]:
    ranking = [(need.removeprefix("faq/"), p) for need, p in _in_context(moment) if need.startswith("faq/")]
    ranking = [(i, p) for i, p in ranking if p >= 0.5 or not i.startswith(_CRISES)] or ranking
    if moment.is_short(characters=12, words=3) and not _LAUGHS.search(moment.u.plain):
        ranking = [(i, p) for i, p in ranking if i != "smalltalk_laugh"] or ranking  # "blorp zzkx"
    if not LOSS.search(moment.u.plain):
        ranking = [(i, p) for i, p in ranking if i != "crisis_bereavement" or p >= SURELY_BEREAVED] or ranking
    if not ranking or not any(c.isalpha() for c in moment.u.plain):
        return [_unknown()]
    if ranking[0][0] == "privacy_does_bot_report" and not _ABOUT_THIS_CHAT.search(moment.u.plain):
        # Of Tokyo's procedure, not of this chat; when neither is named, of both.
        of_filing = entry("application_privacy")
        return [of_filing] if _ABOUT_FILING.search(moment.u.plain) else [of_filing, _also("privacy_does_bot_report")]
    if _EMPLOYER.search(moment.u.plain) and _TELLS.search(moment.u.plain):
        return [
            say("employer_consent", kind="answer", topic="support", facts=("sup-tokyo-lgbt-phone",)),
            entry("support_tokyo_lgbt_business"),
        ]
    if ranking[0][0] == "support_ward_lines" and not moment.u.places and not _OF_A_WARD.search(moment.u.plain):
        # No ward is spoken of: the lines for everybody in Tokyo, without a call for who dares none.
        first, second = LINES_WITHOUT_A_CALL
        if CANNOT_CALL.search(moment.u.plain):
            return [entry(first), _also(second)]
        return [entry("support_tokyo_lgbt_phone"), _also(first)]
    if ranking[0][0] == "limits_inheritance_tax" and not _TAX.search(moment.u.plain):
        return [entry("limits_inheritance")]  # "What about inheritance?" after an answer on tax
    return _out_of_scope(moment, ranking) or _closest(moment, ranking, moment.u.mass("faq/oos"))


def _out_of_scope(moment: Moment, ranking: Ranking) -> list[Spec]:
    """What is somebody else's business, with whose it is."""
    # Right after 「税金は安くなる?」 「年金は?」 is about the scheme: what leans on the last answer is weighed with it.
    out = min(moment.u.mass("faq/oos"), sum(p for i, p in ranking if i.startswith("oos")))
    within = next((p for i, p in ranking if not i.startswith("oos")), 0.0)
    if out < OUT or out < 0.5 * within or ranking[0][0].startswith(_CRISES):
        return []
    if _SINGLE_PAPER.search(moment.u.plain):
        return [entry("documents_single_cert_how")]
    return [entry(next(i for i, _ in ranking if i.startswith("oos")))]


def _closest(moment: Moment, ranking: Ranking, out: float) -> list[Spec]:
    """The best answer as surely as it is known: said, said as a guess, offered with others, or not at all."""
    best, p = ranking[0]
    if best.startswith("abuse") and p < _PLAINLY and moment.is_short(characters=6, words=3):
        return [_unknown()]
    if best.startswith("abuse") and p < _PLAINLY:
        return [entry("handoff_complaint")]  # a complaint is not an insult
    if p >= SURE or (best.startswith(_HUMAN) and p >= HEDGE):
        close = [i for i, q in ranking[1:3] if q > 0.1 and not i.startswith((*_NOT_SCHEME, "crisis"))]
        return [{**entry(best, others=close), **({"unsure": True} if p < _PLAINLY else {})}]
    inside = [(i, q) for i, q in ranking if not i.startswith(_NOT_SCHEME)]
    if not inside:
        return [entry(best)]
    if p >= HEDGE:
        choice = inside[0][0] if best.startswith("oos") and out < 0.3 else best
        lead = None if choice.startswith("oos") or p >= 0.25 else "maybe_this"
        return [{**entry(choice, others=[i for i, _ in inside if i != choice][:3]), "lead": lead, "unsure": True}]
    if inside[0][1] >= OFFER and out < 0.3:
        return [{"say": "offer", "ids": [i for i, _ in inside[:3]]}]
    return [_unknown()]


def _unknown() -> Spec:
    return say("fallback", kind="fallback", topic="out_of_scope", related=MENU[:3], person=True)


def _in_context(moment: Moment) -> Ranking:
    """A short message that leans on the last turn: what is related to the last answer becomes likelier."""
    u, before = moment.u, moment.latest_entry
    if moment.last.get("say") == "verdict":
        return _sorted([(need, p * _AFTER_A_VERDICT.get(need.removeprefix("faq/"), 1.0)) for need, p in u.ranking])
    leaning = moment.is_short(characters=14, words=5) or LEANS.search(u.plain)
    if before is None or not leaning or before.kind in ("smalltalk", "refuse"):
        return u.ranking
    entries = moment.knowledge.entries
    ranking = _blended(u.ranking, u.context, before.id) if u.context else u.ranking
    weighted = [(need, p * _weight(entries.get(need.removeprefix("faq/")), before)) for need, p in ranking]
    total = sum(p for _, p in weighted) + max(0.0, 1 - sum(p for _, p in ranking))
    return _sorted([(need, p / total) for need, p in weighted])


def _blended(alone: Ranking, in_context: Ranking, before: str) -> Ranking:
    """The message read alone, weighed by how it reads after the title of the last answer; that answer itself aside."""
    context = {need: p for need, p in in_context if need != f"faq/{before}"}
    rest = sum(context.values()) + 1e-6
    weighed = [(need, p * (CONTEXT + context.get(need, 0.0) / rest)) for need, p in alone]
    total = sum(p for _, p in alone) / max(1e-9, sum(p for _, p in weighed))
    return _sorted([(need, p * total) for need, p in weighed])


def _sorted(ranking: Ranking) -> Ranking:
    return sorted(ranking, key=lambda need: -need[1])


def _weight(found: Entry | None, before: Entry) -> float:
    """How much likelier an entry is right after another one."""
    if found is None:
        return 1.0
    if before.topic == "documents" and found.id == "eligibility_nationality":
        return 0.2  # 「相手はイギリス人なのですが、その場合は?」 after an answer on papers
    if found.kind == "smalltalk":
        return 0.5
    if found.id in before.related or before.id in found.related:
        return 3.0
    if found.id == before.id:
        return 1.0
    if set(found.facts) & set(before.facts):
        return 3.0
    return 2.0 if found.topic == before.topic else 1.0


def _two_needs(moment: Moment) -> list[Spec]:
    """Two or three questions in one message, each clear on its own."""
    u = moment.u
    clear = _clear_needs(moment) if u.mass("faq/oos") <= 0.5 else []
    if not clear:
        return []
    label, p = u.top
    whole = label.removeprefix("faq/")
    if len(clear) > 1:
        surely = p >= 0.8 and label.startswith("faq/") and moment.kind_of(whole) == "answer"
        first = whole if whole in clear or surely else clear[0]
        return [entry(first), *(_also(i) for i in clear[:3] if i != first)]
    if label.startswith("faq/smalltalk"):
        return [entry(clear[0])]  # 「すまん言い過ぎた。土日でもええの?」
    both = label.startswith("faq/") and whole != clear[0] and moment.kind_of(whole) == "answer" and SURE <= p < 0.8
    return [entry(whole), _also(clear[0])] if both else []


def _clear_needs(moment: Moment) -> list[str]:
    """The entries that parts of a message ask for, each once."""
    found: dict[str, None] = {}
    for _, ranking in moment.u.parts if len(moment.u.parts) > 1 else ():
        if not ranking:
            continue  # it asks for nothing
        label, p = ranking[0]
        name = label.removeprefix("faq/")
        if label.startswith("faq/") and p >= 0.3 and moment.kind_of(name) in ("answer", "handoff"):
            found[name] = None
    return list(found)


def _also(entry_id: str) -> Spec:
    return {**entry(entry_id), "lead": "also"}
