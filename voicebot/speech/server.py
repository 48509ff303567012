"""The speech process: recognition, synthesis and embeddings behind Wyoming, for as many lines as want it."""

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from voicebot.speech import wire
from voicebot.speech.connection import Connection
from voicebot.speech.engines import Engines, SpeechSettings, load_engines
from voicebot.speech.errors import SpeechError
from voicebot.speech.progress import Progress, silent

_log = logging.getLogger(__name__)

CONNECTIONS = 128
"""At most so many at once; four calls need a dozen."""
BACKLOG = 64


@dataclass(frozen=True)
class Listening:
    """What a speech process says of itself once it answers."""

    uri: str
    """With the port that was taken, where port 0 was asked for."""
    voices: str
    """One line for the operator: see Synthesizer.describe."""


class _Stopped(Exception):  # noqa: N818 - unwinds the loading thread
    pass


async def serve(
    uri: str,
    settings: SpeechSettings,
    *,
    ready: Callable[[Listening], None] | None = None,
    progress: Progress = silent,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve at `uri` (`unix:///path` or `tcp://host:port`) until SIGTERM, SIGINT or `stop`.

    The address is taken before the models are loaded, and answers after it: then `ready` is called.
    `progress` is called on another thread. Raises SpeechError (a wrong address, one in use) and ModelError.
    """
    be_nice(settings.nice)
    stop = stop or asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        listener, taken = stack.enter_context(_taken(wire.Address.parse(uri)))
        await stack.enter_async_context(_signals(stop))
        try:
            engines = await asyncio.to_thread(load_engines, settings, _until(stop, progress))
        except _Stopped:
            return
        try:
            await _answer(listener, engines, stop, taken, ready)
        finally:
            await asyncio.to_thread(engines.close)


def be_nice(increment: int) -> None:
    """Lower the priority of every thread this process has; those it starts later inherit it.

    On Linux niceness is a thread's, and numpy's threads are there before any code of ours runs.
    """
    if not increment:
        return
    for thread in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            number = int(thread.name)
            os.setpriority(os.PRIO_PROCESS, number, os.getpriority(os.PRIO_PROCESS, number) + increment)


def _until(stop: asyncio.Event, progress: Progress) -> Progress:
    def watched(label: str, done: int, total: int) -> None:
        if stop.is_set():
            raise _Stopped
        progress(label, done, total)

    return watched


async def _answer(
    listener: socket.socket,
    engines: Engines,
    stop: asyncio.Event,
    taken: str,
    ready: Callable[[Listening], None] | None,
) -> None:
    connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(connections) >= CONNECTIONS:
            _log.warning("%d connections are open, refused another", len(connections))
            writer.close()
            return
        task = asyncio.create_task(Connection(reader, writer, engines).run(), name="speech connection")
        connections[task] = writer
        task.add_done_callback(connections.pop)

    start = asyncio.start_unix_server if listener.family == socket.AF_UNIX else asyncio.start_server
    server = await start(accepted, sock=listener, limit=wire.HEADER_LIMIT, backlog=BACKLOG)
    try:
        if ready:
            ready(Listening(taken, engines.synthesizer.describe(engines.settings.languages)))
        await stop.wait()
    finally:
        server.close()
        held = dict(connections)
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        for writer in held.values():
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in held.values()), return_exceptions=True)


@contextlib.asynccontextmanager
async def _signals(stop: asyncio.Event) -> AsyncIterator[None]:
    """SIGTERM and SIGINT set `stop`, where this is the main thread."""
    loop = asyncio.get_running_loop()
    held = []
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.set)
            held.append(number)
    try:
        yield
    finally:
        for number in held:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def _taken(address: wire.Address) -> Iterator[tuple[socket.socket, str]]:
    """A bound socket that does not listen yet, and its URI."""
    if address.path is not None:
        with _taken_path(Path(address.path)) as listener:
            yield listener, f"unix://{address.path}"
        return
    try:
        family, kind, proto, _, where = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise SpeechError(f"the speech process cannot find the address {address.host}: {error}") from error
    with socket.socket(family, kind, proto) as listener:
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(where)
        except OSError as error:
            raise _refused(f"tcp://{address.host}:{address.port}", error) from error
        host = f"[{address.host}]" if ":" in address.host else address.host
        yield listener, f"tcp://{host}:{listener.getsockname()[1]}"


@contextlib.contextmanager
def _taken_path(path: Path) -> Iterator[socket.socket]:
    try:
        _clear_stale(path)
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(f"unix://{path}", error) from error
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.setblocking(False)
        try:
            listener.bind(str(path))
            path.chmod(0o660)
            ours = path.stat().st_ino
        except OSError as error:
            raise _refused(f"unix://{path}", error) from error
        try:
            yield listener
        finally:
            with contextlib.suppress(OSError):
                if path.stat().st_ino == ours:
                    path.unlink()


def _clear_stale(path: Path) -> None:
    """Remove a socket that nobody holds. Raises OSError (EADDRINUSE) for any other file."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise OSError(errno.EADDRINUSE, "there is a file of another kind")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise OSError(errno.EADDRINUSE, "another process listens there")


def _refused(uri: str, error: OSError) -> SpeechError:
    if error.errno == errno.EADDRINUSE:
        return SpeechError(f"{uri} is in use; stop the other process, or give another address for speech")
    return SpeechError(f"the speech process cannot listen at {uri}: {error.strerror or error}")
