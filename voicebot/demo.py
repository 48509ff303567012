"""``voicebot demo``: the whole path on loopback, with real SIP and RTP between real processes.

A caller with the Pico voice rings the bot, asks, is answered, says yes, and is transferred by REFER to a desk
phone. What each process reports is printed while it happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from pathlib import Path

from voicebot import console
from voicebot.ports import free_port
from voicebot.processes import end, events, spawn
from voicebot.speech.downloads import hub_answers
from voicebot.speech.errors import ModelError
from voicebot.speech.models import ModelStore

VOICE = "de_DE-thorsten-medium"
EXTENSION = "300"
QUESTIONS = ("Was brauche ich für einen neuen Personalausweis?", "Ja, bitte verbinden.")
OFFICE_HOURS = "2026-11-25T10:00"
"""A Wednesday: the demo is played at any time, and outside of opening hours nobody would be rung."""
LIMIT_S = 600.0
"""The whole demo, with model assembly on a slow machine."""


class _Script:
    """Prints the conversation, and keeps what decides whether the demo succeeded."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self.desk_ready = asyncio.Event()
        self.desk_talked = False
        self.outcome = ""
        self._began = 0.0

    def line(self, who: str, text: str, seconds: float | None = None) -> None:
        at = f"{time.monotonic() - self._began:6.2f} s" if self._began else " " * 8
        took = f"  [{seconds:.2f} s]" if seconds is not None else ""
        console.out.print(f"{at}  {who:8} {text}{took}", markup=False)

    async def follow_line(self, process: asyncio.subprocess.Process) -> None:
        async for event in events(process):
            match event["event"]:
                case "open":
                    self.ready.set()
                case "says":
                    self.line("Bot", event["text"])
                case "heard":
                    self.line("", f"verstanden: „{event['text']}“", event["recognition_s"])
                    what = f"{event['intent']} {event['service'] or ''} {event['aspect'] or ''}".strip()
                    self.line("", f"gedeutet: {what}", event["understanding_s"])
                case "transfer" if event["method"] == "blind":
                    self.line("Bot", f"REFER an {event['target']}")
                case "transfer":
                    self.line("Bot", f"ruft {event['target']} an")
                case "desk_key":
                    self.line("Desk", f"drückt die {event['digit']}")
                case "joined":
                    self.line("Bot", "REFER mit Replaces: Anrufer und Durchwahl sprechen miteinander")
                case "transfer_progress":
                    self.line("", f"NOTIFY {event['code']} {event['reason']}")
                case "transfer_outcome":
                    self.outcome = event["result"]
                    told = f"NOTIFY {event['code']}" if event["code"] else "Leitung zum Desk übernommen"
                    self.line("", f"{told}: {event['result']}")

    async def follow_desk(self, process: asyncio.subprocess.Process) -> None:
        async for event in events(process):
            match event["event"]:
                case "ready":
                    self.desk_ready.set()
                case "rings":
                    self.line("Desk", f"Durchwahl {event['extension']} klingelt")
                case "talks":
                    self.desk_talked = True
                    self.line("Desk", "nimmt ab und hört, worum es geht")
                case "replaced":
                    self.line("Desk", "Gespräch verbunden")

    async def follow_caller(self, process: asyncio.subprocess.Process) -> None:
        async for event in events(process):
            match event["event"]:
                case "dialled":
                    self._began = time.monotonic()
                    self.line("Anrufer", f"wählt {event['uri']}, als wäre es Mittwoch, zehn Uhr")
                case "established":
                    self.line("", f"Verbindung steht, Codec {event['codec']}")
                case "greeted":
                    self.line("", "erster Ton der Begrüßung nach dem ACK", event["after_s"])
                case "does" if event["say"]:
                    self.line("Anrufer", event["say"])
                case "answered":
                    self.line("", "erster Ton der Antwort nach dem letzten Ton des Anrufers", event["after_s"])
                case "ended":
                    self.line("", "die Leitung zum Bot ist beendet")


async def run_demo(wav: Path, say: list[str] | None, *, fetch: bool) -> int:
    """Play the demo; 0 only if the caller talked to the desk at the end."""
    if fetch:
        await _better_voice()
    with tempfile.TemporaryDirectory(prefix="voicebot-demo-") as folder:
        try:
            async with asyncio.timeout(LIMIT_S):
                return await _play(Path(folder), wav, tuple(say) if say else QUESTIONS)
        except TimeoutError:
            console.note(f"the demo did not end within {LIMIT_S:.0f} s")
            return 1


