"""Written text to the words in which it is said aloud: numbers, times, prices, abbreviations.

Voices differ in what they make of "02861/939-0" or "z. B.", and Pico drops or garbles characters it does not
know and takes `<` for markup; so they are given words and plain punctuation only.
"""

import re
import unicodedata

from voicebot.speech import spoken_english, spoken_german

_RULES = {"de": spoken_german.RULES, "en": spoken_english.RULES}

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys('„“”‟«»‹›"‚‛<>[]{}|\\^~`#=', " "),
        **dict.fromkeys("’‘ʼ´", "'"),
        **dict.fromkeys("‐‑‒−", "-"),
        **dict.fromkeys("—―", "–"),
        **dict.fromkeys("•·", ","),
        "…": "... ",
        "\u00ad": None,
        "\u200b": None,
        "\ufeff": None,
    }
)
_TIDYING = (
    (re.compile(r"\s*[()]\s*"), ", "),
    (re.compile(r"\s+–\s+|\s+-\s+"), ", "),
    (re.compile(r"–"), "-"),
    (re.compile(r"(?<=\w)/(?=\w)"), " "),
    (re.compile(r"\s/\s"), " "),
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
    text = unicodedata.normalize("NFC", text).translate(_CHARACTERS)
    for pattern, said in _RULES.get(code, ()):
        text = pattern.sub(said, text)
    text = "".join(char if _is_plain(char) else " " for char in text)
    for pattern, replacement in _TIDYING:
        text = pattern.sub(replacement, text)
    return text.strip()


def _is_plain(char: str) -> bool:
    """Letters with their marks, digits, spaces and common punctuation."""
    return unicodedata.category(char)[0] in "LMNZ" or char in ".,!?;:'()-–/\n\t"
