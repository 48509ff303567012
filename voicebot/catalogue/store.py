"""The database: opened, brought up to date, and read once into a :class:`City`.

Everything here blocks; a call's session gets at it through a thread only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.pool import ConnectionPoolEntry

from voicebot.catalogue.advice import from_document, to_document
from voicebot.catalogue.city import City, Closure, Department, Example, Fact, OpeningSpan, Route, Service
from voicebot.catalogue.models import (
    AdviceRow,
    CityRow,
    ClosureRow,
    DepartmentAliasRow,
    DepartmentNameRow,
    DepartmentRow,
    ExampleRow,
    FactRow,
    OpeningSpanRow,
    RouteRow,
    ServiceKeywordRow,
    ServiceNameRow,
    ServiceRow,
)
from voicebot.catalogue.tables import closure_order, revision, route_order

#: How long a writer waits for another one before it gives up, in milliseconds.
BUSY_TIMEOUT_MS = 5000

#: Any number, the same in all processes: whoever holds this lock of PostgreSQL migrates.
MIGRATION_LOCK = 0x766F6963


class StoreError(Exception):
    """The database cannot do what was asked, in one line without secrets."""


def open_database(url: str) -> Engine:
    """Connect, create what is missing and upgrade the tables to this release's.

    The caller disposes of the engine. Several processes may do this at the same time.

    :param url: SQLAlchemy's, such as ``sqlite:///var/voicebot.db`` or ``postgresql+psycopg://…``
    :raises StoreError: the database cannot be reached, read or written, or belongs to a newer release
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # Not the text itself, which may hold a password.
        raise StoreError("the database's URL is wrong; sqlite:///var/voicebot.db would do") from error
    shown = parsed.render_as_string(hide_password=True)
    try:
        _create_parent(parsed)
        engine = create_engine(parsed)
    except OSError as error:
        raise StoreError(f"database {shown}: {error.filename}: {error.strerror}") from error
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        raise StoreError(f"database {shown}: {error}") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        _upgrade(engine)
    except CommandError as error:
        engine.dispose()
        raise StoreError(f"database {shown} was made by a newer release: {error}") from error
    except DBAPIError as error:
        engine.dispose()
        raise StoreError(f"database {shown}: {_reason(error)}") from error
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session whose queries all see the same state, whatever others write meanwhile.

    :raises StoreError: the database failed
    """
    if engine.dialect.name != "sqlite":  # SQLite's transactions are like that anyway
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with _session(engine) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that is committed at the end, or rolled back as a whole when an error leaves the block.

    :raises StoreError: the database failed; nothing was changed
    """
    with _session(engine.execution_options(writing=True)) as session:
        yield session
        session.commit()


def load_city(engine: Engine) -> City:
    """Everything the bot knows.

    :raises StoreError: nothing was imported yet, or the database failed
    """
    with reading(engine) as session:
        city = read_city(session)
    if city is None:
        raise StoreError("the database is empty; run `voicebot import data/borken`")
    return city


def read_city(session: Session) -> City | None:
    """The city as a session sees it, or none in an empty database."""
    row = session.get(CityRow, 1)
    if row is None:
        return None
    return City(
        name=row.name,
        switchboard=row.switchboard,
        departments={key: _department(row) for key, row in _department_rows(session).items()},
        services={key: _service(row) for key, row in _service_rows(session).items()},
        revision=row.revision,
        advice={key: from_document(key, row.document) for key, row in _advice_rows(session).items()},
        region=row.region,
        bridge_days=row.bridge_days,
        closures=tuple(sorted(map(_closure, session.scalars(select(ClosureRow))), key=closure_order)),
        routes=tuple(sorted(map(_route, session.scalars(select(RouteRow))), key=route_order)),
    )


def write_city(session: Session, city: City) -> City:
    """Make the database say what ``city`` says, touching only rows that differ; returned with its revision.

    The data must be consistent already: what :func:`voicebot.catalogue.folder.read_folder` returns is.
    """
    old_departments = _department_rows(session)
    old_services = _service_rows(session)
    new_revision = revision(city)
    # The order keeps every foreign key satisfied at every flush.
    for department in city.departments.values():
        if department.key not in old_departments or _department(old_departments[department.key]) != department:
            session.merge(_department_row(department))
    session.flush()
    for service in city.services.values():
        if service.key not in old_services or _service(old_services[service.key]) != service:
            session.merge(_service_row(service))
    _write_advice(session, city)
    _write_closures(session, city)
    _write_routes(session, city)
    session.merge(
        CityRow(
            id=1,
            name=city.name,
            switchboard=city.switchboard,
            region=city.region,
            bridge_days=city.bridge_days,
            revision=new_revision,
        )
    )
    for key in old_services.keys() - city.services.keys():
        session.delete(old_services[key])
    session.flush()
    for key in old_departments.keys() - city.departments.keys():
        session.delete(old_departments[key])
    session.flush()
    return replace(city, revision=new_revision)


def _write_advice(session: Session, city: City) -> None:
    old = _advice_rows(session)
    for key, advice in city.advice.items():
        if key not in old or from_document(key, old[key].document) != advice:
            session.merge(AdviceRow(key=key, document=to_document(advice)))
    for key in old.keys() - city.advice.keys():
        session.delete(old[key])


def _write_closures(session: Session, city: City) -> None:
    old = {(row.department, row.first, row.opens): row for row in session.scalars(select(ClosureRow))}
    new = {(row.department, row.first, row.opens): row for row in map(_closure_row, city.closures)}
    for key, row in new.items():
        if key not in old or _closure(old[key]) != _closure(row):
            session.merge(row)
    for key in old.keys() - new.keys():
        session.delete(old[key])


