"""Telephony without a network: SDP, events, the player, resampling, WAV files."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from telephony import sdp
from telephony.audio import FRAME_BYTES, SILENCE, AudioError, Resampler, level_dbm0, read_wav, resample, write_wav
from telephony.call import EventQueue
from telephony.events import (
    CallEnded,
    Digit,
    Established,
    Event,
    Frame,
    Ringing,
    TransferOutcome,
    TransferResult,
    transfer_result,
)
from telephony.memory import MemoryCall
from telephony.outgoing import ACCOUNT, Outgoing
from telephony.player import Player
from telephony.settings import EndpointError

OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 8 0 9 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:9 G722/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"
)


def test_g722_is_found_by_number_and_by_name() -> None:
    assert sdp.offers(OFFER, "G722")
    assert sdp.offers("m=audio 4000 RTP/AVP 9\r\n", "G722")
    assert sdp.offers("m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 G722/8000\r\n", "g722")
    assert not sdp.offers("m=audio 4000 RTP/AVP 8 0\r\n", "G722")
    assert not sdp.offers("m=video 4000 RTP/AVP 9\r\n", "G722")


def test_one_codec_is_kept_with_telephone_events() -> None:
    kept = sdp.keep_only(OFFER, "G722")
    assert "m=audio 4000 RTP/AVP 9 101\r\n" in kept
    assert "PCMA" not in kept
    assert "a=fmtp:101 0-16" in kept


@pytest.mark.parametrize(
    ("code", "result"),
    [
        (200, TransferResult.CONNECTED),
        (486, TransferResult.BUSY),
        (600, TransferResult.BUSY),
        (603, TransferResult.DECLINED),
        (408, TransferResult.NO_ANSWER),
        (480, TransferResult.NO_ANSWER),
        (404, TransferResult.UNREACHABLE),
        (503, TransferResult.UNREACHABLE),
    ],
)
def test_what_a_status_stands_for(code: int, result: TransferResult) -> None:
    assert transfer_result(code) is result


async def test_stale_audio_is_dropped_and_keys_are_not() -> None:
    events = EventQueue()
    for _ in range(EventQueue.FRAME_LIMIT + 10):
        events.put(Frame(SILENCE, SILENCE))
    events.put(Digit("5"))
    assert events.dropped_frames == 10
    received = [await events.get() for _ in range(EventQueue.FRAME_LIMIT + 1)]
    assert received[-1] == Digit("5")


async def test_the_end_comes_at_once_and_stays() -> None:
    events = EventQueue()
    events.put(Frame(SILENCE, SILENCE))
    events.put(CallEnded(200, "OK"))
    events.put(Digit("1"))
    assert [await events.get() for _ in range(3)] == [CallEnded(200, "OK")] * 3


async def test_how_a_transfer_went_comes_before_the_end() -> None:
    """A PBX may end the call with its answer to the REFER."""
    events, refused = EventQueue(), TransferOutcome(TransferResult.REFUSED, 481, "Call Does Not Exist")
    for event in (Digit("1"), Frame(SILENCE, SILENCE), refused, CallEnded(481, "Call Does Not Exist")):
        events.put(event)
    assert [await events.get() for _ in range(3)] == [refused, *[CallEnded(481, "Call Does Not Exist")] * 2]


async def test_waiting_for_an_event_ends_with_it() -> None:
    events = EventQueue()
    waiting = asyncio.create_task(events.get())
    await asyncio.sleep(0)
    events.put(Digit("9"))
    assert await waiting == Digit("9")


def test_the_player_joins_pieces_without_gaps() -> None:
    player = Player()
    pcm = bytes(range(256)) * 10
    for start in range(0, len(pcm), 100):
        player.play(pcm[start : start + 100])
    player.flush()
    played = b"".join(player.next_frame() for _ in range(4))
    assert played == pcm
    assert not player.playing
    assert player.next_frame() == SILENCE


def test_the_player_is_bounded_and_stops_at_once() -> None:
    player = Player()
    player.play(bytes(FRAME_BYTES * Player.LIMIT))
    with pytest.raises(ValueError, match="120 s"):
        player.play(bytes(FRAME_BYTES))
    player.stop()
    assert player.next_frame() == SILENCE


def test_streamed_resampling_is_that_of_the_whole() -> None:
    t = np.arange(22_050) / 22_050
    pcm = (10_000 * np.sin(2 * np.pi * 440 * t)).astype("<i2").tobytes()
    streamed = Resampler(22_050)
    pieces = b"".join(streamed.push(pcm[start : start + 1000]) for start in range(0, len(pcm), 1000))
    pieces += streamed.push(b"", last=True)
    whole = np.frombuffer(resample(pcm, 22_050), "<i2").astype(int)
    # The library dithers: the last bit may differ.
    assert np.abs(np.frombuffer(pieces, "<i2").astype(int) - whole).max() <= 2


def test_a_full_scale_sine_is_3_dbm0() -> None:
    t = np.arange(16_000) / 16_000
    assert level_dbm0((32767 * np.sin(2 * np.pi * 440 * t)).astype("<i2").tobytes()) == pytest.approx(3.14, abs=0.01)
    assert level_dbm0(SILENCE) == float("-inf")


def test_wav_there_and_back(tmp_path: Path) -> None:
    left = np.arange(-500, 500, dtype="<i2").tobytes()
    write_wav(tmp_path / "a.wav", [left])
    assert read_wav(tmp_path / "a.wav") == left
    write_wav(tmp_path / "b.wav", [left, left[:100]])
    assert len(read_wav(tmp_path / "b.wav")) == len(left)


@pytest.mark.parametrize("content", [None, b"", b"RIFF", b"not a wav at all"])
def test_what_is_no_wav_is_one_clear_line(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "x.wav"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AudioError, match=r"x\.wav: ") as error:
        read_wav(file)
    assert "\n" not in str(error.value)


# Desks of a call in memory.


async def listen(call: MemoryCall, seconds: float) -> list[tuple[float, Event]]:
    """What happens in so many virtual seconds, with the second, frames apart."""
    events: list[tuple[float, Event]] = []
    until = call.now + seconds
    while call.now < until - 0.001:
        event = await call.next_event()
        if not isinstance(event, Frame):
            events.append((round(call.now, 2), event))
        if isinstance(event, CallEnded):
            break
    return events


def desk(*schedule: tuple[float, Event]) -> MemoryCall:
    return MemoryCall(schedule=schedule)


async def test_a_desk_rings_and_answers_as_scheduled_in_step_with_its_caller() -> None:
    rung = desk((0.2, Ringing(180)), (3.0, Established("PCMA")), (5.0, Digit("1")))
    call = MemoryCall(on_dial=lambda _uri, _outgoing: rung)
    await call.answer()
    await listen(call, 1.0)
    outgoing = Outgoing("Ausweis", "0286112345", "from")
    leg = await call.dial("sip:300@pbx", outgoing)
    assert call.dialled == [("sip:300@pbx", outgoing)]
    assert call.free_legs == 0
    with pytest.raises(EndpointError, match="all legs are taken"):
        await call.dial("sip:301@pbx")
    heard = asyncio.create_task(listen(leg, 6.0))
    await listen(call, 4.0)
    assert abs(call.now - 1.0 - leg.now) < 0.1
    await listen(call, 4.0)
    assert await heard == [(0.2, Ringing(180)), (3.0, Established("PCMA")), (5.0, Digit("1"))]


async def test_a_desk_waits_for_nobody_when_its_caller_is_gone() -> None:
    rung = desk((2.0, CallEnded(486, "Busy Here")))
    call = MemoryCall(on_dial=lambda _uri, _outgoing: rung)
    leg = await call.dial("sip:300@pbx", ACCOUNT)
    call.caller_hangs_up()
    assert await listen(leg, 3.0) == [(2.0, CallEnded(486, "Busy Here"))]
    assert call.free_legs == 1
    # Once ended it stays so, and says why.
    await leg.hang_up()
    assert await leg.next_event() == CallEnded(486, "Busy Here")


async def test_without_desks_nothing_can_be_dialled() -> None:
    with pytest.raises(EndpointError, match="no desk is there"):
        await MemoryCall().dial("sip:300@pbx")


async def test_connecting_takes_the_desk_away() -> None:
    rung = desk((0.0, Established("PCMA")))
    call = MemoryCall(on_dial=lambda _uri, _outgoing: rung)
    leg = await call.dial("sip:300@pbx")
    await listen(leg, 0.1)
    await call.connect(leg, timeout=10)
    assert call.connects == [leg]
    assert await call.next_event() == TransferOutcome(TransferResult.CONNECTED, 200, "OK")
    assert leg.ended
    assert not call.ended


async def test_connecting_may_be_refused() -> None:
    refused = TransferOutcome(TransferResult.REFUSED, 405, "Method Not Allowed")
    rung = desk()
    call = MemoryCall(on_connect=lambda _other: refused, on_dial=lambda _uri, _outgoing: rung)
    leg = await call.dial("sip:300@pbx")
    await call.connect(leg, timeout=10)
    assert await call.next_event() == refused
    assert not leg.ended


async def test_bridged_calls_in_memory_hear_each_other() -> None:
    rung = desk()
    call = MemoryCall(on_dial=lambda _uri, _outgoing: rung)
    leg = await call.dial("sip:300@pbx")
    hello, moin, ours = (bytes([number]) * FRAME_BYTES for number in (1, 2, 3))
    call.play(ours)
    await call.bridge(leg)
    assert not call.playing
    call.say(hello)
    leg.say(moin)
    assert await call.next_event() == Frame(hello, SILENCE, pytest.approx(0.02))
    assert await leg.next_event() == Frame(moin, SILENCE, pytest.approx(0.02))
    assert leg.said == [hello]
    await call.next_event()
    assert call.said[-1] == moin
    leg.caller_hangs_up()
    call.play(ours)
    assert (await call.next_event()).played == ours  # type: ignore[union-attr]
    assert call.was_bridged


async def test_text_goes_along_with_a_transfer_in_memory() -> None:
    call = MemoryCall()
    await call.transfer("sip:300@pbx", timeout=1, user_to_user="Ausweis")
    assert (call.transfers, call.users_to_user) == (["sip:300@pbx"], ["Ausweis"])


async def test_a_call_in_memory_waits_for_what_is_to_happen() -> None:
    call = MemoryCall()
    await call.answer()
    await listen(call, 1.0)
    call.happens(0.5, Digit("7"))
    assert await listen(call, 1.0) == [(1.5, Digit("7"))]
