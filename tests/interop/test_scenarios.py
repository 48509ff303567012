"""Simulated callers who ring a real line, several at once; both sides must end well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from programs import Line, StartLine, Voicebot
from voicebot.ports import free_port

pytestmark = pytest.mark.interop

SCENARIOS = Path(__file__).parent.parent / "scenarios"
PLAYED = (
    "talks-over-greeting",
    "wants-a-person",
    "hangs-up-while-transferring",
    "hangs-up-while-answering",
    "hangs-up-while-greeting",
    "hangs-up-at-once",
)
"""The long ones first; four at a time they take about as long as the longest two."""
AT_ONCE = 4
LIMIT_S = 120.0


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[Voicebot, int]]:
    port = free_port()
    phone = Voicebot("desk", "--port", str(port), environ={})
    try:
        phone.wait_until(lambda: phone.out, "the desk phone", 30)
        yield phone, port
    finally:
        phone.end()
    phone.finish()


@pytest.fixture(scope="module")
def line(start_line: StartLine, desk: tuple[Voicebot, int]) -> Iterator[Line]:
    with start_line(
        VOICEBOT_TRANSFER_HOST=f"127.0.0.1:{desk[1]}", VOICEBOT_SIP_CALLERS_PER_PROCESS=str(AT_ONCE)
    ) as line:
        yield line


def ring(line: Line, *arguments: str) -> Voicebot:
    to = ("--to", f"sip:939@{line.host}:{line.port}")
    return Voicebot("call", *to, "--journal", str(line.journal_file), *arguments, environ={})


def call(line: Line, *arguments: str) -> tuple[Voicebot, int]:
    """Callers who have rung the line and left, and their exit status."""
    callers = ring(line, *arguments)
    try:
        return callers, callers.wait(LIMIT_S)
    finally:
        callers.end()


def test_who_speaks_turkish_is_put_through_to_somebody_who_is_told(line: Line) -> None:
    callers, status = call(line, "--json", str(SCENARIOS / "speaks-turkish.toml"))
    assert status == 0, callers.tail()
    report = json.loads(callers.out[0])
    assert report["turns"][0]["heard"][0]["language"] == "tr"
    assert any("Türkisch" in turn["transcript"] and "Turkish" in turn["transcript"] for turn in report["turns"])
    assert report["transfers"][0]["outcome"] == "connected"


def test_callers_at_once_are_all_served_and_leave_nothing_behind(line: Line, desk: tuple[Voicebot, int]) -> None:
    paths = [str(SCENARIOS / f"{name}.toml") for name in PLAYED]
    callers, status = call(line, "--json", "--at-once", str(AT_ONCE), *paths)
    reports = [json.loads(text) for text in callers.out]
    assert status == 0, callers.tail()
    assert {report["scenario"] for report in reports} == set(PLAYED)
    assert len({report["call"] for report in reports}) == len(PLAYED)
    for report in reports:
        assert report["failures"] == []
        assert report["state"] == line.wait_for("ended", call=report["call"])["state"]
    by_name = {report["scenario"]: report for report in reports}
    assert by_name["wants-a-person"]["transfers"][0]["outcome"] == "connected"
    assert by_name["hangs-up-while-answering"]["turns"][0]["heard"][0]["service"] == "reisepass"
    established = [line.wait_for("established", call=report["call"])["at"] for report in reports]
    ended = [line.wait_for("ended", call=report["call"])["at"] for report in reports]
    assert max(sum(start <= at < end for start, end in zip(established, ended, strict=True)) for at in established) > 1
    phone = desk[0]
    rung = [json.loads(text)["event"] for text in phone.out]
    phone.wait_until(lambda: sum('"over"' in text for text in phone.out) == rung.count("rings"), "desks hung up", 10)


def test_what_a_scenario_expects_and_does_not_get_is_one_line(line: Line, tmp_path: Path) -> None:
    path = tmp_path / "early.toml"
    path.write_text(
        'expect_end = "bot"\nexpect_transfer = true\n\n[[turn]]\nhang_up = true\nafter_s = 0.2\n', encoding="utf-8"
    )
    picture = tmp_path / "early.png"
    callers, status = call(line, str(path), "--timeline", str(picture))
    assert status == 1
    assert [text for text in callers.err if text.startswith("early: ")] == [
        "early: expected a transfer, but there was none",
        "early: expected the call to be ended by bot, not by caller",
    ]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_callers_who_are_stopped_hang_up_first(line: Line, tmp_path: Path) -> None:
    paths = [tmp_path / "one.toml", tmp_path / "two.toml"]
    for path in paths:
        path.write_text("[[turn]]\nwait_s = 60\n", encoding="utf-8")
    before = len(line.events("established"))
    callers = ring(line, "--at-once", "2", *map(str, paths))
    try:
        line.wait_until(lambda: len(line.events("established")) == before + 2, "two calls", 30)
    finally:
        callers.end()
    for entry in line.events("established")[before:]:
        assert line.wait_for("ended", 10, call=entry["call"])["code"] == 200
