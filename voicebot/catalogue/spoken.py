"""What a text must be like so that it can be listened to on the telephone."""

from __future__ import annotations

import re

MOST_SENTENCES = 3
MOST_WORDS = 25

#: Usual abbreviations, "z.B.", "p.m." and ordinals such as "22." before a month or "1." before a storey.
_INNER_FULL_STOP = re.compile(
    r"(?:abs|approx|art|bzw|ca|dr|etc|evtl|ggf|inkl|max|min|mr|mrs|nr|prof|sog|st|str|tel|usw|zzgl)\."
    r"|(?:[^\W\d_]\.)+|\d{1,2}\.",
    re.IGNORECASE,
)
_QUOTES = "\"'„“”‚‘’»«"


def sentences(text: str) -> list[list[str]]:
    """The words of every sentence. Ordinals, initials and usual abbreviations end none."""
    result: list[list[str]] = []
    words: list[str] = []
    for token in text.split():
        if any(character.isalnum() for character in token):
            words.append(token)
        bare = token.strip(_QUOTES)
        if bare.endswith((".", "!", "?", "…")) and not _INNER_FULL_STOP.fullmatch(bare) and words:
            result.append(words)
            words = []
    return [*result, words] if words else result


def complaints(text: str) -> list[str]:
    """Why a text cannot be spoken, in German; empty if it can."""
    result = []
    spoken = sentences(text)
    if not spoken:
        result.append("der Text enthält kein Wort")
    if len(spoken) > MOST_SENTENCES:
        result.append(f"{len(spoken)} Sätze sind zu viele; bitte auf höchstens {MOST_SENTENCES} kürzen")
    for words in spoken:
        if len(words) > MOST_WORDS:
            start = " ".join(words[:4])
            result.append(f"der Satz „{start} …“ hat {len(words)} Wörter; bitte auf höchstens {MOST_WORDS} kürzen")
    if found := re.search(r"[()\[\]{}<>]", text):
        result.append(f"die Klammer „{found.group()}“ kann man nicht sprechen; bitte ausformulieren")
    if "http" in text.casefold():
        result.append("eine Internetadresse mit „http“ kann man nicht sprechen; bitte die Seite nennen")
    return result
