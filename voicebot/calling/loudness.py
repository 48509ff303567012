"""When somebody is heard: 20 ms frames and their peaks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from telephony.audio import FRAME_MS, FRAMES_A_SECOND

LOUD = 250
"""Peak sample from which a frame counts as sound: -42 dB below full scale, above any codec's idle noise."""
JOIN_S = 0.3
"""Shorter silence is a stop consonant or a breath."""


def peak(pcm: bytes) -> int:
    """The largest sample of a frame, 0 to 32768."""
    return int(np.abs(np.frombuffer(pcm, dtype="<i2").astype(np.int32)).max())


def is_loud(pcm: bytes) -> bool:
    """Whether a frame holds sound."""
    return peak(pcm) >= LOUD


def spans(frames: Sequence[bytes]) -> list[tuple[float, float]]:
    """From when to when there was sound, in seconds from the first frame's beginning."""
    found: list[tuple[int, int]] = []
    for number, frame in enumerate(frames):
        if not is_loud(frame):
            continue
        if found and number - found[-1][1] < JOIN_S * FRAMES_A_SECOND:
            found[-1] = (found[-1][0], number + 1)
        else:
            found.append((number, number + 1))
    return [(start * FRAME_MS / 1000, end * FRAME_MS / 1000) for start, end in found]
