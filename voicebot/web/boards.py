"""What the pages of several desks show, read in one go; it blocks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from voicebot.catalogue.city import City
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.catalogue.models import MessageRow
from voicebot.catalogue.store import reading
from voicebot.desk.messages import mark_done
from voicebot.desk.notes import UnknownEntry, notes_of_each
from voicebot.web.cards import Card, Waiting, call_card, message_card

Board = dict[str, Card]
"""The cards of a page by their key, in the order in which they are shown."""


def read_boards(engine: Engine, city: City, departments: Collection[str], now: datetime) -> dict[str, Board]:
    """Today's calls and all that waits, for each department.

    :raises StoreError: the database failed
    """
    notes = notes_of_each(engine, departments, since=midnight(now))
    query = (
        select(MessageRow)
        .where(MessageRow.department.in_(departments))
        .order_by(MessageRow.due_at.is_(None), MessageRow.due_at, MessageRow.created_at, MessageRow.id)
    )
    waiting: dict[str, list[Card]] = {department: [] for department in departments}
    with reading(engine) as session:
        for row in session.scalars(query):
            waiting[row.department].append(message_card(_waiting(row), now))
    boards = {}
    for department in departments:
        calls = [call_card(entry, department, city, now) for entry in notes[department]]
        boards[department] = {card.key: card for card in [*waiting[department], *calls]}
    return boards


def midnight(now: datetime) -> datetime:
    """When the town's day began: 23 or 25 hours before its end when the clocks change."""
    return now.astimezone(TOWN_TIME).replace(hour=0, minute=0, second=0, microsecond=0)


def close_message(engine: Engine, department: str, message_id: int, stamp: str) -> None:
    """Mark a message of a department as dealt with.

    :param stamp: that of the message's card. SQLite gives the id of a deleted message to the next one, which a page
        that is a moment behind must not delete.
    :raises UnknownEntry: the department has no such message
    :raises StoreError: the database failed
    """
    with reading(engine) as session:
        row = session.get(MessageRow, message_id)
        if row is None or row.department != department or _waiting(row).stamp != stamp:
            raise UnknownEntry(f"there is no message {message_id} for {department}")
    mark_done(engine, message_id)


def days_before(now: datetime, days: int) -> datetime:
    """The beginning of the day so many days ago, in the town's time."""
    return midnight(midnight(now) - timedelta(days=days))


def _waiting(row: MessageRow) -> Waiting:
    return Waiting(
        message_id=row.id,
        created_at=row.created_at,
        kind=row.kind,
        reference=row.reference,
        name=row.name,
        number=row.number,
        caller=row.caller,
        matter=row.matter,
        language=row.language,
        preferred_time=row.preferred_time,
        place=row.place,
        since=row.since,
        due_at=row.due_at,
        escalated_at=row.escalated_at,
    )
