"""One call's ear: from frames to what was understood, and when the caller has finished saying it.

Recognition begins at the first silence and is thrown away if the caller goes on; what it understood decides how long
the silence must last (:mod:`voicebot.endpointing`). Nothing here blocks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from telephony.echo import EchoGuard
from telephony.events import Frame
from voicebot.hearing import Heard
from voicebot.speech.errors import SpeechUnavailable
from voicebot.turns import FalseStart, Paused, Resumed, SpeechBegan, TurnEnded, Turns, TurnSettings

Understand = Callable[[bytes, float], Awaitable[Heard]]
"""16 kHz PCM and the seconds of speech in it; raises SpeechUnavailable."""


class Activity(Protocol):
    def push(self, frame: bytes) -> list[float]:
        """Speech probabilities of the steps completed by a 20 ms frame."""


@dataclass(frozen=True)
class Began:
    """Somebody speaks, or something sounds like it."""


@dataclass(frozen=True)
class Dismissed:
    """It was no word."""


@dataclass(frozen=True)
class Uttered:
    """The caller has said something and is done with it."""

    heard: Heard
    silence_s: float
    """From the last sound until now; recognition and understanding took place meanwhile."""


@dataclass(frozen=True)
class Deaf:
    """There was something to understand, and nothing to understand it with."""

    error: SpeechUnavailable


ListenerEvent = Began | Dismissed | Uttered | Deaf


class Listener:
    """Driven by the media clock, a frame at a time."""

    def __init__(
        self, activity: Activity, understand: Understand, patience_ms: Callable[[Heard], int], unfinished_ms: int
    ) -> None:
        """:param patience_ms: the silence after which what was heard is all

        :param unfinished_ms: the same as long as nothing is understood yet
        """
        self._activity = activity
        self._understand = understand
        self._patience_ms = patience_ms
        self._unfinished_ms = unfinished_ms
        self._turns = Turns(TurnSettings(end=unfinished_ms))
        self._echo = EchoGuard()
        self._hearing: asyncio.Task[Heard] | None = None
        self._enough_ms: int | None = None
        """The silence after which what was heard is all; None as long as nothing is understood."""
        self._pcm = b""
        self._is_over = False
        self._last_sound_at = 0.0

    @property
    def busy(self) -> bool:
        """Whether somebody speaks, or what was said is not answered yet."""
        return self._turns.speaking or self._hearing is not None

    @property
    def overdue(self) -> bool:
        """Whether the caller has long finished, and what they said is not understood yet."""
        return self._is_over and self._hearing is not None and not self._hearing.done() and not self._turns.speaking

    def tick(self, frame: Frame) -> list[ListenerEvent]:
        """Take 20 ms; what follows from it."""
        heard = self._echo.push(frame.heard, frame.played)
        self._turns.end_ms = self._patience()
        events: list[ListenerEvent] = []
        for event in self._turns.push(heard, self._activity.push(heard), frame.heard):
            match event:
                case SpeechBegan():
                    events.append(Began())
                case Paused(speech, spoken_s):
                    self._last_sound_at = time.monotonic() - self._turns.silence_ms / 1000
                    self._recognize(speech, spoken_s)
                case Resumed():
                    self._cancel()
                case TurnEnded():
                    self._is_over = True
                case FalseStart():
                    events.append(Dismissed())
        return events + self._answered()

    def drop(self) -> None:
        """Forget what is being said: it is not meant for the bot, or came to nothing."""
        self._cancel()
        self._turns.drop()
        self._is_over = False
        self._pcm = b""

    def _patience(self) -> int:
        if self._hearing is None or not self._hearing.done():
            return self._unfinished_ms
        if self._enough_ms is None:
            self._enough_ms = 0 if self._hearing.exception() is not None else self._patience_ms(self._hearing.result())
        return self._enough_ms

    def _recognize(self, pcm: bytes, spoken_s: float) -> None:
        """Begin to recognise before the turn is surely over; an unanswered turn before belongs to it."""
        if self._hearing is not None and self._is_over:
            pcm = self._pcm + pcm
        self._cancel()
        self._pcm = pcm
        self._is_over = False
        self._hearing = asyncio.create_task(self._hear(pcm, spoken_s))

    async def _hear(self, pcm: bytes, spoken_s: float) -> Heard:
        return await self._understand(pcm, spoken_s)

    def _answered(self) -> list[ListenerEvent]:
        """What was understood, once the turn is over and the caller is not speaking again."""
        if not self._is_over or self._hearing is None or not self._hearing.done() or self._turns.speaking:
            return []
        hearing, self._hearing, self._is_over, self._pcm = self._hearing, None, False, b""
        self._enough_ms = None
        try:
            return [Uttered(hearing.result(), time.monotonic() - self._last_sound_at)]
        except SpeechUnavailable as error:
            return [Deaf(error)]

    def _cancel(self) -> None:
        self._enough_ms = None
        if self._hearing is not None:
            self._hearing.cancel()
            self._hearing = None
