"""Processes that read beside the one that answers: what they find, and that nobody goes unanswered when one of them is gone."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.readers import AHEAD, Asked, Readers
from bot.settings import read

Make = Callable[..., Readers]


def spell(asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Stands for the parser: tells what it was given, together with how many, and which process it is."""
    texts = [text for text, _ in asked]
    if "fault" in texts:
        raise ValueError(texts)
    if "slow" in texts:
        time.sleep(0.2)
    return [{"text": text, "before": before, "of": len(asked), "by": os.getpid()} for text, before in asked]


@pytest.fixture
def made() -> Iterator[Make]:
    all_made = []

    def make(count: int = 1, busy: bool = True, usual: tuple[str, ...] = ()) -> Readers:
        all_made.append(Readers(spell, count, lambda: busy, usual))
        return all_made[-1]

    yield make
    for readers in all_made:
        readers.close()


def gone(pid: int) -> bool:
    """Whether a process of ours has ended, within two seconds."""
    for _ in range(200):
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return True
        except ChildProcessError:
            return True
        time.sleep(0.01)
    return False


async def at_work(readers: Readers) -> Readers:
    """Readers that have read what they read first."""
    while readers._readers and not all(reader.ready for reader in readers._readers):
        await readers.read("はい", None)
        await asyncio.sleep(0.01)
    return readers


def pids(readers: Readers) -> list[int]:
    return [reader.pid for reader in readers._readers]


def test_another_process_reads_and_the_answer_comes_whole(made: Make) -> None:
    readers = made()
    long = "費用はいくらですか？" * 100

    async def ask() -> Any:
        return await (await at_work(readers)).read(long, "届け出の費用")

    found = asyncio.run(ask())
    assert found == {"text": long, "before": "届け出の費用", "of": 1, "by": pids(readers)[0]}


def test_who_is_alone_is_read_here(made: Make) -> None:
    assert asyncio.run(made(busy=False).read("はい", None)) is None
    assert asyncio.run(made(count=0).read("はい", None)) is None


def test_answers_come_to_those_who_asked_and_who_finds_no_room_is_read_here(made: Make) -> None:
    readers = made(count=2)

    room = 2 * AHEAD

    async def all_at_once() -> list[Any]:
        await at_work(readers)
        return await asyncio.gather(*(readers.read(str(n), None) for n in range(room + 2)))

    found = asyncio.run(all_at_once())
    assert [one and one["text"] for one in found] == [*map(str, range(room)), None, None]
    assert {one["by"] for one in found if one} == set(pids(readers))


def test_what_waits_at_the_door_is_read_together_and_a_fault_in_one_is_no_fault_of_the_others(made: Make) -> None:
    readers = made()

    async def behind_a_slow_one() -> list[Any]:
        await at_work(readers)
        slow = asyncio.ensure_future(readers.read("slow", None))
        await asyncio.sleep(0.05)
        return await asyncio.gather(slow, *(readers.read(text, None) for text in ("一", "二", "fault", "三")))

    assert [one and (one["text"], one["of"]) for one in asyncio.run(behind_a_slow_one())] == [
        ("slow", 1), ("一", 1), ("二", 1), None, ("三", 1),
    ]  # fmt: skip
    readers = made()

    async def without_fault() -> list[Any]:
        await at_work(readers)
        slow = asyncio.ensure_future(readers.read("slow", None))
        await asyncio.sleep(0.05)
        return await asyncio.gather(slow, *(readers.read(text, None) for text in ("一", "二", "三")))

    assert [(one["text"], one["of"]) for one in asyncio.run(without_fault())] == [
        ("slow", 1), ("一", 3), ("二", 3), ("三", 3),
    ]  # fmt: skip


