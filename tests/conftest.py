"""Real processes that tests share."""

from __future__ import annotations

import itertools
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import hypothesis
import pytest

from programs import NOTHING_IS_SKIPPED, WORKER, Line, StartLine, Voicebot
from voicebot.ports import free_port

SPEECH_START_S = 240.0
"""On a fresh machine the model is put together first."""
LINE_START_S = 180.0
"""The first line of a session has its prompts made."""

_rtp_ports = itertools.count(24_000 + 2_000 * WORKER, 200)

# Machines are shared: an example that took long says nothing about the code. Where a failure stops a delivery, the
# examples are always the same; everywhere else new ones are looked for.
hypothesis.settings.register_profile("shared", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("shared")


@pytest.fixture(scope="session")
def speech_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real speech process with real models, one for all tests."""
    folder = tmp_path_factory.mktemp("speech")
    uri = f"unix://{folder}/speech.sock"
    environ = {"VOICEBOT_SPEECH_URI": uri, "VOICEBOT_DATA_STATE_DIR": str(folder), "VOICEBOT_SPEECH_CACHE_MIB": "0"}
    speech = Voicebot("speech", environ=environ)
    try:
        speech.wait_for_line("speech answers at", SPEECH_START_S)
        yield uri
    finally:
        speech.end()
    speech.finish()


@pytest.fixture(scope="session")
def start_line(speech_uri: str, tmp_path_factory: pytest.TempPathFactory) -> StartLine:
    """Start a real line process: ``with start_line(VOICEBOT_SIP_SRTP="required") as line``.

    At the end it must have closed every call, and left with status 0 and without a traceback.
    """

    @contextmanager
    def start(**environ: str) -> Iterator[Line]:
        port = str(free_port())
        line = Line(
            {
                "VOICEBOT_SIP_HOST": "127.0.0.1",
                "VOICEBOT_SIP_UDP_PORT": port,
                "VOICEBOT_SIP_TCP_PORT": port,
                "VOICEBOT_SIP_RTP_PORT": str(next(_rtp_ports)),
                "VOICEBOT_SPEECH_URI": speech_uri,
                "VOICEBOT_DATA_STATE_DIR": str(tmp_path_factory.mktemp("line")),
                "VOICEBOT_DATA_SPEAK_SAMPLES": "true",
                **environ,
            }
        )
        try:
            line.wait_for("open", LINE_START_S)
            yield line
        finally:
            line.end()
        line.finish()

    return start


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where two workers share the tests, calls on a real line have one to themselves; other files stay whole."""
    for item in items:
        rings = item.path.parent.name == "interop" or "start_line" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("line" if rings else item.path.stem))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """An interoperability test that is skipped has not passed."""
    report = yield
    if report.skipped and NOTHING_IS_SKIPPED and item.get_closest_marker("interop"):
        report.outcome = "failed"
        report.longrepr = f"an interoperability test was skipped: {report.longrepr}"
    return report
