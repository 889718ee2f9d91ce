"""What the web channel refuses, how it says so, and the headers of everything it sends."""

from __future__ import annotations

import inspect
import random
import re
import time

import pytest
import yaml
from test_webchat import Bot, chat

from bot.channels.pages import STATIC, chat_words
from bot.channels.rate import RateLimiter
from bot.channels.webchat import WebChatInput
from bot.settings import read

RATES = ("per_minute", "burst", "address_per_minute", "address_burst")

DEEP = b'{"text":"a","x":' + b"[" * 5000 + b"]" * 5000 + b"}"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[]", 400, "bad_shape"),
        (b"null", 400, "bad_shape"),
        (b"3", 400, "bad_shape"),
        (b'"text"', 400, "bad_shape"),
        (b"", 400, "bad_json"),
        (b"{", 400, "bad_json"),
        (b'{"text": NaN}', 400, "bad_json"),
        (b'\xef\xbb\xbf{"text":"a"}', 400, "bad_json"),
        (b'{"text":"\xff\xfe"}', 400, "bad_json"),
        (b'{"text":' + b"9" * 900 + b"}", 400, "bad_text"),
        (DEEP, 400, "bad_json"),
        (b'{"text":"a","x":' + b"[" * 16 + b"]" * 16 + b"}", 400, "bad_json"),
        (b"{}", 400, "empty"),
        (b'{"text":""}', 400, "empty"),
        (b'{"text":" \xe3\x80\x80\\n"}', 400, "empty"),
        (b'{"text":"/"}', 400, "empty"),
        (b'{"text":"\\u0000\\u200b\\ud800"}', 400, "empty"),
        (b'{"text":null}', 400, "bad_text"),
        (b'{"text":{"a":1}}', 400, "bad_text"),
        (b'{"text":["a"]}', 400, "bad_text"),
        (b'{"text":true}', 400, "bad_text"),
        (b'{"text":"a","lang":"fr"}', 400, "bad_language"),
        (b'{"text":"a","lang":{}}', 400, "bad_language"),
        (b'{"text":"a","id":7}', 400, "bad_id"),
        (b'{"text":"a","id":"../../etc/passwd"}', 400, "bad_id"),
        (b'{"text":"' + b"a" * 5001 + b'"}', 400, "too_long"),
        ('{"text":"' + "ﷺ" * 300 + '"}', 400, "too_long"),
        (b'{"text":"' + b"a" * 16384 + b'"}', 413, "too_large"),
        (b"x" * 3_000_000, 413, "too_large"),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, bytes | str) else str(value),
)
async def test_wrong_requests_are_refused_in_words_and_never_reach_the_bot(body, status, code):
    bot = Bot()
    async with chat(bot) as client:
        got, error, response = await client.post(body.encode() if isinstance(body, str) else body)
        assert (got, error["error"]) == (status, code)
        assert error["message"]
        assert response.headers["Cache-Control"] == "no-store"
        assert bot.heard == []


@pytest.mark.parametrize(("lang", "word"), [("ja", "5,000文字"), ("en", "5,000 characters"), ("ja-easy", "文（ぶん）")])
async def test_a_too_long_text_is_refused_in_the_readers_language(lang, word):
    async with chat(Bot()) as client:
        started = time.perf_counter()
        _, error, _ = await client.post({"text": "a" * 5001, "lang": lang})
        assert word in error["message"]
        assert time.perf_counter() - started < 0.5


async def test_without_a_stated_language_the_browsers_is_used():
    async with chat(Bot()) as client:
        assert "empty" in (await client.post({}, Accept_Language="en-GB,en;q=0.9"))[1]["message"]
        assert "空" in (await client.post({}, Accept_Language="ja"))[1]["message"]


async def test_a_body_that_never_says_its_length_is_cut_off():
    async def endless():
        for _ in range(2000):
            yield b"x" * 1024

    async with chat(Bot()) as client:
        headers = {"Content-Type": "application/json", "Origin": client.origin}
        async with client.http.post(client.base + "messages", data=endless(), headers=headers) as response:
            assert response.status == 413


@pytest.mark.parametrize("typed", ["/restart", "／restart", "\u200b/restart", " \u3000//restart", "EXTERNAL: restart"])
async def test_typed_commands_are_plain_text(typed):
    bot = Bot()
    async with chat(bot) as client:
        await client.say(typed)
        assert bot.heard[0].text == "restart"


