"""From an utterance to an :class:`.Understanding`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from voicebot.catalogue.city import City
from voicebot.understanding.aspects import find_aspect
from voicebot.understanding.directory import Directory, Mention
from voicebot.understanding.emergency import emergency_number
from voicebot.understanding.intents import (
    asks_for_somebody,
    control_intents,
    is_noise,
    leading_answer,
    without_partners,
)
from voicebot.understanding.matching import Matcher, content, references
from voicebot.understanding.normalise import fold
from voicebot.understanding.result import Intent, Understanding

#: Below this confidence nothing is understood: where off-topic utterances end and vague questions begin.
NOMATCH_BELOW = 0.28
_CANDIDATES = 3
#: A department's name is certain, or likely where the caller asks for somebody.
_NAMED, _PERHAPS_NAMED = 0.87, 0.75
_OF_A_DEPARTMENT = frozenset({"hours", "contact", "location"})
_ANSWERS = frozenset({Intent.YES, Intent.NO})
_WANTS_SOMEBODY = frozenset({Intent.CONNECT, Intent.HUMAN})
#: "Mit jemandem über Wohngeld sprechen" goes to the service's department from this score on.
_SURE = 0.7
_FOLLOW_UP, _LIKELY_FOLLOW_UP = 0.9, 0.6


def texts_to_embed(city: City) -> list[str]:
    """What to embed, in the order of the rows that :class:`Understander` takes."""
    return [text for _, text in references(city)]


class Understander:
    """Understands the callers of one city. Immutable; made again when the city changes."""

    def __init__(self, city: City, vectors: NDArray[np.float32] | None = None) -> None:
        """:param vectors: one normalised row for each of :func:`texts_to_embed`, or None"""
        self._city = city
        self._matcher = Matcher(city, vectors)
        self._directory = Directory(city)

    def understand(
        self,
        text: str,
        language: str,
        vector: NDArray[np.float32] | None,
        *,
        expecting: str | None = None,
        last_service: str | None = None,
    ) -> Understanding:
        """What the caller wants.

        :param vector: the normalised embedding of ``text``, or None to go by words and sound alone
        :param expecting: what the bot has just asked for: ``yes_no``, ``name``, ``number``, or None
        :param last_service: what was spoken of before, for "und was kostet das?"
        """
        asked = self._question(text, language, vector, last_service)
        if is_noise(text):
            return _told(asked, Intent.NOMATCH)
        if number := emergency_number(text):
            return replace(_told(asked, Intent.EMERGENCY), emergency=number)
        intents = control_intents(text, language)
        if expecting in ("name", "number"):
            intent = next((each for each in intents if each not in _ANSWERS), Intent.NOMATCH)
            return _told(asked, intent)
        calls_for = asks_for_somebody(text, language)
        mention = self._mention(text, calls_for or asked.aspect in _OF_A_DEPARTMENT)
        if intents:
            return self._spoken_to_bot(asked, intents, mention, expecting)
        if mention and self._is_about(mention, asked, calls_for):
            return _to_department(asked, mention.department, mention.score)
        if expecting == "yes_no" and (answer := self._answer(asked)):
            return _told(asked, answer)
        return asked

    def _question(
        self, text: str, language: str, vector: NDArray[np.float32] | None, last_service: str | None
    ) -> Understanding:
        """The utterance taken as a question about a service."""
        evidence = self._matcher.evidence(text, vector)
        candidates = tuple(
            (self._matcher.services[place], round(likelihood, 3)) for place, likelihood in evidence.ranking(_CANDIDATES)
        )
        asked = Understanding(
            text,
            language,
            Intent.NOMATCH,
            confidence=0.0,
            aspect=find_aspect(text, language),
            candidates=candidates,
        )
        if evidence.is_telling and candidates:
            service, score = candidates[0]
            asked = replace(asked, service=service, confidence=score)
            if score >= NOMATCH_BELOW:
                return replace(asked, intent=Intent.SERVICE)
        if last_service and asked.aspect:
            sure = _LIKELY_FOLLOW_UP if evidence.is_telling else _FOLLOW_UP
            return replace(asked, intent=Intent.SERVICE, confidence=sure, service=last_service)
        return asked

    def _mention(self, text: str, is_likely: bool) -> Mention | None:
        """A department named well enough."""
        mention = self._directory.find(fold(text))
        enough = _PERHAPS_NAMED if is_likely else _NAMED
        return mention if mention and mention.score >= enough else None

    def _spoken_to_bot(
        self,
        asked: Understanding,
        intents: tuple[Intent, ...],
        mention: Mention | None,
        expecting: str | None,
    ) -> Understanding:
        """An utterance with a phrase said to the bot itself, the first of ``intents`` counting most."""
        intent = intents[0]
        if intent in _WANTS_SOMEBODY:
            if mention and mention.department != self._city.switchboard:
                return _to_department(asked, mention.department, mention.score)
            matter = self._question(without_partners(asked.text), asked.language, None, None)
            if matter.service and matter.confidence >= _SURE:
                department = self._city.services[matter.service].department
                return _to_department(matter, department, matter.confidence)
        if expecting == "yes_no" and intent is Intent.GOODBYE and Intent.YES in intents:
            intent = Intent.YES  # "ja danke" is an answer there
        return _told(asked, intent)

    def _is_about(self, mention: Mention, asked: Understanding, calls_for: bool) -> bool:
        """Whether an utterance that names a department is about the department itself."""
        if asked.intent is Intent.NOMATCH:
            return True
        words = fold(asked.text).split()
        rest = content(" ".join([*words[: mention.start], *words[mention.end :]]))
        if calls_for or len(words) == mention.end - mention.start:
            return not rest
        return asked.aspect in _OF_A_DEPARTMENT and not rest and not self._is_named_alike(mention, asked)

    def _is_named_alike(self, mention: Mention, asked: Understanding) -> bool:
        """Whether the service is called what the department is called, as a library is both."""
        if asked.service is None or asked.confidence < _SURE:
            return False
        name = " ".join(fold(asked.text).split()[mention.start : mention.end])
        return any(
            fuzz.token_set_ratio(name, fold(other)) >= _NAMED * 100
            for other in self._city.services[asked.service].names.values()
        )

    def _answer(self, asked: Understanding) -> Intent | None:
        """Yes or no where the utterance begins with it and goes on with nothing of its own."""
        answer, rest = leading_answer(asked.text, asked.language)
        if asked.intent is Intent.NOMATCH and not (rest and asked.aspect):
            return answer
        return None


def _told(asked: Understanding, intent: Intent) -> Understanding:
    certainty = 0.0 if intent is Intent.NOMATCH else 1.0
    return replace(asked, intent=intent, confidence=certainty, service=None, aspect=None)


def _to_department(asked: Understanding, department: str, confidence: float) -> Understanding:
    # A department's name alone resembles its services; only what is surely meant is passed on.
    service = asked.service if asked.confidence >= _SURE else None
    return replace(asked, intent=Intent.DEPARTMENT, confidence=confidence, service=service, department=department)
