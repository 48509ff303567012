"""What becomes of a call is written behind its back, in order, whatever the database does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from voicebot.catalogue.store import StoreError, open_database
from voicebot.desk.notes import Note, notes_of
from voicebot.desk.records import MOST_WAITING, CallRecord, Writer
from voicebot.switching import Method, Target

TARGET = Target("buergerbuero", "extension", "300", Method.ATTENDED, 20)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'town.sqlite'}")
    yield engine
    engine.dispose()


def note(call_id: str = "a") -> Note:
    return Note(
        call_id=call_id, caller="0286112345", language="de", department="buergerbuero", created_at=datetime.now(UTC)
    )


def kept(engine: Engine) -> list[list[str]]:
    entries = notes_of(engine, "buergerbuero", since=datetime.now(UTC) - timedelta(hours=1))
    return [[transfer.outcome for transfer in entry.transfers] for entry in entries]


async def test_a_note_and_all_that_was_tried_are_kept_in_order(engine: Engine) -> None:
    writer = Writer(engine)
    record = CallRecord(writer, note())
    record.begins(TARGET, Method.ATTENDED)
    record.rings()
    record.rings()
    record.ends("busy", 486)
    record.begins(TARGET, Method.BLIND)
    record.answers()
    record.ends("connected", 200)
    record.ends("connected", 200)
    await writer.close()
    [entry] = notes_of(engine, "buergerbuero", since=datetime.now(UTC) - timedelta(hours=1))
    first, second = entry.transfers
    assert (first.outcome, first.code, first.method) == ("busy", 486, "attended")
    assert first.rang_at is not None
    assert first.answered_at is None
    assert (second.outcome, second.code, second.method) == ("connected", 200, "blind")
    assert second.answered_at is not None
    assert second.ended_at is not None


async def test_a_database_that_fails_loses_that_write_and_no_other(engine: Engine) -> None:
    writer = Writer(engine)

    def fails(_engine: Engine) -> None:
        raise StoreError("the disk is full")

    def breaks(_engine: Engine) -> None:
        raise RuntimeError("a defect")

    writer.put(fails)
    writer.put(breaks)
    CallRecord(writer, note())
    await writer.close()
    assert kept(engine) == [[]]


async def test_a_database_that_does_not_answer_keeps_nobody_waiting(engine: Engine) -> None:
    writer = Writer(engine)
    stuck = threading.Event()
    writer.put(lambda _engine: stuck.wait(10) and None)
    for number in range(2 * MOST_WAITING):
        CallRecord(writer, note(str(number)))
    await writer.close(timeout_s=0.1)
    stuck.set()
