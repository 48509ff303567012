"""Folded text that remembers what it was made of, so that parts of an utterance stay as they were said."""

from __future__ import annotations

import re
from bisect import bisect_right

from voicebot.understanding.normalise import fold

_TOKEN = re.compile(r"\S+")
_SENTENCE_END = re.compile(r"[.!?؟…][\"'“”«»)]*$")
_COMMA = re.compile(r"[,;:–—،؛][\"'“”«»)]*$|^[–—-]$")
#: Ends no sentence: "am 22. Mai", "z. B.", "Str.".
_INNER_FULL_STOP = re.compile(r"(?:\d{1,2}|[^\W\d_]|ca|bzw|ggf|dr|nr|str|st|mr|mrs|prof|inkl|evtl)\.", re.IGNORECASE)


class Spans:
    """An utterance with its folded form: places in :attr:`folded` are found again in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] = []
        self._tokens: list[tuple[int, int]] = []
        self.sentence_ends: list[int] = []
        """Places in :attr:`folded` where a sentence is over."""
        self.commas: list[int] = []
        """Places in :attr:`folded` before which a comma stands, or what parts as much."""
        words: list[str] = []
        length = 0
        for token in _TOKEN.finditer(text):
            if word := fold(token.group()):
                self._starts.append(length)
                self._tokens.append(token.span())
                words.append(word)
                length += len(word) + 1
            if length and _SENTENCE_END.search(token.group()) and not _INNER_FULL_STOP.fullmatch(token.group()):
                self.sentence_ends.append(length)
            elif length and _COMMA.search(token.group()):
                self.commas.append(length)
        self.folded = " ".join(words)

    def said(self, start: int, end: int) -> str:
        """The text behind ``folded[start:end]``, without punctuation around it but for a question mark."""
        part = self.folded[start:end]
        start, end = start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
        if end <= start:
            return ""
        first = max(bisect_right(self._starts, start) - 1, 0)
        last = max(bisect_right(self._starts, end - 1) - 1, 0)
        return self.text[self._tokens[first][0] : self._tokens[last][1]].strip(" ,.;:–-،؛")
