"""What stands on a desk's page, a card a call or message: plain data, in the staff's German."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from voicebot.catalogue.city import City
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.desk.notes import DeskEntry, Outcome, Transfer, facts, language_name

LOST = timedelta(minutes=10)
"""A transfer that was not answered for so long gets no outcome any more: its line process was stopped meanwhile."""
LONGEST_TALK = timedelta(hours=3)
"""The same for one that was answered: while a call is bridged it has no outcome."""

Tone = Literal["now", "good", "bad", "quiet"]
"""How a state is coloured: it rings or they talk; it went well; nobody took it; neither."""


@dataclass(frozen=True)
class State:
    text: str
    tone: Tone


@dataclass(frozen=True)
class CallCard:
    """A call of today as one department sees it."""

    key: str
    order: float
    """Where it stands on the page: smaller comes first."""
    clock: str
    facts: tuple[tuple[str, str], ...]
    state: State
    tried: tuple[str, ...]
    """What was tried before and how it came out, where it was more than one target."""
    transcript: str
    transfer_id: int | None
    """The department's own transfer, which it may mark as wrong."""
    is_wrong: bool
    kind: Literal["call"] = "call"


@dataclass(frozen=True)
class Waiting:
    """A message that nobody has dealt with; times are aware."""

    message_id: int
    created_at: datetime
    kind: str
    """``callback`` or ``report``."""
    reference: str
    name: str
    number: str
    caller: str
    matter: str
    language: str
    preferred_time: str
    place: str
    since: str
    due_at: datetime | None

    @property
    def stamp(self) -> str:
        """Tells this message from a later one that got the same id."""
        return f"{self.created_at.timestamp():.6f}"


@dataclass(frozen=True)
class MessageCard:
    """A callback wish or a report that waits for an answer."""

    key: str
    order: float
    title: str
    facts: tuple[tuple[str, str], ...]
    due: str
    is_overdue: bool
    message_id: int
    stamp: str
    kind: Literal["message"] = "message"


Card = CallCard | MessageCard


def call_card(entry: DeskEntry, department: str, city: City, now: datetime) -> CallCard:
    """A call as ``department`` sees it at the moment ``now``."""
    note = entry.note
    own = [transfer for transfer in entry.transfers if transfer.department == department]
    return CallCard(
        key=f"call-{note.note_id}",
        order=-note.created_at.timestamp(),
        clock=clock(note.created_at),
        facts=tuple(facts(note, city)),
        state=state(entry.transfers, department, city, now),
        tried=tuple(_tried(transfer, department, city, now) for transfer in entry.transfers[:-1]),
        transcript=note.transcript,
        transfer_id=own[-1].transfer_id if own else None,
        is_wrong=any(transfer.is_wrong for transfer in own),
    )


def message_card(message: Waiting, now: datetime) -> MessageCard:
    """A message at the moment ``now``."""
    title = "Rückruf" if message.kind == "callback" else f"Meldung {message.reference}".rstrip()
    withheld = "nicht genannt"
    shown = [
        ("Name", message.name or withheld),
        ("Nummer", message.number or message.caller or withheld),
        ("Anliegen", message.matter or withheld),
        ("Ort", message.place),
        ("Seit wann", message.since),
        ("Wunschzeit", message.preferred_time),
        ("Sprache", "" if message.language == "de" else language_name(message.language)),
        ("Eingang", moment(message.created_at)),
    ]
    overdue = message.due_at is not None and message.due_at <= now
    due = "" if message.due_at is None else f"überfällig seit {moment(message.due_at)}"
    if message.due_at is not None and not overdue:
        due = f"fällig bis {moment(message.due_at)}"
    first = message.due_at or message.created_at + timedelta(days=365)
    return MessageCard(
        key=f"message-{message.message_id}",
        order=first.timestamp(),
        title=title,
        facts=tuple((label, text) for label, text in shown if text),
        due=due,
        is_overdue=overdue,
        message_id=message.message_id,
        stamp=message.stamp,
    )


def state(transfers: Sequence[Transfer], department: str, city: City, now: datetime) -> State:
    """Where a call stands, in a few words."""
    if not transfers:
        return State("noch nicht weitergeleitet", "quiet")
    last = transfers[-1]
    of_last = _of_one(last, now)
    if last.department == department:
        return of_last
    return State(f"weitergeleitet an {_department(last.department, city)}: {of_last.text}", "quiet")


