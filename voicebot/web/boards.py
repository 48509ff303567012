"""What the pages of several desks show, read in one go; it blocks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from voicebot.catalogue.city import City
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.catalogue.models import CallNoteRow, MessageRow, TransferRow
from voicebot.catalogue.store import reading
from voicebot.desk.messages import mark_done
from voicebot.desk.notes import UnknownEntry, first_since, notes_of_each
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


class BoardReader:
    """Reads boards anew when what they show has changed, and once a minute, as time alone makes messages overdue.

    To be used by one thread at a time.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen: Sequence[object] = ()
        self._boards: dict[str, Board] = {}

    def read(self, city: City, departments: Collection[str], now: datetime) -> dict[str, Board]:
        """As :func:`read_boards`; where nothing has changed the very boards of the last time."""
        seen = (city, set(departments), now.replace(second=0, microsecond=0), *self._changeable(departments, now))
        if seen != self._seen:
            self._boards = read_boards(self._engine, city, departments, now)
            self._seen = seen
        return self._boards

    def _changeable(self, departments: Collection[str], now: datetime) -> list[object]:
        """What may change, read without making objects of it; notes only come and go."""
        messages = select(*MessageRow.__table__.columns).where(MessageRow.department.in_(departments))
        with reading(self._engine) as session:
            first = first_since(session, midnight(now))
            transfers = select(
                TransferRow.id,
                TransferRow.outcome,
                TransferRow.code,
                TransferRow.is_wrong,
                TransferRow.rang_at.is_(None),
                TransferRow.answered_at.is_(None),
                TransferRow.ended_at.is_(None),
            ).where(TransferRow.note >= first)
            return [
                first,
                session.execute(select(func.count(), func.max(CallNoteRow.id)).where(CallNoteRow.id >= first)).all(),
                session.execute(transfers.order_by(TransferRow.id)).all(),
                session.execute(messages.order_by(MessageRow.id)).all(),
            ]


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
    )
