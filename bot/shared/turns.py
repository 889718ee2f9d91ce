"""Turns, limits and ended sessions of the web channel, for all workers: one question to Redis for each message that comes.

Replies are kept for ten minutes, encrypted with a key made from the session's id, which is in the browser's cookie and nowhere here.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import itertools
import json
import math
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from bot.applications.errors import StoreUnavailable
from bot.channels.limits import Refused
from bot.channels.sessions import IDLE_SECONDS
from bot.channels.turns import GIVE_UP_SECONDS, KEEP_SECONDS, Answer, Asked, Messages, SessionEnded, Turn, Turns
from bot.privacy.crypto import CannotOpen, Place, Vault
from bot.shared.hub import DEAD_AFTER_MS, Hub

LOOK_SECONDS = 0.1
_LONGEST_MS = 3_600_000  # a bucket that old is full

# Ended? Answered already, or being answered by a worker with a pulse? Too often? If none of these, it is ours to answer.
_BEGIN = """
local ended, turns, field, claim, pulses, said = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local function worker(of) return pulses .. string.match(of, '^[^:]+') end
redis.call('SET', worker(claim), 1, 'PX', ARGV[10])
if redis.call('EXISTS', ended) == 1 then return {'ended'} end
local again = false
if field ~= '' then
  local kept = redis.call('HMGET', turns, field .. ':claim', field .. ':said', field .. ':replies')
  if kept[1] then
    if kept[2] ~= said then return {'other'} end
    if kept[3] then return {'done', kept[3]} end
    if kept[1] ~= claim and redis.call('EXISTS', worker(kept[1])) == 1 then return {'elsewhere'} end
    again = true
  end
end
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local wait, left = 0, {}
if not again then
  for n = 3, 4 do
    local rate, burst = tonumber(ARGV[2 * n - 1]) / 60, tonumber(ARGV[2 * n])
    local kept = redis.call('HMGET', KEYS[n], 'tokens', 'at')
    left[n] = math.min(burst, (tonumber(kept[1]) or burst) + (now - (tonumber(kept[2]) or now)) * rate)
    wait = math.max(wait, (1 - left[n]) / rate)
  end
  if wait > 0 then return {'wait', tostring(wait)} end
  for n = 3, 4 do
    redis.call('HSET', KEYS[n], 'tokens', tostring(left[n] - 1), 'at', string.format('%.6f', now))
    redis.call('PEXPIRE', KEYS[n], ARGV[9])
  end
end
if field ~= '' then
  redis.call('HSET', turns, field .. ':claim', claim, field .. ':said', said)
  redis.call('PEXPIRE', turns, ARGV[11])
