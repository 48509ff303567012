"""The bench of latency: which turns it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from voicebot import bench
from voicebot.bench import Way
from voicebot.calling.journal import Entry
from voicebot.calling.report import CallReport, TurnReport
from voicebot.calling.ring import Job, Line, Phrases
from voicebot.calling.scenario import Scenario


def call(turn: TurnReport, *journal: tuple[str, float]) -> Way:
    entries = [Entry(event, at_s, {}) for event, at_s in journal]
    return Way(1, [CallReport("bench", turns=[turn, TurnReport("hang up")], journal=entries)])


@pytest.mark.parametrize("end", ["transfer_outcome", "called_off"])
def test_what_is_said_while_the_call_is_passed_on_is_no_turn(end: str) -> None:
    turn = TurnReport("Nein.", at_s=9.0, ended_s=10.0, latency_s=23.9)
    for journal in ([("transfer", 8.0)], [("transfer", 8.0), (end, 30.0)], [(end, 2.0), ("transfer", 8.0)]):
        way = call(turn, *journal)
        assert (way.turns, way.passed_on) == ([], 1)
    for journal in ([], [("transfer", 11.0)], [("transfer", 2.0), (end, 8.0)]):
        way = call(turn, *journal)
        assert (way.turns, way.passed_on) == ([turn], 0)


def test_who_is_passed_on_in_the_middle_of_a_sentence_was_spoken_into() -> None:
    turn = TurnReport("Ich brauche [0.6] einen Pass.", at_s=9.0, ended_s=14.0, cut_in=True)
    way = call(turn, ("transfer", 10.0))
    assert (way.turns, way.passed_on) == ([turn], 0)


@pytest.mark.parametrize(("refusals", "answered", "refused"), [(1, 2, 0), (bench.TRIES, 1, 1)])
def test_who_is_refused_rings_again(
    monkeypatch: pytest.MonkeyPatch, refusals: int, answered: int, refused: int
) -> None:
    line = Line("sip:939@127.0.0.1", "127.0.0.1", 0, ("PCMA",), events=False)
    jobs = [Job(Scenario(name, ()), 1, line, Phrases({}), 10_000) for name in ("first", "second")]
    rung: Counter[str] = Counter()

    def ring_all(jobs: list[Job], _at_once: int) -> Iterator[tuple[Job, CallReport]]:
        for job in jobs:
            name = job.scenario.name
            rung[name] += 1
            is_refused = name == "second" and rung[name] <= refusals
            yield job, CallReport(name, codec="" if is_refused else "PCMA", ended_by="486 Busy Here")

    monkeypatch.setattr(bench, "ring_all", ring_all)
    way = bench._all(jobs, 2)
    assert (len(way.reports), way.refused, rung["first"]) == (answered, refused, 1)
