"""How English is read aloud, about a German town's numbers: rules in the order in which they apply."""

import re

from voicebot.speech.numerals import english_digits
from voicebot.speech.spoken_codes import code_rules
from voicebot.speech.spoken_english import (
    abbreviations,
    calendar,
    clock,
    letters,
    measures,
    money,
    numbers,
    places,
    signs,
)
from voicebot.speech.spoken_rules import Rule, rule
from voicebot.speech.spoken_telephone import telephone_rules
from voicebot.speech.spoken_web import web_rules

_SIGNS = {"@": "at", ".": "dot", "-": "dash", "_": "underscore", "/": "slash", "+": "plus", "=": "equals"}
_FILE_SIGNS = {".": "point", "-": "dash", "/": "slash", "_": "underscore"}
_DOMAINS = {"de": "D E", "nrw": "N R W", "eu": "E U", "pdf": "P D F", "uk": "U K", "nl": "N L", "jpg": "J P G"}
_COUNTED = r"€|£|euros?|EUR|percent|%|cents?|[kcm]?m\b|kg|pages|people|days|years|weeks|minutes|hours|places|pounds"
_SHORT = (
    r"(?<![\w.,:/§-])(?<!room )(?<!Room )(?<!section )(?<!article )(?<!page )"
    rf"(?:116 ?11[67]|11[0256]|999|911|101|111)(?!\w)(?!\s*(?:{_COUNTED})|[.,:/-]?\d)"
)
_INTRODUCED = (
    r"(?:[Tt]elephone(?: number)?|[Pp]hone(?: number)?|[Ff]ax(?: number)?|[Ee]xtension|[Hh]otline|[Mm]obile(?: number)?"
    r"|[Ll]andline|[Ss]witchboard)(?: (?:is|on|under))?(?: the)?"
)


def _on_the_telephone(digits: str) -> str:
    """A nought within a telephone number is "oh"."""
    return english_digits(digits).replace("zero", "oh")


def _english_signs(match: re.Match[str]) -> str:
    """ "1.234,56" as it is written in English."""
    return f"{match[1].replace('.', ',')}.{match[2]}"


RULES: tuple[Rule, ...] = (
    rule(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))", ",", needs="\u00a0\u2009\u202f"),
    rule(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+),(\d\d)(?!\d)", _english_signs, needs=","),
    rule(r"(?<![\d.,])\d{1,3}(?:\.\d{3}){2,}(?![.\d])", lambda match: match[0].replace(".", ","), needs="."),
    rule(r"[\u00a0\u2009\u202f]", " ", needs="\u00a0\u2009\u202f"),
    rule(r"\bdot de\b", "dot D E", words=("dot de",)),
    *web_rules(_SIGNS, _DOMAINS),
    *clock.DAY_RULES,
    *abbreviations.RULES,
    *code_rules(
        english_digits,
        _FILE_SIGNS,
        plates="(?:[Nn]umber plate|[Ll]icence plate|[Rr]egistration(?: number)?)",
        files=r"(?:[Ff]ile number|[Rr]eference(?: number)?|Aktenzeichen|[Cc]ase number)(?: number)?",
        lists=r"(?:[Cc]ustomer number|[Aa]ccount(?: number)?|[Tt]ax number|[Ii][Dd] number|IBAN)",
    ),
    rule(r"\bDIN[- ]?(A|B|C)[- ]?(?=\d\b)", r"Din \1 ", needs="D"),
    rule(r"\b(11[0256])\s?/\s?(?=11[0256]\b)", r"\1 or ", needs="/"),
    *telephone_rules(_on_the_telephone, plus="plus", short=_SHORT, clear=english_digits, introduced=_INTRODUCED),
    *clock.TIME_RULES,
    *places.LAW_RULES,
    *places.RULES,
    *signs.RULES,
    *calendar.RULES,
    *money.RANGES,
    *numbers.RANGES,
    *money.RULES,
    *measures.RULES,
    *letters.RULES,
    *numbers.RULES,
)
"""Abbreviations stand before numbers and days, so they come early; whole numbers are what is left."""