async def test_any_characters_get_an_answer_or_a_refusal():
    rng = random.Random(20261122)
    pools = [
        "ab /",
        "あ漢ｶﾞ",
        "\u202e\u200f\u0000\u0007",
        "\ud800\udc00\udfff",
        "e\u0301\u0321\u20dd",
        "🏳️‍🌈👩‍👩‍👧",
        "{}[]\"\\'%s{{7*7}}",
    ]
    async with chat(Bot(), per_minute=60_000, burst=5000, address_per_minute=60_000, address_burst=5000) as client:
        for _ in range(300):
            text = "".join(rng.choice(rng.choice(pools)) for _ in range(rng.randrange(40)))
            status, said, _ = await client.post({"text": text})
            assert status in (200, 400), text
            assert said


async def test_other_sites_cannot_post():
    bot = Bot()
    async with chat(bot, origins=("https://partner.example",)) as client:
        for origin in ("https://evil.example", "null", "http://127.0.0.1:1", "file://", "http://[", ""):
            assert (await client.post({"text": "a"}, Origin=origin))[0] == 403
        headers = {"Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"}
        async with client.http.post(client.base + "messages", data=b'{"text":"a"}', headers=headers) as response:
            assert response.status == 403
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            status, error, _ = await client.post({"text": "a"}, Content_Type=kind)
            assert (status, error["error"]) == (415, "not_json")
        assert (await client.post({}, "end", Origin="https://evil.example"))[0] == 403
        assert bot.heard == []
        assert (await client.post({"text": "a"}, Origin="https://partner.example"))[0] == 200


@pytest.mark.parametrize("with_cookie", [True, False])
async def test_twenty_a_minute_five_at_once(with_cookie):
    now = [5000.0]
    bot = Bot()
    async with chat(
        bot, clock=lambda: now[0], per_minute=20, burst=5, address_per_minute=20, address_burst=5
    ) as client:
        for expected in [200] * 5 + [429] * 3:
            if not with_cookie:
                client.forget()
            status, said, response = await client.post({"text": "a", "lang": "en"})
            assert status == expected
        assert said["error"] == "too_often"
        assert response.headers["Retry-After"] == "3"
        assert "3 seconds" in said["message"]
        now[0] += 3.1
        assert (await client.post({"text": "a"}))[0] == 200
        assert (await client.post({"text": "a"}))[0] == 429
        assert len(bot.heard) == 6


async def test_a_room_behind_one_address_is_let_in_and_a_flood_from_it_is_not(tmp_path):
    now, settings = [5000.0], read({}, tmp_path)
    limits = dict(zip(RATES, (*settings.web_rate, *settings.address_rate), strict=True))
    async with chat(Bot(), clock=lambda: now[0], **limits) as client:
        answers = []
        for _ in range(45):  # as many devices as in a workshop, and a few more, at the same moment
            client.forget()
            answers.append((await client.post({"text": "a"}))[0])
        assert answers == [200] * 40 + [429] * 5
        now[0] += 60
        for expected in [200] * 5 + [429]:  # one conversation alone gets no more than before
            assert (await client.post({"text": "a"}))[0] == expected
    assert _rates(WebChatInput) == limits


def _rates(channel):
    """The limits of a channel of which nothing is said in credentials.yml."""
    named = inspect.signature(channel).parameters
    return {name: named[name].default for name in RATES}


async def test_addresses_behind_our_proxy_are_told_apart_and_cannot_be_invented():
    settings = {"per_minute": 20, "burst": 1, "address_per_minute": 1, "address_burst": 1}
    async with chat(Bot(), proxies=1, **settings) as client:
        for address, status in [
            ("192.0.2.1", 200),
            ("192.0.2.2", 200),
            ("6.6.6.6, 192.0.2.1", 429),
            ("2001:db8::1", 200),
            ("2001:db8::2", 429),
        ]:
            client.forget()
            assert (await client.post({"text": "a"}, X_Forwarded_For=address))[0] == status
    async with chat(Bot(), **settings) as client:
        assert (await client.post({"text": "a"}, X_Forwarded_For="192.0.2.1"))[0] == 200
        client.forget()
        assert (await client.post({"text": "a"}, X_Forwarded_For="192.0.2.2"))[0] == 429


