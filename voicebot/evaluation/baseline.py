"""What one fuzzy comparison with the city's words finds, measured beside the bot."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
from rapidfuzz import fuzz, utils
from rapidfuzz.process import cdist

from voicebot.catalogue.city import City
from voicebot.evaluation.measures import Outcome
from voicebot.routing import Action


class Rapidfuzz:
    """The service with the most similar text by rapidfuzz's WRatio, its default for questions like these."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        """:param texts: service and text"""
        pairs = list(texts)
        self._owners = [owner for owner, _ in pairs]
        self._texts = [utils.default_process(text) for _, text in pairs]

    def ask(self, text: str) -> Outcome:
        began = time.perf_counter()
        scores = cdist([utils.default_process(text)], self._texts, scorer=fuzz.WRatio, dtype=np.float32)[0]
        best: dict[str, float] = {}
        for place in np.argsort(-scores, kind="stable"):
            best.setdefault(self._owners[place], float(scores[place]) / 100)
            if len(best) == 3:
                break
        candidates = tuple(best.items())
        seconds = time.perf_counter() - began
        return Outcome(Action.ANSWER, candidates[0][0], candidates=candidates, understanding_s=seconds)


def names(city: City) -> list[tuple[str, str]]:
    return [(service.key, name) for service in city.services.values() for name in service.names.values()]


def everything(city: City) -> list[tuple[str, str]]:
    """Names, keywords and example questions: the same words that the bot knows."""
    return names(city) + [
        (service.key, text)
        for service in city.services.values()
        for text in (*service.keywords, *(example.text for example in service.examples))
    ]
