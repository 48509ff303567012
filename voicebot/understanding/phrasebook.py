"""The phrase files, one a language, as compiled patterns.

A pattern is a regular expression over folded text, written in plain spelling, with three additions: ``…``
between words stands for up to five words, at a word for any beginning or ending; ``{name}`` for any word of
that set.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from voicebot.understanding.normalise import fold, script, spell

_FIRST = ("de", "en")


def _languages() -> tuple[str, ...]:
    found = {file.name.removesuffix(".toml") for file in files("voicebot.understanding").joinpath("phrases").iterdir()}
    return (*_FIRST, *sorted(name for name in found - {*_FIRST} if len(name) in (2, 3) and name.isalpha()))


#: Languages with a phrase file, the city's first: also the order in which they are tried.
LANGUAGES = _languages()

#: Tried in every call beside its own language.
WIDELY_SPOKEN = _FIRST

#: Stands for the last place where choices are counted from 1.
LAST = -1
#: Longer utterances are never nothing but one phrase.
_LONGEST_WHOLE = 12

_GAP = re.compile(r"\s+…\s+")


def _expression(pattern: str) -> str:
    return _GAP.sub(r" (?:\\w+ ){0,5}", spell(pattern)).replace("…", r"\w*")


def _whole(pattern: str) -> re.Pattern[str]:
    """A pattern with named groups for a whole utterance; spelling made their ``P`` small."""
    return re.compile(_expression(pattern).replace("(?p<", "(?P<"))


def _any(patterns: Iterable[str]) -> str:
    return "(?:" + "|".join(_expression(pattern) for pattern in patterns) + ")"


def anywhere(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """One expression that finds any of the patterns at word boundaries, or none without patterns."""
    listed = list(patterns)
    return re.compile(rf"(?<!\w){_any(listed)}(?!\w)") if listed else None


@dataclass(frozen=True)
class Rule:
    """What makes an utterance mean one thing."""

    whole: re.Pattern[str] | None
    """The utterance is nothing but these phrases and polite words."""
    contains: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    @classmethod
    def read(cls, table: Mapping[str, Any], polite: Iterable[str] = ()) -> Rule:
        whole = None
        if core := table.get("whole"):
            courtesy = _any(polite)
            whole = re.compile(rf"(?:{courtesy} )*{_any(core)}(?: (?:{courtesy}|{_any(core)}))*")
        return cls(whole, anywhere(table.get("contains", ())), anywhere(table.get("unless", ())))

    def matches(self, text: str) -> bool:
        """Whether a folded utterance means this."""
        if self.unless and self.unless.search(text):
            return False
        if self.whole and len(text.split()) <= _LONGEST_WHOLE and self.whole.fullmatch(text):
            return True
        return bool(self.contains and self.contains.search(text))


@dataclass(frozen=True)
class Emergency:
    """Words of one kind of emergency, and what makes them harmless."""

    number: str
    is_certain: bool
    """Overruled by the past alone, not by what is harmless."""
    rule: Rule


@dataclass(frozen=True)
class Choosing:
    """How one of several choices is named by its place."""

    ordinals: Mapping[str, int]
    """Words for places, counted from 1; for the last one :data:`LAST`."""
    middle: frozenset[str]
    around: frozenset[str]
    """Words that may stand beside a number: "ich nehme die zweite Möglichkeit"."""
    instead: re.Pattern[str]
    """After these comes what is meant: "nicht das erste, sondern …"."""
    none: Rule

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Choosing:
        around = frozenset(word for line in table["around"] for word in fold(line).split())
        ordinals = {fold(word): place for word, place in table["ordinals"].items()}
        instead = re.compile(rf"(?<!\w){_any(table['instead'])} ")
        return cls(
            ordinals, frozenset(map(fold, table["middle"])), around, instead, Rule.read(table["none"], table["around"])
        )


@dataclass(frozen=True)
class People:
    """Words for somebody to speak to."""

    some: re.Pattern[str]
    """A word that says it is a person: "Mitarbeiterin"."""
    anyone: re.Pattern[str]
    """One that may be anything: "jemand"; with it, :attr:`called` says that it is to be on the line."""
    called: re.Pattern[str]
    around: frozenset[str]
    """What may stand beside these without saying what it is about."""
    unless: re.Pattern[str]
    of: re.Pattern[str]
    """What comes before a department or a matter: "die Dame vom"."""

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> People:
        some, anyone, called, unless = (
            re.compile(rf"(?<!\w){_any(table[key])}(?!\w)") for key in ("some", "anyone", "called", "unless")
        )
        around = frozenset(word for line in table["around"] for word in fold(line).split())
        return cls(some, anyone, called, around, unless, re.compile(rf"(?<!\w){_any(table['of'])}(?= |$)"))

    def are_all(self, text: str, words: Iterable[str]) -> bool:
        """Whether a folded utterance, whose telling ``words`` are given, is about nobody and nothing else."""
        named = self.some.search(text) or (self.anyone.search(text) and self.called.search(text))
        if not named or self.unless.search(text):
            return False
        return all(word in self.around or self.some.fullmatch(word) or self.anyone.fullmatch(word) for word in words)


@dataclass(frozen=True)
class Wishes:
    """Where one wish ends and the next begins."""

    links: re.Pattern[str]
    """Words that only link: "und außerdem", "ach ja"."""
    clauses: re.Pattern[str]
    """An "und" before a question or a request of its own; the group ``link`` is cut off."""
    asking: re.Pattern[str]
    """How a question or a request begins."""
    pairs: tuple[re.Pattern[str], ...]
    """Two things with one verb: the groups ``head``, ``first``, ``second`` and ``tail``."""
    company: re.Pattern[str]
    """What is no wish of its own after a link: "meine Frau"."""
    joints: re.Pattern[str]
    """Where two things may be joined; the group ``link`` is cut off."""
    turns: re.Pattern[str]
    """How one more wish begins without a word that joins it: "brauche ich noch"."""
    wants: re.Pattern[str]
    """Words of who wants or asks something."""
    tells: re.Pattern[str]
    """Verbs of who tells something."""
    adds: re.Pattern[str]
    """Words that say that it is one more thing: "auch", "außerdem"."""
    articles: re.Pattern[str]
    subordinate: re.Pattern[str]
    """How a clause begins that only goes on: "damit", "dass"."""
    back: re.Pattern[str]
    """Words for what was said before: "dafür"."""
    shared: re.Pattern[str]
    """Verbs that may belong to two things and are said once: "Auto und Hund anmelden"."""

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Wishes:
        return cls(
            links=re.compile(rf"(?<!\w){_any(table['links'])}(?: |$)"),
            clauses=re.compile(rf"(?<!\w)(?P<link>{_any(table['and'])} )(?={_any(table['clauses'])}(?: |$))"),
            asking=re.compile(rf"{_any(table['asking'])}(?: |$)"),
            pairs=tuple(_whole(pattern) for pattern in table["pairs"]),
            company=re.compile(_any(table["company"])),
            joints=re.compile(rf"(?<!\w)(?P<link>{_any(table['joints'])})(?!\w)"),
            **{
                name: re.compile(rf"(?<!\w){_any(table[name])}(?!\w)")
                for name in ("turns", "wants", "tells", "adds", "articles", "subordinate", "back", "shared")
            },
        )


@dataclass(frozen=True)
class TurnTaking:
    """Words that say nothing about a town, but whose turn it is."""

    unfinished: re.Pattern[str]
    """An utterance that ends so goes on after a pause: "ich brauche", "und"."""
    ends_questions: frozenset[str]
    """Of its last words, those at which a question may well end: "wie melde ich mich an?", "was kostet das?"."""
    backchannels: re.Pattern[str]
    """Utterances of a listener who does not want the turn: "mhm", "okay"."""
    modals: re.Pattern[str]
    """Words whose clause lacks its verb without one of :attr:`modals_go_with`: "kann ich meinen Ausweis?". Both as they
    are written within a sentence."""
    modals_go_with: re.Pattern[str]

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> TurnTaking:
        backchannel = _any(table["backchannels"])
        return cls(
            re.compile(rf"(?<!\w){_any(table['unfinished'])}$"),
            frozenset(table["ends_questions"]),
            re.compile(rf"{backchannel}(?: {backchannel}){{0,2}}"),
            *(re.compile("|".join(table[name])) for name in ("modals", "modals_go_with")),
        )


@dataclass(frozen=True)
class Phrasebook:
    language: str
    script: str
    """Of its letters: see :func:`.normalise.script`."""
    own: Rule
    """How somebody asks for this language: "po polsku", "englisch bitte"."""
    openings: re.Pattern[str]
    fillers: re.Pattern[str]
    stopwords: frozenset[str]
    particles: frozenset[str]
    """What comes off separable verbs: "melde … um"."""
    clause: re.Pattern[str]
    """What lies between the clauses of an utterance as it is written: a stop, or what stands before a question."""
    partners: frozenset[str]
    """Whom callers want on the line, or not: a person, a computer."""
    people: People
    extensions: re.Pattern[str]
    """What stands before an extension: "Durchwahl"."""
    off_topic: tuple[str, ...]
    """Examples of what no town hall is asked, as they are said."""
    noise: Rule
    """What recognition writes where nobody spoke."""
    rules: Mapping[str, Rule]
    aspects: Mapping[str, Rule]
    """In the order in which they are tried."""
    emergencies: tuple[Emergency, ...]
    past: Rule
    """An emergency that is over: last week's."""
    harmless: Rule
    """One that is only talked about: its bill, its form."""
    leading: Mapping[str, re.Pattern[str]]
    """``yes`` and ``no`` at the beginning of a longer answer."""
    choices: Choosing
    wishes: Wishes
    turns: TurnTaking
    corrections: tuple[re.Pattern[str], ...]
    """Whole utterances that take something back, with the groups ``wanted`` and perhaps ``rejected``."""
    names: re.Pattern[str]
    """What people say before their name."""
    titles: frozenset[str]
    not_names: frozenset[str]
    nobility: frozenset[str]
    """Small words within a name: "von", "van der"."""
    digits: Mapping[str, str]
    tens: Mapping[str, int]
    repeats: Mapping[str, int]
    """ "doppel" and the like."""
    joint: str
    """What joins units to tens in one word ("drei-und-zwanzig"); empty where the tens come first."""
    hundred: str

    def strip(self, text: str) -> str:
        """A folded utterance without greetings, openings and fillers; as it was if nothing else is there."""
        bare = " ".join(self.fillers.sub(" ", text).split())
        while True:
            shorter = self.openings.sub("", bare, count=1).strip()
            if shorter == bare or not shorter:
                return bare or text
            bare = shorter

    def content(self, text: str) -> list[str]:
        """The words of a folded utterance that can tell a service: no fillers, no stop words."""
        return [word for word in self.strip(text).split() if word not in self.stopwords]


