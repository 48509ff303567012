"""Tones that tell telephones apart, and what a telephone hears of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from telephony.audio import RATE

LOUD = 500
"""Mean magnitude of 16 bit samples from which something is heard."""
STEP_HZ = 20


def hum(hz: int, seconds: float = 1.0, rate: int = RATE) -> NDArray[np.int32]:
    """16 bit samples of a sine; whole seconds of it can be repeated."""
    t = np.arange(round(rate * seconds)) / rate
    return np.round(8000 * np.sin(2 * np.pi * hz * t)).astype(np.int32)


def pitch(samples: NDArray[np.int32], rate: int = RATE) -> int:
    """The strongest frequency, Hz, to the nearest 20; 0 for silence."""
    if not len(samples) or np.abs(samples).mean() < LOUD:
        return 0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return round(float(np.argmax(spectrum)) * rate / len(samples) / STEP_HZ) * STEP_HZ
