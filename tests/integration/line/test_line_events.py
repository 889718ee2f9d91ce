"""Signed events through the real channel to the fake LINE: what is answered, and how."""

from __future__ import annotations

import asyncio
import json
import logging

import aiohttp
import pytest

from bot.channels.line.post import Times
from bot.channels.line.signature import HEADER, is_signed, sign
from bot.channels.rate import RateLimiter
from tests.fake_line.harness import SECRET, USER, Bot, channel, event, message, tap, text


def words(reply: list) -> str:
    return json.dumps(reply, ensure_ascii=False)


def test_the_signature_is_lines():
    assert sign("channel_secret", b"bodybodybodybody") == "/gg9a+LvFevTH1sd7XCQycD7tsWclCsInj7MhBHxN7k="
    assert is_signed(("new", "channel_secret"), b"bodybodybodybody", sign("channel_secret", b"bodybodybodybody"))
    assert not is_signed(("channel_secret",), b"bodybodybodybodx", sign("channel_secret", b"bodybodybodybody"))
    assert not is_signed(("channel_secret",), b"", None)


async def test_a_signed_message_is_stored_and_answered_with_one_reply(line, line_settings):
    bot = Bot()
    async with channel(line_settings(), bot) as served:
        assert await line.send(served.url, text("費用はいくらですか")) == 200
        await served.settled()
    assert bot.texts == ["費用はいくらですか"]
    (reply,) = line.replies()
    assert "費用はいくらですか" in words(reply)
    assert "費用" not in reply[0]["altText"]
    assert line.calls("/reply")[0]["body"]["notificationDisabled"] is True
    assert "x-line-retry-key" not in line.calls("/reply")[0]["headers"]
    assert line.bad() == []


async def test_while_secrets_are_changed_both_are_taken_and_no_other(line, line_settings):
    bot, new = Bot(), "f" * 32
    async with channel(line_settings(secrets=(new, SECRET)), bot) as served:
        assert await line.send(served.url, text("一"), secret=SECRET) == 200
        assert await line.send(served.url, text("二"), secret=new) == 200
        assert await line.send(served.url, text("三"), secret="e" * 32) == 403
        await served.settled()
    assert sorted(bot.texts) == ["一", "二"]


async def test_what_is_not_signed_or_not_a_webhook_is_refused_before_anything_reads_it(line_settings):
    bot = Bot()
    good = json.dumps({"destination": "U", "events": []}).encode()

    async def post(http, url: str, body: bytes, header: str | None = "") -> int:
        given = {HEADER: sign(SECRET, body) if header == "" else header} if header is not None else {}
        async with http.post(url, data=body, headers=given) as response:
            return response.status

    async with channel(line_settings(), bot) as served, aiohttp.ClientSession() as http:
        assert await post(http, served.url, good) == 200  # the console's check of the connection
        assert await post(http, served.url, good, None) == 403
        assert await post(http, served.url, good, "x") == 403
        assert await post(http, served.url, good, sign(SECRET, good + b" ")) == 403
        assert await post(http, served.url, b"", sign("x" * 32, b"")) == 403
        assert await post(http, served.url, b"\xff\xfe") == 400
        assert await post(http, served.url, b"{") == 400
        assert await post(http, served.url, b"[" * 100_000) == 400
        assert await post(http, served.url, b"[]") == 200
        assert await post(http, served.url, b'{"events": {"a": 1}}') == 200
        assert await post(http, served.url, b'{"events": [1, null, "x", [], {}, {"type": 3}]}') == 200
        async with http.get(served.url.removesuffix("webhook")) as response:
            assert await response.json() == {"status": "ok"}
        assert await post(http, served.url, b"x" * (2 << 20)) == 413
    assert bot.heard == []


async def test_one_bad_event_does_not_spoil_the_others(line, line_settings):
    async def fails_once(said):
        if "悪い" in said.text:
            raise RuntimeError("秘密の文")
        await said.output_channel.send_response(said.sender_id, {"text": f"答え {said.text}"})

    bot = Bot(answer=fails_once)
    odd = event("messageEdited", message="not even a mapping", postback=3, unsend=[])
    async with channel(line_settings(), bot) as served:
        assert await line.send(served.url, text("悪い"), odd, text("良い", user="U" + "1" * 32)) == 200
        await served.settled()
    assert sorted(bot.texts) == ["悪い", "良い"]
    assert len(line.replies()) == 2  # the failed one is told so
    assert any("答え 良い" in words(r) for r in line.replies())