def _with_sets(value: Any, sets: Mapping[str, str]) -> Any:
    """The patterns of a table with the sets in the places of their names."""
    if isinstance(value, dict):
        return {key: _with_sets(each, sets) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_sets(each, sets) for each in value]
    if isinstance(value, str):
        for name, words in sets.items():
            value = value.replace(f"{{{name}}}", f"(?:{words})")
    return value


def _off_topic(language: str) -> tuple[str, ...]:
    """A class of its own beside the services: examples, not patterns."""
    source = files("voicebot.understanding").joinpath("phrases", "off_topic.csv").read_text(encoding="utf-8")
    return tuple(row["text"] for row in csv.DictReader(source.splitlines()) if row["language"] == language)


def tried(language: str) -> list[str]:
    """The languages whose phrases are tried in a call: its own first, as short utterances are taken for another's.

    Then those that many speak beside their own; "no" is yes in Polish, so not all of them.
    """
    return list(dict.fromkeys((language if language in LANGUAGES else LANGUAGES[0], *WIDELY_SPOKEN)))


def books(text: str) -> tuple[Phrasebook, ...]:
    """Those in whose script a text may be written."""
    scripts = _LATIN if text.isascii() else frozenset(map(script, text.split()))
    return _written_in(scripts)


_LATIN = frozenset({"latin"})


