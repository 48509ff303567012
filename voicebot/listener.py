"""One call's ear: from frames to what was understood, and when the caller has finished saying it.

Recognition begins at the first silence and is thrown away if the caller goes on; what it understood decides how long
the silence must last (:mod:`voicebot.endpointing`). Whoever goes on after that has only paused for longer: what they
say belongs to what they have said. Nothing here blocks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from telephony.audio import FRAME_BYTES, FRAME_MS
from telephony.echo import EchoGuard
from telephony.events import Frame
from voicebot.hearing import Heard
from voicebot.speech.errors import SpeechUnavailable
from voicebot.turns import FalseStart, Paused, Resumed, SpeechBegan, TurnEnded, Turns, TurnSettings

Understand = Callable[[bytes, float, bool], Awaitable[Heard]]
"""16 kHz PCM, the seconds of speech in it, and whether an answered utterance is its beginning; SpeechUnavailable."""

RESUMED_MS = 1_200
"""Silence after an utterance within which more belongs to it: nobody reacts so soon to an answer that began meanwhile,
and pauses within a turn may last a second."""


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
    is_longer: bool = False
    """Whether it begins with the utterance before, which was answered too soon."""


@dataclass(frozen=True)
class Deaf:
    """There was something to understand, and nothing to understand it with."""

    error: SpeechUnavailable


@dataclass(frozen=True)
class _Spoken:
    """What a caller has said, 16 kHz PCM, and the seconds of speech in it."""

    pcm: bytes = b""
    seconds: float = 0.0
    is_longer: bool = False
    """See :attr:`Uttered.is_longer`."""


ListenerEvent = Began | Dismissed | Uttered | Deaf


class Listener:
    """Driven by the media clock, a frame at a time."""

    def __init__(
        self,
        activity: Activity,
        understand: Understand,
        patience_ms: Callable[[Heard, bool], int],
        unfinished_ms: int,
        may_go_on: Callable[[], bool],
    ) -> None:
        """:param patience_ms: the silence after which what was heard is all; see :data:`Understand` for what it is told

        :param unfinished_ms: the same as long as nothing is understood yet
        :param may_go_on: whether the answer to the last utterance could be taken back
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
        self._may_go_on = may_go_on
        self._spoken = _Spoken()
        """What is being recognised."""
        self._beginning = _Spoken()
        """What belongs before the turn under way: one that is not answered yet, or one that was answered too soon."""
        self._said = _Spoken()
        """The last utterance; nothing where nothing may be added."""
        self._is_over = False
        self._last_sound_at = 0.0
        self._now = 0
        """Frames so far."""
        self._last_sound = 0
        """The frame of the caller's last sound, where an utterance ended."""

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
        was_speaking, self._now = self._turns.speaking, self._now + 1
        happened = self._turns.push(heard, self._activity.push(heard), frame.heard)
        if not was_speaking:
            if (self._now - self._last_sound) * FRAME_MS > RESUMED_MS:
                self._said = _Spoken()
            if self._turns.speaking:
                self._beginning = self._spoken if self._hearing is not None and self._is_over else self._said
        for event in happened:
            match event:
                case SpeechBegan():
                    events.append(Began())
                case Paused(speech, spoken_s):
                    self._last_sound_at = time.monotonic() - self._turns.silence_ms / 1000
                    self._last_sound = self._now - self._turns.silence_ms // FRAME_MS
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
        self._spoken = self._beginning = self._said = _Spoken()

    def _patience(self) -> int:
        if self._hearing is None or not self._hearing.done():
            return self._unfinished_ms
        if self._enough_ms is None:
            failed = self._hearing.exception() is not None
            self._enough_ms = 0 if failed else self._patience_ms(self._hearing.result(), self._spoken.is_longer)
        return self._enough_ms

    def _recognize(self, pcm: bytes, spoken_s: float) -> None:
        """Begin to recognise before the turn is surely over."""
        before = self._beginning
        is_answered = bool(before.pcm) and before is self._said
        if is_answered and not (self._may_go_on() and self._fits(before.pcm, pcm)):
            before, is_answered = _Spoken(), False
        self._cancel()
        self._spoken = _Spoken(before.pcm + pcm, before.seconds + spoken_s, before.is_longer or is_answered)
        self._is_over = False
        self._hearing = asyncio.create_task(self._hear(self._spoken))

    def _fits(self, first: bytes, second: bytes) -> bool:
        """Whether both halves together are no longer than a turn may be."""
        return (len(first) + len(second)) // FRAME_BYTES * FRAME_MS <= self._turns.settings.longest

    async def _hear(self, spoken: _Spoken) -> Heard:
        return await self._understand(spoken.pcm, spoken.seconds, spoken.is_longer)

    def _answered(self) -> list[ListenerEvent]:
        """What was understood, once the turn is over and the caller is not speaking again."""
        if not self._is_over or self._hearing is None or not self._hearing.done() or self._turns.speaking:
            return []
        hearing, self._hearing, self._is_over, self._enough_ms = self._hearing, None, False, None
        self._said, self._spoken = self._spoken, _Spoken()
        try:
            return [Uttered(hearing.result(), time.monotonic() - self._last_sound_at, self._said.is_longer)]
        except SpeechUnavailable as error:
            return [Deaf(error)]

    def _cancel(self) -> None:
        self._enough_ms = None
        if self._hearing is not None:
            self._hearing.cancel()
            self._hearing = None
