"""Every body the project can send, through LINE's own SDK and the limits of its reference."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from bot.applications.notices import worded
from bot.channels.line.deeds import Tell
from bot.channels.line.notices import message as notice_message
from bot.channels.line.setup import renderings, set_up, validate
from bot.dialogue.speaking import Speaker
from bot.knowledge.model import LANGUAGES
from bot.nlg import message
from bot.rendering import limits
from bot.rendering.line_menu import menus
from bot.rendering.line_messages import LineRenderer
from tests.fake_line.environment import ROOT, python
from tests.fake_line.harness import Bot, channel, sign_for_sdk, text

DAY = date(2026, 11, 22)


def judged(line: Any, bodies: list[tuple[str, Any]]) -> list[tuple[str, list[str]]]:
    """What the fake says of each body, faults only."""
    found = []
    for start in range(0, len(bodies), 150):
        part = bodies[start : start + 150]
        asked = [(kind, body if kind == "menu" else {"replyToken": "x", "messages": body}) for kind, body in part]
        found += [
            (json.dumps(b, ensure_ascii=False)[:200], f)
            for (_, b), f in zip(part, line.post("check", asked), strict=True)
            if f
        ]
    return found


def said_by(knowledge: Any) -> Any:
    """One message of every other kind there is: questions, phrases, verdicts, papers, look-ups, application talk, events."""
    speaker = Speaker(knowledge)
    specs = [{"say": "phrase", "name": n, "values": dict.fromkeys(VALUES, "9")} for n in knowledge.phrases]
    specs += [{"say": "question", "fact": f} for f in knowledge.talk["questions"]]
    specs += [
        {"say": "application", "name": "question", "about": a, "why": True}
        for a in knowledge.application_talk["questions"]
    ]
    specs += [{"say": "place", "name": n} for n in knowledge.municipalities]
    specs += [{"say": "providers", "ids": [i]} for i in knowledge.services]
    specs += [{"say": "prefecture", "name": n} for n in knowledge.gazetteer["prefectures"]]
    for spec in specs:
        for lang in LANGUAGES:
            yield lang, message(speaker.speak(spec, lang, DAY), "line")


VALUES = "allows as_of checked_on count date days document issued_by link minutes n name names other page paper pin planned provider ready receipt scheme seconds service since sure time total until value what".split()  # fmt: skip


@pytest.fixture(scope="module")
def renderer(knowledge) -> LineRenderer:
    return LineRenderer(knowledge)


def test_every_answer_in_every_language_is_taken(line_server, knowledge):
    bodies = list(renderings(knowledge))
    assert len(bodies) == 3 * len(knowledge.entries)
    assert [(n, f) for n, m in bodies if (f := limits.request_faults(m))] == []
    assert judged(line_server, [("reply", m) for _, m in bodies]) == []


def test_every_question_phrase_and_look_up_is_taken(line_server, knowledge, renderer):
    bodies = [renderer.messages([said], lang) for lang, said in said_by(knowledge)]
    assert len(bodies) > 500
    assert [f for m in bodies if (f := limits.request_faults(m))] == []
    assert judged(line_server, [("reply", m) for m in bodies]) == []


def test_lines_of_the_channel_menus_and_notices_are_taken(line_server, knowledge, renderer):
    from bot.channels.line.conversing import Conversing

    conversing = Conversing(knowledge, None, None)
    names = knowledge.pages["line"]["events"]
    said = [(lang, conversing.line(Tell((n,), menu=True), lang, seconds=9)) for n in names for lang in LANGUAGES]
    said += [(lang, conversing.waiting(lang, "late=" + "0" * 64)) for lang in LANGUAGES]
    bodies: list[tuple[str, Any]] = [("reply", renderer.messages([m], lang)) for lang, m in said]
    bodies += [("reply", renderer.plain([m], lang)) for lang, m in said]
    bodies += [("menu", menu.as_object()) for menu in menus(renderer.words)]
    bodies += [("reply", [notice_message(worded("news", lang, "https://tomoni.example/a"))]) for lang in LANGUAGES]
    assert judged(line_server, bodies) == []
    assert [f for menu in menus(renderer.words) if (f := limits.menu_faults(menu.as_object()))] == []


def test_the_fake_finds_what_is_wrong(line_server, renderer, knowledge):
    """Else nothing above would mean anything."""
    good = renderer.messages(
        [message(Speaker(knowledge).speak({"say": "entry", "id": "application_fee"}, "ja", DAY), "line")], "ja"
    )

    def broken(change) -> list[Any]:
        copy = json.loads(json.dumps(good))
        change(copy[0])
        return copy

    wrong = [
        broken(lambda m: m.update(altTxet="x")),
        broken(lambda m: m.pop("altText")),
        broken(lambda m: m["contents"]["body"].update(layuot="vertical")),
        broken(lambda m: m["contents"]["body"]["contents"][0].update(wrap="yes please")),
        broken(lambda m: m["contents"]["body"]["contents"][0].update(wrap=False)),
        broken(lambda m: m["contents"]["body"]["contents"][0].update(text="あ" * 12_000)),
        broken(lambda m: m["quickReply"]["items"][0]["action"].update(label="あ" * 21)),
        broken(lambda m: m["quickReply"]["items"][0]["action"].update(data="あ" * 301)),
        broken(lambda m: m["quickReply"].update(items=m["quickReply"]["items"] * 10)),
        good * 6,
        [],
        [{"type": "text"}],
        [{"type": "text", "text": "あ" * 5001}],
        [{"type": "text", "text": "🏳️‍🌈" * 900}],
        [{"type": "flexx", "altText": "x"}],
    ]
    verdicts = line_server.post("check", [("reply", {"replyToken": "x", "messages": m}) for m in wrong])
    assert [n for n, v in enumerate(verdicts) if not v] == []
    ours = [n for n, m in enumerate(wrong) if n not in (0, 2, 3) and not limits.request_faults(m)]
    assert ours == []  # misspelt names are the SDK's to find, everything else our own limits find too


async def test_menus_are_put_up_switched_and_validated_by_the_command(
    line, line_settings, knowledge, monkeypatch, pictures
):
    from bot.channels.line import setup
    from bot.channels.line.opening import open_client

    monkeypatch.setattr("bot.rendering.line_picture.picture", pictures)
    monkeypatch.setattr(setup, "_BETWEEN", 0.0)
    monkeypatch.setattr(setup, "renderings", lambda k: list(renderings(k))[:20])
    client = open_client(line_settings().line)
    for _ in range(2):  # the second time the old ones go
        assert await set_up(client, knowledge, sys.stdout) == 0
    state = line.steer("state")
    assert len(state["menus"]) == 6 and all(m["picture"] for m in state["menus"].values())
    assert set(state["aliases"]) == {f"tomoni-{lang}-{tab}" for lang in LANGUAGES for tab in ("steps", "help")}
    assert set(state["aliases"].values()) == set(state["menus"])
    assert state["default_menu"] == state["aliases"]["tomoni-ja-steps"]
    assert await validate(client, knowledge, sys.stdout) == 0
    await client.close()
    assert line.bad() == [["richmenu alias not found"]] * 6


async def test_the_menu_follows_the_language(line, line_settings, knowledge, monkeypatch, pictures):
    from bot.channels.line.opening import open_client

    monkeypatch.setattr("bot.rendering.line_picture.picture", pictures)
    client = open_client(line_settings().line)
    await set_up(client, knowledge, sys.stderr)
    await client.close()

    async def in_english(said):
        answer = {"lang": "en", "kind": "answer"}
        await said.output_channel.send_response(said.sender_id, {"text": "Yes.", "answer": answer})

    async with channel(line_settings(menus=True), Bot(answer=in_english)) as served:
        await line.send(served.url, text("in English?"))
        await served.settled()
        await asyncio.sleep(0.3)
    state = line.steer("state")
    assert list(state["user_menus"].values()) == [state["aliases"]["tomoni-en-steps"]]


def test_lines_own_sdk_works_against_the_fake_and_reads_what_we_sign(line):
    """Both ways: its client uses the fake as if it were LINE, its parser takes webhooks as the fake signs them and as we check them."""
    body, signature = sign_for_sdk()
    told = json.dumps({"host": line.url, "body": body, "signature": signature})
    done = subprocess.run(
        [str(python()), "-m", "tests.fake_line.sdk_peer"], input=told, capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "parsed": ["MessageEvent", "PostbackEvent", "FollowEvent", "UnfollowEvent", "UnsendEvent"],
        "tampered": "refused",
        "replied": 1,
        "again": 400,
        "pushed": 1,
        "loading": 202,
        "language": "ja",
    }
