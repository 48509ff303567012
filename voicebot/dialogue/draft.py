"""A message while the caller is leaving it: what is known, and what is asked next."""

from __future__ import annotations

from dataclasses import dataclass

CALLBACK, REPORT = "callback", "report"

PARTS = {
    CALLBACK: ("name", "number", "preferred_time", "matter"),
    REPORT: ("matter", "place", "since", "number", "name"),
}
"""What each kind of message holds, in the order in which it is asked for."""


@dataclass(frozen=True)
class Draft:
    """Each part is None until it was asked for, and empty where the caller gave no answer."""

    kind: str = CALLBACK
    name: str | None = None
    number: str | None = None
    """Digits as they are dialled."""
    preferred_time: str | None = None
    """In German, for the staff, or in the caller's words."""
    spoken_time: str = ""
    """The same in the call's language."""
    matter: str | None = None
    place: str | None = None
    since: str | None = None
    number_doubted: bool = False
    """Whether the caller was told that there is no such number; they may insist on it."""

    @property
    def missing(self) -> str | None:
        """The part to ask for next; None where all are known. Nobody to call back needs no name."""
        for part in PARTS[self.kind]:
            if getattr(self, part) is None and not (part == "name" and self.kind == REPORT and self.number == ""):
                return part
        return None

    @property
    def suffices(self) -> bool:
        """Whether staff can do something with it already."""
        if self.kind == REPORT:
            return self.matter is not None and self.place is not None
        return self.name is not None and bool(self.number)
