"""LINE's official SDK, used as a bot's author would use it, against the fake; runs in the fake's environment."""

from __future__ import annotations

import asyncio
import json
import sys
import urllib.request

from linebot.v3 import WebhookParser
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
)

SECRET = "0123456789abcdef0123456789abcdef"
USER = "U" + "1" * 32


def steer(host: str, name: str, told: dict) -> None:
    """One of the fake's own addresses."""
    request = urllib.request.Request(
        f"{host}/_fake/{name}", json.dumps(told).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request).read()


async def main(told: dict) -> dict:
    """Parses what we signed, then replies, replies again, pushes, shows loading and reads a profile."""
    host, parser = told["host"], WebhookParser(SECRET)
    found = {"parsed": [type(e).__name__ for e in parser.parse(told["body"], told["signature"])]}
    try:
        parser.parse(told["body"] + " ", told["signature"])
        found["tampered"] = "taken"
    except InvalidSignatureError:
        found["tampered"] = "refused"
    steer(host, "set", {"languages": {USER: "ja"}, "tokens": {"t1": {"until": 9e12, "used": False}}})
    async with AsyncApiClient(Configuration(access_token="token", host=host)) as client:
        api = AsyncMessagingApi(client)
        hello = [TextMessage(text="こんにちは")]
        found["replied"] = len(
            (await api.reply_message(ReplyMessageRequest(reply_token="t1", messages=hello))).sent_messages
        )
        try:
            await api.reply_message(ReplyMessageRequest(reply_token="t1", messages=hello))
        except ApiException as error:
            found["again"] = error.status
        found["pushed"] = len((await api.push_message(PushMessageRequest(to=USER, messages=hello))).sent_messages)
        loading = await api.show_loading_animation_with_http_info(
            ShowLoadingAnimationRequest(chat_id=USER, loading_seconds=5)
        )
        found["loading"] = loading.status_code
        found["language"] = (await api.get_profile(USER)).language
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
