"""What the bot says that is not service data: ``prompts/<language>.toml``."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from pathlib import Path

from voicebot.catalogue.calendarwords import CalendarWords, shipped
from voicebot.share import share

REFERENCE = "de"
"""The file of the release that has every key."""
_NAME_OF_A_LANGUAGE = "language_"


class PromptError(Exception):
    """A prompt file that cannot be used; the message names file and key."""


class Prompts:
    """All prompts of all languages; a missing one is an error at start, never during a call."""

    def __init__(
        self, texts: Mapping[str, Mapping[str, str]], calendars: Mapping[str, CalendarWords] | None = None
    ) -> None:
        """:param calendars: the words for days and times of each language; those of the installation if None"""
        self._texts = texts
        self._calendars = calendars or {name: shipped(name) for name in texts}

    @classmethod
    def load(cls, languages: tuple[str, ...], folder: Path | None = None) -> Prompts:
        folder = folder or share("prompts")
        files = {language: _read(folder / f"{language}.toml") for language in languages}
        texts = {language: said for language, (said, _) in files.items()}
        reference, _ = _read(share("prompts") / f"{REFERENCE}.toml")
        for place, language in enumerate(languages):
            file = folder / f"{language}.toml"
            _check_keys(file, texts[language], reference)
            if place:
                _check_places(file, texts[language], texts[languages[0]])
        return cls(texts, {language: words for language, (_, words) in files.items()})

    def say(self, key: str, language: str, **values: str) -> str:
        """The text with its placeholders filled."""
        return self._texts[language][key].format_map(values)

    def fixed(self, language: str, **values: str) -> list[str]:
        """Every prompt that needs nothing but ``values``: what can be synthesised ahead."""
        texts = self._texts[language].values()
        return [text.format_map(values) for text in texts if placeholders(text) <= set(values)]

    def language_name(self, language: str, spoken_in: str) -> str:
        """What a language is called in another, or its code where there is no prompt for it."""
        return self._texts[spoken_in].get(f"{_NAME_OF_A_LANGUAGE}{language}", language)

    def texts(self, language: str) -> Mapping[str, str]:
        """All prompts of a language with their placeholders, by key."""
        return self._texts[language]

    def calendar(self, language: str) -> CalendarWords:
        """The words for days, times and dates."""
        return self._calendars[language]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._texts)


def placeholders(text: str) -> set[str]:
    """Names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _read(file: Path) -> tuple[dict[str, str], CalendarWords]:
    try:
        texts = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PromptError(f"{file}: no such file; every language in speech.languages needs one") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PromptError(f"{file}: cannot be read: {error}") from None
    try:
        if "calendar" not in texts:
            raise PromptError(f"{file}: [calendar]: the table is missing; the release's own prompts have it")
        calendar = CalendarWords.read(texts.pop("calendar"))
    except ValueError as error:
        raise PromptError(f"{file}: {error}") from None
    for key, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise PromptError(f"{file}: {key}: must be a text that says something")
        try:
            placeholders(text)
        except ValueError as error:
            raise PromptError(f"{file}: {key}: {error}") from None
    return texts, calendar


def _check_keys(file: Path, texts: Mapping[str, str], reference: Mapping[str, str]) -> None:
    """Against the release's own: all of its keys, nothing else but names of languages, no other places in a text."""
    for key, text in reference.items():
        if key not in texts:
            raise PromptError(f"{file}: {key}: missing")
        if more := sorted(placeholders(texts[key]) - placeholders(text)):
            raise PromptError(f"{file}: {key}: there is no {{{more[0]}}} to fill in here")
    for key in texts.keys() - reference.keys():
        if not key.startswith(_NAME_OF_A_LANGUAGE):
            raise PromptError(f"{file}: {key}: unknown to this release")


def _check_places(file: Path, texts: Mapping[str, str], first: Mapping[str, str]) -> None:
    for key, text in first.items():
        if placeholders(texts.get(key, text)) != placeholders(text):
            raise PromptError(f"{file}: {key}: must use the same {{…}} as the first language")
