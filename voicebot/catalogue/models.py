"""Tables of the database, for SQLite and PostgreSQL alike.

Rows have natural keys, those of the files in a city's folder, so that an import changes only what differs and
other tables may refer to a service or department for as long as it exists.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect, ForeignKey, MetaData, TypeDecorator
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
    revision: Mapped[str]


class DepartmentRow(Base):
    __tablename__ = "department"
    __table_args__ = (CheckConstraint("kind IN ('stadt', 'extern')", name="kind"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    extension: Mapped[str]
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
