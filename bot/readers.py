"""Further processes that read messages while this one answers, so that one installation uses more than one core.

Reading (words, entities, needs, standing) is half of a message's work and needs nothing but its text and the title of what was answered
last: conversations, limits and applications stay in the one process that answers. Readers are forked once the model is loaded, so they
share its memory. Whoever is alone is read here, as that is quicker; so is everybody when a reader is gone.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import pickle
import signal
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

logger = logging.getLogger(__name__)

Parsed = dict[str, Any]
Asked = tuple[str, "str | None"]
"""A message, and the title of what was answered last."""
Read = Callable[[Sequence[Asked]], Sequence[Parsed]]

_TO_THE_GROUP = (signal.SIGINT, signal.SIGTERM)
AHEAD = 8  # so many may wait at a reader's door: what waits there is read together, which costs less than one by one
_LARGEST = 1 << 20
_USUAL = "費用はいくらですか"  # what is made at the first message is made before the fork, and shared


class Readers:
    """Readers of one process; each answers in the order it was asked."""

    def __init__(self, read: Read, count: int, busy: Callable[[], bool], usual: Sequence[str] = ()) -> None:
        """Forks `count` processes that `read`; they are asked while this one is `busy`. Call before any thread or loop is begun.

        Each first reads some `usual` texts by itself: what it needs of the shared memory for itself it takes now, and not while people wait.
        """
        self._busy = busy
        self._readers: list[_Reader] = []
        if count:
            read([(_USUAL, None)])
            gc.collect()
            gc.freeze()
        for _ in range(count):
            self._readers.append(_Reader(read, [reader.door for reader in self._readers], usual))

    @property
    def alive(self) -> int:
        """How many are at work."""
        return len(self._readers)

    async def read(self, text: str, before: str | None) -> Parsed | None:
        """What a reader found, or None if it is better read here."""
        if not self._readers or not self._busy():
            return None
        for reader in self._readers:
            reader.listen()
        reader = min(self._readers, key=lambda reader: len(reader.asked) if reader.ready else AHEAD)
        if not reader.ready or len(reader.asked) >= AHEAD:
            return None
        try:
            return await reader.ask(text, before)
        except ConnectionError:
            if reader in self._readers:
                self._readers.remove(reader)
                reader.bury()
                logger.error("reader %s is gone; %s are left, and messages are read here", reader.pid, self.alive)
            return None

    def close(self) -> None:
        """Lets all readers end."""
        while self._readers:
            self._readers.pop().bury()


class _Reader:
    """This side of one reader: what it was asked and has not answered yet."""

    def __init__(self, read: Read, doors: list[socket.socket], usual: Sequence[str]) -> None:
        self.door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.asked: deque[asyncio.Future[Parsed | None]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.ready = False
        # Held back until the child ignores them: a signal to the whole group right after the fork must not end it.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, _TO_THE_GROUP)
        self.pid = os.fork()
        if self.pid == 0:
            for sign in _TO_THE_GROUP:
                signal.signal(sign, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
            for door in (self.door, *doors):  # a door another process holds open never looks closed
                door.close()
            _read_on(theirs, read, usual)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        theirs.close()
        self.door.setblocking(False)

    def listen(self) -> None:
        """Hears what the reader says, from the first message on."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self.door.fileno(), self._told)

    async def ask(self, text: str, before: str | None) -> Parsed | None:
        """Raises ConnectionError when the reader is gone, also while it was reading."""
        assert self._loop is not None
        try:
            self.door.send(pickle.dumps((text, before)))
        except (BlockingIOError, OSError) as error:
            if isinstance(error, BlockingIOError):
                return None
            raise ConnectionError from error
        answer = self._loop.create_future()
        self.asked.append(answer)
        return await answer

    def _told(self) -> None:
        try:
            data = self.door.recv(_LARGEST)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._give_up()
            return
        if not self.ready:
            self.ready = True
            return
        answer = self.asked.popleft()
        if not answer.done():  # who asked may have gone
            answer.set_result(pickle.loads(data))  # from our own process

    def _give_up(self) -> None:
        self.ready = True  # whoever asks now learns that it is gone
        if self._loop is not None:
            self._loop.remove_reader(self.door.fileno())
            self._loop = None
        while self.asked:
            answer = self.asked.popleft()
            if not answer.done():
                answer.set_exception(ConnectionError())

    def bury(self) -> None:
        """Ends the reader by closing its door."""
        self._give_up()
        self.door.close()
        with suppress(ChildProcessError):  # somebody else has seen its end
            os.waitpid(self.pid, os.WNOHANG)


def _read_on(door: socket.socket, read: Read, usual: Sequence[str]) -> None:
    """The life of a reader: it ends with the process that made it, whatever signal both get."""
    try:
        for text in usual:
            read([(text, None)])
        door.send(b"ready")
        while asked := _at_the_door(door):
            for answer in _answers(read, asked):
                door.send(answer)
    except OSError:
        pass  # the other side is gone
    finally:
        os._exit(0)


def _at_the_door(door: socket.socket) -> list[Asked]:
    """Waits for a message and takes along what came with it; nothing when the other side has closed."""
    asked, data = [], door.recv(_LARGEST)
    while data:
        asked.append(pickle.loads(data))
        try:
            data = door.recv(_LARGEST, socket.MSG_DONTWAIT)
        except BlockingIOError:
            break
    return asked


def _answers(read: Read, asked: Sequence[Asked]) -> Iterator[bytes]:
    """What was found, each as soon as it can be sent."""
    try:
        found = read(asked)
    except Exception as error:
        if len(asked) > 1:  # only one of them is at fault
            for one in asked:
                yield from _answers(read, [one])
            return
        # It is read again by the other side, where the same fault is met by who knows how to speak of it. Never the text: it is private.
        logger.warning("a reader could not read a message (%s); the server reads it itself", type(error).__name__)
        yield pickle.dumps(None)
        return
    for one in found:
        yield pickle.dumps(one, pickle.HIGHEST_PROTOCOL)
