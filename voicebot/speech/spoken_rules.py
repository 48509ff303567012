"""Rules for reading aloud: what is replaced in a written text, by what, and when it is worth looking for it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

Said = str | Callable[[re.Match[str]], str]

DIGITS = "0123456789"
WORD = r"[^\W\d_]+"
ROMAN = r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})(?<=[IVX])"

_NEAR = 48
"""Characters before a number in which the words are that decide how it is said."""
_PARTS = re.compile(r" ?[^\W\d_]+\.")


class Rule(NamedTuple):
    """A replacement, and what tells quickly that a text cannot hold what the pattern looks for."""

    pattern: re.Pattern[str]
    said: Said
    needs: frozenset[str]
    """At least one of these characters; empty for none."""
    words: tuple[str, ...]
    """At least one of these; empty for none."""


def rule(pattern: str, said: Said, *, needs: str = "", words: Sequence[str] = (), flags: int = 0) -> Rule:
    """A rule with its pattern compiled."""
    return Rule(re.compile(pattern, flags), said, frozenset(needs), tuple(words))


def apply(rules: Iterable[Rule], text: str) -> str:
    """`text` after all rules, each applied to what the ones before it have left."""
    present = frozenset(text)
    for pattern, said, needs, words in rules:
        if (needs and needs.isdisjoint(present)) or (words and not any(map(text.__contains__, words))):
            continue
        text, found = pattern.subn(said, text)
        if found:
            present = frozenset(text)
    return text


def before(match: re.Match[str], pattern: re.Pattern[str]) -> re.Match[str] | None:
    """What `pattern` finds at the end of the text before `match`, within the last words."""
    return pattern.search(match.string, max(0, match.start() - _NEAR), match.start())


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of these, literally; the longest that fits."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


class Abbreviations:
    """Reads abbreviations with full stops, also of several parts; as the `said` of a rule with PATTERN.

    All of them map what is written to what is said; one that is written small is also found with a capital.

    :param inner: those within a sentence
    :param closing: those after which a sentence may end: their full stop stays before one of `openers`
    :param lists: those whose full stop stays before any capital
    :param before_number: those that are abbreviations before a number only
    :param openers: words with which sentences begin
    """

    PATTERN = rf"(?<![\w.])(?:{WORD}\.(?: ?{WORD}\.){{0,7}})"

    def __init__(
        self,
        inner: Mapping[str, str],
        closing: Mapping[str, str],
        lists: Mapping[str, str],
        *,
        before_number: Mapping[str, str],
        openers: Iterable[str],
    ) -> None:
        self._always = {key.replace(" ", ""): said for key, said in {**inner, **closing, **lists}.items()}
        self._closing = frozenset(key.replace(" ", "") for key in closing)
        self._lists = frozenset(key.replace(" ", "") for key in lists)
        self._before_number = before_number
        self._sentence = re.compile(rf"\s+(?:{'|'.join(openers)})\b")
        self._capital = re.compile(r"\s+[A-ZÄÖÜ]")
        self._number = re.compile(r"\s?\d")

    def __call__(self, match: re.Match[str]) -> str:
        said, written, after = [], match[0], match.string[match.end() :]
        while written:
            ends = [part.end() for part in _PARTS.finditer(written)]
            for end in reversed(ends):
                found = self._read(written[:end], written[end:] + after)
                if found is not None:
                    said.append(found)
                    break
            else:
                end = ends[0]
                said.append(written[:end])
            written = written[end:]
        return "".join(said)

    def _read(self, written: str, after: str) -> str | None:
        """What an abbreviation is said as before `after`; None for what is none there."""
        bare = written.lstrip()
        key = bare.replace(" ", "")
        small = key[0].lower() + key[1:]
        words = self._always.get(key)
        if words is None and len(key) > 2 and (words := self._always.get(small)) is not None:  # no initial
            words = words[0].upper() + words[1:]
        if words is None and self._number.match(after):
            words = self._before_number.get(key) or self._before_number.get(small)
        if words is None:
            return None
        return " " * (len(written) > len(bare)) + words + ("." if self._closes(key, small, after) else "")

    def _closes(self, key: str, small: str, after: str) -> bool:
        if key in self._lists or small in self._lists:
            return self._capital.match(after) is not None
        return (key in self._closing or small in self._closing) and self._sentence.match(after) is not None
