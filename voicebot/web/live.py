"""Pages that update by themselves: one poller a process, however many pages are open.

Server-sent events, as the HTML standard has them (section 9.2). The first event of every connection holds the
whole page, so nothing is lost while a browser was away and ``Last-Event-ID`` needs no answer; later ones hold what
changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from voicebot.catalogue.store import StoreError
from voicebot.web.boards import Board
from voicebot.web.cards import Card, day

log = logging.getLogger(__name__)

POLL_S = 0.7
"""Seconds between two looks at the database while a page is open."""
TROUBLE_POLL_S = 3.0
"""The same while the database fails."""
HEARTBEAT_S = 15.0
"""Seconds without news after which a page is told that we are still there."""
QUEUED_EVENTS = 16
"""How far a page may fall behind before it is cut off; it then connects again and gets the whole page."""
MOST_LISTENERS = 1000

Read = Callable[[Collection[str], datetime], dict[str, Board]]
"""From the tokens of pages to what they show, without those that are no longer valid. Blocking; raises StoreError."""
Render = Callable[[Card, str], str]
"""A card on the page with that token, as HTML."""

_ALIVE = b"event: alive\ndata: 1\n\n"
_TROUBLE = b"event: trouble\ndata: 1\n\n"


class TooManyListeners(Exception):  # noqa: N818 - a state, answered with 503
    """More pages are open than this process serves."""


@dataclass(eq=False)
class Listener:
    """One open page."""

    token: str
    """Of the page."""
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(QUEUED_EVENTS))
    """None: the stream ends."""
    is_new: bool = True
    """Whether the whole page has to be sent."""
    cut_off: bool = False

    def put(self, event: bytes | None) -> None:
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            self.cut_off = True

    async def events(self) -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n"
        while not self.cut_off:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    event = await self.queue.get()
            except TimeoutError:
                event = _ALIVE
            if event is None:
                return
            yield event


class Live:
    """Tells open pages what changed."""

    def __init__(self, read: Read, render: Render) -> None:
        self._read = read
        self._render = render
        self._listeners: set[Listener] = set()
        self._boards: dict[str, Board] = {}
        self._day = ""
        self._wake = asyncio.Event()
        self._closed = False
        self._troubled = False
        self._ids = count(1)

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def join(self, token: str) -> Listener:
        """A page was opened. Raises TooManyListeners."""
        if self._closed or len(self._listeners) >= MOST_LISTENERS:
            raise TooManyListeners
        listener = Listener(token)
        self._listeners.add(listener)
        self._wake.set()
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def look(self) -> None:
        """Something was changed here: do not wait for the next look at the database."""
        self._wake.set()

    def close(self) -> None:
        """End every stream; no page can join any more."""
        self._closed = True
        for listener in self._listeners:
            listener.put(None)

    async def run(self) -> None:
        """Poll while a page is open, until cancelled."""
        while True:
            await self._pause()
            if self._listeners:
                await self._poll()
            else:
                self._boards.clear()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._interval()):
                await self._wake.wait()
        self._wake.clear()

    def _interval(self) -> float | None:
        if not self._listeners:
            return None
        return TROUBLE_POLL_S if self._troubled else POLL_S

    async def _poll(self) -> None:
        tokens = {listener.token for listener in self._listeners}
        now = datetime.now(UTC)
        try:
            boards = await asyncio.to_thread(self._read, tokens, now)
        except StoreError as error:
            if not self._troubled:
                log.error("the pages of desks cannot be kept up to date: %s", error)
            self._trouble()
            return
        if self._troubled or day(now) != self._day:
            for listener in self._listeners:
                listener.is_new = True
        self._troubled = False
        self._day = day(now)
        for token in tokens:
            if token in boards:
                self._publish(token, boards[token])
            else:
                self._revoke(token)
        self._boards = boards

    def _trouble(self) -> None:
        for listener in self._listeners:
            if listener.is_new or not self._troubled:
                listener.put(_TROUBLE)
                listener.is_new = False
        self._troubled = True

    def _revoke(self, token: str) -> None:
        """The page was given another address: whoever has the old one sees nothing more."""
        for listener in self._listeners:
            if listener.token == token:
                listener.put(None)

    def _publish(self, token: str, board: Board) -> None:
        before = self._boards.get(token, {})
        same = board is before
        changed = [] if same else [card for key, card in board.items() if before.get(key) != card]
        gone = [] if same else [key for key in before if key not in board]
        change = whole = b""
        for listener in self._listeners:
            if listener.token != token:
                continue
            if listener.is_new:
                whole = whole or self._event("all", token, list(board.values()), [])
                listener.put(whole)
                listener.is_new = False
            elif changed or gone:
                change = change or self._event("change", token, changed, gone)
                listener.put(change)

    def _event(self, name: str, token: str, cards: list[Card], gone: list[str]) -> bytes:
        data = {
            "day": self._day,
            "cards": [{"key": card.key, "kind": card.kind, "html": self._render(card, token)} for card in cards],
            "gone": gone,
        }
        # A line break would end the field; JSON writes it as \n.
        return f"event: {name}\nid: {next(self._ids)}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


class EventStream(StreamingResponse):
    """The stream of one page; however it ends, the page is no longer counted."""

    def __init__(self, live: Live, token: str) -> None:
        self._live = live
        self._listener = live.join(token)
        super().__init__(self._listener.events(), media_type="text/event-stream")
        # nginx would collect events otherwise.
        self.headers["X-Accel-Buffering"] = "no"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._live.leave(self._listener)