def _write_routes(session: Session, city: City) -> None:
    old = {(row.department, row.service, row.position): row for row in session.scalars(select(RouteRow))}
    new = {(row.department, row.service, row.position): row for row in map(_route_row, city.routes)}
    for key, row in new.items():
        if key not in old or _route(old[key]) != _route(row):
            session.merge(row)
    for key in old.keys() - new.keys():
        session.delete(old[key])


@contextmanager
def _session(engine: Engine) -> Iterator[Session]:
    try:
        with Session(engine) as session:
            yield session
    except DBAPIError as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise StoreError(f"database {shown}: {_reason(error)}") from error


def _reason(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]


def _create_parent(url: URL) -> None:
    path = url.database
    if url.get_backend_name() == "sqlite" and path and path != ":memory:" and not path.startswith("file:"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # Without this the driver begins transactions on its own, and only before the first change.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer fails at once when another one wrote meanwhile; who will write waits here.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _upgrade(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", "voicebot.catalogue:migrations")
    with engine.execution_options(writing=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _department_rows(session: Session) -> dict[str, DepartmentRow]:
    query = select(DepartmentRow).options(selectinload("*"))
    return {row.key: row for row in sorted(session.scalars(query), key=lambda row: row.key)}


def _service_rows(session: Session) -> dict[str, ServiceRow]:
    query = select(ServiceRow).options(selectinload("*"))
    return {row.key: row for row in sorted(session.scalars(query), key=lambda row: row.key)}


def _advice_rows(session: Session) -> dict[str, AdviceRow]:
    return {row.key: row for row in session.scalars(select(AdviceRow).order_by(AdviceRow.key))}


def _language(row: DepartmentNameRow | ServiceNameRow) -> str:
    return row.language


def _department(row: DepartmentRow) -> Department:
    return Department(
        key=row.key,
        names={name.language: name.name for name in sorted(row.names, key=_language)},
        kind=row.kind,
        extension=row.extension,
        source=row.source,
        as_of=row.as_of,
        aliases=tuple(alias.alias for alias in row.aliases),
        after_with={name.language: name.after_with for name in sorted(row.names, key=_language) if name.after_with},
        hours=tuple(
            OpeningSpan(span.weekday, span.opens, span.closes, span.source, span.as_of)
            for span in sorted(row.hours, key=lambda span: (span.weekday, span.opens))
        ),
        email=row.email,
    )


def _department_row(department: Department) -> DepartmentRow:
    key = department.key
    return DepartmentRow(
        key=key,
        kind=department.kind,
        extension=department.extension,
        email=department.email,
        source=department.source,
        as_of=department.as_of,
        names=[
            DepartmentNameRow(
                department=key,
                language=language,
                name=name,
                after_with=department.after_with.get(language, ""),
            )
            for language, name in department.names.items()
        ],
        aliases=[
            DepartmentAliasRow(department=key, position=position, alias=alias)
            for position, alias in enumerate(department.aliases)
        ],
        hours=[
            OpeningSpanRow(
                department=key,
                weekday=span.weekday,
                opens=span.opens,
                closes=span.closes,
                source=span.source,
                as_of=span.as_of,
            )
            for span in department.hours
        ],
    )


def _service(row: ServiceRow) -> Service:
    keywords: dict[str, tuple[str, ...]] = {}
    for each in row.keywords:
        keywords[each.language] = (*keywords.get(each.language, ()), each.keyword)
    return Service(
        key=row.key,
        names={name.language: name.name for name in sorted(row.names, key=_language)},
        department=row.department,
        leika=row.leika,
        reports=row.reports,
        keywords=keywords.pop("", ()),
        translated=dict(sorted(keywords.items())),
        examples=tuple(
            Example(example.language, example.text)
            for example in sorted(row.examples, key=lambda example: (example.language, example.text))
        ),
        facts=tuple(
            Fact(fact.service, fact.aspect, fact.language, fact.text, fact.source, fact.as_of)
            for fact in sorted(row.facts, key=lambda fact: (fact.aspect, fact.language))
        ),
    )


def _service_row(service: Service) -> ServiceRow:
    key = service.key
    return ServiceRow(
        key=key,
        department=service.department,
        leika=service.leika,
        reports=service.reports,
        names=[ServiceNameRow(service=key, language=language, name=name) for language, name in service.names.items()],
        keywords=[
            ServiceKeywordRow(service=key, language=language, position=position, keyword=keyword)
            for language, keywords in {"": service.keywords, **service.translated}.items()
            for position, keyword in enumerate(keywords)
        ],
        examples=[
            ExampleRow(service=key, language=example.language, text=example.text) for example in service.examples
        ],
        facts=[
            FactRow(
                service=key,
                aspect=fact.aspect,
                language=fact.language,
                text=fact.text,
                source=fact.source,
                as_of=fact.as_of,
            )
            for fact in service.facts
        ],
    )


def _closure(row: ClosureRow) -> Closure:
    opens, closes = (time.fromisoformat(clock) if clock else None for clock in (row.opens, row.closes))
    return Closure(row.department, row.first, row.last, opens, closes, row.reason, row.source, row.as_of)


def _closure_row(closure: Closure) -> ClosureRow:
    return ClosureRow(
        department=closure.department,
        first=closure.first,
        last=closure.last,
        opens=closure.opens.isoformat("minutes") if closure.opens else "",
        closes=closure.closes.isoformat("minutes") if closure.closes else "",
        reason=closure.reason,
        source=closure.source,
        as_of=closure.as_of,
    )


def _route(row: RouteRow) -> Route:
    return Route(**{each.name: getattr(row, each.name) for each in fields(Route)})


def _route_row(route: Route) -> RouteRow:
    return RouteRow(**{each.name: getattr(route, each.name) for each in fields(Route)})