async def _better_voice() -> None:
    """A German Piper voice, where the hub answers quickly; without it the Pico voice speaks."""
    store = ModelStore()
    if VOICE in store.installed_voices():
        return
    if not await asyncio.to_thread(hub_answers, 3.0):
        return
    with console.Bars() as bars:
        try:
            await asyncio.to_thread(store.fetch_voice, VOICE, bars)
        except ModelError as error:
            console.note(f"{error}; going on with the voice that is there")


async def _play(folder: Path, wav: Path, questions: tuple[str, ...]) -> int:
    sip, desk_port = free_port(), free_port()
    environ = {
        "VOICEBOT_SIP_HOST": "127.0.0.1",
        "VOICEBOT_SIP_UDP_PORT": str(sip),
        "VOICEBOT_SIP_TCP_PORT": "0",
        "VOICEBOT_TRANSFER_HOST": f"127.0.0.1:{desk_port}",
        "VOICEBOT_DATA_STATE_DIR": str(folder),
        "VOICEBOT_DATA_SPEAK_SAMPLES": "true",
    }
    scenario = folder / "demo.toml"
    scenario.write_text("".join(f'[[turn]]\nsay = """{text}"""\n' for text in questions), encoding="utf-8")
    script = _Script()
    async with contextlib.AsyncExitStack() as stack:

        async def start(*arguments: str, piped: bool = True) -> asyncio.subprocess.Process:
            process = await spawn(*arguments, environ=environ, piped=piped)
            stack.push_async_callback(end, process)
            return process

        speech = await start("speech", piped=False)
        line = await start("line", "--journal", "--at", OFFICE_HOURS)
        desk = await start("desk", "--port", str(desk_port))
        followers = [
            asyncio.create_task(script.follow_line(line)),
            asyncio.create_task(script.follow_desk(desk)),
        ]
        stack.callback(lambda: [follower.cancel() for follower in followers])
        await _until_ready([speech, line, desk], script)
        caller = await start(
            "call", str(scenario), "--to", f"sip:939@127.0.0.1:{sip}", "--events", "--wav", str(folder)
        )
        await script.follow_caller(caller)
        status = await caller.wait()
        # The bot's and the desk's last words may still be in their pipes.
        await end(line)
        await end(desk)
        await asyncio.wait(followers, timeout=5)
    recording = folder / "demo.wav"
    if recording.exists():
        await asyncio.to_thread(_move, recording, wav)
    return _verdict(script, status, wav)


async def _until_ready(processes: list[asyncio.subprocess.Process], script: _Script) -> None:
    async def both() -> None:
        await script.ready.wait()
        await script.desk_ready.wait()

    async def ends(process: asyncio.subprocess.Process) -> None:
        await process.wait()

    waiting = [asyncio.create_task(both()), *(asyncio.create_task(ends(process)) for process in processes)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    if not (script.ready.is_set() and script.desk_ready.is_set()):
        raise ModelError("a part of the demo did not start; its message stands above")


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())


def _verdict(script: _Script, caller_status: int, wav: Path) -> int:
    arrived = script.desk_talked and script.outcome == "connected" and caller_status == 0
    console.out.print()
    console.out.print(f"Aufnahme: {wav} (links der Anrufer, rechts der Bot)", markup=False)
    if not arrived:
        console.out.print("Die Weiterleitung ist nicht angekommen.")
        return 1
    console.out.print("Die Weiterleitung ist angekommen.")
    console.out.print(
        "Selbst anrufen: `voicebot serve` starten und mit einem Softphone ohne Anmeldung\n"
        "sip:939@<Adresse dieses Rechners>:5060 wählen (bei baresip zum Beispiel: /dial sip:939@127.0.0.1).\n"
        "Zum Weiterleiten muss dort eine Telefonanlage antworten; als Ersatz dient `voicebot desk --port 5070`\n"
        "mit VOICEBOT_TRANSFER_HOST=127.0.0.1:5070.",
        markup=False,
    )
    return 0
