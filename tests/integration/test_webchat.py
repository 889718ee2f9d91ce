"""The web channel over real HTTP on loopback, with a stand-in for Rasa."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from bot.channels.webchat import WebChatInput

JSON = {"Content-Type": "application/json"}
FREE = {"per_minute": 6000, "burst": 500, "address_per_minute": 6000, "address_burst": 500}
_apps = iter(range(10_000))


class Bot:
    """Remembers what it heard and answers with the conversation's id."""

    def __init__(self, answer: Callable[[UserMessage], Awaitable[None]] | None = None) -> None:
        self.heard: list[UserMessage] = []
        self._answer = answer

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message)
        if self._answer:
            await self._answer(message)
        else:
            await message.output_channel.send_response(
                message.sender_id, {"text": f"{message.sender_id}: {message.text}"}
            )


@asynccontextmanager
async def chat(bot: Bot, **settings: Any) -> AsyncIterator[Client]:
    app = Sanic(f"webchat_{next(_apps)}", configure_logging=False)
    app.blueprint(WebChatInput(**(FREE | settings)).blueprint(bot), url_prefix="/webhooks/web")
    sock = socket.create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.start_serving()
    origin = f"http://127.0.0.1:{sock.getsockname()[1]}"
    jar = aiohttp.CookieJar(unsafe=True)
    try:
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            yield Client(http, origin, app)
    finally:
        server.close()


class Client:
    """A browser, as far as the channel can tell."""

    def __init__(self, http: aiohttp.ClientSession, origin: str, app: Sanic) -> None:
        self.http, self.origin, self.app = http, origin, app
        self.base = f"{origin}/webhooks/web/"

    async def post(self, body: Any, path: str = "messages", **headers: str) -> tuple[int, Any, aiohttp.ClientResponse]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Origin": self.origin} | JSON | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.post(self.base + path, data=data, headers=sent) as response:
            raw = await response.text()
            if response.content_type == "application/x-ndjson":
                return response.status, [json.loads(line) for line in raw.splitlines()], response
            return response.status, json.loads(raw) if raw else None, response

    async def say(self, text: str, **fields: Any) -> Any:
        status, lines, _ = await self.post({"text": text} | fields)
        assert status == 200, lines
        return lines

    def forget(self) -> None:
        self.http.cookie_jar.clear()


async def test_a_message_reaches_rasa_as_typed_and_the_reply_comes_back_as_lines():
    async def answer(message: UserMessage) -> None:
        for n in (1, 2):
            await message.output_channel.send_response(message.sender_id, {
                "text": f"一\n\n二 {n}", "buttons": [{"title": "はい", "payload": "はい"}, {"title": "命令", "payload": "/restart"}],
                "answer": {"id": "a_b", "lang": "en", "kind": "ask", "checked_on": "2026-11-01", "version": "v1",
                           "citations": [{"title": "T", "url": "javascript:x", "as_of": None}],
                           "related": [{"title": "ほか", "payload": "ほか"}, {"title": "はい", "payload": "はい"}]},
            })  # fmt: skip

    bot = Bot(answer)
    async with chat(bot) as client:
        lines = await client.say("使えますか", lang="ja-easy")
        assert len(lines) == 2
        assert lines[0] == {
            "text": "一\n\n二 1", "lang": "en", "kind": "ask", "answer_id": "a_b", "checked_on": "2026-11-01", "version": "v1",
            "buttons": [{"title": "命令", "payload": "命令"}],
            "related": [{"title": "ほか", "payload": "ほか"}, {"title": "はい", "payload": "はい"}],
            "citations": [{"title": "T", "url": None, "as_of": None}],
        }  # fmt: skip
        heard = bot.heard[0]
        assert (heard.text, heard.input_channel, heard.metadata) == ("使えますか", "web", {"lang": "ja-easy"})


