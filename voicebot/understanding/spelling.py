"""Names spelled letter by letter: "M wie Martha, E, Y, E, R", "Emil Ida Nordpol", "Doppel-N", "Umlaut Unna".

The words for letters are those of DIN 5009 (1996 and 2022) and of ICAO's alphabet, whichever language is
spoken. Nothing here raises on any text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from voicebot.understanding.normalise import fold
from voicebot.understanding.phrasebook import LANGUAGES, WIDELY_SPOKEN
from voicebot.understanding.spoken_tables import spoken_table

#: Shorter rows of letters are initials or chance.
_FEWEST = 3
#: A word in capitals alone is rather an abbreviation where it is shorter.
_FEWEST_CAPITALS = 4
_TOKEN = re.compile(r"[^\W\d_]+|[:;]")
_LETTERS = re.compile(r"[a-zäöüßąćęłńóśźżçğışа-яёіїєґ]")
_UMLAUTS = {"a": "ä", "o": "ö", "u": "ü"}
#: Letters that are a hint by themselves.
_ALONE = frozenset("äöüß")
_ALPHABETS = ("din_1996", "din_2022", "icao")
_LONGEST_PHRASE = 3
_VOWELS = frozenset("aeiouyäöüąęóıаеёиоуыэюяіїє")
#: Shorter rows without a vowel are initials or abbreviations: "J. R. R.", "NRW".
_FEWEST_CONSONANTS = 5


@dataclass(frozen=True)
class Spelled:
    """A name that was spelled, and where in a text."""

    name: str
    start: int
    end: int
    """Offsets of the spelling in the text."""
    is_hint: bool = False
    """Only what tells the name from others that sound alike: "mit A Ypsilon"."""
    is_single: bool = False
    """A hint that a letter is not doubled: "mit einem F"."""


@dataclass(frozen=True)
class _Alphabet:
    names: Mapping[str, str]
    """Letters by their names: "ypsilon"."""
    compounds: Mapping[str, str]
    """Letters by names of two words: "scharfes s"."""
    words: Mapping[str, str]
    """Letters by the words of the alphabets: "nordpol"."""
    phrases: Mapping[str, frozenset[str]]
    """What is said between the letters, by its purpose."""
    confusable: tuple[str, ...]
    fewest_names: int
    """So many names of letters that are words too ("er", "es", "we") are no chance."""
    given_names: frozenset[str]
    """Words of the alphabets that are names of people too."""
    letter_words: frozenset[str]
    """Letters that are words too: "I"."""


@dataclass(frozen=True)
class _Token:
    word: str
    """Small letters, umlauts kept."""
    plain: str
    """Folded."""
    written: str
    start: int
    end: int


@dataclass
class _Row:
    """Letters found one after another."""

    letters: str = ""
    is_certain: bool = False
    """Something in it is nothing but a letter."""
    has_words: bool = False
    """Words that only an alphabet has: "Nordpol"."""
    has_given_names: bool = False
    """Words of an alphabet that are names too: "Karl E. Otto"."""
    pieces: int = 0
    """Tokens that said letters."""

    def holds(self, fewest_names: int) -> bool:
        count = sum(letter.isalpha() for letter in self.letters)
        if count < _FEWEST_CONSONANTS and _VOWELS.isdisjoint(self.letters):
            return False
        if self.pieces == 1:
            return count >= _FEWEST_CAPITALS
        is_spelling = self.has_words or (self.is_certain and not self.has_given_names)
        return count >= (_FEWEST if is_spelling else fewest_names)


@cache
def _alphabet(language: str) -> _Alphabet:
    table = spoken_table(language)["spelling"]
    purposes = ("like", "hyphens", "breaks", "silent", "doubles", "singles", "umlaut", "dots", "hints")
    words: dict[str, str] = {}
    for other in (*(each for each in WIDELY_SPOKEN if each != language), language):
        for alphabet in _ALPHABETS:
            words |= _by_word(spoken_table(other)["spelling"].get(alphabet, {}))
    return _Alphabet(
        names=_by_word(table["letters"]),
        words=words,
        phrases={purpose: frozenset(map(_plain, table[purpose])) for purpose in purposes},
        confusable=tuple(table["confusable"]),
        compounds=table["compounds"],
        fewest_names=table["fewest_names"],
        given_names=frozenset(" ".join(spoken_table(each)["spelling"]["given_names"] for each in LANGUAGES).split()),
        letter_words=frozenset(table["letter_words"]),
    )


def _by_word(table: Mapping[str, str]) -> dict[str, str]:
    return {word: letter for letter, names in table.items() for word in names.split()}


def _plain(text: str) -> str:
    return " ".join(fold(word).replace(" ", "") for word in text.split())


def spelled(text: str, language: str) -> str | None:
    """The first name that a text spells, in capitals as names have them; None where none is spelled.

    ``"M wie Martha, E, Y, E, R" → "Meyer"``, ``"L Ü D E R S Bindestrich K O C H" → "Lüders-Koch"``.
    """
    return next((each.name for each in spellings(text, language) if not each.is_hint), None)


def spellings(text: str, language: str) -> Iterator[Spelled]:
    """Every name that a text spells, and the hints after "mit", in their order."""
    # Offsets would not survive composing, which only names with combining characters need.
    text = unicodedata.normalize("NFC", text)
    tokens = [_Token(found[0].lower(), _plain(found[0]), found[0], *found.span()) for found in _TOKEN.finditer(text)]
    reader = _Reader(tokens, _alphabet(language))
    place = 0
    while place < len(tokens):
        hint = reader.phrase(place, "hints")
        single = reader.phrase(place + hint, "singles") if hint else 0
        row, end = reader.row(place + hint + single)
        start = tokens[place].start
        if row and hint and len(row.letters) > _FEWEST and (rest := _after_hint(row.letters)):
            yield Spelled(_as_name(rest), start, tokens[end - 1].end)
        elif row and hint and 0 < len(row.letters) < _FEWEST:
            yield Spelled(row.letters, start, tokens[end - 1].end, is_hint=True, is_single=bool(single))
        elif row and row.holds(reader.alphabet.fewest_names):
            yield Spelled(_as_name(row.letters), start, tokens[end - 1].end)
        else:
            end = max(end, place + 1)
        place = end


def _after_hint(letters: str) -> str:
    """The whole name after a hint that it repeats: "mit A Ypsilon, M A Y E R", "mit Ü, M Ü L L E R"."""
    for length in (3, 2, 1):
        hint, rest = letters[:length], letters[length:]
        if length == 1 and hint not in _ALONE:
            break  # "Anna mit A N N A"
        if len(rest) >= _FEWEST and hint in rest:
            return rest
    return ""


def _as_name(letters: str) -> str:
    return re.sub(r"(^|[ -])([^\W_])", lambda found: found[1] + found[2].upper(), letters.strip("- "))


def apply_hint(name: str, hint: Spelled, language: str) -> str:
    """A name as heard, spelled as its hint says: ``"Meier", "ay" → "Mayer"``; unchanged where it does not fit."""
    letters, low = hint.name, name.lower()
    if hint.is_single and letters * 2 in low:
        return _put(name, low.rindex(letters * 2), letters * 2, letters)
    if letters in low:
        return name
    for group in spoken_table(language)["spelling"]["alike"]:
        members = group.split()
        if letters in members:
            for member in sorted(members, key=len, reverse=True):
                if member in low:
                    return _put(name, low.rindex(member), member, letters)
    return name


def _put(name: str, place: int, old: str, new: str) -> str:
    return name[:place] + (new if place else new.capitalize()) + name[place + len(old) :]


@dataclass(frozen=True)
class _Reader:
    tokens: Sequence[_Token]
    alphabet: _Alphabet

    def phrase(self, place: int, purpose: str) -> int:
        """How many tokens a phrase with this purpose takes here, 0 for none."""
        phrases = self.alphabet.phrases[purpose]
        for length in range(min(_LONGEST_PHRASE, len(self.tokens) - place), 0, -1):
            said = " ".join(token.plain for token in self.tokens[place : place + length])
            if said in phrases:
                return length
        return 0

    def row(self, place: int) -> tuple[_Row | None, int]:
        """The letters that begin here, and the place after the last of them."""
        row, end, times, umlaut = _Row(), place, 1, False
        while place < len(self.tokens):
            letters, used = self._letters(place, row)
            if letters:
                row.letters += (_UMLAUTS.get(letters, letters) if umlaut else letters) * times
                row.pieces += 1
                place += used
                end, times, umlaut = place, 1, False
                continue
            if times == 1 and (used := self.phrase(place, "doubles")):
                times = 2
            elif not umlaut and (used := self.phrase(place, "umlaut")):
                umlaut = True
            elif row.letters and (mark := self._mark(place)):
                row.letters += mark
                used = self.phrase(place, "hyphens") or self.phrase(place, "breaks")
            elif not (row.letters and (used := self.phrase(place, "silent"))):
                break
            place += used
        return (row if row.letters else None), end

    def _mark(self, place: int) -> str:
        return "-" if self.phrase(place, "hyphens") else " " if self.phrase(place, "breaks") else ""

    def _letters(self, place: int, row: _Row) -> tuple[str, int]:
        """The letters that a token says, with its "wie Martha" and its dots, and how many tokens that takes."""
        token = self.tokens[place]
        both = " ".join(other.word for other in self.tokens[place : place + 2])
        if compound := self.alphabet.compounds.get(both):
            row.is_certain = True
            return compound, 2
        heard = self._heard(token)
        like = self.phrase(place + 1, "like")
        if like and place + 1 + like < len(self.tokens):
            letter = self._by_word(heard, self.tokens[place + 1 + like].word)
            if letter and (heard or self._is_alphabet(place + 1 + like)):
                row.is_certain = True
                return letter, 2 + like
        if heard in _UMLAUTS and (dots := self.phrase(place + 1, "dots")):
            row.is_certain = True
            return _UMLAUTS[heard], 1 + dots
        if heard:
            is_letter = token.written.isupper() or len(token.word) not in (2, 3)
            row.is_certain |= is_letter and token.word not in self.alphabet.letter_words
            return heard, 1
        if letter := self.alphabet.words.get(token.word, ""):
            is_name = token.word in self.alphabet.given_names
            row.has_given_names |= is_name
            row.has_words |= not is_name
            return letter, 1
        return "", 0

    def _heard(self, token: _Token) -> str:
        """The letters of a token that is a letter, a letter's name or several capitals."""
        if len(token.word) == 1:
            return token.word if _LETTERS.fullmatch(token.word) else ""
        if letter := self.alphabet.names.get(token.word):
            return letter
        is_capitals = token.written.isupper() and not any(other.written.isupper() for other in self._long_others(token))
        return token.word if is_capitals else ""

    def _long_others(self, token: _Token) -> Iterable[_Token]:
        """Other words that would be capitals too if a whole text were written so."""
        return (other for other in self.tokens if other is not token and len(other.word) > _FEWEST)

    def _is_alphabet(self, place: int) -> bool:
        return self.tokens[place].word in self.alphabet.words

    def _by_word(self, heard: str, word: str) -> str:
        """The letter of "M wie Martha": the word decides where letters' names sound alike."""
        meant = self.alphabet.words.get(word, word[:1])
        if not heard or not meant:
            return meant
        if len(meant) > 1 and meant.startswith(heard):
            return heard
        if meant != heard and any(meant in group and heard in group for group in self.alphabet.confusable):
            return meant
        return heard
