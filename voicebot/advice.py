"""Advice during a call: which answer the caller means, how far they are, and what was said so far.

Plain functions over data. The trees come from ``City.advice``; how a call is led through one is the dialogue's::

    consultation = Consultation(city.advice["wohngeld"])
    while step := consultation.step:
        choice = consultation.choose("zur Miete", "de")   # or digit="1"
        if choice is not None:
            consultation = consultation.answered(choice)
    consultation.ending, consultation.summary("de")
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from voicebot.catalogue.advice import PARTS, Advice, Choice, Ending, Part, Step, in_language
from voicebot.understanding.choices import numbered
from voicebot.understanding.directory import windows
from voicebot.understanding.intents import control_intents, leading_answer
from voicebot.understanding.normalise import fold
from voicebot.understanding.phonetics import cologne
from voicebot.understanding.phrasebook import phrasebook
from voicebot.understanding.result import Intent

__all__ = ["PARTS", "Advice", "Choice", "Consultation", "Ending", "Part", "Step", "recognise"]

#: Phrases less alike than this are different ones, and so are those that only sound alike; of short words every
#: letter counts.
_ALIKE, _SPELLED, _SHORT = 0.78, 0.72, 4
_SURE = 0.9
#: How far the best choice must be ahead of the next.
_LEAD = 0.06
#: What each letter of a phrase adds: long phrases are less likely to be there by accident.
_LETTER = 0.004
_CLAUSE = re.compile(r"[.,;:!?]+|\b(?:sondern|aber|but)\b", re.IGNORECASE)
#: Before a phrase these turn it round.
_NEGATION = re.compile(
    "nicht|nichts|kein(?:e[nmrs]?)?|niemals|nie|ohne|weder|not|no|never|without|neither"
    "|(?:do|does|did|is|are|was|have|has)nt"
)
#: These have their effect over all that follows: "weder Wohngeld noch Bürgergeld".
_FAR_NEGATION = frozenset({"weder", "neither"})
#: A negation has its effect over one word between: "nicht in Borken".
_REACH = 2


@dataclass(frozen=True)
class Consultation:
    """One caller's way through a tree. It does not change: each answer gives a new one."""

    advice: Advice
    answers: tuple[Choice, ...] = ()

    @property
    def step(self) -> Step | None:
        """The question to ask now; None at an ending."""
        return self.advice.steps.get(self._key)

    @property
    def ending(self) -> Ending | None:
        """What the answers come to; None while there is a question."""
        return self.advice.endings.get(self._key)

    @property
    def _key(self) -> str:
        return self.answers[-1].then if self.answers else self.advice.first

    def question(self, language: str) -> str:
        """The present question; empty at an ending."""
        return in_language(self.step.question, language) if self.step else ""

    def labels(self, language: str) -> tuple[str, ...]:
        """The present answers in the order of their keys, one, two, three."""
        return tuple(in_language(choice.label, language) for choice in self._choices)

    def choose(self, text: str, language: str, digit: str = "") -> Choice | None:
        """The answer that the caller means, by a key or by words; None where that is not clear."""
        choices = self._choices
        if digit:
            return choices[int(digit) - 1] if digit in ("1", "2", "3")[: len(choices)] else None
        place = recognise(text, choices, language)
        return None if place is None else choices[place]

    def answered(self, choice: Choice) -> Consultation:
        """The consultation after that answer.

        :raises ValueError: the present question has no such answer
        """
        if choice not in self._choices:
            raise ValueError(f"{choice.label} is no answer to {self._key!r}")
        return replace(self, answers=(*self.answers, choice))

    def back(self) -> Consultation:
        """The consultation before the last answer; at the first question the same."""
        return replace(self, answers=self.answers[:-1])

    def summary(self, language: str) -> str:
        """The answers for the staff: ``"Wohngeld: wohnt zur Miete; drei Personen; arbeitet"``."""
        name = in_language(self.advice.name, language)
        noted = "; ".join(choice.noted(language) for choice in self.answers)
        return f"{name}: {noted}" if noted else name

    @property
    def _choices(self) -> tuple[Choice, ...]:
        return self.step.choices if self.step else ()


def recognise(text: str, choices: Sequence[Choice], language: str) -> int | None:
    """The place of the choice that is meant, counted from 0; None where that is not clear.

    What is said just as a choice has it goes first, then numbers and places ("die zweite"), then the words of the
    choices, also as recognition mangles them, then a yes or no where choices are that. Words go before yes and no
    because they are what is meant in "ja, wir haben keine Kinder".
    """
    phrases = [[folded for phrase in choice.phrases(language) if (folded := fold(phrase))] for choice in choices]
    place = _exactly(text, phrases, language)
    if place is None:
        place = numbered(text, len(choices), language)
    if place is None:
        place = _by_words(text, phrases, language)
    if place is None:
        place = _as_answer(text, phrases, language)
    return place if place is not None else _denied(text, phrases, language)


def answer_of(phrase: str, language: str) -> Intent | None:
    """Yes or no, where a phrase is nothing but that."""
    answer, rest = leading_answer(phrase, language)
    return None if rest else answer


