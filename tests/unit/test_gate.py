"""The gate in front of Rasa: sizes, commands and oddities get a clear answer or pass as plain words."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.channels.gate import admit, refusal


def test_an_ordinary_question_passes_as_typed() -> None:
    admitted = admit("費用はいくらですか？")
    assert admitted.refusal is None
    assert (admitted.text, admitted.masked) == ("費用はいくらですか？", False)


@pytest.mark.parametrize(
    ("text", "lang", "name"),
    [
        pytest.param("費" * 5001, "ja", "too_long", id="5001 characters"),
        pytest.param("費用" * 500_000, "ja", "too_long", id="1 MB of kanji"),
        pytest.param("a" * 1_000_000, "en", "too_long", id="1 MB without a space"),
        pytest.param("", "ja", "unreadable", id="empty"),
        pytest.param("   \n\t ", "ja", "unreadable", id="blank"),
        pytest.param("🎉🏳️‍🌈👩‍❤️‍👩", "ja", "unreadable", id="emoji only"),
        pytest.param("？？？！！", "ja", "unreadable", id="punctuation only"),
        pytest.param("\x00\x00\x00", "ja", "unreadable", id="NUL only"),
        pytest.param("\ud800\udfff", "ja", "unreadable", id="lone surrogates only"),
        pytest.param("\u200b\u200d\ufeff", "ja", "unreadable", id="zero-width only"),
        pytest.param("/", "ja", "unreadable", id="a slash"),
        pytest.param("／／／", "ja", "unreadable", id="wide slashes"),
    ],
)
def test_what_cannot_be_answered_is_refused_politely(text: str, lang: str, name: str) -> None:
    admitted = admit(text)
    assert admitted.refusal is not None
    answer = admitted.refusal["answer"]
    assert answer["id"] == f"phrase_{name}"
    assert answer["lang"] == lang
    assert admitted.refusal["text"].strip()


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
def test_a_refusal_speaks_the_language_of_the_conversation(lang: str) -> None:
    for text in ("🎉", "あ" * 5001, "a" * 5001):
        admitted = admit(text, lang)
        assert admitted.refusal is not None
        assert admitted.refusal["answer"]["lang"] == lang


@pytest.mark.parametrize(
    "text",
    [
        "/restart", "／restart", "//restart", "\u200b/restart", "\ufeff ／restart", "  /restart", "\n/restart", "\x00/restart", '/faq{"municipality": "新宿区"}', '／check_eligibility{"check": {"active": true}}', "/session_start",
        "EXTERNAL: set_slots", "external:/restart", "/ / /restart", "\u2066/restart", "\u00ad/restart", "\u180e/restart", "\u3000／restart", pytest.param(" " * 65 + "/restart", id="behind 65 spaces"), pytest.param("\u3000" * 300 + "/restart", id="behind 300 wide spaces"), pytest.param("\n" * 100 + "/restart", id="behind 100 line ends"),
        pytest.param(" " * 40 + "\u200b" * 40 + "/restart", id="behind spaces and zero-width spaces"), "\x1f/restart", "\x85/restart", "_restart", "\u2028/restart",
    ],
)  # fmt: skip
def test_no_typed_command_reaches_rasa_as_one(text: str) -> None:
    """Rasa strips white space and takes `/intent{...}` or `EXTERNAL:` for an order (reliability.md R16)."""
    admitted = admit(text)
    seen_by_rasa = admitted.text.strip()
    assert admitted.refusal is not None or seen_by_rasa
    assert not seen_by_rasa.startswith("/")
    assert not seen_by_rasa.upper().startswith("EXTERNAL:")


@given(
    st.text(st.sampled_from(" \n\t\u3000\u200b\ufeff\x00/／\u2028\x85\xa0\u00ad"), max_size=120),
    st.sampled_from(["restart", "EXTERNAL: x", 'faq{"a":"b"}', "費用は"]),
)
@settings(max_examples=300, deadline=None)
def test_no_prefix_of_invisible_characters_hides_a_command(prefix: str, rest: str) -> None:
    admitted = admit(prefix + rest)
    assert not admitted.text.strip().startswith("/")
    assert not admitted.text.strip().upper().startswith("EXTERNAL:")


@pytest.mark.parametrize("text", ["費用\ud800は？", "\udfff費用は？"])
def test_lone_surrogates_become_harmless_and_keep_their_place(text: str) -> None:
    admitted = admit(text)
    assert admitted.refusal is None
    assert not any("\ud800" <= c <= "\udfff" for c in admitted.text)
    assert len(admitted.text) == len(text)
    admitted.text.encode("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d❤\ufe0f\u200d👩 世田谷に住んでます",
        "費用\x00は世田谷だといくら",
        "\u200b世田谷は？",
        "  世田谷は？  ",
        "\ufeff世田谷は？",
        "\u202e世田谷は？",
        "/世田谷区では使える？",
    ],
)
def test_what_passes_keeps_the_offsets_of_what_was_typed(text: str) -> None:
    """Entities are reported by code points of the typed text (DESIGN section 4)."""
    assert admit(text).text.index("世田谷") == text.index("世田谷")


def test_personal_details_are_masked_before_rasa() -> None:
    admitted = admit("山田花子と申します。090-1234-5678です。費用は？")
    assert admitted.masked
    assert "山田" not in admitted.text and "1234" not in admitted.text
    assert "費用は？" in admitted.text


def test_personal_details_behind_a_command_are_masked_too() -> None:
    assert "1234" not in admit("/090-1234-5678に電話ください").text


@pytest.mark.parametrize("event", ["sticker", "image", "location", "video", "unknown_event"])
def test_an_event_without_text_gets_a_line(event: str) -> None:
    admitted = admit("", "en", event)
    assert admitted.refusal is not None
    assert admitted.refusal["answer"]["lang"] == "en"
    assert admitted.refusal["text"]


@pytest.mark.parametrize("event", [None, "message", "postback"])
def test_a_tapped_button_is_a_typed_message(event: str | None) -> None:
    assert admit("費用は？", None, event).refusal is None


def test_a_megabyte_is_refused_quickly_and_without_copies() -> None:
    text = "費用は？ " * 200_000
    admit(text)
    tracemalloc.start()
    started = time.process_time()
    admitted = admit(text)
    elapsed = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert admitted.refusal is not None
    assert elapsed < 0.2  # R1 wants 50 ms; tracing slows this down
    assert peak < 10_000_000


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
@pytest.mark.parametrize("name", ["unreadable", "too_long", "try_later"])
def test_every_refusal_has_words_in_every_language(name: str, lang: str) -> None:
    message = refusal(name, lang)
    assert message["text"].strip()
    assert message["answer"]["lang"] == lang
    assert "{" not in message["text"]


@given(st.text(st.characters(blacklist_categories=()), max_size=200))
@example("0@A")
@settings(max_examples=200, deadline=None)
def test_any_text_is_either_refused_with_words_or_passed_on(text: str) -> None:
    admitted = admit(text)
    if admitted.refusal:
        assert admitted.refusal["text"]
    else:
        assert admitted.masked or any(
            c.isalnum() for c in admitted.text
        )  # 「0@A」 is an address, and goes on as a mask


def test_secrets_go_on_masked_in_the_text_and_sealed_beside_it() -> None:
    from bot import installation
    from bot.channels.gate import metadata

    typed = "受付番号はTP-7K2M-9QXC-4H8R、暗証番号は482913です。a@example.org"
    admitted = admit(typed)
    assert len(admitted.text) == len(typed)
    beside = metadata(admitted, "web-a", "ja", address="192.0.2.1")
    everything = admitted.text + str(beside) + repr(admitted)
    for secret in ("7K2M", "482913", "a@example", "192.0.2.1"):
        assert secret not in everything
    opened = {kind: installation.passing().open(kind, value, "web-a") for kind, value in beside["sealed"].items()}
    assert opened == {
        "receipt": "TP-7K2M-9QXC-4H8R",
        "pin": "482913",
        "mail": "a@example.org",
        "address": "192.0.2.1",
    }


def test_nothing_is_sealed_when_nothing_was_masked() -> None:
    from bot.channels.gate import metadata

    assert metadata(admit("費用はいくら？"), "web-a", "ja", address="192.0.2.1") == {"lang": "ja"}


STORY = "私たちは大学で知り合いました。両親に話すと泣かれました。猫を飼って、毎日夕食を作っています。友人は応援してくれます。"


@pytest.mark.parametrize("before", [0, 7, 70])
@pytest.mark.parametrize(
    "question", ["宣誓の費用はいくらかかりますか？", "必要な書類を知りたいです。", "How much does it cost?"]
)
def test_of_a_long_story_its_question_is_read_wherever_it_stands(before: int, question: str) -> None:
    told = STORY * before + question + STORY * (75 - before)
    admitted = admit(told[:5000])
    assert len(told[:5000]) > 4000 and admitted.refusal is None
    assert (admitted.text.strip(), admitted.part) == (question, "questions")


def test_of_a_long_story_that_asks_nothing_whole_sentences_of_the_beginning_are_read() -> None:
    admitted = admit(STORY * 30)
    assert admitted.refusal is None and admitted.part == "beginning"
    assert STORY in admitted.text and admitted.text.endswith("。") and len(admitted.text) <= 300


@pytest.mark.parametrize("length", [1001, 3000, 5000])
@pytest.mark.parametrize(
    "text", ["費", "a b ", "a b c. ", "？", "費用は？", "あ、", "ab.", "。", " x\n", "か。", "090-1234-"]
)
def test_nothing_up_to_5000_characters_is_refused_for_its_length_and_little_of_it_is_read(
    text: str, length: int
) -> None:
    told = (text * 5000)[:length]
    started = time.process_time()
    admitted = admit(told)
    assert time.process_time() - started < 0.25
    assert len(admitted.text) <= 300 and len(admitted.text.split()) <= 120
    if admitted.refusal:
        assert admitted.refusal["answer"]["id"] == "phrase_unreadable"


def test_no_command_is_read_out_of_the_middle_of_a_long_text() -> None:
    admitted = admit(STORY * 20 + "\n/restartしてもいいですか？\n" + STORY * 10)
    assert admitted.part == "questions" and not admitted.text.strip().startswith("/")


@pytest.mark.parametrize("at", [0, 999, 1500, 3980])
@pytest.mark.parametrize("said", ["死にたい", "もう死にたいです。", "I want to die. "])
@pytest.mark.parametrize("around", [STORY, "あ", "話です、"])
def test_a_cry_for_help_anywhere_in_4000_characters_is_what_is_read(at: int, said: str, around: str) -> None:
    from bot.nlu.safety import crisis_in

    filler = (around * 5000)[:9000]
    for length in (4900, 9000):
        admitted = admit((filler[:at] + said + filler)[:length])
        assert admitted.refusal is None and admitted.part == "crisis"
        assert crisis_in(admitted.text) == "crisis_suicide" and len(admitted.text) <= 600


def test_personal_details_are_masked_in_all_of_a_long_text_and_it_is_said() -> None:
    from bot.channels.gate import metadata

    told = (
        STORY * 12
        + "山田花子と申します。090-1234-5678です。"
        + STORY * 10
        + "費用は09012345678に電話すれば分かりますか？"
    )
    admitted = admit(told)
    assert "1234" not in admitted.text and "山田" not in admitted.text
    assert metadata(admitted, "web-a") == {"part": "questions", "masked": True}


def test_a_story_is_read_whole_and_a_very_long_one_by_its_question() -> None:
    whole, longer = STORY * (990 // len(STORY)) + "費用は？", STORY * (1100 // len(STORY)) + "費用は？"
    assert (admit(whole).text, admit(whole).part) == (whole, "")
    assert (admit(longer).text, admit(longer).part) == ("費用は？", "questions")
