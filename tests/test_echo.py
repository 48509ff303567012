"""The bot's own voice that comes back: silent where it is alone, and nothing is taken from who speaks meanwhile."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pytest
from numpy.typing import NDArray

from telephony.audio import FRAME_BYTES, FRAME_SAMPLES, RATE, SILENCE, resample
from telephony.bare import alaw, linear
from telephony.echo import EchoGuard
from voicebot.calling.sounds import bare
from voicebot.pico import speak

BOT = "Der Reisepass kostet siebzig Euro. Bringen Sie bitte Ihren alten Pass und ein biometrisches Foto mit."
CALLER = "Ich habe eine ganz andere Frage, und zwar möchte ich meinen Hund anmelden."
LEARNING = 6
"""Frames of an echo of which some may be heard before its delay is known: 120 ms, too short for a turn."""


def samples(pcm: bytes, gain_db: float = 0.0) -> NDArray[np.float64]:
    return np.frombuffer(pcm, "<i2").astype(np.float64) * 10 ** (gain_db / 20)


def line(sound: NDArray[np.float64]) -> bytes:
    """As it comes through A-law at 8 kHz."""
    narrow = resample(sound.clip(-32_768, 32_767).astype("<i2").tobytes(), RATE, 8000)
    return resample(linear(alaw(np.frombuffer(narrow, "<i2"))).astype("<i2").tobytes(), 8000, RATE)


def late(sound: NDArray[np.float64], ms: float, length: int) -> NDArray[np.float64]:
    moved = np.zeros(length)
    start = int(ms * RATE / 1000)
    kept = sound[: max(0, length - start)]
    moved[start : start + len(kept)] = kept
    return moved


def frames(pcm: bytes) -> list[bytes]:
    return [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES)]


def loud(frame: bytes) -> bool:
    return float(np.sqrt(np.mean(samples(frame) ** 2))) > 60


def taken(guard: EchoGuard, heard: bytes, played: NDArray[np.float64]) -> list[bool]:
    """For every frame with something in it, whether it was made silent."""
    pairs = list(zip(frames(heard), frames(played.astype("<i2").tobytes()), strict=True))
    after = [guard.push(*pair) for pair in pairs]
    return [left == SILENCE for (came, _), left in zip(pairs, after, strict=True) if loud(came)]


@pytest.fixture(scope="module")
def said() -> NDArray[np.float64]:
    """What the bot says, with a second of silence behind."""
    pcm = bare(speak(BOT))
    return np.concatenate([samples(pcm), np.zeros(RATE - len(pcm) // 2 % FRAME_SAMPLES)])


@pytest.mark.parametrize("return_loss_db", [15, 25])
@pytest.mark.parametrize("delay_ms", [20, 120, 250])
def test_an_echo_is_silent_as_soon_as_its_delay_is_known(
    said: NDArray[np.float64], return_loss_db: int, delay_ms: int
) -> None:
    echo = line(late(said, delay_ms, len(said)) * 10 ** (-return_loss_db / 20))
    made_silent = taken(EchoGuard(), echo, said)
    assert len(made_silent) > 100
    assert np.mean(made_silent[LEARNING:]) > 0.98


def test_an_echo_stays_silent_in_the_noise_of_a_line(said: NDArray[np.float64]) -> None:
    """At its faint ends the noise makes it less alike, but no louder."""
    noise = np.random.default_rng(1).normal(0, 25, len(said))
    made_silent = taken(EchoGuard(), line(late(said, 60, len(said)) * 10 ** (-25 / 20) + noise), said)
    assert np.mean(made_silent[LEARNING:]) > 0.97  # 0.95 by its likeness alone


@pytest.mark.parametrize("after_ms", [0, 130, 300, 470, 900, 1500, 2300])
def test_nothing_is_taken_from_a_caller_with_the_bots_own_voice(said: NDArray[np.float64], after_ms: int) -> None:
    caller = line(late(samples(speak(CALLER)), after_ms, len(said)))
    made_silent = taken(EchoGuard(), caller, said)
    assert np.mean(made_silent) <= 0.01  # without knowing the delay, a tenth
    assert len(made_silent) > 100


def test_a_caller_is_heard_over_a_known_echo(said: NDArray[np.float64]) -> None:
    guard = EchoGuard()
    echo = late(said, 60, len(said)) * 10 ** (-25 / 20)
    assert np.mean(taken(guard, line(echo), said)[LEARNING:]) > 0.98
    caller = late(samples(speak(CALLER)), 500, len(said))
    over = [loud(frame) for frame in frames(line(caller))]
    pairs = zip(frames(line(echo + caller)), frames(said.astype("<i2").tobytes()), strict=True)
    lost = sum(guard.push(*pair) == SILENCE and spoken for pair, spoken in zip(pairs, over, strict=True))
    assert lost / sum(over) < 0.1


def test_a_changed_delay_is_learnt_anew(said: NDArray[np.float64]) -> None:
    guard = EchoGuard()
    for delay_ms in (60, 100):
        echo = line(late(said, delay_ms, len(said)) * 10 ** (-20 / 20))
        assert np.mean(taken(guard, echo, said)[LEARNING:]) > 0.98


def test_an_echo_that_a_jitter_buffer_moves_again_and_again_stays_silent(said: NDArray[np.float64]) -> None:
    step = RATE // 2
    moving = np.zeros(len(said))
    for place, delay_ms in zip(range(0, len(said), step), cycle((60, 100, 40, 80))):
        moving[place : place + step] = late(said, delay_ms, len(said))[place : place + step]
    made_silent = taken(EchoGuard(), line(moving * 10 ** (-20 / 20)), said)
    assert np.mean(made_silent[LEARNING:]) > 0.98  # 0.91 where each delay is learnt anew


def test_what_comes_while_nothing_was_played_stays_as_it_is(said: NDArray[np.float64]) -> None:
    assert not any(taken(EchoGuard(), line(said), np.zeros(len(said))))
