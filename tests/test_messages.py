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

from voicebot.catalogue.store import StoreError, open_database
from voicebot.desk.messages import Message, mark_done, open_messages, store_message

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


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    result = open_database(f"sqlite:///{tmp_path}/voicebot.db")
    yield result
    result.dispose()


def test_a_message_is_kept(engine: Engine) -> None:
    number = store_message(engine, MESSAGE)
    [kept] = open_messages(engine)
    assert kept == replace(MESSAGE, message_id=number)
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
