"""The order of concerns in one turn, with needs given by hand: danger first, never silent, never colder than it must be."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from understood import TODAY

from bot import dialogue
from bot.dialogue import cases
from bot.dialogue.check import begin as begin_check
from bot.dialogue.responder import Responder
from bot.dialogue.speaking import MENU, Speaker
from bot.dialogue.thresholds import HEDGE, OFFER, SURE
from bot.dialogue.turn import Memory, Turn

FEE, TIME = "faq/application_fee", "faq/application_time"


@pytest.fixture(scope="module")
def responder(knowledge: Any) -> Responder:
    return Responder(knowledge)


@pytest.fixture(scope="module")
def speaker(knowledge: Any) -> Speaker:
    return Speaker(knowledge)


@pytest.fixture
def answer(responder: Responder, understood: Callable[..., Any]) -> Callable[..., Turn]:
    """Answers one message; needs as `("faq/...", p)`, memory by keyword."""

    def respond(text: str, *ranking: tuple[str, float], memory: Memory = Memory(), **changes: Any) -> Turn:  # noqa: B008
        return responder.respond(understood(text, *ranking, **changes), memory, TODAY)

    return respond


def remember(turn: Turn) -> Memory:
    """What the slots hold after a turn."""
    return Memory(
        turn.language,
        turn.language_chosen,
        turn.said,
        turn.offered,
        turn.check,
        turn.pending,
        turn.draft,
        turn.access,
    )


def ids(turn: Turn) -> list[str]:
    return [s.get("id") or s.get("name") or s["say"] for s in turn.specs]


# --- danger first


@pytest.mark.parametrize(
    "label",
    [
        FEE,
        "stop",
        "affirm",
        "check_eligibility",
        "faq/oos_garbage",
        "faq/abuse_insult",
        "change_language",
        "erase_my_data",
    ],
)
@pytest.mark.parametrize("text", ["死にたい", "I want to die"])
def test_danger_comes_before_whatever_the_model_thinks(answer: Callable[..., Turn], text: str, label: str) -> None:
    assert ids(answer(text, (label, 0.99)))[0] == "crisis_suicide"


def test_danger_interrupts_a_running_check_and_the_check_waits(answer: Callable[..., Turn]) -> None:
    begun = answer("条件を確認したい", ("check_eligibility", 0.9))
    turn = answer("もう死にたい", ("deny", 0.9), memory=remember(begun))
    assert ids(turn)[0] == "crisis_suicide"
    assert turn.check == begun.check


def test_danger_is_answered_even_when_a_yes_or_no_is_pending(answer: Callable[..., Turn]) -> None:
    """A cry for help must not be read as an answer to 「消してよろしいですか」."""
    asked = answer("会話を消して", ("erase_my_data", 0.9))
    turn = answer("いいえ、もう死にたい", ("deny", 0.5), memory=remember(asked))
    assert ids(turn)[0] == "crisis_suicide"
    turn = answer("はい。死にたいです", ("affirm", 0.5), memory=remember(asked))
    assert ids(turn)[0] == "crisis_suicide"
    assert not turn.erase


def test_danger_is_answered_although_the_language_is_another(answer: Callable[..., Turn]) -> None:
    turn = answer("quiero ayuda para mi pareja, I want to die", ("faq/smalltalk_greeting", 0.9))
    assert ids(turn)[0] == "crisis_suicide"


def test_what_the_model_alone_is_sure_of_is_enough(answer: Callable[..., Turn]) -> None:
    assert ids(answer("ぜんぶ無意味に思える夜です", ("faq/crisis_suicide", 0.9)))[0] == "crisis_suicide"


def test_a_question_in_the_same_breath_is_answered_after(answer: Callable[..., Turn]) -> None:
    assert ids(answer("パートナーが亡くなりました。証明書は返しますか", ("faq/changes_death", 0.9))) == [
        "crisis_bereavement",
        "changes_death",
    ]


# --- thresholds


def test_sure(answer: Callable[..., Turn]) -> None:
    turn = answer("費用のことを知りたい", (FEE, SURE + 0.01))
    assert ids(turn) == ["application_fee"]
    assert not turn.specs[0].get("lead")


def test_hedged(answer: Callable[..., Turn]) -> None:
    turn = answer("費用のことを知りたい", (FEE, HEDGE + 0.01), (TIME, HEDGE))
    assert ids(turn) == ["application_fee"]
    assert turn.specs[0]["lead"] == "maybe_this"
    assert "application_time" in turn.specs[0]["others"]


def test_offered(answer: Callable[..., Turn]) -> None:
    turn = answer("なにかのあれのこと", (FEE, OFFER + 0.01), (TIME, OFFER), ("faq/application_how", OFFER))
    assert turn.specs[0]["say"] == "offer"
    assert turn.specs[0]["ids"] == ["application_fee", "application_time", "application_how"]
    assert turn.offered == ("application_fee", "application_time", "application_how")


def test_given_up_with_a_way_to_a_person(answer: Callable[..., Turn]) -> None:
    turn = answer("ほげほげふがふが", (FEE, OFFER / 2), (TIME, OFFER / 3))
    assert ids(turn) == ["fallback"]
    assert turn.specs[0]["kind"] == "fallback"
    assert turn.specs[0]["person"] is True


def test_thresholds_are_in_order() -> None:
    assert 0 < OFFER < HEDGE < SURE < 1


@pytest.mark.parametrize(
    "label",
    ["faq/smalltalk_thanks", "faq/crisis_outing", "faq/support_office", "faq/privacy_who_sees", "faq/handoff_person"],
)
def test_no_cold_fallback_for_what_is_human(answer: Callable[..., Turn], label: str) -> None:
    turn = answer("うまく言えないのですが", (label, HEDGE + 0.02))
    assert ids(turn)[0] == label.removeprefix("faq/")


def test_out_of_scope_names_the_right_place(answer: Callable[..., Turn]) -> None:
    assert ids(answer("ごみの日はいつ", ("faq/oos_garbage", 0.9))) == ["oos_garbage"]


# --- picks and buttons


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("1", 0),
        ("２", 1),
        ("②", 1),
        ("3番", 2),
        ("二番目", 1),
        ("最初", 0),
        ("2番です", 1),
        ("the second one", 1),
        ("No. 2", 1),
        ("first", 0),
        ("2番でお願いします", 1),
    ],
)
def test_a_number_picks_what_was_offered(answer: Callable[..., Turn], text: str, index: int) -> None:
    offered = ("application_fee", "application_time", "application_how")
    assert ids(answer(text, ("affirm", 0.3), memory=Memory(offered=offered))) == [offered[index]]


def test_a_number_beyond_the_offer_is_no_crash_and_no_pick(answer: Callable[..., Turn]) -> None:
    turn = answer("4", (FEE, 0.01), memory=Memory(offered=("application_fee",)))
    assert turn.specs and ids(turn) != ["application_fee"]


def test_a_number_without_an_offer_picks_nothing(answer: Callable[..., Turn]) -> None:
    assert ids(answer("1", (FEE, 0.001))) != ["application_fee"]


def test_an_offer_lasts_one_turn(answer: Callable[..., Turn]) -> None:
    memory = Memory(offered=("application_fee", "application_time"))
    later = remember(answer("ありがとう", ("faq/smalltalk_thanks", 0.9), memory=memory))
    assert "application_time" not in later.offered


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
def test_every_title_typed_is_its_answer(answer: Callable[..., Turn], knowledge: Any, lang: str) -> None:
    """A tapped button sends its title; that must not depend on the model."""
    from bot.knowledge.wording import fill
    from bot.nlu.safety import crisis_in

    wrong = []
    titles = {}
    for entry in knowledge.entries.values():
        title = fill(entry.title[lang], knowledge, lang, TODAY)
        titles.setdefault(title, []).append(entry.id)
    for title, owners in titles.items():
        if crisis_in(title):
            continue
        turn = answer(title, ("stop", 0.99), memory=Memory(language=lang))
        if ids(turn)[0] not in owners:
            wrong.append((title, ids(turn)))
    assert wrong == []
    assert [t for t, owners in titles.items() if len(owners) > 1] == []


# --- languages


def test_the_answer_is_in_the_language_of_the_message(answer: Callable[..., Turn]) -> None:
    assert answer("How much does it cost?", (FEE, 0.9)).language == "en"
    assert answer("費用はいくらですか", (FEE, 0.9)).language == "ja"
    assert answer("お金（かね）は いりますか", (FEE, 0.9)).language == "ja-easy"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("英語で", "en"),
        ("英語でお願いします", "en"),
        ("in English please", "en"),
        ("and in English?", "en"),
        ("やさしい日本語で", "ja-easy"),
        ("もっとかんたんに", "ja-easy"),
        ("easy Japanese please, in Japanese", "ja-easy"),
        ("日本語で", "ja"),
        ("in Japanese please", "ja"),
    ],
)
def test_asking_for_a_language_says_the_last_answer_again_in_it(
    answer: Callable[..., Turn], text: str, target: str
) -> None:
    start = "en" if target == "ja" else "ja"
    memory = Memory(language=start, said=({"say": "entry", "id": "application_fee"},))
    turn = answer(text, ("change_language", 0.9), memory=memory)
    assert turn.language == target
    assert turn.language_chosen
    assert ids(turn) == ["application_fee"]


def test_a_chosen_language_stays_for_short_words(answer: Callable[..., Turn]) -> None:
    memory = Memory(language="en", language_chosen=True)
    assert answer("費用は？", (FEE, 0.9), memory=memory).language == "en"


def test_a_chosen_language_yields_to_a_whole_sentence_in_another(answer: Callable[..., Turn]) -> None:
    memory = Memory(language="en", language_chosen=True)
    assert answer("届け出の費用はいくらかかりますか", (FEE, 0.9), memory=memory).language == "ja"


def test_chosen_plain_japanese_stays_when_people_write_japanese(answer: Callable[..., Turn]) -> None:
    memory = Memory(language="ja-easy", language_chosen=True)
    assert answer("届け出の費用はいくらかかりますか", (FEE, 0.9), memory=memory).language == "ja-easy"


@pytest.mark.parametrize("text", ["ok", "LGBT", "ANA", "PDF"])
def test_a_latin_word_inside_a_japanese_conversation_does_not_switch_it(answer: Callable[..., Turn], text: str) -> None:
    memory = Memory(language="ja", said=({"say": "entry", "id": "application_fee"},))
    assert answer(text, (FEE, 0.9), memory=memory).language == "ja"


@pytest.mark.parametrize("text", ["no", "No.", "yes", "no thanks", "nope"])
def test_a_short_english_answer_does_not_switch_an_english_conversation(answer: Callable[..., Turn], text: str) -> None:
    memory = Memory(language="en", said=({"say": "entry", "id": "application_fee"},))
    assert answer(text, ("deny", 0.9), memory=memory).language == "en"


@pytest.mark.parametrize("text", ["123", "👍1", "24"])
def test_digits_keep_the_language(answer: Callable[..., Turn], text: str) -> None:
    assert answer(text, (FEE, 0.9), memory=Memory(language="en")).language == "en"


def test_another_language_is_told_what_we_speak_and_where_to_turn(
    answer: Callable[..., Turn], speaker: Speaker
) -> None:
    turn = answer("¿Cómo puedo solicitar el certificado para mi pareja?", (FEE, 0.9))
    assert ids(turn) == ["other_language"]
    assert "0120-279-338" in speaker.speak(turn.specs[0], turn.language, TODAY).short


# --- the conversation itself


def test_stop_and_resume(answer: Callable[..., Turn]) -> None:
    begun = answer("条件を確認したい", ("check_eligibility", 0.9))
    asked = begun.check["asked"]
    stopped = answer("やめる", ("stop", 0.9), memory=remember(begun))
    assert ids(stopped) == ["stopped"]
    assert not stopped.check["active"]
    between = answer("費用は？", (FEE, 0.9), memory=remember(stopped))
    assert ids(between) == ["application_fee"]
    resumed = answer("続きから", ("resume", 0.9), memory=remember(between))
    assert resumed.check["active"]
    assert resumed.specs[0]["fact"] == asked


def test_an_interrupting_question_is_answered_and_the_check_goes_on(answer: Callable[..., Turn]) -> None:
    begun = answer("条件を確認したい", ("check_eligibility", 0.9))
    turn = answer("費用はいくらですか？", (FEE, 0.9), memory=remember(begun))
    assert [s["say"] for s in turn.specs] == ["entry", "question"]
    assert turn.check == begun.check


@pytest.mark.parametrize(("text", "erased"), [("はい", True), ("yes", True), ("いいえ", False), ("no", False)])
def test_erasing_needs_a_yes(answer: Callable[..., Turn], text: str, erased: bool) -> None:
    asked = answer("この会話を消して", ("erase_my_data", 0.9))
    assert asked.pending == "erase"
    assert not asked.erase
    turn = answer(text, ("affirm" if erased else "deny", 0.9), memory=remember(asked))
    assert turn.erase is erased
    assert turn.pending is None


def test_another_question_leaves_the_erasure_undone(answer: Callable[..., Turn]) -> None:
    asked = answer("この会話を消して", ("erase_my_data", 0.9))
    turn = answer("費用はいくら？", (FEE, 0.9), memory=remember(asked))
    assert not turn.erase
    assert turn.pending is None
    assert ids(turn) == ["application_fee"]


def test_repeat_says_the_last_answer_again(answer: Callable[..., Turn]) -> None:
    first = answer("費用は？", (FEE, 0.9))
    assert ids(answer("もう一回", ("repeat", 0.9), memory=remember(first))) == ["application_fee"]


def test_repeat_with_nothing_said_is_not_silent(answer: Callable[..., Turn]) -> None:
    assert answer("もう一回", ("repeat", 0.9)).specs


def test_sources_on_request(answer: Callable[..., Turn], speaker: Speaker) -> None:
    first = answer("費用は？", (FEE, 0.9))
    turn = answer("出典は？", ("ask_source", 0.9), memory=remember(first))
    assert speaker.speak(turn.specs[0], "ja", TODAY).citations


def test_a_receipt_number_is_about_status_and_is_not_repeated(answer: Callable[..., Turn], speaker: Speaker) -> None:
    turn = answer("TP-●●●●-●●●●-●●●● どうなってますか", (FEE, 0.9), sealed={"receipt": "sealed"})
    said = speaker.speak(turn.specs[0], turn.language, TODAY)
    assert said.topic == "status_check"
    assert said.kind == "ask" and "暗証番号" in said.short
    assert "TP-" not in said.short + said.body


def test_two_needs_get_both_answers(answer: Callable[..., Turn]) -> None:
    parts = (("費用はいくら", ((FEE, 0.9),)), ("何日かかりますか", ((TIME, 0.9),)))
    turn = answer("費用はいくら？何日かかりますか？", (FEE, 0.5), (TIME, 0.4), parts=parts)
    assert ids(turn) == ["application_fee", "application_time"]
    assert turn.specs[1]["lead"] == "also"


def test_masked_details_are_mentioned_and_the_question_still_answered(answer: Callable[..., Turn]) -> None:
    turn = answer("＊＊＊＊と申します。費用は？", (FEE, 0.9))
    assert ids(turn) == ["application_fee", "masked"]


def test_a_ward_is_looked_up(answer: Callable[..., Turn]) -> None:
    turn = answer("世田谷区では使えますか", ("faq/coverage_municipality", 0.9))
    assert turn.specs == [{"say": "place", "name": "世田谷区"}]


def test_a_follow_up_place_leans_on_the_last_one(answer: Callable[..., Turn]) -> None:
    first = answer("世田谷区では使えますか", ("faq/coverage_municipality", 0.9))
    turn = answer("じゃあ目黒区は？", ("faq/coverage_municipality", 0.2), memory=remember(first))
    assert turn.specs == [{"say": "place", "name": "目黒区"}]


# --- verdicts


@pytest.mark.parametrize(
    "text",
    [
        "相手は17歳ですが届け出できますか", "まだ離婚が成立していませんが申請できますか", "彼はまだ離婚が成立していません。届け出できますか", "姉妹なんですが使えますか？", "二人とも埼玉在住で職場も埼玉です。使えますか", "三人で届け出できますか", "元カノとのパートナーシップがまだ残っていますが出せますか",
        "My partner is 17, can we apply?", "I'm still married, can we register?", "we both live and work in Saitama, can we apply?", "we are sisters, are we eligible?",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "label",
    [
        "check_eligibility",
        "faq/eligibility_summary",
        "faq/eligibility_tokyo_link",
        "faq/eligibility_not_married",
        "faq/eligibility_divorced",
    ],
)
def test_never_yes_for_a_no_whatever_the_model_thinks(
    answer: Callable[..., Turn], speaker: Speaker, text: str, label: str
) -> None:
    turn = answer(text, (label, 0.9))
    for spec in turn.specs:
        assert speaker.speak(spec, turn.language, TODAY).verdict != "eligible"


def test_a_direct_question_gets_a_verdict_with_what_was_assumed(answer: Callable[..., Turn], speaker: Speaker) -> None:
    turn = answer("二人とも25歳の女性同士で新宿区に住んでます。届け出できますか", ("check_eligibility", 0.9))
    said = speaker.speak(turn.specs[0], "ja", TODAY)
    assert said.verdict == "eligible"
    assert said.citations


# --- never silent


_LABELS = st.sampled_from(
    "faq/application_fee faq/crisis_suicide faq/oos_other faq/smalltalk_thanks faq/coverage_municipality faq/coverage_provider faq/eligibility_relatives check_eligibility affirm deny dont_know prefer_not_to_say go_back stop resume start_over correct why_ask repeat more_detail ask_source change_language show_menu share feedback_positive feedback_negative erase_my_data start_application check_application_status".split()
)
_TEXTS = st.sampled_from(
    [
        "費用は？",
        "はい",
        "no",
        "世田谷区は？",
        "横浜では？",
        "みずほ銀行は？",
        "17歳です",
        "英語で",
        "2",
        "やめる",
        "🎉",
        "",
        "TP-7K2M-9QXC-4H8R",
        "＊＊＊",
        "やっぱり違う",
        "来月引っ越す",
        "いとこです",
        "hola para que",
        "もどって",
        "?",
    ]
)


@given(st.lists(st.tuples(_TEXTS, _LABELS, st.floats(0.01, 1.0)), min_size=1, max_size=7))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_conversation_ever_meets_silence(
    responder: Responder, speaker: Speaker, understood: Callable[..., Any], turns: list[tuple[str, str, float]]
) -> None:
    import json

    memory = Memory()
    for text, label, p in turns:
        turn = responder.respond(understood(text, (label, p)), memory, TODAY)
        assert turn.specs or turn.task  # an action speaks then
        for spec in turn.specs:
            assert json.loads(json.dumps(spec)) == spec
            said = speaker.speak(spec, turn.language, TODAY)
            assert said.short.strip() and "{" not in said.short + said.body + said.next
        assert turn.language in ("ja", "en", "ja-easy")
        memory = Memory() if turn.erase or turn.restart else remember(turn)


def test_a_message_without_any_need_is_not_silent(answer: Callable[..., Turn]) -> None:
    assert answer("あ").specs
    assert answer("").specs


def test_memory_is_not_changed_by_a_turn(answer: Callable[..., Turn]) -> None:
    begun = answer("条件を確認したい", ("check_eligibility", 0.9))
    memory = remember(begun)
    before = replace(memory)
    answer("二人とも25歳です", ("faq/eligibility_age", 0.9), memory=memory)
    assert memory == before


def test_every_entry_the_dialogue_names_exists(knowledge: Any) -> None:
    """Ids typed in code would otherwise fail only when somebody asks, or wait for a question that never comes."""
    topics = "|".join({entry_id.split("_")[0] for entry_id in knowledge.entries})
    looks_like_an_entry = re.compile(rf"(?:faq/)?((?:{topics})_[a-z_0-9]+)")
    built = {"eligibility_verdict", "documents_requested"}  # the id of an answer that is no entry
    unknown = []
    for path in Path(dialogue.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named = looks_like_an_entry.fullmatch(node.value)
                if named and named[1] not in built and not any(i.startswith(named[1]) for i in knowledge.entries):
                    unknown.append(f"{path.name}:{node.lineno} {named[1]}")
    assert unknown == []


def test_every_entry_said_by_name_exists(knowledge: Any) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(dialogue.__path__[0]).glob("*.py"))
    named = {*re.findall(r'\bentry\("([a-z_0-9]+)"', source), *cases.ENTRY_OF.values(), *MENU}
    assert named - set(knowledge.entries) == set()


def test_a_doubt_after_a_yes_takes_the_yes_back(answer: Callable[..., Turn]) -> None:
    """A pattern says unmarried, the reader says married and neither is sure: open, whatever was read a moment ago."""
    first = answer("二人とも独身で新宿区に住んでいます。届け出できますか", ("faq/eligibility_not_married", 0.9))
    assert first.specs[0]["facts"]["any_marriage"] == "no"
    doubted = answer(
        "やっぱり独身とは言えないかも、独身のはずだけど",
        ("correct", 0.3),
        memory=remember(first),
        standing={"marriage": ("married", 0.7, 0.7)},
    )
    facts = doubted.specs[0]["facts"]
    assert "any_marriage" not in facts and facts["open"] == ["req-05-not-married"]


OPENED = {"grant": "granted", "documents": [], "missing": [], "wishes": {}, "linked": False}


@pytest.mark.parametrize("text", ["始めて", "もう一度始めたい", "start over"])
def test_starting_over_leaves_an_open_record_open_and_asks(answer: Callable[..., Turn], text: str) -> None:
    turn = answer(text, ("start_over", 0.9), memory=Memory(access=OPENED))
    assert not turn.restart and turn.access == OPENED
    assert turn.specs[0]["note"] == "start_over_which"
    assert answer(text, ("start_over", 0.9)).restart


def test_going_on_with_nothing_names_the_ways_to_a_record(answer: Callable[..., Turn], speaker: Speaker) -> None:
    turn = answer("さっきの続き", ("resume", 0.9))
    said = speaker.speak(turn.specs[0], "ja", TODAY).short
    assert turn.specs[0]["note"] == "nothing_here" and "TP-" in said and "/a" in said
    assert answer("さっきの続き", ("resume", 0.9), memory=Memory(access=OPENED)).task == {"do": "view"}


@pytest.mark.parametrize("text", ["まえに準備した続きを見たい", "昨日準備したんだけど見られますか"])
def test_a_record_prepared_before_is_asked_for_by_its_receipt(answer: Callable[..., Turn], text: str) -> None:
    assert answer(text, ("resume", 0.6)).task == {"do": "status"}


@pytest.mark.parametrize("text", ["ばんごうを わすれました", "受付番号を忘れました"])
def test_a_lost_number_is_not_lost_property(answer: Callable[..., Turn], text: str) -> None:
    assert answer(text, ("faq/oos_police_lost", 0.9)).task == {"do": "receipt"}


@pytest.mark.parametrize(
    ("text", "ranking", "wanted"),
    [
        ("お知らせを止めて", ("stop", 0.9), {"do": "contact", "contact": {"kind": "none"}}),
        ("このチャットとつなぐ", ("share", 0.9), "link"),
        ("取り下げたい", ("stop", 0.9), "withdraw"),
    ],
)
def test_what_is_wanted_of_the_record_is_no_answer_to_the_check(
    answer: Callable[..., Turn], text: str, ranking: tuple[str, float], wanted: Any
) -> None:
    check = begin_check({}, TODAY).state
    turn = answer(text, ranking, memory=Memory(access=OPENED, check=check))
    assert (turn.task or (turn.access or {}).get("asked")) == wanted
    assert turn.check is not None and turn.check["paused"] and not turn.check["active"]
    without = answer(text, ranking, memory=Memory(check=check))
    assert without.task is None and not without.access


@pytest.mark.parametrize("text", ["どうなった？", "状況を教えて", "How is our application?"])
def test_how_the_record_stands_is_told_in_the_middle_of_a_check(answer: Callable[..., Turn], text: str) -> None:
    """The check stays where it is; the errand asks its question again, or puts it aside for the receipt (`bot.desk.beside_check`)."""
    check = begin_check({}, TODAY).state
    for access, do in ((OPENED, "view"), (None, "status")):
        turn = answer(text, ("check_application_status", 0.9), memory=Memory(access=access, check=check))
        assert turn.task == {"do": do, "in_check": True}
        assert turn.check is not None and turn.check["active"]
