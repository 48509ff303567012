"""Tables of the database, for SQLite and PostgreSQL alike.

Rows have natural keys, those of the files in a city's folder, so that an import changes only what differs and
other tables may refer to a service or department for as long as it exists.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect, ForeignKey, MetaData, TypeDecorator, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcDateTime(TypeDecorator[datetime]):
    """An aware point in time, kept as UTC. SQLite knows no time zones and would give back a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )


class CityRow(Base):
    """The one city of this database."""

    __tablename__ = "city"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    switchboard: Mapped[str] = mapped_column(ForeignKey("department.key"))
    region: Mapped[str] = mapped_column(server_default="")
    """Whose public holidays are kept: an ISO 3166-2 code without its country, such as ``NW``; empty: none."""
    bridge_days: Mapped[bool] = mapped_column(server_default=false())
    """Whether the town hall is closed on a working day between a public holiday and a weekend."""
    revision: Mapped[str]


class DepartmentRow(Base):
    __tablename__ = "department"
    __table_args__ = (CheckConstraint("kind IN ('stadt', 'extern')", name="kind"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    extension: Mapped[str]
    email: Mapped[str] = mapped_column(server_default="")
    source: Mapped[str]
    as_of: Mapped[date]
    names: Mapped[list[DepartmentNameRow]] = relationship(cascade="all, delete-orphan")
    aliases: Mapped[list[DepartmentAliasRow]] = relationship(
        cascade="all, delete-orphan", order_by="DepartmentAliasRow.position"
    )
    hours: Mapped[list[OpeningSpanRow]] = relationship(cascade="all, delete-orphan")


class DepartmentNameRow(Base):
    __tablename__ = "department_name"

    department: Mapped[str] = mapped_column(ForeignKey("department.key"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    after_with: Mapped[str]
    """The name as it stands after "mit" or "with"; empty: like ``name``."""


class DepartmentAliasRow(Base):
    __tablename__ = "department_alias"

    department: Mapped[str] = mapped_column(ForeignKey("department.key"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    alias: Mapped[str]


class OpeningSpanRow(Base):
    """Weekday from 0 (Monday); times are Europe/Berlin."""

    __tablename__ = "opening_span"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens < closes", name="order"),
    )

    department: Mapped[str] = mapped_column(ForeignKey("department.key"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opens: Mapped[time] = mapped_column(primary_key=True)
    closes: Mapped[time]
    source: Mapped[str]
    as_of: Mapped[date]


class ServiceRow(Base):
    __tablename__ = "service"

    key: Mapped[str] = mapped_column(primary_key=True)
    department: Mapped[str] = mapped_column(ForeignKey("department.key"), index=True)
    leika: Mapped[str]
    reports: Mapped[bool] = mapped_column(server_default=false())
    """Whether reports of damage or complaints are taken down for it."""
    names: Mapped[list[ServiceNameRow]] = relationship(cascade="all, delete-orphan")
    keywords: Mapped[list[ServiceKeywordRow]] = relationship(
        cascade="all, delete-orphan", order_by="ServiceKeywordRow.position"
    )
    examples: Mapped[list[ExampleRow]] = relationship(cascade="all, delete-orphan")
    facts: Mapped[list[FactRow]] = relationship(cascade="all, delete-orphan")


class ServiceNameRow(Base):
    __tablename__ = "service_name"

    service: Mapped[str] = mapped_column(ForeignKey("service.key"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class ServiceKeywordRow(Base):
    __tablename__ = "service_keyword"

    service: Mapped[str] = mapped_column(ForeignKey("service.key"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True, server_default="")
    """Empty in the column for all languages."""
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    keyword: Mapped[str]


class ExampleRow(Base):
    __tablename__ = "example"

    service: Mapped[str] = mapped_column(ForeignKey("service.key"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(primary_key=True)


class FactRow(Base):
    __tablename__ = "fact"

    service: Mapped[str] = mapped_column(ForeignKey("service.key"), primary_key=True)
    aspect: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    source: Mapped[str]
    as_of: Mapped[date]


class AdviceRow(Base):
    """A tree of questions, as :func:`voicebot.catalogue.advice.to_document` writes it.

    It is only ever read as a whole; what it refers to is checked when it is imported.
    """

    __tablename__ = "advice"

    key: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class MessageRow(Base):
    """What a caller left for the staff.

    ``department`` is no foreign key: a message outlives the department it was meant for.
    """

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    call_id: Mapped[str]
    caller: Mapped[str]
    name: Mapped[str]
    number: Mapped[str]
    matter: Mapped[str]
    department: Mapped[str]
    language: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="callback")
    """``callback`` or ``report``: a complaint, or something broken."""
    reference: Mapped[str] = mapped_column(server_default="", index=True)
    """The number that is read out to the caller; empty for a callback."""
    preferred_time: Mapped[str] = mapped_column(server_default="")
    """When the caller wants to be called, in their words."""
    place: Mapped[str] = mapped_column(server_default="")
    since: Mapped[str] = mapped_column(server_default="")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RouteRow(Base):
    """A target of a department's, or of a single service's, chain: who is rung, when, and how."""

    __tablename__ = "route"
    __table_args__ = (
        CheckConstraint("kind IN ('extension', 'sip', 'number', 'department')", name="kind"),
        CheckConstraint("method IN ('', 'blind', 'attended', 'bridge')", name="method"),
        CheckConstraint("department <> '' OR service <> ''", name="subject"),
    )

    department: Mapped[str] = mapped_column(primary_key=True)
    """Whose chain it is; empty where the chain is that of a single service."""
    service: Mapped[str] = mapped_column(primary_key=True)
    """Empty: the whole department's."""
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    target: Mapped[str]
    """An extension, a SIP URI, a number in E.164, or the key of the department that stands in."""
    method: Mapped[str]
    """Empty: that of the settings."""
    ring_s: Mapped[int]
    """Seconds it may ring, 0: those of the settings."""
    hours: Mapped[str]
    """``Mo-Fr 08:00-12:00, 14:00-16:00``; empty: the department's hours."""
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    language: Mapped[str]
    """Only for callers of this language; empty: for everybody."""
    identity: Mapped[str]
    """What the desk's display shows of the call: empty, ``from`` or ``asserted``."""
    source: Mapped[str]
    as_of: Mapped[date]


class ClosureRow(Base):
    """Days on which a desk, or the whole town hall, keeps other hours than in an ordinary week."""

    __tablename__ = "closure"
    __table_args__ = (CheckConstraint("first <= last", name="order"),)

    department: Mapped[str] = mapped_column(primary_key=True)
    """Empty: every department of the town."""
    first: Mapped[date] = mapped_column(primary_key=True)
    opens: Mapped[str] = mapped_column(primary_key=True)
    """``HH:MM``, or empty where it is closed."""
    last: Mapped[date]
    closes: Mapped[str]
    reason: Mapped[str]
    source: Mapped[str]
    as_of: Mapped[date]


class CallNoteRow(Base):
    """What a call is about, for the desk that takes it."""

    __tablename__ = "call_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    """The secret part of the note's address."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    call_id: Mapped[str] = mapped_column(index=True)
    caller: Mapped[str]
    language: Mapped[str]
    department: Mapped[str] = mapped_column(index=True)
    service: Mapped[str]
    aspect: Mapped[str]
    said: Mapped[str]
    """What the bot has answered."""
    wants: Mapped[str]
    """What the caller wants, in a line."""
    transcript: Mapped[str]
    """Empty unless the settings keep transcripts."""


class TransferRow(Base):
    """One target that was tried for a call, and what came of it."""

    __tablename__ = "transfer"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[int] = mapped_column(ForeignKey("call_note.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    department: Mapped[str] = mapped_column(index=True)
    target: Mapped[str]
    method: Mapped[str]
    rang_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str]
    """Empty while it is under way."""
    code: Mapped[int]
    is_wrong: Mapped[bool]
    """Whether the desk has said that it is the wrong department."""


class DeskLinkRow(Base):
    """The secret address of a department's page."""

    __tablename__ = "desk_link"

    department: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)


class OutboxRow(Base):
    """A mail that has to leave: kept until the mail server has taken it."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """What the mail is about, so that the same is never queued twice."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    attempts: Mapped[int]
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str]
