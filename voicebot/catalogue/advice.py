"""Advice as plain, immutable data: short trees of questions for matters that one answer does not settle.

What is done with them during a call stands in :mod:`voicebot.advice`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

#: What has this source is plausible, not known: spoken only where samples are allowed.
SAMPLE = "sample"

#: What a part of an ending is about, in the order in which parts are usually spoken.
PARTS = ("answer", "documents", "fee", "next")

Texts = Mapping[str, str]
"""By language, with ``de`` always there."""


def in_language(texts: Texts, language: str) -> str:
    """The text in that language, or in German."""
    return texts.get(language) or texts["de"]


@dataclass(frozen=True)
class Choice:
    """One answer to a question."""

    label: Texts
    """Stands after "Drücken oder sagen Sie eins für …": "eine Mietwohnung", "nein"."""
    then: str
    """Key of the step or ending that follows."""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By language: everyday words and phrases with which callers say it."""
    note: Texts = field(default_factory=dict)
    """How staff read the answer: "wohnt zur Miete". Without one the label stands there."""

    def noted(self, language: str) -> str:
        return self.note.get(language) or in_language(self.label, language)

    def phrases(self, language: str) -> tuple[str, ...]:
        """All that means this choice in that language, its label first."""
        return in_language(self.label, language), *self.words.get(language, ())


@dataclass(frozen=True)
class Step:
    """One question with two or three answers."""

    key: str
    question: Texts
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Part:
    """A sentence or two of an ending, with a source of its own: a fee may be a sample where the law is not."""

    about: str
    """One of :data:`PARTS`."""
    text: Texts
    source: str
    as_of: date

    @property
    def is_sample(self) -> bool:
        return self.source == SAMPLE


@dataclass(frozen=True)
class Ending:
    """Where a path ends: what fits the answers, or a transfer with the answers noted."""

    key: str
    parts: tuple[Part, ...]
    department: str
    """Key of who is responsible, and whom a transfer goes to."""
    service: str = ""
    """Key of the service that it comes down to, or empty."""
    transfer: bool = False
    """Whether the caller is connected once the parts are spoken."""

    def spoken(self, *, speak_samples: bool) -> tuple[Part, ...]:
        """The parts that may be spoken: samples only where they are allowed."""
        return tuple(part for part in self.parts if speak_samples or not part.is_sample)


@dataclass(frozen=True)
class Advice:
    """A tree of questions: from :attr:`first` over at most five steps to an ending."""

    key: str
    name: Texts
    """What it is about, after "zu" or "zum Thema": "Wohngeld"."""
    services: tuple[str, ...]
    """Keys of the services on which it is offered."""
    first: str
    steps: Mapping[str, Step]
    endings: Mapping[str, Ending]

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in which it can be given."""
        return tuple(self.name)

    def walk(self) -> Iterator[Step | Ending]:
        """Steps, then endings, in the order in which questions lead to them; whatever nothing leads to comes last."""
        reached = [self.first]
        for key in reached:
            if key in self.steps:
                reached += [choice.then for choice in self.steps[key].choices if choice.then not in reached]
        for found in (self.steps, self.endings):
            first = [key for key in dict.fromkeys(reached) if key in found]
            yield from (found[key] for key in (*first, *sorted(found.keys() - set(first))))


def to_document(advice: Advice) -> dict[str, Any]:
    """All but the key, as what JSON and TOML can hold; :func:`from_document` makes it the same advice again."""
    steps, endings = {}, {}
    for each in advice.walk():
        if isinstance(each, Step):
            steps[each.key] = {
                "question": dict(each.question),
                "choices": [_choice_document(choice) for choice in each.choices],
            }
        else:
            endings[each.key] = _ending_document(each)
    return {
        "name": dict(advice.name),
        "services": list(advice.services),
        "first": advice.first,
        "steps": steps,
        "endings": endings,
    }


def _choice_document(choice: Choice) -> dict[str, Any]:
    document: dict[str, Any] = {"label": dict(choice.label)}
    if choice.note:
        document["note"] = dict(choice.note)
    if choice.words:
        document["words"] = {language: list(words) for language, words in choice.words.items()}
    return document | {"then": choice.then}


def _ending_document(ending: Ending) -> dict[str, Any]:
    document: dict[str, Any] = {"department": ending.department}
    if ending.service:
        document["service"] = ending.service
    if ending.transfer:
        document["transfer"] = True
    parts = [
        {"about": part.about, "text": dict(part.text), "source": part.source, "as_of": part.as_of.isoformat()}
        for part in ending.parts
    ]
    return document | {"parts": parts}


def from_document(key: str, document: Mapping[str, Any]) -> Advice:
    """The advice of a document that has the shape :func:`to_document` gives."""
    return Advice(
        key=key,
        name=document["name"],
        services=tuple(document["services"]),
        first=document["first"],
        steps={
            step: Step(step, each["question"], tuple(_choice(choice) for choice in each["choices"]))
            for step, each in document["steps"].items()
        },
        endings={
            ending: Ending(
                key=ending,
                parts=tuple(
                    Part(part["about"], part["text"], part["source"], date.fromisoformat(part["as_of"]))
                    for part in each["parts"]
                ),
                department=each["department"],
                service=each.get("service", ""),
                transfer=each.get("transfer", False),
            )
            for ending, each in document["endings"].items()
        },
    )


def _choice(document: Mapping[str, Any]) -> Choice:
    words = {language: tuple(each) for language, each in document.get("words", {}).items()}
    return Choice(document["label"], document["then"], words, document.get("note", {}))
