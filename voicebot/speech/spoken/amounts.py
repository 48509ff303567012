"""Sums of money, measures, ordinals and plain numbers by a table."""

import re

from voicebot.speech.spoken.surroundings import Surroundings, joiner, words_pattern
from voicebot.speech.spoken.table import Table
from voicebot.speech.spoken.words import Words
from voicebot.speech.spoken_rules import DIGITS, Rule, any_of, rule

_WHOLE = r"(?:\d{1,3}(?:[. ]\d{3})+(?!\d)|\d+)"
NUMBER = rf"{_WHOLE}(?:,\d+|\.\d{{1,2}}(?![.\d]))?"
"""Thousands are parted by full stops or spaces, decimals by a comma; also "3.5"."""
_EURO = r"(?:€|[Ee]uros?\b|EUR\b)"
_POSTAL_CODE = 5
_LONGEST = 9
"""Digits without signs that are still a number and no code."""
_ALONE = r"(?![^\W_])"


def plain(written: str) -> str:
    """ "1.250,50" as "1250.50"."""
    whole, comma, part = written.replace(" ", "").partition(",")
    if comma:
        return f"{whole.replace('.', '')}.{part}"
    if re.fullmatch(r"\d+\.\d{1,2}", whole):
        return whole
    return whole.replace(".", "")


def range_rules(table: Table, words: Words) -> tuple[Rule, ...]:
    """Rules for what stands before a number or between two; a range is written as the table says, and read later."""
    ranges = table.ranges
    joined = joiner(ranges)

    def span(match: re.Match[str]) -> str:
        first, last = match[1], match[2]
        if float(plain(first)) > float(plain(last)) or re.match(r"0\d", last):
            return f"{first}, {last}"
        few = words.kind(plain(last)) == "few"
        return joined(match, ranges.few if few else ranges.numbers, first, last)

    minus = table.numbers.minus
    return (
        *([rule(r"(?:(?<=\s)|(?<=^)|(?<=\())-(?=\d)(?<!\d -)", f"{minus} ", needs="-")] if minus else []),
        rule(rf"(?<![\w.,])({NUMBER})\s?{_EURO}\s?[-–]\s?(?={NUMBER}\s?{_EURO})", r"\1-", words=("€", "uro", "EUR")),
        rule(rf"(?<![\w.,/-])({NUMBER})(?:\s?[-–]\s?|\s+bis\s+)({NUMBER})(?![\d/-])", span, needs=DIGITS),
    )


def money_rules(table: Table, words: Words, surroundings: Surroundings) -> tuple[Rule, ...]:
    """Rules for euros and cents."""
    money = table.money
    name = rf"(?:€|(?:EUR|[Ee]uros?|{words_pattern(money.names)})(?!\w))"
    joining = table.numbers.joining

    def amount(written: str, cases: tuple[str, ...]) -> str:
        number = plain(written)
        euros, _, cents = number.partition(".")
        if len(cents) > 2:
            return words.counted(number, money.euro, cases)
        small = int(cents.ljust(2, "0")) if cents else 0
        if not small:
            return words.counted(euros, money.euro, cases)
        if not int(euros):
            return words.counted(str(small), money.cent, cases)
        said = words.counted(str(small), money.cent, cases) if money.cent_said else words.number(str(small), cases)
        return money.both.format(euros=words.counted(euros, money.euro, cases), cents=said)

    def sum_said(match: re.Match[str]) -> str:
        return amount(match[1], surroundings.forms(match))

    def cents(match: re.Match[str]) -> str:
        return words.counted(match[1], money.cent, surroundings.forms(match))

    return (
        rule(rf"(?<![\w.,])({NUMBER})(?:[,.][-–]{{1,2}})?\s?{name}{joining}", sum_said, needs=DIGITS),
        rule(rf"(?:€|\bEUR)\s?({NUMBER})(?:,[-–]{{1,2}})?(?![\d%])", sum_said, words=("€", "EUR")),
        rule(r"(?<![\w.,])(\d+),[-–]{1,2}(?!\d)", sum_said, words=(",-", ",–")),
        rule(r"(?<![\w.,])(\d+)\s?(?:ct|¢)(?!\w)", cents, words=("ct", "¢")),
        rule(r"€", f" {money.euro.other} ", needs="€"),
    )


def unit_rules(table: Table, words: Words, surroundings: Surroundings) -> tuple[Rule, ...]:
    """Rules for measures and percent."""
    units = dict(table.units)
    for unit in table.units.values():
        units |= dict.fromkeys(unit.also, unit)
    signs = [each for each in units if not each.replace(".", "").replace(" ", "").isalpha()]
    joining = table.numbers.joining

    def measure(match: re.Match[str]) -> str:
        return words.counted(plain(match[1]), units[match[2]], surroundings.forms(match))

    if not units:
        return ()
    found = [
        rule(rf"(?<![\w.,])({NUMBER})\s?({any_of(units)}){_ALONE}{joining}", measure, needs=DIGITS),
    ]
    if signs:
        alone = rf"(?<![^\W_]){any_of(signs)}{_ALONE}"
        found.append(rule(alone, lambda match: f" {units[match[0]].after('one')} ", words=signs))
    return tuple(found)


def number_rules(table: Table, words: Words, surroundings: Surroundings) -> tuple[Rule, ...]:
    """Rules for ordinals, and for whatever numbers the ones before have left."""
    joining = table.numbers.joining

    def ordinal(form: str, pattern: str) -> Rule:
        return rule(
            rf"(?<![\w.,])(\d{{1,4}}){pattern}",
            lambda match: words.cardinal(int(match[1]), (form,)),
            needs=DIGITS,
        )

    def number(match: re.Match[str]) -> str:
        return words.number(plain(match[1]), surroundings.forms(match))

    def whole(match: re.Match[str]) -> str:
        written = plain(match[1])
        parted = written != match[1]
        behind = match.string[match.end() : match.end() + 2].strip()
        postal_code = len(written) == _POSTAL_CODE and written[3:] != "00" and not behind.islower()
        if not parted and (len(written) > _LONGEST or postal_code):
            return words.digits(written)
        return words.number(written, surroundings.forms(match))

    def outline(match: re.Match[str]) -> str:
        point = f" {table.web.signs.get('.', '')} "
        return point.join(words.number(part) for part in match[0].split("."))

    return (
        *(ordinal(form, pattern) for pattern, form in table.ordinals),
        rule(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])-?(?=\d)", " ", needs=DIGITS),
        rule(r"(?<![\w,.])\d{1,2}(?:,\d{1,2}){2,}(?![\d,])", lambda match: match[0].replace(",", ", "), needs=","),
        rule(r"(?<![\w.,])(?!\d{1,3}(?:\.\d{3})+(?!\.?\d))\d+\.\d+(?:\.\d+)*(?![\d,])", outline, needs="."),
        rule(rf"(?<![\w.,])({_WHOLE},\d+)(?![.,]?\d){joining}", number, needs=","),
        rule(rf"(?<![.,])({_WHOLE})(?!\d){joining}", whole, needs=DIGITS),
        rule(r"\d+", lambda match: words.digits(match[0]), needs=DIGITS),
    )
