"""The level of speech, and its edges.

G.711's digital milliwatt defines 0 dBm0: a sine at full scale is +3.14 dBm0 (A-law, ITU-T G.711 table 5).
Its RMS is 3.01 dB below full scale, so a level of L dBm0 has an RMS of L - 6.15 dB relative to full scale.
"""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Full scale is 1.0."""

TARGET_DBM0 = -18.0
PEAK = 0.95
FRAME_S = 0.02
VOICED_DB = 30.0
"""A frame within this of the loudest one counts as voiced (a simple form of ITU-T P.56)."""
AUDIBLE_DB = 45.0
INAUDIBLE = 0.001
"""RMS of full scale; what a voice leaves for a text it cannot speak is below."""
LEAD_S, TAIL_S = 0.01, 0.04
"""Silence kept before and after: a caller waits for the first, and the second keeps sentences apart."""
FADE_S = 0.004


def frame_rms(samples: Samples, rate: int) -> NDArray[np.float64]:
    """RMS of each 20 ms."""
    size = int(rate * FRAME_S)
    whole = np.pad(samples, (0, -len(samples) % size)).reshape(-1, size).astype(np.float64)
    return np.asarray(np.sqrt(np.mean(whole**2, axis=1)))


def speech_dbm0(samples: Samples, rate: int) -> float:
    """Mean level of the voiced parts in dBm0; minus infinity for silence."""
    rms = frame_rms(samples, rate)
    loudest = float(rms.max(initial=0.0))
    if not loudest:
        return float("-inf")
    voiced = rms[rms > loudest * 10 ** (-VOICED_DB / 20)]
    return float(10 * np.log10(np.mean(voiced**2)) + 6.15)


def normalized(samples: Samples, rate: int, target: float = TARGET_DBM0) -> Samples:
    """The same speech at `target` dBm0, or as near as its peaks allow without clipping."""
    level = speech_dbm0(samples, rate)
    if level == float("-inf"):
        return samples
    gain = min(10 ** ((target - level) / 20), PEAK / float(np.abs(samples).max()))
    return (samples * np.float32(gain)).astype(np.float32)


def trimmed(samples: Samples, rate: int) -> Samples:
    """Without the silence around it but for 10 to 30 ms before and 40 to 60 ms after it, faded against clicks."""
    rms = frame_rms(samples, rate)
    audible = np.flatnonzero(rms > max(INAUDIBLE, rms.max(initial=0.0) * 10 ** (-AUDIBLE_DB / 20)))
    if not len(audible):
        return samples[:0]
    size = int(rate * FRAME_S)
    start = max(0, audible[0] * size - int(rate * LEAD_S))
    end = (audible[-1] + 1) * size + int(rate * TAIL_S)
    cut = samples[start:end].copy()
    fade = min(int(rate * FADE_S), len(cut) // 2)
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    cut[:fade] *= ramp
    cut[len(cut) - fade :] *= ramp[::-1]
    return cut
