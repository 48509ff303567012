"""What the bot is saying: utterances one after the other into the call, stoppable at any moment.

Who is interrupted falls silent at once and keeps the place: what turns out to have been a cough lets the bot go on
from the word it was at, and what turns out to be a question leaves known what the caller has heard and what not.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from telephony.audio import FRAME_BYTES, FRAME_MS, FRAMES_A_SECOND, SILENCE
from telephony.call import Call
from voicebot.dialogue import Say
from voicebot.speech.errors import SpeechUnavailable
from voicebot.voice import Voice

_PAUSE = SILENCE * (8 * FRAMES_A_SECOND // 10)
"""After a sentence that is said slowly."""
_WORD_BACK = 600 // FRAME_MS
"""How far back the beginning of a word is looked for: longer than most words take to say."""
_MUSIC_BYTES = 2 * FRAME_BYTES
"""Handed on at a time: a word comes at once, and a tick may be late."""
_QUIETEST = 3
"""Frames that a gap between words takes at least; the loudness of as many is looked at together."""
_HEARD = 0.8
"""Share of an utterance from which on the caller knows what it says."""


@dataclass
class _Utterance:
    say: Say
    parts: deque[bytes] = field(default_factory=deque)
    """PCM not handed to the call yet; bounded by the length of a text."""
    handed: bytearray = field(default_factory=bytearray)
    """PCM that was; as bounded."""
    complete: bool = False

    def heard_frames(self, dropped: int) -> int:
        """Frames that were played, if so many of those handed over were not."""
        return max(0, -(-len(self.handed) // FRAME_BYTES) - dropped)


class Speaker:
    """Synthesis runs ahead of what is heard; the media clock moves it on through :meth:`tick`."""

    def __init__(self, call: Call, voice: Voice) -> None:
        self._call = call
        self._voice = voice
        self._waiting: deque[_Utterance] = deque()
        self._unmade: deque[_Utterance] = deque()
        """Those without their speech yet."""
        self._current: _Utterance | None = None
        self._paused_at: int | None = None
        """Frames of the current utterance that were heard when it was paused; None while it is not."""
        self._producer: asyncio.Task[None] | None = None
        self._music = b""
        self._music_at = 0
        self.failed = False
        """Whether something could not be spoken; stays set until the next :meth:`say`."""

    def say(self, texts: Sequence[Say]) -> None:
        """Say these after what is being said; what was paused is forgotten."""
        self._forget_pause()
        if self._music and self._current is None:
            self._call.stop()
        self.failed = False
        new = [_Utterance(say) for say in texts]
        self._waiting.extend(new)
        self._unmade.extend(new)
        if self._producer is None or self._producer.done():
            self._producer = asyncio.create_task(self._produce())

    def stop(self) -> list[Say]:
        """Fall silent for good; what the caller has not heard, the one that was cut off among it."""
        unheard = self.unheard()
        self._call.stop()
        self._waiting.clear()
        self._unmade.clear()
        self._current = None
        self._paused_at = None
        if self._producer is not None:
            self._producer.cancel()
            self._producer = None
        return unheard

    def pause(self) -> None:
        """Fall silent at once, and keep the place."""
        if self.paused or not self.speaking:
            return
        dropped = self._call.stop()
        self._paused_at = self._current.heard_frames(dropped) if self._current is not None else 0

    def resume(self) -> None:
        """Go on from the word that was cut off."""
        if self._paused_at is None:
            return
        if self._current is not None:
            place = _word_before(self._current.handed, self._paused_at) * FRAME_BYTES
            rest = bytes(self._current.handed[place:])
            del self._current.handed[place:]
            self._current.parts.appendleft(rest)
        self._paused_at = None

    def play_music(self, pcm: bytes) -> None:
        """What is heard while nothing is said, over and over; nothing if it is empty."""
        if pcm is self._music:
            return
        if self._music and not self.speaking:
            self._call.stop()
        self._music, self._music_at = pcm, 0

    def shorten(self) -> None:
        """Leave out what is still to be said but for the last utterance, which asks what comes next."""
        while len(self._waiting) > 1:
            self._waiting.popleft()
        self._unmade = deque(utterance for utterance in self._unmade if utterance in self._waiting)

    def unheard(self) -> list[Say]:
        """What was begun or is waiting and has not been heard, as far as it matters."""
        waiting = [utterance.say for utterance in self._waiting]
        if self._current is None:
            return waiting
        known = self._current.complete and not self._current.parts and self._share_heard() >= _HEARD
        return waiting if known else [self._current.say, *waiting]

    def _share_heard(self) -> float:
        assert self._current is not None
        whole = -(-len(self._current.handed) // FRAME_BYTES)
        heard = whole if self._paused_at is None else self._paused_at
        return heard / whole if whole else 0.0

    def tick(self) -> None:
        """Every 20 ms: hand on what is ready, and go to the next utterance when one has been heard."""
        if self.paused:
            return
        if self._music and not self.speaking and not self._call.playing:
            self._call.play(self._music[self._music_at : self._music_at + _MUSIC_BYTES].ljust(_MUSIC_BYTES, b"\0"))
            self._music_at = (self._music_at + _MUSIC_BYTES) % len(self._music)
        if self._current is not None:
            self._feed(self._current)
        if self._current is None and self._waiting and (self._waiting[0].parts or self._waiting[0].complete):
            self._current = self._waiting.popleft()
            self._feed(self._current)

    def _feed(self, utterance: _Utterance) -> None:
        while utterance.parts:
            part = utterance.parts.popleft()
            utterance.handed += part
            self._call.play(part)
        if utterance.complete:
            self._call.flush()
            if not self._call.playing:
                self._current = None

    def _forget_pause(self) -> None:
        if self._paused_at is not None:
            self._current = None
            self._paused_at = None
            self._waiting.clear()
            self._unmade.clear()

    @property
    def speaking(self) -> bool:
        """Whether something is being said or is about to be, paused or not."""
        return self._current is not None or bool(self._waiting)

    @property
    def paused(self) -> bool:
        return self._paused_at is not None

    @property
    def asking(self) -> bool:
        """Whether what is being said, or was cut off, is a question."""
        now = self._now
        return now is not None and now.text.rstrip(" “”\"'").endswith(("?", "؟"))

    @property
    def audible(self) -> bool:
        """Whether the caller hears the bot speak right now."""
        return self._call.playing and self.speaking

    @property
    def protected(self) -> bool:
        """Whether what is being said, or is about to begin, cannot be interrupted."""
        return self._now is not None and self._now.protected

    @property
    def _now(self) -> Say | None:
        if self._current is not None:
            return self._current.say
        return self._waiting[0].say if self._waiting else None

    async def _produce(self) -> None:
        while self._unmade:
            utterance = self._unmade.popleft()
            try:
                async for part in self._voice.speech(utterance.say.text, utterance.say.language):
                    utterance.parts.append(part)
                if utterance.say.slow:
                    utterance.parts.append(_PAUSE)
            except SpeechUnavailable:
                self.failed = True
            finally:
                utterance.complete = True


def _word_before(pcm: bytes | bytearray, place: int) -> int:
    """The frame at which the word begins that was being said at frame ``place``: the quietest moment before it."""
    begin = max(0, place - _WORD_BACK)
    frames = np.frombuffer(bytes(pcm[begin * FRAME_BYTES : place * FRAME_BYTES]), dtype="<i2")
    count = len(frames) * 2 // FRAME_BYTES
    if (begin == 0 and count <= _QUIETEST) or count < _QUIETEST:
        return 0 if begin == 0 else place
    energy = (frames[: count * (FRAME_BYTES // 2)].astype(np.float64).reshape(count, -1) ** 2).mean(axis=1)
    around = np.convolve(energy, np.ones(_QUIETEST), "valid")
    # The latest of the quietest: a pause between sentences is not said again.
    quietest = len(around) - 1 - int(np.argmin(around[::-1]))
    return begin + quietest + _QUIETEST // 2
