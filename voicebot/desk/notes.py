"""Notes that tell a desk what a call is about, and what came of passing it on.

The functions over an engine block; a session calls them in a thread. All raise StoreError.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Engine, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voicebot.catalogue.city import City
from voicebot.catalogue.models import CallNoteRow, DeskLinkRow, TransferRow
from voicebot.catalogue.store import StoreError, reading, writing
from voicebot.desk import outbox

SAID_CHARACTERS = 200
"""How much of what the bot has said stands in the five lines."""
TOKEN_BYTES = 24
"""192 random bits: whoever has not been given an address cannot guess it."""


class UnknownEntry(StoreError):  # noqa: N818 - nothing has failed
    """There is no such row, or it is another department's."""


class Outcome(StrEnum):
    """What came of a target that was tried."""

    CONNECTED = "connected"
    UNKNOWN = "unknown"
    """Handed over; nobody told us how it went on."""
    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """The far side does not do REFER: nothing was dialled."""
    CANCELLED = "cancelled"
    """The caller said that it should stop."""
    ABANDONED = "abandoned"
    """The caller hung up meanwhile."""
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Note:
    call_id: str
    caller: str
    """The number as SIP sent it; empty where it was withheld."""
    language: str
    department: str
    service: str = ""
    aspect: str = ""
    said: str = ""
    """What the bot has answered."""
    wants: str = ""
    """What the caller wants, in a line."""
    transcript: str = ""
    created_at: datetime
    """Aware; stored and given back as UTC."""
    token: str = ""
    """The secret part of its address; made when it is stored, unless the address had to be known before."""
    note_id: int | None = None


@dataclass(frozen=True)
class Transfer:
    """One target that was tried; all times are aware, in UTC."""

    transfer_id: int
    created_at: datetime
    department: str
    target: str
    method: str
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: str
    """One of :class:`Outcome`, or empty while it is under way."""
    code: int
    is_wrong: bool


@dataclass(frozen=True)
class DeskEntry:
    """A note and what was tried, in order."""

    note: Note
    transfers: tuple[Transfer, ...]


def store_note(engine: Engine, note: Note) -> Note:
    """Keep a note; returned with its id, and with a token where it had none."""
    with writing(engine) as session:
        return add_note(session, note)


def add_note(session: Session, note: Note) -> Note:
    """:func:`store_note` within the session's transaction."""
    row = CallNoteRow(
        token=note.token or secrets.token_urlsafe(TOKEN_BYTES),
        created_at=note.created_at,
        call_id=note.call_id,
        caller=note.caller,
        language=note.language,
        department=note.department,
        service=note.service,
        aspect=note.aspect,
        said=note.said,
        wants=note.wants,
        transcript=note.transcript,
    )
    session.add(row)
    session.flush()
    return _note(row)


def begin_transfer(engine: Engine, note_id: int, *, department: str, target: str, method: str, at: datetime) -> int:
    """A target is about to be tried; the id of the transfer."""
    with writing(engine) as session:
        if session.get(CallNoteRow, note_id) is None:
            raise UnknownEntry(f"there is no note {note_id}")
        row = TransferRow(
            note=note_id,
            created_at=at,
            department=department,
            target=target,
            method=method,
            outcome="",
            code=0,
            is_wrong=False,
        )
        session.add(row)
        session.flush()
        return row.id


def update_transfer(
    engine: Engine, transfer_id: int, *, rang_at: datetime | None = None, answered_at: datetime | None = None
) -> None:
    """The target rings, or somebody has taken the call: the desk's page shows it."""
    _change(engine, transfer_id, rang_at=rang_at, answered_at=answered_at)


