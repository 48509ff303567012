"""The calibration as a picture: a reliability diagram with counts."""

from __future__ import annotations

from pathlib import Path

from voicebot.evaluation.measures import BINS, Calibration


def plot_calibration(result: Calibration, path: Path) -> None:
    """Write a PNG: what was claimed against what was right, and below how many questions each bin holds.

    :raises OSError: the file cannot be written
    """
    # Imported here: it takes a second, and only who wants a picture should wait for it.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 6), layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    middles = [(each.low + each.high) / 2 for each in result.bins]
    above.plot([0, 1], [0, 1], linestyle="--", color="grey", label="perfect")
    above.bar(middles, [each.right for each in result.bins], width=0.9 / BINS, color="tab:blue", label="right")
    above.plot(
        [each.claimed for each in result.bins], [each.right for each in result.bins], "o-", color="tab:orange",
        label="claimed / right",
    )  # fmt: skip
    above.set(ylabel="share of questions that was right", xlim=(0, 1), ylim=(0, 1.05))
    above.set_title(f"expected calibration error {100 * result.error:.1f} %")
    above.legend(loc="upper left")
    bars = below.bar(middles, [each.questions for each in result.bins], width=0.9 / BINS, color="tab:grey")
    below.bar_label(bars)
    below.margins(y=0.2)
    below.set(xlabel="likelihood of the best service", ylabel="questions")
    figure.savefig(path, dpi=150, format="png")
