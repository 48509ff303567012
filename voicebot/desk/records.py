"""What desks are told of a call and what came of it, written behind the call's back.

A database can be slow or away; a caller who is being passed on waits for neither. So everything is queued, in order,
and written by one task in a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine

from voicebot.catalogue.store import StoreError
from voicebot.desk.notemail import store_and_mail
from voicebot.desk.notes import Note, begin_transfer, finish_transfer, store_note, update_transfer
from voicebot.switching import Method, Target

log = logging.getLogger(__name__)

MOST_WAITING = 256
"""Writes that wait at most: some dozen calls' worth. Whatever comes on top is not kept."""

Write = Callable[[Engine], None]


class Writer:
    """Carries out writes one after the other; for a whole line process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: asyncio.Queue[Write] = asyncio.Queue(MOST_WAITING)
        self._task = asyncio.create_task(self._run())

    def put(self, write: Write) -> None:
        """Have something written, after what was put before."""
        try:
            self._waiting.put_nowait(write)
        except asyncio.QueueFull:
            log.error("the database is too slow: what became of a call is not kept")

    async def close(self, timeout_s: float = 5.0) -> None:
        """Write what is waiting, and end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._waiting.join()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            write = await self._waiting.get()
            try:
                await asyncio.to_thread(write, self._engine)
            except StoreError as error:
                log.error("what became of a call could not be kept: %s", error)
            except Exception:
                log.exception("what became of a call could not be kept")
            finally:
                self._waiting.task_done()


class CallRecord:
    """One note, and the targets that were tried for it: the :class:`voicebot.handover.Records` of a call."""

    def __init__(self, writer: Writer, note: Note, *, mailed: bool = False) -> None:
        """:param mailed: whether the department is told by mail as well"""
        self._writer = writer
        self._store = store_and_mail if mailed else store_note
        self._note = note
        self._transfer: _Attempt | None = None
        writer.put(self._keep)

    def begins(self, target: Target, method: Method) -> None:
        attempt = self._transfer = _Attempt()
        at = datetime.now(UTC)

        def write(engine: Engine) -> None:
            if self._note.note_id is not None:
                attempt.key = begin_transfer(
                    engine,
                    self._note.note_id,
                    department=target.department,
                    target=target.target,
                    method=method,
                    at=at,
                )

        self._writer.put(write)

    def rings(self) -> None:
        if self._transfer is not None and self._transfer.rang_at is None:
            self._transfer.rang_at = datetime.now(UTC)
            self._update(self._transfer)

    def answers(self) -> None:
        if self._transfer is not None:
            self._transfer.answered_at = datetime.now(UTC)
            self._update(self._transfer)

    def ends(self, outcome: str, code: int) -> None:
        attempt, self._transfer = self._transfer, None
        if attempt is None:
            return
        ended_at = datetime.now(UTC)

        def write(engine: Engine) -> None:
            if attempt.key is not None:
                finish_transfer(engine, attempt.key, outcome=outcome, code=code, ended_at=ended_at)

        self._writer.put(write)

    def _update(self, attempt: _Attempt) -> None:
        rang_at, answered_at = attempt.rang_at, attempt.answered_at

        def write(engine: Engine) -> None:
            if attempt.key is not None:
                update_transfer(engine, attempt.key, rang_at=rang_at, answered_at=answered_at)

        self._writer.put(write)

    def _keep(self, engine: Engine) -> None:
        self._note = self._store(engine, self._note)


class _Attempt:
    """What is known of a target so far."""

    key: int | None = None
    """The row's, once it is written."""
    rang_at: datetime | None = None
    answered_at: datetime | None = None
