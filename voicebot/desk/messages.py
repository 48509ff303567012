"""Messages and callback wishes that callers leave for the staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, select

from voicebot.catalogue.models import MessageRow
from voicebot.catalogue.store import StoreError, reading, writing


@dataclass(frozen=True)
class Message:
    created_at: datetime
    """Aware; stored and given back as UTC."""
    call_id: str
    """The SIP Call-ID."""
    caller: str
    """The number as SIP sent it, or empty."""
    name: str
    number: str
    """Where to call back, as the caller said it."""
    matter: str
    department: str
    """Key of the department it is for; that department may have gone since."""
    language: str
    message_id: int | None = None
    """Given by the database."""


def store_message(engine: Engine, message: Message) -> int:
    """Keep a message and return its id; it is on the disk when this returns.

    A call has one message: what the caller corrects replaces what was kept before.

    :raises StoreError: the database failed, nothing was kept
    """
    with writing(engine) as session:
        session.execute(delete(MessageRow).where(MessageRow.call_id == message.call_id))
        row = MessageRow(
            created_at=message.created_at,
            call_id=message.call_id,
            caller=message.caller,
            name=message.name,
            number=message.number,
            matter=message.matter,
            department=message.department,
            language=message.language,
        )
        session.add(row)
        session.flush()
        return row.id


def open_messages(engine: Engine) -> list[Message]:
    """What nobody has dealt with yet, oldest first.

    :raises StoreError: the database failed
    """
    query = select(MessageRow).order_by(MessageRow.created_at, MessageRow.id)
    with reading(engine) as session:
        return [_message(row) for row in session.scalars(query)]


def mark_done(engine: Engine, message_id: int) -> None:
    """Close a message: it is deleted, as the privacy notice promises callers (Art. 5 (1) e DSGVO).

    :raises StoreError: there is no such message, or the database failed
    """
    with writing(engine) as session:
        row = session.get(MessageRow, message_id)
        if row is None:
            raise StoreError(f"there is no message {message_id}")
        session.delete(row)


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
        message_id=row.id,
    )
