"""How German is read aloud: rules in the order in which they apply."""

import re
from collections.abc import Callable

from voicebot.speech.numerals import (
    german,
    german_before,
    german_digits,
    german_ordinal,
    german_year,
)

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()  # noqa: SIM905
DAYS = {
    "Mo": "Montag",
    "Di": "Dienstag",
    "Mi": "Mittwoch",
    "Do": "Donnerstag",
    "Fr": "Freitag",
    "Sa": "Samstag",
    "So": "Sonntag",
}
UNITS = {
    "%": "Prozent",
    "km": "Kilometer",
    "m²": "Quadratmeter",
    "qm": "Quadratmeter",
    "m³": "Kubikmeter",
    "cm": "Zentimeter",
    "mm": "Millimeter",
    "kg": "Kilogramm",
    "°C": "Grad",
    "Std.": "Stunden",
    "Min.": "Minuten",
}
ABBREVIATIONS = {
    r"z\. ?B\.": "zum Beispiel",
    r"d\. ?h\.": "das heißt",
    r"u\. ?a\.": "unter anderem",
    r"o\. ?ä\.": "oder ähnliches",
    r"i\. ?d\. ?R\.": "in der Regel",
    r"s\. ?o\.": "siehe oben",
    r"usw\.": "und so weiter",
    r"etc\.": "et cetera",
    r"bzw\.": "beziehungsweise",
    r"ca\.": "circa",
    r"ggf\.": "gegebenenfalls",
    r"evtl\.": "eventuell",
    r"inkl\.": "inklusive",
    r"zzgl\.": "zuzüglich",
    r"max\.": "maximal",
    r"mind\.": "mindestens",
    r"tägl\.": "täglich",
    r"geb\.": "geboren",
    r"gem\.": "gemäß",
    r"Tel\.": "Telefon",
    r"Nr\.": "Nummer",
    r"Abs\.": "Absatz",
    r"Art\.": "Artikel",
    r"Dr\.": "Doktor",
    r"Prof\.": "Professor",
    r"St\.(?= [A-ZÄÖÜ])": "Sankt",
    r"EG\b": "Erdgeschoss",
    r"OG\b": "Obergeschoss",
    r"UG\b": "Untergeschoss",
    r"MwSt\.": "Mehrwertsteuer",
}

_CLOCK = r"([01]?\d|2[0-4])[:.]([0-5]\d)"
_DAY = "(" + "|".join(DAYS) + r")\b\.?"
_OBLIQUE = r"(?:am|zum|vom|bis|dem|den|ab|seit|im|in der|zur|der)"
_MONTH = "(" + "|".join(MONTHS) + ")"
_NOT_COUNTED = r"(?!\s*(?:€|Euro|EUR|Prozent|%|Cent|Meter|Seiten|Personen|Tage|Jahre|Uhr)|[.,:/]?\d)"
_AMOUNT = r"(\d{1,3}(?:\.\d{3})+|\d{1,6})(?:,(\d{1,2}|[-–]+))?"
_WHOLE = r"\d{1,3}(?:\.\d{3})+|\d+"


def _phone(match: re.Match[str]) -> str:
    written, start = match[0].strip(), ""
    if written.startswith("+"):
        written, start = written[3:].strip(), f"plus {german_digits(written[1:3])}, "
    parts = re.split(r"\s*[/()–-]\s*", written) if re.search(r"[/()–-]", written) else written.split()
    groups = [re.sub(r"\D", "", part) for part in parts]
    return start + ", ".join(german_digits(group) for group in groups if group)


def _spoken_hour(hour: int, minute: int) -> str:
    return f"{german_before(hour)} Uhr{' ' + german(minute) if minute else ''}"


def _clock(match: re.Match[str]) -> str:
    return _spoken_hour(int(match[1]), int(match[2]))


def _hours(match: re.Match[str]) -> str:
    first, last = int(match[1]), int(match[2])
    return f"{german_before(first)} bis {german_before(last)} Uhr"


def _euro(match: re.Match[str]) -> str:
    cents = match[2] or ""
    euro, cent = int(match[1].replace(".", "")), int(cents.ljust(2, "0")) if cents.isdigit() else 0
    if not euro and cent:
        return f"{german_before(cent)} Cent"
    return f"{german_before(euro)} Euro{' ' + german(cent) if cent else ''}"


def _year(written: str | None) -> str:
    if not written:
        return ""
    number = int(written)
    return " " + german_year(number + 2000 if number < 100 else number)


def _ending(match: re.Match[str]) -> str:
    """An ordinal's ending after the word before it: "der dritte", "am dritten", and alone "dritter"."""
    before = (match[1] or "").strip().lower()
    if before == "der":
        return "e"
    return "en" if before else "er"


def _date(match: re.Match[str]) -> str:
    day, month = int(match[2]), int(match[3])
    if not 1 <= day <= 31 or not 1 <= month <= 12:
        return match[0]
    return f"{match[1] or ''}{german_ordinal(day, _ending(match))} {MONTHS[month - 1]}{_year(match[4])}"


def _date_in_words(match: re.Match[str]) -> str:
    return f"{match[1] or ''}{german_ordinal(int(match[2]), _ending(match))} {match[3]}{_year(match[4])}"


def _ordinal(match: re.Match[str]) -> str:
    return f"{match[1] or ''}{german_ordinal(int(match[2]), _ending(match))} {match[3]}"


