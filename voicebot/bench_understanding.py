"""``voicebot bench understanding``: how long a question takes, for this city and for far larger ones.

Only the time counts here, not what is found: a search takes as long whatever vectors and weights are, so they are
random ones, and nobody waits for hundreds of thousands of texts to be embedded and learned from. The question itself is
embedded as on a call.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot import console
from voicebot.ask import load_router
from voicebot.bench_bot import QUESTIONS
from voicebot.catalogue.city import ASPECTS, City, Service
from voicebot.catalogue.csvfile import DataError
from voicebot.cli import UsageError
from voicebot.evaluation.measures import Times, times
from voicebot.knowledge import Comprehension
from voicebot.settings import Settings
from voicebot.speech.embedder import Embedder
from voicebot.speech.embedding_cache import DIM
from voicebot.understanding.learned import Classifier
from voicebot.understanding.understander import Trained, Understander, texts_to_embed

LARGE = 2_000
TARGETS = ((300, 0.060), (LARGE, 0.080))
"""Services, and seconds that a question may take in the median, with its embedding."""
_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxz"


@dataclass(frozen=True)
class Timing:
    services: int
    words: Times
    """Matching by words and sound alone."""
    whole: Times
    """Matching with the embedding, and making the embedding."""
    ready_s: float
    """To make the city ready, without embedding its questions and learning from them, which is kept."""

    @property
    def target_s(self) -> float | None:
        """Seconds; None for more services than any target speaks of."""
        return next((seconds for services, seconds in TARGETS if self.services <= 1.3 * services), None)

    @property
    def is_missed(self) -> bool:
        return self.target_s is not None and self.whole.median > self.target_s


def run_bench_understanding(settings: Settings, options: argparse.Namespace) -> int:
    """Measure, print the table; 0 if the targets hold. Raises DataError, UsageError."""
    if options.turns < 1:
        raise UsageError(f"--turns {options.turns}: at least 1")
    city = load_router(settings).city
    sizes = [city]
    if options.services:
        sizes.append(with_services(city, read_services(options.services, city)))
    sizes.append(grown(sizes[-1], LARGE))
    asked = [QUESTIONS[number % len(QUESTIONS)] for number in range(options.turns)]
    if not options.json:
        _headline(len(asked))
    timings = []
    for timing in _measure(sizes, asked, settings.speech.threads):
        timings.append(timing)
        if not options.json:
            _row(timing)
    if options.json:
        console.print_json({"questions": len(asked), "cities": [_json(timing) for timing in timings]})
    return 1 if any(timing.is_missed for timing in timings) else 0


def read_services(file: Path, city: City) -> list[Service]:
    """Services of another city from a JSON list of objects with ``name`` and ``keywords``.

    :raises DataError: the file cannot be read or has another shape
    """
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
        return [_service(f"other-{number}", entry, city) for number, entry in enumerate(entries)]
    except (OSError, ValueError) as error:
        raise DataError([f"{file}: nicht lesbar ({error})"]) from None
    except (KeyError, TypeError, AttributeError):
        raise DataError([f"{file}: erwartet wird eine Liste von Einträgen mit „name“ und „keywords“"]) from None


def _service(key: str, entry: dict[str, Any], city: City) -> Service:
    return Service(key, {"de": entry["name"].strip()}, city.switchboard, "", tuple(map(str, entry["keywords"])))


def with_services(city: City, services: Sequence[Service]) -> City:
    return replace(city, services={**city.services, **{service.key: service for service in services}})


def grown(city: City, size: int) -> City:
    """The city with at least ``size`` services: its own again and again, in words that no other has."""
    return with_services(city, list(_copies(list(city.services.values()), size - len(city.services))))


def _copies(services: Sequence[Service], wanted: int) -> Iterator[Service]:
    for turn in count(1):
        for service in services:
            if wanted <= 0:
                return
            wanted -= 1
            yield replace(
                service,
                key=f"{service.key}-{turn}",
                names={language: changed(name, turn) for language, name in service.names.items()},
                keywords=tuple(changed(keyword, turn) for keyword in service.keywords),
                examples=tuple(replace(each, text=changed(each.text, turn)) for each in service.examples),
                facts=(),
            )


def changed(text: str, turn: int) -> str:
    """Long words with other letters, so that they stay as long and as speakable: a larger town has more words."""

    def change(word: re.Match[str]) -> str:
        lower = word[0].lower()
        return "".join(_rotated(_rotated(letter, _VOWELS, turn), _CONSONANTS, turn) for letter in lower)

    return re.sub(r"\w{5,}", change, text)


def _rotated(letter: str, letters: str, turn: int) -> str:
    place = letters.find(letter)
    return letter if place < 0 else letters[(place + turn) % len(letters)]


def _measure(cities: Sequence[City], asked: Sequence[str], threads: int) -> Iterator[Timing]:
    """One after the other: the largest takes longest, and the others need not wait to be shown."""
    embedder = Embedder()

    async def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return embedder.embed(texts)

    for city in cities:
        vectors, trained = _random_vectors(len(texts_to_embed(city))), _unlearned(city)
        words = asyncio.run(_ask_all(Comprehension(Understander(city, None, trained), None), asked))
        began = time.perf_counter()
        understander = Understander(city, vectors, trained)
        ready = time.perf_counter() - began
        whole = asyncio.run(_ask_all(Comprehension(understander, embed), asked))
        yield Timing(len(city.services), words, whole, ready)


def _unlearned(city: City) -> Trained:
    """Of the size that :func:`.train` gives."""
    off_topic, no_aspect = 1, 1
    services = Classifier.unlearned(len(city.services) + off_topic, DIM)
    return Trained(services, Classifier.unlearned(len(ASPECTS) + no_aspect, DIM))


def _random_vectors(texts: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(0).standard_normal((texts, DIM), np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


async def _ask_all(comprehension: Comprehension, asked: Sequence[str]) -> Times:
    seconds = []
    # The first one pays for what is loaded when it is first used.
    for number, text in enumerate([asked[0], *asked]):
        began = time.perf_counter()
        await comprehension.understand(text, "de", expecting=None, last_service=None)
        if number:
            seconds.append(time.perf_counter() - began)
    taken = times(seconds)
    assert taken is not None
    return taken


def _json(timing: Timing) -> dict[str, Any]:
    return {
        "services": timing.services,
        "words_median_s": round(timing.words.median, 4),
        "words_p95_s": round(timing.words.p95, 4),
        "median_s": round(timing.whole.median, 4),
        "p95_s": round(timing.whole.p95, 4),
        "target_s": timing.target_s,
        "ready_s": round(timing.ready_s, 2),
    }


def _headline(questions: int) -> None:
    print(f"understanding one of {questions} questions: median / 95 %")
    print(
        f"{'services':>8}{'words and sound':>22}{'with embedding':>22}{'target':>10}{'made ready in':>16}", flush=True
    )


def _row(timing: Timing) -> None:
    target = f"{1000 * timing.target_s:.0f} ms" if timing.target_s else ""
    words, whole = (f"{1000 * each.median:.0f} / {1000 * each.p95:.0f} ms" for each in (timing.words, timing.whole))
    missed = "   MISSED" if timing.is_missed else ""
    print(f"{timing.services:8}{words:>22}{whole:>22}{target:>10}{timing.ready_s:14.1f} s{missed}", flush=True)
