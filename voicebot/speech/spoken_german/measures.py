"""Measures and fractions in German."""

import re

from voicebot.speech.numerals import german, german_before
from voicebot.speech.spoken_german.gender import gender
from voicebot.speech.spoken_german.numbers import NUMBER, counted
from voicebot.speech.spoken_rules import DIGITS, Rule, any_of, rule

UNITS = {
    # what is written: one, more than one
    "%": ("Prozent", "Prozent"),
    "‰": ("Promille", "Promille"),
    "°C": ("Grad Celsius", "Grad Celsius"),
    "°F": ("Grad Fahrenheit", "Grad Fahrenheit"),
    "°": ("Grad", "Grad"),
    "km": ("Kilometer", "Kilometer"),
    "m": ("Meter", "Meter"),
    "dm": ("Dezimeter", "Dezimeter"),
    "cm": ("Zentimeter", "Zentimeter"),
    "mm": ("Millimeter", "Millimeter"),
    "lfm": ("laufender Meter", "laufende Meter"),
    "km²": ("Quadratkilometer", "Quadratkilometer"),
    "qkm": ("Quadratkilometer", "Quadratkilometer"),
    "m²": ("Quadratmeter", "Quadratmeter"),
    "qm": ("Quadratmeter", "Quadratmeter"),
    "m2": ("Quadratmeter", "Quadratmeter"),
    "cm²": ("Quadratzentimeter", "Quadratzentimeter"),
    "ha": ("Hektar", "Hektar"),
    "m³": ("Kubikmeter", "Kubikmeter"),
    "m3": ("Kubikmeter", "Kubikmeter"),
    "cbm": ("Kubikmeter", "Kubikmeter"),
    "cm³": ("Kubikzentimeter", "Kubikzentimeter"),
    "ccm": ("Kubikzentimeter", "Kubikzentimeter"),
    "l": ("Liter", "Liter"),
    "ml": ("Milliliter", "Milliliter"),
    "t": ("Tonne", "Tonnen"),
    "kg": ("Kilogramm", "Kilogramm"),
    "g": ("Gramm", "Gramm"),
    "mg": ("Milligramm", "Milligramm"),
    "µg": ("Mikrogramm", "Mikrogramm"),
    "km/h": ("Kilometer pro Stunde", "Kilometer pro Stunde"),
    "m/s": ("Meter pro Sekunde", "Meter pro Sekunde"),
    "W": ("Watt", "Watt"),
    "kW": ("Kilowatt", "Kilowatt"),
    "MW": ("Megawatt", "Megawatt"),
    "kWp": ("Kilowatt Peak", "Kilowatt Peak"),
    "kWh": ("Kilowattstunde", "Kilowattstunden"),
    "MWh": ("Megawattstunde", "Megawattstunden"),
    "V": ("Volt", "Volt"),
    "Hz": ("Hertz", "Hertz"),
    "kHz": ("Kilohertz", "Kilohertz"),
    "PS": ("P S", "P S"),
    "dB": ("Dezibel", "Dezibel"),
    "dB(A)": ("Dezibel A", "Dezibel A"),
    "KB": ("Kilobyte", "Kilobyte"),
    "kB": ("Kilobyte", "Kilobyte"),
    "MB": ("Megabyte", "Megabyte"),
    "GB": ("Gigabyte", "Gigabyte"),
    "TB": ("Terabyte", "Terabyte"),
    "Mbit/s": ("Megabit pro Sekunde", "Megabit pro Sekunde"),
    "MBit/s": ("Megabit pro Sekunde", "Megabit pro Sekunde"),
    "dpi": ("D P I", "D P I"),
    "h": ("Stunde", "Stunden"),
    "Std": ("Stunde", "Stunden"),
    "min": ("Minute", "Minuten"),
    "Min": ("Minute", "Minuten"),
    "s": ("Sekunde", "Sekunden"),
    "sek": ("Sekunde", "Sekunden"),
    "Sek": ("Sekunde", "Sekunden"),
    "Ct": ("Cent", "Cent"),
    "ct": ("Cent", "Cent"),
    "Cent": ("Cent", "Cent"),
    "Stk": ("Stück", "Stück"),
}
_UNMISTAKABLE = ("%", "‰", "km", "cm", "mm", "km²", "qkm", "m²", "qm", "m³", "cbm", "kg", "km/h", "kW", "kWh", "°C")
"""Those that are read as units without a number, too: "in km/h"."""
UNIT = any_of(UNITS)
_ALONE = r"(?![^\W_])"
_VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8", "⅕": "1/5"}
_FRACTION = rf"([{''.join(_VULGAR)}]|(?<!\d)1/2|[13]/4|[12]/3|[1-4]/5|[1357]/8|[1-9]/10)"
_PARTS = {3: "Drittel", 4: "Viertel", 5: "Fünftel", 8: "Achtel", 10: "Zehntel"}
_JOINED_PARTS = {"1/2": "einhalb", "1/4": "einviertel", "3/4": "dreiviertel"}


