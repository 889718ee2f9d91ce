"""Decides what to say to one message: the order of concerns is the product's, the words are elsewhere.

Danger first, then what the person asked the conversation itself to do (language, repeat, stop), then a running check, then
places and companies, then answers, and an honest "I don't know" last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.dialogue import check, verdicts
from bot.dialogue import situation as reading
from bot.dialogue.speaking import MENU, Spec, entry_titles
from bot.dialogue.understanding import Understanding, has_words
from bot.knowledge.loader import Knowledge
from bot.nlu.language import Language
from bot.privacy.redact import MASK

# Probabilities of the calibrated model below which we hedge, offer or give up; measured in docs/decisions/0002-understanding.md.
SURE = 0.40
HEDGE = 0.13
OFFER = 0.05
OUT = 0.25  # together with half the best answer's: finds .89 of what is out of scope, turns away under 1 % of the rest

_SINGLE_PAPER = re.compile(r"抄本|独身証明|どくしん")

_NUMBER = re.compile(
    r"^(?:no\.? ?|その|the )?(?P<n>[1-4一二三四]|first|second|third|fourth|最初|一番目|二番目|三番目|1つ目|2つ目|3つ目)(?:番|つ目|番目|です|のやつ|を|でお願い(?:します)?|\s?one|。|\.)*$"
)
_ORDINAL = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "最初": 1,
    "一番目": 1,
    "二番目": 2,
    "三番目": 3,
    "1つ目": 1,
    "2つ目": 2,
    "3つ目": 3,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
}
_TO_EASY = re.compile(
    r"やさしい|やさしく|簡単に|かんたんに|易しい|優しい日本語|かんたんな|簡単な日本語|にほんごで.{0,4}やさし|むずかし|難し(?:い|すぎ)|easy japanese|simple japanese|plain japanese|yasashii|ひらがな|ふりがな|ルビ"
)
_TO_EN = re.compile(r"英語|えいご|エイゴ|イングリッシュ|\benglish\b|eigo")
_TO_JA = re.compile(r"日本語|にほんご|japanese|nihongo|ふつうの|普通の")
_ASKS_LANGUAGE = re.compile(
    r"(?:英語|えいご|日本語|にほんご|やさしい).{0,6}(?:で(?:お願い|おねがい|教えて|話して|答えて|も|$|[。、])|に(?:して|戻して|もどして|変えて|切り替え)|版)|\bin english\b|english,? please|^english$|switch to|speak (?:in )?english|日本語で|in japanese|japanese please|もっと(?:やさしく|簡単に|かんたんに)|(?:やさしく|簡単に|かんたんに)(?:言|い)って|むずかしいです|難しいです|難しくて"
)
_FOLLOW = re.compile(
    r"^(?:じゃあ|じゃ、|じゃ|では|それじゃ|それなら|なら|あと|ほな|で、|そしたら|and\b|what about|how about|then\b|ok,? and|also\b|それ|その|あとは?)"
)
_CITY_TOPIC = re.compile(
    r"使え|使い道|つかえ|制度|認め|有効|受け付け|対応|できること|意味|住宅|accept|use\b|work (?:in|there)|valid|scheme|anything|でも|では|は[?？]|も[?？]|とこ|なんだけど|ですが|霊園|税|サービス|どう|福利"
)
_MOVE = re.compile(r"引っ?越|転入|転出|移(?:る|り|った)|越す|越し|転居|転勤|move|moving|moved|relocat")
_ELIGIBLE_ASK = re.compile(
    r"[?？]|(?:ですか|ますか|でしょうか|ませんか|かな|いけ(?:る|ます)|使え|つかえ|でき(?:る|ます|ん|ひん)|だめ|ダメ|無理|むり|可能|対象|大丈夫|だいじょうぶ|ok|いい(?:です)?か|資格|条件|申請|届|申し込|登録|宣誓|とどけ|もうしこ|出せ|当てはま|判定|診断|チェック|\bcan\b|could|may we|able|eligible|qualify|apply|register|allowed|possible|okay|do we|are we|would we|is it)"
)
_ABOUT_US = re.compile(
    r"(?:宣誓|申請|届出|届け出|登録|利用|申し込み)?(?:が)?(?:できる|使える|出せる|いける)か(?:どうか)?(?:を)?(?:知りたい|確認したい|調べたい|見てほしい|チェック|教えてほしい|たしかめたい|確かめたい)|^(?:ねえ|あの|えっと|で)?、?(?:うちら|私たち|私達|わたしたち|わたし達|僕ら|ぼくら|僕たち|俺ら|俺たち|自分ら|自分たち|ウチら|二人)(?:って|は|で|でも|も|にも|、)?(?:これ|この制度|制度|条件)?(?:を|に)?(?:使え|つかえ|いけ|でき(?:る|ます|ん)|対象|当てはま|あてはま|資格|宣誓でき|申し込め|申請でき|該当)|^(?:are|do|can|could|would) we (?:be )?(?:eligible|qualify|use (?:it|this)|do (?:this|it)|apply|fit)\b.{0,20}$|watashitachi.{0,4}(?:tsukae|deki)"
)
_EMPLOYER = re.compile(
    r"人事|総務|(?:社員|職員|従業員|部下|スタッフ)(?:が|から|の|を)|\bhr\b|our (?:employee|staff)|employer"
)
_SELF = re.compile(
    r"自分|わたし|私|僕|俺|親が|こわい|怖い|つらい|辛い|\bi hate (?:being|myself)|\bi'?m (?:disgusting|worthless)|ashamed"
)
_OTHERS = re.compile(r"お前|おまえ|あんた|\byou\b|きもい|キモい")
_CANNOT_CALL = re.compile(
    r"電話.{0,6}(?:無理|むり|でき|怖|こわ|苦手|嫌|いや|かけられ|聞かれ|したくな)|聞かれる|声(?:が|を)?出せ|(?:can'?t|cannot|don'?t want to|afraid to|not able to|hard to) (?:call|phone|talk|speak)|no phone|(?:will|might|can) hear"
)
_OFFICIAL = re.compile(
    r"(?:これ|ここ|この(?:サイト|ボット|チャット|窓口)|あなた|ともに).{0,8}(?:公式|東京都の(?:もの|サービス|サイト|職員))|(?:are you|is this|this is|is it) (?:an? |the )?(?:official|run by|tokyo'?s|government)"
)
_INTERROGATIVE = re.compile(
    r"[?？]|か$|かな|どこ|何|なに|なん|いくら|いつ|だれ|誰|どう|どれ|どの|いくつ|は$|のこと$|について$|教え|おしえ|知りた|番号|費|\b(?:how|what|when|where|who|can|do|does|is|are|which|phone|number|fee|age|cost)\b"
)
_STATEMENT_ONLY = 2  # facts it takes for a bare statement of one's situation to be answered with a verdict


@dataclass(frozen=True)
class Memory:
    """What the conversation remembers, as it lies in slots."""

    language: str = "ja"
    language_chosen: bool = False
    said: tuple[Spec, ...] = ()
    """What was said last, to repeat it or say it in another language."""
    offered: tuple[str, ...] = ()
    """Entries offered as choices in the last turn."""
    check: Mapping[str, Any] | None = None
    pending: str | None = None
    """A question of ours waiting for yes or no (`erase`)."""


@dataclass(frozen=True)
class Turn:
    """What to say and what to remember."""

    specs: list[Spec]
    language: str
    language_chosen: bool
    offered: tuple[str, ...] = ()
    check: Mapping[str, Any] | None = None
    pending: str | None = None
    erase: bool = False
    restart: bool = False
    said: tuple[Spec, ...] = field(default=())


class Responder:
    """Answers messages from knowledge, rules and memory; holds no state of its own."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Takes the knowledge base; titles become what a tapped button types."""
        self._knowledge = knowledge
        self._titles = entry_titles(knowledge, date(2022, 11, 1))

    def respond(self, u: Understanding, memory: Memory, today: date) -> Turn:
        """Decides one turn."""
        lang, chosen = self._language(u, memory)
        reply = self._decide(u, memory, lang, chosen, today)
        said = tuple(
            s for s in reply.specs if s["say"] in ("entry", "place", "providers", "prefecture", "verdict", "question")
        )
        if MASK in u.text:
            reply.specs.append(
                {"say": "phrase", "name": "masked", "kind": reply.specs[0].get("kind", "answer"), "topic": "smalltalk"}
            )
        return Turn(
            reply.specs,
            reply.language,
            reply.language_chosen,
            reply.offered,
            reply.check,
            reply.pending,
            reply.erase,
            reply.restart,
            said or memory.said,
        )

    # --- language

    def _language(self, u: Understanding, memory: Memory) -> tuple[str, bool]:
        """A chosen language stays until the person clearly writes in another one."""
        if u.lang is None:
            return memory.language, memory.language_chosen
        if memory.said and len(u.plain) <= 4 and (u.plain.isascii() or memory.language != "en"):
            return memory.language, memory.language_chosen  # "no", "to", "ok" tell nothing
        if not memory.language_chosen:
            if u.lang == "en" and memory.said and memory.language != "en" and len(u.plain) <= 4:
                return memory.language, False  # "ok", "LGBT", "au"
            if u.lang == "ja" and memory.language == "ja-easy" and memory.said and len(u.plain) <= 14:
                return "ja-easy", False
            return u.lang, False
        japanese = memory.language in ("ja", "ja-easy")
        if (u.lang == "en") == japanese and len(u.plain) > 6:
            return u.lang, False
        return memory.language, True

    # --- decision

    def _decide(self, u: Understanding, memory: Memory, lang: str, chosen: bool, today: date) -> Turn:
        label, p = u.top

        def turn(*specs: Spec, **changes: Any) -> Turn:
            kept = {"check": memory.check, **changes}
            return Turn(list(specs), kept.pop("lang", lang), kept.pop("chosen", chosen), **kept)

        if not has_words(u.text) or (len(u.plain) <= 24 and re.search(r"[bcdfghjklmnpqrstvwxz]{6,}", u.plain)):
            return turn(say("unreadable", kind="fallback", topic="out_of_scope", related=MENU[:3]))
        after = self._after_crisis(u, memory)
        cannot_call = bool(after) and bool(_CANNOT_CALL.search(u.plain)) and u.crisis != "crisis_suicide"
        crisis = [] if cannot_call else self._crisis(u, today)
        if crisis:
            return turn(*crisis)
        if after:
            return turn(*after)
        if u.other_language:
            return turn(
                say(
                    "other_language",
                    kind="fallback",
                    topic="out_of_scope",
                    facts=["sup-yorisoi-languages"],
                    related=("support_yorisoi_languages",),
                )
            )
        if memory.pending == "erase":
            if check._YES.search(u.plain) or label in ("affirm", "erase_my_data"):
                return turn(say("erased", kind="confirm", topic="smalltalk"), erase=True, check=None)
            if check._NO.search(u.plain) or label in ("deny", "stop"):
                return turn(say("not_erased", kind="confirm", topic="smalltalk"))

        if _OFFICIAL.search(u.plain):
            return turn(say("not_official", kind="answer", topic="smalltalk", facts=["scheme-official-page"]))

        picked = self._picked(u, memory)
        if picked:
            return turn(entry(picked))

        exact = self._titles.get(u.plain)
        if exact:
            return self._answer_turn(exact, u, turn)

        again = self._asked_again(u, memory)
        if again:
            return turn(again)

        language_turn = self._change_language(u, memory, lang, turn)
        if language_turn:
            return language_turn

        control = self._control(u, memory, turn, today)
        if control:
            return control

        if memory.check and memory.check.get("active"):
            step = check.step(dict(memory.check), u, today)
            if not step.interrupted:
                return turn(*step.specs, check=step.state)
            inner = self._answers(u, memory, today, in_check=True)
            if inner and inner[0].get("kind") not in ("fallback", "offer"):
                return turn(*inner, check.question_spec(step.state, "go_on"), check=step.state)
            return turn(check.question_spec(step.state, "unclear"), check=step.state)

        verdict = self._eligibility(u, memory, today)
        if verdict:
            return turn(*verdict.specs, check=verdict.state)
        if (label == "check_eligibility" and p > 0.3) or (
            _ABOUT_US.search(u.plain) and not u.places and not u.providers
        ):
            step = check.begin(reading.read(u, today), today)
            return turn(*step.specs, check=step.state)

        specs = self._answers(u, memory, today)
        offered = tuple(specs[0].get("ids", ())) if specs and specs[0]["say"] == "offer" else ()
        if specs and specs[0]["say"] == "entry" and not offered:
            shown = [*specs[0].get("others", ()), *self._knowledge.entries[specs[0]["id"]].related]
            offered = tuple(i for i in dict.fromkeys(shown) if i in self._knowledge.entries)[:4]
        return turn(*specs, offered=offered)

    def _answer_turn(self, entry_id: str, u: Understanding, turn: Any) -> Turn:
        return turn(entry(entry_id))

    def _crisis(self, u: Understanding, today: date) -> list[Spec]:
        """Danger, outing, violence, bereavement: the line at once; a question asked in the same breath is answered after."""
        mass = u.mass("faq/crisis", "faq/support_crisis")
        label, p = u.top
        by_model = label.startswith(("faq/crisis", "faq/support_crisis")) and (p > 0.4 or mass > 0.55)
        if not u.crisis and not by_model:
            return []
        stated = reading.read(u, today)
        if not u.crisis and p < 0.8 and (len(stated) >= 2 or stated.keys() & {"links", "ages", "move_in", "outside"}):
            return []  # a calm description of one's circumstances, not a cry for help
        chosen = u.crisis or label.removeprefix("faq/")
        if u.crisis and u.crisis not in ("crisis_suicide", "crisis_medical_emergency"):
            if not by_model and p > 0.6 and not label.startswith("faq/support"):
                other = label.removeprefix("faq/")
                if (
                    label.startswith("faq/")
                    and self._entry_kind(other) in ("answer", "refuse")
                    and u.crisis != "support_crisis"
                ):
                    return [entry(u.crisis), entry(other)]
                if u.crisis == "support_crisis":
                    return []
            if by_model and label.startswith("faq/crisis") and u.crisis == "support_crisis":
                chosen = label.removeprefix("faq/")
        specs = [entry(chosen)]
        if chosen in ("crisis_outing", "crisis_harassment") and _EMPLOYER.search(u.plain):
            return [*specs, entry("support_tokyo_lgbt_business")]
        extra = next(
            (
                e
                for e in (name.removeprefix("faq/") for name, q in u.ranking if q > 0.3 and name.startswith("faq/"))
                if not e.startswith(("crisis", "support_crisis", "smalltalk", "abuse", "oos"))
            ),
            None,
        )
        return [*specs, entry(extra)] if extra else specs

    def _after_crisis(self, u: Understanding, memory: Memory) -> list[Spec]:
        """While someone is in distress nothing cold is said: lines without a voice call for who cannot phone, else we stay."""
        last = memory.said[-1] if memory.said else {}
        found = self._knowledge.entries.get(last.get("id", "")) if last.get("say") == "entry" else None
        hurt = found is not None and (
            found.topic == "crisis" or found.id in ("support_tokyo_lgbt_line", "support_tsunaniji")
        )
        label, p = u.top
        name = label.removeprefix("faq/")
        if name.startswith("abuse") and _SELF.search(u.plain) and not _OTHERS.search(u.plain):
            return [entry("support_crisis")]
        if not hurt:
            return []
        if _CANNOT_CALL.search(u.plain):
            return [entry("support_tokyo_lgbt_line"), entry("support_tsunaniji")]
        calm = name in (
            "smalltalk_thanks",
            "smalltalk_goodbye",
            "smalltalk_greeting",
            "smalltalk_acknowledge",
            "smalltalk_languages",
        )
        commands = ("change_language", "erase_my_data", "stop", "show_menu", "start_over", "repeat", "ask_source")
        cold = self._entry_kind(name) in ("refuse", "smalltalk") or p < 0.3
        if not calm and (cold or (not label.startswith("faq/") and label not in commands)):
            return [entry("support_crisis")]
        return []

    def _entry_kind(self, entry_id: str) -> str:
        found = self._knowledge.entries.get(entry_id)
        return found.kind if found else ""

    def _picked(self, u: Understanding, memory: Memory) -> str | None:
        match = _NUMBER.match(u.plain)
        if not match or not memory.offered:
            return None
        word = match["n"]
        index = int(word) if word.isdigit() else _ORDINAL[word]
        return memory.offered[index - 1] if index <= len(memory.offered) else None

    def _asked_again(self, u: Understanding, memory: Memory) -> Spec | None:
        """A short question that only the last answer can explain: opening hours of the line just named, 18 after an age verdict."""
        last = memory.said[-1] if memory.said else {}
        if (
            last.get("say") == "verdict"
            and last["facts"].get("ages")
            and re.search(r"誕生日|18(?:歳)?に(?:なっ|なれ|なる)|十八歳になっ|birthday|turns? 18", u.plain)
        ):
            return entry("eligibility_age")
        if (
            last.get("say") == "verdict"
            and len(u.plain) <= 24
            and re.search(r"いつ(?:から|なら|に|になったら)|何歳になれば|\bwhen\b", u.plain)
        ):
            return dict(last)
        if last.get("id") == "crisis_bereavement" and re.search(
            r"証明書|手続|届|返|certificate|procedure|notify", u.plain
        ):
            return entry("changes_death")
        found = self._knowledge.entries.get(last.get("id", "")) if last.get("say") == "entry" else None
        if (
            found
            and found.topic in ("support", "crisis", "handoff")
            and len(u.plain) <= 16
            and re.search(
                r"何曜日|何時|営業時間|受付時間|時間は|いつ(?:やって|開|あい)|what time|which days?|opening hours|when.{0,10}open",
                u.plain,
            )
        ):
            return entry(found.id)
        return None

    def _change_language(self, u: Understanding, memory: Memory, lang: str, turn: Any) -> Turn | None:
        label, p = u.top
        asks = bool(_ASKS_LANGUAGE.search(u.plain)) and not re.search(
            r"英語でも?.{0,4}(?:でき|使え|つかえ|申|手続|ok|大丈夫|いけ|届)|英語(?:の|が)", u.plain
        )
        if not (asks and (len(u.plain) <= 40) or (label == "change_language" and p > 0.35)):
            return None
        rest = _ASKS_LANGUAGE.sub("", u.plain)
        if (
            label.startswith("faq/")
            and p > 0.5
            and not label.startswith(("faq/smalltalk_languages", "faq/smalltalk"))
            and re.search(
                r"証明書|手続|申請|画面|相談|certificate|apply|form|guide|screens?|hotline|ですか|can (?:we|i)|is there|available",
                u.plain,
            )
        ):
            return None
        if _TO_EASY.search(u.plain):
            target = Language.JA_EASY
        elif _TO_EN.search(u.plain):
            target = Language.EN
        elif _TO_JA.search(u.plain):
            target = Language.JA
        else:
            return None
        best = next(
            ((name, q) for name, q in u.ranking if name.startswith("faq/") and not name.startswith("faq/smalltalk")),
            None,
        )
        if best and best[1] > 0.25 and len(rest.strip(" 、。,.!?")) >= 4:
            return turn(entry(best[0].removeprefix("faq/")), lang=target.value, chosen=True)
        if memory.check and memory.check.get("active"):
            return turn(
                say("language_set", kind="smalltalk", topic="smalltalk"),
                check.question_spec(dict(memory.check)),
                lang=target.value,
                chosen=True,
            )
        again = [s for s in memory.said if s["say"] != "question"]
        if again:
            return turn(*again, lang=target.value, chosen=True)
        return turn(
            say("language_set", kind="smalltalk", topic="smalltalk", related=MENU[:4]), lang=target.value, chosen=True
        )

    def _control(self, u: Understanding, memory: Memory, turn: Any, today: date) -> Turn | None:
        """What people ask of the conversation itself."""
        label, p = u.top
        running = bool(memory.check and memory.check.get("active"))
        if u.values("receipt_no") and not running:
            label, p = "check_application_status", 1.0
        if p < (0.5 if label != "stop" else 0.45):
            return None
        topic = self._topic_of(memory)
        if label == "stop":
            if running:
                return turn(
                    say("stopped", kind="smalltalk", topic="smalltalk", related=MENU[:3]),
                    check={**memory.check, "active": False, "paused": True},
                )  # type: ignore[dict-item]
            return turn(say("stopped_nothing", kind="smalltalk", topic="smalltalk"))
        if label == "resume" and not running:
            if memory.check and memory.check.get("asked"):
                state = {**memory.check, "active": True, "paused": False}
                return turn(check.question_spec(state, "go_on"), check=state)
            return turn(say("nothing_to_resume", kind="offer", topic="eligibility", related=("eligibility_summary",)))
        if label == "start_over" and len(u.plain) <= 24:
            if running:
                step = check.begin({}, today)
                return turn(*step.specs, check=step.state)
            return turn(
                say("restarted", kind="smalltalk", topic="smalltalk", related=MENU[:4]), restart=True, check=None
            )
        if label == "show_menu":
            return turn(say("menu", kind="offer", topic="smalltalk", related=MENU, person=True), offered=MENU)
        if label == "repeat":
            if running:
                return turn(check.question_spec(dict(memory.check)))  # type: ignore[arg-type]
            return turn(*(memory.said or [say("nothing_to_repeat", kind="offer", topic="smalltalk", related=MENU[:3])]))
        if label == "more_detail" and not running:
            return self._more(memory, turn, topic)
        if label == "ask_source":
            if not memory.said:
                return turn(say("nothing_to_repeat", kind="offer", topic="smalltalk", related=MENU[:3]))
            return turn({"say": "sources", "of": list(memory.said)})
        if label == "share":
            return turn(say("share", kind="answer", topic="smalltalk", facts=["app-where"]))
        if label == "why_ask" and not running and memory.said and memory.said[-1]["say"] == "verdict":
            facts = memory.said[-1]["facts"]
            decision = verdicts.decision_for(facts, today, direct=memory.said[-1].get("mode") == "direct")
            reasons = [
                _ENTRY_OF[f.requirement.value]
                for f in decision.findings
                if f.status.value == "not_met" and f.requirement.value in _ENTRY_OF
            ]
            return turn(entry(reasons[0] if reasons else "eligibility_summary"))
        if label == "why_ask" and not running:
            return turn(say("why_general", kind="smalltalk", topic="smalltalk"))
        if label == "feedback_positive":
            return turn(say("thanks_feedback", kind="smalltalk", topic="smalltalk"))
        if label == "feedback_negative":
            return turn(say("sorry_feedback", kind="smalltalk", topic="smalltalk", person=True))
        if label == "erase_my_data":
            return turn(say("erase_confirm", kind="confirm", topic="smalltalk", buttons=("yes", "no")), pending="erase")
        if label == "start_application" and not running:
            return turn(
                say(
                    "start_application",
                    kind="answer",
                    topic="start_application",
                    facts=["app-where", "app-24h"],
                    related=("eligibility_summary", "documents_overview", "application_steps"),
                )
            )
        if label == "check_application_status" and not running:
            return turn(
                say(
                    "check_status",
                    kind="answer",
                    topic="status_check",
                    facts=["app-status", "app-contact"],
                    related=("application_time", "support_office"),
                )
            )
        if label in ("correct", "go_back") and memory.check and not running and memory.check.get("facts"):
            facts = reading.read(u, today)
            if facts:
                return None
            step = check._go_back(dict(memory.check), today)
            return turn(*step.specs, check=step.state)
        if label == "affirm" and not running:
            if memory.said and memory.said[-1]["say"] in ("entry", "place", "providers"):
                return self._more(memory, turn, topic)
            return turn(say("yes_what", kind="offer", topic="smalltalk", related=MENU[:4]), offered=MENU[:4])
        if label in ("deny", "dont_know", "prefer_not_to_say") and not running:
            return turn(say("no_worries", kind="smalltalk", topic="smalltalk", related=MENU[:3]))
        return None

    def _more(self, memory: Memory, turn: Any, topic: str) -> Turn:
        """More on what was said last: the related entries, as choices."""
        last = next((s for s in reversed(memory.said) if s["say"] == "entry"), None)
        if last is None:
            return turn(say("more_here", kind="answer", topic=topic, related=MENU[:3]), *list(memory.said[-1:]))
        found = self._knowledge.entries[last["id"]]
        related = tuple(i for i in found.related if i in self._knowledge.entries)[:4]
        return turn(
            {**say("more_here", kind="answer", topic=found.topic, related=related), "facts": list(found.facts)},
            offered=related,
        )

    def _topic_of(self, memory: Memory) -> str:
        last = next((s for s in reversed(memory.said) if s["say"] == "entry"), None)
        return self._knowledge.entries[last["id"]].topic if last else "smalltalk"

    # --- eligibility

    def _eligibility(self, u: Understanding, memory: Memory, today: date) -> check.Step | None:
        """A direct question about one's own case: the verdict on what is known, at once."""
        facts = reading.read(u, today)
        label, p = u.top
        entry_id = label.removeprefix("faq/")
        about = (
            label == "check_eligibility"
            or label.startswith("faq/eligibility")
            or (u.mass("check_eligibility", "faq/eligibility") > 0.45 and p < 0.4)
        )
        found = self._knowledge.entries.get(entry_id) if label.startswith("faq/eligibility") and p > 0.25 else None
        previous = memory.check or {}
        if "relation" not in facts and u.mass("faq/eligibility_relatives") > 0.3:
            kin = next(
                (e["value"] for e in u.entities if e["entity"] == "relation" and e["value"] in reading._KIN), None
            )
            if kin:
                facts["relation"] = [reading._KIN[kin][0].value, reading._KIN[kin][1]]
        strong = {k: v for k, v in facts.items() if k not in ("people_count", "open_minority") or v == "other"}
        correcting = bool(check._CORRECT.search(u.plain))
        after_verdict = bool(memory.said) and memory.said[-1]["say"] == "verdict"
        refused = after_verdict and verdicts.decision_for(
            memory.said[-1]["facts"], today, direct=memory.said[-1].get("mode") == "direct"
        ).verdict.value in ("ineligible", "ask_office")
        adds = correcting or refused or _FOLLOW.search(u.plain) or not check._QUESTION.search(u.plain)
        if previous.get("facts") and not previous.get("active") and strong and (correcting or (after_verdict and adds)):
            # One more fact, or a changed one, about the case just judged: the verdict anew.
            merged = {k: v for k, v in reading.merge(previous["facts"], facts).items() if k != "open"}
            spec = {
                "say": "verdict",
                "facts": merged,
                "mode": previous.get("mode", "final"),
                "leads": ["corrected"] if correcting else [],
            }
            if entry_id == "eligibility_move_in":
                spec["entry"] = entry_id
            return check.Step({**previous, "facts": merged}, [spec])
        hard = [
            k
            for k in strong
            if k
            in (
                "ages",
                "both_adults",
                "any_marriage",
                "any_other_partnership",
                "relation",
                "links",
                "outside",
                "one_outside",
                "move_in",
                "people_count",
            )
        ]
        if u.mass("faq/oos") > 0.5 and len(hard) < 2:
            return None
        if label in ("faq/changes_move_within_tokyo", "faq/changes_move_out") or re.search(
            r"still valid|まだ有効|証明書(?:は|って)?(?:その|この|まだ)", u.plain
        ):
            return None
        about = (
            about
            or len(hard) >= 3
            or facts.get("links") == "none"
            or (len(hard) >= 2 and (label.startswith("faq/crisis") or not label.startswith("faq/")))
        )
        if not about and not (
            len(hard) >= _STATEMENT_ONLY
            and u.mass("faq/eligibility", "check_eligibility", "faq/smalltalk_coming_out") > 0.15
        ):
            if not ("relation" in facts and _ELIGIBLE_ASK.search(u.plain) and p < 0.6):
                return None
        if label == "check_eligibility" and not hard and (facts.get("has_sexual_minority") != "no"):
            return None
        if found and found.situation:
            # A favourable category is never taken from the entry alone: only what the person said may help them.
            stated = _situation_facts(
                {
                    k: v
                    for k, v in found.situation.items()
                    if (k, v) not in (("any_marriage", "no"), ("any_other_partnership", "no"))
                }
            )
            distant = any(
                e["entity"] == "relation" and e["value"] in ("cousin", "second_cousin", "sibling_in_law")
                for e in u.entities
            )
            if distant:
                stated.pop("relation", None)
            # Only a question about who the scheme is for is decided by what it is about; never against the person.
            stated = {k: v for k, v in stated.items() if (k, v) == ("has_sexual_minority", "yes") or k == "nationality"}
            if not hard and not facts.get("has_sexual_minority"):
                if not _ELIGIBLE_ASK.search(u.plain) or p < 0.5 or not stated:
                    return None
                for key, value in stated.items():
                    facts.setdefault(key, value)
            if entry_id == "eligibility_different_sex" and facts.get("has_sexual_minority") != "no":
                facts["open_minority"] = facts.get("has_sexual_minority") != "yes"
        elif not hard and facts.get("has_sexual_minority") != "no":
            return None
        if (
            not facts
            or not _ELIGIBLE_ASK.search(u.plain)
            and len(hard) < _STATEMENT_ONLY
            and label != "check_eligibility"
            and not found
        ):
            return None
        for requirement, (names, keys) in _ASKED_ABOUT.items():
            # The question turns on this requirement; if we could not read how it stands, it is open, never taken for granted.
            if u.mass(*names) > 0.35 and not any(facts.get(k) for k in keys):
                facts.setdefault("open", []).append(requirement)
        spec: Spec = {"say": "verdict", "facts": facts, "mode": "direct"}
        decision = verdicts.decision_for(facts, today, direct=True)
        refused = next(
            (
                _ENTRY_OF[f.requirement.value]
                for f in decision.findings
                if f.status.value == "not_met" and f.requirement.value in _ENTRY_OF
            ),
            None,
        )
        if refused == "eligibility_tokyo_link" and facts.get("move_in"):
            refused = "eligibility_move_in"
        if refused:
            spec["entry"] = refused
        elif found:
            spec["entry"] = entry_id
        state = {
            "facts": facts,
            "asked": None,
            "declined": [],
            "trail": [],
            "active": False,
            "misses": 0,
            "mode": "direct",
        }
        return check.Step(state, [spec])

    # --- answers

    def _answers(self, u: Understanding, memory: Memory, today: date, in_check: bool = False) -> list[Spec]:
        """The answer, two answers for two needs, a hedged answer, an offer, or an honest fallback."""
        place = self._place(u, memory)
        if place:
            return place
        two = self._two_needs(u)
        if two:
            return two
        ranking = [
            (label.removeprefix("faq/"), p) for label, p in self._in_context(u, memory) if label.startswith("faq/")
        ]
        ranking = [(i, p) for i, p in ranking if p >= 0.3 or not i.startswith(("crisis", "support_crisis"))] or ranking
        if not ranking:
            return [self._fallback()]
        best, p = ranking[0]
        oos = u.mass("faq/oos")
        within = next((q for i, q in ranking if not i.startswith("oos")), 0.0)
        if oos >= OUT and oos >= 0.5 * within and not best.startswith(("crisis", "support_crisis")):
            if _SINGLE_PAPER.search(u.plain):
                return [entry("documents_single_cert_how")]
            return [entry(next(i for i, _ in ranking if i.startswith("oos")))]
        if p >= SURE or (best.startswith(("smalltalk", "crisis", "support", "privacy", "handoff")) and p >= HEDGE):
            return [entry(best, others=self._close(ranking))]
        inside = [(i, q) for i, q in ranking if not i.startswith(("oos", "smalltalk", "abuse"))]
        if not inside:
            return [entry(best)]
        if p >= HEDGE or (inside[0][1] >= HEDGE and best.startswith("oos") and oos < 0.3):
            choice = best if not best.startswith("oos") or oos >= 0.3 else inside[0][0]
            return [
                {
                    **entry(choice, others=[i for i, _ in inside if i != choice][:3]),
                    "lead": None if choice.startswith("oos") or p >= 0.25 else "maybe_this",
                }
            ]
        if inside[0][1] >= OFFER and oos < 0.3:
            return [{"say": "offer", "ids": [i for i, _ in inside[:3]]}]
        return [self._fallback()]

    def _close(self, ranking: list[tuple[str, float]]) -> list[str]:
        return [i for i, p in ranking[1:3] if p > 0.1 and not i.startswith(("oos", "smalltalk", "abuse", "crisis"))]

    def _fallback(self) -> Spec:
        return say("fallback", kind="fallback", topic="out_of_scope", related=MENU[:3], person=True)

    def _in_context(self, u: Understanding, memory: Memory) -> list[tuple[str, float]]:
        """A short message that leans on the last turn: what is related to the last answer becomes likelier."""
        last = next((s for s in reversed(memory.said) if s["say"] == "entry"), None)
        short = len(u.plain) <= 14 or (u.plain.isascii() and len(u.plain.split()) <= 5)
        if memory.said and memory.said[-1]["say"] == "verdict":
            after = {"documents_overview": 6.0, "application_how": 3.0, "application_steps": 3.0}
            return sorted(
                ((label, p * after.get(label.removeprefix("faq/"), 1.0)) for label, p in u.ranking),
                key=lambda x: -x[1],
            )
        if last is None or not (short or _FOLLOW.search(u.plain)):
            return list(u.ranking)
        before = self._knowledge.entries[last["id"]]
        if before.kind in ("smalltalk", "refuse"):
            return list(u.ranking)

        def weight(label: str) -> float:
            found = self._knowledge.entries.get(label.removeprefix("faq/"))
            if found is None:
                return 1.0
            if found.kind == "smalltalk":
                return 0.5
            if found.id != before.id and set(found.facts) & set(before.facts):
                return 3.0
            if found.id in before.related or before.id in found.related:
                return 3.0
            return 2.0 if found.topic == before.topic and found.id != before.id else 1.0

        weighted = [(label, p * weight(label)) for label, p in u.ranking]
        total = sum(p for _, p in weighted) + max(0.0, 1 - sum(p for _, p in u.ranking))
        return sorted(((label, p / total) for label, p in weighted), key=lambda x: -x[1])

    def _two_needs(self, u: Understanding) -> list[Spec]:
        """Two questions in one message, each clear on its own."""
        if len(u.parts) < 2:
            return []
        found: list[str] = []
        if u.mass("faq/oos") > 0.5:
            return []
        for part, ranking in u.parts:
            label, p = ranking[0]
            entry_id = label.removeprefix("faq/")
            if (
                label.startswith("faq/")
                and p >= 0.3
                and self._entry_kind(entry_id) in ("answer", "handoff")
                and entry_id not in found
                and _INTERROGATIVE.search(part)
            ):
                found.append(entry_id)
        whole = u.top[0].removeprefix("faq/")
        if len(found) == 1 and u.top[0].startswith("faq/smalltalk"):
            return [entry(found[0])]  # 「すまん言い過ぎた。土日でもええの?」
        if len(found) < 2:
            if (
                len(found) == 1
                and whole != found[0]
                and u.top[0].startswith("faq/")
                and u.top[1] >= SURE
                and self._entry_kind(whole) == "answer"
            ):
                return [entry(whole), {**entry(found[0]), "lead": "also"}] if u.ranking[0][1] < 0.8 else []
            return []
        first = whole if whole in found else found[0]
        second = next(i for i in found if i != first)
        return [entry(first), {**entry(second), "lead": "also"}]

    def _place(self, u: Understanding, memory: Memory) -> list[Spec]:
        """A ward, company or prefecture is asked about: what is known of it."""
        label, p = u.top
        name = label.removeprefix("faq/")
        towns = [v for kind, v, _ in u.places if kind == "municipality"]
        last = memory.said[-1] if memory.said else {}
        before = self._knowledge.entries.get(last.get("id", "")) if last.get("say") == "entry" else None
        leaning = last.get("say") in ("place", "providers", "prefecture") or (
            before is not None
            and before.id
            in (
                "coverage_municipality",
                "coverage_provider",
                "coverage_own_schemes",
                "coverage_other_prefectures",
                "coverage_overview",
            )
        )
        short = len(u.plain) <= 22 or (u.plain.isascii() and len(u.plain.split()) <= 6)
        asks_place = name in ("coverage_municipality", "coverage_no_own_scheme", "coverage_own_schemes") or (
            name.startswith("coverage_") and p < 0.5
        )
        local = u.mass("faq/coverage_municipality", "faq/coverage_no_own_scheme", "faq/coverage_own_schemes")
        if towns and not _MOVE.search(u.plain) and not u.links:
            if (
                asks_place
                or local > 0.25
                or (leaning and short)
                or (short and p < SURE and _CITY_TOPIC.search(u.plain))
            ):
                return [{"say": "place", "name": n} for n in dict.fromkeys(towns[:2])]
            own = [s for s in self._knowledge.services.values() if s.municipality in towns]
            if (
                own
                and name
                in (
                    "coverage_toei",
                    "coverage_toei_coresidence",
                    "oos_tax_pension",
                    "oos_housing_general",
                    "oos_general_tokyo",
                    "support_ward_lines",
                    "coverage_rental",
                    "alternatives_overview",
                )
                and p < 0.85
                and re.search(
                    r"区営|市営|区立|区民住宅|市営住宅|軽自動車|軽|霊園|高齢者住宅|ward housing|city housing|municipal|kei|cemetery",
                    u.plain,
                )
            ):
                return [{"say": "place", "name": n} for n in dict.fromkeys(towns[:1])]
        if towns and asks_place and p > 0.4 and not _MOVE.search(u.plain):
            return [{"say": "place", "name": n} for n in dict.fromkeys(towns[:2])]
        quarters = [v for kind, v, _ in u.places if kind == "quarter"]
        if quarters and not towns and (name == "coverage_municipality" and p > 0.3 or leaning and short):
            return [{"say": "place", "name": quarters[0]}]
        if u.prefectures and not u.links:
            about = (
                name
                in (
                    "coverage_other_prefectures",
                    "coverage_municipality",
                    "coverage_provider",
                    "limits_outside_tokyo",
                    "coverage_national_network",
                    "coverage_gunma",
                    "coverage_ibaraki_services",
                )
                and p > 0.15
            )
            near = before is not None and before.topic in ("coverage", "limits", "changes") and short
            if (about and not _MOVE.search(u.plain)) or ((leaning or near) and short):
                prefecture = u.prefectures[0]
                specs: list[Spec] = [{"say": "prefecture", "name": prefecture}]
                if prefecture in ("茨城", "群馬") and name.startswith(
                    ("coverage_other", "coverage_gunma", "coverage_ibaraki")
                ):
                    specs = [entry("coverage_other_prefectures"), *specs]
                return specs
        providers = [i for i in u.providers if self._knowledge.services[i].provider_type in ("private", "metropolitan")]
        if providers:
            narrow = {"coverage_mobile", "coverage_mortgage", "coverage_miles", "coverage_life_insurance"}
            if name in narrow and p >= 0.3:
                return [entry(name), {"say": "providers", "ids": providers[:2]}]
            if name == "coverage_provider" or (
                leaning and short and self._knowledge.services[providers[0]].provider_type == "private"
            ):
                general = {
                    "priv-docomo": "coverage_mobile",
                    "priv-kddi": "coverage_mobile",
                    "priv-softbank": "coverage_mobile",
                    "priv-mizuho": "coverage_mortgage",
                    "priv-smtb": "coverage_mortgage",
                    "priv-flat35": "coverage_mortgage",
                    "priv-jal": "coverage_miles",
                    "priv-ana": "coverage_miles",
                    "priv-lifenet": "coverage_life_insurance",
                    "metro-jkk-housing": "coverage_jkk",
                    "metro-toei-housing": "coverage_toei",
                    "metro-hospital": "coverage_metropolitan_hospitals",
                }.get(providers[0])
                looked_up: Spec = {"say": "providers", "ids": providers[:2]}
                return [looked_up, entry(general)] if general else [looked_up]
        return []


