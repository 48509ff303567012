"""How the examples of :mod:`voicebot.understanding.misheard` are made: spoken on bad lines, and heard by Whisper.

Nothing here is what ``voicebot evaluate`` measures with. Its caller is SVOX Pico's German voice in the noise of a
street; here eSpeak NG's variants speak, and Pico's voice as of other throats, in noise of three colours.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import local
from zlib import crc32

import numpy as np

from voicebot import espeak, pico
from voicebot.catalogue.city import City
from voicebot.evaluation.noise import Samples, coloured
from voicebot.evaluation.spoken import NARROW, through_telephone
from voicebot.speech.recognizer import Recognizer
from voicebot.speech.voices import PICO_VOICES
from voicebot.understanding.matching import OFF_TOPIC, content
from voicebot.understanding.misheard import Misheard
from voicebot.understanding.phrasebook import phrasebook

VARIANTS = ("f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7")
"""Of eSpeak NG's voices."""
_PITCHES, _WORDS_A_MINUTE = (30, 70), (135, 185)
_SHARE_OF_ESPEAK = 0.4
_THROATS = (0.82, 0.87, 0.92, 1.1, 1.16, 1.22)
"""What Pico's pitch and formants are multiplied by."""
_TEMPI = (0.85, 1.15)
_COLOURS = {"brown": 2.0, "pink": 1.0, "white": 0.0}
"""By what power of the frequency the noise's falls."""
_ESPEAK_SNR, _PICO_SNR = (16.0, 32.0), (8.0, 20.0)
"""Decibels. Whisper understands eSpeak NG less than people, and less in noise."""
_WHITE_SNR = 3.0
"""How much weaker noise is that lies as high as speech, so that it disturbs as much as brown noise."""
_PIECES = 97
"""Of the noise, of which each sentence has one."""
_UNLIKELY = -1.3
"""Mean log probability a token below which Whisper has made the words up."""
_SERVICES_FOR_OFF_TOPIC = 12
"""Examples for each off-topic sentence that is spoken, too: noise must not turn small talk into a wish."""

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Line:
    """How one sentence is said, and over what."""

    voice: str
    """A variant of eSpeak NG's voice, or empty for Pico's."""
    pitch: int
    words_a_minute: int
    throat: float
    tempo: float
    colour: str
    snr: float


def line_of(text: str, language: str) -> Line:
    """The same for the same text, whatever else is spoken."""
    chance = random.Random(crc32(text.encode()))
    is_espeak = chance.random() < _SHARE_OF_ESPEAK or language not in PICO_VOICES
    colour = chance.choice(list(_COLOURS))
    snr = chance.uniform(*(_ESPEAK_SNR if is_espeak else _PICO_SNR))
    return Line(
        voice=chance.choice(VARIANTS) if is_espeak else "",
        pitch=chance.randint(*_PITCHES),
        words_a_minute=chance.randint(*_WORDS_A_MINUTE),
        throat=chance.choice(_THROATS),
        tempo=chance.uniform(*_TEMPI),
        colour=colour,
        snr=snr if colour == "brown" else snr + _WHITE_SNR,
    )


def sentences(city: City, language: str) -> list[tuple[str, str]]:
    """Service and text of all that is to be said, services in turn, so that a part of it is a sample of all."""
    examples = [
        [(service.key, each.text) for each in service.examples if each.language == language]
        for service in city.services.values()
    ]
    longest = max(map(len, examples), default=0)
    about = [each[place] for place in range(longest) for each in examples if place < len(each)]
    elsewhere = phrasebook(language).off_topic[: len(about) // _SERVICES_FOR_OFF_TOPIC]
    return [*about, *((OFF_TOPIC, text) for text in elsewhere)]


def mishear(
    said: Sequence[tuple[str, str]], known: Sequence[Misheard], language: str, model: Path, told: Told
) -> Iterator[Misheard]:
    """What is written of each sentence; those that ``known`` has come first, and are not said again.

    So whoever stops it loses none of them. Raises AudioError where eSpeak NG is missing.
    """
    noises = {name: coloured(NARROW, power) for name, power in _COLOURS.items()}
    before = {(row.service, row.text): row for row in known}
    said = sorted(said, key=lambda sentence: sentence not in before)
    own = local()

    def heard(sentence: tuple[str, str]) -> Misheard:
        if sentence in before:
            return before[sentence]
        if not hasattr(own, "recognizer"):
            own.recognizer = Recognizer(model, 1, languages=(language,))
        return Misheard(*sentence, _heard(own.recognizer, sentence[1], language, noises))

    pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="mishearing")
    try:
        for done, row in enumerate(pool.map(heard, said), start=1):
            yield row
            told(done, len(said))
    finally:
        pool.shutdown(cancel_futures=True)


def _heard(recognizer: Recognizer, text: str, language: str, noises: Mapping[str, Samples]) -> str:
    line = line_of(text, language)
    piece = crc32(text.encode()) % _PIECES
    pcm = through_telephone(_spoken(text, language, line), noises[line.colour], line.snr, piece)
    written = recognizer.transcribe(pcm, language=language, languages=(language,), beam=1)
    _, likelihood = written.hypotheses[0] if written.hypotheses else ("", _UNLIKELY)
    is_other = content(written.text) != content(text)
    return written.text.strip() if is_other and likelihood > _UNLIKELY else ""


def _spoken(text: str, language: str, line: Line) -> bytes:
    if line.voice:
        voice = f"{language}+{line.voice}"
        return espeak.speak(text, voice, pitch=line.pitch, words_a_minute=line.words_a_minute)
    return _transposed(pico.speak(text, PICO_VOICES[language], line.tempo), line.throat)


def _transposed(pcm: bytes, factor: float) -> bytes:
    """Played faster or slower: pitch and formants move together, as from a shorter or a longer throat."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    places = np.arange(int(len(samples) / factor)) * factor
    moved = np.interp(places, np.arange(len(samples)), samples).astype("<i2")
    return bytes(moved.tobytes())