@pytest.mark.parametrize(
    ("made", "says", "not_heard"),
    [
        (message("sticker", packageId="1", stickerId="2", stickerResourceType="STATIC", keywords=["結婚"]), "スタンプ", "結婚"),
        (message("image", contentProvider={"type": "line"}), "開いていません", None),
        (message("video", duration=1, contentProvider={"type": "line"}), "開いていません", None),
        (message("audio", duration=1, contentProvider={"type": "line"}), "開いていません", None),
        (message("file", fileName="a.pdf", fileSize=1), "開いていません", None),
        (message("location", latitude=35.6895, longitude=139.69, address="〒183-0001 東京都府中市1-1"), "人権部", None),
        (message("location", latitude=34.6, longitude=135.5, address="1-1 Fukushima-ku, Osaka, Japan"), "大阪", None),
        (message("location", latitude=0.0, longitude=0.0), "都道府県", None),
        (tap("forged=1"), "古くなっています", None),
        (tap("date=", params={"date": "not a date"}), "古くなっています", None),
        (tap("languages"), "やさしい日本語", None),
        (event("follow", follow={"isUnblocked": False}), "お名前や住所は要りません", None),
    ],
    ids=lambda v: None,
)  # fmt: skip
async def test_what_is_not_text_is_answered_by_the_channel_itself(line, line_settings, made, says, not_heard):
    bot = Bot()
    async with channel(line_settings(), bot) as served:
        assert await line.send(served.url, made) == 200
        await served.settled()
    (reply,) = line.replies()
    assert says in words(reply)
    assert bot.heard == []  # nothing of it reaches the classifier as if it had been typed
    assert not line.calls("/content"), "a picture must never be fetched"
    assert line.bad() == []


async def test_a_kind_of_message_line_adds_is_counted_and_not_answered(line, line_settings, caplog):
    caplog.set_level(logging.INFO, logger="bot.channels.line")
    bot = Bot()
    async with channel(line_settings(), bot) as served:
        assert await line.send(served.url, message("something new", text="ひみつ")) == 200
        await served.settled()
        assert await served.count("ignored.type") == 1
    assert line.replies() == [] and bot.heard == []
    assert "message something new" in caplog.text and "ひみつ" not in caplog.text


async def test_taps_are_heard_as_text_and_have_no_more_power_than_typing(line, line_settings):
    bot = Bot()
    taps = (
        tap("say=費用はいくらですか"),
        tap("say=/restart"),
        tap("date=", params={"date": "2027-04-01"}),
        tap("tab=help"),
    )
    async with channel(line_settings(), bot) as served:
        for made in taps:
            await line.send(served.url, made)
            await served.settled()
    assert bot.texts == ["費用はいくらですか", "restart", "2027-04-01"]
    assert len(line.replies()) == 3


async def test_typed_commands_and_our_own_name_are_taken_out(line, line_settings):
    bot = Bot()
    mention = {"mentionees": [{"index": 2, "length": 4, "isSelf": True, "type": "user"}]}
    async with channel(line_settings(), bot) as served:
        await line.send(served.url, text('／inform{"resident": true}'))
        await line.send(served.url, text("🏳@ともに 費用は？", message={"mention": mention}))
        await served.settled()
    assert bot.texts[0].startswith("inform")
    assert "@ともに" not in bot.texts[1] and "費用は" in bot.texts[1]


