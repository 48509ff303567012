"""The Wyoming protocol with bounds, and the three event types that are ours.

An event is one line of JSON, then `data_length` bytes of JSON, then `payload_length` bytes
(https://github.com/OHF-Voice/wyoming). The package's own reader takes whatever length the line announces, so
a single line could make a process reserve gigabytes; this one refuses.
"""

import asyncio
import contextlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlparse

import numpy as np
from numpy.typing import NDArray
from wyoming.event import Event, async_write_event

from voicebot.speech.audio_store import Prepared
from voicebot.speech.errors import ProtocolError, SpeechError

HEADER_LIMIT = 64 * 1024
DATA_LIMIT = 1024 * 1024
PAYLOAD_LIMIT = 4 * 1024 * 1024

SAMPLE_RATE = 16_000
"""Hertz. All audio on our side of the wire is 16-bit signed little-endian, mono."""
SAMPLE_WIDTH = 2
"""Bytes."""
CHUNK_BYTES = SAMPLE_RATE * SAMPLE_WIDTH // 10
"""100 ms: the longest audio chunk we send."""

PREPARE = "prepare"
"""Set in a synthesize event's context: have the speech ready, and send none of it back but `prepared`."""


@dataclass(frozen=True)
class Address:
    """Where a speech process listens: a Unix socket's `path`, or `host` and `port`."""

    path: str | None = None
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, uri: str) -> "Address":
        """`unix:///run/voicebot/speech.sock` or `tcp://127.0.0.1:10300`. Raises SpeechError."""
        parts = urlparse(uri)
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme == "unix" and parts.path:
            return cls(path=parts.netloc + parts.path)
        if parts.scheme == "tcp" and parts.hostname and port is not None:
            return cls(host=parts.hostname, port=port)
        raise SpeechError(f"{uri!r} is no speech address; give unix:///path/to/socket or tcp://host:port")

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection. Raises OSError."""
        if self.path is not None:
            return await asyncio.open_unix_connection(self.path, limit=HEADER_LIMIT)
        return await asyncio.open_connection(self.host, self.port, limit=HEADER_LIMIT)


async def read_event(reader: asyncio.StreamReader) -> Event | None:
    """The next event, or None at the end of the stream. Raises ProtocolError if malformed or too long."""
    try:
        line = await reader.readline()
        if not line:
            return None
        header = json.loads(line)
        if not isinstance(header, dict) or not isinstance(header.get("type"), str):
            raise ProtocolError("an event is a line of JSON with a type")
        data = header.get("data")
        data = {} if data is None else data
        if not isinstance(data, dict):
            raise ProtocolError("an event's data is a JSON object")
        if length := _length(header, "data_length", DATA_LIMIT):
            more = json.loads(await reader.readexactly(length))
            if not isinstance(more, dict):
                raise ProtocolError("an event's data is a JSON object")
            data.update(more)
        payload = None
        if length := _length(header, "payload_length", PAYLOAD_LIMIT):
            payload = await reader.readexactly(length)
    except asyncio.IncompleteReadError:
        return None
    except (ValueError, RecursionError) as error:
        raise ProtocolError("an event could not be read as JSON, or its first line is too long") from error
    return Event(type=header["type"], data=data, payload=payload)


def _length(header: dict[str, Any], key: str, limit: int) -> int:
    value = header.get(key) or 0
    if not isinstance(value, int) or not 0 <= value <= limit:
        raise ProtocolError(f"{key} must be a whole number up to {limit}")
    return value


async def write_event(writer: asyncio.StreamWriter, event: Event) -> None:
    """Send one event and wait until the peer takes it. Raises OSError when the connection is gone."""
    await async_write_event(event, writer)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close a connection and wait for it, at most a second."""
    writer.close()
    try:
        async with asyncio.timeout(1.0):
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    except TimeoutError:
        writer.transport.abort()


def embed_event(texts: list[str]) -> Event:
    """Ask for the embeddings of `texts`."""
    return Event(type="embed", data={"texts": texts})


def embedding_event(vectors: NDArray[np.float32]) -> Event:
    """Embeddings of shape (count, dim), as little-endian float32 in the payload, row after row."""
    count, dim = vectors.shape
    return Event(
        type="embedding",
        data={"count": count, "dim": dim},
        payload=vectors.astype("<f4", copy=False).tobytes(),
    )


def vectors_of(event: Event) -> NDArray[np.float32]:
    """The array of an `embedding` event, shape (count, dim). Raises ProtocolError when the sizes disagree."""
    count, dim = event.data.get("count"), event.data.get("dim")
    payload = event.payload or b""
    if not isinstance(count, int) or not isinstance(dim, int) or count < 0 or len(payload) != 4 * count * dim:
        raise ProtocolError("an embedding's payload does not have count × dim values")
    return np.frombuffer(payload, dtype="<f4").reshape(count, dim).astype(np.float32)


def prepared_event(prepared: Prepared) -> Event:
    """The answer to a synthesize event with :data:`PREPARE`."""
    return Event(type="prepared", data=asdict(prepared))


def prepared_of(event: Event) -> Prepared:
    """What a `prepared` event says. Raises ProtocolError."""
    values = {field.name: event.data.get(field.name) for field in fields(Prepared)}
    if not all(isinstance(value, int) and value >= 0 for value in values.values()):
        raise ProtocolError("a prepared event has whole numbers only")
    return Prepared(**values)
