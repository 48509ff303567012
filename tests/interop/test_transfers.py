"""A caller presses 0, the bot sends REFER, and SIPp tells by NOTIFY (RFC 3515) how it went."""

from __future__ import annotations

import pytest

from sipp import Sipp

pytestmark = pytest.mark.interop


def outcomes(call: Sipp) -> list[tuple[str, int]]:
    return [(event["result"], event["code"]) for event in call.events("transfer_outcome")]


@pytest.mark.plays("refer_connected")
def test_the_bot_leaves_when_the_desk_has_answered(call: Sipp) -> None:
    assert [event["code"] for event in call.events("transfer_progress")][-2:] == [100, 180]
    assert outcomes(call) == [("connected", 200)]
    assert call.wait_for("ended")["state"] == "ending"


@pytest.mark.plays("refer_connected")
def test_the_refer_names_the_extension_at_the_callers_pbx(call: Sipp) -> None:
    assert f"\nRefer-To: sip:0@127.0.0.1:{call.port}\n" in call.received("REFER")


@pytest.mark.plays("refer_busy")
def test_a_busy_desk_brings_the_bot_back(call: Sipp) -> None:
    assert outcomes(call) == [("busy", 486)]
    assert "besetzt" in call.said_after("transfer_outcome")


@pytest.mark.plays("refer_declined")
def test_a_declining_desk_brings_the_bot_back(call: Sipp) -> None:
    assert outcomes(call) == [("declined", 603)]
    assert "nicht angenommen" in call.said_after("transfer_outcome")


@pytest.mark.plays("refer_unheard_of")
def test_a_transfer_of_which_nothing_is_heard_brings_the_bot_back(call: Sipp) -> None:
    assert outcomes(call) == [("no_answer", 0)]
    waited = call.wait_for("transfer_outcome")["at"] - call.wait_for("transfer")["at"]
    assert waited == pytest.approx(3.0, abs=0.5)
    assert "meldet sich gerade niemand" in call.said_after("transfer_outcome")


@pytest.mark.plays("refer_connected_late")
def test_the_bot_leaves_when_the_desk_answers_late(call: Sipp) -> None:
    assert outcomes(call) == [("no_answer", 0), ("connected", 200)]


@pytest.mark.plays("refer_twice")
def test_the_late_end_of_a_given_up_transfer_is_not_taken_for_that_of_the_next(call: Sipp) -> None:
    assert outcomes(call) == [("no_answer", 0), ("connected", 200)]


@pytest.mark.plays("refer_then_bye")
def test_a_pbx_that_hangs_up_after_accepting_the_refer_has_taken_the_call(call: Sipp) -> None:
    ended = call.wait_for("ended")
    assert (ended["code"], ended["state"]) == (200, "transferring")


@pytest.mark.plays("refer_connected_on_hold")
def test_the_bot_leaves_a_call_that_is_on_hold_during_the_transfer(call: Sipp) -> None:
    assert outcomes(call) == [("connected", 200)]


@pytest.mark.plays("wait_for_refer", press=0)
def test_a_key_pressed_as_rtp_event_calls_a_person(call: Sipp) -> None:
    assert [event["digit"] for event in call.events("key")] == ["0"]
    assert call.wait_for("transfer")["department"] == "zentrale"