def _exactly(text: str, phrases: Sequence[Sequence[str]], language: str) -> int | None:
    folded = fold(text)
    book = phrasebook(language)
    said = (folded, book.strip(folded))
    place = _only([place for place, own in enumerate(phrases) if any(each in own for each in said)])
    # The general search for numbers takes an English "one" for a pronoun: "the second one".
    is_first = place is None and len(phrases) > 0 and any(book.digits.get(each) == "1" for each in said)
    return 0 if is_first else place


def _as_answer(text: str, phrases: Sequence[Sequence[str]], language: str) -> int | None:
    """The choice that is a yes or a no like the text."""
    said = _yes_or_no(text, language)
    return None if said is None else _meaning(said, phrases, language)


def _denied(text: str, phrases: Sequence[Sequence[str]], language: str) -> int | None:
    """The no that lies in turning the words of the yes round: "ich bekomme kein Bürgergeld"."""
    words = fold(text).split()
    bare = [word for word in words if not _NEGATION.fullmatch(word)]
    place = _by_words(" ".join(bare), phrases, language) if len(bare) < len(words) else None
    if place is None or place != _meaning(Intent.YES, phrases, language):
        return None
    return _meaning(Intent.NO, phrases, language)


def _meaning(answer: Intent, phrases: Sequence[Sequence[str]], language: str) -> int | None:
    return _only(
        [place for place, own in enumerate(phrases) if any(answer_of(each, language) is answer for each in own)]
    )


def _yes_or_no(text: str, language: str) -> Intent | None:
    """What a whole phrase means ("noch nicht"), the last answer at the beginning ("ja, äh, nein"), or a yes or no
    that comes last ("leider nein").
    """
    whole = [intent for intent in control_intents(text, language) if intent in (Intent.YES, Intent.NO)]
    if len(whole) == 1:
        return whole[0]
    said, rest = leading_answer(text, language)
    if said is None and (words := rest.split()) and not _is_negative(words):
        last = answer_of(words[-1], language)
        return last if {answer_of(word, language) for word in words} <= {last, None} else None
    while said is not None:
        following, rest = leading_answer(phrasebook(language).strip(rest), language)
        if following is None:
            break
        said = following
    return said


def _by_words(text: str, phrases: Sequence[Sequence[str]], language: str) -> int | None:
    clauses = [words for clause in _CLAUSE.split(text) if (words := fold(clause).split())]
    heard = [
        likeness
        for place, own in enumerate(phrases)
        for phrase in own
        if answer_of(phrase, language) is None
        for words in clauses
        for likeness in _likenesses(words, phrase, place)
    ]
    likely = [each for each in heard if not any(each.is_part_of(other) for other in heard)]
    best = max((each.score for each in likely), default=0.0)
    return _only(sorted({each.place for each in likely if each.score > best - _LEAD}))


@dataclass(frozen=True)
class _Likeness:
    """A run of words that is like one of the phrases of a choice."""

    place: int
    run: str
    score: float
    is_sure: bool
    """So much like it, without a word too many, that a part of the run is not meant."""

    def is_part_of(self, other: _Likeness) -> bool:
        """Whether more words together are surely another choice: "verheiratet" of "früher verheiratet"."""
        return other.is_sure and self.place != other.place and self.run != other.run and self.run in other.run


def _likenesses(heard: Sequence[str], phrase: str, place: int) -> Iterator[_Likeness]:
    """The runs of words that are like a phrase and are not turned round by a negation.

    Runs may have a word more than the phrase or fewer, as compounds come apart: "Eigentums Wohnung".
    """
    wanted = phrase.replace(" ", "")
    negations = [word for word in phrase.split() if _NEGATION.fullmatch(word)]
    for start, end in windows(heard, phrase.count(" ") + 2):
        words = heard[start:end]
        # "Nicht in Borken" and "habe ich nicht" mean another choice than "in Borken" and "habe ich".
        around = heard if _FAR_NEGATION.intersection(heard) else heard[max(start - _REACH, 0) : end + 1]
        run = "".join(words)
        fits = run == wanted or _has_like(words, negations) if negations else not _is_negative(around)
        if fits and (score := _alike(run, wanted)):
            is_sure = run == wanted or (score >= _SURE and len(words) <= phrase.count(" ") + 1)
            yield _Likeness(place, run, score + _LETTER * len(wanted), is_sure)


def _has_like(heard: Sequence[str], words: Sequence[str]) -> bool:
    return any(fuzz.ratio(each, word) / 100 >= _ALIKE for each in heard for word in words)


def _is_negative(words: Sequence[str]) -> bool:
    return any(_NEGATION.fullmatch(word) for word in words)


def _alike(heard: str, wanted: str) -> float:
    if heard == wanted:
        # Ahead of whatever is only alike: "anmelden" and "abmelden".
        return 1 + _LEAD
    if min(len(heard), len(wanted)) <= _SHORT:
        return 0.0
    spelling = fuzz.ratio(heard, wanted) / 100
    sound = fuzz.ratio(cologne(heard), cologne(wanted)) / 100
    likeness = max(spelling, 0.6 * spelling + 0.4 * sound) if spelling >= _SPELLED else 0.0
    return float(likeness) if likeness >= _ALIKE else 0.0


def _only(places: Sequence[int]) -> int | None:
    return places[0] if len(places) == 1 else None
