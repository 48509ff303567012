"""All rules of a language with a table, in the order in which they apply."""

import re

from voicebot.speech.spoken.amounts import money_rules, number_rules, range_rules, unit_rules
from voicebot.speech.spoken.calendar import calendar_rules
from voicebot.speech.spoken.clock import clock_rules
from voicebot.speech.spoken.surroundings import NEVER, Surroundings, words_pattern
from voicebot.speech.spoken.table import Table
from voicebot.speech.spoken.words import Words
from voicebot.speech.spoken_codes import code_rules
from voicebot.speech.spoken_rules import DIGITS, Rule, any_of, before, rule
from voicebot.speech.spoken_telephone import telephone_rules
from voicebot.speech.spoken_web import web_rules

_SHORT = r"(?<![\w.,:/§+-])(116 ?11[67]|11[0256])(?!\w|[.,:/-]?\d|\s*[-–]\s*\d)"
_MILLIONS = r"(?<![\d.,/+(-])(?<!\d )[1-9]\d{0,2}(?: \d{3}){2,}(?! ?\d)"
"""Parted by spaces; the noughts in them would be read as a telephone number."""
_STREETS = (
    rule(r"(?<=[a-zß])[Ss]tr\.", "straße", needs="."),
    rule(r"(?<=-)[Ss]tr\.", "Straße", needs="."),
    rule(r"(?<![\w.])Str\.", "Straße", needs="."),
    rule(r"\bSt\.(?=[ -][A-ZÄÖÜ])", "Sankt", needs="."),
)
"""Names in Germany stay German in every language."""


def reading_rules(table: Table) -> tuple[Rule, ...]:
    """Rules that leave no digit of a text; abbreviations stand before numbers, so they come early."""
    words, surroundings = Words(table), Surroundings(table.where)
    return (
        rule(r"[\u00a0\u2009\u202f]", " ", needs="\u00a0\u2009\u202f"),
        rule(r"(?<=\d)٬(?=\d{3})", ".", needs="٬"),
        rule(r"(?<=\d)٫(?=\d)", ",", needs="٫"),
        rule(_MILLIONS, lambda match: match[0].replace(" ", "."), needs=" "),
        *(rule(pattern, said) for pattern, said in table.before),
        *web_rules(table.web.signs, table.web.domains),
        *_STREETS,
        *_abbreviation_rules(table),
        *code_rules(words.digits, table.web.signs, plates=NEVER, files=NEVER, lists=NEVER),
        *_telephone_rules(table, words),
        *clock_rules(table, words, surroundings),
        *calendar_rules(table, words, surroundings),
        *range_rules(table, words),
        *money_rules(table, words, surroundings),
        *unit_rules(table, words, surroundings),
        *number_rules(table, words, surroundings),
        *(rule(pattern, said) for pattern, said in table.after),
    )


def _abbreviation_rules(table: Table) -> tuple[Rule, ...]:
    said = table.abbreviations
    if not said:
        return ()
    return (rule(rf"(?<![\w.])({any_of(said)})(?!\w)", lambda match: said[match[1]]),)


def _telephone_rules(table: Table, words: Words) -> tuple[Rule, ...]:
    telephone = table.telephone
    not_after = re.compile(rf"(?<!\w){words_pattern(telephone.not_after)}\s+$")
    currency = rf"€|EUR\b|[Ee]uros?\b|{words_pattern(table.money.names)}(?!\w)"
    units = [written for key, unit in table.units.items() for written in (key, *unit.also)]
    counted = re.compile(
        rf"\s*(?:{currency}|(?:{any_of(units) if units else NEVER})(?!\w)|{words_pattern(telephone.not_before)}(?!\w))"
    )

    def short(match: re.Match[str]) -> str:
        if before(match, not_after) or counted.match(match.string, match.end()):
            return match[0]
        digits = match[1].replace(" ", "")
        return telephone.short.get(digits) or words.digits(digits)

    introduced = rf"(?<!\w){words_pattern(telephone.words)}" if telephone.words else NEVER
    other = rf"((?<!\w)(?:oder|und|{words_pattern(telephone.alternatives)})\s+)[-–]\s?(\d{{1,4}})(?![\w.,]\d|\w)"
    return (
        rule(r"(?<=11[025])\s?/\s?(?=11[025]\b)", ", ", needs="/"),
        *telephone_rules(words.digits, plus=telephone.plus, short=NEVER, clear=words.digits, introduced=introduced),
        rule(_SHORT, short, needs=DIGITS),
        rule(other, lambda match: match[1] + words.digits(match[2]), needs=DIGITS),
    )