end
return {'new'}
"""
# Replies are kept only for a turn that is still ours: the session may have been ended, or another worker have taken over.
_FINISH = """
if redis.call('HGET', KEYS[1], ARGV[1] .. ':claim') ~= ARGV[2] then return 0 end
if ARGV[3] == '' then return redis.call('HDEL', KEYS[1], ARGV[1] .. ':claim', ARGV[1] .. ':said') end
return redis.call('HSET', KEYS[1], ARGV[1] .. ':replies', ARGV[3])
"""
_END = """
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], 1, 'EX', ARGV[1])
"""


@dataclass(frozen=True)
class Rates:
    """Messages a minute and at once, of one session and of one address."""

    session: tuple[int, int] = (20, 5)
    address: tuple[int, int] = (20, 5)


class SharedTurns(Turns):
    """Turns that any worker can go on with."""

    def __init__(self, hub: Hub, vault: Vault, rates: Rates, max_running: int = 100) -> None:
        """Takes the connection, the vault whose key the replies' keys are made from, and the limits."""
        super().__init__(None, None, max_running)  # type: ignore[arg-type]  # limits are counted in Redis
        self._hub, self._rates = hub, rates
        self._key = vault.derived_key("turns")
        self._claims = itertools.count()
        self._begin, self._finish, self._end = (hub.script(text) for text in (_BEGIN, _FINISH, _END))

    async def begin(self, asked: Asked, answer: Answer) -> Turn:
        """As `Turns.begin`, whichever worker began it; raises `SessionEnded`, and `StoreUnavailable` without Redis."""
        turn = self.find(asked.session, asked.key)
        if turn is not None and turn.digest == self.digest(asked):
            return turn
        self.refuse_when_busy()
        claim = f"{self._hub.worker}:{next(self._claims)}"
        state, *detail = await self._ask(asked, claim)
        if state == "ended":
            raise SessionEnded
        if state == "other":
            raise Refused("id_used_again", 409)
        if state == "wait":
            raise Refused("too_often", 429, retry_after=math.ceil(float(detail[0])))
        if state == "done":
            return Turn(self.digest(asked), self._task(_known(self._opened(asked, detail[0]))))
        if state == "elsewhere":
            return Turn(self.digest(asked), self._task(self._collected(asked, answer)))
        return self._started(asked, answer, claim)

    async def end(self, session_id: str) -> None:
        """Drops every reply kept for a session, at every worker, and lets nobody in under it."""
        await super().end(session_id)
        await self._hub.run_surely(self._end, [self._ended(session_id), self._turns(session_id)], [IDLE_SECONDS])

    async def _ask(self, asked: Asked, claim: str) -> list[str]:
        hub, rates = self._hub, self._rates
        keys = [
            self._ended(asked.session),
            self._turns(asked.session),
            hub.name("rate", f"session:{asked.session}"),
            hub.name("rate", f"address:{asked.address}"),
        ]
        arguments = [self._field(asked), claim, hub.pulses, self.digest(asked).hex()]
        arguments += [*map(str, (*rates.session, *rates.address)), _LONGEST_MS, DEAD_AFTER_MS, KEEP_SECONDS * 1000]
        return [part.decode() for part in await hub.run(self._begin, keys, arguments)]

    def _started(self, asked: Asked, answer: Answer, claim: str) -> Turn:
        async def answered() -> Messages:
            try:
                replies = await answer()
            except BaseException:
                await self._settle(asked, claim, "")
                raise
            await self._settle(asked, claim, self._sealed(asked, replies))
            return replies

        turn = self.start(asked, answered)
        # Once the replies are in Redis they are not kept here too, where ending the session at another worker would not reach them.
        turn.task.add_done_callback(lambda _: self._drop(asked.session, asked.key or "", turn))
        return turn

    async def _settle(self, asked: Asked, claim: str, replies: str) -> None:
        if asked.key:
            await self._hub.run_surely(self._finish, [self._turns(asked.session)], [self._field(asked), claim, replies])

    async def _collected(self, asked: Asked, answer: Answer) -> Messages:
        """The replies another worker is making; should it die over them, they are made here."""
        claim = f"{self._hub.worker}:{next(self._claims)}"
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            state, *detail = await self._ask(asked, claim)
            if state == "done":
                return self._opened(asked, detail[0])
            if state == "new":
                return await self._started(asked, answer, claim).task
            if state != "elsewhere":
                raise StoreUnavailable(f"turn: {state}")

    @staticmethod
    def _task(replies: Coroutine[Any, Any, Messages]) -> asyncio.Task[Messages]:
        task = asyncio.ensure_future(asyncio.wait_for(replies, GIVE_UP_SECONDS))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # read, so that nobody logs it
        return task

    # --- names and sealed replies

    def _ended(self, session_id: str) -> str:
        return self._hub.name("ended", session_id)

    def _turns(self, session_id: str) -> str:
        return self._hub.name("turns", session_id)

    def _field(self, asked: Asked) -> str:
        return self._hub.name("turn", f"{asked.session}:{asked.key}").rpartition(":")[2] if asked.key else ""

    def digest(self, asked: Asked) -> bytes:
        """As `Turns.digest`, keyed: a short text could be found from a plain one."""
        return hmac.digest(self._session_key(asked), asked.text.encode("utf-8", "replace"), "sha256")

    def _session_key(self, asked: Asked) -> bytes:
        return hmac.digest(self._key, asked.session.encode(), "sha256")

    def _sealed(self, asked: Asked, replies: Messages) -> str:
        plain = json.dumps(replies, ensure_ascii=False).encode("utf-8", "replace")
        return base64.b64encode(Vault.seal(self._session_key(asked), plain, self._place(asked))).decode()

    def _opened(self, asked: Asked, sealed: str) -> Messages:
        try:
            return json.loads(Vault.unseal(self._session_key(asked), base64.b64decode(sealed), self._place(asked)))
        except (CannotOpen, ValueError):
            raise StoreUnavailable("replies cannot be opened") from None

    def _place(self, asked: Asked) -> Place:
        return Place("turns", "replies", self._field(asked))


async def _known(replies: Messages) -> Messages:
    return replies
