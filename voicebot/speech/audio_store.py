"""Speech on disk, a file a sentence: there at once after a restart, bounded, the least recently used let go.

Any number of processes may share a folder. A file is written beside its place and moved there, its time of change is
when it was used last, and what a file holds is checked as it is read.
"""

import contextlib
import logging
import os
import tempfile
import threading
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_log = logging.getLogger(__name__)

FOLDER = "spoken"
"""Below the models folder."""
LEVEL = 1
"""Of zlib: higher ones take longer and save next to nothing of speech."""
PORTION = 16
"""One of so many parts of the limit is made free at once; what others added is counted after as much was written."""
ABANDONED_S = 3600.0
"""A file half written for so long has nobody who writes it."""


@dataclass(frozen=True)
class Prepared:
    """What making a text ahead came to, counted over its sentences."""

    made: int
    """Sentences that were not there."""
    size: int
    """Bytes of all its sentences on disk."""
    limit: int
    """Bytes that may be kept in all; 0 where nothing is kept."""


@dataclass(frozen=True)
class Contents:
    """What is in a store."""

    sentences: int
    size: int
    """Bytes."""


class AudioStore:
    """16-bit mono PCM in `folder` under keys that are file names. Safe between threads and processes.

    `limit` is in bytes, 1 at least. Other processes that write at the same time can exceed it by a sixteenth each.
    Nothing raises: speech that cannot be kept or read is made anew, and the log says so once.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self._limit = limit
        self._used: int | None = None
        self._written = 0
        """Since what is used was counted."""
        self._broken = self._complained = False
        self._damaged: set[str] = set()
        """Keys that the log has told of."""
        self._lock = threading.Lock()

    @property
    def limit(self) -> int:
        """Bytes that may be kept; 0 while nothing can be written."""
        return 0 if self._broken else self._limit

    def get(self, key: str) -> bytes | None:
        """The audio under `key`, or None: there is none, or it is damaged."""
        path = self.folder / key
        try:
            packed = path.read_bytes()
            pcm = _unpacked(packed)
            os.utime(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain(error)
            return None
        except (zlib.error, ValueError):
            if key not in self._damaged:
                _log.warning("%s is damaged and is made anew", path)
            self._damaged.add(key)
            return None
        return pcm

    def size(self, key: str) -> int:
        """Bytes under `key`, damaged or not; 0 if there is nothing."""
        try:
            return (self.folder / key).stat().st_size
        except OSError:
            return 0

    def put(self, key: str, pcm: bytes) -> int:
        """Keep `pcm`, letting go of what was not used for longest; its bytes on disk, or 0 if it is not kept."""
        packed = _packed(pcm)
        if len(packed) > self._limit:
            return 0
        try:
            with self._lock:
                self._make_room(len(packed))
            self._write(self.folder / key, packed)
        except OSError as error:
            self._complain(error)
            self._broken = True
            return 0
        self._broken = self._complained = False
        self._damaged.discard(key)
        return len(packed)

    def contents(self) -> Contents:
        """Counted anew, with what other processes wrote."""
        try:
            sizes = [size for _, size, _ in self._files()]
        except OSError as error:
            self._complain(error)
            sizes = []
        return Contents(len(sizes), sum(sizes))

    def _make_room(self, size: int) -> None:
        """Count `size` bytes more as used, and let go of files until they fit. Raises OSError."""
        if self._used is None or self._used + size > self._limit or self._written + size > self._limit // PORTION:
            files = sorted(self._files())
            self._used, self._written = sum(size for _, size, _ in files), 0
            if self._used + size > self._limit:
                self._let_go(files, self._limit - max(size, self._limit // PORTION))
        self._used += size
        self._written += size

    def _let_go(self, files: list[tuple[int, int, Path]], target: int) -> None:
        assert self._used is not None
        for _, size, path in files:
            if self._used <= target:
                return
            path.unlink(missing_ok=True)
            self._used -= size

    def _files(self) -> list[tuple[int, int, Path]]:
        """When it was used (ns), how many bytes it has, and the path of each file."""
        found = []
        with contextlib.suppress(FileNotFoundError), os.scandir(self.folder) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    status = entry.stat()
                    if not entry.name.endswith(".part"):
                        found.append((status.st_mtime_ns, status.st_size, Path(entry.path)))
                    elif time.time() - status.st_mtime > ABANDONED_S:
                        Path(entry.path).unlink()
        return found

    def _write(self, path: Path, packed: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
            part = Path(file.name)
            try:
                file.write(packed)
                file.close()
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            _log.warning("speech cannot be kept in %s and is made when it is needed: %s", self.folder, error)
        self._complained = True


def _packed(pcm: bytes) -> bytes:
    """Differences of neighbouring samples, their low bytes before their high ones: 34 to 41 % smaller than PCM.

    zlib alone saves 20 to 25 %. Either takes under 1 ms to read for a sentence of four seconds.
    """
    differences = np.diff(np.frombuffer(pcm, "<i2"), prepend=np.int16(0)).astype("<i2", copy=False)
    return zlib.compress(differences.view(np.uint8).reshape(-1, 2).T.tobytes(), LEVEL)


def _unpacked(packed: bytes) -> bytes:
    """Raises zlib.error and ValueError for what `_packed` did not make; zlib has a checksum."""
    planes = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(2, -1)
    differences = np.ascontiguousarray(planes.T).view("<i2")[:, 0]
    return np.cumsum(differences, dtype=np.int16).astype("<i2", copy=False).tobytes()