def _unit(match: re.Match[str]) -> str:
    said = counted(match[1], *UNITS[match[2]])
    return f"{said} pro {UNITS[match[3]][0]}" if match[3] else said


def per_unit(match: re.Match[str]) -> str:
    """Something for each of a unit: "Euro pro Quadratmeter"."""
    return f"{match[1]} pro {UNITS[match[2]][0]}"


def _part(written: str) -> str:
    above, below = (int(each) for each in written.split("/"))
    return "ein halb" if below == 2 else f"{german_before(above)} {_PARTS[below]}"


def _fraction(match: re.Match[str]) -> str:
    """With the whole before it and the noun behind it: "zweieinhalb Jahre", "eine halbe Stunde"."""
    full, written, noun = match[1], _VULGAR.get(match[2], match[2]), match[3] or ""
    noun = UNITS[noun][0] if noun in UNITS else noun
    if full:
        joined = _JOINED_PARTS.get(written)
        said = f"{german_before(int(full))}{joined}" if joined else f"{german(int(full))} {_part(written)}"
    elif written == "1/2" and noun:
        said = {"m": "ein halber", "f": "eine halbe", "n": "ein halbes"}[gender(noun)]
    elif noun == "Stunde" and written in _JOINED_PARTS:
        said = f"eine {_JOINED_PARTS[written].removeprefix('ein')}"
    else:
        said = _part(written)
    return f"{said} {noun}".rstrip()


def _times(match: re.Match[str]) -> str:
    return f"{german_before(int(match[1]))}mal"


RULES: tuple[Rule, ...] = (
    rule(
        rf"(?<![\w.,/])(?:(\d{{1,9}})\s?)?{_FRACTION}(?![\w/])(?:\s?((?:{UNIT})(?!\w)|[A-ZÄÖÜ][a-zäöüß]+))?",
        _fraction,
        needs="/" + "".join(_VULGAR),
    ),
    rule(r"(?<=\d)( [kcm]?m)? ?[x×] ?(?=\d)", r"\1 mal ", needs="x×"),
    rule(r"(?<![\w.,])(\d{1,9})\s?[x×](?!\w)", _times, needs="x×"),
    rule(r"(?<=\d)\s?%(?=ig)", "-prozent", needs="%"),
    rule(rf"(?<![\w.,])({NUMBER}\s?{UNIT})\s?/\s?(?=\d+\s?{UNIT}{_ALONE}|[A-ZÄÖÜ][a-zäöüß])", r"\1 pro ", needs="/"),
    rule(r"(?<=\d)[- ]h(?=-[A-ZÄÖÜ])", "-Stunden", needs="h"),
    rule(rf"(?<![\w.,])({NUMBER})\s?({UNIT}){_ALONE}(?:\s?/\s?({UNIT}){_ALONE})?", _unit, needs=DIGITS),
    rule(rf"(?<![^\W_])(?:{any_of(_UNMISTAKABLE)}){_ALONE}", lambda match: UNITS[match[0]][1]),
    rule(r"(?<=\b[a-zA-Z\d])²", " hoch zwei", needs="²"),
    rule(r"€", "Euro", needs="€"),
    rule(r"°", " Grad", needs="°"),
)
