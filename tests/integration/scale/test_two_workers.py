"""Two workers as one bot: either goes on with what the other began, and nothing is said twice, lost or left open (R4, R10, R13)."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
import signal
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import aiohttp
import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered

from bot.applications.model import Wishes
from bot.channels.sessions import Sessions
from bot.knowledge.loader import ROOT
from bot.privacy.crypto import Vault
from bot.shared.trackers import SharedTrackerStore
from bot.store import connect
from tests.drills.installation import installation
from tests.integration.scale.conftest import BROKER, REDIS, SESSION_BURST, Pair
from tests.integration.scale.engines import in_database, in_queue, in_redis, until
from tests.integration.scale.workers import Browser, lines

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(600)]

PHONE = "03-5388-2337"
QUESTIONS = (
    "費用はいくらですか",
    "必要な書類は何ですか",
    "どこに届け出ますか",
    "証明書は何に使えますか",
    "How long does it take?",
)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
async def browser(http: aiohttp.ClientSession, pair: Pair) -> Browser:
    found = Browser(http)
    await found.open(pair.workers[0])
    return found


def vault(pair: Pair) -> Vault:
    return Vault(pair.settings.data_keys, pair.settings.lookup_key.encode())


async def heard(pair: Pair, browser: Browser) -> list[str]:
    """What the conversation of a browser holds that the person said, in its order; only the last ones are kept."""
    return (await kept(pair, browser))[1]


async def kept(pair: Pair, browser: Browser) -> tuple[int, list[str]]:
    """How many turns the conversation had, and what was said in the last of them."""
    sessions = Sessions(pair.settings.web_secret.encode())
    session = sessions.read(browser.cookie)
    assert session is not None
    domain = Domain.load(str(ROOT / "domain.yml"))
    store = SharedTrackerStore(domain, connect(pair.settings.database_url), vault(pair))
    tracker = await store.retrieve(sessions.conversation_id(session))
    if tracker is None:
        return 0, []
    return tracker.version, [event.text for event in tracker.events if isinstance(event, UserUttered)]


# --- one conversation


async def test_what_one_worker_was_told_the_other_remembers(pair: Pair, browser: Browser) -> None:
    one, two = pair.workers
    await browser.say(one, "In English, please")
    assert all(line["lang"] == "en" for line in await browser.say(two, "費用は？"))
    assert await heard(pair, browser) == ["In English, please", "費用は？"]


async def test_messages_through_both_at_once_are_each_handled_once(pair: Pair, browser: Browser) -> None:
    said = [f"{n}番目の質問です。費用は？" for n in range(12)]
    replies = await asyncio.gather(*(browser.say(pair.workers[n % 2], text) for n, text in enumerate(said)))
    assert all(replies)
    turns, last = await kept(pair, browser)
    assert turns == len(said)
    assert len(set(last)) == len(last) and set(last) <= set(said)


async def test_the_order_of_one_who_waits_for_answers_holds(pair: Pair, browser: Browser) -> None:
    said = [f"{n}番目の質問です。書類は？" for n in range(10)]
    for n, text in enumerate(said):
        await browser.say(pair.workers[n % 2], text)
    turns, last = await kept(pair, browser)
    assert turns == len(said)
    assert last == said[-len(last) :]


async def test_a_retry_at_the_other_worker_gets_the_same_bytes_and_is_not_spoken_twice(
    pair: Pair, browser: Browser
) -> None:
    one, two = pair.workers
    body = {"text": "費用は？", "id": secrets.token_hex(8)}
    answers = await asyncio.gather(*(browser.post(worker, body) for worker in (one, two, two, one)))
    answers.append(await browser.post(two, body))
    assert {status for status, _, _ in answers} == {200}
    assert len({raw for _, raw, _ in answers}) == 1
    assert await heard(pair, browser) == ["費用は？"]
    status, raw, _ = await browser.post(two, {**body, "text": "other"})
    assert (status, json.loads(raw)["error"]) == (409, "id_used_again")


async def test_a_session_ended_at_one_worker_is_worthless_at_the_other_and_its_words_are_gone(
    pair: Pair, browser: Browser
) -> None:
    one, two = pair.workers
    body = {"text": "費用は？", "id": secrets.token_hex(8)}
    await browser.post(one, body)
    kept = browser.cookie
    assert await heard(pair, browser) == ["費用は？"]
    assert (await browser.post(two, {}, "end"))[0] == 204
    browser.cookie = kept
    assert await heard(pair, browser) == []
    await browser.post(one, {"text": "書類は？"})
    assert browser.cookie != kept, "a new session took its place"
    assert await heard(pair, browser) == ["書類は？"]


# --- limits


async def test_an_address_has_one_allowance_at_all_workers(pair: Pair, http: aiohttp.ClientSession) -> None:
    browser = Browser(http)
    got = []
    for n in range(7):
        browser.cookie = None
        got.append(await browser.post(pair.workers[n % 2], {"text": "はい"}))
    assert [status for status, _, _ in got] == [200] * 5 + [429] * 2
    assert 1 <= int(got[-1][2].headers["Retry-After"]) <= 3


async def test_a_session_has_one_allowance_at_all_workers(pair: Pair, browser: Browser) -> None:
    async def status(n: int) -> int:
        browser.address = f"10.9.{n}.1"
        return (await browser.post(pair.workers[n % 2], {"text": "はい"}))[0]

    got = await asyncio.gather(*(status(n) for n in range(SESSION_BURST + 20)))
    assert set(got) == {200, 429}
    assert SESSION_BURST <= got.count(200) <= SESSION_BURST + 12  # one more each second


# --- the page /a


async def test_an_application_opened_at_one_worker_is_open_at_the_other_until_closed(
    pair: Pair, http: aiohttp.ClientSession
) -> None:
    applications = installation(pair.settings.database_url, vault=vault(pair))
    case = applications.start(Wishes(), None, "confirmation-of-the-test", pair_today())
    applications.store.close()
    one, two = (worker.url for worker in pair.workers)
    async with http.get(f"{one}/a") as page:
        cookie, token = page.cookies["aid"].value, _token(await page.text())
    form = {"receipt": case.receipt, "pin": case.pin, "token": token}
    async with http.post(f"{two}/a", data=form, cookies={"aid": cookie}, allow_redirects=False) as answer:
        assert answer.status == 303
        opened = {"aid": answer.cookies["aid"].value}
    async with http.get(f"{one}/a", cookies=opened) as page:
        text = await page.text()
        assert "/a/wishes" in text
    async with http.get(f"{two}/a/pin", cookies=opened) as page:
        token = _token(await page.text())
    change = {"receipt": case.receipt, "pin": case.pin, "token": token}
    async with http.post(f"{one}/a/pin", data=change, cookies=opened, allow_redirects=False) as answer:
        assert answer.status == 303
    shown = []
    for url in (two, one):  # a new PIN is shown once, by whichever worker
        async with http.get(f"{url}/a/pin", cookies=opened) as page:
            shown.append(re.findall(r">\s*(\d{6})\s*<", await page.text()))
    assert [len(pins) for pins in shown] == [1, 0]
    async with http.post(f"{two}/a/close", data={}, cookies=opened, allow_redirects=False) as answer:
        assert answer.status == 303
    async with http.get(f"{one}/a", cookies=opened) as page:
        assert "/a/wishes" not in await page.text()


def _token(page: str) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{32})"', page)
    assert found, page
    return found[1]


def pair_today() -> Any:
    from bot import clock

    return clock.today()


# --- nothing of anybody where it must not be


CANARIES = ("山田花子", "090-1234-5678", "hanako@example.org", "TP-7K3M-9QXD-4R2W", "482913", "昭和60年4月1日")


def hidden_forms(canary: str) -> list[bytes]:
    forms = [
        canary.encode(),
        canary.encode("utf-16-le"),
        json.dumps(canary)[1:-1].encode(),
        canary.encode().hex().encode(),
    ]
    forms += [base64.b64encode(canary.encode())[:-4]]
    return [form for form in forms if len(form) > 5]


async def test_no_personal_data_in_redis_database_broker_or_logs(pair: Pair, http: aiohttp.ClientSession) -> None:
    said = (
        "私は山田花子です。電話は090-1234-5678、メールは hanako@example.org です",
        "受付番号は TP-7K3M-9QXD-4R2W で、暗証番号は482913です",
        "生年月日は昭和60年4月1日です。費用は？",
    )
    browser = Browser(http)
    await browser.open(pair.workers[0])
    await in_queue(BROKER, pair.queue)
    for n, text in enumerate(said):
        await browser.say(pair.workers[n % 2], text)
    told: list[dict[str, Any]] = []

    async def arrived() -> bool:
        told.extend(await in_queue(BROKER, pair.queue))
        return sum(event["event"] == "user" for event in told) >= len(said)

    await until(arrived)
    places = {
        "redis": in_redis(REDIS, pair.settings.redis_prefix),
        "database": in_database(pair.settings.database_url),
        "broker": json.dumps(told, ensure_ascii=False).encode() + json.dumps(told).encode(),
        "logs": b"".join(worker.log.read_bytes() for worker in pair.workers),
    }
    assert places["redis"] and places["database"]
    for place, held in places.items():
        for canary in CANARIES:
            for form in hidden_forms(canary):
                assert form not in held, f"{canary} in {place}"
    conversation = Sessions(pair.settings.web_secret.encode())
    name = conversation.conversation_id(conversation.read(browser.cookie))  # type: ignore[arg-type]
    for place in ("redis", "database", "broker"):
        assert name.encode() not in places[place], f"the conversation's own name in {place}"


async def test_the_broker_is_told_what_was_asked_for_and_no_words(pair: Pair, browser: Browser) -> None:
    await in_queue(BROKER, pair.queue)
    await browser.say(pair.workers[0], "費用はいくらですか")
    told: list[dict[str, Any]] = []

    async def arrived() -> bool:
        told.extend(await in_queue(BROKER, pair.queue))
        return any(event["event"] == "bot" for event in told)

    await until(arrived)
    assert {event["event"] for event in told} == {"user", "bot"}
    assert len({event["sender_id"] for event in told}) == 1
    answer = next(event for event in told if event["event"] == "bot")["metadata"]["answer"]
    assert answer["id"] and answer["kind"] == "answer"
    asked = next(event for event in told if event["event"] == "user")
    assert set(asked) == {"event", "timestamp", "input_channel", "parse_data", "sender_id"}
    assert set(asked["parse_data"]) == {"intent"}


# --- engines that are away


@pytest.mark.parametrize("how", ["cut", "silent"])
@pytest.mark.parametrize("engine", ["redis", "database"])
async def test_an_engine_that_is_away_is_told_truthfully_within_three_seconds_and_the_conversation_goes_on_after(
    pair: Pair, browser: Browser, engine: str, how: str
) -> None:
    one, two = pair.workers
    await browser.say(one, "In English, please")
    wire = pair.wires[engine]
    wire.cut() if how == "cut" else setattr(wire, "silent", True)
    try:
        for worker in (one, two):
            started = time.monotonic()
            status, raw, _ = await browser.post(worker, {"text": "費用は？", "lang": "en", "id": secrets.token_hex(8)})
            assert time.monotonic() - started < 3.5  # 3 s (R9) and what a busy machine adds
            assert status == 503
            assert PHONE in json.loads(raw)["message"]
            async with browser.http.get(f"{worker.url}/check?lang=en") as page:
                assert page.status == 200, "what needs no engine goes on"
            assert await asyncio.to_thread(worker.health) == (200, {**(await states(worker)), engine: False})
    finally:
        if how == "cut":
            wire.mend()
        wire.silent = False

    async def again(worker: Any) -> bool:
        return (await browser.post(worker, {"text": "費用は？", "id": "key-after-the-outage"}))[0] == 200

    for worker in (two, one):  # each finds the engine again in its own time
        await until(partial(again, worker), 20)
    _, raw, _ = await browser.post(one, {"text": "費用は？", "id": "key-after-the-outage"})
    assert lines(raw)[0]["lang"] == "en", "not a blank conversation"
    assert await heard(pair, browser) == ["In English, please", "費用は？"]


async def states(worker: Any) -> dict[str, bool]:
    return (await asyncio.to_thread(worker.health))[1]


async def test_without_the_broker_everything_goes_on_and_it_is_told_later(pair: Pair, browser: Browser) -> None:
    wire = pair.wires["broker"]
    await in_queue(BROKER, pair.queue)
    wire.cut()
    try:
        await until(lambda: not pair.workers[0].health()[1]["broker"], 15)
        started = time.monotonic()
        assert await browser.say(pair.workers[0], "費用は？")
        assert time.monotonic() - started < 3
    finally:
        wire.mend()
    told: list[dict[str, Any]] = []

    async def arrived() -> bool:
        told.extend(await in_queue(BROKER, pair.queue))
        return any(event["event"] == "bot" for event in told)

    await until(arrived, 30)


# --- workers that die, hang, and are replaced


async def test_a_killed_workers_message_is_answered_once_by_the_other(pair: Pair, browser: Browser) -> None:
    one, two = pair.workers
    await browser.say(two, "In English, please")
    body = {"text": "費用は？", "id": secrets.token_hex(8)}
    asked = asyncio.create_task(browser.post(two, body))
    await asyncio.sleep(0.01)
    two.kill()
    with pytest.raises(aiohttp.ClientError):
        await asked
    status, raw, _ = await browser.post(one, body)
    if status == 504:  # told truthfully that it takes long: the page offers to send it again
        status, raw, _ = await browser.post(one, body)
    assert status == 200
    assert lines(raw)[0]["lang"] == "en"
    assert await heard(pair, browser) == ["In English, please", "費用は？"]


async def test_a_worker_that_hung_and_wakes_up_overwrites_nothing(pair: Pair, browser: Browser) -> None:
    one, two = pair.workers
    await browser.say(two, "In English, please")
    body = {"text": "費用は？", "id": secrets.token_hex(8)}
    asked = asyncio.create_task(browser.post(two, body))
    await asyncio.sleep(0.01)
    two.send(signal.SIGSTOP)
    try:
        status = 504
        while status == 504:
            status, raw, _ = await browser.post(one, body)
        assert status == 200
        assert lines(raw)[0]["lang"] == "en"
        await browser.say(one, "書類は？")
    finally:
        two.send(signal.SIGCONT)
    await asked
    turns, last = await kept(pair, browser)
    assert (turns, last[-2:]) == (3, ["費用は？", "書類は？"])

    async def answers_again() -> bool:  # what it had asked of the engines before it hung has run out meanwhile
        return (await browser.post(two, {"text": "ほかには？", "id": "key-after-waking"}))[0] == 200

    await until(answers_again)
    turns, last = await kept(pair, browser)
    assert (turns, last[-1]) == (4, "ほかには？")


async def test_a_rolling_restart_loses_nothing(pair: Pair, http: aiohttp.ClientSession) -> None:
    """People talk on while one worker after the other is told to stop; whoever finds a door closed goes to the next, as nginx does."""
    stop = asyncio.Event()
    people = [Browser(http) for _ in range(6)]
    said: dict[Browser, list[str]] = {person: [] for person in people}

    async def through_the_proxy(person: Browser, text: str, first: int) -> None:
        key = secrets.token_hex(8)
        for attempt in range(20):
            worker = pair.workers[(first + attempt) % 2]
            try:
                await person.say(worker, text, key)
                return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
        raise AssertionError("nobody answered")

    async def talk(person: Browser, n: int) -> None:
        while not stop.is_set():
            text = f"{len(said[person])}番目。{QUESTIONS[n % len(QUESTIONS)]}"
            await through_the_proxy(person, text, n)
            said[person].append(text)
            await asyncio.sleep(0.4)

    for person in people:
        await person.open(pair.workers[0])
    talking = [asyncio.create_task(talk(person, n)) for n, person in enumerate(people)]
    await asyncio.sleep(1)
    for worker in pair.workers:
        assert worker.process is not None
        worker.send(signal.SIGTERM)
        assert await asyncio.to_thread(worker.process.wait, 40) == 0
        if worker is pair.workers[0]:  # the first is back before the second goes
            worker.start()
            await asyncio.to_thread(worker.wait_until_ready)
    await asyncio.sleep(1)
    stop.set()
    await asyncio.gather(*talking)
    for person in people:
        turns, last = await kept(pair, person)
        assert turns == len(said[person]) > 3
        assert last == said[person][-len(last) :]
