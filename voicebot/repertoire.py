"""Everything the service data can say: the texts whose speech is made before anybody asks.

Plain functions over city and prompts. What a caller's own words or a choice of services go into is not here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from voicebot.catalogue.advice import Advice, in_language
from voicebot.catalogue.city import ASPECTS, City, Department
from voicebot.catalogue.hours import TOWN_TIME, spoken_clock, spoken_opening
from voicebot.dialogue.talk import WIDELY_SPOKEN
from voicebot.prompts import Prompts
from voicebot.routing import Router
from voicebot.understanding.result import Intent, Understanding

Text = tuple[str, str]
"""What is said, and its language."""

_ANY_MONDAY = date(2026, 11, 23)
_CHOICES = ("first", "second", "third")


def repertoire(router: Router, languages: Sequence[str] | None = None) -> list[Text]:
    """All texts, each once, what is said on most calls first; samples only where they may be spoken.

    :param languages: those there is a voice for; None: all that have prompts
    """
    languages = router.prompts.languages if languages is None else languages
    texts = fixed(router.prompts, router.city, languages)
    for language in languages:
        found = (*_with_desks(router, language), *_answers(router, language))
        found += (*_topics(router, language), *_advice(router, language))
        texts += [(text, language) for text in found]
    texts += _languages(router, languages)
    return list(dict.fromkeys(texts))


def fixed(prompts: Prompts, city: City, languages: Sequence[str]) -> list[Text]:
    """Prompts with nothing to fill in but the city's name."""
    return [(text, language) for language in languages for text in prompts.fixed(language, city=city.name)]


def transfers(router: Router, languages: Sequence[str]) -> list[Text]:
    """What is said before a call is passed on to each department."""
    return [
        (router.prompts.say(prompt, language, desk=department.with_name(language)), language)
        for language in languages
        for prompt in ("offer", "connecting")
        for department in router.city.departments.values()
        if department.kind != "extern"
    ]


def _with_desks(router: Router, language: str) -> Iterator[str]:
    for department in router.city.departments.values():
        desk = department.with_name(language)
        yield from router.prompts.fixed(language, city=router.city.name, desk=desk)


def _languages(router: Router, spoken: Sequence[str]) -> Iterator[Text]:
    """The keys of the languages, and what is said to whoever speaks one that there is no voice for."""
    say, own = router.prompts.say, router.prompts.languages
    for place, language in enumerate(spoken, start=1):
        yield say("language_key", language, number=str(place)), language
    for language in dict.fromkeys((own[0], WIDELY_SPOKEN)):
        for other in own:
            if language in spoken and other not in spoken:
                name = router.prompts.language_name(other, language)
                for department in router.city.departments.values():
                    if department.kind != "extern":
                        yield say("no_voice", language, spoken=name, desk=department.with_name(language)), language


def _answers(router: Router, language: str) -> Iterator[str]:
    """What the router replies to each question about a service or a department."""
    for service in router.city.services:
        for aspect in ASPECTS:
            asked = Understanding("", language, Intent.SERVICE, 1.0, service=service, aspect=aspect)
            yield from router.decide(asked).reply
    for key, department in router.city.departments.items():
        asked = Understanding("", language, Intent.DEPARTMENT, 1.0, department=key, aspect="hours")
        reply = router.decide(asked).reply
        yield from reply
        if department.kind == "extern":
            yield from router.external(department, language)
        elif reply:
            yield from _openings(router, department, language)


def _openings(router: Router, department: Department, language: str) -> Iterator[str]:
    """When a department closes and opens again; days off and dates are for the calendar, and not made ahead."""
    words = router.prompts.calendar(language)
    for span in department.hours:
        yield router.prompts.say("open_now", language, closing=spoken_clock(span.closes, words))
        opens = datetime.combine(_ANY_MONDAY + timedelta(days=span.weekday), span.opens, TOWN_TIME)
        for ahead in (0, 1, 2):
            opening = spoken_opening(opens, opens - timedelta(days=ahead), words)
            yield router.prompts.say("opens_again", language, opening=opening)


def _topics(router: Router, language: str) -> Iterator[str]:
    """The way back to a service that was spoken of."""
    for key in router.city.services:
        department = router.city.department_of(key)
        values = {"city": router.city.name, "service": router.spoken_name(key, language)}
        if department.kind != "extern":
            values["desk"] = department.with_name(language)
        yield from router.prompts.fixed(language, **values)


def _advice(router: Router, language: str) -> Iterator[str]:
    for advice in router.city.advice.values():
        if language in advice.languages:
            yield from _questions(advice, router, language)
            for ending in advice.endings.values():
                for part in ending.spoken(speak_samples=router.speak_samples):
                    yield in_language(part.text, language)


def _questions(advice: Advice, router: Router, language: str) -> Iterator[str]:
    for step in advice.steps.values():
        yield in_language(step.question, language)
        labels = [in_language(choice.label, language) for choice in step.choices]
        prompt = "advice_keys_three" if len(labels) > 2 else "advice_keys_two"
        yield router.prompts.say(prompt, language, **dict(zip(_CHOICES, labels, strict=False)))
