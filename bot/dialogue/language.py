"""Which language to answer in, and what is said when somebody asks for another one."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue import application_turns, check
from bot.dialogue.moment import Moment
from bot.dialogue.speaking import MENU
from bot.dialogue.turn import Memory, Turn, entry, say
from bot.dialogue.understanding import Understanding
from bot.nlu.language import Language
from bot.nlu.normalise import for_features
from bot.privacy.redact import MASK

_TO_EASY = re.compile(
    r"やさしい|やさしく|簡単に|かんたんに|易しい|優しい日本語|かんたんな|簡単な日本語|にほんごで.{0,4}やさし|むずかし|難し(?:い|すぎ)|easy japanese|simple japanese|plain japanese|yasashii|ひらがな|ふりがな|ルビ"
)
_ADDRESS = re.compile(r"\S*[@＠]\S*|＊+")  # says nothing of a language
# 「PIN: 123456」 is labelled alike in every language.
_NUMBERS = re.compile(r"[\W\d_]*(?:(?:(?<![a-z])(?:tp|pin|no)(?![a-z]))[\W\d_]*)+")
_TO_EN = re.compile(r"英語|えいご|エイゴ|イングリッシュ|\benglish\b|eigo")
_TO_JA = re.compile(r"日本語|にほんご|japanese|nihongo|ふつうの|普通の")
_ASKS_LANGUAGE = re.compile(
    r"(?:英語|えいご|日本語|にほんご|やさしい).{0,6}(?:で(?:お願い|おねがい|教えて|話して|答えて|も|$|[。、])|に(?:して|戻して|もどして|変えて|切り替え)|版)|\bin english\b|english,? please|^english$|switch to|speak (?:in )?english|日本語で|in japanese|japanese please|もっと(?:やさしく|簡単に|かんたんに)|(?:やさしく|簡単に|かんたんに)(?:言|い)って|むずかしいです|難しいです|難しくて"
)
_ASKS_OF_THE_SCHEME = re.compile(
    r"(?:英語|えいご)でも?.{0,4}(?:でき|使え|つかえ|申|手続|てつづき|ok|大丈夫|いけ|届)|(?:英語|えいご)(?:の|が)"
)
_ASKS_OF_A_SERVICE = re.compile(
    r"証明書|手続|申請|画面|相談|certificate|apply|form|guide|screens?|hotline|ですか|can (?:we|i)|is there|available"
)
_A_QUESTION = 8
_WRITTEN_EASY = re.compile(r"[\s　(（]")


def choose(u: Understanding, memory: Memory) -> tuple[str, bool]:
    """The language to answer in and whether it was chosen: then it stays until somebody clearly writes in another one."""
    if u.lang is None or _ADDRESS.fullmatch(u.text.strip()):
        return memory.language, memory.language_chosen
    if (memory.said or memory.language_chosen) and _NUMBERS.fullmatch(u.plain):
        return memory.language, memory.language_chosen
    if memory.said and len(u.plain) <= 4 and (u.plain.isascii() or memory.language != "en"):
        return memory.language, memory.language_chosen  # "no", "ok", "LGBT", "au" tell nothing
    if not memory.language_chosen:
        words = u.plain.replace(for_features(MASK), "")  # an address blotted out makes no long message
        if u.lang == "ja" and memory.language == "ja-easy" and memory.said and len(words) <= 14:
            return "ja-easy", False
        if u.lang == "ja-easy" and memory.language == "ja" and memory.said and not _WRITTEN_EASY.search(u.text.strip()):
            return "ja", False  # 「なるほど、ありがとうございました」 has no kanji, and is no wish for easier words
        return u.lang, False
    japanese = memory.language in ("ja", "ja-easy")
    if (u.lang == "en") == japanese and len(u.plain) > 6:
        return u.lang, False
    return memory.language, True


def other(moment: Moment) -> Turn | None:
    """A language we do not speak: which ones we do, and who speaks more."""
    if not moment.u.other_language:
        return None
    return moment.turn(
        say(
            "other_language",
            kind="fallback",
            topic="out_of_scope",
            facts=["sup-yorisoi-languages"],
            related=("support_yorisoi_languages",),
        )
    )


def change(moment: Moment) -> Turn | None:
    """Says in the language asked for what was asked with it, else the pending question, else the last answer again."""
    target = _target(moment.u.plain) if _asks_for_a_language(moment.u) else None
    if target is None:
        return None
    chosen = {"language": target.value, "language_chosen": True}
    needs = ((need, p) for need, p in moment.u.ranking if need.startswith("faq/"))
    need, p = next(((need, p) for need, p in needs if not need.startswith("faq/smalltalk")), ("", 0.0))
    rest = _ASKS_LANGUAGE.sub("", moment.u.plain).strip(" 、。,.!?")
    # What is left of a wish for a language and a question in one: "back to English please, how long until we get it?"
    of_the_rest = p / max(1e-9, 1 - moment.u.mass("change_language"))
    if (
        p > 0.25 or (need != "faq/application_language" and p > 0.1 and of_the_rest > 0.5 and len(rest) >= _A_QUESTION)
    ) and len(rest) >= 4:
        return moment.turn(entry(need.removeprefix("faq/")), **chosen)
    if moment.checking:
        done = say("language_set", kind="smalltalk", topic="smalltalk")
        return moment.turn(done, check.question_spec(moment.check), **chosen)
    pending = application_turns.again(moment)
    if pending:
        done = say("language_set", kind="smalltalk", topic="smalltalk")
        return replace(pending, specs=[done, *pending.specs], **chosen)
    again = [spec for spec in moment.memory.said if spec["say"] != "question" and spec.get("name") != "question"]
    return moment.turn(
        *(again or [say("language_set", kind="smalltalk", topic="smalltalk", related=MENU[:4])]), **chosen
    )


def _asks_for_a_language(u: Understanding) -> bool:
    """Tells "in English, please" from a question about what the scheme offers in English."""
    label, p = u.top
    asks = _ASKS_LANGUAGE.search(u.plain) and not _ASKS_OF_THE_SCHEME.search(u.plain) and len(u.plain) <= 40
    if not asks and not (label == "change_language" and p > 0.35):
        return False
    answerable = label.startswith("faq/") and not label.startswith("faq/smalltalk") and p > 0.5
    return not (answerable and _ASKS_OF_A_SERVICE.search(u.plain))


def _target(plain: str) -> Language | None:
    """The language named; "easy Japanese" names Japanese too, so it is looked for first."""
    wishes = ((_TO_EASY, Language.JA_EASY), (_TO_EN, Language.EN), (_TO_JA, Language.JA))
    return next((language for pattern, language in wishes if pattern.search(plain)), None)
