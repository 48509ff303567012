"""What is offered, and what the bot answers."""

from __future__ import annotations

import pytest

from sipp import Sipp

pytestmark = pytest.mark.interop

G722 = 9


def heard_payload_types(call: Sipp) -> set[int]:
    return {packet.payload_type for packet in call.ear.packets}


@pytest.mark.plays("hang_up_mid_sentence", codecs="8 0 9 101")
def test_an_offer_with_g722_is_answered_with_it_alone(call: Sipp) -> None:
    assert call.answered_codecs() == ["9"]
    assert call.wait_for("established")["codec"] == "G722"
    assert heard_payload_types(call) == {G722}


@pytest.mark.plays("hang_up_mid_sentence", codecs="8 101")
def test_an_offer_of_pcma_is_answered_with_it(call: Sipp) -> None:
    assert call.answered_codecs() == ["8"]
    assert heard_payload_types(call) == {8}


@pytest.mark.plays("hang_up_mid_sentence", codecs="0 101")
def test_an_offer_of_pcmu_is_answered_with_it(call: Sipp) -> None:
    assert call.answered_codecs() == ["0"]
    assert heard_payload_types(call) == {0}


@pytest.mark.plays("late_offer", codecs="9")
def test_a_call_without_an_offer_is_offered_exactly_our_codecs(call: Sipp) -> None:
    assert call.answered_codecs() == ["9", "8", "0"]
    assert heard_payload_types(call) == {G722}


@pytest.mark.plays("not_acceptable", codecs="3 18")
def test_an_offer_without_a_common_codec_is_refused(call: Sipp) -> None:
    assert not call.events("established")


@pytest.mark.plays("malformed_sdp")
def test_a_malformed_offer_is_refused(call: Sipp) -> None:
    assert not call.events("established")


@pytest.mark.plays("hang_up_mid_sentence", transport="t1")
def test_a_call_over_tcp_is_held(call: Sipp) -> None:
    assert call.wait_for("ended")["code"] == 200
    assert heard_payload_types(call) == {8}


@pytest.mark.plays("options")
def test_options_tell_that_the_line_is_up_and_what_it_speaks(call: Sipp) -> None:
    answer = call.received("200")
    assert "\nAllow:" in answer
    assert "m=audio" in answer
