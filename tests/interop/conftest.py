"""A line, and calls that are played side by side."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from programs import Line, StartLine
from sipp import Sipp, sipp

CALLERS = 4
"""Calls that a line takes at once."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "plays(scenario, press, **options): the SIPp scenario of fixture `call`")


@pytest.fixture(scope="session")
def line(start_line: StartLine) -> Iterator[Line]:
    """A line for everything that needs no settings of its own."""
    with start_line(VOICEBOT_TRANSFER_TIMEOUT_S="3", VOICEBOT_SIP_CALLERS_PER_PROCESS=str(CALLERS)) as line:
        yield line


@pytest.fixture(scope="module")
def runs(
    line: Line, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Sipp]]]:
    """All that the selected tests of a module play, begun at once: a call is mostly waiting."""
    folder = tmp_path_factory.mktemp("sipp")
    marks = {item.nodeid: item.get_closest_marker("plays") for item in request.session.items}
    mine = f"{request.node.nodeid}::"
    pool = ThreadPoolExecutor(CALLERS)
    try:
        yield {
            test: pool.submit(_play, line, folder, *mark.args, **mark.kwargs)
            for test, mark in marks.items()
            if mark is not None and test.startswith(mine)
        }
    finally:
        pool.shutdown(cancel_futures=True)


@pytest.fixture
def call(runs: dict[str, Future[Sipp]], request: pytest.FixtureRequest) -> Sipp:
    """The call of a test marked ``plays``, over and closed on both sides."""
    return runs[request.node.nodeid].result()


def _play(line: Line, folder: Path, scenario: str, press: int | None = None, **options: Any) -> Sipp:
    with sipp(scenario, line, folder, **options) as run:
        if press is not None:
            run.ear.press(press)
    return run
