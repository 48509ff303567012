"""Noise taken out of an utterance that was not understood.

The suppressor is WebRTC's (a Wiener filter whose noise is estimated from quantiles of the spectrum), at its mildest:
stronger ones take consonants along. Of clear speech it makes nothing better, so it is asked only where there is noise.
"""

from __future__ import annotations

from webrtc_noise_gain import AudioProcessor

_STEP_BYTES = 320
"""10 ms at 16 kHz."""
_MILDEST = 1


def suppressed(pcm: bytes) -> bytes:
    """16 kHz s16le mono as long as ``pcm``, some milliseconds late; about 1 ms of work a second of speech."""
    processor = AudioProcessor(0, _MILDEST)  # no gain
    padded = pcm.ljust(-(-len(pcm) // _STEP_BYTES) * _STEP_BYTES, b"\0")
    steps = (padded[at : at + _STEP_BYTES] for at in range(0, len(padded), _STEP_BYTES))
    return b"".join(processor.Process10ms(step).audio for step in steps)[: len(pcm)]
