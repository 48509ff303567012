"""PCM as it travels inside: 16 kHz, 16 bit, mono, in frames of 20 ms; WAV files; resampling with state.

Levels are given in dBm0: a sine at full scale is +3.14 dBm0 (ITU-T G.711, A-law).
"""

from __future__ import annotations

import math
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

RATE = 16_000
"""Samples a second on the bridge; narrowband calls are resampled by PJSIP."""
FRAME_MS = 20
FRAME_SAMPLES = RATE * FRAME_MS // 1000
FRAME_BYTES = FRAME_SAMPLES * 2
FRAMES_A_SECOND = 1000 // FRAME_MS
SILENCE = bytes(FRAME_BYTES)

_FULL_SCALE_SINE_DBM0 = 3.14


class AudioError(Exception):
    """A file that is not audio we can read; the message says which and why."""


def frames(pcm: bytes) -> Iterator[bytes]:
    """Cut PCM into 20 ms frames; the last one is filled up with silence."""
    for start in range(0, len(pcm), FRAME_BYTES):
        yield pcm[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")


def seconds(pcm: bytes) -> float:
    """Length of 16 kHz 16 bit mono PCM."""
    return len(pcm) / (2 * RATE)


def level_dbm0(pcm: bytes) -> float:
    """Root-mean-square level in dBm0; ``-inf`` for digital silence."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    rms = math.sqrt(float(np.mean(samples**2))) if samples.size else 0.0
    if rms == 0.0:
        return -math.inf
    return 20 * math.log10(rms * math.sqrt(2) / 32768) + _FULL_SCALE_SINE_DBM0


class Resampler:
    """A streaming resampler: state is kept between blocks, so no clicks at their joins."""

    def __init__(self, from_rate: int, to_rate: int = RATE) -> None:
        self._stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="int16", quality="HQ")

    def push(self, pcm: bytes, *, last: bool = False) -> bytes:
        """Resample the next block (16 bit mono); ``last`` flushes what the filter still holds."""
        samples: NDArray[np.int16] = np.frombuffer(pcm, dtype="<i2")
        return bytes(self._stream.resample_chunk(samples, last=last).astype("<i2").tobytes())


def resample(pcm: bytes, from_rate: int, to_rate: int = RATE) -> bytes:
    """Resample a whole clip of 16 bit mono PCM."""
    return pcm if from_rate == to_rate else Resampler(from_rate, to_rate).push(pcm, last=True)


def read_wav(path: Path) -> bytes:
    """A WAV file (16 bit, any rate, mono or more channels mixed down) as 16 kHz mono PCM.

    Raises :class:`AudioError` with one clear line for anything else.
    """
    try:
        with wave.open(str(path), "rb") as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            pcm = file.readframes(file.getnframes())
    except FileNotFoundError:
        raise AudioError(f"{path}: no such file") from None
    except (wave.Error, EOFError, OSError) as error:
        raise AudioError(f"{path}: not a readable WAV file ({error}); convert it to 16 bit PCM WAV") from None
    if width != 2:
        raise AudioError(f"{path}: {8 * width} bit samples; convert it to 16 bit PCM WAV")
    if channels > 1:
        mixed = np.frombuffer(pcm, dtype="<i2").reshape(-1, channels).mean(axis=1)
        pcm = mixed.astype("<i2").tobytes()
    return resample(pcm, rate)


def write_wav(path: Path, channels: Sequence[bytes], rate: int = RATE) -> None:
    """Write PCM channels side by side (shorter ones are filled with silence)."""
    length = max((len(channel) for channel in channels), default=0)
    columns = [np.frombuffer(channel.ljust(length, b"\0"), dtype="<i2") for channel in channels]
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(columns, axis=1).tobytes())
