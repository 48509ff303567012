"""What staff are told by mail, in German: five lines that suffice to call back."""

from __future__ import annotations

from voicebot.catalogue.hours import TOWN_TIME
from voicebot.desk.message import Message
from voicebot.desk.notes import Note, facts_about, language_name
from voicebot.understanding.dialling import written

_LONGEST_MATTER = 60
"""Of a subject; longer ones are cut off in lists of mail anyway."""


def subject(message: Message) -> str:
    """One line, whatever the caller has said."""
    if message.kind == "report":
        return f"Meldung {message.reference}: {_brief(message.matter)}, {_brief(message.place)}"
    return f"Rückrufbitte: {_one_line(message.name) or written(message.number)}, {_brief(message.matter)}"


def body(message: Message) -> str:
    """What is known, a line each."""
    lines = _report(message) if message.kind == "report" else _callback(message)
    lines.append(f"Fällig: {due(message)}")
    return "\n".join(f"{name}: {_one_line(text) or '–'}" for name, _, text in (line.partition(": ") for line in lines))


def overdue_subject(message: Message) -> str:
    return f"Überfällig: {subject(message)}"


def overdue_body(message: Message, department: str) -> str:
    return f"Niemand hat das bisher erledigt. Zuständig: {department}\n\n{body(message)}"


def due(message: Message) -> str:
    return f"{message.due_at.astimezone(TOWN_TIME):%d.%m.%Y %H:%M}" if message.due_at else ""


def note_subject(note: Note, service: str) -> str:
    """One line; ``service`` is its name in German, or empty."""
    return f"Anruf: {', '.join(filter(None, (_brief(service) if service else '', note.caller))) or 'Thema noch unklar'}"


def note_body(note: Note, service: str) -> str:
    """The five lines of a note, and when the call came."""
    lines = [*facts_about(note, service), ("Anruf", f"{note.created_at.astimezone(TOWN_TIME):%d.%m.%Y %H:%M}")]
    return "\n".join(f"{label}: {_one_line(text)}" for label, text in lines)


def _callback(message: Message) -> list[str]:
    spoken = "" if message.language == "de" else f" (spricht {language_name(message.language)})"
    return [
        f"Name: {message.name}{spoken}",
        f"Telefon: {written(message.number)}",
        f"Anliegen: {message.matter}",
        f"Wunschzeit: {message.preferred_time}",
    ]


def _report(message: Message) -> list[str]:
    contact = ", ".join(filter(None, (message.name, written(message.number))))
    return [
        f"Nummer: {message.reference}",
        f"Ort: {message.place}",
        f"Was: {message.matter}",
        f"Seit: {message.since}",
        f"Kontakt: {contact}",
    ]


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _brief(text: str) -> str:
    line = _one_line(text) or "ohne Angabe"
    return line if len(line) <= _LONGEST_MATTER else f"{line[:_LONGEST_MATTER].rstrip()} …"
