"""Events that are malformed or beyond the limits, and the events that are ours."""

import asyncio

import numpy as np
import pytest

from voicebot.speech import wire
from voicebot.speech.errors import ProtocolError, SpeechError


async def read(data: bytes, *, eof: bool = True) -> object:
    reader = asyncio.StreamReader(limit=wire.HEADER_LIMIT)
    reader.feed_data(data)
    if eof:
        reader.feed_eof()
    return await wire.read_event(reader)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"[]\n",
        b"{}\n",
        b'{"type": 3}\n',
        b'{"type": "x", "data": []}\n',
        b'{"type": "x", "data_length": 2}\n[]',
        b'{"type": "x", "payload_length": 99999999999}\n',
        b'{"type": "x", "payload_length": -1}\n',
        b'{"type": "x", "data_length": "many"}\n',
        b"\xff\xfe\n",
        b"[" * 60_000 + b"\n",
        b" " * 70_000 + b"\n",
    ],
)
async def test_malformed(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        await read(data, eof=False)


@pytest.mark.parametrize("data", [b"", b'{"type": "x", "data_length": 9}\n{', b'{"type": "x", "payload_length": 9}\n'])
async def test_the_stream_ends(data: bytes) -> None:
    assert await read(data) is None


def test_embedding_round_trip() -> None:
    vectors = np.arange(12, dtype=np.float32).reshape(3, 4)
    event = wire.embedding_event(vectors)
    assert event.data == {"count": 3, "dim": 4}
    assert event.payload is not None
    assert event.payload[:8] == b"\0\0\0\0\0\0\x80\x3f"
    np.testing.assert_array_equal(wire.vectors_of(event), vectors)


def test_embedding_of_another_size() -> None:
    event = wire.embedding_event(np.zeros((3, 4), dtype=np.float32))
    event.data["count"] = 4
    with pytest.raises(ProtocolError):
        wire.vectors_of(event)


def test_addresses() -> None:
    assert wire.Address.parse("unix:///run/speech.sock").path == "/run/speech.sock"
    assert wire.Address.parse("tcp://127.0.0.1:10300") == wire.Address(host="127.0.0.1", port=10300)
    assert wire.Address.parse("tcp://[::1]:10300").host == "::1"
    for wrong in ("", "speech.sock", "tcp://host", "tcp://host:99999", "http://host:1", "unix://"):
        with pytest.raises(SpeechError, match="no speech address"):
            wire.Address.parse(wrong)
