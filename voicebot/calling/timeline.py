"""A picture of one call: who spoke when, what was recognised, and where the time went."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from telephony.audio import FRAME_MS
from voicebot.calling.delays import Stage, parts
from voicebot.calling.judge import extension
from voicebot.calling.loudness import JOIN_S, peak, spans
from voicebot.calling.report import CallReport, TurnReport
from voicebot.cli import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CALLER, BOT, DESK, GREY = "#2b6cb0", "#c05621", "#2f855a", "#4a5568"
COLOURS = {
    Stage.WAITING: "#cbd5e0",
    Stage.RECOGNITION: "#9f7aea",
    Stage.UNDERSTANDING: "#48bb78",
    Stage.SYNTHESIS: "#ed8936",
    Stage.TRANSPORT: "#4299e1",
    Stage.UNKNOWN: "#a0aec0",
}
LANES = {CALLER: 1.0, BOT: 0.0, DESK: 0.0}
HALF = 0.3
"""Of a lane's height; lanes are an inch apart."""
BETWEEN = 0.5
INCHES_A_SECOND = 0.34
NARROWEST, WIDEST = 11.0, 60.0
"""Inches."""
FONT = 8.0
LETTERS_AN_INCH = 15.5
"""At that size, on average."""
LINE = 0.14
"""Inches from one line of text to the next."""
SHORTEST_LINE, MOST_LINES = 12, 10


