"""Words of a city, found by how they are spelled and by how they sound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from voicebot.understanding.phonetics import cologne

#: Words less alike than this are different words; of short ones every letter counts.
_ALIKE, _ALIKE_SHORT, _ALIKE_TINY = 0.78, 0.84, 0.99
_SHORT, _TINY = 6, 4
#: Spelling less alike than this cannot be made up for by the sound.
_SPELLED = 0.6
#: Words compared letter by letter at most, those first that share most pairs of letters.
_SHORTLIST = 64

Scores = NDArray[np.float32]
Places = NDArray[np.intp]


class Lexicon:
    """Words with their owners and how much each speaks for its owner. Immutable.

    Only words that share pairs of letters with what was heard are compared, so that a search in a hundred thousand
    words takes hardly longer than in a thousand.
    """

    def __init__(self, shares: Mapping[str, Mapping[int, float]]) -> None:
        """:param shares: by word, how much it speaks for each owner, 0 to 1"""
        self.words = list(shares)
        self._codes = [cologne(word) for word in self.words]
        self._lengths = np.array([len(word) for word in self.words], np.float32)
        pairs: dict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(self.words):
            for pair in _pairs(word):
                pairs[pair].append(place)
        self._pairs = {pair: np.array(places, np.int32) for pair, places in pairs.items()}
        self._owners = [np.array(list(owners), np.intp) for owners in shares.values()]
        self._shares = [np.array(list(owners.values()), np.float32) for owners in shares.values()]

    def spread(self, place: int) -> int:
        """How many owners a word has."""
        return len(self._owners[place])

    def alike(self, heard: str) -> tuple[Places, Scores]:
        """The places of the words that ``heard`` may be, and how alike each is, up to 1."""
        places = self._shortlist(heard)
        if not len(places):
            return places, np.zeros(0, np.float32)
        known = [self.words[place] for place in places]
        spelling = cdist([heard], known, scorer=fuzz.ratio, dtype=np.float32)[0] / 100
        codes = [self._codes[place] for place in places]
        sound = cdist([cologne(heard)], codes, scorer=fuzz.ratio, dtype=np.float32)[0] / 100
        mixed = np.where(spelling >= _SPELLED, np.maximum(spelling, (spelling + sound) / 2), 0)
        shorter = np.minimum(len(heard), self._lengths[places])
        enough = np.select([shorter <= _TINY, shorter <= _SHORT], [_ALIKE_TINY, _ALIKE_SHORT], _ALIKE)
        found = mixed >= enough
        return places[found], np.asarray(mixed[found], np.float32)

    def raise_to(self, scores: Scores, places: Places, likeness: Scores) -> None:
        """Raise each owner's score to what the best of these words, as alike as they are, speaks for it."""
        for place, alike in zip(places, likeness, strict=True):
            owners = self._owners[place]
            scores[owners] = np.maximum(scores[owners], alike * self._shares[place])

    def _shortlist(self, heard: str) -> Places:
        listed = [self._pairs[pair] for pair in _pairs(heard) if pair in self._pairs]
        if not listed:
            return np.zeros(0, np.intp)
        common = np.bincount(np.concatenate(listed), minlength=len(self.words)).astype(np.float32)
        # Dice's coefficient over pairs of letters; a third of them survives where six letters in ten do.
        likely = 2 * common / (self._lengths + len(heard) + 2)
        places = np.flatnonzero(likely >= _SPELLED / 2)
        if len(places) > _SHORTLIST:
            places = places[np.argpartition(-likely[places], _SHORTLIST)[:_SHORTLIST]]
        return places


def _pairs(word: str) -> frozenset[str]:
    padded = f" {word} "
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))
