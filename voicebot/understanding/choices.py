"""Which of a few choices the caller means: by number, by place, or by its words."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from voicebot.understanding.directory import windows
from voicebot.understanding.intents import leading_answer
from voicebot.understanding.normalise import fold, latin
from voicebot.understanding.phonetics import cologne
from voicebot.understanding.phrasebook import LAST, phrasebook, tried

#: Words less alike than this are different ones; of short words every letter counts.
_ALIKE, _SHORT = 0.76, 4
#: How far the best choice must be ahead of the next.
_LEAD = 0.08
_SMALL_WORD = 0.3
#: A compound that holds the word.
_COMPOUND = 0.9


def choose(text: str, options: Sequence[str], language: str) -> int | None:
    """The place of the option that is meant, counted from 0, or None where that is not clear.

    Numbers and places go first ("die zweite", "das letzte"), then yes and no where the options are that, then
    the words in which the options differ, also as recognition mangles them.
    """
    place = numbered(text, len(options), language)
    if place is None:
        place = _as_answer(text, options, language)
    return place if place is not None else _by_words(text, options, language)


def numbered(text: str, count: int, language: str) -> int | None:
    """The place that is named by a number or an ordinal and nothing else, counted from 0."""
    for name in tried(language):
        choosing = phrasebook(name).choices
        words = choosing.instead.split(fold(text))[-1].split()
        # "One" alone is a number, in "the second one" it is none.
        telling = [word for word in words if word not in choosing.around] or words
        places = {_place(word, count, name) for word in telling} - ({None} if telling is words else set())
        if len(places) == 1 and (place := places.pop()) is not None:
            return place
    return None


def none_of_them(text: str, language: str) -> bool:
    """Whether all choices are turned down: "keins davon"."""
    folded = fold(text)
    return any(phrasebook(name).choices.none.matches(folded) for name in tried(language))


def _place(word: str, count: int, language: str) -> int | None:
    book = phrasebook(language)
    if ordinal := book.choices.ordinals.get(word):
        number = count if ordinal == LAST else ordinal
    elif word in book.choices.middle:
        number = count // 2 + 1 if count % 2 else 0
    else:
        digit = word if word.isdigit() else book.digits.get(word, "")
        number = int(digit) if digit.isdigit() else 0
    return number - 1 if 1 <= number <= count else None


def _as_answer(text: str, options: Sequence[str], language: str) -> int | None:
    """The option that is a yes or a no like the text."""
    said, _ = leading_answer(text, language)
    answers = [leading_answer(option, language)[0] for option in options]
    return answers.index(said) if said is not None and answers.count(said) == 1 else None


def _by_words(text: str, options: Sequence[str], language: str) -> int | None:
    heard = latin(fold(text)).split()
    runs = ["".join(heard[start:end]) for start, end in windows(heard, 2)]
    scores = [_likeness(runs, words, language) for words in _distinct(options)]
    best = max(range(len(scores)), key=scores.__getitem__, default=None)
    if best is None or scores[best] < _ALIKE / 2:
        return None
    rivals = [score for place, score in enumerate(scores) if place != best]
    return best if scores[best] - max(rivals, default=0.0) >= _LEAD else None


def _distinct(options: Sequence[str]) -> list[list[str]]:
    """The words of each option that no other option has."""
    words = [latin(fold(option)).split() for option in options]
    return [
        [word for word in own if not any(word in other for place, other in enumerate(words) if place != at)]
        for at, own in enumerate(words)
    ]


def _likeness(runs: Sequence[str], words: Sequence[str], language: str) -> float:
    """How much of the best word is heard, and a little for every further one."""
    stopwords = phrasebook(language).stopwords
    telling = any(word not in stopwords for word in words)
    likely = sorted(
        (
            max((_alike(run, word) for run in runs), default=0.0)
            * (_SMALL_WORD if telling and word in stopwords else 1.0)
            for word in words
        ),
        reverse=True,
    )
    return likely[0] + 0.1 * sum(likely[1:]) if likely else 0.0


def _alike(heard: str, word: str) -> float:
    if min(len(heard), len(word)) <= _SHORT:
        return float(heard == word)
    spelling = fuzz.ratio(heard, word) / 100
    sound = fuzz.ratio(cologne(heard), cologne(word)) / 100
    # "anmelden" and "ummelden" sound alike to the code: spelling has to tell them apart.
    likeness = max(spelling, 0.7 * spelling + 0.3 * sound, _COMPOUND if word in heard else 0.0)
    return float(likeness) if likeness >= _ALIKE else 0.0