def test_while_a_reader_reads_what_it_reads_first_nobody_waits_for_it(made: Make) -> None:
    readers = made(usual=("slow", "slow"))

    async def early() -> Any:
        begun = time.monotonic()
        assert await readers.read("はい", None) is None
        assert time.monotonic() - begun < 0.2
        return await (await at_work(readers)).read("はい", None)

    assert asyncio.run(early())["text"] == "はい"


def test_a_fault_in_reading_is_logged_without_the_text(made: Make, tmp_path: Path) -> None:
    written = logging.FileHandler(tmp_path / "log", encoding="utf-8")
    logging.getLogger("bot.readers").addHandler(written)
    readers = made()

    async def fault() -> Any:
        await at_work(readers)
        return await readers.read("fault", None)

    try:
        assert asyncio.run(fault()) is None
    finally:
        logging.getLogger("bot.readers").removeHandler(written)
        written.close()
    said = (tmp_path / "log").read_text(encoding="utf-8")
    assert "ValueError" in said and "fault" not in said


def test_a_fault_in_reading_is_met_again_by_who_asked(made: Make) -> None:
    readers = made()

    async def fault_then_more() -> list[Any]:
        await at_work(readers)
        return [await readers.read("fault", None), await readers.read("はい", None)]

    fault, more = asyncio.run(fault_then_more())
    assert fault is None
    assert more["text"] == "はい"


def test_when_a_reader_is_killed_the_message_is_read_here_and_so_are_all_later_ones(
    made: Make, caplog: pytest.LogCaptureFixture
) -> None:
    readers = made()

    async def killed_while_reading() -> list[Any]:
        await at_work(readers)
        asked = [asyncio.ensure_future(readers.read(text, None)) for text in ("slow", "はい")]
        await asyncio.sleep(0.05)
        os.kill(pids(readers)[0], signal.SIGKILL)
        return [*await asyncio.gather(*asked), await readers.read("いいえ", None)]

    assert asyncio.run(killed_while_reading()) == [None, None, None]
    assert readers.alive == 0
    assert caplog.text.count("is gone") == 1
    assert "はい" not in caplog.text


def test_who_gave_up_waiting_takes_nobody_elses_answer(made: Make) -> None:
    readers = made()

    async def impatient() -> Any:
        await at_work(readers)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(readers.read("slow", None), 0.05)
        return await readers.read("はい", None)

    assert asyncio.run(impatient())["text"] == "はい"


def test_readers_end_when_told_and_not_by_what_is_sent_to_the_whole_group(made: Make) -> None:
    readers = made(count=2)
    first, second = pids(readers)
    for sign in (signal.SIGINT, signal.SIGTERM):
        os.kill(first, sign)

    async def ask() -> Any:
        return await (await at_work(readers)).read("はい", None)

    assert asyncio.run(ask())["text"] == "はい"
    readers.close()
    assert gone(first)
    assert gone(second)


def test_readers_end_with_the_process_that_made_them() -> None:
    program = (
        "import os, signal\nfrom bot.readers import Readers\n"
        "r = Readers(lambda asked: [{} for _ in asked], 2, lambda: True)\n"
        "print(*(one.pid for one in r._readers), flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    left = [int(pid) for pid in done.stdout.split()]
    assert len(left) == 2
    for _ in range(200):
        left = [pid for pid in left if os.path.exists(f"/proc/{pid}") and not _zombie(pid)]
        if not left:
            break
        time.sleep(0.01)
    assert not left


def _zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_one_reader_is_there_where_a_core_is_free_for_it(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert read({}, tmp_path).readers == 1
    assert read({"TOMONI_READERS": "0"}, tmp_path).readers == 0
    shared = {"TOMONI_REDIS_URL": "redis://localhost", "TOMONI_DATABASE_URL": "postgresql://localhost/x"}
    assert read(shared, tmp_path).readers == 0
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert read({}, tmp_path).readers == 0
    monkeypatch.setattr("sys.platform", "darwin")
    assert read({"TOMONI_READERS": "1"}, tmp_path).readers == 1
    assert read({}, tmp_path).readers == 0
