"""What a simulated caller can be heard with: a voice with pauses in it, WAV files, and made sounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from telephony.audio import FRAMES_A_SECOND, RATE, SILENCE, frames, read_wav
from voicebot.calling.loudness import is_loud
from voicebot.evaluation.noise import street

if TYPE_CHECKING:
    from voicebot.calling.scenario import Turn

PICO = {"de": "de-DE", "en": "en-GB", "es": "es-ES", "fr": "fr-FR", "it": "it-IT"}
"""The Pico voice of each language."""
VOICES = {**PICO, **{language: language for language in ("ar", "nl", "pl", "ru", "tr", "uk")}}
"""The same, and the voice of eSpeak NG for the others."""
MADE = ("cough", "noise", "tone")
PAUSE = re.compile(r"\[(\d+(?:\.\d+)?)\]")
"""Seconds of silence within what is said: ``Ich möchte … [0.8] einen Ausweis``."""

Speak = Callable[[str, str], bytes]
"""A text and a voice of :data:`VOICES` as 16 kHz PCM."""
Samples = NDArray[np.float64]
"""Full scale is 1.0."""

NOISE_S, TONE_S = 4.0, 2.0
_TONE_HZ = 440.0
_NOISE_RMS = 10 ** (-38 / 20)
"""-32 dBm0: a street some 15 dB below the voice."""
_PEAK = 0.6
_SEED = 20261125


def pieces(turn: Turn) -> Iterator[str | float]:
    """What is said, and the seconds of silence in between."""
    for number, part in enumerate(PAUSE.split(turn.say)):
        if number % 2:
            yield float(part)
        elif any(map(str.isalnum, part)):
            yield part.strip()


def sound(turn: Turn, speak: Speak) -> bytes:
    """16 kHz PCM of a turn; empty where nothing is heard of it. Raises AudioError for a file that is no WAV."""
    match turn.play:
        case "":
            return b"".join(
                SILENCE * round(piece * FRAMES_A_SECOND)
                if isinstance(piece, float)
                else bare(speak(piece, VOICES[turn.language]))
                for piece in pieces(turn)
            )
        case "cough":
            return cough()
        case "noise":
            return noise(turn.lasts_s or NOISE_S)
        case "tone":
            return _pcm(_PEAK * np.sin(2 * np.pi * _TONE_HZ * _clock(turn.lasts_s or TONE_S)))
        case file:
            return read_wav(Path(file))


def bare(pcm: bytes) -> bytes:
    """Without the silence before and after it: the voice leaves up to 0.8 s, and the pauses are the scenario's."""
    whole = list(frames(pcm))
    loud = [number for number, frame in enumerate(whole) if is_loud(frame)]
    return b"".join(whole[loud[0] : loud[-1] + 1]) if loud else b""


def _clock(seconds: float) -> Samples:
    return np.arange(int(seconds * RATE)) / RATE


def noise(seconds: float) -> bytes:
    """A street, repeated as often as needed; 16 kHz PCM."""
    samples = np.resize(street(RATE).astype(np.float64), int(seconds * RATE))
    return _pcm(samples * (_NOISE_RMS / np.sqrt(np.mean(samples**2))))


def cough(seed: int = _SEED) -> bytes:
    """Two bursts of breath: a hard onset (the glottis opens), then noise that fades, the second one weaker.

    16 kHz PCM; another seed is another cough.

    After Korpáš et al. 1996, "Analysis of the cough sound: an overview": a burst, a noisy middle phase, 0.3 s in all.
    """
    random = np.random.default_rng(seed)
    bursts = []
    for loudness, seconds in ((1.0, 0.30), (0.7, 0.25)):
        at = _clock(seconds)
        envelope = np.minimum(at / 0.008, 1.0) * (np.exp(-at / 0.03) + 0.35 * np.exp(-at / 0.12))
        bursts += [loudness * envelope * _breath(random, len(at)), np.zeros(RATE // 8)]
    samples = np.concatenate(bursts)
    return _pcm(_PEAK * samples / np.abs(samples).max())


def _breath(random: np.random.Generator, length: int) -> Samples:
    """Noise between 300 and 3000 Hz, where a cough on a telephone is."""
    spectrum = np.fft.rfft(random.normal(size=length))
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    return np.fft.irfft(np.where((hertz > 300) & (hertz < 3000), spectrum, 0), length)


def _pcm(samples: Samples) -> bytes:
    return np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2").tobytes()
