"""A pure tone, and when it is first heard: what tells that two telephones have been connected."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from telephony.audio import FRAME_SAMPLES, RATE

CALLER_HZ, DESK_HZ = 1000, 1400
"""Whole periods in a frame of 20 ms, and no tones of the music for who waits."""
AMPLITUDE = 8000
PURE = 0.8
"""Share of a frame's energy from which on it is the tone and nothing else."""
SURE_FRAMES = 5
"""So many pure frames on end are no vowel."""


def hum(hz: int, seconds: float = 1.0) -> bytes:
    """16 kHz PCM of a sine; whole seconds of it can be repeated."""
    t = np.arange(round(RATE * seconds)) / RATE
    return np.round(AMPLITUDE * np.sin(2 * np.pi * hz * t)).astype("<i2").tobytes()


class ToneEar:
    """Takes what is heard, frame by frame, until the tone is there."""

    def __init__(self, hz: int) -> None:
        self._wave = _wave(hz)
        self._pure = 0
        self._since = 0.0
        self.began_at: float | None = None
        """The first frame of the tone, on the clock of the frames; None while it has not been heard."""

    def push(self, at: float, pcm: bytes) -> bool:
        """Take a frame of 20 ms; True with the one that makes it certain."""
        if self.began_at is not None:
            return False
        self._pure = self._pure + 1 if self._is_pure(pcm) else 0
        if self._pure == 1:
            self._since = at
        if self._pure < SURE_FRAMES:
            return False
        self.began_at = self._since
        return True

    def _is_pure(self, pcm: bytes) -> bool:
        samples = np.frombuffer(pcm, "<i2").astype(np.float64)
        energy = float(samples @ samples)
        # By Cauchy and Schwarz at most 1, and 1 for a sine of that frequency, whatever its phase.
        return bool(2 * abs(self._wave @ samples) ** 2 > PURE * FRAME_SAMPLES * energy > 0)


@cache
def _wave(hz: int) -> NDArray[np.complex128]:
    turns: NDArray[np.float64] = hz * np.arange(FRAME_SAMPLES) / RATE
    wave: NDArray[np.complex128] = np.exp(-2j * np.pi * turns)
    return wave