async def test_the_browsers_language_goes_along_where_none_is_stated():
    bot = Bot()
    async with chat(bot) as client:
        await client.post({"text": "123456"}, Accept_Language="en-GB,en")
        assert bot.heard[0].metadata["reader"] == "en"
        await client.post({"text": "123456", "lang": "ja"}, Accept_Language="en-GB,en")
        assert "reader" not in bot.heard[1].metadata


async def test_personal_details_are_masked_before_rasa_and_what_cannot_be_read_is_answered():
    bot = Bot()
    async with chat(bot) as client:
        await client.say("電話は 090-1234-5678 です")
        assert "1234" not in bot.heard[0].text
        lines = await client.say("🏳️‍🌈", lang="en")
        assert lines[0]["text"]
        assert lines[0]["lang"] == "en"
        assert len(bot.heard) == 1


async def test_one_session_is_one_conversation_and_others_never_share_it():
    async with chat(Bot()) as client:
        first = await client.say("a")
        assert (await client.say("b"))[0]["text"].split(":")[0] == first[0]["text"].split(":")[0]
        seen = {first[0]["text"].split(":")[0]}
        for _ in range(20):
            client.forget()
            seen.add((await client.say("a"))[0]["text"].split(":")[0])
        assert len(seen) == 21
        assert all(name.startswith("web-") and len(name) == 36 for name in seen)


async def test_every_page_load_begins_a_new_conversation():
    async with chat(Bot()) as client:
        await (await client.http.get(client.base)).text()
        before = await client.say("a")
        await (await client.http.get(client.base)).text()
        assert await client.say("a") != before


@pytest.mark.parametrize("field", ["sender", "sender_id", "session", "conversation_id", "input_channel", "metadata"])
async def test_no_id_or_channel_is_taken_from_the_body(field):
    bot = Bot()
    async with chat(bot) as client:
        await client.say("a", **{field: "victim"})
        assert bot.heard[0].sender_id != "victim"
        assert bot.heard[0].input_channel == "web"
        assert bot.heard[0].metadata == {}


async def test_a_forged_or_altered_cookie_gets_a_fresh_session():
    bot = Bot()
    async with chat(bot) as client:
        await client.say("a")
        good = next(iter(client.http.cookie_jar)).value
        owner = bot.heard[-1].sender_id
        session_id, stamp, signature = good.split(".")
        forged = ["x", "a.b.c", "é", f"{session_id}.{stamp}.{'0' * 32}", f"{'0' * 32}.{stamp}.{signature}",
                  f"{session_id}.{int(stamp) + 9}.{signature}", good + "0", ""]  # fmt: skip
        for value in forged:
            client.forget()
            _, _, response = await client.post({"text": "a"}, Cookie=f"sid={value}")
            assert response.headers["Set-Cookie"].startswith("sid=")
            assert bot.heard[-1].sender_id != owner
        client.forget()
        await client.post({"text": "a"}, Cookie=f"sid={good}")
        assert bot.heard[-1].sender_id == owner


async def test_an_idle_or_ended_session_is_worthless_even_to_who_kept_its_cookie():
    now = [1_000_000.0]
    bot, erased = Bot(), []
    async with chat(bot, clock=lambda: now[0]) as client:

        async def erase(conversation: str) -> None:
            erased.append(conversation)

        client.app.ctx.erase_conversation = erase
        await client.say("a")
        kept = next(iter(client.http.cookie_jar)).value
        status, _, response = await client.post({}, "end")
        assert status == 204
        assert response.cookies["sid"].value != kept
        assert erased == [bot.heard[0].sender_id]
        client.forget()
        await client.post({"text": "a"}, Cookie=f"sid={kept}")
        assert bot.heard[1].sender_id != bot.heard[0].sender_id
        client.forget()
        await client.say("a")
        now[0] += 24 * 3600 + 1
        await client.say("a")
        assert bot.heard[-1].sender_id != bot.heard[-2].sender_id


