"""How German is read aloud: rules in the order in which they apply."""

from voicebot.speech.numerals import german, german_digits
from voicebot.speech.spoken_codes import code_rules
from voicebot.speech.spoken_german import (
    abbreviations,
    calendar,
    clock,
    letters,
    measures,
    money,
    numbers,
    ordinals,
    places,
    signs,
)
from voicebot.speech.spoken_rules import DIGITS, Rule, rule
from voicebot.speech.spoken_telephone import telephone_rules
from voicebot.speech.spoken_web import web_rules

_SIGNS = {"@": "ät", ".": "Punkt", "-": "Minus", "_": "Unterstrich", "/": "Schrägstrich", "+": "Plus", "=": "gleich"}
_FILE_SIGNS = {".": "Punkt", "-": "Strich", "/": "Schrägstrich", "_": "Unterstrich"}
_DOMAINS = {"pdf": "P D F", "nrw": "N R W", "eu": "E U", "jpg": "J P G", "csv": "C S V", "zip": "Zip", "gov": "gov"}
_COUNTED = (
    r"€|Euro|EUR|Prozent|%|Cent|Ct|Meter|[kcm]?m\b|kg|Kilo|Seiten|Personen|Tage|Jahre|Uhr|h\b|Stück|Kinder|Wochen"
    "|Minuten|Plätze"
)
"""What makes a number of one before it that could be a telephone number."""
_SHORT = (
    r"(?<![\w.,:/§-])(?<!Zimmer )(?<!Raum )(?<!Paragraf )(?<!Artikel )(?<!Seite )(?<!usnummer )"
    rf"(?:116 ?11[67]|11[0256]|118 ?\d\d)(?!\w)(?!\s*(?:{_COUNTED})|[.,:/-]?\d)"
)
_INTRODUCED = (
    r"(?:Tele(?:fon|fax)(?:nummer)?|Fax(?:nummer)?|Ruf(?:nummer)?|Durchwahl|Apparat|Nebenstelle|Hotline|Handy(?:nummer)?"
    r"|Mobil(?:nummer)?|Anschluss|DW)(?: (?:ist|lautet|unter))?(?: die)?"
)


def _clear(digits: str) -> str:
    """Emergency numbers as everybody says them: "eins eins zwei"."""
    return " ".join(german(int(digit)) for digit in digits)


RULES: tuple[Rule, ...] = (
    rule(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))", ".", needs="\u00a0\u2009\u202f"),
    rule(
        r"(?<![\d.,]\d)(?<![\d.,])(\d{1,3})((?: \d{3})+)(?= (?:€|Euro|EUR|Einwohner|Personen|[km]m?²|Stück))",
        lambda match: match[1] + match[2].replace(" ", "."),
        needs=DIGITS,
    ),
    rule(r"[\u00a0\u2009\u202f]", " ", needs="\u00a0\u2009\u202f"),
    *web_rules(_SIGNS, _DOMAINS),
    *clock.DAY_RULES,
    *abbreviations.RULES,
    *code_rules(
        german_digits,
        _FILE_SIGNS,
        plates="(?:Kennzeichen|Kfz-Kennzeichen|Nummernschild)",
        files=r"(?:Aktenzeichen|AZ|Geschäftszeichen|Vorlage|Drucksache)(?: Nummer)?",
        lists=r"(?:Kassenzeichen|Kundennummer|Steuernummer|Ausweisnummer|Kontonummer|Konto|BLZ|IBAN|Steuer-ID|Identifikationsnummer)",
    ),
    rule(r"\bTOP(?= \d)", "Tagesordnungspunkt", words=("TOP",)),
    rule(r"\bDIN[- ]?(A|B|C)[- ]?(?=\d\b)", r"Din \1 ", needs="D"),
    rule(r"\b(11[0256])\s?/\s?(?=11[0256]\b)", r"\1 oder ", needs="/"),
    *telephone_rules(german_digits, plus="plus", short=_SHORT, clear=_clear, introduced=_INTRODUCED),
    *clock.TIME_RULES,
    *places.LAW_RULES,
    *places.RULES,
    *letters.FLOORS,
    *calendar.RULES,
    *signs.RULES,
    *money.RANGES,
    *numbers.RANGES,
    *money.RULES,
    *measures.RULES,
    *numbers.BESIDE_WORDS,
    *ordinals.RULES,
    *letters.RULES,
    *numbers.RULES,
)
"""Abbreviations stand before numbers and days, so they come early; whole numbers are what is left."""
