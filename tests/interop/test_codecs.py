"""What is offered, and what the bot answers."""

from __future__ import annotations

import re

import pytest

from sipp import Sipp

pytestmark = pytest.mark.interop

PCMU, PCMA, G722 = 0, 8, 9


def heard_payload_types(call: Sipp) -> set[int]:
    return {packet.payload_type for packet in call.ear.packets}


@pytest.mark.plays("hang_up_mid_sentence", codecs="8 0 9 101")
def test_an_offer_with_g722_is_answered_with_it_alone(call: Sipp) -> None:
    assert call.answered_codecs() == ["G722"]
    assert call.wait_for("established")["codec"] == "G722"
    assert heard_payload_types(call) == {G722}


@pytest.mark.plays("hang_up_mid_sentence", codecs="8 101")
def test_an_offer_of_pcma_is_answered_with_it(call: Sipp) -> None:
    assert call.answered_codecs() == ["PCMA"]
    assert heard_payload_types(call) == {PCMA}


@pytest.mark.plays("hang_up_mid_sentence", codecs="0 101")
def test_an_offer_of_pcmu_is_answered_with_it(call: Sipp) -> None:
    assert call.answered_codecs() == ["PCMU"]
    assert heard_payload_types(call) == {PCMU}


@pytest.mark.plays("late_offer", codecs="9")
def test_a_call_without_an_offer_is_offered_exactly_our_codecs(call: Sipp) -> None:
    assert call.answered_codecs() == ["G722", "PCMA", "PCMU"]
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
    assert heard_payload_types(call) == {PCMA}


@pytest.mark.plays("options")
def test_options_tell_that_the_line_is_up_and_takes_calls(call: Sipp) -> None:
    [allow] = re.findall(r"^Allow: (.*)$", call.received("200"), re.MULTILINE)
    assert {"INVITE", "INFO", "NOTIFY", "OPTIONS"} <= set(allow.split(", "))
