"""A phone call as a conversation sees it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

from telephony.audio import FRAMES_A_SECOND
from telephony.events import CallEnded, Event, Frame, TransferOutcome


class Call(Protocol):
    """One call leg. All methods are called from the event loop's thread."""

    id: str
    """The SIP Call-ID."""
    remote: str
    """The far side's number or user name as its From header gives it; may be empty."""
    peer: str
    """``host[:port]`` of the far side's Contact, where a REFER's target is looked for by default."""

    async def answer(self) -> None:
        """Accept an arriving call. Does nothing if it ended meanwhile, or if it is one that we placed."""

    async def next_event(self) -> Event:
        """The next event; after :class:`CallEnded` that one again and again."""

    def play(self, pcm: bytes) -> None:
        """Append PCM to what is being played. Raises ValueError beyond the queue's bound."""

    def flush(self) -> None:
        """What was queued is complete: play its last part of a frame, too."""

    def stop(self) -> int:
        """Drop what has not been played yet; how many frames of 20 ms that were."""

    @property
    def playing(self) -> bool:
        """Whether something is still queued for the far side."""

    async def send_digits(self, digits: str) -> None:
        """Send keys as RFC 4733 events."""

    async def transfer(self, target: str, *, timeout: float, user_to_user: str = "") -> None:
        """Send REFER for a SIP URI; progress and outcome come as events.

        ``timeout``: seconds without a final NOTIFY after which the outcome is ``NO_ANSWER``. ``user_to_user``: text for
        the desk, which goes along in the Refer-To (RFC 7433).
        """

    async def connect(self, other: Call, *, timeout: float) -> None:
        """Send REFER with Replaces (RFC 3891): the far sides of this call and of ``other`` talk to each other.

        Progress and outcome come as events of this call, as with :meth:`transfer`. After a success both legs are to be
        hung up, where the far sides have not done so.
        """

    async def bridge(self, other: Call) -> None:
        """Have the far sides of both calls hear each other, and nothing of what is played.

        Frames and keys of both still arrive. Lasts through hold and re-INVITE until :meth:`unbridge` or the end of
        either call; does nothing if one has ended.
        """

    async def unbridge(self) -> None:
        """Have both far sides hear what is played again. Does nothing if the call is not bridged."""

    async def hang_up(self, code: int = 0) -> None:
        """End the call: BYE, CANCEL while the far side rings, or ``code`` as the final response to an INVITE.

        The end itself comes as an event, at once.
        """


class EventQueue:
    """Events of one call in order, bounded: stale audio is dropped, control events never are.

    Control events are bounded by the protocol, except keys; more than :data:`CONTROL_LIMIT` waiting
    ones are dropped, because nobody types that fast who means it. The end comes before whatever else is waiting, except
    how a transfer went: whether nothing was dialled must be known then, too.
    """

    FRAME_LIMIT = 5 * FRAMES_A_SECOND
    CONTROL_LIMIT = 256

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._frames = 0
        self._arrived = asyncio.Event()
        self._ended: CallEnded | None = None
        self.dropped_frames = 0

    def put(self, event: Event) -> None:
        """Append an event; from the loop's thread only."""
        if self._ended is not None:
            return
        if isinstance(event, Frame):
            if self._frames >= self.FRAME_LIMIT:
                self.dropped_frames += 1
                return
            self._frames += 1
        elif isinstance(event, CallEnded):
            self._ended = event
            self._events = deque(waiting for waiting in self._events if isinstance(waiting, TransferOutcome))
            self._frames = 0
        elif len(self._events) - self._frames >= self.CONTROL_LIMIT:
            return
        self._events.append(event)
        self._arrived.set()

    async def get(self) -> Event:
        while not self._events:
            if self._ended is not None:
                return self._ended
            self._arrived.clear()
            await self._arrived.wait()
        event = self._events.popleft()
        if isinstance(event, Frame):
            self._frames -= 1
        return event
