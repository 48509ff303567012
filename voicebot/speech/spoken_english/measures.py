"""Measures and fractions in English."""

import re

from voicebot.speech.numerals import english
from voicebot.speech.spoken_english.numbers import NUMBER, cardinal, counted
from voicebot.speech.spoken_rules import DIGITS, Rule, any_of, rule

UNITS = {
    # what is written: one, more than one
    "%": ("percent", "percent"),
    "‰": ("per mille", "per mille"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
    "km": ("kilometre", "kilometres"),
    "m": ("metre", "metres"),
    "cm": ("centimetre", "centimetres"),
    "mm": ("millimetre", "millimetres"),
    "km²": ("square kilometre", "square kilometres"),
    "m²": ("square metre", "square metres"),
    "sqm": ("square metre", "square metres"),
    "sq m": ("square metre", "square metres"),
    "qm": ("square metre", "square metres"),
    "m2": ("square metre", "square metres"),
    "ha": ("hectare", "hectares"),
    "m³": ("cubic metre", "cubic metres"),
    "m3": ("cubic metre", "cubic metres"),
    "cbm": ("cubic metre", "cubic metres"),
    "l": ("litre", "litres"),
    "ml": ("millilitre", "millilitres"),
    "t": ("tonne", "tonnes"),
    "kg": ("kilogram", "kilograms"),
    "g": ("gram", "grams"),
    "mg": ("milligram", "milligrams"),
    "km/h": ("kilometre an hour", "kilometres an hour"),
    "mph": ("mile an hour", "miles an hour"),
    "W": ("watt", "watts"),
    "kW": ("kilowatt", "kilowatts"),
    "kWp": ("kilowatt peak", "kilowatts peak"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "V": ("volt", "volts"),
    "Hz": ("hertz", "hertz"),
    "dB": ("decibel", "decibels"),
    "KB": ("kilobyte", "kilobytes"),
    "kB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"),
    "Mbit/s": ("megabit a second", "megabits a second"),
    "dpi": ("D P I", "D P I"),
    "h": ("hour", "hours"),
    "min": ("minute", "minutes"),
    "s": ("second", "seconds"),
    "ct": ("cent", "cents"),
}
_UNMISTAKABLE = ("%", "‰", "km", "cm", "mm", "km²", "m²", "m³", "kg", "km/h", "kW", "kWh", "°C")
"""Those that are read as units without a number, too: "in km/h"."""
UNIT = any_of(UNITS)
_ALONE = r"(?![^\W_])"
_VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8", "⅕": "1/5"}
_FRACTION = rf"([{''.join(_VULGAR)}]|(?<!\d)1/2|[13]/4|[12]/3|[1-4]/5|[1357]/8|[1-9]/10)"
_PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 8: "eighth", 10: "tenth"}
_HALVED = frozenset(("year", "day", "litre", "kilo", "page", "metre"))
_TIMES = {"1": "once", "2": "twice"}


def _unit(match: re.Match[str]) -> str:
    return counted(match[1], *UNITS[match[2]]) + (f" per {UNITS[match[3]][0]}" if match[3] else "")


def per_unit(match: re.Match[str]) -> str:
    """Something for each of a unit: "euros per square metre"."""
    return f"{match[1]} per {UNITS[match[2]][0]}"


def _part(written: str) -> str:
    above, below = (int(each) for each in written.split("/"))
    return f"{english(above)} {_PARTS[below]}{'s' if above > 1 else ''}"


def _fraction(match: re.Match[str]) -> str:
    """With the whole before it and the noun behind it: "two and a half years", "half an hour"."""
    full, written, noun = match[1], _VULGAR.get(match[2], match[2]), match[3] or ""
    if full:
        part = _part(written)
        said = f"{english(int(full))} and {part.replace('one ', 'a ')} {noun}"
    elif noun in ("hour", "hours"):
        said = "half an hour" if written == "1/2" else f"{_part(written).replace('one ', 'a ')} of an hour"
    elif written == "1/2" and noun in _HALVED:
        said = f"half a {noun}"
    else:
        said = f"{_part(written)} {noun}"
    return said.rstrip()


def _times(match: re.Match[str]) -> str:
    return _TIMES.get(match[1], f"{cardinal(match[1])} times")


RULES: tuple[Rule, ...] = (
    rule(
        rf"(?<![\w.,/])(?:(\d{{1,9}})\s?)?{_FRACTION}(?![\w/])(?: (?:an? )?([a-z]+))?",
        _fraction,
        needs="/" + "".join(_VULGAR),
    ),
    rule(r"(?<=\d)( [kcm]?m)?\s?[x×]\s?(?=\d)", r"\1 by ", needs="x×"),
    rule(r"(?<![\w.,])(\d{1,9})\s?[x×](?!\w)", _times, needs="x×"),
    rule(
        rf"(?<![\w.,])({NUMBER}\s?{UNIT})\s?/\s?(?=\d+\s?{UNIT}{_ALONE}|(?!h\b|s\b)[a-z]{{3}})", r"\1 per ", needs="/"
    ),
    rule(rf"(?<![\w.,])({NUMBER})\s?({UNIT}){_ALONE}(?:\s?/\s?({UNIT}){_ALONE})?", _unit, needs=DIGITS),
    rule(rf"(?<![^\W_])(?:{any_of(_UNMISTAKABLE)}){_ALONE}", lambda match: UNITS[match[0]][1]),
    rule(r"(?<=\b[a-zA-Z\d])²", " squared", needs="²"),
    rule(r"€", "euros", needs="€"),
    rule(r"£", "pounds", needs="£"),
    rule(r"°", " degrees", needs="°"),
)
