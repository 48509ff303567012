"""Which language a caller speaks: Whisper's ear, langid's eye, and no change on little evidence.

Lui and Baldwin 2012, "langid.py: An Off-the-shelf Language Identification Tool".
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from voicebot.calllanguage import SHORT_S

SURE = 0.8
"""Share among the allowed languages from which longer speech changes the language."""
CLEAR = 0.97
"""Share by the text alone from which short speech does, if it has two words."""
FOREIGN = 0.2
"""Where Whisper gives all allowed languages together less, the caller speaks none of them."""
WORDS_THAT_COUNT = 6
"""A text of so many words counts as much as the sound; a shorter one less."""


def prepare(allowed: Sequence[str] = ("de", "en")) -> None:
    """Load langid, which takes two seconds: at the start, on another thread, and not in a call."""
    text_shares("", allowed)


def decide_language(
    text: str,
    probabilities: Mapping[str, float],
    spoken_s: float,
    current: str | None,
    allowed: Sequence[str],
) -> str:
    """The language to go on in, one of `allowed`.

    `text` is what was recognized, `probabilities` Whisper's own (empty from a stock server), `spoken_s`
    seconds of speech, `current` the language so far or None. Raises ValueError if `allowed` is empty.
    """
    if not allowed:
        raise ValueError("no language is allowed")
    heard = _heard(probabilities, allowed)
    read = text_shares(text, allowed)
    words = len([word for word in text.split() if any(map(str.isalpha, word))])
    weight = min(1.0, words / WORDS_THAT_COUNT)
    shares = _shares({code: heard[code] * read[code] ** weight for code in allowed})
    best = max(allowed, key=lambda code: shares[code])
    if current is None or current not in allowed:
        return best
    foreign = bool(probabilities) and sum(probabilities.get(code, 0.0) for code in allowed) < FOREIGN
    if best == current or foreign:
        return current
    if spoken_s < SHORT_S:
        clear = words >= 2 and read[best] >= CLEAR and heard[best] >= 1 / len(allowed)
        return best if clear else current
    return best if shares[best] >= SURE else current


def text_shares(text: str, allowed: Sequence[str]) -> dict[str, float]:
    """How far the letters of `text` speak for each language, summing to 1, without langid's own bias."""
    identifier, bias = _identifier(tuple(allowed))
    ranked = {code: float(share) for code, share in identifier.rank(text)}
    return _shares({code: ranked.get(code, 0.0) / bias.get(code, 1.0) for code in allowed})


@functools.lru_cache(maxsize=8)
def _identifier(allowed: tuple[str, ...]) -> tuple[Any, dict[str, float]]:
    from langid.langid import LanguageIdentifier, model

    identifier = LanguageIdentifier.from_modelstring(model, norm_probs=True)
    identifier.set_languages([code for code in allowed if code in identifier.nb_classes])
    return identifier, {code: float(share) for code, share in identifier.rank("")}


def _heard(probabilities: Mapping[str, float], allowed: Sequence[str]) -> dict[str, float]:
    """Even where Whisper said nothing; never zero, so that the text can speak against it."""
    return _shares({code: probabilities.get(code, 0.0) + 0.01 for code in allowed})


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {code: weight / total if total else 1 / len(weights) for code, weight in weights.items()}
