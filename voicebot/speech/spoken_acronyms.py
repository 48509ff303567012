"""Acronyms, letter by letter or as the word that people make of them; and words that are only shouted."""

import re
from collections.abc import Collection, Mapping

from voicebot.speech.spoken_codes import spelled
from voicebot.speech.spoken_rules import Rule, rule

_SPELLED = re.compile(
    r"[A-ZÄÖÜ]{2,3}|[^AEIOUYÄÖÜ]+|[AEIOUÄÖÜ][^AEIOUYÄÖÜ]{3}|[^AEIOUYÄÖÜ]{3}[AEIOUÄÖÜ]|(?=.{4,6}$).*[^AEIOUYÄÖÜ]{4}.*"
)
"""Capitals that are no word: few of them, or too many consonants for it."""
_SHORT_NAME = re.compile(r"(?=.{3,7}$)(?!.*[a-zäöüß]{3})(?:.*[A-ZÄÖÜ].*[A-ZÄÖÜ].*[A-ZÄÖÜ].*|[A-ZÄÖÜ][a-zäöüß][A-ZÄÖÜ])")
"""Of a statute that is not listed: "StVG"."""
_SHORTEST_SHOUTED = 6
_SEVERAL_CAPITALS = (
    r"(?:(?<=[^\W\d_])(-))?(?<![^\W_])((?:[A-ZÄÖÜ][a-zäöüß]*){2,}|[a-z](?:[A-ZÄÖÜ][a-z]*)+)(?:(-)(?=\w)|(?![^\W\d_]))"
)


def acronym_rule(said: Mapping[str, str], listed: Collection[str], shouted: Collection[str]) -> Rule:
    """A rule for words with several capitals.

    :param said: what some of them are said as
    :param listed: those that are spelled although they look as if they could be said
    :param shouted: ordinary words, which are no acronyms in capitals either
    """

    def is_shouted(text: str) -> bool:
        return text.isupper() and any(word in shouted or len(word) >= _SHORTEST_SHOUTED for word in text.split())

    def letters(word: str, text: str) -> str | None:
        """A word letter by letter; None where it is said as it stands or is none of letters."""
        if word in listed:
            return spelled(word)
        capitals = word.removesuffix("s")
        if not capitals.isupper():
            return spelled(word) if _SHORT_NAME.fullmatch(word) else None
        if word in shouted or is_shouted(text):
            return None
        return spelled(capitals) + word[len(capitals) :] if _SPELLED.fullmatch(capitals) else None

    def acronym(match: re.Match[str]) -> str:
        before, word, after = match[1] or "", match[2], match[3] or ""
        if word in said:
            return before + said[word] + after
        if spoken := letters(word, match.string):
            return f"{' ' if before else ''}{spoken}{' ' if after else ''}"
        if word.isupper():
            word = word.lower() if word in shouted else word.capitalize()
        return before + word + after

    return rule(_SEVERAL_CAPITALS, acronym)
