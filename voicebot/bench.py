"""``voicebot bench``: what a caller feels, measured on real calls, beside the naive way in the same run.

The naive way takes the same utterances with a fixed 0.8 s end of turn, ``WhisperModel.transcribe`` at its defaults
after it, and synthesis of the whole reply after that; its stages are measured on this machine and added up.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from telephony.endpoint import Endpoint
from voicebot import console
from voicebot.caller import Caller, Desk, Scenario, Turn, telephone
from voicebot.pico import speak
from voicebot.ports import free_port
from voicebot.processes import end, events, spawn
from voicebot.speech.errors import SpeechError
from voicebot.speech.models import ModelStore

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
"""Turns of different length; none ends the call, so that one call holds many."""
TURNS_A_CALL = 5
NAIVE_END_OF_TURN_S = 0.8


@dataclass(frozen=True)
class Figures:
    """Seconds."""

    turns: list[tuple[str, float]]
    """What was said, and the latency of its reply."""
    greetings: list[float]
    naive: list[float]
    memory_mib: float


async def run_bench(folder: Path, options: argparse.Namespace) -> int:
    """Measure, print the table; 0 if the targets of one call on two cores hold."""
    figures = await _measure(folder, options)
    latencies = [latency for _, latency in figures.turns]
    median, worst = statistics.median(latencies), percentile(latencies, 95)
    slowest = sorted(figures.turns, key=lambda turn: -turn[1])[:3]
    naive = statistics.median(figures.naive)
    result = {
        "turns": len(latencies),
        "latency_median_s": round(median, 3),
        "latency_p95_s": round(worst, 3),
        "naive_median_s": round(naive, 3),
        "naive_p95_s": round(percentile(figures.naive, 95), 3),
        "times_faster": round(naive / median, 2),
        "greeting_median_s": round(statistics.median(figures.greetings), 3),
        "greeting_max_s": round(max(figures.greetings), 3),
        "memory_mib": round(figures.memory_mib),
        "unanswered": options.turns - len(latencies),
        "slowest": [[text, round(latency, 3)] for text, latency in slowest],
    }
    if options.json:
        console.print_json(result)
    else:
        _table(result)
    held = median <= 1.2 and worst <= 2.0 and max(figures.greetings) <= 0.5 and figures.memory_mib <= 1536
    return 0 if held else 1


def percentile(values: list[float], percent: float) -> float:
    return float(np.percentile(values, percent))


def _table(result: dict[str, Any]) -> None:
    print(f"caller's last sound to the bot's first, {result['turns']} turns at the caller's ear")
    print(f"{'':28}{'median':>9}{'95 %':>9}{'target':>16}")
    print(f"{'this bot':28}{result['latency_median_s']:8.2f}s{result['latency_p95_s']:8.2f}s     1.2 s / 2.0 s")
    print(f"{'the naive way':28}{result['naive_median_s']:8.2f}s{result['naive_p95_s']:8.2f}s")
    print(f"{'times faster':28}{result['times_faster']:9.2f}")
    print(f"{'greeting after the ACK':28}{result['greeting_median_s']:8.2f}s{result['greeting_max_s']:8.2f}s     0.5 s")
    print(f"{'memory of all processes':28}{result['memory_mib']:6} MiB{'':13}1536 MiB")
    print("slowest: " + ", ".join(f"{latency:.2f} s after „{text}“" for text, latency in result["slowest"]))
    if result["unanswered"]:
        print(f"turns without an answer: {result['unanswered']}")


async def _measure(folder: Path, options: argparse.Namespace) -> Figures:
    port = free_port()
    environ = {
        "VOICEBOT_SIP_HOST": "127.0.0.1",
        "VOICEBOT_SIP_UDP_PORT": str(port),
        "VOICEBOT_SIP_TCP_PORT": "0",
        "VOICEBOT_DATA_STATE_DIR": str(folder),
        "VOICEBOT_DATA_SPEAK_SAMPLES": "true",
    }
    replies: list[str] = []
    async with contextlib.AsyncExitStack() as stack:
        processes = []
        for arguments, piped in ((("speech",), False), (("line", "--journal"), True)):
            process = await spawn(*arguments, environ=environ, piped=piped)
            stack.push_async_callback(end, process)
            processes.append(process)
        opened = asyncio.Event()
        follower = asyncio.create_task(_follow(processes[1], opened, replies.append))
        stack.callback(follower.cancel)
        await _opened(opened, processes)
        codecs = tuple(codec.upper() for codec in options.codec or ("PCMA",))
        desk = Desk(lambda _what, _details: None, code=486, ring_s=0.1)
        endpoint = Endpoint(telephone("127.0.0.1", free_port(), 18_000, user="bench", codecs=codecs), desk.take)
        await endpoint.start()
        stack.push_async_callback(endpoint.stop)
        # The line is still preparing sentences for some seconds after it has opened.
        await asyncio.sleep(15)
        answered: list[tuple[str, float]] = []
        greetings: list[float] = []
        asked = [QUESTIONS[number % len(QUESTIONS)] for number in range(options.turns)]
        with console.Bars() as bars:
            for start in range(0, len(asked), TURNS_A_CALL):
                bars("turns", start, len(asked))
                turns = tuple(Turn(say=text) for text in asked[start : start + TURNS_A_CALL])
                # One more turn lets the last reply be heard to its end.
                scenario = Scenario("bench", (*turns, Turn(hang_up=True)), longest_s=60.0 * TURNS_A_CALL)
                caller = Caller(scenario, speak, lambda _what, _details: None)
                report = await caller.run(endpoint, f"sip:939@127.0.0.1:{port}")
                answered += [(turn.did, turn.latency_s) for turn in report.turns if turn.latency_s is not None]
                greetings += [report.greeting_s] if report.greeting_s is not None else []
            bars("turns", len(asked), len(asked))
        memory = sum(_memory_mib(process.pid) for process in processes)
    if not answered or not greetings:
        raise SpeechError("the bot answered no turn: there is nothing to report")
    with console.Bars() as bars:
        naive = await asyncio.to_thread(_naive, asked, replies, bars)
    return Figures(answered, greetings, naive, memory)


async def _follow(line: asyncio.subprocess.Process, opened: asyncio.Event, replied: Callable[[str], None]) -> None:
    async for event in events(line):
        if event["event"] == "open":
            opened.set()
        elif event["event"] == "says":
            replied(event["text"])


async def _opened(opened: asyncio.Event, processes: list[asyncio.subprocess.Process]) -> None:
    waiting = [asyncio.create_task(opened.wait()), *(asyncio.create_task(process.wait()) for process in processes)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    if not opened.is_set():
        raise SpeechError("a part of the bot did not start; its message stands above")


def _memory_mib(pid: int) -> float:
    """Resident memory of a process (proc(5))."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _naive(asked: list[str], replies: list[str], progress: Callable[[str, int, int], None]) -> list[float]:
    """The same turns the simple way: wait, recognise, then speak all of it; seconds a turn."""
    from faster_whisper import WhisperModel

    from voicebot.speech.synthesizer import Synthesizer

    store = ModelStore()
    model = WhisperModel(str(store.whisper("base")), device="cpu", compute_type="int8", cpu_threads=2)
    synthesizer = Synthesizer(store.chosen_voices(["de"], {}), cache_bytes=0)
    spoken = {text: np.frombuffer(speak(text), dtype="<i2").astype(np.float32) / 32768 for text in set(asked)}
    texts = [reply for reply in replies if reply] or ["Guten Tag"]
    seconds = []
    for number, question in enumerate(asked):
        progress("the naive way", number, len(asked))
        began = time.monotonic()
        segments, _ = model.transcribe(spoken[question])
        " ".join(segment.text for segment in segments)
        b"".join(synthesizer.synthesize(texts[number % len(texts)], "de"))
        seconds.append(NAIVE_END_OF_TURN_S + time.monotonic() - began)
    progress("the naive way", len(asked), len(asked))
    return seconds
