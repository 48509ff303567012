"""Simulated calls in words: one by one, and a table of many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from voicebot.calling.report import CallReport


def lines(report: CallReport) -> Iterator[str]:
    """What came of a call, turn by turn."""
    yield f"{report.scenario}: {report.codec or 'no call'}, ended by {report.ended_by}"
    for turn in report.turns:
        notes = [] if turn.latency_s is None else [f"{turn.latency_s:.3f} s"]
        if turn.silenced_s is not None:
            notes.append(f"the bot was silent after {turn.silenced_s:.2f} s")
        if turn.cut_in:
            notes.append("the bot cut in")
        yield f"  {turn.did}{': ' if notes else ''}{', '.join(notes)}"
        for entry in turn.heard:
            about = (entry.details.get(key) for key in ("intent", "service", "aspect"))
            yield f"    understood „{entry.details.get('text', '')}“: {' '.join(filter(None, about))}"
        if turn.transcript:
            yield f"    bot: {turn.transcript}"
    for transfer in report.transfers:
        yield f"  transfer to {transfer['target']}: {transfer['outcome']}"


def table(reports: Sequence[CallReport], names: Sequence[str]) -> Iterator[str]:
    """A row for each scenario of ``names``, and one for all of them."""
    width = max(len(name) for name in (*names, "scenario"))
    yield f"{'scenario':{width}}  calls  failed  timed turns  median    95 %"
    for name in names:
        yield f"{name:{width}}  {_row([report for report in reports if report.scenario == name])}"
    if len(names) > 1:
        yield f"{'all':{width}}  {_row(reports)}"


def _row(reports: Sequence[CallReport]) -> str:
    latencies = [latency for report in reports for latency in report.latencies]
    failed = sum(bool(report.failures) for report in reports)
    return (
        f"{len(reports):5}  {failed:6}  {len(latencies):11}  {_percentile(latencies, 50)}  {_percentile(latencies, 95)}"
    )


def _percentile(values: list[float], percent: float) -> str:
    return f"{float(np.percentile(values, percent)):5.2f}s" if values else "     –"