def clock(at: datetime) -> str:
    return at.astimezone(TOWN_TIME).strftime("%H:%M")


def moment(at: datetime) -> str:
    """``Mo 30.11., 10:00 Uhr``"""
    local = at.astimezone(TOWN_TIME)
    return f"{_WEEKDAYS[local.weekday()]} {local:%d.%m.}, {local:%H:%M} Uhr"


def day(at: datetime) -> str:
    """``Montag, 30. November 2026``"""
    local = at.astimezone(TOWN_TIME)
    return f"{_DAYS[local.weekday()]}, {local.day}. {_MONTHS[local.month - 1]} {local.year}"


def duration(span: timedelta) -> str:
    """``8 s`` or ``3 min 20 s``"""
    seconds = max(0, round(span.total_seconds()))
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60} s"


def _of_one(transfer: Transfer, now: datetime) -> State:
    if not transfer.outcome:
        return _under_way(transfer, now)
    if transfer.outcome == Outcome.CONNECTED:
        return _connected(transfer)
    text = _OUTCOMES.get(transfer.outcome, transfer.outcome)
    return State(text, "quiet" if transfer.outcome in _NOBODYS_FAULT else "bad")


def _under_way(transfer: Transfer, now: datetime) -> State:
    since = transfer.answered_at or transfer.rang_at or transfer.created_at
    if now - since > (LONGEST_TALK if transfer.answered_at else LOST):
        return State("Ausgang unbekannt", "quiet")
    if transfer.answered_at:
        text = "im Gespräch seit" if transfer.method == "bridge" else "angenommen um"
        return State(f"{text} {clock(transfer.answered_at)} Uhr", "now")
    if transfer.rang_at:
        return State(f"klingelt seit {clock(transfer.rang_at)} Uhr", "now")
    return State("wird angerufen", "now")


def _connected(transfer: Transfer) -> State:
    began = transfer.answered_at or transfer.ended_at
    if transfer.method == "bridge" and transfer.answered_at:
        if transfer.ended_at is None:
            return State(f"im Gespräch seit {clock(transfer.answered_at)} Uhr", "now")
        return State(f"gesprochen, {duration(transfer.ended_at - transfer.answered_at)}", "good")
    # After REFER the call is the PBX's: it ended for us when it was handed over, and nobody tells how long they talk.
    return State(f"verbunden um {clock(began)} Uhr" if began else "verbunden", "good")


def _tried(transfer: Transfer, department: str, city: City, now: datetime) -> str:
    where = "" if transfer.department == department else f"{_department(transfer.department, city)}, "
    waited = ""
    if transfer.rang_at:
        until = transfer.answered_at or transfer.ended_at
        waited = f" nach {duration(until - transfer.rang_at)}" if until else ""
    came_of_it = f"{_of_one(transfer, now).text}{waited}"
    return f"{clock(transfer.created_at)} Uhr, {where}{target_name(transfer.target)}: {came_of_it}"


def target_name(target: str) -> str:
    """An extension or number as people read it, also out of a SIP URI."""
    scheme, colon, rest = target.partition(":")
    return rest.partition("@")[0] if colon and scheme in ("sip", "sips") and "@" in rest else target


def _department(key: str, city: City) -> str:
    department = city.departments.get(key)
    return department.name("de") if department else key


_OUTCOMES: dict[str, str] = {
    Outcome.UNKNOWN: "übergeben, Ausgang unbekannt",
    Outcome.BUSY: "besetzt",
    Outcome.DECLINED: "abgelehnt",
    Outcome.NO_ANSWER: "nicht angenommen",
    Outcome.VOICEMAIL: "nur ein Anrufbeantworter",
    Outcome.UNREACHABLE: "nicht erreichbar",
    Outcome.REFUSED: "von der Telefonanlage nicht vermittelt",
    Outcome.CANCELLED: "vom Anrufer abgebrochen",
    Outcome.ABANDONED: "Anrufer hat aufgelegt",
    Outcome.FAILED: "nicht zustande gekommen",
}
_NOBODYS_FAULT = (Outcome.UNKNOWN, Outcome.CANCELLED, Outcome.ABANDONED)
_WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
