"""Callers whom a real line passes on: to telephones that follow REFER and Replaces, to SIPp, and to baresip.

Callers press keys alone: 0 is the switchboard, 1111 and its like the services that are asked for most, 121 the office
of the first. Each of these has a chain of targets of its own.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from baresip import Baresip
from phone import Phone, phone
from programs import Line, StartLine, Voicebot
from routed import brisk, chain, write_town
from sipp import peer, sipp
from telephony.audio import frames, write_wav
from tones import hum, pitch
from voicebot.ports import free_port
from voicebot.switching import Method

pytestmark = pytest.mark.interop

CALLER_HZ, DESK_HZ = 440, 880
SWITCHBOARD, FIRST, SECOND, THIRD, OFFICE = "0", "1111", "1121", "1131", "121"
"""The keys for each of them."""
DESKS = (
    ("300", "200", "1"),
    ("302", "200", "2"),
    ("303", "200", "bye"),
    ("304", "200", ""),
)
"""What the desk phone does at each extension; others stand for the status with which it answers, 0 rings for ever."""
SCENARIOS = Path(__file__).parent.parent / "scenarios"
PLAYED = (
    "is-put-through",
    "declining-desk/declined",
    "ringing-desk/called-off-by-word",
    "answering-machine/hangs-up-while-the-desk-is-asked",
)
TRANSFERS = 12
SETTLED_S = 2.0
"""After which sockets of calls that are over have been closed."""

rtp_ports = itertools.cycle(range(30_000, 32_000, 200))


@pytest.fixture(scope="module")
def desk() -> Iterator[Phone]:
    arguments = [part for each in DESKS for part in ("--desk", *each)]
    with phone(free_port(), next(rtp_ports), *arguments, tone=DESK_HZ, user="desk") as it:
        yield it


@pytest.fixture(scope="module")
def other_desk() -> int:
    """The port of a desk that a test has for itself."""
    return free_port()


@pytest.fixture(scope="module")
def line(
    start_line: StartLine, desk: Phone, other_desk: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Line]:
    state = tmp_path_factory.mktemp("handover")
    elsewhere = f"sip:300@127.0.0.1:{other_desk}"
    write_town(
        state,
        chain("zentrale", Method.ATTENDED, "300"),
        chain("service:abfallgebuehren", Method.ATTENDED, "486", "603", "302", "303", "0", "300", ring_s=2),
        chain("service:abfallkalender", Method.BRIDGE, "486", "300"),
        chain("service:abwassergebuehren", Method.BLIND, elsewhere),
        chain("steuern", Method.ATTENDED, elsewhere),
        chain("buergerbuero", Method.ATTENDED, "300"),
        chain("musikschule", Method.ATTENDED, "302"),
        chain("standesamt", Method.ATTENDED, "0"),
        chain("jugend", Method.ATTENDED, "304"),
    )
    with start_line(
        VOICEBOT_DATA_STATE_DIR=str(state),
        VOICEBOT_TRANSFER_HOST=f"127.0.0.1:{desk.port}",
        VOICEBOT_DATA_PROMPTS_DIR=brisk(tmp_path_factory.mktemp("prompts")),
        VOICEBOT_TRANSFER_LEGS_PER_HOUR="1000",
    ) as line:
        yield line


class Caller(Phone):
    """Rings the line, presses keys, and follows where it is referred to."""

    def __init__(self, line: Line, user: str, keys: str, **options: object) -> None:
        to = f"sip:939@{line.host}:{line.port}"
        super().__init__(free_port(), next(rtp_ports), dial=to, user=user, keys=keys, tone=CALLER_HZ, **options)
        self.call: str = line.wait_for("established", caller=user)["call"]

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.end() == 0, self.tail()


def results(line: Line, call: str) -> list[str]:
    return [entry["result"] for entry in line.events("transfer_outcome", call=call)]


# Attended.


def test_a_desk_takes_the_call_and_talks_to_the_caller_without_the_bot(line: Line, desk: Phone) -> None:
    since = len(desk.told)
    with Caller(line, "0286112001", SWITCHBOARD) as caller:
        ended = line.wait_for("ended", call=caller.call)
        desk.wait_for("replaced", since=since, remote="0286112001")
        # The bot has left both: what they hear now is each other.
        heard = len(caller.told), len(desk.told)
        caller.wait_for("hears", hz=DESK_HZ)
        desk.wait_for("hears", since=since, hz=CALLER_HZ)
        assert not caller.all("ended", since=heard[0], leg=1)
        assert not desk.all("ended", since=since)
    desk.wait_for("ended", since=since)
    assert ended["state"] == "ending"
    assert line.wait_for("desk_key", call=caller.call)["digit"] == "1"
    assert results(line, caller.call) == ["connected"]
    assert [entry["method"] for entry in line.events("joined", call=caller.call)] == ["attended"]


def test_who_does_not_take_the_call_is_followed_by_the_next_in_the_chain(line: Line, desk: Phone) -> None:
    since = len(desk.told)
    with Caller(line, "0286112002", FIRST) as caller:
        line.wait_for("ended", call=caller.call)
        caller.wait_for("hears", hz=DESK_HZ)
    desk.wait_until(lambda: len(desk.all("ended", since=since)) == 6, "the end of every leg", 10)
    assert [told["dialled"] for told in desk.all("rings", since=since)] == ["486", "603", "302", "303", "0", "300"]
    assert results(line, caller.call) == ["busy", "declined", "declined", "declined", "no_answer", "connected"]
    codes = {told["code"] for told in desk.all("ended", since=since)}
    assert codes == {486, 603, 200, 487}, "those that were hung up, and the one that rang until it was cancelled"
    assert [entry["digit"] for entry in line.events("desk_key", call=caller.call)] == ["2", "1"]


def test_a_pbx_that_does_not_replace_leaves_both_with_the_bot(line: Line, desk: Phone, tmp_path: Path) -> None:
    since = len(desk.told)
    with sipp("handed_over_and_refuses", line, tmp_path) as caller:
        caller.wait_for("transfer_bridged", code=405)
        caller.ear.hum(CALLER_HZ)
        caller.ear.wait_for_pitch(DESK_HZ)
        desk.wait_for("hears", since=since, hz=CALLER_HZ)
        assert not caller.events("ended")
    assert "?Require=replaces&Replaces=" in caller.received("REFER")
    desk.wait_for("ended", since=since, code=200)


@pytest.mark.parametrize(
    ("scenario", "patience_ms", "reached"),
    [
        pytest.param("desk_rings_out", 2000, "desk_rings", id="while it rings: CANCEL"),
        pytest.param("desk_stays", 2500, "desk_answers", id="while it is asked: BYE"),
    ],
)
def test_a_caller_who_hangs_up_takes_the_desk_along(
    line: Line, other_desk: int, tmp_path: Path, scenario: str, patience_ms: int, reached: str
) -> None:
    with (
        peer(scenario, tmp_path, port=other_desk, rings="180 Ringing") as desk,
        peer(
            "asks_for_the_office_and_leaves", tmp_path, f"{line.host}:{line.port}", patience=str(patience_ms)
        ) as caller,
    ):
        line.wait_for(reached, call=caller.id)
        assert line.wait_for("ended", call=caller.id)["state"] == "transferring"
        caller.finish()
        desk.finish()
    assert not line.events("transfer_outcome", call=caller.id)


# Bridged.


def test_a_bridged_call_is_held_until_the_caller_hangs_up(line: Line, desk: Phone) -> None:
    since = len(desk.told)
    with Caller(line, "0286112003", SECOND) as caller:
        line.wait_for("joined", call=caller.call, method="bridge")
        caller.wait_for("hears", hz=DESK_HZ)
        desk.wait_for("hears", since=since, hz=CALLER_HZ)
        assert not caller.all("referred")
        assert not line.events("ended", call=caller.call)
    desk.wait_for("ended", since=since, code=200)
    assert results(line, caller.call) == ["busy"]
    assert line.wait_for("ended", call=caller.call)["code"] == 200


def test_a_pbx_without_refer_is_helped_out_and_a_softphone_is_bridged(
    line: Line, other_desk: int, tmp_path: Path
) -> None:
    wav = tmp_path / "desk.wav"
    write_wav(wav, [np.tile(hum(DESK_HZ), 60).astype("<i2").tobytes()])
    softphone = Baresip(tmp_path, "300", "", wav, account=";answermode=auto", port=other_desk)
    try:
        with sipp("asks_for_the_third_and_refuses", line, tmp_path) as caller:
            assert caller.wait_for("transfer_bridged")["code"] == 501
            joined = caller.wait_for("joined")
            caller.ear.hum(CALLER_HZ)
            caller.ear.wait_for_pitch(DESK_HZ)
            # Nobody is asked for a key: the caller has been told that the call is passed on, and so it is.
            assert not caller.events("desk_key")
            assert caller.wait_for("ended")["at"] - joined["at"] > 2
    finally:
        softphone.end()
    each = list(frames(softphone.recording()))
    windows = [b"".join(each[start : start + 10]) for start in range(0, len(each) - 9, 10)]
    assert [pitch(np.frombuffer(pcm, "<i2").astype(np.int32)) for pcm in windows].count(CALLER_HZ) >= 3


# Callers who speak.


def test_what_callers_meet_while_they_are_passed_on(line: Line, desk: Phone) -> None:
    paths = [str(SCENARIOS / f"{name}.toml") for name in PLAYED]
    # Two at a time: each takes two of the line's four calls.
    to, journal = f"sip:939@{line.host}:{line.port}", str(line.journal_file)
    callers = Voicebot("call", "--to", to, "--journal", journal, "--json", "--at-once", "2", *paths, environ={})
    try:
        status = callers.wait(120)
    finally:
        callers.end()
    assert status == 0, callers.tail()
    reports = {report["scenario"]: report for report in map(json.loads, callers.out)}
    assert len(reports) == len(PLAYED)
    happened = {
        name: {entry["event"] for entry in line.events(call=report["call"])} for name, report in reports.items()
    }
    assert "desk_answers" in happened["hangs-up-while-the-desk-is-asked"]
    assert "called_off" in happened["called-off-by-word"]
    assert "desk_answers" not in happened["called-off-by-word"]
    [transfer] = reports["is-put-through"]["transfers"]
    assert transfer["outcome"] == "connected"
    desk.wait_until(lambda: len(desk.all("rings")) == len(desk.all("ended")), "the desk free again", 10)


# Many.


def test_transfers_in_a_row_leave_nothing_behind(line: Line, desk: Phone, tmp_path: Path) -> None:
    def pass_on(times: int) -> int:
        """Pass a caller on so often; how many files and sockets the line has open afterwards."""
        with Caller(line, f"02861130{times:02}", SWITCHBOARD, times=times) as caller:
            caller.wait_until(lambda: len(caller.all("referred")) == times, f"{times} transfers", 150)
            since = line.wait_for("established", caller=f"02861130{times:02}")["at"]
            line.wait_until(
                lambda: len([1 for each in line.events("ended") if each["at"] >= since]) == times, "ends", 9
            )
            done = [entry for entry in line.events("transfer_outcome") if entry["at"] >= since]
            assert [entry["result"] for entry in done] == ["connected"] * times
        desk.wait_until(lambda: len(desk.all("rings")) == len(desk.all("ended")), "the desk free again", 10)
        time.sleep(SETTLED_S)
        return len(list(Path(f"/proc/{line.pid}/fd").iterdir()))

    before = pass_on(1)
    assert pass_on(TRANSFERS) <= before
    with sipp("hang_up_at_once", line, tmp_path) as call:
        assert call.wait_for("ended")["code"] == 200