def draw(report: CallReport, path: Path) -> None:
    """Write a PNG of a call whose recording is still there. UsageError where the file cannot be written."""
    # Imported here: it takes a second, and only who wants a picture should wait for it.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    length = max(report.length_s, report.audio_from_s + len(report.heard) * FRAME_MS / 1000)
    width = min(WIDEST, max(NARROWEST, length * INCHES_A_SECOND))
    lanes = _Lanes(report, length, width / length * LETTERS_AN_INCH)
    rows = [(number, turn) for number, turn in _numbered(report) if parts(turn)]
    heights = [lanes.top - lanes.bottom, *([0.4 * max(3, len(rows))] if rows else [])]
    figure = Figure(figsize=(width, sum(heights) + 0.8 * len(heights)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    lanes.draw(axes[0])
    if rows:
        _delays(axes[1], rows)
    try:
        figure.savefig(path, dpi=110, format="png")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


class _Lanes:
    """The caller above, the bot below, from left to right as time passes."""

    def __init__(self, report: CallReport, length: float, letters_a_second: float) -> None:
        self._report = report
        self._length = length
        self._letters_a_second = letters_a_second
        heard = self._spans(report.heard)
        self._bot = [span for span in heard if span[0] < report.length_s]
        self._desk = heard[len(self._bot) :]
        self._done = self._column([(turn.at_s, f"{number}  {_did(turn)}") for number, turn in _numbered(report)])
        self._said = self._column(list(self._replies()))
        lines = [max((text.count("\n") + 1 for _, text in texts), default=0) for texts in (self._done, self._said)]
        self.top = LANES[CALLER] + HALF + LINE * (lines[0] + 2)
        self.bottom = LANES[BOT] - HALF - LINE * (lines[1] + 1)

    def draw(self, axes: Axes) -> None:
        report = self._report
        for colour, found in ((CALLER, self._spans(report.said)), (BOT, self._bot), (DESK, self._desk)):
            bars = [(start, end - start) for start, end in found]
            axes.broken_barh(bars, (LANES[colour] - HALF, 2 * HALF), facecolor=colour, alpha=0.2, linewidth=0)
        with_bot = int(max(0.0, report.length_s - report.audio_from_s) * 1000 / FRAME_MS)
        self._sound(axes, CALLER, report.said)
        self._sound(axes, BOT, report.heard[:with_bot])
        self._sound(axes, DESK, report.heard[with_bot:], with_bot)
        for colour, texts in ((CALLER, self._done), (BOT, self._said)):
            for start, text in texts:
                y = LANES[colour] + (HALF + LINE / 3) * (1 if colour == CALLER else -1)
                align = "bottom" if colour == CALLER else "top"
                axes.text(start, y, text, va=align, fontsize=FONT, color=colour)
        for start, _ in self._desk[:1]:
            axes.text(start, LANES[DESK] - HALF - LINE / 3, "desk phone", va="top", fontsize=FONT, color=DESK)
        self._events(axes)
        axes.set_title(f"{report.scenario}: {report.codec}, ended by {report.ended_by}", loc="left", fontsize=11)
        axes.set(xlim=(0, self._length), ylim=(self.bottom, self.top), xlabel="seconds since the call was answered")
        axes.set_yticks([LANES[CALLER], LANES[BOT]], ["caller", "bot"])
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", alpha=0.25)
        axes.set_axisbelow(True)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)

    def _spans(self, frames: Sequence[bytes]) -> list[tuple[float, float]]:
        return [(start + self._report.audio_from_s, end + self._report.audio_from_s) for start, end in spans(frames)]

    def _sound(self, axes: Axes, colour: str, frames: Sequence[bytes], first: int = 0) -> None:
        """How loud it is, on a scale of 40 dB; ``first`` is the number of the first frame."""
        at = self._report.audio_from_s + (first + np.arange(len(frames))) * FRAME_MS / 1000
        peaks = np.maximum([peak(frame) for frame in frames], 1)
        size = HALF * np.clip(1 + 20 * np.log10(peaks / 32768) / 40, 0, 1)
        axes.fill_between(at, LANES[colour] - size, LANES[colour] + size, color=colour, linewidth=0)

    def _replies(self) -> Iterator[tuple[float, str]]:
        """What the bot said, and when it began to."""
        report = self._report
        if report.greeting_transcript:
            yield report.greeting_s or 0.0, report.greeting_transcript
        for _, turn in _numbered(report):
            answered = turn.at_s if turn.ended_s is None else turn.ended_s + (turn.latency_s or 0.0)
            if turn.transcript:
                yield next((start for start, _ in self._bot if start >= answered - JOIN_S), answered), turn.transcript

    def _column(self, texts: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
        """Each text, broken into lines, from where it began to where the next one does, as far as it fits."""
        ends = [*(start for start, _ in texts[1:]), self._desk[0][0] if self._desk else self._length]
        broken = []
        for (start, text), end in zip(texts, ends, strict=False):
            letters = max(SHORTEST_LINE, int((end - start) * self._letters_a_second) - 1)
            lines = textwrap.wrap(text, letters, max_lines=MOST_LINES, placeholder=" …")
            broken.append((start, "\n".join(lines)))
        return broken

    def _events(self, axes: Axes) -> None:
        report = self._report
        for _, turn in _numbered(report):
            if turn.keys:
                self._mark(axes, turn.at_s, CALLER, turn.keys)
            at = turn.ended_s or 0.0
            for part in parts(turn):
                bar = (BETWEEN - LINE / 2, LINE)
                axes.broken_barh([(at, part.seconds)], bar, facecolor=COLOURS[part.stage], linewidth=0)
                at += part.seconds
            if turn.latency_s is not None:
                axes.text(at, BETWEEN, f" {turn.latency_s:.2f} s", va="center", fontsize=FONT, color=GREY)
        for entry in report.journal:
            if entry.event == "interrupted":
                self._mark(axes, entry.at_s, BOT, "interrupted")
        for transfer in report.transfers:
            text = f"REFER {extension(str(transfer['target']))}: {transfer['outcome']}"
            self._upright(axes, float(transfer["at_s"]), text, DESK, self.top - LINE / 2)
        self._upright(axes, report.length_s, "the call with the bot is over", GREY, self.bottom + LINE / 2)

    def _mark(self, axes: Axes, at: float, lane: str, text: str) -> None:
        box = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": lane}
        axes.text(at, LANES[lane], text, va="center", fontsize=FONT, color=lane, bbox=box, zorder=3)

    def _upright(self, axes: Axes, at: float, text: str, colour: str, y: float) -> None:
        axes.axvline(at, color=colour, linestyle="--", linewidth=1)
        axes.text(at, y, f"{text}  ", va="center", ha="right", fontsize=FONT, color=colour)


def _did(turn: TurnReport) -> str:
    return f"presses {turn.keys}" if turn.keys else turn.did


def _numbered(report: CallReport) -> Iterator[tuple[int, TurnReport]]:
    yield from enumerate(report.turns, start=1)


def _delays(axes: Axes, rows: Sequence[tuple[int, TurnReport]]) -> None:
    """A row for each turn that was answered: from the caller's last sound to the bot's first one."""
    axes.set_title("from the caller's last sound to the bot's first", loc="left", fontsize=11)
    axes.set_xlabel("seconds")
    longest = max((turn.latency_s or 0.0 for _, turn in rows), default=1.0)
    for row, (_, turn) in enumerate(rows):
        start = 0.0
        for part in parts(turn):
            axes.barh(row, part.seconds, left=start, height=0.6, color=COLOURS[part.stage])
            if part.seconds > longest / 30:
                axes.text(start + part.seconds / 2, row, f"{part.seconds:.2f}", ha="center", va="center", fontsize=FONT)
            start += part.seconds
        axes.text(start + longest / 100, row, f"{start:.2f} s   {_understood(turn)}", va="center", fontsize=FONT)
    axes.set(xlim=(0, longest * 2.2), ylim=(len(rows) - 0.5, -0.5))
    axes.set_yticks(range(len(rows)), [str(number) for number, _ in rows])
    told = [stage for stage in Stage if any(part.stage is stage for _, turn in rows for part in parts(turn))]
    handles = [axes.barh(0, 0, color=COLOURS[stage], label=stage.value) for stage in told]
    if handles:
        axes.legend(handles=handles, loc="lower right", ncols=1, fontsize=FONT, frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _understood(turn: TurnReport) -> str:
    if not turn.heard:
        return ""
    details = turn.heard[-1].details
    about = " ".join(str(details[key]) for key in ("intent", "service", "aspect") if details.get(key))
    return f"„{details.get('text', '')}“  {about}"
