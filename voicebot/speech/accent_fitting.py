"""How the layer of :mod:`voicebot.speech.accents` is fitted: to voices of eSpeak NG on a telephone.

They speak a city's example questions in each language, and sentences in languages that the layer must leave alone.
eSpeak NG's own voice of each language is left out: it speaks where the result is measured.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from voicebot import espeak
from voicebot.catalogue.city import City
from voicebot.evaluation.spoken import first_turn, through_telephone
from voicebot.speech.accents import OTHER, Accents, Floats, pooled
from voicebot.speech.recognizer import Recognizer

VARIANTS = ("f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "croak", "whisper")
"""Of eSpeak NG's voices."""
PITCHES, WORDS_A_MINUTE = (30, 70), (140, 200)
SENTENCES = 280
"""A language, where there are so many."""
_LENGTHS = (28, 130)
"""Letters of a sentence."""
_DECAY, _STEPS, _RATE = 3e-3, 400, 3e-3
_FOLDS = 5

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Utterance:
    """A sentence to be spoken."""

    language: str
    """One of the languages to tell apart, or :data:`.OTHER`."""
    text: str
    voice: str
    pitch: int
    words_a_minute: int


@dataclass(frozen=True)
class Kept:
    """What came out for voices never heard."""

    right: float
    """Share of the utterances in a language to be told."""
    utterances: int


def utterances(city: City, languages: Sequence[str]) -> list[Utterance]:
    """What is spoken, the same every time."""
    chance = random.Random(77)
    texts = {language: _examples(city, language) for language in languages}
    found = [
        (language, language, text)
        for language, all_ in texts.items()
        for text in chance.sample(all_, min(SENTENCES, len(all_)))
    ]
    listed = resources.files("voicebot.speech").joinpath("other_languages.csv").read_text(encoding="utf-8")
    others = [(OTHER, row["language"], row["text"]) for row in csv.DictReader(listed.splitlines())]
    spoken = [
        Utterance(
            owner,
            text,
            f"{language}+{chance.choice(VARIANTS)}",
            chance.randrange(*PITCHES),
            chance.randrange(*WORDS_A_MINUTE),
        )
        for owner, language, text in (*found, *others)
        if owner != OTHER or language not in languages
    ]
    chance.shuffle(spoken)
    return spoken


def _examples(city: City, language: str) -> list[str]:
    shortest, longest = _LENGTHS
    return [
        example.text
        for service in city.services.values()
        for example in service.examples
        if example.language == language and shortest < len(example.text) < longest
    ]


def fit(
    recognizer: Recognizer, spoken: Sequence[Utterance], languages: Sequence[str], told: Told
) -> tuple[Accents, Kept]:
    """Speak, encode and fit: some minutes. Raises AudioError where eSpeak NG is not installed."""
    heard = list(_heard(recognizer, spoken, told))
    features = np.stack([each for _, each in heard])
    classes = (*languages, OTHER)
    owners = np.array([classes.index(each.language) for each, _ in heard], np.intp)
    variants = [each.voice.partition("+")[2] for each, _ in heard]
    right = of = 0
    for fold in range(_FOLDS):
        held = np.array([VARIANTS.index(variant) % _FOLDS == fold for variant in variants])
        layer = _fit(features[~held], owners[~held], classes)
        asked = held & (owners < len(languages))
        scores = (features[asked] - layer.mean) / layer.spread @ layer.weights + layer.constant
        right += int((scores[:, : len(languages)].argmax(axis=1) == owners[asked]).sum())
        of += int(asked.sum())
    return _fit(features, owners, classes), Kept(right / max(of, 1), of)


def _heard(recognizer: Recognizer, spoken: Sequence[Utterance], told: Told) -> Iterable[tuple[Utterance, Floats]]:
    for number, each in enumerate(spoken):
        told(number, len(spoken))
        speech = espeak.speak(each.text, each.voice, pitch=each.pitch, words_a_minute=each.words_a_minute)
        turn = first_turn(through_telephone(speech))
        if turn is not None:
            yield each, pooled(recognizer.encoding(turn.pcm))
    told(len(spoken), len(spoken))


def _fit(features: Floats, owners: NDArray[np.intp], classes: Sequence[str]) -> Accents:
    """Softmax regression by Adam (Kingma and Ba: Adam, a method for stochastic optimization, ICLR 2015)."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + np.float32(1e-3)
    rows = np.concatenate(((features - mean) / spread, np.ones((len(features), 1))), axis=1).astype(np.float32)
    wanted = np.eye(len(classes), dtype=np.float32)[owners]
    weights = np.zeros((rows.shape[1], len(classes)), np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        scores = rows @ weights
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        slope = rows.T @ (shares - wanted) / np.float32(len(rows))
        slope[:-1] += np.float32(_DECAY) * weights[:-1]
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        weights -= _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return Accents(tuple(classes), weights[:-1], weights[-1], mean, spread)
