"""Messages that callers leave for the staff: callback wishes, and reports of damage or complaints.

Each is due one working day after it was left, as the number 115 promises ("innerhalb von 24 Stunden während der
Servicezeiten"), and deleted once it is dealt with.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from voicebot.catalogue.calendar import Calendar
from voicebot.catalogue.models import MessageRow
from voicebot.catalogue.store import StoreError, reading, writing
from voicebot.desk import addressees, letters, outbox
from voicebot.desk.message import Message

__all__ = ["Message", "escalate_due", "mark_done", "open_messages", "store_message"]

WORKING_DAYS = 1
GRACE = timedelta(minutes=2)
"""A message that is not complete is mailed after so long: the caller may still be correcting it."""
REFERENCE_LOCK = 0x72656665
"""Any number, the same in all processes: whoever holds this lock of PostgreSQL chooses a reference."""
_DRAWS = 100


def store_message(engine: Engine, message: Message, calendar: Calendar, *, mailed: bool = False) -> Message:
    """Keep a message, and queue its mail; as it was stored, and on the disk when this returns.

    A call has one message: what the caller adds or corrects replaces what was kept before, and the mail that has not
    left. Id, reference and due time stay.

    :param mailed: whether there is a mail server, and the department (or else the switchboard) is told
    :raises StoreError: the database failed, nothing was kept
    """
    with writing(engine) as session:
        row = session.scalars(select(MessageRow).where(MessageRow.call_id == message.call_id)).first()
        if row is None:
            row = MessageRow(created_at=message.created_at, call_id=message.call_id)
            row.due_at = calendar.add_working_days(message.created_at, WORKING_DAYS)
            session.add(row)
        row.caller = message.caller
        row.name = message.name
        row.number = message.number
        row.matter = message.matter
        row.department = message.department
        row.language = message.language
        row.kind = message.kind
        row.preferred_time = message.preferred_time
        row.place = message.place
        row.since = message.since
        if message.kind == "report":
            row.reference = row.reference or _free_reference(session)
        session.flush()
        stored = replace(_message(row), complete=message.complete)
        if mailed and (recipient := addressees.address(session, message.department)):
            not_before = message.created_at if message.complete else message.created_at + GRACE
            outbox.queue_revision(
                session,
                _subject_key(row.id),
                recipient,
                letters.subject(stored),
                letters.body(stored),
                message.created_at,
                not_before,
            )
        return stored


def open_messages(engine: Engine) -> list[Message]:
    """What nobody has dealt with yet, oldest first.

    :raises StoreError: the database failed
    """
    query = select(MessageRow).order_by(MessageRow.created_at, MessageRow.id)
    with reading(engine) as session:
        return [_message(row) for row in session.scalars(query)]


def mark_done(engine: Engine, message_id: int) -> None:
    """Close a message: it is deleted with its mails, as the privacy notice promises callers (Art. 5 (1) e DSGVO).

    :raises StoreError: there is no such message, or the database failed
    """
    with writing(engine) as session:
        row = session.get(MessageRow, message_id)
        if row is None:
            raise StoreError(f"there is no message {message_id}")
        session.delete(row)
        outbox.withdraw(session, _subject_key(message_id))
        outbox.withdraw(session, _overdue_key(message_id))


def escalate_due(engine: Engine, now: datetime, escalate_to: str) -> list[Message]:
    """Queue a mail to ``escalate_to`` for each message that has become overdue; once for each.

    Nothing happens where it is empty: what is overdue then waits for somebody to be told.

    :raises StoreError: the database failed
    """
    if not escalate_to:
        return []
    overdue = (MessageRow.due_at <= now) & MessageRow.escalated_at.is_(None)
    with reading(engine) as session:
        # Writing locks SQLite for everybody, and most often nothing is overdue.
        if session.scalars(select(MessageRow.id).where(overdue).limit(1)).first() is None:
            return []
    query = select(MessageRow).where(overdue).order_by(MessageRow.due_at).with_for_update(skip_locked=True)
    escalated = []
    with writing(engine) as session:
        for row in session.scalars(query):
            row.escalated_at = now
            message = _message(row)
            key = f"{_overdue_key(row.id)}-1"
            told = letters.overdue_body(message, addressees.name(session, row.department))
            outbox.queue(session, key, escalate_to, letters.overdue_subject(message), told, now)
            escalated.append(message)
    return escalated


def _subject_key(message_id: int) -> str:
    return f"message-{message_id}"


def _overdue_key(message_id: int) -> str:
    return f"overdue-{message_id}"


def _free_reference(session: Session) -> str:
    """Five digits that no open report has; six where many are open. The first is no zero, which is easily lost."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": REFERENCE_LOCK})
    taken = set(session.scalars(select(MessageRow.reference).where(MessageRow.reference != "")))
    for digits in (5, 6):
        for _ in range(_DRAWS):
            lowest = 10 ** (digits - 1)
            reference = str(lowest + secrets.randbelow(9 * lowest))
            if reference not in taken:
                return reference
    raise StoreError("there are too many open reports for a number; mark those that are dealt with as done")


def _message(row: MessageRow) -> Message:
    return Message(
        created_at=row.created_at,
        call_id=row.call_id,
        caller=row.caller,
        name=row.name,
        number=row.number,
        matter=row.matter,
        department=row.department,
        language=row.language,
        kind=row.kind,
        preferred_time=row.preferred_time,
        place=row.place,
        since=row.since,
        reference=row.reference,
        due_at=row.due_at,
        escalated_at=row.escalated_at,
        message_id=row.id,
    )
