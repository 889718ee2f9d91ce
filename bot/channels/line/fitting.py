"""What the conversation says, fitted to LINE: the menu offers all that the rich menu has, and no word is lost on a page's own button."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import clock
from bot.knowledge.loader import Knowledge
from bot.nlu.normalise import for_features
from bot.rendering.cutting import sentences
from bot.rendering.line_menu import TABS
from bot.rendering.page import Say

Message = dict[str, Any]

_MENU, _LANGUAGE = "phrase_menu", "language"
# Answers that must not sound as if nothing stayed in LINE: about privacy, and the last word after erasing.
_STAYS = (
    "privacy_who_sees",
    "privacy_what_is_kept",
    "privacy_delete",
    "privacy_family_finds_out",
    "task_erased_talk",
    "task_erased_talk_line",
    "task_erased_both",
)
_SPOKEN = ("short", "body", "next")
_LATEST_WINS = ("ja-easy", "en", "ja")  # without its readings a title in plain Japanese is often the same


class Fitting:
    """Words of the channel that stand for something else, and answers as they are said here."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Takes the knowledge base."""
        self._knowledge, self._words = knowledge, knowledge.pages["line"]
        language = self._words["menu"]["help"][_LANGUAGE]
        self._languages = {for_features(said) for part in ("title", "say") for said in language[part].values()}
        self._see_answer = {for_features(said) for said in self._words["labels"]["see_answer"].values()}
        self._titles = _titles(knowledge)

    def meant(self, text: str) -> str:
        """What a typed title of a button or of the menu says where a tap on it says something else."""
        return self._titles.get(for_features(text), text)

    def asks_for_languages(self, text: str) -> bool:
        """Whether the choice of languages is asked for, in the words of the menu."""
        return for_features(text) in self._languages

    def asks_for_late_answer(self, text: str) -> bool:
        """Whether the button of a late answer is typed, as computers may show none."""
        return for_features(text) in self._see_answer

    def fitted(self, message: Message) -> Message:
        """One message as it is said on LINE."""
        answer = message.get("answer") or {}
        lang = answer.get("lang") or "ja"
        if answer.get("id") == _MENU:
            return {**message, **self._menu(answer, lang)}
        told = answer.get("parts") or {}
        parts = {name: self._part(answer.get("id"), name, part, lang) for name, part in told.items()}
        if parts == told:
            return message
        text = "\n".join(parts[name] for name in _SPOKEN if parts.get(name))
        return {**message, "text": text, "answer": {**answer, "parts": parts}}

    def _part(self, answer: str | None, name: str, told: str, lang: str) -> str:
        instead = self._words["instead"].get(answer, {}).get(name)
        said = without(instead[lang] if instead else told, self._words["page_only"][lang], lang)
        if name != "short" or answer not in _STAYS:
            return said
        return (" " if lang == "en" else "").join(part for part in (said, self._words["stays"][lang]) if part)

    def _menu(self, answer: Mapping[str, Any], lang: str) -> dict[str, Any]:
        say = Say(self._knowledge, self._words, lang, clock.today())
        items = [("menu", tab, name) for tab in TABS for name in self._words["menu"][tab]]
        rows = [{"title": say(*item, "title"), "payload": say(*item, "say")} for item in items]
        return {"buttons": rows, "answer": {**answer, "choices": rows, "related": []}}


def without(told: str, word: str, lang: str) -> str:
    """A text without the sentences that hold a word."""
    if word not in told:
        return told
    join = "" if lang == "ja" else " "
    lines = [(line, join.join(s for s in sentences(line) if word not in s)) for line in told.split("\n")]
    return "\n".join(left for line, left in lines if left or not line)


def _titles(knowledge: Knowledge) -> Mapping[str, str]:
    buttons = [words for words in knowledge.application_talk["buttons"].values() if "say" in words]
    menu = knowledge.pages["line"]["menu"]
    items = [item for tab in TABS for name, item in menu[tab].items() if name != _LANGUAGE]
    # A short title in plain Japanese is what anybody types: its words must not change the language, as their spaces would.
    easy = {for_features(i["title"]["ja-easy"]): for_features(i["say"]["ja-easy"]) for i in items}
    found = {for_features(i["title"][lang]): i["say"][lang] for lang in ("en", "ja") for i in items}
    tapped = {for_features(w["title"][lang]): w["say"][lang] for lang in _LATEST_WINS for w in buttons}
    spoken = {for_features(w["title"]["ja"]): w["say"]["ja"] for w in knowledge.pages["line"]["languages"].values()}
    return _sharing(knowledge) | easy | found | tapped | spoken


def _sharing(knowledge: Knowledge) -> Mapping[str, str]:
    """Titles of the links below an answer, which only a tap opens: typed they ask how an answer is passed on."""
    words = knowledge.pages["line"]
    labels = (words["labels"]["share"], words["labels"]["copy"])
    return {for_features(label[lang]): words["share_say"][lang] for lang in _LATEST_WINS for label in labels}
