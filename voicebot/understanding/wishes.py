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
#: Pieces looked at, words of a piece without a verb, and of what such a piece borrows at most.
_MOST_PIECES, _BARE, _LONGEST_HEAD = 6, 4, 4


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


@dataclass(frozen=True)
class Piece:
    """A part of an utterance that may be about a thing of its own."""

    text: str
    is_wish: bool
    """Whether it asks or wants, or names a thing and no more; otherwise it only tells."""
    is_added: bool
    """Whether it says that it is one more thing."""


def pieces(text: str, language: str) -> list[Piece]:
    """The smallest parts of an utterance that name anything, in their order: at commas, at "und", at links.

    What has no verb of its own borrows from the piece before how that begins, and from the one after it the verb it
    ends with: "was kostet" in "was kostet der Pass und der Ausweis", "anmelden" in "Auto und Hund anmelden".
    """
    spans, book = Spans(text), phrasebook(language)
    cut = [
        (begin, end, linked) for begin, end, linked in _cuts(spans, book) if _has_content(spans.folded[begin:end], book)
    ]
    folded = [spans.folded[begin:end].strip() for begin, end, _ in cut]
    said = [spans.said(begin, end) for begin, end, _ in cut]
    found: list[Piece] = []
    head = ""
    for place, part in enumerate(folded):
        wants, tells = book.wishes.wants.search(part), book.wishes.tells.search(part)
        is_bare = not wants and not tells and len(part.split()) <= _BARE
        own = said[place]
        if not is_bare:
            head = _head(part, book)
        elif head:
            own = f"{head} {own}"
        if not book.wishes.shared.search(part):
            near = [*folded[place + 1 : place + 2], *(folded[place - 1 : place] if place and is_bare else ())]
            verb = next((verb.group() for each in near if (verb := book.wishes.shared.search(each))), "")
            own = f"{own} {verb}" if verb and len(part.split()) <= 2 * _BARE else own
        is_added = cut[place][2] or bool(book.wishes.adds.search(part))
        found.append(Piece(own, bool(wants) or is_bare, is_added))
    return found


def _cuts(spans: Spans, book: Phrasebook) -> list[tuple[int, int, bool]]:
    """Where pieces begin and end in the folded text, and whether words that only link stood before."""
    edges = {place: (place, False) for place in (*spans.commas, *spans.sentence_ends)}
    for pattern, group, links in ((book.wishes.joints, "link", False), (book.wishes.links, 0, True)):
        edges |= {found.start(): (found.end(group), links) for found in pattern.finditer(spans.folded)}
    cut: list[tuple[int, int, bool]] = []
    begin, linked = 0, False
    for place in sorted(edges):
        after, links = edges[place]
        if place < begin:
            continue
        if place > begin:
            cut.append((begin, place, linked))
            linked = False
        begin, linked = after, linked or links
    cut.append((begin, len(spans.folded), linked))
    return cut[:_MOST_PIECES]


def _head(part: str, book: Phrasebook) -> str:
    """How a piece begins, up to the first word that says what it is about."""
    telling = frozenset(book.content(part))
    words = part.split()
    end = next((place for place, word in enumerate(words) if word in telling), 0)
    return " ".join(words[:end]) if end <= _LONGEST_HEAD else ""


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
