"""What would go wrong with a tree of advice on the telephone: dead ends, loops, answers that sound alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from voicebot.advice import answer_of
from voicebot.catalogue.advice import PARTS, Advice, Choice, Ending, Step, Texts
from voicebot.catalogue.city import Department
from voicebot.catalogue.spoken import complaints
from voicebot.understanding.choices import numbered
from voicebot.understanding.normalise import fold

FEWEST_CHOICES, MOST_CHOICES = 2, 3
MOST_QUESTIONS = 5
#: Three labels are spoken in one breath.
MOST_WORDS_OF_A_LABEL = 8


@dataclass(frozen=True)
class Problem:
    where: str
    """The place in the file: ``"steps.wohnen, Antwort 2"``."""
    what: str
    """What is wrong there and how to mend it, in German."""


def problems(advice: Advice, services: Collection[str], departments: Mapping[str, Department]) -> list[Problem]:
    """All that is wrong with a tree, in the order of its file; empty if it can be used.

    :param services: keys of the city's services
    :param departments: the city's departments by key
    """
    return [
        *_head(advice, services),
        *(problem for step in advice.steps.values() for problem in _step(advice, step)),
        *(problem for ending in advice.endings.values() for problem in _ending(advice, ending, services, departments)),
        *_ways(advice),
    ]


def _head(advice: Advice, services: Collection[str]) -> Iterator[Problem]:
    yield from _texts("name", advice.name, advice, is_label=True)
    if not advice.services:
        yield Problem("services", "ist leer; bitte mindestens eine Dienstleistung nennen")
    for service in advice.services:
        if service not in services:
            yield _unknown("services", service, "services.csv")
    if advice.first not in advice.steps:
        yield Problem("first", f"die Frage „{advice.first}“ gibt es nicht; bitte unter steps anlegen oder hier ändern")
    for key in sorted(advice.steps.keys() & advice.endings.keys()):
        yield Problem(f"endings.{key}", "heißt wie eine Frage; bitte umbenennen")


def _step(advice: Advice, step: Step) -> Iterator[Problem]:
    where = f"steps.{step.key}"
    yield from _texts(f"{where}, question", step.question, advice)
    if not FEWEST_CHOICES <= len(step.choices) <= MOST_CHOICES:
        yield Problem(where, f"{len(step.choices)} Antworten; bitte zwei oder drei anlegen")
    for place, choice in enumerate(step.choices):
        yield from _choice(advice, choice, f"{where}, Antwort {place + 1}")
    for language in advice.languages:
        yield from _mistakable(step, language, where)


def _choice(advice: Advice, choice: Choice, where: str) -> Iterator[Problem]:
    yield from _texts(f"{where}, label", choice.label, advice, is_label=True)
    if choice.then not in advice.steps and choice.then not in advice.endings:
        yield Problem(
            f"{where}, then",
            f"„{choice.then}“ gibt es nicht, die Antwort führt nirgendwohin; bitte eine Frage oder ein Ende nennen",
        )


def _mistakable(step: Step, language: str, where: str) -> Iterator[Problem]:
    """Words with which a caller could mean two answers."""
    owners: dict[str, int] = {}
    for place, choice in enumerate(step.choices):
        for phrase in choice.phrases(language):
            answer = answer_of(phrase, language)
            owner = owners.setdefault(answer or fold(phrase), place)
            named = numbered(phrase, len(step.choices), language)
            here = f"{where}, Antwort {place + 1}, words.{language}"
            if owner != place:
                yield Problem(here, f"„{phrase}“ gilt schon als Antwort {owner + 1}; bitte eines von beiden ändern")
            elif named is not None and named != place:
                yield Problem(here, f"„{phrase}“ klingt nach der Taste {named + 1}; bitte anders sagen")


def _ending(
    advice: Advice, ending: Ending, services: Collection[str], departments: Mapping[str, Department]
) -> Iterator[Problem]:
    where = f"endings.{ending.key}"
    department = departments.get(ending.department)
    if department is None:
        yield _unknown(f"{where}, department", ending.department, "departments.csv")
    elif ending.transfer and department.kind == "extern":
        yield Problem(f"{where}, transfer", f"„{ending.department}“ ist extern; bitte eine Stelle der Stadt nennen")
    if ending.service and ending.service not in services:
        yield _unknown(f"{where}, service", ending.service, "services.csv")
    if not ending.parts:
        yield Problem(where, "sagt nichts; bitte mindestens einen Teil anlegen")
    elif not ending.transfer and not any(part.about == "next" for part in ending.parts):
        yield Problem(where, 'nennt keinen nächsten Schritt; bitte einen Teil mit about = "next" ergänzen')
    for number, part in enumerate(ending.parts, start=1):
        here = f"{where}, Teil {number}"
        yield from _texts(f"{here}, text", part.text, advice)
        if part.about not in PARTS:
            yield Problem(f"{here}, about", f"„{part.about}“ ist nicht erlaubt; bitte {_or(PARTS)} schreiben")


def _texts(where: str, texts: Texts, advice: Advice, *, is_label: bool = False) -> Iterator[Problem]:
    for language in dict.fromkeys(("de", *advice.languages)):
        if language not in texts:
            yield Problem(f"{where}.{language}", "fehlt; bitte in jeder Sprache ausfüllen, in der die Beratung heißt")
    for language, text in texts.items():
        for complaint in complaints(text):
            yield Problem(f"{where}.{language}", complaint)
        if is_label and len(text.split()) > MOST_WORDS_OF_A_LABEL:
            yield Problem(
                f"{where}.{language}", f"„{text}“ ist lang; bitte auf höchstens {MOST_WORDS_OF_A_LABEL} Wörter kürzen"
            )


def _ways(advice: Advice) -> Iterator[Problem]:
    """What is wrong with the ways through the tree, each thing once."""
    reached: set[str] = set()
    found: dict[Problem, None] = {}
    ways: list[tuple[str, ...]] = [(advice.first,)]
    while ways:
        way = ways.pop()
        *before, key = way
        reached.add(key)
        if key in before:
            found[Problem(f"steps.{before[-1]}", f"führt zurück zu „{key}“; bitte so ändern, dass es vorangeht")] = None
        elif key in advice.steps and len(way) > MOST_QUESTIONS:
            what = f"wäre auf einem Weg die Frage {len(way)}; bitte auf höchstens {MOST_QUESTIONS} Fragen kürzen"
            found[Problem(f"steps.{key}", what)] = None
        elif key in advice.steps:
            ways += [(*way, choice.then) for choice in reversed(advice.steps[key].choices)]
    yield from found
    for kind, keys in (("steps", advice.steps), ("endings", advice.endings)):
        for key in keys:
            if key not in reached and not found:
                yield Problem(f"{kind}.{key}", "keine Antwort führt dorthin; bitte eine ändern oder dies löschen")


def _unknown(where: str, key: str, file: str) -> Problem:
    return Problem(where, f"„{key}“ steht nicht in {file}; bitte dort anlegen oder hier ändern")


def _or(words: Collection[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} oder {last}"
