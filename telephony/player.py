"""What is waiting to be played: filled by the event loop, emptied by the media clock."""

from __future__ import annotations

from collections import deque

from telephony.audio import FRAME_BYTES, FRAMES_A_SECOND, SILENCE


class Player:
    """A bounded queue of 20 ms frames between two threads.

    ``deque`` appends and pops are atomic, so neither side ever waits for a lock. A part of a frame is
    kept back until the next :meth:`play` or :meth:`flush` fills it, so that streamed synthesis joins
    without gaps.
    """

    LIMIT = 120 * FRAMES_A_SECOND

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._rest = b""

    def play(self, pcm: bytes) -> None:
        """Queue PCM of any length; ValueError beyond two minutes of it."""
        pcm = self._rest + pcm
        whole = len(pcm) - len(pcm) % FRAME_BYTES
        if len(self._frames) + whole // FRAME_BYTES > self.LIMIT:
            raise ValueError("more than 120 s of audio are waiting to be played")
        self._rest = pcm[whole:]
        self._frames.extend(pcm[start : start + FRAME_BYTES] for start in range(0, whole, FRAME_BYTES))

    def flush(self) -> None:
        """Play the kept-back part of a frame, filled up with silence."""
        if self._rest:
            self._frames.append(self._rest.ljust(FRAME_BYTES, b"\0"))
            self._rest = b""

    def stop(self) -> int:
        """Drop what has not been played; how many frames that were, one begun among them."""
        dropped = len(self._frames) + bool(self._rest)
        self._frames.clear()
        self._rest = b""
        return dropped

    @property
    def playing(self) -> bool:
        return bool(self._frames)

    def next_frame(self) -> bytes:
        """The frame for this tick; called on the media clock's thread."""
        try:
            return self._frames.popleft()
        except IndexError:
            return SILENCE
