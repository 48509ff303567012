"""Messages and mails as the commands list them: a line each, in German, or as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from voicebot.catalogue.hours import TOWN_TIME
from voicebot.desk.message import Message
from voicebot.desk.outbox import Mail
from voicebot.understanding.dialling import written

_KINDS = {"callback": "Rückruf", "report": "Meldung"}


def message_line(message: Message, now: datetime) -> str:
    """``7  Rückruf  23.11.2026 10:00  buergerbuero  fällig 24.11.2026 10:00  Anna Schmidt, 02861 555 …: Ausweis``."""
    overdue = "ÜBERFÄLLIG seit" if message.is_overdue(now) else "fällig"
    who = ", ".join(filter(None, (message.name, written(message.number)))) or "ohne Kontakt"
    details = [
        f"Nummer {message.reference}" if message.reference else "",
        f"Wunschzeit: {message.preferred_time}" if message.preferred_time else "",
        f"Ort: {message.place}" if message.place else "",
        f"seit: {message.since}" if message.since else "",
    ]
    columns = [
        str(message.message_id),
        _KINDS.get(message.kind, message.kind),
        _time(message.created_at),
        message.department,
        f"{overdue} {_time(message.due_at)}" if message.due_at else "",
        f"{who} (Anruf von {message.caller or 'unterdrückt'}): {message.matter or 'ohne Angabe'}",
        *details,
    ]
    return "  ".join(filter(None, columns))


def message_json(message: Message, now: datetime) -> dict[str, Any]:
    """All of it; times are ISO 8601 in UTC."""
    return {
        "id": message.message_id,
        "kind": message.kind,
        "created_at": _iso(message.created_at),
        "due_at": _iso(message.due_at),
        "overdue": message.is_overdue(now),
        "escalated_at": _iso(message.escalated_at),
        "department": message.department,
        "language": message.language,
        "caller": message.caller,
        "name": message.name,
        "number": message.number,
        "matter": message.matter,
        "preferred_time": message.preferred_time,
        "reference": message.reference,
        "place": message.place,
        "since": message.since,
    }


def mail_line(mail: Mail) -> str:
    """``message-7-1  seit 23.11.2026 10:00  an …  2 Versuche, nächster 23.11.2026 10:06: Grund``."""
    if mail.under_way:
        state = f"{mail.attempts}. Versuch läuft"
    elif mail.last_error:
        tries = "1 Versuch" if mail.attempts == 1 else f"{mail.attempts} Versuche"
        state = f"{tries}, nächster {_time(mail.next_try_at)}: {mail.last_error}"
    else:
        state = f"noch kein Versuch, erster {_time(mail.next_try_at)}"
    return f"{mail.key}  seit {_time(mail.created_at)}  an {mail.recipient}  {state}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(TOWN_TIME):%d.%m.%Y %H:%M}"


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
