"""A call over lists and WAV files, in virtual time: for tests and for trying a conversation.

No clock runs: each :meth:`MemoryCall.next_event` is one tick of 20 ms, so a minute's call takes as long as
the code under test needs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path

from telephony.audio import FRAME_MS, SILENCE, frames, write_wav
from telephony.events import CallEnded, Digit, Established, Event, Frame, TransferOutcome
from telephony.player import Player


class MemoryCall:
    """A caller who speaks, presses keys and hangs up as told.

    ``on_transfer`` answers a REFER with the outcome that the far side would report.
    """

    def __init__(
        self,
        on_transfer: Callable[[str], TransferOutcome | CallEnded | None] = lambda _target: None,
        remote: str = "0286112345",
    ) -> None:
        self.id = "memory"
        self.remote = remote
        self.peer = "pbx.example"
        self.now = 0.0
        """Virtual seconds since the call was answered."""
        self.transfers: list[str] = []
        self.digits_sent = ""
        self.heard: list[bytes] = []
        """What the caller said, a frame a tick."""
        self.said: list[bytes] = []
        """What the bot said, a frame a tick."""
        self.hung_up: int | None = None
        self._on_transfer = on_transfer
        self._player = Player()
        self._speech: deque[bytes] = deque()
        self._events: deque[Event] = deque()
        self._ended: CallEnded | None = None
        self._timer: tuple[float, Event] | None = None

    # The caller's side.

    def say(self, pcm: bytes) -> None:
        """Have the caller speak, after whatever was queued before."""
        self._speech.extend(frames(pcm))

    def pause(self, seconds: float) -> None:
        self._speech.extend([SILENCE] * round(seconds * 1000 / FRAME_MS))

    def press(self, digits: str) -> None:
        self._events.extend(Digit(digit) for digit in digits)

    def caller_hangs_up(self) -> None:
        self._end(CallEnded(200, "Normal call clearing"))

    @property
    def speaking(self) -> bool:
        """Whether the caller still has something to say."""
        return bool(self._speech)

    def save(self, path: Path) -> None:
        """Stereo WAV: the caller left, the bot right."""
        write_wav(path, [b"".join(self.heard), b"".join(self.said)])

    # The bot's side: telephony.call.Call.

    async def answer(self) -> None:
        self._events.append(Established("L16"))

    async def next_event(self) -> Event:
        # Let tasks of the conversation run between ticks, as they do beside a real media clock.
        for _ in range(3):
            await asyncio.sleep(0)
        if self._ended is not None:
            return self._ended
        if self._events:
            return self._events.popleft()
        if self._timer is not None and self.now >= self._timer[0]:
            event, self._timer = self._timer[1], None
            return event
        self.now += FRAME_MS / 1000
        heard = self._speech.popleft() if self._speech else SILENCE
        played = self._player.next_frame()
        self.heard.append(heard)
        self.said.append(played)
        return Frame(heard, played, self.now)

    def play(self, pcm: bytes) -> None:
        self._player.play(pcm)

    def flush(self) -> None:
        self._player.flush()

    def stop(self) -> int:
        return self._player.stop()

    @property
    def playing(self) -> bool:
        return self._player.playing

    async def send_digits(self, digits: str) -> None:
        self.digits_sent += digits

    async def transfer(self, target: str, *, timeout: float) -> None:
        self.transfers.append(target)
        outcome = self._on_transfer(target)
        if isinstance(outcome, CallEnded):
            self._end(outcome)
        elif outcome is not None and outcome.code == 0:
            self._timer = (self.now + timeout, outcome)
        elif outcome is not None:
            self._events.append(outcome)

    async def hang_up(self, code: int = 0) -> None:
        self.hung_up = code
        self._end(CallEnded(code or 200, "hung up by the bot"))

    def _end(self, ended: CallEnded) -> None:
        self._player.stop()
        self._speech.clear()
        self._ended = ended
