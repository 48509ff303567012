"""What concerns a whole line: how many callers it takes, and what stopping it does to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programs import Line, StartLine
from sipp import Sipp, sipp

pytestmark = pytest.mark.interop


@pytest.fixture
def small_line(start_line: StartLine) -> Iterator[Line]:
    with start_line(VOICEBOT_SIP_CALLERS_PER_PROCESS="1") as line:
        yield line


def wait_for_callers(run: Sipp, count: int) -> None:
    run.line.wait_until(lambda: len(run.events("established")) == count, f"{count} calls", 10)


def test_a_fifth_caller_hears_busy(line: Line, tmp_path: Path) -> None:
    with sipp("talk", line, tmp_path, calls=4) as four:
        wait_for_callers(four, 4)
        with sipp("busy_here", line, tmp_path) as fifth:
            pass
        assert len(four.events("ended")) == 0
    assert not fifth.events("established")


def test_a_line_for_one_has_room_again_after_the_call(small_line: Line, tmp_path: Path) -> None:
    with sipp("talk", small_line, tmp_path) as first:
        wait_for_callers(first, 1)
        with sipp("busy_here", small_line, tmp_path):
            pass
    with sipp("hang_up_mid_sentence", small_line, tmp_path) as second:
        wait_for_callers(second, 1)


def test_a_line_that_is_stopped_hangs_up_first(small_line: Line, tmp_path: Path) -> None:
    with sipp("stay", small_line, tmp_path) as call:
        wait_for_callers(call, 1)
        small_line.end()


def test_a_cancel_that_arrives_with_the_invite_leaves_no_call(line: Line, tmp_path: Path) -> None:
    line.pause()
    try:
        with sipp("cancel", line, tmp_path) as call:
            call.wait_until_sent("CANCEL")
            line.resume()
            ended = call.wait_for("ended")
    finally:
        line.resume()
    assert ended["code"] == 487
    with sipp("talk", line, tmp_path, calls=4) as four:
        wait_for_callers(four, 4)
