"""Several wishes in one breath, taken apart: "Was kostet ein Reisepass, und wann haben Sie offen?"

Conservative: a part that cannot stand by itself stays with its neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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


class _Kind(Enum):
    SENTENCE = auto()
    CLAUSE = auto()
    LINK = auto()


@dataclass(frozen=True)
class Piece:
    """A part of an utterance that may be about a thing of its own."""

    text: str
    is_wish: bool
    """Whether it asks or wants, or names a thing and no more; otherwise it only tells."""
    is_bare: bool
    """Whether it names a thing and no more, without a verb."""
    is_added: bool
    """Whether it says that it is one more thing."""
    is_joined: bool
    """Whether more than a comma parts it from the one before."""
    is_clause: bool
    """Whether it only goes on with the one before: "damit …", "dass …"."""
    points_back: bool
    """Whether it may be about what was said before: "dafür"."""

    @property
    def may_follow(self) -> bool:
        """Whether it may be a wish beside the one before at all."""
        return not self.is_clause and (self.is_added or self.is_joined)


def pieces(text: str, language: str) -> list[Piece]:
    """The smallest parts of an utterance that name anything, in their order: at commas, at "und", at links.

    What has no verb of its own borrows from the piece before how that begins, and from the one after it the verb it
    ends with: "was kostet" in "was kostet der Pass und der Ausweis", "anmelden" in "Auto und Hund anmelden".
    """
    spans, book = Spans(text), phrasebook(language)
    wishes = book.wishes
    cuts = _cuts(spans, book)
    folded = [spans.folded[cut.begin : cut.end].strip() for cut in cuts]
    found: list[Piece] = []
    head, was_bare = "", False
    for place, (cut, part) in enumerate(zip(cuts, folded, strict=True)):
        wants = bool(wishes.wants.search(part))
        is_bare = not wants and not wishes.tells.search(part) and len(part.split()) <= _BARE
        own = spans.said(cut.begin, cut.end)
        if not is_bare:
            head = _head(part, book)
        elif head:
            has_article = wishes.articles.fullmatch(part.split()[0])
            own = f"{_without_article(head, book) if has_article else head} {own}".strip()
        if not wishes.shared.search(part) and len(part.split()) <= 2 * _BARE:
            near = [*folded[place + 1 : place + 2], *(folded[place - 1 : place] if place and is_bare else ())]
            verb = next((verb.group() for each in near if (verb := wishes.shared.search(each))), "")
            own = f"{own} {verb}".strip()
        found.append(
            Piece(
                own,
                is_wish=wants or is_bare,
                is_bare=is_bare,
                is_added=cut.is_linked or bool(wishes.adds.search(f"{cut.before} {part}")),
                # In a list all are named alike: "Reisepass, Ausweis, was kostet das".
                is_joined=cut.is_joined or (is_bare and was_bare),
                is_clause=not (cut.is_joined or is_bare) and bool(wishes.subordinate.match(part)),
                points_back=bool(wishes.back.search(part)),
            )
        )
        was_bare = is_bare
    return found


@dataclass(frozen=True)
class _Cut:
    begin: int
    end: int
    before: str = ""
    """What was cut off before it: "und dann"."""
    is_joined: bool = False
    is_linked: bool = False


def _cuts(spans: Spans, book: Phrasebook) -> list[_Cut]:
    """Where pieces lie in the folded text."""
    edges = dict.fromkeys(spans.commas, (0, False, False)) | dict.fromkeys(spans.sentence_ends, (0, True, False))
    edges |= {found.start(): (0, True, False) for found in book.wishes.turns.finditer(spans.folded)}
    for found in book.wishes.joints.finditer(spans.folded):
        edges[found.start()] = (found.end("link") - found.start(), True, False)
    for found in book.wishes.links.finditer(spans.folded):
        edges[found.start()] = (found.end() - found.start(), True, True)
    cut = [_Cut(0, len(spans.folded))]
    for place in sorted(edges):
        last, (length, is_joined, is_linked) = cut[-1], edges[place]
        if place < last.begin:
            continue
        said = spans.folded[place : place + length]
        if spans.folded[last.begin : place].strip():
            cut[-1] = replace(last, end=place)
            cut.append(_Cut(place + length, len(spans.folded), said, is_joined, is_linked))
        else:
            before = f"{last.before} {said}".strip()
            joined, linked = last.is_joined or is_joined, last.is_linked or is_linked
            cut[-1] = _Cut(place + length, len(spans.folded), before, joined, linked)
    return _with_content(cut, spans, book)[:_MOST_PIECES]


def _with_content(cuts: Sequence[_Cut], spans: Spans, book: Phrasebook) -> list[_Cut]:
    """Those that say something; what says nothing, as "brauche ich auch", goes with the one before."""
    kept: list[_Cut] = []
    for cut in cuts:
        if _has_content(spans.folded[cut.begin : cut.end], book):
            kept.append(cut)
        elif kept:
            kept[-1] = replace(kept[-1], end=cut.end)
    return kept


def _without_article(head: str, book: Phrasebook) -> str:
    before, _, last = head.rpartition(" ")
    return before if book.wishes.articles.fullmatch(last) else head


def _head(part: str, book: Phrasebook) -> str:
    """How a piece begins, up to the first word that says what it is about."""
    telling = frozenset(book.content(part))
    words = part.split()
    end = next((place for place, word in enumerate(words) if word in telling), 0)
    return " ".join(words[:end]) if end <= _LONGEST_HEAD else ""


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
