"""What understanding says about one utterance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SURE = 0.6
"""Confidence from which a service is taken as meant without asking back."""
PLAIN = 0.9
"""Confidence from which nothing seems to be missing, and other readings are not looked at."""


class Intent(StrEnum):
    SERVICE = "service"
    """A question about a service; ``service`` and perhaps ``aspect`` are set."""
    DEPARTMENT = "department"
    """Asks for a department by name, to be connected or for its hours; ``department`` is set."""
    HUMAN = "human"
    """Wants a person, no matter which."""
    CONNECT = "connect"
    """Wants to be connected to whatever was last spoken of: "ja, bitte verbinden"."""
    YES = "yes"
    NO = "no"
    EMERGENCY = "emergency"
    PRIVACY = "privacy"
    REPEAT = "repeat"
    SLOWER = "slower"
    """The last answer once more, sentence by sentence."""
    SIMPLER = "simpler"
    """The last answer once more, in plain words."""
    BACK = "back"
    """To what was spoken of before."""
    OVERVIEW = "overview"
    """What the bot can do, or a question announced and not asked yet."""
    CONSULT = "consult"
    """Wants to be asked: "Fragen", "Beratung"."""
    CALLBACK = "callback"
    """Wants to leave a message or be called back."""
    WAIT = "wait"
    """Asks for a moment."""
    STOP = "stop"
    """Wants what is going on to end: "abbrechen"."""
    GO_ON = "go_on"
    """Wants to hear the rest of what was interrupted."""
    SATISFIED = "satisfied"
    """The answer was enough: "das hilft mir", "nein danke"."""
    GOODBYE = "goodbye"
    LANGUAGE = "language"
    """Asks to be spoken to in another language; ``speaks`` is set."""
    NOMATCH = "nomatch"


@dataclass(frozen=True)
class Understanding:
    text: str
    language: str
    """ISO 639-1."""
    intent: Intent
    confidence: float
    """0 to 1."""
    service: str | None = None
    aspect: str | None = None
    follows_up: bool = False
    """Whether it names nothing, and asks for an aspect of what was spoken of before: "und was kostet das?"."""
    department: str | None = None
    emergency: str | None = None
    """The number to dial: ``112`` or ``110``."""
    doubt: str | None = None
    """The number to mention where it may be an emergency, and is understood as something else."""
    speaks: str | None = None
    """The language that the caller asks for; ISO 639-1."""
    candidates: tuple[tuple[str, float], ...] = ()
    """The best three services with their scores, best first."""
    choices: tuple[str, ...] = ()
    """Two or three services that it may be about, best first; empty where it is clear."""
    then: tuple[Understanding, ...] = ()
    """Further wishes of the same utterance, in their order."""
