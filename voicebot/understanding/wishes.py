"""Several wishes in one breath, taken apart: "Was kostet ein Reisepass, und wann haben Sie offen?"

Conservative: a part that cannot stand by itself stays with its neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from voicebot.understanding.aspects import find_aspect
from voicebot.understanding.phrasebook import Phrasebook, phrasebook
from voicebot.understanding.spans import Spans

_MOST = 4
"""Wishes in one utterance; what follows stays with the last."""


def split(text: str, language: str) -> list[str]:
    """The wishes of an utterance in their order, as they were said; the text alone where there is one."""
    spans = Spans(text)
    book = phrasebook(language)
    if pair := _pair(spans, book):
        return pair
    edges = _edges(spans, book)
    parts = [_Part(0, len(spans.folded))]
    for place, edge in enumerate(edges):
        end = edges[place + 1].end if place + 1 < len(edges) else len(spans.folded)
        before, after = spans.folded[parts[-1].begin : edge.end].strip(), spans.folded[edge.begin : end].strip()
        if len(parts) < _MOST and _may_part(before, after, edge.kind, book):
            parts[-1] = _Part(parts[-1].begin, edge.end)
            parts.append(_Part(edge.begin, len(spans.folded)))
    return [spans.said(part.begin, part.end) for part in parts] if len(parts) > 1 else [text]


class _Kind(Enum):
    SENTENCE = auto()
    CLAUSE = auto()
    LINK = auto()


@dataclass(frozen=True)
class _Part:
    begin: int
    end: int


@dataclass(frozen=True)
class _Edge:
    """Where a wish may end, and where the next would begin, as places in the folded text."""

    end: int
    begin: int
    kind: _Kind


def _edges(spans: Spans, book: Phrasebook) -> list[_Edge]:
    wishes = book.wishes
    found = {place: _Edge(place, place, _Kind.SENTENCE) for place in spans.sentence_ends}
    for clause in wishes.clauses.finditer(spans.folded):
        found[clause.start()] = _Edge(clause.start(), clause.end("link"), _Kind.CLAUSE)
    for link in wishes.links.finditer(spans.folded):
        found[link.start()] = _Edge(link.start(), link.end(), _Kind.LINK)
    edges: list[_Edge] = []
    for place in sorted(found):
        # Of edges within one another the first: "und dann wollte ich noch fragen".
        if 0 < place < len(spans.folded) and (not edges or place >= edges[-1].begin):
            edges.append(found[place])
    return edges


def _may_part(before: str, after: str, kind: _Kind, book: Phrasebook) -> bool:
    if not (_stands(before, book) and _stands(after, book)) or book.wishes.company.match(after):
        return False
    if kind is _Kind.LINK:
        return True
    # "Ich bin umgezogen. Was muss ich tun?" is one wish, told and then asked.
    if not _is_wish(before, book):
        return False
    if kind is _Kind.CLAUSE:
        return True
    return _asks(after, book) and (_has_content(after, book) or _aspect(before, book) is not None)


def _stands(part: str, book: Phrasebook) -> bool:
    """Whether a part has something of its own: a subject, or an aspect asked in more than a word."""
    return _has_content(part, book) or (" " in part and _aspect(part, book) is not None)


def _is_wish(part: str, book: Phrasebook) -> bool:
    return _asks(part, book) or _aspect(part, book) is not None


def _asks(part: str, book: Phrasebook) -> bool:
    asking = book.wishes.asking
    return bool(asking.match(part) or asking.match(book.strip(part)))


def _has_content(part: str, book: Phrasebook) -> bool:
    return bool(book.content(part))


def _aspect(part: str, book: Phrasebook) -> str | None:
    return find_aspect(part, book.language)


def _pair(spans: Spans, book: Phrasebook) -> list[str]:
    """Two things with one verb, each with it: "ich brauche einen Ausweis und einen Pass"."""
    for pattern in book.wishes.pairs:
        if found := pattern.fullmatch(spans.folded):
            head, first, second, tail = (spans.said(*found.span(part)) for part in ("head", "first", "second", "tail"))
            return [" ".join(f"{head} {each} {tail}".split()) for each in (first, second)]
    return []
