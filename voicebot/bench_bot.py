"""The bot that benchmarks ring: a real speech and a real line process, and what the line's journal says."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from telephony.settings import MAX_CALLS
from voicebot.demo import OFFICE_HOURS
from voicebot.ports import free_port
from voicebot.processes import end, events, spawn
from voicebot.speech.errors import SpeechError

RTP_PORT = 26_000
"""Apart from those of a line with default settings, which may be serving on this machine."""
QUESTIONS = (
    "Was kostet ein Reisepass?",
    "Wie melde ich mein Gewerbe an?",
    "Wann hat das Bürgerbüro geöffnet?",
    "Ich habe meinen Ausweis verloren, was muss ich jetzt tun?",
    "Was kostet die Hundesteuer?",
    "Ich bin umgezogen und möchte mich ummelden.",
    "Nein.",
    "Wo kann ich Sperrmüll anmelden?",
    "Welche Unterlagen brauche ich für die Eheschließung?",
    "Ich brauche eine Geburtsurkunde.",
)
"""Of different length."""


class Bot:
    """A line process that runs on loopback, with its speech process."""

    def __init__(self, port: int, speech: asyncio.subprocess.Process, line: asyncio.subprocess.Process) -> None:
        self.port = port
        self.speech = speech
        self.line = line
        self.journal: list[dict[str, Any]] = []
        self._news = asyncio.Condition()

    def events(self, event: str, call: str = "", since: float = 0.0) -> list[dict[str, Any]]:
        """What happened so far; ``call`` is a Call-ID, ``since`` wall clock seconds."""
        return [
            each
            for each in self.journal
            if each["event"] == event and call in ("", each["call"]) and each["at"] >= since
        ]

    async def wait_until(self, reached: Callable[[], object], limit_s: float) -> bool:
        """Whether it became true within that time; asked again with every event."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s), self._news:
                await self._news.wait_for(reached)
        return bool(reached())

    def memory_mib(self) -> float:
        """Resident memory of both processes (proc(5))."""
        return sum(_memory_mib(process.pid) for process in (self.speech, self.line))

    async def follow(self) -> None:
        async for event in events(self.line):
            async with self._news:
                self.journal.append(event)
                self._news.notify_all()


def _memory_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextlib.asynccontextmanager
async def running_bot(folder: Path, environ: Mapping[str, str] | None = None) -> AsyncIterator[Bot]:
    """Start both processes with a state folder of their own, and end them. Raises SpeechError."""
    port = free_port()
    ours = {
        "VOICEBOT_SIP_HOST": "127.0.0.1",
        "VOICEBOT_SIP_UDP_PORT": str(port),
        "VOICEBOT_SIP_TCP_PORT": "0",
        "VOICEBOT_SIP_RTP_PORT": str(RTP_PORT),
        "VOICEBOT_SIP_CALLERS_PER_PROCESS": str(MAX_CALLS),
        "VOICEBOT_DATA_STATE_DIR": str(folder),
        "VOICEBOT_DATA_SPEAK_SAMPLES": "true",
        **(environ or {}),
    }
    async with contextlib.AsyncExitStack() as stack:
        processes = []
        for arguments, piped in ((("speech",), False), (("line", "--journal", "--at", OFFICE_HOURS), True)):
            process = await spawn(*arguments, environ=ours, piped=piped)
            stack.push_async_callback(end, process)
            processes.append(process)
        bot = Bot(port, *processes)
        follower = asyncio.create_task(bot.follow())
        stack.callback(follower.cancel)
        opened = asyncio.create_task(bot.wait_until(lambda: bot.events("open"), float("inf")))
        waiting = [opened, *(asyncio.create_task(process.wait()) for process in processes)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        if not bot.events("open"):
            raise SpeechError("a part of the bot did not start; its message stands above")
        yield bot
