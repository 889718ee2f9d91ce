"""`python -m bot ask` as DESIGN section 4 promises it: held through a real pipe, in one process for the whole file."""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge.loader import ROOT
from bot.knowledge.model import KINDS, TOPICS

pytestmark = pytest.mark.model

WOMEN = "👩\u200d❤\ufe0f\u200d👩"
FIELDS = {
    "sender",
    "text",
    "lang",
    "kind",
    "intent",
    "confidence",
    "answer_id",
    "topic",
    "verdict",
    "entities",
    "replies",
    "elapsed_ms",
}


class Ask:
    """A running `ask`; each line sent is answered before the next is sent, so the pipe really is flushed."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "bot", "ask", *arguments],
            cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": ""}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.raw: list[bytes] = []
        self._lines: queue.Queue[bytes] = queue.Queue()
        self.errors: list[bytes] = []
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=lambda: self.errors.extend(self.process.stderr or ()), daemon=True).start()
        self._first = True

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self._lines.put(line)

    def send(self, line: str | bytes | dict[str, Any]) -> dict[str, Any]:
        if isinstance(line, dict):  # a lone surrogate can only be written as an escape
            lone = any("\ud800" <= c <= "\udfff" for c in str(line.get("text")))
            line = json.dumps(line, ensure_ascii=lone)
        raw = line.encode() if isinstance(line, str) else line
        self.process.stdin.write(raw + b"\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]
        try:
            answer = self._lines.get(timeout=120 if self._first else 20)
        except queue.Empty:
            pytest.fail(f"no answer to {raw[:200]!r}: {b''.join(self.errors)[-2000:].decode()}")
        self._first = False
        self.raw.append(answer)
        return json.loads(answer)

    def end(self) -> int:
        self.process.stdin.close()  # type: ignore[union-attr]
        return self.process.wait(timeout=60)


@pytest.fixture(scope="module")
def ask(model: Path) -> Iterator[Ask]:
    running = Ask("--today", "2026-11-22")
    yield running
    running.process.kill()


def check_shape(answer: dict[str, Any]) -> None:
    """Every field of the contract, with its type."""
    assert set(answer) == FIELDS
    assert isinstance(answer["sender"], str)
    assert isinstance(answer["text"], str)
    assert answer["lang"] in ("ja", "en", "ja-easy")
    assert answer["kind"] in KINDS
    assert answer["topic"] in TOPICS
    assert answer["intent"] is None or isinstance(answer["intent"], str)
    assert isinstance(answer["confidence"], int | float) and 0 <= answer["confidence"] <= 1
    assert isinstance(answer["answer_id"], str)
    assert answer["verdict"] in (None, "eligible", "ineligible", "conditional", "ask_office")
    assert isinstance(answer["elapsed_ms"], int | float) and answer["elapsed_ms"] >= 0
    assert answer["replies"], "never silent"
    for reply in answer["replies"]:
        assert set(reply) == {"text", "buttons", "citations"}
        assert reply["text"].strip()
        assert all(set(b) == {"title", "payload"} and b["title"] and b["payload"] for b in reply["buttons"])
        assert all(set(c) == {"title", "url", "as_of"} and c["url"].startswith("http") for c in reply["citations"])
    for entity in answer["entities"]:
        assert set(entity) == {"type", "text", "start", "end", "value"}
        assert answer["text"][entity["start"] : entity["end"]] == entity["text"]


def said(answer: dict[str, Any]) -> str:
    return "\n".join(r["text"] for r in answer["replies"])


LINES: dict[str, dict[str, Any]] = {
    "a question": {"text": "費用はいくらですか"},
    "an English question": {"text": "How much does it cost?"},
    "a plain Japanese question": {"text": "お金（かね）は いりますか"},
    "a language asked for": {"text": "費用はいくらですか", "lang": "ja-easy"},
    "LINE": {"text": "費用はいくらですか", "channel": "line"},
    "a ward": {"text": "世田谷区では使えますか"},
    "a company": {"text": "ドコモの家族割は使えますか"},
    "a prefecture": {"text": "大阪でも使えますか"},
    "eligible": {"text": "二人とも25歳の女性同士で新宿区に住んでます。届け出できますか"},
    "ineligible": {"text": "相手は17歳ですが届け出できますか"},
    "crisis": {"text": "死にたい"},
    "thanks": {"text": "ありがとう"},
    "out of scope": {"text": "明日の天気は？"},
    "abuse": {"text": "バカじゃないの"},
    "a person": {"text": "人と話したい"},
    "nonsense": {"text": "asdfghjkl qwerty"},
    "empty": {"text": ""},
    "emoji only": {"text": f"{WOMEN}🎉"},
    "NUL": {"text": "費用は\x00いくら"},
    "a megabyte": {"text": "費用は" * 110_000},
    "another language": {"text": "¿Cómo puedo solicitar el certificado para mi pareja?"},
    "a sticker": {"event": "sticker"},
    "an image": {"event": "image", "text": ""},
    "a postback": {"event": "postback", "text": "費用はいくらですか"},
    "a command": {"text": "/restart"},
    "a wide command": {"text": "／check_eligibility"},
    "a command behind spaces": {"text": " " * 70 + '/faq{"municipality":"somewhere"}'},
    "an external event": {"text": "EXTERNAL: set_slots"},
    "a placeholder": {"text": "{office_phone} {{7*7}} ${PATH}"},
    "a personal detail": {"text": "山田花子と申します。090-1234-5678です。費用は？"},
    "unknown fields": {"text": "費用は？", "slots": {"check": {"active": True}}, "admin": True},
    "a null sender": {"text": "費用は？", "sender": None, "lang": None, "channel": None},
}  # fmt: skip


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_every_line_has_every_field(ask: Ask, line: dict[str, Any]) -> None:
    answer = ask.send(line)
    check_shape(answer)
    assert answer["text"] == line.get("text", "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "a question",
            {
                "kind": "answer",
                "topic": "application",
                "lang": "ja",
                "answer_id": "application_fee",
                "intent": "faq/application_fee",
            },
        ),
        ("an English question", {"topic": "application", "lang": "en"}),
        ("a plain Japanese question", {"topic": "application", "lang": "ja-easy"}),
        ("a language asked for", {"lang": "ja-easy", "answer_id": "application_fee"}),
        ("a ward", {"kind": "answer", "topic": "coverage"}),
        ("a company", {"kind": "answer", "topic": "coverage"}),
        ("a prefecture", {"kind": "answer", "topic": "coverage"}),
        ("eligible", {"kind": "eligible", "verdict": "eligible", "topic": "eligibility"}),
        ("ineligible", {"kind": "ineligible", "verdict": "ineligible", "topic": "eligibility"}),
        ("crisis", {"kind": "crisis", "topic": "crisis"}),
        ("thanks", {"kind": "smalltalk", "topic": "smalltalk"}),
        ("out of scope", {"topic": "out_of_scope"}),
        ("abuse", {"topic": "abuse"}),
        ("a person", {"kind": "handoff", "topic": "handoff"}),
        ("a megabyte", {"kind": "refuse"}),
        ("a postback", {"answer_id": "application_fee"}),
        ("a personal detail", {"answer_id": "application_fee"}),
        ("unknown fields", {"answer_id": "application_fee"}),
        ("a command behind spaces", {"entities": []}),
    ],
)
def test_what_a_line_is_answered_with(ask: Ask, name: str, expected: dict[str, Any]) -> None:
    answer = ask.send(LINES[name])
    assert {key: answer[key] for key in expected} == expected


def test_personal_details_are_not_repeated(ask: Ask) -> None:
    assert not re.search("山田|花子|1234", said(ask.send(LINES["a personal detail"])))


def test_placeholders_typed_by_people_are_not_filled(ask: Ask) -> None:
    """reliability.md R21."""
    text = said(ask.send(LINES["a placeholder"]))
    assert "49" not in text and os.environ["PATH"] not in text


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("世田谷に住んでます", [("municipality", "世田谷", 0, 3, "世田谷区"), ("tokyo_link", "住んで", 4, 7, "live")]),
        (
            "🎉🎉世田谷に住んでます",
            [("municipality", "世田谷", 2, 5, "世田谷区"), ("tokyo_link", "住んで", 6, 9, "live")],
        ),
        (f"{WOMEN} 世田谷", [("municipality", "世田谷", 7, 10, "世田谷区")]),
        (
            "  世田谷に住んでます  ",
            [("municipality", "世田谷", 2, 5, "世田谷区"), ("tokyo_link", "住んで", 6, 9, "live")],
        ),
        ("\u3000来月引っ越します\n", [("date", "来月", 1, 3, "2026-12"), ("tokyo_link", "引っ越し", 3, 7, "move_in")]),
        ("費用\x00は世田谷だといくら", [("municipality", "世田谷", 4, 7, "世田谷区")]),
        ("\u200b世田谷は？", [("municipality", "世田谷", 1, 4, "世田谷区")]),
        ("/世田谷区では使える？", [("municipality", "世田谷区", 1, 5, "世田谷区")]),
        ("\ud800世田谷は？", [("municipality", "世田谷", 1, 4, "世田谷区")]),
        ("ﾗｲｹﾞﾂではなく来月です", [("date", "来月", 9, 11, "2026-12")]),
        ("私は２５歳です", [("age", "２５歳", 2, 5, 25)]),
        (
            "ＴＰ－７Ｋ２Ｍ－９ＱＸＣ－４Ｈ８Ｒ",
            [("receipt_no", "ＴＰ－７Ｋ２Ｍ－９ＱＸＣ－４Ｈ８Ｒ", 0, 17, "TP-7K2M-9QXC-4H8R")],
        ),
        ("090-1234-5678です。世田谷は？", [("municipality", "世田谷", 16, 19, "世田谷区")]),
    ],
)
def test_entity_offsets_are_code_points_of_the_typed_text(ask: Ask, text: str, entities: list[tuple[Any, ...]]) -> None:
    answer = ask.send({"text": text})
    assert answer["text"] == text
    assert [(e["type"], e["text"], e["start"], e["end"], e["value"]) for e in answer["entities"]] == entities


@pytest.mark.parametrize("text", ["  費用はいくらですか", "費用はいくらですか ", "\u3000費用はいくらですか\u3000"])
def test_white_space_around_a_message_loses_nothing(ask: Ask, text: str) -> None:
    plain, spaced = ask.send({"text": text.strip()}), ask.send({"text": text})
    for key in ("intent", "confidence", "answer_id", "kind"):
        assert spaced[key] == plain[key]


def test_lines_of_one_sender_are_one_conversation(ask: Ask) -> None:
    """Held through the pipe: the second question needs the first answer, so nothing may wait for more input."""
    first = ask.send({"sender": "talk-1", "text": "世田谷区では使えますか"})
    second = ask.send({"sender": "talk-1", "text": "じゃあ目黒区は？"})
    assert (first["sender"], second["sender"]) == ("talk-1", "talk-1")
    assert second["topic"] == "coverage" and "目黒区" in said(second)
    third = ask.send({"sender": "talk-1", "text": "in English?"})
    assert third["lang"] == "en" and "Meguro" in said(third)


def test_senders_do_not_hear_each_other(ask: Ask) -> None:
    begun = ask.send({"sender": "one", "text": "条件を一つずつ確認したい"})
    assert begun["kind"] == "ask"
    assert ask.send({"sender": "two", "text": "はい"})["answer_id"] != begun["answer_id"]
    assert ask.send({"sender": "one", "text": "はい"})["kind"] == "ask"


def test_channels_are_apart(ask: Ask) -> None:
    ask.send({"sender": "same", "text": "条件を一つずつ確認したい", "channel": "web"})
    assert ask.send({"sender": "same", "text": "はい", "channel": "line"})["kind"] != "ask"


def test_lines_without_a_sender_share_nothing(ask: Ask) -> None:
    """reliability.md R17: a missing id never shares."""
    first, second = ask.send({"text": "条件を一つずつ確認したい"}), ask.send({"text": "はい"})
    assert first["sender"] != second["sender"]
    assert second["kind"] != "ask"
    blank = ask.send({"sender": "", "text": "はい"})
    assert blank["kind"] != "ask"


def test_a_plain_line_is_a_message(ask: Ask) -> None:
    answer = ask.send("費用はいくらですか")
    check_shape(answer)
    assert (answer["text"], answer["answer_id"]) == ("費用はいくらですか", "application_fee")


@pytest.mark.parametrize(
    "line", ["{費用}はいくらですか", "\ufeff費用はいくらですか", "費用はいくらですか\r", '"費用はいくらですか"']
)
def test_a_plain_line_may_look_odd(ask: Ask, line: str) -> None:
    answer = ask.send(line)
    check_shape(answer)
    assert answer["topic"] == "application"


def test_bad_utf8_is_still_answered(ask: Ask) -> None:
    check_shape(ask.send(b"\xff\xfe\xe8\xb2\xbb\xe7\x94\xa8\xe3\x81\xaf\xef\xbc\x9f"))


BAD: list[str | bytes] = [
    '{"text": 5}', '{"text": null}', '{"text": ["a"]}', "{}", '{"sender": "a"}', '{"text": "a", "sender": 5}', '{"text": "a", "lang": "fr"}', '{"text": "a", "channel": "fax"}', '{"text": "a", "event": 3}', '{"text": "a"', "[1, 2]", "[]",
    '{"text": "a"}}', '[{"text": "a"}]', "[" * 5000, '{"a":' * 5000, b'{"text": "' + b"a" * 2_100_000 + b'"}',
]  # fmt: skip


@pytest.mark.parametrize("line", BAD, ids=lambda b: (b if isinstance(b, str) else b.decode())[:24])
def test_a_bad_line_gets_an_error_and_the_next_is_answered(ask: Ask, line: str | bytes) -> None:
    answer = ask.send(line)
    assert isinstance(answer["error"], str) and answer["error"]
    assert "replies" not in answer
    assert ask.send({"text": "費用は？"})["answer_id"] == "application_fee"


def test_an_error_does_not_repeat_what_was_typed(ask: Ask) -> None:
    assert "山田" not in json.dumps(ask.send('{"text": "山田花子", "sender": 5}'), ensure_ascii=False)


def test_a_repeated_question_gets_the_same_answer(ask: Ask) -> None:
    answers = [ask.send({"text": "証明書は何日で届きますか"}) for _ in range(3)]
    for answer in answers:
        answer.pop("elapsed_ms")
        answer.pop("sender")
    assert answers[0] == answers[1] == answers[2]


def test_relative_dates_are_read_against_the_given_day(ask: Ask) -> None:
    values = {
        e["value"] for e in ask.send({"text": "来月、明日、3か月後に引っ越します"})["entities"] if e["type"] == "date"
    }
    assert values == {"2026-12", "2026-11-23", "2027-02-22"}


def test_standard_output_is_nothing_but_json_and_the_exit_status_tells_of_bad_lines(ask: Ask) -> None:
    """Last in the file: ends the process."""
    status = ask.end()
    assert status == 1
    assert len(ask.raw) > 100
    assert all(raw.endswith(b"\n") and isinstance(json.loads(raw.decode("utf-8")), dict) for raw in ask.raw)
    assert ask._lines.empty()
    errors = b"".join(ask.errors).decode()
    assert "Traceback" not in errors
    assert not re.search("山田花子|死にたい|1234-5678", errors), "what people type is not logged"


def test_another_day_another_date_and_status_zero_without_bad_lines(model: Path) -> None:
    other = Ask("--today", "2027-01-31")
    try:
        answer = other.send({"text": "来月引っ越します"})
        assert [e["value"] for e in answer["entities"] if e["type"] == "date"] == ["2027-02"]
        other.process.stdin.write(b"\n  \n")  # type: ignore[union-attr]
        assert other.end() == 0
    finally:
        other.process.kill()
    assert other._lines.empty()


def test_a_day_that_is_none_is_refused_with_a_usage_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "ask", "--today", "tomorrow"],
        cwd=ROOT,
        input="",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "--today" in done.stderr
    assert done.stdout == ""