async def test_leaving_takes_the_cookie_off_the_device():
    async with chat(Bot()) as client:
        await client.say("a")
        _, _, response = await client.post({"leave": True}, "end")
        assert "max-age=0" in response.headers["Set-Cookie"].lower()


async def test_cookie_attributes():
    async with chat(Bot()) as client:
        async with client.http.get(client.base) as response:
            cookie = response.headers["Set-Cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "domain" not in cookie
        assert "secure" not in cookie
    async with chat(Bot(), proxies=1) as client:
        async with client.http.get(client.base, headers={"X-Forwarded-Proto": "https"}) as response:
            cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("__Host-sid=")
        assert "Secure" in cookie


async def test_a_retry_gets_the_same_reply_and_is_not_spoken_twice():
    bot = Bot()
    async with chat(bot, per_minute=1, burst=1) as client:
        await client.http.get(client.base)
        same = [await client.post({"text": "a", "id": "key-0001"}) for _ in range(3)]
        assert len(bot.heard) == 1
        assert [lines for _, lines, _ in same] == [same[0][1]] * 3
        status, error, _ = await client.post({"text": "b", "id": "key-0001"})
        assert (status, error["error"]) == (409, "id_used_again")


async def test_parallel_copies_are_spoken_once_and_a_key_means_nothing_in_another_session():
    async def answer(message: UserMessage) -> None:
        await asyncio.sleep(0.1)
        await message.output_channel.send_response("", {"text": "x"})

    bot = Bot(answer)
    async with chat(bot) as client:
        await client.http.get(client.base)
        replies = await asyncio.gather(*(client.post({"text": "a", "id": "key-0001"}) for _ in range(5)))
        assert {status for status, _, _ in replies} == {200}
        assert len(bot.heard) == 1
        client.forget()
        await client.say("a", id="key-0001")
        assert len(bot.heard) == 2


async def test_a_slow_answer_is_told_truthfully_and_a_retry_collects_it():
    async def answer(message: UserMessage) -> None:
        await asyncio.sleep(0.4)
        await message.output_channel.send_response("", {"text": "late"})

    bot = Bot(answer)
    async with chat(bot, timeout_seconds=0.1) as client:
        await client.http.get(client.base)
        status, error, _ = await client.post({"text": "a", "id": "key-0001", "lang": "en"})
        assert (status, error["error"]) == (504, "slow")
        assert "try again" in error["message"]
        assert "03-5388-2337" in error["message"]
        await asyncio.sleep(0.4)
        assert (await client.say("a", id="key-0001"))[0]["text"] == "late"
        assert len(bot.heard) == 1


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
async def test_a_failing_bot_is_told_truthfully_and_quotes_nothing(lang, caplog):
    async def answer(message: UserMessage) -> None:
        raise RuntimeError(f"could not store {message.text}")

    bot = Bot(answer)
    async with chat(bot) as client:
        with caplog.at_level(logging.DEBUG):
            status, error, _ = await client.post({"text": "山田花子です", "id": "key-0001", "lang": lang})
        assert (status, error["error"]) == (503, "unavailable")
        assert "03-5388-2337" in error["message"]
        assert "山田" not in caplog.text
        assert "RuntimeError" in caplog.text
        await client.post({"text": "山田花子です", "id": "key-0001", "lang": lang})
        assert len(bot.heard) == 2, "a failed message may be tried again"


async def test_what_was_said_before_a_failure_is_kept_and_silence_is_never_the_answer():
    async def answer(message: UserMessage) -> None:
        if message.text == "half":
            await message.output_channel.send_response("", {"text": "first"})
            raise RuntimeError

    async with chat(Bot(answer)) as client:
        half = await client.say("half")
        assert half[0]["text"] == "first"
        assert "03-5388-2337" in half[1]["text"]
        silent = await client.say("silent")
        assert silent[0]["kind"] == "fallback"
        assert silent[0]["text"]
