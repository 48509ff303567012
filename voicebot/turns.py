"""Who speaks now: voice activity, end of turn, barge-in. Counts frames, reads no clock.

One :meth:`Turns.push` a 20 ms frame, with the speech probabilities that voice activity detection gave for
it. What it reports is acted upon by the session.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from telephony.audio import FRAME_MS

RELEASE = 0.995
"""What is left of the loudest sound a frame later: a bang is forgotten by half in 2.8 s."""


@dataclass(frozen=True)
class SpeechBegan:
    """The caller speaks, and it is long enough to be no click or cough: the bot should be silent."""


@dataclass(frozen=True)
class Paused:
    """The caller may have finished; worth recognising already."""

    pcm: bytes
    """What was said, from before its first syllable."""
    spoken_s: float
    """Seconds from the first to the last sound of speech."""


@dataclass(frozen=True)
class Resumed:
    """The caller had not finished: forget the :class:`Paused` before."""


@dataclass(frozen=True)
class TurnEnded:
    """The caller has finished; the speech is that of the last :class:`Paused`."""


@dataclass(frozen=True)
class FalseStart:
    """What began was too short to be a word."""


TurnEvent = SpeechBegan | Paused | Resumed | TurnEnded | FalseStart


@dataclass(frozen=True)
class TurnSettings:
    """Milliseconds, except where a name says otherwise."""

    threshold: float = 0.5
    """Probability from which a step counts as speech (Silero's own default)."""
    quiet_threshold: float = 0.35
    """Below it a step counts as silence; between the two nothing changes."""
    began: int = 120
    """Speech within the last :attr:`window` that silences the bot, for the time being."""
    window: int = 240
    shortest: int = 90
    """Speech shorter than this in all is no word: "ja" takes about 150 ms."""
    early: int = 80
    """Silence after which :class:`Paused` is reported."""
    faded_db: float = 40.0
    """How far below the loudest speech there is silence, whatever the probability: on a quiet line Silero takes 80 ms
    more to notice it. A line's noise is mostly louder than that; then the probability decides alone."""
    end: int = 760
    """Silence that ends a turn of which nothing else is known."""
    stirring: int = 120
    """How long a sound after such a silence may be speech of which the probability does not tell yet: the most that the
    end of a turn is put off."""
    preroll: int = 400
    """Audio kept from before speech was noticed."""
    onset: int = 160
    """The last part of it, in which a voice may have been hidden by the bot's own echo."""
    longest: int = 28_000
    """A turn is ended here: the recognizer's window holds 30 s."""


class Turns:
    def __init__(self, settings: TurnSettings | None = None) -> None:
        self.settings = settings or TurnSettings()
        self.end_ms = self.settings.end
        """Silence that ends the turn under way; whoever knows what was said shortens or lengthens it."""
        self._recent: deque[tuple[bytes, bytes]] = deque(maxlen=self._frames(self.settings.preroll))
        self._voiced: deque[bool] = deque(maxlen=self._frames(self.settings.window))
        self._speech: list[bytes] = []
        self._spoken_frames = 0
        self._last_voiced = 0
        self._silence_before = 0
        self._speaking = False
        self._began = False
        self._paused = False
        self._silent_frames = 0
        self._loudest = 0.0
        self._faded = False
        """Whether the last frame of the turn was next to nothing."""
        self._stirring = 0
        """Frames for which no turn ends yet."""

    @property
    def speaking(self) -> bool:
        """Whether a turn of the caller is under way."""
        return self._speaking

    @property
    def silence_ms(self) -> int:
        """Silence at the end of the turn under way."""
        return self._silent_frames * FRAME_MS

    def push(self, pcm: bytes, probabilities: Sequence[float], raw: bytes | None = None) -> list[TurnEvent]:
        """Take one frame and the probabilities of the steps that it completed (none, one or two).

        :param raw: the frame before the bot's echo was taken out of it, where that was done
        """
        raw = pcm if raw is None else raw
        voiced = self._is_voiced(probabilities)
        self._voiced.append(voiced)
        faded = self._has_faded(pcm, voiced)
        if not self._speaking:
            self._recent.append((pcm, raw))
            if not voiced or faded:
                return []
            self._start()
        else:
            self._speech.append(raw)
        events: list[TurnEvent] = []
        if voiced:
            self._spoken_frames += 1
        stirs = self._faded and not faded
        self._stirring = self._frames(self.settings.stirring) if stirs else max(0, self._stirring - 1)
        self._faded = faded
        if voiced and not faded:
            self._silent_frames = 0
            self._last_voiced = len(self._speech)
            if self._paused:
                self._paused = False
                events.append(Resumed())
        else:
            self._silent_frames += 1
        if not self._began and sum(self._voiced) * FRAME_MS >= self.settings.began:
            self._began = True
            events.append(SpeechBegan())
        return events + self._silence()

    def drop(self) -> None:
        """Forget a turn under way: what is heard now is not meant for the bot."""
        self._finish()
        self._recent.clear()

    def _silence(self) -> list[TurnEvent]:
        silence = self._silent_frames * FRAME_MS
        events: list[TurnEvent] = []
        too_long = len(self._speech) * FRAME_MS >= self.settings.longest
        if (silence >= self.settings.early or too_long) and not self._paused:
            if self._spoken_frames * FRAME_MS < self.settings.shortest:
                if silence >= self.settings.early:
                    self._finish()
                    events.append(FalseStart())
                return events
            self._paused = True
            keep = self._speech[: self._last_voiced + self._frames(self.settings.early)]
            spoken = (self._last_voiced - self._silence_before) * FRAME_MS / 1000
            events.append(Paused(b"".join(keep), spoken))
        longest = self.end_ms + (self.settings.stirring if self._stirring else 0)
        if self._paused and (silence >= longest or too_long):
            self._finish()
            events.append(TurnEnded())
        return events

    def _is_voiced(self, probabilities: Sequence[float]) -> bool:
        """With hysteresis; a frame that completes no step is like the one before."""
        before = bool(self._voiced) and self._voiced[-1]
        if not probabilities:
            return before
        highest = max(probabilities)
        return highest >= (self.settings.quiet_threshold if before else self.settings.threshold)

    def _has_faded(self, pcm: bytes, voiced: bool) -> bool:
        """Whether a frame is next to nothing beside the loudest one of speech (RMS), of which it keeps track."""
        level = float(np.sqrt(np.mean(np.frombuffer(pcm, dtype="<i2").astype(np.float32) ** 2)))
        self._loudest = max(self._loudest * RELEASE, level if voiced else 0.0)
        return level < self._loudest * 10 ** (-self.settings.faded_db / 20)

    def _start(self) -> None:
        self._speaking = True
        onset = len(self._recent) - self._frames(self.settings.onset)
        self._speech = [raw if place >= onset else pcm for place, (pcm, raw) in enumerate(self._recent)]
        self._silence_before = len(self._speech) - 1
        self._recent.clear()
        self._spoken_frames = 0
        self._faded, self._stirring = False, 0

    def _finish(self) -> None:
        self._recent.extend((pcm, pcm) for pcm in self._speech[-(self._recent.maxlen or 0) :])
        self._speaking = self._began = self._paused = False
        self._speech = []
        self._silent_frames = 0
        self._voiced.clear()

    @staticmethod
    def _frames(milliseconds: int) -> int:
        return milliseconds // FRAME_MS
