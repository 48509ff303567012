"""Words of the city that a caller may have said where the recognizer wrote something that sounds like them.

Given to a second decode of the same sound. Words that sound like nothing heard only distract it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from voicebot.catalogue.city import City, Service
from voicebot.understanding.directory import windows
from voicebot.understanding.matching import content
from voicebot.understanding.normalise import fold, latin
from voicebot.understanding.phonetics import cologne
from voicebot.understanding.phrasebook import LANGUAGES
from voicebot.understanding.result import Understanding

MOST = 8
#: Sound and spelling together. With 14 words from 0.6 on, more wrong services were put into what was hard to hear.
_SIMILAR = 0.7
_SHORTEST = 5
_OFTEN = 3
_LONGEST_RUN = 3
_WORD = re.compile(r"[^\W\d_]+")


class Hotwords:
    """Chooses hotwords for one city. Immutable; made again when the city changes."""

    def __init__(self, city: City) -> None:
        folded: dict[str, str] = {}
        self._words = {
            language: {key: _telling_words(service, language, folded) for key, service in city.services.items()}
            for language in LANGUAGES
        }

    def choose(self, understanding: Understanding, texts: Sequence[str]) -> tuple[str, ...]:
        """At most :data:`MOST` words of the candidate services, the most similar to parts of ``texts`` first.

        :param texts: the hypotheses that ``understanding`` comes from; what they hold is not given again
        """
        heard = [latin(fold(text)).split() for text in texts]
        known = {word for words in heard for word in words}
        candidates: dict[str, str] = {}
        own = self._words.get(understanding.language, self._words[LANGUAGES[0]])
        for key, _ in understanding.candidates:
            candidates |= {folded: word for folded, word in own[key].items() if folded not in known}
        runs = sorted({"".join(words[start:end]) for words in heard for start, end in windows(words, _LONGEST_RUN)})
        if not candidates or not runs:
            return ()
        folded = list(candidates)
        similar = _similarity(folded, runs)
        order = np.argsort(-similar, kind="stable")[:MOST]
        return tuple(candidates[folded[place]] for place in order if similar[place] >= _SIMILAR)


def _telling_words(service: Service, language: str, folded: dict[str, str]) -> dict[str, str]:
    """Folded to as it is written: the words of its names and keywords, and those that its examples say often.

    Only those of one language, and keywords of any: a word of another one makes a decode worse.
    """
    words: dict[str, str] = {}
    for text in (service.names.get(language, ""), *service.keywords, *service.translated.get(language, ())):
        words = _words(text, folded) | words
    asked = [_words(example.text, folded) for example in service.examples if example.language == language]
    counts = Counter(word for each in asked for word in each)
    often = {word: each[word] for each in asked for word in each if counts[word] >= _OFTEN}
    return often | words


def _words(text: str, folded: dict[str, str]) -> dict[str, str]:
    """:param folded: words met before, as written, with their folded form; empty for a word that tells nothing"""
    found = {}
    for word in _WORD.findall(text):
        if word not in folded:
            folded[word] = latin(fold(word)) if len(word) >= _SHORTEST and content(word) else ""
        if folded[word]:
            found[folded[word]] = word
    return found


def _similarity(words: Sequence[str], runs: Sequence[str]) -> np.ndarray:
    """How alike each word is to the run it is most alike to, 0 to 1, by spelling and sound."""
    spelling = cdist(words, runs, scorer=fuzz.ratio, dtype=np.float32)
    codes = [cologne(word) for word in words], [cologne(run) for run in runs]
    sound = cdist(*codes, scorer=fuzz.ratio, dtype=np.float32)
    return np.asarray((spelling + sound).max(axis=1) / 200, np.float32)
