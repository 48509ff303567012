"""One thread a kind of work, with a bounded queue before it."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class LaneFull(Exception):  # noqa: N818 - an answer to the client, not an error
    """More work waits than the lane takes."""


class Lane:
    """Runs functions one after the other on one thread; at most `limit` of them wait or run."""

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self._limit = limit
        self._count = 0
        self._counting = threading.Lock()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, work: Callable[[Callable[[], bool]], T]) -> T:
        """The result of `work(abandoned)`. Raises LaneFull at once when the lane is full.

        When the caller is cancelled, work that waits is never started, and `abandoned()` turns true for work
        that runs: it may stop early, and its result is dropped.
        """
        with self._counting:
            if self._count >= self._limit:
                raise LaneFull(self.name)
            self._count += 1
        given_up = threading.Event()
        future: Future[T] = self._executor.submit(work, given_up.is_set)
        future.add_done_callback(self._done)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            given_up.set()
            raise

    def close(self) -> None:
        """Start nothing more, and wait for what runs."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _done(self, _: Future[T]) -> None:
        with self._counting:
            self._count -= 1
