"""What lies around a caller's voice: a street made of numbers, or any recording, mixed in at a chosen level."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from voicebot.speech.levels import speech_dbm0

Samples = NDArray[np.float32]
"""Full scale is 1.0."""

STREET_S = 40.0
_SEED = 20261122
#: Middle and breadth (of a bell curve) in Hz, and level in dB below the loudest, of what a street sounds like.
_RUMBLE = (40.0, 120.0, 0.0)
_ENGINES = (250.0, 300.0, -3.0)
_TYRES = (1000.0, 1100.0, -6.0)
#: When cars pass, in seconds, and how long each is heard.
_CARS = ((4.0, 2.5), (11.0, 1.5), (19.0, 3.0), (23.0, 2.0), (33.0, 2.5))
_LOWEST_HZ = 60.0
_FAR = 0.15
"""What is left of engines and tyres while no car passes: other streets."""


def street(rate: int) -> Samples:
    """:data:`STREET_S` of traffic, the same each time: rumble, cars that pass slowly, the hiss of their tyres.

    Each octave up to 2.4 kHz has its share of a recorded city's within 4 dB; but there are no voices, horns or steps in
    it, so it disturbs less than that. Its end meets its beginning, so that it can be repeated.
    """
    random = np.random.default_rng(_SEED)
    length = int(STREET_S * rate)
    seconds = np.arange(length) / rate
    near = np.full(length, _FAR)
    for at, lasts in _CARS:
        apart = (seconds - at + STREET_S / 2) % STREET_S - STREET_S / 2
        near += np.exp(-((apart / lasts) ** 2))
    rumble, engines, tyres = (_band(random, length, rate, *band) for band in (_RUMBLE, _ENGINES, _TYRES))
    mixed = rumble + near * (engines + tyres)
    return np.asarray(mixed / np.abs(mixed).max() / 2, np.float32)


def _band(
    random: np.random.Generator, length: int, rate: int, middle: float, breadth: float, level: float
) -> NDArray[np.float64]:
    """Noise with a bell-shaped spectrum, whose RMS is ``level`` dB."""
    spectrum = np.fft.rfft(random.normal(size=length))
    hertz = np.fft.rfftfreq(length, 1 / rate)
    samples = np.fft.irfft(spectrum * np.exp(-(((hertz - middle) / breadth) ** 2)), length)
    return np.asarray(samples / np.sqrt(np.mean(samples**2)) * 10 ** (level / 20), np.float64)


def coloured(rate: int, power: float) -> Samples:
    """:data:`STREET_S` of noise, the same each time, whose power falls with the frequency to the ``power``.

    White is 0, pink 1, brown 2; it falls from 60 Hz on, as telephones carry nothing below.
    """
    length = int(STREET_S * rate)
    spectrum = np.fft.rfft(np.random.default_rng(_SEED).normal(size=length))
    spectrum *= np.maximum(np.fft.rfftfreq(length, 1 / rate), _LOWEST_HZ) ** (-power / 2)
    noise = np.fft.irfft(spectrum, length)
    return np.asarray(noise / np.abs(noise).max() / 2, np.float32)


def mixed(speech: Samples, noise: Samples, snr: float, rate: int, start: int = 0) -> Samples:
    """Speech with noise under all of it, ``snr`` dB below the active speech.

    Active speech are the 20 ms frames within 30 dB of the loudest one, a simple form of ITU-T P.56; the noise counts
    as a whole, from sample ``start`` of a recording that is repeated as often as needed. Raises ValueError for silent
    noise.
    """
    under = noise[np.arange(start, start + len(speech)) % len(noise)].astype(np.float64)
    level = _dbm0(under)
    if level == -math.inf:
        raise ValueError("the noise is silent")
    gain = 10 ** ((speech_dbm0(speech, rate) - snr - level) / 20)
    return np.asarray(speech + gain * under, np.float32)


def _dbm0(samples: NDArray[np.float64]) -> float:
    """RMS level, on the scale of :func:`.speech_dbm0`."""
    rms = math.sqrt(float(np.mean(samples**2))) if len(samples) else 0.0
    return 20 * math.log10(rms) + 6.15 if rms else -math.inf
