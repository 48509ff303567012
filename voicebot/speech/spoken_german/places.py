"""Statutes, rooms, houses and postal codes: numbers that count nothing, in German."""

import re

from voicebot.speech.numerals import german, german_digits
from voicebot.speech.spoken_german.numbers import cardinal
from voicebot.speech.spoken_rules import DIGITS, Rule, before, rule

_STREETS = (
    r"(?:[Ss]tr(?:aße|\.)|[Ww]eg|[Pp]latz|[Aa]llee|[Rr]ing|[Ww]all|[Gg]asse|[Hh]of|[Dd]amm|[Uu]fer|[Mm]arkt|[Kk]amp"
    r"|[Ss]tiege|[Ss]teig|[Pp]fad|[Gg]raben|[Bb]rücke|[Tt]or|[Hh]agen|[Ff]eld|[Bb]erg|[Bb]usch|[Hh]eide|[Ee]sch|[Bb]rook)"
)
_STREET = re.compile(rf"\b(?:[^\W\d_]*{_STREETS}|(?:Im|Am|Zum|Zur|An der|Auf dem|In der|Alter?) [A-ZÄÖÜ]\w+|Nummer)\s$")
"""What a number of a house stands behind."""
_ROOM = r"(?:Zimmer|Raum|Büro|Besprechungsraum|Sitzungssaal|Saal)"


def _house(match: re.Match[str]) -> str:
    """ "12a-c" with the letters by themselves, so that no unit is seen in them."""
    number, letter, joint, more, last = match.groups()
    if not before(match, _STREET):
        return match[0]
    to = "bis" if joint and joint.strip() in "-–" else ""
    parts = (german(int(number)), letter, to, german(int(more)) if more else "", last)
    return " ".join(part for part in parts if part)


def _room(match: re.Match[str]) -> str:
    """ "D-108", and "2.14" with the floor before the point."""
    letters = match[2].rstrip("- ")
    numbers = " Punkt ".join(cardinal(part) for part in match[3].split("."))
    return f"{match[1]}{letters and letters + ' '}{numbers}"


def _spaced(match: re.Match[str]) -> str:
    return f"{match[1]}{german_digits(match[2].replace(' ', ''))}"


def _paragraph(match: re.Match[str]) -> str:
    """A number of a statute is a cardinal, never a year."""
    return f"{match[1]} {german(int(match[2]))}{' ' + match[3] if match[3] else ''}"


LAW_RULES: tuple[Rule, ...] = (
    rule(r"§§\s*", "Paragrafen ", needs="§"),
    rule(r"\b([Dd]e[smn]|[IiAa]m|[VvZz][ou]m|eine[sm]) §\s*", r"\1 Paragrafen ", needs="§"),
    rule(r"§\s*", "Paragraf ", needs="§"),
    rule(r"(?<=\d)( ?[a-z])? ?ff\.?(?=\W|$)", lambda match: f"{match[1] or ''} fortfolgende", needs="f"),
    rule(r"(?<=\d)( ?[a-z])? ?f\.(?=\W|$)", lambda match: f"{match[1] or ''} folgende", needs="f"),
    rule(
        r"\b(Paragraf(?:en)?|Artikel) (\d{1,9})(?: ?([a-z])\b)?(?![.,]?\d|\s?[-–]\s?\d)",
        _paragraph,
        words=("Paragraf", "Artikel"),
    ),
    rule(r"\b[Ll]it\. ?(?=[a-z]\b)", "Buchstabe ", needs="."),
)

RULES: tuple[Rule, ...] = (
    rule(
        rf"\b({_ROOM}(?: Nummer)? )((?:[A-ZÄÖÜ]{{1,2}}[- ]?)?)(\d{{1,4}}(?:\.\d{{1,4}})*)(?![\w,]|\.\d)",
        _room,
        words=("Zimmer", "Raum", "Büro", "aal", "raum"),
    ),
    rule(
        r"(?<=[^\W\d_] )(\d{1,4})(?: ?([a-z])\b)?"
        r"(?:(\s?[-–/+]\s?)(?:(\d{1,4}) ?)?([a-z]\b)?)?(?![\w.,:€%§]\d|\w|-|\s?(?:€|Uhr))",
        _house,
        needs=DIGITS,
    ),
    rule(r"\b((?:PLZ|Postleitzahl|Postfach):? )(\d[\d ]*\d)\b", _spaced, words=("PLZ", "Post")),
    rule(
        r"(?<![\w.,/-])(?:D[- ])?(?!\d\d000)(\d{5})(?= [A-ZÄÖÜ][a-zäöüß]+)(?! (?:Euro|Einwohner|Bürger|Menschen"
        r"|Personen|Kilometer|Stück|Besucher|Wähler|Haushalte|Quadratmeter|Tonnen|Liter|Schritte|Stimmen|Mitglieder)\b)",
        lambda match: german_digits(match[1]),
        needs=DIGITS,
    ),
)
