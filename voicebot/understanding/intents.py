"""What callers say to the bot itself: yes, no, a person please, once more, goodbye."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voicebot.understanding.normalise import fold
from voicebot.understanding.phrasebook import LANGUAGES, WIDELY_SPOKEN, books, phrasebook, tried
from voicebot.understanding.result import Intent

REQUEST = "request"
SUMMONS = "summons"
_NO_INTENTS = (REQUEST, SUMMONS)
_ANSWERS = frozenset({Intent.YES, Intent.NO})
_NOT_ASKING = frozenset(
    fold(word)
    for word in (
        *("kein", "keine", "keinen", "nicht", "nix", "warum", "wieso", "no", "not", "dont", "cannot", "cant", "why"),
        *("geen", "niet", "waarom", "bilmiyorum", "bilmem", "değil", "konuşamıyorum", "anlamıyorum", "neden", "niye"),
        *(
            "nie",
            "dlaczego",
            "не",
            "немає",
            "чому",
            "почему",
            "нет",
            "ні",
            "لا",
            "ما",
            "مو",
            "مش",
            "ليس",
            "ليش",
            "لماذا",
        ),
    )
)
"""Whoever says one of these beside a language does not ask for it."""
_LONGEST_ASKING = 8
"""Words in which somebody asks for a language."""
_FEWEST_QUESTION = 3
"""Words of a question that may end in one after which others go on."""


def is_noise(text: str) -> bool:
    """Whether this is what recognition makes of silence: subtitles, credits."""
    folded = fold(text)
    return any(book.noise.matches(folded) for book in books(folded))


def asks_for_somebody(text: str, language: str) -> bool:
    """Whether a department named in the utterance is wanted on the line: "mit dem Bauamt sprechen"."""
    folded = fold(text)
    return any(phrasebook(name).rules[REQUEST].matches(folded) for name in tried(language))


def summons(text: str, language: str) -> bool:
    """Whether it is said plainly that somebody is wanted on the line, whatever else is said."""
    folded = fold(text)
    return any(phrasebook(name).rules[SUMMONS].matches(folded) for name in tried(language))


def somebody_of(before: str, language: str) -> bool:
    """Whether folded words end as they do before the department of somebody: "gern die Dame vom"."""
    books = (phrasebook(name).people for name in tried(language))
    return any(found.end() == len(before) for book in books for found in book.of.finditer(before))


def calls_somebody_of(text: str, language: str) -> bool:
    """Whether somebody is wanted who deals with something: "geben Sie mir die Leute vom Kanal"."""
    folded = fold(text)
    return summons(text, language) and any(phrasebook(name).people.of.search(folded) for name in tried(language))


def is_beside_people(word: str) -> bool:
    """Whether a folded word says nothing beside somebody who is wanted: "richtigen", "Leitung"."""
    books = [phrasebook(name).people for name in LANGUAGES]
    return any(word in book.around or book.some.fullmatch(word) or book.anyone.fullmatch(word) for book in books)


def without_partners(text: str) -> str:
    """An utterance without the words for whom to speak to: "mit einem Menschen über Wohngeld"."""
    partners = frozenset().union(*(phrasebook(name).partners for name in LANGUAGES))
    return " ".join(word for word in fold(text).split() if word not in partners)


def _answering(language: str) -> tuple[str, ...]:
    """Those in which a yes or a no counts: "ne" is no question in German and "no" is no refusal in Polish."""
    return WIDELY_SPOKEN if language in WIDELY_SPOKEN or language not in LANGUAGES else (language,)


def _unpunctuated(text: str) -> Iterator[str]:
    """Folded words but for those before a comma or a full stop: "no" in "no English", and not in "no, English"."""
    return (fold(token) for token in text.split() if token[-1].isalnum())


def asked_language(text: str) -> str | None:
    """The language that somebody asks to be spoken to in, in whatever language that is said.

    Only where nothing else is said: "eine Urkunde auf Englisch" asks for a paper.
    """
    folded = fold(text)
    if not folded or len(folded.split()) > _LONGEST_ASKING or _NOT_ASKING & set(_unpunctuated(text)):
        return None
    possible = books(folded)
    for language in LANGUAGES:
        own = phrasebook(language).own
        if own.contains is None or not own.matches(folded):
            continue
        rest = own.contains.sub(" ", folded).split()
        for book in possible:
            rest = book.content(" ".join(rest)) if rest else []
        if not rest:
            return language
    return None


def control_intents(text: str, language: str) -> tuple[Intent, ...]:
    """The intents whose phrases the utterance holds, the most telling first; empty for a question."""
    folded = fold(text)
    if not folded:
        return ()
    own = _answering(language)
    for name in tried(language):
        book = phrasebook(name)
        bare = book.strip(folded)
        found = tuple(
            Intent(intent)
            for intent, rule in book.rules.items()
            if intent not in _NO_INTENTS
            and (
                rule.matches(bare)
                or rule.matches(folded)
                or (intent == Intent.HUMAN and book.people.are_all(folded, book.content(folded)))
            )
        )
        if name not in own:
            found = tuple(intent for intent in found if intent not in _ANSWERS)
        if found:
            return found
    return ()


def is_backchannel(text: str, language: str) -> bool:
    """Whether a listener says it without taking the turn: "mhm", "ja", "okay"."""
    return phrasebook(language).turns.backchannels.fullmatch(fold(text)) is not None


def is_unfinished(text: str, language: str) -> bool:
    """Whether the utterance ends where nobody ends: after "und", "ich brauche", or with Whisper's three dots.

    What it hears as a question may end in words that statements go on after: "wie melde ich mein Gewerbe an?".
    """
    if text.rstrip().endswith(("...", "…", ",", "-")):
        return True
    turns, words = phrasebook(language).turns, fold(text).split()
    if ends_as_question(text) and len(words) >= _FEWEST_QUESTION and words[-1] in turns.ends_questions:
        return False
    return bool(turns.unfinished.search(" ".join(words)))


def lacks_verb(text: str, language: str) -> bool:
    """Whether the last clause has a modal verb and not the infinitive that belongs to it: "kann ich meinen Ausweis?".

    Nouns are told from infinitives by their capitals, which Whisper writes.
    """
    turns = phrasebook(language).turns
    clauses = [clause for clause in re.split(r"[,.;:!?]+", text) if clause.strip()]
    words = clauses[-1].split() if clauses else []
    others = [word for word in words if not turns.modals.fullmatch(word.lower())]
    return len(others) < len(words) and not any(map(turns.modals_go_with.fullmatch, others))


def only_opens(text: str, language: str) -> bool:
    """Whether nothing is said yet but "hallo" or "ja, guten Tag"."""
    return not phrasebook(language).openings.sub("", fold(text)).strip()


def ends_as_question(text: str) -> bool:
    """Whether the recognizer has heard a question."""
    return text.rstrip().endswith(("?", "؟"))


def names_digits(text: str, language: str) -> bool:
    """Whether some of a number is said, in digits or in words."""
    digits = phrasebook(language).digits
    return any(char.isdigit() for char in text) or any(word in digits for word in fold(text).split())


def leading_answer(text: str, language: str) -> tuple[Intent | None, str]:
    """A yes or no at the beginning, and the folded rest of the utterance."""
    folded = fold(text)
    for name in _answering(language):
        for answer, pattern in phrasebook(name).leading.items():
            if found := pattern.match(folded):
                return Intent(answer), folded[found.end() :]
    return None, folded
