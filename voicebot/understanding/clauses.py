"""The clauses of a long utterance, so that the one question in a story is not drowned by the story."""

from __future__ import annotations

from voicebot.understanding.phrasebook import phrasebook

#: Words from which on an utterance is taken apart, and the fewest of a clause.
_LONG, _SHORTEST = 10, 4
#: Where there are more clauses, the first and the last ones are kept: a question opens a story or ends it.
_MOST = 3


def clauses(text: str, language: str) -> list[str]:
    """The clauses of an utterance of many words, in their order; none of a short one, or of one clause.

    They end where the recognizer writes a stop, and before the words that a question begins with.
    """
    if len(text.split()) < _LONG:
        return []
    found: list[str] = []
    for part in filter(None, map(str.strip, phrasebook(language).clause.split(text))):
        if found and min(len(found[-1].split()), len(part.split())) < _SHORTEST:
            found[-1] = f"{found[-1]}, {part}"
        else:
            found.append(part)
    if len(found) < 2:
        return []
    return found if len(found) <= _MOST else [found[0], *found[1 - _MOST :]]