async def test_in_groups_it_is_silent_unless_called_and_then_says_nothing_of_what_it_is_about(line, line_settings):
    bot = Bot()
    group = {"type": "group", "groupId": "C1", "userId": USER}
    called = {"mention": {"mentionees": [{"index": 0, "length": 4, "isSelf": True, "type": "user"}]}}
    async with channel(line_settings(), bot) as served:
        for made in (
            text("費用は？", source=group), event("leave", source=group), event("memberLeft", source=group),
            event("videoPlayComplete"), event("beacon"), event("accountLink"), event("module"), event("brand new"),
            text("費用は？", mode="standby"), text("費用は？", user=None), event("unsend", source=group, unsend={"messageId": "1"}),
        ):  # fmt: skip
            assert await line.send(served.url, made) == 200
        await served.settled()
        assert line.replies() == [] and bot.heard == []
        for made in (
            text("@ともに 費用は？", source=group, message=called),
            event("join", source=group),
            event("memberJoined", source=group),
        ):
            assert await line.send(served.url, made) == 200
        await served.settled()
    assert bot.heard == []
    said = line.replies()
    assert len(said) == 3 and len({words(r) for r in said}) == 1
    assert said[0][0]["altText"] == "お知らせです" and "quickReply" not in words(said[0])
    assert "一対一" in words(said[0]) and not any(w in words(said[0]) for w in ("宣誓", "パートナー", "制度"))


async def test_a_group_that_calls_without_end_is_not_answered_without_end(line, line_settings):
    called = {"mention": {"mentionees": [{"index": 0, "length": 4, "isSelf": True, "type": "user"}]}}
    async with channel(line_settings(), Bot(), rate=(20, 2)) as served:
        for group in ("C1", "C2"):
            source = {"type": "group", "groupId": group, "userId": USER}
            await line.send(served.url, *(text("@ともに 費用は？", source=source, message=called) for _ in range(6)))
        await served.settled()
    assert len(line.replies()) == 4


async def test_unfollow_erases_the_conversation_and_sends_nothing(line, line_settings, storage):
    bot = Bot()
    async with channel(line_settings(), bot) as served:
        conversation = served.post._people.conversation(USER)
        await line.send(served.url, text("こんにちは"))
        await served.settled()
        before = len(line.steer("calls"))
        assert await line.send(served.url, event("unfollow")) == 200
        await served.settled()
        assert len(line.steer("calls")) == before
    assert bot.erased == [conversation]
    assert USER not in conversation


async def test_follow_is_greeted_in_the_language_of_their_line(line, line_settings):
    line.steer("set", languages={USER: "en-GB"})
    async with channel(line_settings(), Bot()) as served:
        await line.send(served.url, event("follow"))
        await served.settled()
    (reply,) = line.replies()
    assert "Hello, this is Tomoni" in words(reply) and "やさしい日本語" in words(reply)
    assert "delete my data" in words(reply)


async def test_a_persons_messages_are_answered_in_the_order_they_came(line, line_settings):
    bot = Bot(seconds=0.01)
    sent = [text(str(n)) for n in range(30)]
    async with channel(line_settings(), bot) as served:
        await line.send(served.url, *sent[:15])
        await line.send(served.url, *sent[15:])
        await served.settled()
    assert bot.texts == [str(n) for n in range(30)]
    assert len(line.replies()) == 30


async def test_whoever_floods_is_told_once_and_others_are_not_held_up(line, line_settings):
    bot = Bot()
    async with channel(line_settings(), bot, rate=(20, 5)) as served:
        await line.send(served.url, *(text(str(n)) for n in range(12)))
        await line.send(served.url, text("別の人", user="U" + "2" * 32))
        await served.settled()
    assert len(bot.heard) == 6 and len(line.replies()) == 7
    assert sum("続けて送られた" in words(r) for r in line.replies()) == 1


@pytest.mark.parametrize(
    "last", ["死にたい", "助けて", "データを消して", "i want to die", "しにたい", "Delete my data"]
)
async def test_a_cry_for_help_and_the_wish_to_be_forgotten_are_heard_however_much_was_written(
    line, line_settings, last
):
    bot = Bot()
    async with channel(line_settings(), bot, rate=(20, 2)) as served:
        await line.send(served.url, *(text(f"話{n}") for n in range(7)), text(last), text("費用は？"))
        await served.settled()
    assert bot.texts == ["話0", "話1", last]
    assert sum(last in words(r) for r in line.replies()) == 1 and len(line.replies()) == 4


