"""The words of the chat page: complete in three languages, used, readable in plain Japanese, telling nothing to a bystander."""

from __future__ import annotations

import re

import pytest

from bot.channels.pages import STATIC, TOKENS, chat_words, load_assets, tokens_used_by
from bot.knowledge.check_readings import unread

WORDS = chat_words()
SCRIPTS = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
PAGE = (STATIC.parents[1] / "rendering/templates/chat.html").read_text(encoding="utf-8")


def test_every_word_stands_in_three_languages_with_the_same_blanks() -> None:
    assert WORDS["ja"].keys() == WORDS["en"].keys() == WORDS["ja-easy"].keys()
    for name in WORDS["ja"]:
        texts = [WORDS[lang][name] for lang in ("ja", "en", "ja-easy")]
        assert all(texts), name
        if isinstance(texts[0], str):
            assert len({frozenset(re.findall(r"\{\w+\}", text)) for text in texts}) == 1, name
        else:
            assert len({len(text) for text in texts}) == 1, name


def test_every_word_is_used_and_every_word_used_is_there() -> None:
    used = set(re.findall(r"words(?:\(\))?\.(\w+)", SCRIPTS + PAGE)) | set(re.findall(r'say\("(\w+)"\)', PAGE))
    used |= {f"reason_{code}" for code in re.findall(r'"(\w+)"', re.search(r"REASONS = \[(.*?)\]", SCRIPTS)[1])}
    assert used - {"reason_", "yml", "js"} == set(WORDS["ja"])


@pytest.mark.parametrize("name", [n for n, t in WORDS["ja-easy"].items() if isinstance(t, str)])
def test_plain_japanese_says_how_kanji_are_read(name: str) -> None:
    missing, _ = unread([re.sub(r"\{\w+\}", "1", WORDS["ja-easy"][name])])
    assert missing == []


def test_the_design_tokens_are_vendored_whole_and_served_in_part() -> None:
    import hashlib

    readme = TOKENS.with_name("README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(TOKENS.read_bytes()).hexdigest() in readme
    assert "MIT License" in TOKENS.with_name("LICENSE").read_text(encoding="utf-8")
    served = load_assets()["chat.css"].body.decode()
    for name in set(re.findall(r"var\((--(?:color|elevation|border|font|line)-[\w-]+)", served)):
        assert f"{name}:" in served, name
    assert (
        tokens_used_by("a { color: var(--color-semantic-error-2) }").count(":") == 4
    )  # itself, what it is made of, two more
    assert "MIT License" in load_assets()["tokens-licence.txt"].body.decode()