_ASKED_ABOUT = {
    "req-07-not-close-relatives": (("faq/eligibility_relatives", "faq/eligibility_adoption"), ("relation",)),
    "req-05-not-married": (
        ("faq/eligibility_not_married", "faq/eligibility_divorced", "faq/eligibility_married_abroad"),
        ("any_marriage",),
    ),
    "req-06-no-other-partner": (("faq/eligibility_other_partner",), ("any_other_partnership",)),
    "req-02-sexual-minority": (("faq/eligibility_no_minority",), ("has_sexual_minority",)),
    "req-04-both-adults": (("faq/eligibility_age",), ("ages", "both_adults")),
    "req-08-tokyo-link": (
        ("faq/eligibility_tokyo_link", "faq/eligibility_move_in"),
        ("links", "move_in", "outside", "one_outside"),
    ),
}
# The entry that explains each refusal.
_ENTRY_OF = {
    "req-01-two-people": "eligibility_two_people",
    "req-02-sexual-minority": "eligibility_no_minority",
    "req-04-both-adults": "eligibility_age",
    "req-05-not-married": "eligibility_not_married",
    "req-06-no-other-partner": "eligibility_other_partner",
    "req-07-not-close-relatives": "eligibility_relatives",
    "req-08-tokyo-link": "eligibility_tokyo_link",
}


def _situation_facts(situation: Mapping[str, str]) -> dict[str, Any]:
    """An entry's `situation` in the form the reader of messages uses."""
    facts: dict[str, Any] = {}
    for key, value in situation.items():
        if key == "close_relatives":
            facts["relation"] = ["adopted_in_partnership" if value == "adopted_in_partnership" else value, None]
        elif key == "tokyo_link":
            facts.update(
                {"move_in": "yes"} if value == "move_in" else {"links": "none" if value == "none" else [value]}
            )
        elif key == "nationality":
            facts["nationality"] = value
        else:
            facts[key] = value
    return facts


def say(name: str, **changes: Any) -> Spec:
    """A spec for one of the fixed lines."""
    return {"say": "phrase", "name": name, **{k: list(v) if isinstance(v, tuple) else v for k, v in changes.items()}}


def entry(entry_id: str, others: list[str] | tuple[str, ...] = ()) -> Spec:
    """A spec for an entry, with other entries the person may have meant."""
    return {"say": "entry", "id": entry_id, **({"others": list(others)} if others else {})}