@lru_cache(maxsize=16)
def _written_in(scripts: frozenset[str]) -> tuple[Phrasebook, ...]:
    return tuple(book for book in map(phrasebook, LANGUAGES) if book.script in scripts)


def likely_books(text: str) -> list[Phrasebook]:
    """Those of the languages that a folded text is most likely in, by its small words, and of the widely spoken.

    What is harmless in one language may be an emergency in another: not all of them are to be asked.
    """
    words, found = text.split(), books(text)
    small = {book.language: sum(word in book.stopwords for word in words) for book in found}
    most = max(small.values(), default=0)
    return [book for book in found if small[book.language] == most or book.language in WIDELY_SPOKEN]


class PhraseError(Exception):
    """A phrase file that cannot be used; the message names the file and what is wrong in it."""


@cache
def phrasebook(language: str) -> Phrasebook:
    """The phrases of a language, or the first of :data:`LANGUAGES` where it has none. Raises PhraseError."""
    name = language if language in LANGUAGES else LANGUAGES[0]
    file = files("voicebot.understanding").joinpath("phrases", f"{name}.toml")
    try:
        return _read(name, tomllib.loads(file.read_text(encoding="utf-8")))
    except KeyError as error:
        raise PhraseError(f"{file}: {error.args[0]} is missing; en.toml beside it has all that is needed") from None
    except (OSError, ValueError, TypeError, AttributeError, re.error) as error:
        raise PhraseError(f"{file}: cannot be read: {error}") from None


