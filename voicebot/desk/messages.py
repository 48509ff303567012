"""Messages and callback wishes that callers leave for the staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

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
    done: bool = False
    message_id: int | None = None
    """Given by the database."""


def store_message(engine: Engine, message: Message) -> int:
    """Keep a message and return its id; it is on the disk when this returns.

    :raises StoreError: the database failed, nothing was kept
    """
    with writing(engine) as session:
        row = MessageRow(
            created_at=message.created_at,
            call_id=message.call_id,
            caller=message.caller,
            name=message.name,
            number=message.number,
            matter=message.matter,
            department=message.department,
            language=message.language,
            done=message.done,
        )
        session.add(row)
        session.flush()
        return row.id


def open_messages(engine: Engine) -> list[Message]:
    """What nobody has dealt with yet, oldest first.

    :raises StoreError: the database failed
    """
    query = select(MessageRow).where(MessageRow.done.is_(False)).order_by(MessageRow.created_at, MessageRow.id)
    with reading(engine) as session:
        return [_message(row) for row in session.scalars(query)]


def mark_done(engine: Engine, message_id: int) -> None:
    """Close a message; closing it twice is the same as once.

    :raises StoreError: there is no such message, or the database failed
    """
    with writing(engine) as session:
        row = session.get(MessageRow, message_id)
        if row is None:
            raise StoreError(f"there is no message {message_id}")
        row.done = True


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
        done=row.done,
        message_id=row.id,
    )
