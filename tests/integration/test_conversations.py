"""Conversations of tests/conversations through the pipeline that serves people, judged turn by turn."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import clock
from bot.evaluation import judge
from bot.knowledge.loader import ROOT, read_yaml

DIRECTORY = ROOT / "tests" / "conversations"
FILES = sorted(DIRECTORY.glob("*/*.yml"))
CASES = [(path.parent.name, path.stem, case) for path in FILES for case in read_yaml(path)]
KINDS = "happy_path interruption correction going_back stop resume unclear refusal_to_say language handoff crisis out_of_scope followup supposing rule_failing application_start application_status application_interruption application_correction application_double_confirm application_next_day application_pin_lost application_withdraw".split()
EXPECTATIONS = {"kind", "topic", "facts", "verdict", "says", "not_says", "lang"}


_GIVEN = {
    "receipt": re.compile(r"(TP-\w{4}-\w{4}-\w{4})"),
    "pin": re.compile(r"(?:PIN|暗証番号[^\s：]*)[：:]\s?(\d{6})"),
}


def _typed(text: str, given: dict[str, str]) -> str:
    for name, value in given.items():
        text = text.replace(f"{{{name}}}", value).replace(
            f"{{wrong {name}}}", value[:-1] + ("1" if value[-1] != "1" else "2")
        )
    return text


@pytest.mark.model
@pytest.mark.parametrize("case", [c for *_, c in CASES], ids=[c["id"] for *_, c in CASES])
def test_conversation(
    case: dict[str, Any],
    talk: Callable[..., Any],
    knowledge: Any,
    conversations: Any,
    run: Callable[[Any], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = []
    given: dict[str, str] = {}  # a receipt and PIN the bot has given out can be typed as {receipt} and {pin}
    for turn in case["turns"]:
        typed = _typed(turn["user"], given)
        if turn.get("next_day"):  # what was said is long forgotten
            tomorrow = clock.now() + timedelta(days=1)
            monkeypatch.setattr(clock, "now", lambda: tomorrow)  # noqa: B023  (one next day a conversation)
            talk = lambda text: run(conversations.say(f"{case['id']}, next day", text))  # noqa: E731
        messages = talk(typed).messages
        given |= {k: m[1] for k, words in _GIVEN.items() for m in [words.search(messages[0]["text"])] if m}
        faults = judge(knowledge, turn["expect"], messages)
        if faults:
            got = [
                {k: m["answer"].get(k) for k in ("kind", "topic", "id", "verdict", "lang")} | {"text": m["text"][:160]}
                for m in messages
            ]
            wrong.append(f"{turn['user']!r}: wrong {faults}, wanted {turn['expect']}, got {got}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.model
def test_two_people_at_once_do_not_hear_each_other(conversations: Any, run: Callable[[Any], Any]) -> None:
    async def both() -> list[Any]:
        await asyncio.gather(
            conversations.say("pair-a", "条件を一つずつ確認したい"),
            conversations.say("pair-b", "How much does it cost?"),
        )
        return await asyncio.gather(
            conversations.say("pair-a", "はい"), conversations.say("pair-b", "and how long does it take?")
        )

    a, b = run(both())
    assert a.messages[0]["answer"]["kind"] == "ask"
    assert b.messages[0]["answer"]["lang"] == "en" and b.messages[0]["answer"]["topic"] == "application"


@pytest.mark.model
def test_two_messages_at_once_of_one_person_are_both_answered(conversations: Any, run: Callable[[Any], Any]) -> None:
    async def both() -> list[Any]:
        return await asyncio.gather(conversations.say("hasty", "費用は？"), conversations.say("hasty", "何日かかる？"))

    assert all(turn.messages and turn.messages[0]["text"] for turn in run(both()))


@pytest.mark.model
def test_the_thousandth_message_is_as_quick_and_as_good_as_the_tenth(
    conversations: Any, run: Callable[[Any], Any]
) -> None:
    """R7. Stock Rasa takes 767 ms for message 800 of one conversation and 40 ms for the first.

    Measured in processor time, long and short by turns, so that a busy machine slows both alike.
    """
    import statistics
    import time

    def timed(sender: str) -> float:
        started = time.process_time()
        turn = run(conversations.say(sender, "費用はいくらですか"))
        assert turn.messages[0]["answer"]["id"] == "application_fee"
        return time.process_time() - started

    for _ in range(990):
        timed("long")
    late, early = [], []
    for n in range(60):
        late.append(timed("long"))
        if n % 20 == 0:
            for _ in range(9):
                timed(f"short-{n}")
        early.append(timed(f"short-{n - n % 20}"))
    assert statistics.median(late) <= 1.2 * statistics.median(early)


async def _held(conversations: Any) -> str:
    """Everything the tracker store holds, as text."""
    store = conversations.agent.tracker_store
    trackers = [await store.retrieve(key) for key in await store.keys()]
    return "".join(str([e.as_dict() for e in t.events]) + str(t.current_slot_values()) for t in trackers if t)


@pytest.mark.model
def test_what_people_type_is_not_kept_after_erasing(
    talk: Callable[..., Any], conversations: Any, run: Callable[[Any], Any]
) -> None:
    talk("私たちは秘密の合言葉ピーマンです")
    assert "ピーマン" in run(_held(conversations))
    talk("この会話を全部消して")
    talk("はい")

    assert "ピーマン" not in run(_held(conversations))


@pytest.mark.model
def test_personal_details_never_reach_the_tracker(
    talk: Callable[..., Any], conversations: Any, run: Callable[[Any], Any]
) -> None:
    """reliability.md R29."""
    canaries = {
        "090-5550-1234": "電話は{}です",
        "kanarii@example.jp": "メールは{}です",
        "金糸雀花子": "{}と申します",
        "Canary Hanako": "My name is {}",
    }
    for secret, frame in canaries.items():
        talk(frame.format(secret))

    kept = run(_held(conversations))
    assert [s for s in canaries if s in kept or s.lower() in kept] == []


# --- the files themselves


def test_every_kind_has_every_language() -> None:
    found = {(path.parent.name, path.stem) for path in FILES}
    assert {(kind, lang) for kind in KINDS for lang in ("ja", "en", "ja_easy")} <= found
    assert {kind for kind, _ in found} <= set(KINDS)


def test_there_are_at_least_sixty_conversations_with_ids_of_their_own() -> None:
    ids = Counter(case["id"] for *_, case in CASES)
    assert len(ids) >= 60
    assert [i for i, n in ids.items() if n > 1] == []


def test_every_expectation_is_one_the_judge_knows() -> None:
    for _, _, case in CASES:
        for turn in case["turns"]:
            assert turn["expect"], case["id"]
            assert set(turn["expect"]) <= EXPECTATIONS, case["id"]


def test_facts_named_in_conversations_exist(knowledge: Any) -> None:
    named = {f for *_, case in CASES for turn in case["turns"] for f in turn["expect"].get("facts", ())}
    assert named - set(knowledge.facts) == set()


def test_the_judge_finds_a_wrong_answer(knowledge: Any) -> None:
    """The judge itself can fail a turn in every way it promises."""
    message = {
        "text": "費用は無料です",
        "answer": {"kind": "answer", "topic": "application", "id": "application_fee", "lang": "ja", "verdict": None},
    }
    right = {
        "kind": ["answer"],
        "topic": ["application"],
        "facts": ["app-fee"],
        "says": [["無料"]],
        "not_says": ["有料"],
        "lang": "ja",
    }
    assert judge(knowledge, right, [message]) == []
    for key, value in {
        "kind": ["ask"],
        "topic": ["law"],
        "facts": ["app-time"],
        "says": [["有料"]],
        "not_says": ["無料"],
        "lang": "en",
        "verdict": "eligible",
    }.items():
        assert judge(knowledge, {key: value}, [message]), key


def test_no_conversation_is_training_data() -> None:
    from bot.nlu.normalise import for_features

    trained = set()
    for path in Path(ROOT / "data" / "nlu").glob("*.yml"):
        for block in read_yaml(path)["nlu"]:
            trained |= {for_features(line.lstrip("- ").strip()) for line in (block.get("examples") or "").splitlines()}
    typed = {for_features(turn["user"]) for *_, case in CASES for turn in case["turns"]}
    whole = {t for t in typed if len(t) > 12}
    assert len(whole & trained) <= 0.1 * len(whole), sorted(whole & trained)