def _between_clauses(joining: str, asking: str) -> re.Pattern[str]:
    """Stops, an "and" that more than a word or two follow, and the place before a question's first word."""
    between = ["[,;:.?!–]"]
    if words := joining.split():
        between.append(rf"\s(?:{'|'.join(map(re.escape, words))})\s(?=(?:\S+\s+){{3}})")
    if words := asking.split():
        between.append(rf"\s(?=(?:{'|'.join(map(re.escape, words))})\s+\S+\s)")
    return re.compile("|".join(between), re.IGNORECASE)


def _read(name: str, table: dict[str, Any]) -> Phrasebook:
    table = _with_sets(table, table["sets"])
    polite: list[str] = table["polite"]
    leading = {answer: re.compile(rf"(?:{_any(table[answer]['leading'])}(?: |$))+") for answer in ("yes", "no")}
    return Phrasebook(
        language=name,
        script=script("".join(table["stopwords"])),
        own=Rule.read(table["language"]),
        openings=re.compile(rf"^(?:{_any(table['openings'])}(?: |$))+"),
        fillers=re.compile(rf"(?<!\w){_any(table['fillers'])}(?!\w)"),
        stopwords=frozenset(word for line in table["stopwords"] for word in fold(line).split()),
        particles=frozenset(table["particles"]),
        clause=_between_clauses(table.get("joining", ""), table.get("asking", "")),
        partners=frozenset(map(fold, table["partners"])),
        people=People.read(table["people"]),
        extensions=re.compile(rf"(?<!\w){_any(table['extensions']['words'])}(?!\w)"),
        off_topic=_off_topic(name),
        noise=Rule.read(table["noise"]),
        rules={intent: Rule.read(table[intent], polite) for intent in table["intents"]},
        aspects={aspect: Rule.read(rule) for aspect, rule in table["aspects"].items()},
        emergencies=tuple(Emergency(kind["number"], kind["certain"], Rule.read(kind)) for kind in table["emergency"]),
        past=Rule.read(table["past"]),
        harmless=Rule.read(table["harmless"]),
        leading=leading,
        choices=Choosing.read(table["choices"]),
        wishes=Wishes.read(table["wishes"]),
        turns=TurnTaking.read(table["turns"]),
        corrections=tuple(_whole(pattern) for pattern in table["corrections"]["whole"]),
        names=re.compile(rf"(?<!\w){_any(table['names']['introductions'])} "),
        titles=frozenset(map(fold, table["names"]["titles"])),
        nobility=frozenset(map(fold, table["names"]["nobility"])),
        not_names=frozenset(map(fold, table["names"]["never"])),
        digits={fold(word): digit for word, digit in table["numbers"]["digits"].items()},
        tens={fold(word): value for word, value in table["numbers"]["tens"].items()},
        repeats={fold(word): times for word, times in table["numbers"]["repeats"].items()},
        joint=table["numbers"]["joint"],
        hundred=table["numbers"]["hundred"],
    )
