"""Every body the project can send, through LINE's own SDK and the limits of its reference."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from bot.channels.line import validating
from bot.channels.line.bodies import Body, bodies, turns
from bot.channels.line.refused import Refused
from bot.channels.line.setup import set_up
from bot.channels.line.validating import validate
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


@pytest.fixture(scope="module")
def renderer(knowledge) -> LineRenderer:
    return LineRenderer(knowledge)


@pytest.fixture(scope="module")
def every(knowledge) -> list[Body]:
    return list(bodies(knowledge, DAY))


def test_everything_that_can_be_sent_is_on_the_list(every, knowledge):
    """By the words of each file: what is added there is looked over too."""
    listed = {(body.name, body.lang) for body in every}
    talk = knowledge.application_talk
    names = [f"entry {i}" for i in knowledge.entries] + [f"phrase {n}" for n in knowledge.phrases]
    names += [f"question {f}{why}" for f in knowledge.talk["questions"] for why in ("", " why")]
    names += [f"application question {a}{why}" for a in talk["questions"] for why in ("", " why")]
    names += [f"application note {n}" for n in talk["notes"]] + [
        f"event {n}" for n in knowledge.pages["line"]["events"]
    ]
    names += [f"application status {s} " for s in talk["states"]] + ["application started link", "late", "notice news"]
    names += [f"verdict {n} final" for n in ("whole", "minor", "remote", "nothing_told")] + [
        "error try_later",
        "sources",
    ]
    assert [(n, lang) for n in names for lang in LANGUAGES if (n, lang) not in listed] == []
    verdicts = {said[0]["answer"]["verdict"] for n, _, said in turns(knowledge, DAY) if n.startswith("verdict ")}
    assert verdicts == {"eligible", "ineligible", "conditional", "ask_office"}
    shown = json.dumps([b.messages for b in every if b.name == "application started link"], ensure_ascii=False)
    assert "⟦" not in shown and "/a/n" in shown


def test_everything_that_can_be_sent_is_taken(line_server, every):
    assert [(str(b), f) for b in every if (f := limits.request_faults(b.messages))] == []
    assert judged(line_server, [("reply", b.messages) for b in every]) == []


def test_menus_are_taken(line_server, renderer):
    made = [menu.as_object() for menu in menus(renderer.words)]
    assert judged(line_server, [("menu", menu) for menu in made]) == []
    assert [f for menu in made if (f := limits.menu_faults(menu))] == []


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
    from bot.channels.line.opening import open_client

    monkeypatch.setattr("bot.rendering.line_picture.picture", pictures)
    monkeypatch.setattr(validating, "BETWEEN", 0.0)
    monkeypatch.setattr(validating, "bodies", lambda k: list(bodies(k))[:40])
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


# --- the command


@pytest.fixture
def few(monkeypatch, every) -> list[Body]:
    """A few bodies of every kind, without waits."""
    chosen = list({b.name.split()[0]: b for b in every if not b.name.endswith(" as text")}.values())
    monkeypatch.setattr(validating, "BETWEEN", 0.0)
    monkeypatch.setattr(validating, "bodies", lambda k: chosen)
    return chosen


@pytest.mark.parametrize(
    ("status", "words"),
    [("401", ("トークンを受け付けません", "does not accept the token")), ("403", ("許可していません", "not permit")), ("429", ("上限", "limit"))],
)  # fmt: skip
async def test_a_token_line_refuses_ends_it_at_once_with_one_line_in_both_languages(
    line, line_settings, knowledge, few, capsys, status, words
):
    from bot.channels.line.opening import open_client

    line.steer("mode", mode=status)
    client = open_client(line_settings().line)
    with pytest.raises(Refused) as refused:
        await validate(client, knowledge, sys.stdout)
    await client.close()
    assert all(w in str(refused.value) for w in words) and "\n" not in str(refused.value)
    assert len(line.calls()) == 1 and capsys.readouterr().out == ""


async def test_what_line_refuses_is_named_though_it_was_asked_together_with_others(
    line, line_settings, knowledge, few, monkeypatch, capsys
):
    from bot.channels.line.opening import open_client

    bad = Body("a bad one", "en", [{"type": "flex", "altText": "x", "contents": {"type": "bubble", "sizee": "giga"}}])
    monkeypatch.setattr(validating, "bodies", lambda k: [few[0], bad, *few[1:]])
    client = open_client(line_settings().line)
    assert await validate(client, knowledge, sys.stdout) == 1
    await client.close()
    wrong = [shown for shown in capsys.readouterr().out.splitlines() if shown.startswith("✗")]
    assert len(wrong) == 2 and wrong[0].startswith("✗ a bad one en: 400") and wrong[1] == "✗ 1 refused"


def test_without_an_account_our_own_limits_are_checked(knowledge, few, monkeypatch, capsys):
    from bot.channels.line import setup

    monkeypatch.setattr(setup, "read", lambda: SimpleNamespace(line=None))
    monkeypatch.setattr(setup, "load", lambda: knowledge)
    asked = SimpleNamespace(deed="validate", dry_run=False)
    assert setup.run(asked, sys.stdout) == 0
    assert "Everything keeps LINE's limits" in capsys.readouterr().out
    monkeypatch.setattr(limits, "FLEX_LABEL", 1)
    assert setup.run(asked, sys.stdout) == 1
    assert "label of" in capsys.readouterr().out
