"""The two audio callbacks: the only Python on PJSIP's clock thread.

``pj.ByteVector(data)`` costs 18 µs a frame; reading one element by element 670 µs and more, so its
memory is read directly: a ``std::vector`` begins with its begin and end pointers.
"""

from __future__ import annotations

import asyncio
import ctypes
import time
from collections.abc import Callable

import pjsua2 as pj

from telephony.audio import FRAME_BYTES, FRAME_MS, RATE, SILENCE
from telephony.events import Frame
from telephony.player import Player


def _vector_bytes(vector: pj.ByteVector) -> bytes:
    begin, end = ctypes.cast(int(vector.this), ctypes.POINTER(ctypes.c_size_t))[:2]
    return ctypes.string_at(begin, end - begin)


class CallPort(pj.AudioMediaPort):  # type: ignore[misc]
    """Bytes in, bytes out, return: hands each tick to ``put`` on ``loop``'s thread.

    Made once and lent to one call after another, and never destroyed while the clock runs: PJSIP takes a port off its
    bridge at a later tick, and its C++ destructor does not wait for that tick.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop
        self._put: Callable[[Frame], None] | None = None
        self._player: Player | None = None
        self._played = SILENCE
        # PJSIP's own memory pool holds what the destructor would touch, and is gone by the time it could run.
        self.this.disown()
        audio_format = pj.MediaFormatAudio()
        audio_format.init(pj.PJMEDIA_FORMAT_PCM, RATE, 1, FRAME_MS * 1000, 16)
        self.createPort("call", audio_format)

    def lend(self, put: Callable[[Frame], None], player: Player) -> None:
        self._played = SILENCE
        self._put, self._player = put, player

    def take_back(self) -> None:
        self._put, self._player = None, None

    def onFrameRequested(self, frame: pj.MediaFrame) -> None:  # noqa: N802
        player = self._player
        self._played = player.next_frame() if player is not None else SILENCE
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf = pj.ByteVector(self._played)
        frame.size = FRAME_BYTES

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:  # noqa: N802
        heard = _vector_bytes(frame.buf) if frame.size == FRAME_BYTES else SILENCE
        played, self._played = self._played, SILENCE
        put = self._put
        if put is None:
            return
        try:
            self._loop.call_soon_threadsafe(put, Frame(heard, played, time.monotonic()))
        except RuntimeError:
            # The loop is closed: the process is leaving, and the clock may tick once more.
            return
