"""What callers leave for the staff."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import StatementError

from voicebot.catalogue.calendar import Calendar
from voicebot.catalogue.city import City, Department
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.catalogue.store import StoreError, open_database, write_city, writing
from voicebot.desk import outbox
from voicebot.desk.lists import message_json, message_line
from voicebot.desk.messages import GRACE, Message, escalate_due, mark_done, open_messages
from voicebot.desk.messages import store_message as store

MESSAGE = Message(
    created_at=datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=1))),
    call_id="3f1c@pbx.example",
    caller="+492861123456",
    name="Änne Müller-Lüdenscheidt",
    number="02861 123456",
    matter="Rückruf wegen des Personalausweises",
    department="buergerbuero",
    language="de",
)
CALENDAR = Calendar.of(City("Stadt Musterfeld", "zentrale", region="NW"))


def store_message(engine: Engine, message: Message, *, mailed: bool = True) -> int:
    number = store(engine, message, CALENDAR, mailed=mailed).message_id
    assert number is not None
    return number


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    result = open_database(f"sqlite:///{tmp_path}/voicebot.db")
    yield result
    result.dispose()


def test_a_message_is_kept(engine: Engine) -> None:
    number = store_message(engine, MESSAGE)
    [kept] = open_messages(engine)
    assert kept == replace(MESSAGE, message_id=number, due_at=datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert kept.created_at.tzinfo is UTC
    assert kept.created_at.hour == 9


def test_messages_are_oldest_first_until_done(engine: Engine) -> None:
    second = store_message(engine, replace(MESSAGE, call_id="2"))
    first = store_message(engine, replace(MESSAGE, call_id="1", created_at=MESSAGE.created_at - timedelta(minutes=1)))
    third = store_message(engine, replace(MESSAGE, call_id="3"))
    assert [message.message_id for message in open_messages(engine)] == [first, second, third]
    mark_done(engine, second)
    assert [message.message_id for message in open_messages(engine)] == [first, third]


def test_a_correction_replaces_the_message_of_its_call(engine: Engine) -> None:
    store_message(engine, MESSAGE)
    store_message(engine, replace(MESSAGE, number="02861 999"))
    assert [message.number for message in open_messages(engine)] == ["02861 999"]


def test_an_unknown_message_cannot_be_done(engine: Engine) -> None:
    with pytest.raises(StoreError, match="no message 7"):
        mark_done(engine, 7)


def test_a_time_without_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        store_message(engine, replace(MESSAGE, created_at=datetime(2026, 11, 23)))
    assert open_messages(engine) == []


def test_messages_of_many_calls_at_once(engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda call: store_message(engine, replace(MESSAGE, call_id=str(call))), range(40)))
    assert len(set(ids)) == 40
    assert len(open_messages(engine)) == 40


# Due.


@pytest.mark.parametrize(
    ("left", "due"),
    [
        ("2026-11-23T10:00", "2026-11-24T10:00"),
        ("2026-11-27T17:30", "2026-11-30T17:30"),  # a Friday
        ("2026-11-28T11:00", "2026-12-01T00:00"),  # a Saturday counts as the beginning of Monday
        ("2026-12-24T09:00", "2026-12-28T09:00"),  # holidays and a weekend between
        ("2026-10-23T23:30", "2026-10-26T23:30"),  # the clocks are put back between
    ],
)
def test_a_message_is_due_one_working_day_later(engine: Engine, left: str, due: str) -> None:
    moment = datetime.fromisoformat(left).replace(tzinfo=TOWN_TIME)
    store_message(engine, replace(MESSAGE, created_at=moment))
    [kept] = open_messages(engine)
    assert kept.due_at == datetime.fromisoformat(due).replace(tzinfo=TOWN_TIME)
    assert not kept.is_overdue(kept.due_at - timedelta(seconds=1))
    assert kept.is_overdue(kept.due_at)


def test_a_correction_keeps_id_and_due_time(engine: Engine) -> None:
    first = store_message(engine, MESSAGE)
    later = MESSAGE.created_at + timedelta(minutes=2)
    assert store_message(engine, replace(MESSAGE, created_at=later, preferred_time="vormittags")) == first
    [kept] = open_messages(engine)
    assert (kept.preferred_time, kept.created_at) == ("vormittags", MESSAGE.created_at)
    assert kept.due_at == datetime(2026, 11, 24, 9, tzinfo=UTC)


# Reports.

REPORT = replace(MESSAGE, kind="report", matter="Laterne kaputt", place="Bahnhofstraße 5", since="gestern", call_id="r")


def test_a_report_gets_a_number_that_stays(engine: Engine) -> None:
    first = store(engine, REPORT, CALENDAR)
    assert len(first.reference) == 5
    assert first.reference[0] != "0"
    assert store(engine, replace(REPORT, since="heute"), CALENDAR).reference == first.reference
    [kept] = open_messages(engine)
    assert (kept.kind, kept.place, kept.since, kept.reference) == (
        "report",
        "Bahnhofstraße 5",
        "heute",
        first.reference,
    )


def test_no_two_open_reports_have_the_same_number(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([5, 5, 5, 7])
    monkeypatch.setattr("voicebot.desk.messages.secrets.randbelow", lambda _: next(drawn))
    first = store(engine, REPORT, CALENDAR)
    second = store(engine, replace(REPORT, call_id="s"), CALENDAR)
    assert (first.reference, second.reference) == ("10005", "10007")
    mark_done(engine, first.message_id or 0)
    drawn = iter([5])
    assert store(engine, replace(REPORT, call_id="t"), CALENDAR).reference == "10005"


def test_a_callback_has_none(engine: Engine) -> None:
    assert store(engine, MESSAGE, CALENDAR).reference == ""


# Mail of messages.


@pytest.fixture
def town(engine: Engine) -> Engine:
    def department(key: str, email: str) -> Department:
        return Department(key, {"de": key.title()}, "stadt", "1", "Plan", MESSAGE.created_at.date(), email=email)

    departments = (department("zentrale", "zentrale@stadt.example"), department("buergerbuero", "amt@stadt.example"))
    keys = {each.key: each for each in (*departments, department("ordnung", ""))}
    with writing(engine) as session:
        write_city(session, City("Stadt Musterfeld", "zentrale", keys))
    return engine


def test_a_message_and_its_mail_are_there_together(town: Engine) -> None:
    number = store_message(town, MESSAGE)
    [mail] = outbox.waiting(town)
    assert (mail.key, mail.recipient) == (f"message-{number}-1", "amt@stadt.example")
    assert mail.subject == "Rückrufbitte: Änne Müller-Lüdenscheidt, Rückruf wegen des Personalausweises"
    assert mail.body.splitlines() == [
        "Name: Änne Müller-Lüdenscheidt",
        "Telefon: 02861 123456",
        "Anliegen: Rückruf wegen des Personalausweises",
        "Wunschzeit: –",
        "Fällig: 24.11.2026 10:00",
    ]


def test_the_mail_of_a_report_says_where_and_what(town: Engine) -> None:
    stored = store(town, replace(REPORT, name="", number=""), CALENDAR, mailed=True)
    [mail] = outbox.waiting(town)
    assert mail.subject == f"Meldung {stored.reference}: Laterne kaputt, Bahnhofstraße 5"
    assert mail.body.splitlines() == [
        f"Nummer: {stored.reference}",
        "Ort: Bahnhofstraße 5",
        "Was: Laterne kaputt",
        "Seit: gestern",
        "Kontakt: –",
        "Fällig: 24.11.2026 10:00",
    ]


def test_staff_read_who_speaks_another_language(town: Engine) -> None:
    store_message(town, replace(MESSAGE, language="en"))
    assert "Name: Änne Müller-Lüdenscheidt (spricht Englisch)" in outbox.waiting(town)[0].body


def test_without_a_mail_server_nothing_is_queued(town: Engine) -> None:
    store_message(town, MESSAGE, mailed=False)
    assert outbox.waiting(town) == []


def test_the_switchboard_gets_the_mail_of_a_department_without_address(town: Engine) -> None:
    store_message(town, replace(MESSAGE, department="ordnung"))
    store_message(town, replace(MESSAGE, department="gone", call_id="2"))
    assert [mail.recipient for mail in outbox.waiting(town)] == ["zentrale@stadt.example"] * 2


def test_a_message_for_nobody_with_an_address_is_kept_all_the_same(engine: Engine) -> None:
    store_message(engine, MESSAGE)
    assert outbox.waiting(engine) == []
    assert len(open_messages(engine)) == 1


def test_what_is_corrected_on_the_phone_leaves_once(town: Engine) -> None:
    at = MESSAGE.created_at
    store_message(town, replace(MESSAGE, complete=False))
    assert outbox.claim(town, at + GRACE - timedelta(seconds=1)) is None
    store_message(town, replace(MESSAGE, complete=False, number="02861 999", created_at=at + timedelta(seconds=20)))
    [mail] = outbox.waiting(town)
    assert "Telefon: 02861 999" in mail.body
    store_message(town, replace(MESSAGE, number="02861 999", created_at=at + timedelta(seconds=40)))
    assert len(outbox.waiting(town)) == 1
    assert outbox.claim(town, at + timedelta(seconds=40)) is not None


def test_who_hangs_up_in_between_is_mailed_too(town: Engine) -> None:
    store_message(town, replace(MESSAGE, complete=False))
    assert outbox.claim(town, MESSAGE.created_at + GRACE) is not None


def test_a_correction_after_the_mail_left_is_a_second_one(town: Engine) -> None:
    number = store_message(town, MESSAGE)
    mail = outbox.claim(town, MESSAGE.created_at)
    assert mail is not None
    outbox.mark_sent(town, mail, MESSAGE.created_at)
    store_message(town, MESSAGE)
    assert outbox.waiting(town) == []  # it says the same
    store_message(town, replace(MESSAGE, number="02861 999"))
    [second] = outbox.waiting(town)
    assert second.key == f"message-{number}-2"
    store_message(town, MESSAGE)
    assert outbox.waiting(town) == []  # what was right at first has been sent already


def test_what_is_done_needs_no_mail_any_more(town: Engine) -> None:
    first = store_message(town, MESSAGE)
    for call in range(10):
        last = store_message(town, replace(MESSAGE, call_id=f"x{call}"))
    assert (first, last) == (1, 11)
    mark_done(town, first)
    keys = {mail.key for mail in outbox.waiting(town)}
    assert "message-1-1" not in keys
    assert {"message-10-1", "message-11-1"} <= keys


# Overdue.

DUE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_what_is_overdue_is_escalated_once(town: Engine) -> None:
    number = store_message(town, MESSAGE, mailed=False)
    assert escalate_due(town, DUE - timedelta(seconds=1), "chef@stadt.example") == []
    [told] = escalate_due(town, DUE, "chef@stadt.example")
    assert (told.message_id, told.escalated_at) == (number, DUE)
    [mail] = outbox.waiting(town)
    assert (mail.key, mail.recipient) == (f"overdue-{number}-1", "chef@stadt.example")
    assert mail.subject.startswith("Überfällig: Rückrufbitte: Änne")
    assert "Zuständig: Buergerbuero" in mail.body
    assert escalate_due(town, DUE + timedelta(days=3), "chef@stadt.example") == []
    mark_done(town, number)
    assert outbox.waiting(town) == []


def test_nobody_to_tell_leaves_it_to_be_told_later(town: Engine) -> None:
    store_message(town, MESSAGE, mailed=False)
    assert escalate_due(town, DUE, "") == []
    assert len(escalate_due(town, DUE + timedelta(days=9), "chef@stadt.example")) == 1


def test_several_who_look_escalate_it_once(town: Engine) -> None:
    for call in range(20):
        store_message(town, replace(MESSAGE, call_id=str(call)), mailed=False)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: escalate_due(town, DUE, "chef@stadt.example"), range(4)))
    assert sum(map(len, found)) == 20
    assert len(outbox.waiting(town)) == 20


# The list.


def test_the_list_tells_what_is_overdue(town: Engine) -> None:
    store_message(town, replace(MESSAGE, preferred_time="nachmittags"))
    [message] = open_messages(town)
    early, late = message_line(message, DUE - timedelta(seconds=1)), message_line(message, DUE)
    assert early == (
        "1  Rückruf  23.11.2026 10:00  buergerbuero  fällig 24.11.2026 10:00"
        "  Änne Müller-Lüdenscheidt, 02861 123456 (Anruf von +492861123456): Rückruf wegen des Personalausweises"
        "  Wunschzeit: nachmittags"
    )
    assert late == early.replace("fällig", "ÜBERFÄLLIG seit")
    assert message_json(message, DUE)["overdue"] is True
    assert message_json(message, DUE)["due_at"] == "2026-11-24T09:00:00+00:00"
