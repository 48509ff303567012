"""The bot's own voice as it comes back from the far side: found, and taken out of what is heard.

A hybrid or a loudspeaker telephone returns what is played, delayed and weaker. PJSIP's echo canceller belongs to a
sound device, and a line has none. Cancelling is not needed here: what comes back only must not be taken for a caller
who speaks. So a frame that is explained by what was played becomes silence, and one in which somebody speaks over the
echo stays as it is. Explained means: the normalised cross-correlation with what was played (ITU-T G.168 measures the
same paths) is high, at the delay that this call's echo has. Which delay that is, is learnt first: two voices of the
same pitch are alike for moments, too, but at another delay each time, and taking a caller's vowels away would end
their sentence.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from telephony.audio import FRAME_BYTES, FRAME_SAMPLES, SILENCE

_HALF = FRAME_SAMPLES // 2
"""Samples of a frame at 8 kHz: telephones carry no more, and half of them need a fourth of the time."""
_WINDOW = 6 * _HALF
"""What is looked for: 120 ms, longer than a pitch period by far."""
_LONGEST_DELAY = 20 * _HALF
"""400 ms: 120 ms of the line and what both jitter buffers add."""
_FFT = 4800
"""At least window and delays together, with small factors."""
_EXPLAINED = 0.55
"""Correlation at the echo's delay from which nothing but the echo is heard: somebody speaks over it at 4 dB more."""
_MOVED = 0.62
"""The same at any other delay, for what is no louder than this call's echo."""
_FAINT = 0.4
"""The same for what is no louder than the echo was before, and has only the line's noise in it besides."""
_NO_LOUDER = 2.0
"""How much more energy than expected that is: 3 dB."""
_CLEAR = 0.8
"""Correlation from which what is heard tells how loud the echo is."""
_CERTAIN = 0.93
"""Correlation at whatever delay of which no other voice is: for as long as the delay is not known, or has changed."""
_LEARNT = 0.5
"""Mean correlation from which a delay is the echo's. People who speak at once stay below 0.45, the bot's own voice
saying something else nearly always; of an echo 140 ms suffice."""
_MEMORY = 0.9
"""What is left of such a mean a frame later: 200 ms, longer than what one comparison looks at."""
_SPREAD = 8
"""Samples around the delay, 1 ms, within which an echo comes back: an echo path is no single reflection."""
_QUIET = 60.0
"""RMS of 16 bit samples below which nothing was played, or heard: -55 dB of full scale."""
_EMPHASIS = 0.9
"""Voices are all alike in their low notes; what tells them apart lies higher."""


class EchoGuard:
    """One call's echo. Frames of 20 ms, 16 kHz, 16 bit; some tenths of a millisecond each while the bot speaks."""

    def __init__(self) -> None:
        self._heard: deque[NDArray[np.float32]] = deque([_zeros()] * (_WINDOW // _HALF), _WINDOW // _HALF)
        size = (_WINDOW + _LONGEST_DELAY) // _HALF
        self._played: deque[NDArray[np.float32]] = deque([_zeros()] * size, size)
        self._audible = 0
        """Frames until nothing that was played can come back any more."""
        self._mean = np.zeros(len(self._played) * _HALF - _WINDOW + 1, np.float32)
        """How alike what is heard was to what had been played, by delay; the longest first."""
        self._place: int | None = None
        """Where in it this call's echo stands, as soon as that is known."""
        self._gain: float | None = None
        """The echo's energy by that of what was played."""

    def push(self, heard: bytes, played: bytes) -> bytes:
        """What was heard without the echo, given what was played in the same 20 ms."""
        out = _narrow(played)
        self._played.append(out)
        self._audible = len(self._played) if _rms(out) >= _QUIET else max(0, self._audible - 1)
        came = _narrow(heard)
        self._heard.append(came)
        if not self._audible or _rms(came) < _QUIET / 4:
            return heard
        return SILENCE if self._is_echo() else heard

    def _is_echo(self) -> bool:
        likeness = self._likeness()
        self._mean = _MEMORY * self._mean + (1 - _MEMORY) * likeness
        # Signed: an echo does not change its polarity, and what is alike by chance cancels itself.
        best = int(np.argmax(np.abs(self._mean)))
        if abs(self._mean[best]) >= _LEARNT:
            self._place = best
        now = int(np.argmax(np.abs(likeness)))
        is_certain = bool(abs(likeness[now]) >= _CERTAIN)
        if self._place is None:
            return is_certain
        around = likeness[max(0, self._place - _SPREAD) : self._place + _SPREAD + 1]
        alike = float(np.max(np.abs(around)))
        if alike >= _CLEAR:
            self._learn_gain(self._place)
        return (
            is_certain
            or alike >= _EXPLAINED
            or (alike >= _FAINT and self._is_no_louder(self._place))
            or bool(abs(likeness[now]) >= _MOVED and self._is_no_louder(now))  # a jitter buffer has moved it
        )

    def _learn_gain(self, place: int) -> None:
        returned, sent = self._energies(place)
        seen = returned / max(sent, 1.0)
        self._gain = seen if self._gain is None else _MEMORY * self._gain + (1 - _MEMORY) * seen

    def _is_no_louder(self, place: int) -> bool:
        """Whether the last frames heard are no louder than an echo from there is, as far as that is known."""
        returned, sent = self._energies(place)
        return self._gain is not None and returned <= _NO_LOUDER * self._gain * sent

    def _energies(self, place: int) -> tuple[float, float]:
        """Of the last frames heard, and of what had been played there."""
        heard = np.concatenate(self._heard)
        played = np.concatenate(self._played)[place : place + len(heard)]
        return float(heard @ heard), float(played @ played)

    def _likeness(self) -> NDArray[np.float32]:
        """The correlation, -1 to 1, of the last frames heard with what was played, by delay; the longest first."""
        heard = _emphasised(np.concatenate(self._heard))
        played = _emphasised(np.concatenate(self._played))
        size = len(heard)
        spectrum = np.fft.rfft(played, _FFT) * np.conj(np.fft.rfft(heard, _FFT))
        across = np.fft.irfft(spectrum, _FFT)[: len(played) - size + 1]
        summed = np.concatenate(([0.0], np.cumsum(played.astype(np.float64) ** 2)))
        energies = np.maximum(summed[size:] - summed[:-size], 1.0) * max(float(heard @ heard), 1.0)
        return np.asarray(across / np.sqrt(energies), np.float32)


def _zeros() -> NDArray[np.float32]:
    return np.zeros(_HALF, np.float32)


def _narrow(pcm: bytes) -> NDArray[np.float32]:
    """At 8 kHz; neighbours averaged, which is filter enough for a comparison."""
    if len(pcm) != FRAME_BYTES:
        pcm = pcm[:FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
    pairs = np.frombuffer(pcm, dtype="<i2").astype(np.float32).reshape(-1, 2)
    return np.asarray(pairs.mean(axis=1), np.float32)


def _emphasised(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(samples[1:] - _EMPHASIS * samples[:-1], np.float32)


def _rms(samples: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(samples**2)))