def test_the_limiter_forgets_the_longest_unused():
    limiter = RateLimiter(60, 1, clock=lambda: 10.0, max_keys=2)
    for key in "abc":
        limiter.take(key)
    assert [limiter.wait(key) for key in "abc"] == [0.0, 1.0, 1.0]


async def test_too_many_at_once_are_asked_to_wait():
    async with chat(Bot(), max_running=0) as client:
        status, error, response = await client.post({"text": "a"})
        assert (status, error["error"], response.headers["Retry-After"]) == (429, "busy", "2")


async def test_page_and_files_have_types_caching_and_safe_headers():
    async with chat(Bot()) as client:
        for path, kind in [
            ("", "text/html"),
            ("static/chat.css", "text/css"),
            ("static/chat.js", "text/javascript"),
            ("static/icon.svg", "image/svg+xml"),
        ]:
            async with client.http.get(client.base + path) as response:
                assert response.status == 200
                assert response.content_type == kind
                assert response.headers["Cache-Control"] == ("no-cache" if path else "no-store")
                assert response.headers["Referrer-Policy"] == "no-referrer"
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                policy = response.headers["Content-Security-Policy"]
                assert "default-src 'self'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
                etag = response.headers["ETag"]
            async with client.http.get(client.base + path, headers={"If-None-Match": etag}) as response:
                assert response.status == (304 if path else 200)
        for path in (
            "static/nothing.js",
            "static/..%2fwebchat.py",
            "static/%2e%2e/webchat.py",
            "static/index.html.bak",
        ):
            async with client.http.get(client.base + path) as response:
                assert response.status == 404
        async with client.http.get(client.base[:-1], allow_redirects=False) as response:
            assert response.headers["Location"] == "/webhooks/web/"


async def test_the_exit_can_lead_elsewhere():
    async with chat(Bot(), exit_url="https://example.org/?a=1&b=2") as client, client.http.get(client.base) as response:
        assert 'id="exit" href="https://example.org/?a=1&amp;b=2"' in await response.text()


async def test_every_file_is_sent_compressed():
    async with chat(Bot()) as client:
        for path in ("", "static/chat.css", "static/chat.js", "static/words.js", "static/icon.svg", "embed.js"):
            async with client.http.get(client.base + path, headers={"Accept-Encoding": "gzip"}) as response:
                assert response.headers["Content-Encoding"] == "gzip"


def test_credentials_are_the_arguments_of_the_channel():
    channel = WebChatInput.from_credentials({"secret": "s" * 32, "origins": ["https://a.example"], "proxies": None})
    assert channel.name() == channel.url_prefix() == "web"
    assert WebChatInput.from_credentials(None).name() == "web"
    with pytest.raises(ValueError, match="at least 32"):
        WebChatInput.from_credentials({"secret": "short"})


def test_the_same_secret_gives_the_same_conversation_after_a_restart():
    one, two = (WebChatInput(secret="s" * 32)._sessions for _ in range(2))
    session = one.issue()
    assert two.read(one.cookie(session)).id == session.id
    assert two.conversation_id(session) == one.conversation_id(session)
    assert session.id not in one.conversation_id(session)
    assert WebChatInput()._sessions.read(one.cookie(session)) is None


def test_every_refusal_is_worded_in_three_languages_and_numbers_are_those_of_the_knowledge_base():
    wording = yaml.safe_load((STATIC.parent / "wording.yml").read_text(encoding="utf-8"))
    assert all(set(texts) == {"ja", "en", "ja-easy"} and all(texts.values()) for texts in wording.values())
    figures = yaml.safe_load((STATIC.parents[2] / "data/knowledge/figures.yml").read_text(encoding="utf-8"))
    known = {figure["name"]: str(figure["value"]) for figure in figures}
    assert WebChatInput()._phone == known["office_phone"]
    own = (STATIC.parent / "chat_words.yml").read_text(encoding="utf-8")
    assert not re.search(r"0\d{1,4}-\d{1,4}-\d{3,4}|https?://", own)  # figures stand in figures.yml alone
    for words in chat_words().values():
        assert known["office_phone"] in words["office"]
        assert known["office_phone"] in words["no_answer"]