def finish_transfer(
    engine: Engine,
    transfer_id: int,
    *,
    outcome: str,
    code: int = 0,
    rang_at: datetime | None = None,
    answered_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> None:
    """How it came out. A time that is not given stays as it was; a later call corrects an earlier one.

    :param outcome: one of :class:`Outcome`
    :param code: SIP status, 0 if there was none
    """
    _change(
        engine,
        transfer_id,
        outcome=str(outcome),
        code=code,
        rang_at=rang_at,
        answered_at=answered_at,
        ended_at=ended_at,
    )


def notes_of(engine: Engine, department: str, *, since: datetime) -> list[DeskEntry]:
    """The calls for a department, or that were tried there, newest first."""
    return notes_of_each(engine, [department], since=since)[department]


def notes_of_each(engine: Engine, departments: Collection[str], *, since: datetime) -> dict[str, list[DeskEntry]]:
    """The same for several departments in one go.

    It reads the calls of all: a day has few of them, and departments share them when one stands in for another.
    """
    with reading(engine) as session:
        entries = _entries(session, CallNoteRow.id >= first_since(session, since), CallNoteRow.created_at >= since)
    found: dict[str, list[DeskEntry]] = {department: [] for department in departments}
    for entry in entries:
        for department in {entry.note.department, *(transfer.department for transfer in entry.transfers)}:
            if department in found:
                found[department].append(entry)
    return found


def first_since(session: Session, since: datetime) -> int:
    """The id of the oldest note since then, or one above all ids. Ids are indexed and grow with time."""
    first = session.scalar(select(func.min(CallNoteRow.id)).where(CallNoteRow.created_at >= since))
    return 2**31 - 1 if first is None else first


def note_by_token(engine: Engine, token: str) -> DeskEntry | None:
    """The note with that address, or none."""
    with reading(engine) as session:
        return next(iter(_entries(session, CallNoteRow.token == token)), None)


def mark_wrong(engine: Engine, transfer_id: int, department: str, *, wrong: bool = True) -> None:
    """A desk says that the call should have gone elsewhere, or takes it back.

    :raises UnknownEntry: that department was not rung for that transfer
    """
    with writing(engine) as session:
        changed = session.execute(
            update(TransferRow)
            .where(TransferRow.id == transfer_id, TransferRow.department == department)
            .values(is_wrong=wrong)
            .returning(TransferRow.id)
        )
        if changed.first() is None:
            raise UnknownEntry(f"there is no transfer {transfer_id} to {department}")


def to_improve(engine: Engine) -> list[DeskEntry]:
    """The calls that a desk has marked as meant for another, newest first."""
    marked = select(TransferRow.note).where(TransferRow.is_wrong)
    with reading(engine) as session:
        return _entries(session, CallNoteRow.id.in_(marked))


def desk_links(engine: Engine, departments: Iterable[str]) -> dict[str, str]:
    """The token of each department's page; made where there is none yet."""
    wanted = list(dict.fromkeys(departments))
    known = select(DeskLinkRow).where(DeskLinkRow.department.in_(wanted))
    with writing(engine) as session:
        there = {row.department for row in session.scalars(known)}
        for department in wanted:
            if department not in there:
                try:
                    with session.begin_nested():
                        session.add(DeskLinkRow(department=department, token=secrets.token_urlsafe(TOKEN_BYTES)))
                except IntegrityError:
                    continue  # another process made it meanwhile
        session.expire_all()
        tokens = {row.department: row.token for row in session.scalars(known)}
    return {department: tokens[department] for department in wanted}


def renew(engine: Engine, department: str) -> str:
    """Give a department's page a new address, so that the old one leads nowhere; the new token."""
    with writing(engine) as session:
        row = session.merge(DeskLinkRow(department=department, token=secrets.token_urlsafe(TOKEN_BYTES)))
        return row.token


def departments_by_token(engine: Engine, tokens: Collection[str]) -> dict[str, str]:
    """Whose pages have these addresses; a token that is no longer valid is missing."""
    with reading(engine) as session:
        rows = session.scalars(select(DeskLinkRow).where(DeskLinkRow.token.in_(tokens)))
        return {row.token: row.department for row in rows}


def forget_before(engine: Engine, moment: datetime) -> int:
    """Delete older notes with their transfers and mails; how many notes there were (Art. 5 (1) e DSGVO)."""
    old = CallNoteRow.created_at < moment
    with writing(engine) as session:
        session.execute(delete(TransferRow).where(TransferRow.note.in_(select(CallNoteRow.id).where(old))))
        forgotten = session.scalars(delete(CallNoteRow).where(old).returning(CallNoteRow.id)).all()
        for note_id in forgotten:
            outbox.withdraw(session, mail_key(note_id))
        return len(forgotten)


def mail_key(note_id: int) -> str:
    """What the mail that tells of a note is known by in the outbox."""
    return f"note-{note_id}"


def facts(note: Note, city: City, language: str = "de") -> list[tuple[str, str]]:
    """What a desk reads of a note, label and text: number, language, subject, what was said, what is wanted.

    The staff's language is German; ``language`` is that of the service's name only.
    """
    service = city.services.get(note.service)
    return facts_about(note, service.name(language) if service else note.service)


def facts_about(note: Note, service: str) -> list[tuple[str, str]]:
    """:func:`facts`, where the service's name is known."""
    subject = [service, _ASPECTS.get(note.aspect, "")]
    return [
        ("Nummer", note.caller or "unterdrückt"),
        ("Sprache", language_name(note.language)),
        ("Thema", ", ".join(part for part in subject if part) or "noch unklar"),
        ("Schon gesagt", shortened(note.said, SAID_CHARACTERS) or "nichts zur Sache"),
        ("Anliegen", shortened(note.wants, SAID_CHARACTERS) or "nicht genannt"),
    ]


def lines(note: Note, city: City, language: str = "de") -> list[str]:
    """The five lines of a note as text: ``Nummer: …``, ``Sprache: …`` and so on."""
    return [f"{label}: {text}" for label, text in facts(note, city, language)]


def language_name(language: str) -> str:
    """ "Englisch" for ``en``; a language that has no name here stays its code."""
    return _LANGUAGES.get(language, language)


def shortened(text: str, characters: int) -> str:
    """One line of at most so many characters, ended at a word."""
    line = " ".join(text.split())
    if len(line) <= characters:
        return line
    head = line[: characters - 2].rsplit(" ", 1)[0]
    return f"{head.rstrip(' ,;:–-')} …"


_LANGUAGES = {
    "de": "Deutsch",
    "en": "Englisch",
    "nl": "Niederländisch",
    "fr": "Französisch",
    "es": "Spanisch",
    "it": "Italienisch",
    "pt": "Portugiesisch",
    "pl": "Polnisch",
    "tr": "Türkisch",
    "uk": "Ukrainisch",
    "ru": "Russisch",
    "ar": "Arabisch",
}
_ASPECTS = {
    "documents": "Unterlagen",
    "fee": "Gebühr",
    "hours": "Öffnungszeiten",
    "contact": "Kontakt",
    "location": "Ort",
    "duration": "Dauer",
    "deadline": "Frist",
    "form": "Formular",
    "online": "Online-Antrag",
    "appointment": "Termin",
    "requirements": "Voraussetzungen",
}
"""``general`` adds nothing to the service's name."""


def _change(engine: Engine, transfer_id: int, **values: object) -> None:
    given = {key: value for key, value in values.items() if value is not None}
    with writing(engine) as session:
        row = session.get(TransferRow, transfer_id)
        if row is None:
            raise UnknownEntry(f"there is no transfer {transfer_id}")
        for key, value in given.items():
            setattr(row, key, value)


def _entries(session: Session, *conditions: ColumnElement[bool]) -> list[DeskEntry]:
    """Notes that meet all conditions, newest first."""
    notes = select(CallNoteRow).where(*conditions)
    tried = select(TransferRow).where(TransferRow.note.in_(notes.with_only_columns(CallNoteRow.id)))
    transfers: dict[int, list[Transfer]] = {}
    for row in session.scalars(tried.order_by(TransferRow.id)):
        transfers.setdefault(row.note, []).append(_transfer(row))
    newest_first = notes.order_by(CallNoteRow.created_at.desc(), CallNoteRow.id.desc())
    return [DeskEntry(_note(row), tuple(transfers.get(row.id, ()))) for row in session.scalars(newest_first)]


def _note(row: CallNoteRow) -> Note:
    return Note(
        call_id=row.call_id,
        caller=row.caller,
        language=row.language,
        department=row.department,
        service=row.service,
        aspect=row.aspect,
        said=row.said,
        wants=row.wants,
        transcript=row.transcript,
        created_at=row.created_at,
        token=row.token,
        note_id=row.id,
    )


def _transfer(row: TransferRow) -> Transfer:
    return Transfer(
        transfer_id=row.id,
        created_at=row.created_at,
        department=row.department,
        target=row.target,
        method=row.method,
        rang_at=row.rang_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
        code=row.code,
        is_wrong=row.is_wrong,
    )
