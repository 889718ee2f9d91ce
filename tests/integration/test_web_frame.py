"""The session of a framed page: a header in place of the cookie, as hard to forge, and ended the same way."""

from __future__ import annotations

import re

import aiohttp
import pytest
from test_webchat import Bot, Client, chat

ALLOWED = {"embed_origins": ("https://ward.example", "https://npo.example")}


async def token_of(client: Client) -> str:
    async with client.http.get(client.base + "embed") as response:
        assert response.cookies == {}
        return re.search(r'<meta name="session" content="([^"]+)">', await response.text())[1]


async def test_the_header_carries_one_conversation_and_sets_no_cookie() -> None:
    bot = Bot()
    async with chat(bot, **ALLOWED) as client:
        one, other = await token_of(client), await token_of(client)
        for token in (one, one, other):
            status, _, response = await client.post({"text": "a"}, X_Session=token)
            assert status == 200
            assert response.cookies == {}
        ids = [message.sender_id for message in bot.heard]
        assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("forged", ["", "x", "0" * 32, "{}0", "a.b.c"])
async def test_a_header_that_is_not_ours_gets_a_conversation_of_its_own(forged: str) -> None:
    bot = Bot()
    async with chat(bot, **ALLOWED) as client:
        token = await token_of(client)
        await client.post({"text": "a"}, X_Session=token)
        client.http.cookie_jar.clear()
        status, _, response = await client.post({"text": "b"}, X_Session=forged.format(token) or "-")
        assert status == 200
        assert bot.heard[0].sender_id != bot.heard[1].sender_id
        await client.post({"text": "c"}, X_Session=response.headers["X-Session"])
        assert bot.heard[2].sender_id == bot.heard[1].sender_id


async def test_leaving_makes_the_header_worthless() -> None:
    bot = Bot()
    async with chat(bot, **ALLOWED) as client:
        token = await token_of(client)
        await client.post({"text": "a"}, X_Session=token)
        status, _, response = await client.post({"leave": True}, "end", X_Session=token)
        assert status == 204
        assert response.cookies == {}
        await client.post({"text": "b"}, X_Session=token)
        assert bot.heard[0].sender_id != bot.heard[1].sender_id


async def test_only_the_listed_sites_may_frame_and_only_that_page() -> None:
    async with chat(Bot(), **ALLOWED) as client:
        for path, ancestors in {
            "embed": "https://ward.example https://npo.example",
            "": "'none'",
            "static/chat.js": "'none'",
        }.items():
            async with client.http.get(client.base + path) as response:
                assert f"frame-ancestors {ancestors};" in response.headers["Content-Security-Policy"]
                assert ("X-Frame-Options" in response.headers) == (path != "embed")
    async with chat(Bot()) as client, client.http.get(client.base + "embed") as response:
        assert response.status == 404
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


async def test_colours_are_made_readable_and_nothing_else_gets_into_the_rules() -> None:
    async with chat(Bot(), **ALLOWED) as client:
        async with client.http.get(client.base + "accent.css?colour=f90") as response:
            assert response.content_type == "text/css"
            assert "--primary:#a36200" in await response.text()
        for wrong in ("red", "f90;}body{display:none", "", "%22"):
            async with client.http.get(client.base + "accent.css", params={"colour": wrong}) as response:
                assert response.status == 404
        async with client.http.get(client.base + 'embed?accent="><script>') as response:
            assert "accent.css" not in await response.text()
        async with client.http.get(client.base + "embed?accent=%2300695C&lang=en") as response:
            text = await response.text()
            assert "accent.css?colour=00695c" in text
            assert '<html lang="en" data-lang="en"' in text


async def test_a_page_of_another_site_cannot_post_with_a_header_either() -> None:
    async with chat(Bot(), **ALLOWED) as client:
        token = await token_of(client)
        status, error, _ = await client.post({"text": "a"}, X_Session=token, Origin="https://ward.example")
        assert (status, error["error"]) == (403, "foreign_origin")


async def test_every_load_is_a_new_session() -> None:
    async with chat(Bot(), **ALLOWED) as client, aiohttp.ClientSession() as someone_else:
        async with someone_else.get(client.base + "embed") as response:
            theirs = re.search(r'name="session" content="([^"]+)"', await response.text())[1]
        assert theirs != await token_of(client)
