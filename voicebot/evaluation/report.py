"""What ``voicebot evaluate`` prints: a table, or one JSON object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from voicebot.evaluation.measures import Calibration, Confusion, Measure, Share, Target, Times

MOST_CONFUSIONS = 20
_WIDTH = 46


@dataclass(frozen=True)
class Baseline:
    """A simpler way, on the same questions."""

    name: str
    first: Share
    first_three: Share
    times: Times


@dataclass(frozen=True)
class Report:
    city: str
    measures: Sequence[Measure]
    baselines: Sequence[Baseline]
    confusions: Mapping[str, Sequence[Confusion]]
    """By what was measured: text, speech."""
    calibration: Calibration
    times: Times | None
    """Of understanding a question, from its text on."""

    @property
    def is_missed(self) -> bool:
        return any(measure.is_missed for measure in self.measures)


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON; shares and likelihoods from 0 to 1, times in seconds."""
    return {
        "city": report.city,
        "measures": {measure.key: _measure(measure) for measure in report.measures if measure.share.of},
        "baselines": {
            each.name: {
                "first": _share(each.first),
                "first_three": _share(each.first_three),
                "median_s": round(each.times.median, 4),
                "p95_s": round(each.times.p95, 4),
            }
            for each in report.baselines
        },
        "times": {key: round(value, 4) for key, value in asdict(report.times).items()} if report.times else None,
        "calibration": {
            "error": round(report.calibration.error, 4),
            "bins": [asdict(each) for each in report.calibration.bins],
        },
        "confusions": {where: [asdict(each) for each in found] for where, found in report.confusions.items()},
    }


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {
        "share": round(share.value, 4),
        "hits": share.hits,
        "of": share.of,
        "low": round(low, 4),
        "high": round(high, 4),
    }


def _measure(measure: Measure) -> dict[str, Any]:
    target = measure.target
    return {
        **_share(measure.share),
        "target": target.share if target else None,
        "at_most": target.at_most if target else None,
        "missed": measure.is_missed,
    }


def print_report(report: Report) -> None:
    """The table, the simpler ways beside the bot, and what was taken for what."""
    print(f"{report.city}: share, count, 95 % interval (Wilson), target")
    for measure in report.measures:
        if measure.share.of:
            print(_line(measure.label, measure.share, measure.target, missed=measure.is_missed))
    if report.calibration.bins:
        print(f"{'expected calibration error':{_WIDTH}}{_percent(report.calibration.error)}")
    if report.times:
        print(f"{'understanding a question':{_WIDTH}}{_seconds(report.times)}")
    if report.baselines:
        _print_baselines(report)
    for where, found in report.confusions.items():
        _print_confusions(where, found)


def _line(label: str, share: Share, target: Target | None = None, *, missed: bool = False) -> str:
    low, high = (round(100 * bound, 1) for bound in share.interval)
    line = f"{label:{_WIDTH}}{_percent(share.value)}{f'{share.hits}/{share.of}':>10}   {low:5.1f} to {high:5.1f} %"
    if target:
        sign = "≤" if target.at_most else "≥"
        line += f"   {sign} {100 * target.share:g} %{'   MISSED' if missed else ''}"
    return line


def _percent(share: float) -> str:
    return f"{100 * share:6.1f} %"


def _seconds(seconds: Times) -> str:
    return f"{1000 * seconds.median:6.1f} ms median, {1000 * seconds.p95:.1f} ms 95 %"


def _print_baselines(report: Report) -> None:
    print("\nthe same questions without any of that")
    for each in report.baselines:
        print(_line(f"{each.name}: first", each.first))
        print(_line(f"{each.name}: first three", each.first_three))
        print(f"{f'{each.name}: time':{_WIDTH}}{_seconds(each.times)}")


def _print_confusions(where: str, found: Sequence[Confusion]) -> None:
    if not found:
        return
    print(f"\n{where}: right → found")
    for each in found[:MOST_CONFUSIONS]:
        heard = f" heard as „{each.heard}“" if each.heard != each.example else ""
        print(f"{each.times:4} × {each.right} → {each.found}   „{each.example}“{heard}")
    if len(found) > MOST_CONFUSIONS:
        print(f"     and {len(found) - MOST_CONFUSIONS} more")
