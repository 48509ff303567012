"""``voicebot call``: scenarios played, judged and reported."""

from __future__ import annotations

import argparse
import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from voicebot import console, settings
from voicebot.calling import summary, timeline, transcripts
from voicebot.calling.journal import JournalFile, annotate
from voicebot.calling.judge import failures
from voicebot.calling.report import CallReport
from voicebot.calling.ring import MOST_AT_ONCE, RTP_PORT, RTP_PORTS, Job, Line, Phrases, ring_all
from voicebot.calling.scenario import Scenario
from voicebot.cli import UsageError

Played = tuple[Scenario, CallReport]


def run_call(options: argparse.Namespace) -> int:
    """Make all calls; 1 if one was not answered or did not go as its scenario expects."""
    scenarios = [Scenario.load(path) for path in options.scenario]
    _check(options, scenarios)
    if options.journal is None and any(scenario.expect_state for scenario in scenarios):
        console.note("expect_state is not judged: name the line's journal with --journal")
    reports = []
    for scenario, report in _with_words(options, _played(options, _jobs(options, scenarios))):
        report.failures += failures(scenario, report)
        reports.append(report)
        _tell(options, report, alone=len(scenarios) * options.repeat == 1)
    if len(reports) > 1 and not options.json:
        print("\n".join(summary.table(reports, [scenario.name for scenario in scenarios])))
    return 1 if any(report.failures for report in reports) else 0


def _check(options: argparse.Namespace, scenarios: Sequence[Scenario]) -> None:
    """UsageError for what does not go together, before anybody is rung."""
    calls = len(scenarios) * options.repeat
    if options.repeat < 1 or not 1 <= options.at_once <= MOST_AT_ONCE:
        raise UsageError(f"--repeat is at least 1, and --at-once 1 to {MOST_AT_ONCE}")
    if options.timeline and calls > 1:
        raise UsageError("--timeline draws one call: name one scenario, and no --repeat")
    if options.port and min(calls, options.at_once) > 1:
        raise UsageError("--port is for one caller at a time: leave out the port or --at-once")
    name, times = Counter(scenario.name for scenario in scenarios).most_common(1)[0]
    if times > 1:
        raise UsageError(f"{times} scenarios are called {name}: give each a name of its own, or use --repeat")
    for folder in filter(None, (options.wav, options.timeline and options.timeline.parent)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder}: {error.strerror}") from None


def _jobs(options: argparse.Namespace, scenarios: Sequence[Scenario]) -> list[Job]:
    """Round after round, so that one scenario's calls are spread over the run."""
    codecs = tuple(codec.upper() for codec in options.codec or ("G722", "PCMA", "PCMU"))
    line = Line(options.to, options.host, options.port, codecs, options.events)
    phrases = Phrases.of(scenarios)
    rounds = ((scenario, number) for number in range(1, options.repeat + 1) for scenario in scenarios)
    return [
        Job(scenario, number, line, phrases, RTP_PORT + RTP_PORTS * (index % MOST_AT_ONCE))
        for index, (scenario, number) in enumerate(rounds)
    ]


def _played(options: argparse.Namespace, jobs: Sequence[Job]) -> Iterator[Played]:
    """Calls as they end, recordings written and, where nobody needs them any more, dropped."""
    for job, report in ring_all(jobs, options.at_once):
        if options.wav:
            name = report.scenario if options.repeat == 1 else f"{report.scenario}-{report.round}"
            report.save(options.wav / f"{name}.wav")
        if not options.timeline:
            report.drop_recording()
        yield job.scenario, report


def _with_words(options: argparse.Namespace, played: Iterator[Played]) -> Iterator[Played]:
    """Calls with what was said in them: at once from the journal, or recognised after the last of them."""
    if options.journal is not None:
        with contextlib.closing(JournalFile(options.journal)) as journal:
            for scenario, report in played:
                _look_up(journal, options.journal, report)
                yield scenario, report
        return
    unheard = []
    for scenario, report in played:
        if options.json or options.timeline or any(turn.expect for turn in scenario.turns):
            unheard.append((scenario, report))
        else:
            yield scenario, report
    if unheard:
        with console.Bars() as bars:
            transcripts.transcribe([report for _, report in unheard], settings.load(options.config), bars)
    yield from unheard


def _look_up(journal: JournalFile, path: Path, report: CallReport) -> None:
    if not report.codec:
        return
    entries = journal.take(report.call)
    if not entries:
        report.failures.append(f"{path} says nothing of the call {report.call}: is it the journal of that line?")
    annotate(report, entries)


def _tell(options: argparse.Namespace, report: CallReport, *, alone: bool) -> None:
    if options.json:
        console.print_json(report.as_json())
    elif alone:
        print("\n".join(summary.lines(report)))
    else:
        print(next(summary.lines(report)))
    for failure in report.failures:
        number = f", call {report.round}" if options.repeat > 1 else ""
        console.note(f"{report.scenario}{number}: {failure}")
    if options.timeline and report.codec:
        timeline.draw(report, options.timeline)
        console.note(f"wrote {options.timeline}")
