"""A message as staff read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
    kind: str = "callback"
    """``callback`` or ``report``: a complaint, or something broken."""
    preferred_time: str = ""
    """When the caller wants to be called, in German or in their words; empty: whenever."""
    place: str = ""
    since: str = ""
    complete: bool = True
    """Whether the caller has said all of it; otherwise more may follow on the same call. Not stored."""
    reference: str = ""
    """The number that was read out; given by the database to reports."""
    due_at: datetime | None = None
    """By when it is to be answered; given when it is stored."""
    escalated_at: datetime | None = None
    message_id: int | None = None
    """Given by the database."""

    def is_overdue(self, at: datetime) -> bool:
        return self.due_at is not None and self.due_at <= at