async def test_several_short_messages_in_a_row_are_all_answered_with_the_limit_as_it_comes(line, line_settings):
    bot = Bot()
    async with channel(line_settings(), bot, limiter=None) as served:
        await line.send(served.url, *(text(str(n)) for n in range(30)))
        await served.settled()
    assert len(bot.heard) == 20 and len(line.replies()) == 21


async def test_what_tells_no_language_is_answered_in_that_of_their_line(line, line_settings):
    line.steer("set", languages={USER: "en-GB"})
    bot = Bot()
    async with channel(line_settings(), bot) as served:
        await line.send(served.url, text("？"), text("123"), text("費用は？"))
        await served.settled()
    assert [(m.text, (m.metadata or {}).get("lang")) for m in bot.heard] == [("123", "en"), ("費用は？", None)]
    assert any("could not find any words" in words(r) for r in line.replies())


async def test_whoever_floods_is_told_in_the_language_of_the_conversation(line, line_settings, monkeypatch):
    async def english(*_):
        return "en"

    monkeypatch.setattr("bot.channels.line.memory.language", english)
    async with channel(line_settings(), Bot(), rate=(20, 2)) as served:
        await line.send(served.url, *(text(f"number {n}") for n in range(6)))
        await served.settled()
    assert sum("a lot of messages" in words(r) for r in line.replies()) == 1


@pytest.mark.parametrize("typed", ["Language", "ことばを選ぶ", "Choose the language", "日本語・ことば", "ことば"])
async def test_the_languages_are_offered_in_the_words_of_the_menu(line, line_settings, typed):
    bot = Bot()
    async with channel(line_settings(), bot) as served:
        await line.send(served.url, text(typed))
        await served.settled()
    ((said,),) = line.replies()
    assert bot.heard == [] and "やさしい日本語でお願いします" in words([said])


async def test_logs_hold_no_text_no_token_and_nobody(line, line_settings, caplog):
    caplog.set_level(logging.DEBUG)

    async def fails(said):
        raise RuntimeError(said.text)

    secret = text("わたしの秘密カナリア")
    async with channel(line_settings(), Bot(answer=fails)) as served:
        await line.send(served.url, secret, event("follow"))
        await served.settled()
    ours = "".join(r.getMessage() for r in caplog.records if not r.name.startswith(("aiohttp", "asyncio", "urllib")))
    assert "line.call POST /v2/bot/message/reply -> 200" in ours
    for word in ("カナリア", secret["replyToken"], USER, SECRET, secret["message"]["id"]):
        assert word not in ours


async def test_the_inbox_keeps_no_word_and_nobody_in_clear(line, line_settings, tmp_path):
    bot = Bot()
    bot.gate = asyncio.Event()
    async with channel(line_settings(), bot) as served:
        sent = text("わたしの秘密カナリア")
        await line.send(served.url, sent)
        while not bot.heard:
            await asyncio.sleep(0.01)
        kept = b"".join(p.read_bytes() for p in tmp_path.glob("tomoni.db*"))
        bot.gate.set()
        await served.settled()
    assert len(kept) > 1000
    for word in ("カナリア", USER, sent["replyToken"], sent["webhookEventId"], sent["message"]["id"]):
        assert word.encode() not in kept


class _Slow(RateLimiter):
    """A shared limit whose database takes its time."""

    def __init__(self) -> None:
        super().__init__(1000, 1000)

    async def count(self, key):
        await asyncio.sleep(0.3)
        return 0.0


async def test_nobody_in_a_group_is_told_to_wait_for_a_tap_that_is_not_answered_there(line, line_settings, knowledge):
    source = {"type": "group", "groupId": "C" + "1" * 32, "userId": USER}
    times = Times(late_after=0.1, loading_after=0.05)
    async with channel(line_settings(), Bot(), times=times, limiter=_Slow()) as served:
        assert await line.send(served.url, event("join", source=source)) == 200
        await served.settled()
    (reply,) = line.replies()
    said = json.dumps(reply, ensure_ascii=False)
    assert "late=" not in said and knowledge.pages["line"]["events"]["in_group"]["ja"][:8] in said
    assert line.calls("/loading/start") == []
