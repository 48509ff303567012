"""Levels and edges."""

import numpy as np
import pytest

from voicebot.speech import levels

RATE = 16_000


def tone(amplitude: float, seconds: float = 1.0) -> levels.Samples:
    return (amplitude * np.sin(2 * np.pi * 1000 * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def test_a_full_scale_sine_is_3_14_dbm0() -> None:
    assert levels.speech_dbm0(tone(1.0), RATE) == pytest.approx(3.14, abs=0.01)


def test_silence_around_does_not_count() -> None:
    quiet = np.zeros(RATE, dtype=np.float32)
    assert levels.speech_dbm0(np.concatenate((quiet, tone(0.1), quiet)), RATE) == pytest.approx(-16.86, abs=0.1)
    assert levels.speech_dbm0(quiet, RATE) == float("-inf")


@pytest.mark.parametrize("amplitude", [0.001, 0.1, 1.0])
def test_normalized(amplitude: float) -> None:
    assert levels.speech_dbm0(levels.normalized(tone(amplitude), RATE), RATE) == pytest.approx(-18, abs=0.1)


def test_normalizing_never_clips() -> None:
    clicks = tone(0.001)
    clicks[::800] = 0.5
    assert np.abs(levels.normalized(clicks, RATE)).max() <= levels.PEAK + 1e-6


def test_silence_stays_silence() -> None:
    assert not levels.normalized(np.zeros(100, dtype=np.float32), RATE).any()
    assert not len(levels.trimmed(np.zeros(100, dtype=np.float32), RATE))
    assert not len(levels.trimmed(np.zeros(0, dtype=np.float32), RATE))


def test_trimmed_keeps_at_most_30_ms_before_60_ms_after_and_fades() -> None:
    quiet = np.zeros(RATE // 2 + 77, dtype=np.float32)
    cut = levels.trimmed(np.concatenate((quiet, tone(0.3), quiet)), RATE)
    loud = np.flatnonzero(np.abs(cut) > 0.01) / RATE
    assert 0.005 <= loud[0] <= 0.031
    assert 0.03 <= len(cut) / RATE - loud[-1] <= 0.061
    assert levels.trimmed(tone(0.3), RATE)[0] == 0
    assert abs(levels.trimmed(tone(0.3), RATE)[-1]) < 1e-6
