"""Calls that are answered, held and ended, as SIPp makes them."""

from __future__ import annotations

import pytest

from sipp import Sipp

pytestmark = pytest.mark.interop

SETTLED_S = 0.3
"""After a change of media, until what was under way before has arrived."""


@pytest.mark.plays("hang_up_at_once")
def test_hanging_up_right_after_the_ack_ends_the_call(call: Sipp) -> None:
    assert call.wait_for("ended")["code"] == 200


@pytest.mark.plays("hang_up_mid_sentence")
def test_hanging_up_in_the_middle_of_a_sentence_silences_the_bot(call: Sipp) -> None:
    ended = call.wait_for("ended")
    assert any(packet.loud for packet in call.ear.between(ended["at"] - 0.5, ended["at"]))
    assert not call.ear.between(ended["at"] + SETTLED_S, float("inf"))


@pytest.mark.plays("hold_and_resume")
def test_the_bot_is_silent_on_hold_and_goes_on_afterwards(call: Sipp) -> None:
    assert_silent_on_hold_and_talking_afterwards(call)


@pytest.mark.plays("hold_inactive_and_resume")
def test_the_bot_goes_on_after_inactive_media(call: Sipp) -> None:
    assert_silent_on_hold_and_talking_afterwards(call)


@pytest.mark.plays("never_acknowledge")
def test_a_caller_who_never_acknowledges_the_answer_is_given_up(call: Sipp) -> None:
    assert not call.events("established")
    call.wait_for("ended")


def assert_silent_on_hold_and_talking_afterwards(call: Sipp) -> None:
    held, resumed = call.wait_for("held", held=True)["at"], call.wait_for("held", held=False)["at"]
    assert not any(packet.loud for packet in call.ear.between(held + SETTLED_S, resumed))
    assert any(packet.loud for packet in call.ear.between(resumed, call.wait_for("ended")["at"]))
    # The greeting was not begun again, nor taken for finished.
    assert len(call.events("says")) == 1
