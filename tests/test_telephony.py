"""Telephony without a network: SDP, events, the player, resampling, WAV files."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from telephony import sdp
from telephony.audio import FRAME_BYTES, SILENCE, AudioError, Resampler, level_dbm0, read_wav, resample, write_wav
from telephony.call import EventQueue
from telephony.events import CallEnded, Digit, Frame, TransferResult, transfer_result
from telephony.player import Player

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
