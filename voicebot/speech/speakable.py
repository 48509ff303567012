"""Written text to the words in which it is said aloud: numbers, times, prices, abbreviations.

Voices differ in what they make of "02861/939-0" or "z. B.", and Pico drops or garbles characters it does not
know and takes `<` for markup; so they are given words and plain punctuation only.
"""

import re
import unicodedata
from html import unescape

from voicebot.speech import spoken, spoken_english, spoken_german
from voicebot.speech.spoken_rules import apply

_RULES = {"de": spoken_german.RULES, "en": spoken_english.RULES}

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys('„“”‟«»‹›"‚‛[]{}|\\^`', " "),
        **dict.fromkeys("’‘ʼ´", "'"),
        **dict.fromkeys("‐‑‒−", "-"),
        **dict.fromkeys("—―", "–"),
        **dict.fromkeys("•·،", ","),
        "؛": ";",
        "؟": "?",
        "…": "... ",
        "\u00ad": None,
        "\u200b": None,
        "\ufeff": None,
    }
)
_KEPT = "½¼¾⅓⅔⅛⅕¹²³"
"""Fractions and powers, which the rules read."""
_TIDYING = (
    (re.compile(r"\s*[()]\s*"), ", "),
    (re.compile(r"\s+–\s+|\s+-\s+"), ", "),
    (re.compile(r"–"), "-"),
    (re.compile(r"/"), " "),
    (re.compile(r"\.{2,}(?=\s+[a-zäöüß])"), ","),
    (re.compile(r"\.{2,}"), "."),
    (re.compile(r"\s+([,.!?;:])"), r"\1"),
    (re.compile(r"[,;:]+(?=[,;:.!?])"), ""),
    (re.compile(r"([.!?])[,.]+"), r"\1"),
    (re.compile(r"^[\s,;:.]+"), ""),
    (re.compile(r"[,;\s]+$"), ""),
    (re.compile(r"\s+"), " "),
)


def speakable(text: str, language: str) -> str:
    """`text` as it is said in `language` (ISO 639-1, also `de_DE`); one without rules is only cleaned."""
    code = language.replace("_", "-").split("-")[0].lower()
    text = unicodedata.normalize("NFC", unescape(text)).translate(_CHARACTERS)
    if not text.isascii():
        text = "".join(map(_familiar, text))
    text = apply(_RULES[code] if code in _RULES else spoken.rules(code), text)
    text = "".join(char if _is_plain(char) else " " for char in text)
    for pattern, replacement in _TIDYING:
        text = pattern.sub(replacement, text)
    return text.strip()


def _is_plain(char: str) -> bool:
    """Letters with their marks, decimal digits, spaces and common punctuation."""
    category = unicodedata.category(char)
    return category[0] in "LMZ" or category == "Nd" or char in ".,!?;:'()-–/\n\t"


def _familiar(char: str) -> str:
    """Digits of other scripts, and numbers in circles or of one letter, in Arabic digits and Latin letters."""
    if char.isascii() or char in _KEPT or unicodedata.category(char)[0] != "N":
        return char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if unicodedata.decomposition(char).startswith("<super>"):
        return ""  # the mark of a footnote
    if unicodedata.decomposition(char).startswith("<sub>"):
        return unicodedata.normalize("NFKC", char)
    return f" {unicodedata.normalize('NFKC', char).replace(chr(0x2044), '/')} "