def _days(match: re.Match[str]) -> str:
    return f"{DAYS[match[1]]} bis {DAYS[match[2]]}"


def _address(match: re.Match[str]) -> str:
    said = match[0].removeprefix("https://").removeprefix("http://").rstrip("/")
    for sign, word in (("@", "ät"), (".", "Punkt"), ("-", "Minus"), ("_", "Unterstrich")):
        said = said.replace(sign, f" {word} ")
    return re.sub(r"\bwww\b", "w w w", said)


def _decimal(match: re.Match[str]) -> str:
    return f"{german(int(match[1].replace('.', '')))} Komma {' '.join(german(int(d)) for d in match[2])}"


def _number(match: re.Match[str]) -> str:
    digits = match[0].replace(".", "")
    if len(digits) > 9 or (len(digits) > 1 and digits[0] == "0") or (len(digits) == 5 and "." not in match[0]):
        return german_digits(digits)
    number = int(digits)
    return german_year(number) if 1100 <= number <= 1999 and "." not in match[0] else german(number)


def _rule(pattern: str, said: str | Callable[[re.Match[str]], str], flags: int = 0) -> Rule:
    return re.compile(pattern, flags), said


RULES: tuple[Rule, ...] = (
    _rule(r"(?<![\w@.])(?:https?://)?www\.[\w.-]+\.\w{2,}\b/?|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+", _address),
    *(_rule(rf"(?<!\w){written}", said) for written, said in ABBREVIATIONS.items()),
    _rule(r"(?<=[a-zß])str\.|(?<=[a-zß])strasse\b", "straße"),
    _rule(r"\bStr\.", "Straße"),
    # Telephone numbers, and the short ones that are always said digit by digit.
    _rule(r"(?<![\w.,])(?:\+\d\d|\(?0)(?: ?\d| ?[/()–-] ?(?=[\d(])){5,}(?!\w|[.,:]\d)", _phone),
    _rule(
        rf"(?<![\d.,:/-])\b(?:11[0256]|116 ?117)\b{_NOT_COUNTED}",
        lambda match: " ".join(german(int(digit)) for digit in match[0].replace(" ", "")),
    ),
    # Days and hours.
    _rule(rf"\b{_DAY}\s*(?:[-–]|bis)\s*{_DAY}(?!\w)", _days),
    _rule(
        rf"\b{_DAY}(?=:?\s*(?:,|und|u\.|auch|nur|von|ab)?\s*(?:{_DAY}:?\s*)?\d\d?(?:[:.]\d\d)?\s*(?:[-–]|bis|Uhr))",
        lambda match: DAYS[match[1]],
    ),
    _rule(rf"\b{_CLOCK}(?:\s*Uhr)?\s*[-–]\s*(?={_CLOCK}(?:\s*Uhr)?)", lambda match: f"{_clock(match)} bis "),
    _rule(r"\b([01]?\d|2[0-4])\s*[-–]\s*([01]?\d|2[0-4])\s*Uhr\b", _hours),
    _rule(rf"\b{_CLOCK}\s*Uhr\b", _clock),
    _rule(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])", _clock),
    _rule(r"\b([01]?\d|2[0-4])\s*Uhr\b", lambda match: f"{german_before(int(match[1]))} Uhr"),
    # Money.
    _rule(rf"(?<![\d.,]){_AMOUNT}\s*(?:€|Euro\b|EUR\b)", _euro),
    _rule(rf"(?:€|\bEUR)\s*{_AMOUNT}", _euro),
    # Dates and other ordinals.
    _rule(
        rf"(\b{_OBLIQUE}\s+)?(?<![\d.,])(\d\d?)\.\s?(\d\d?)\.(?:\s?(\d{{4}}|\d\d)(?!\d))?",
        _date,
        re.IGNORECASE,
    ),
    _rule(
        rf"(\b{_OBLIQUE}\s+)?(?<![\d.,])(\d\d?)\.\s?{_MONTH}\b(?:\s+(\d{{4}})\b)?",
        _date_in_words,
        re.IGNORECASE,
    ),
    _rule(
        rf"(\b{_OBLIQUE}\s+)?(?<![\d.,])(\d\d?)\.\s+(Stock|Etage|Obergeschoss|Klasse|Lebensjahr|Kind)",
        _ordinal,
        re.IGNORECASE,
    ),
    # Signs and what is left of the numbers.
    _rule(r"(?<=\d)\s*[-–]\s*(?=\d)", " bis "),
    *(
        _rule(rf"(?<=\d)\s*{re.escape(unit)}(?!\w)", f" {word}")
        for unit, word in sorted(UNITS.items(), key=lambda item: -len(item[0]))
    ),
    _rule(r"§§\s*", "Paragrafen "),
    _rule(r"§\s*", "Paragraf "),
    _rule(r"\s*&\s*", " und "),
    _rule(r"(?<=\w)\s*€", " Euro"),
    _rule(r"(?<=[a-zäöü])[:*_](?=innen\b|in\b)", ""),
    _rule(r"\bund/oder\b", "und oder"),
    _rule(rf"(?<![\w.,])({_WHOLE}),(\d+)(?!\w)", _decimal),
    _rule(rf"(?<![\w.,])(?:{_WHOLE})(?=([a-z])?\b)", lambda match: _number(match) + (" " if match[1] else "")),
)
"""Abbreviations come first, as some of them stand before a number; whole numbers last."""
