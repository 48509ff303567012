"""What becomes of a call is written behind its back, in order, whatever the database does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from town import town
from voicebot.catalogue.store import StoreError, open_database, write_city, writing
from voicebot.desk import outbox
from voicebot.desk.notes import Note, forget_before, notes_of
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


def with_addresses(engine: Engine, *, of_department: str) -> None:
    city = town()
    emails = {"zentrale": "zentrale@stadt.example", "buergerbuero": of_department}
    departments = {key: replace(each, email=emails.get(key, "")) for key, each in city.departments.items()}
    with writing(engine) as session:
        write_city(session, replace(city, departments=departments))


@pytest.mark.parametrize("own", ["buergerbuero@stadt.example", ""])
async def test_a_note_is_mailed_where_the_town_wishes(engine: Engine, own: str) -> None:
    with_addresses(engine, of_department=own)
    writer = Writer(engine)
    told = replace(note(), service="personalausweis", aspect="fee", wants="Kosten", transcript="Wort für Wort")
    CallRecord(writer, told, mailed=True)
    await writer.close()
    mail = outbox.claim(engine, datetime.now(UTC))
    assert mail is not None
    assert mail.recipient == (own or "zentrale@stadt.example")
    assert mail.subject == "Anruf: Personalausweis, 0286112345"
    lines = mail.body.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "Nummer", "Sprache", "Thema", "Schon gesagt", "Anliegen", "Anruf",
    ]  # fmt: skip
    assert "Thema: Personalausweis, Gebühr" in lines
    assert "Wort für Wort" not in mail.body
    assert outbox.claim(engine, datetime.now(UTC)) is None, "one mail for one note"


async def test_no_note_is_mailed_otherwise(engine: Engine) -> None:
    with_addresses(engine, of_department="buergerbuero@stadt.example")
    writer = Writer(engine)
    CallRecord(writer, note())
    await writer.close()
    assert outbox.claim(engine, datetime.now(UTC)) is None


async def test_with_a_note_its_mail_is_forgotten(engine: Engine) -> None:
    with_addresses(engine, of_department="buergerbuero@stadt.example")
    writer = Writer(engine)
    CallRecord(writer, note(), mailed=True)
    await writer.close()
    assert forget_before(engine, datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert outbox.claim(engine, datetime.now(UTC)) is None
