"""A few messages at a time, a bounded number waiting, the rest refused at once (R3)."""

from __future__ import annotations

import asyncio

import pytest

from bot.admission import Admission, Overloaded


class Slow:
    """Handles messages, each until it is told to finish."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.at_once = self.most_at_once = 0
        self.finish = asyncio.Event()

    async def __call__(self, message: int) -> int:
        self.begun.append(message)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.finish.wait()
        self.at_once -= 1
        return message


async def test_few_at_once_all_in_order() -> None:
    slow = Slow()
    handle = Admission(at_once=2).around(slow)
    tasks = [asyncio.ensure_future(handle(n)) for n in range(20)]
    await asyncio.sleep(0)
    assert slow.begun == [0, 1]
    slow.finish.set()
    assert await asyncio.gather(*tasks) == list(range(20))
    assert slow.begun == list(range(20))
    assert slow.most_at_once == 2


async def test_beyond_the_bound_a_message_is_refused_at_once_and_the_others_are_not() -> None:
    slow = Slow()
    admission = Admission(at_once=2, waiting=5)
    handle = admission.around(slow)
    tasks = [asyncio.ensure_future(handle(n)) for n in range(7)]
    await asyncio.sleep(0)
    assert admission.waiting == 5
    with pytest.raises(Overloaded) as refused:
        await asyncio.wait_for(handle(99), 0.5)
    assert refused.value.retry_after > 0
    with pytest.raises(Overloaded):
        admission.check()
    slow.finish.set()
    assert await asyncio.gather(*tasks) == list(range(7))
    assert 99 not in slow.begun
    admission.check()


async def test_a_message_given_up_while_waiting_leaves_no_gap() -> None:
    slow = Slow()
    admission = Admission(at_once=1, waiting=5)
    handle = admission.around(slow)
    first, second, third = (asyncio.ensure_future(handle(n)) for n in range(3))
    await asyncio.sleep(0)
    second.cancel()
    slow.finish.set()
    assert [await first, await third] == [0, 2]
    assert admission.waiting == 0


async def test_a_failing_message_gives_its_turn_on() -> None:
    async def fails(message: int) -> None:
        raise ZeroDivisionError

    handle = Admission(at_once=1).around(fails)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await handle(1)


async def test_busy_means_that_somebody_else_is_answered_or_waits() -> None:
    slow = Slow()
    admission = Admission(at_once=1)
    handle = admission.around(slow)
    assert not admission.busy()
    first = asyncio.ensure_future(handle(1))
    await asyncio.sleep(0)
    assert not admission.busy()
    second = asyncio.ensure_future(handle(2))
    await asyncio.sleep(0)
    assert admission.busy()
    slow.finish.set()
    await asyncio.gather(first, second)
    assert not admission.busy()


async def test_overloaded_means_a_wait_nobody_should_have() -> None:
    async def takes_a_while(message: int) -> None:
        await asyncio.sleep(0.02)

    admission = Admission(at_once=1, patience=0.01)
    handle = admission.around(takes_a_while)
    assert not admission.overloaded()
    tasks = [asyncio.ensure_future(handle(n)) for n in range(40)]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    assert admission.overloaded()
    await asyncio.gather(*tasks)
    assert not admission.overloaded()


def test_the_web_chat_asks_whether_it_is_too_much() -> None:
    from bot.channels.limits import Refused
    from bot.channels.rate import RateLimiter
    from bot.channels.turns import Turns

    turns = Turns(RateLimiter(60, 5), RateLimiter(60, 5), 100)
    turns.refuse_when_busy()
    turns.overloaded = lambda: True
    with pytest.raises(Refused) as refused:
        turns.refuse_when_busy()
    assert refused.value.status == 429
    assert refused.value.retry_after
