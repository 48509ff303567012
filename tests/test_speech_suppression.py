"""Noise out of an utterance: less of it, and the voice stays."""

from __future__ import annotations

import numpy as np

from telephony.audio import RATE
from voicebot.pico import speak
from voicebot.speech.suppression import suppressed


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def test_noise_gets_less_and_the_voice_does_not() -> None:
    voice = np.frombuffer(speak("Was kostet ein Reisepass, und wie lange dauert das?"), "<i2").astype(np.float64)
    noise = np.random.default_rng(1).normal(0, 400, len(voice) + RATE)
    sound = (np.concatenate([np.zeros(RATE), voice]) + noise).astype("<i2")
    left = np.frombuffer(suppressed(sound.tobytes()), "<i2")
    assert len(left) == len(sound)
    before = slice(RATE // 2, RATE - RATE // 20)
    assert rms(left[before]) < 0.6 * rms(sound[before])
    assert 0.8 < rms(left[RATE:]) / rms(voice) < 1.2


def test_any_length_comes_back_as_long() -> None:
    for length in (0, 2, 318, 320, 322, 6400):
        assert len(suppressed(b"\x01\x00" * (length // 2))) == length
