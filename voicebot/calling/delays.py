"""Where the time between a caller's last sound and the bot's first one went."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicebot.calling.report import TurnReport

ROUNDING_S = 0.05
"""How far the two sides may differ about when something happened."""


class Stage(StrEnum):
    WAITING = "waiting for the end of the turn"
    RECOGNITION = "recognition"
    UNDERSTANDING = "understanding"
    VOICE = "until the voice is heard"
    UNKNOWN = "not told apart"


@dataclass(frozen=True)
class Part:
    stage: Stage
    seconds: float


def parts(turn: TurnReport) -> list[Part]:
    """What a turn's latency is made of, in order; empty where there is none.

    Only the journal tells. Recognition begins on the guess that the caller has finished, and may be done before the
    turn is surely over; then waiting comes after it, too. Here all of it is put first.
    """
    if turn.latency_s is None or turn.ended_s is None:
        return []
    answered_s = turn.ended_s + turn.latency_s
    heard = [entry for entry in turn.heard if entry.at_s <= answered_s + ROUNDING_S]
    if not heard:
        return [Part(Stage.UNKNOWN, turn.latency_s)]
    last = heard[-1]
    voice = max(0.0, answered_s - last.at_s)
    understanding = min(float(last.details.get("understanding_s", 0.0)), turn.latency_s - voice)
    recognition = min(float(last.details.get("recognition_s", 0.0)), turn.latency_s - voice - understanding)
    waiting = max(0.0, turn.latency_s - voice - understanding - recognition)
    return [
        Part(Stage.WAITING, waiting),
        Part(Stage.RECOGNITION, recognition),
        Part(Stage.UNDERSTANDING, understanding),
        Part(Stage.VOICE, voice),
    ]
