"""A thread or two a kind of work, with a bounded queue before them; and who goes first."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class LaneFull(Exception):  # noqa: N818 - an answer to the client, not an error
    """More work waits than the lane takes."""


class Lane:
    """Runs functions in their order on `threads` threads; at most `limit` of them wait or run."""

    def __init__(self, name: str, limit: int, threads: int = 1) -> None:
        self.name = name
        self._limit = limit
        self._count = 0
        self._counting = threading.Lock()
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)

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


class Precedence:
    """Lets work that nobody waits for begin only while none is under way that somebody waits for."""

    def __init__(self) -> None:
        self._under_way = 0
        self._waiting: set[asyncio.Future[None]] = set()

    @contextlib.contextmanager
    def first(self) -> Iterator[None]:
        """While somebody waits for what is done inside."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                for turn in self._waiting:
                    if not turn.done():
                        turn.set_result(None)

    async def last(self) -> None:
        """Wait until nobody waits."""
        while self._under_way:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(turn)
            try:
                await turn
            finally:
                self._waiting.discard(turn)
