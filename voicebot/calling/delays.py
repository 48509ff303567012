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
    SYNTHESIS = "synthesis"
    TRANSPORT = "transport"
    """Both directions through codecs, jitter buffers and the network, until it is heard."""
    UNKNOWN = "not told apart"


@dataclass(frozen=True)
class Part:
    stage: Stage
    seconds: float


def parts(turn: TurnReport) -> list[Part]:
    """What a turn's latency is made of, in order; the parts add up to it. Empty where there is none.

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
    spoke = next((entry for entry in turn.spoke if entry.at_s >= last.at_s), None)
    left = turn.latency_s
    found = []
    wanted = (
        (Stage.SYNTHESIS, float(spoke.details.get("synthesis_s", 0.0)) if spoke else 0.0),
        (Stage.UNDERSTANDING, float(last.details.get("understanding_s", 0.0))),
        (Stage.RECOGNITION, float(last.details.get("recognition_s", 0.0))),
    )
    waited = float(last.details.get("waited_s", 0.0))
    waiting = max(0.0, waited - wanted[1][1] - wanted[2][1])
    for stage, seconds in (*wanted, (Stage.WAITING, waiting)):
        found.append(Part(stage, min(seconds, left)))
        left -= found[-1].seconds
    return [*reversed(found), Part(Stage.TRANSPORT, left)]
