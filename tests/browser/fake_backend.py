"""The chat page with a stand-in for Rasa, for tests and for trying the page by hand.

`python tests/browser/fake_backend.py` serves it at http://127.0.0.1:8090/webhooks/web/. Texts that steer it: 「遅い」 slow, 「失敗」 failure.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from bot.channels.webchat import WebChatInput

_numbers = itertools.count()

SOURCES = [
    {
        "title": "東京都総務局人権部「東京都パートナーシップ宣誓制度」",
        "url": "https://www.soumu.metro.tokyo.lg.jp/10jinken/sesaku/sonchou/partnership",
        "as_of": "2024-12-31",
    },
    {
        "title": "東京都パートナーシップ宣誓制度に関する規則(令和4年東京都規則第153号)",
        "url": "https://www.reiki.metro.tokyo.lg.jp/reiki/reiki_honbun/g101RG00005216.html",
        "as_of": "2022-06",
    },
    {"title": "東京都総務局人権部「届出希望の方向け」", "url": "https://example.org/a", "as_of": None},
]


def _answer(lang: str, text: str, related: list[str], **more: Any) -> dict[str, Any]:
    answer = {
        "id": "eligibility_tokyo_link",
        "lang": lang,
        "kind": "answer",
        "citations": SOURCES,
        "checked_on": "2026-11-01",
        "version": "32a14ec5cc23",
    }
    answer["related"] = [{"title": title, "payload": title} for title in related]
    return {"text": text, "answer": answer | more}


JA = _answer(
    "ja",
    "はい。お二人のうち一人でも都内に住むか、通勤・通学していれば届け出できます。\n"
    "次のどれかに当てはまれば大丈夫です。\n・都内に住んでいる\n・3か月以内に都内へ引っ越す予定がある\n・都内に通勤、または通学している\n"
    "届出は https://www.soumu.metro.tokyo.lg.jp/10jinken/page/partnership01.html から始められます。"
    "わからないときは、人権部（電話 03-5388-2337）に聞いてください。",
    ["通勤の証明は何がいりますか？", "手続きの流れを教えてください", "引っ越す前でも届け出できますか？"],
)
EN = _answer(
    "en",
    "Yes. It is enough if one of you lives, works or studies in Tokyo (都内在住・在勤・在学).\n\n"
    "Any one of these will do.\n・You live in Tokyo\n・You will move to Tokyo within 3 months\n・You work or study in Tokyo\n\n"
    "Next, see what to prepare. If anything is unclear, call the Human Rights Division at 03-5388-2337.",
    ["How do I prove that I work in Tokyo?", "What are the steps to apply?"],
)
EASY = _answer(
    "ja-easy",
    "はい、できます。一人（ひとり）が 東京都（とうきょうと）に 住（す）んで いるか、通（かよ）って いれば だいじょうぶです。\n\n"
    "・東京都（とうきょうと）に 住（す）んで います\n・3か月（げつ）以内（いない）に 引（ひ）っ越（こ）します\n・仕事（しごと）や 学校（がっこう）が 東京都（とうきょうと）に あります\n\n"
    "分（わ）からない ときは 電話（でんわ）してください。電話（でんわ）は 03-5388-2337 です。",
    ["書類（しょるい）は 何（なに）が いりますか？", "どう やって 申（もう）し込（こ）みますか？"],
)
ASK = {
    "text": "お二人とも18歳以上ですか。",
    "answer": {"id": None, "lang": "ja", "kind": "ask", "citations": [], "related": []},
    "buttons": [
        {"title": "はい", "payload": "はい"},
        {"title": "いいえ", "payload": "いいえ"},
        {"title": "やめる", "payload": "やめる"},
    ],
}
DATES = _answer("ja-easy", "はい。\n2027年2月1日から 2027年4月14日までです。1年間（ねんかん）です。", [])
ELIGIBLE = _answer(
    "ja",
    "うかがった内容では、届け出られる条件に当てはまりそうです。\n・お二人とも18歳以上です。（規則第3条第1号）\n最終的な判断は東京都が行います。",
    ["どんな書類が必要ですか"],
    kind="eligible",
    choices=[{"title": "届出の準備を始める", "payload": "届出の準備を始めたい"}],
)
ELIGIBLE["buttons"] = [*ELIGIBLE["answer"]["choices"], *ELIGIBLE["answer"]["related"]]
CRISIS = {
    "text": "話してくださって、ありがとうございます。よりそいホットライン0120-279-338は24時間、通話料無料です。"
    "命が危ないときは、すぐに119か110に電話してください。",
    "answer": {"id": "crisis_suicide", "lang": "ja", "kind": "crisis", "citations": [], "related": []},
}
MARKUP = {"text": "<img src=x onerror=alert(1)> <b>x</b> javascript:alert(1) https://example.org/a?b=1。"}


class FakeBot:
    """Answers by a word in the text and remembers what it was asked."""

    def __init__(self) -> None:
        self.heard: list[UserMessage] = []

    async def __call__(self, message: UserMessage) -> None:
        """Stands where Rasa's agent stands."""
        self.heard.append(message)
        said = message.text
        lang = (message.metadata or {}).get("lang", "ja")
        if "遅い" in said:
            await asyncio.sleep(1.2)
        if "失敗" in said:
            raise RuntimeError(f"secret words: {said}")
        if "黙" in said:
            return
        reply = {"en": EN, "ja-easy": EASY}.get(lang, JA)
        reply = next(
            (
                r
                for word, r in {
                    "条件を確認": ASK,
                    "つらい": CRISIS,
                    "タグ": MARKUP,
                    "in English": EN,
                    "やさしく": EASY,
                    "満たす": ELIGIBLE,
                    "いつまで": DATES,
                }.items()
                if word in said
            ),
            reply,
        )
        await message.output_channel.send_response(message.sender_id, dict(reply))


def app_with(channel: WebChatInput, bot: Any) -> Sanic:
    """A Sanic application with the channel mounted as Rasa mounts it."""
    app = Sanic(f"fake_{next(_numbers)}", configure_logging=False)
    app.blueprint(channel.blueprint(bot), url_prefix="/webhooks/web")
    return app


@contextmanager
def running(channel: WebChatInput, bot: Any, port: int = 0) -> Iterator[str]:
    """Serves the channel from a thread on a free loopback port; yields the page's address."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    address: list[str] = []

    sock = socket.create_server(("127.0.0.1", port))

    async def start() -> Any:
        app = app_with(channel, bot)
        server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.start_serving()
        address.append(f"http://127.0.0.1:{sock.getsockname()[1]}/webhooks/web/")
        return server

    def serve() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    if not ready.wait(20):
        raise RuntimeError("the fake chat server did not start")
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


if __name__ == "__main__":
    with running(
        WebChatInput(per_minute=600, burst=60, address_per_minute=600, address_burst=60, count=print), FakeBot(), 8090
    ) as url:
        print(f"Open {url} (Ctrl+C stops)")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()
