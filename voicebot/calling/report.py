"""What came of a simulated call, as seen and heard from the caller's side."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telephony.audio import write_wav
from voicebot.calling.journal import Entry


@dataclass
class TurnReport:
    """One thing the caller did and what came of it."""

    did: str
    at_s: float = 0.0
    """When it began, in seconds after our ACK."""
    keys: str = ""
    ended_s: float | None = None
    """The caller's last sound or key before the bot's answer, in seconds after our ACK; None where none is timed."""
    latency_s: float | None = None
    """From the caller's last sound to the first one of the bot's answer; None if there was none to be told apart."""
    cut_in: bool = False
    """Whether the bot began to speak before the caller had finished."""
    silenced_s: float | None = None
    """From the caller's first sound to the bot's falling silent; None where it was silent, or spoke on."""
    reply: bytearray = field(default_factory=bytearray)
    """What was heard of the bot until the caller's next turn."""
    transcript: str = ""
    """The same in words."""
    heard: list[Entry] = field(default_factory=list)
    """What the bot made of the turn, from the line's journal."""
    spoke: list[Entry] = field(default_factory=list)
    """When its replies began, from there, too."""


@dataclass
class CallReport:
    scenario: str
    round: int = 1
    call: str = ""
    """The SIP Call-ID."""
    codec: str = ""
    """Empty if the call was not answered."""
    greeting_s: float | None = None
    """From our ACK to the first sound of the bot."""
    greeting: bytearray = field(default_factory=bytearray)
    greeting_transcript: str = ""
    turns: list[TurnReport] = field(default_factory=list)
    transfers: list[dict[str, Any]] = field(default_factory=list)
    """Refer-To, when the REFER came (seconds after our ACK), and how the referred call went."""
    ended_by: str = ""
    """``caller``, ``bot``, or a SIP status and reason."""
    length_s: float = 0.0
    """From our ACK to the end of the call with the bot."""
    state: str = ""
    """The conversation's at the end, from the line's journal."""
    journal: list[Entry] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """What the scenario expected and did not get."""
    audio_from_s: float = 0.0
    """When the first frame below was heard, in seconds after our ACK."""
    heard: list[bytes] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)

    @property
    def latencies(self) -> list[float]:
        return [turn.latency_s for turn in self.turns if turn.latency_s is not None]

    def save(self, path: Path) -> None:
        """Stereo WAV: the caller left, the bot right."""
        write_wav(path, [b"".join(self.said), b"".join(self.heard)])

    def drop_recording(self) -> None:
        """Let go of the audio of both sides; what each turn was answered with stays."""
        self.heard, self.said = [], []

    def as_json(self) -> dict[str, Any]:
        """The object of ``voicebot call --json``; its keys are in docs/journal.md."""
        return {
            "scenario": self.scenario,
            "round": self.round,
            "call": self.call,
            "codec": self.codec,
            "greeting_s": _rounded(self.greeting_s),
            "greeting": self.greeting_transcript,
            "turns": [
                {
                    "did": turn.did,
                    "at_s": _rounded(turn.at_s),
                    "ended_s": _rounded(turn.ended_s),
                    "latency_s": _rounded(turn.latency_s),
                    "cut_in": turn.cut_in,
                    "silenced_s": _rounded(turn.silenced_s),
                    "heard": [entry.details for entry in turn.heard],
                    "transcript": turn.transcript,
                }
                for turn in self.turns
            ],
            "transfers": self.transfers,
            "ended_by": self.ended_by,
            "length_s": _rounded(self.length_s),
            "state": self.state,
            "failures": self.failures,
        }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
