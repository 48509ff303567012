"""Days and times as German opening hours have them."""

import re

from voicebot.speech.numerals import german, german_before
from voicebot.speech.spoken_german.abbreviations import SENTENCE
from voicebot.speech.spoken_rules import DIGITS, Rule, rule

DAYS = {
    "Mo": "Montag",
    "Di": "Dienstag",
    "Mi": "Mittwoch",
    "Do": "Donnerstag",
    "Fr": "Freitag",
    "Sa": "Samstag",
    "So": "Sonntag",
}
_DAY = r"\b(?:Mo|Di|Mi|Do|Fr|Sa|So)\b\.?"
_AND = r"(?:,\s*(?:und\s+)?|\s*[/+&]\s*|\s+und\s+|\s+u\.\s+|\s+oder\s+)"
_TO = r"(?:\s*[-–]\s*|\s+bis\s+)"
_HOUR = r"(?:[01]?\d|2[0-4])"
_TIME = rf"{_HOUR}(?:[:.][0-5]\d)?(?!\d)(?:\s*(?:Uhr|h)\b)?"
_JOINT = r"(?:\s*[-–]\s*|\s+(?:bis|und|u\.|oder|sowie)\s+(?:von\s+|ab\s+)?|\s*,\s*(?:und\s+)?)"
_CONTEXT = (
    r"(?=:?\s*(?:,|und|auch|nur|von|ab|bis|jeweils|je|erst)*\s*\d\d?(?:[:.]\d\d)?\s*(?:[-–]|bis|Uhr|h\b)"
    r"|:?\s*\d\d?:\d\d|\s+(?:geschlossen|vormittags?|nachmittags?|morgens|abends|ganztägig|nach Vereinbarung)\b"
    r"|:?,?\s*(?:den |dem )?\d\d?\.\s?(?:\d\d?\.|[A-ZÄ][a-zä]{2}))"
)
_NOT_OF_A_DAY = (24, 48, 72)
"""Hours that are a span even where they are written together: "24h"."""


def _days(match: re.Match[str]) -> str:
    """Days written out, with what joins them: "Montag bis Freitag"."""
    said = re.sub(rf"({_DAY}){_TO}(?={_DAY})", lambda pair: f"{DAYS[pair[1][:2]]} bis ", match[0])
    said = re.sub(r"\s*[/+&]\s*|\s+u\.\s+", " und ", said)
    said = re.sub(_DAY, lambda day: DAYS[day[0][:2]], said)
    closes = match[0].endswith(".") and bool(match.groups()) and match[1] is not None
    return f"{said}." if closes else said


def _day(match: re.Match[str]) -> str:
    return DAYS[match[1]]


def _listed(match: re.Match[str]) -> str:
    """Three days or a list of them are days; two joined by "und" might be words."""
    days = re.findall(_DAY, match[0])
    return _days(match) if len(days) > 2 or re.search(r"[/+&,]|u\.", match[0]) else match[0]


def _dated(match: re.Match[str]) -> str:
    full_stop = "." if match[3] is not None else ""
    return f"{match[1]}{DAYS[match[2]]}{full_stop}"


def _time(written: str, *, last: bool) -> str:
    numbers = re.findall(r"\d+", written)
    hour, minute = int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0
    if len(numbers) == 1 and not last:
        return f"{german_before(hour)} Uhr" if written.endswith(("Uhr", "h")) else german(hour)
    return f"{german_before(hour)} Uhr{' ' + german(minute) if minute else ''}"


def _times(match: re.Match[str]) -> str:
    """ "8–12 und 14–16 Uhr" and what else ends in "Uhr"; "24 h" is a span and no time."""
    written = match[0]
    if (span := re.fullmatch(r"(\d+)(\s?)h", written)) and (span[2] or int(span[1]) in _NOT_OF_A_DAY):
        return "eine Stunde" if span[1] == "1" else f"{german(int(span[1]))} Stunden"
    times = list(re.finditer(_TIME, written))
    said, place = [], 0
    for index, time in enumerate(times):
        joint = written[place : time.start()]
        said.append(re.sub(r"\s*[-–]\s*", " bis ", joint).replace("u.", "und"))
        said.append(_time(time[0], last=index == len(times) - 1))
        place = time.end()
    return "".join(said) + written[place:]


def _clock(match: re.Match[str]) -> str:
    return _time(f"{match[1]}:{match[2]}", last=True)


def _at(match: re.Match[str]) -> str:
    return f"{match[1]} {_time(f'{match[2]}:{match[3]}', last=True)}"


def _to_the_second(match: re.Match[str]) -> str:
    seconds = int(match[3])
    return f"{_clock(match)} und {german_before(seconds)} Sekunden" if seconds else _clock(match)


_QUARTER = rf"{_HOUR}[:.](?:00|15|30|45)"
_BEHIND = rf"(?=({SENTENCE})?)"

DAY_RULES: tuple[Rule, ...] = (
    rule(rf"{_DAY}{_TO}{_DAY}(?:{_AND}{_DAY}(?:{_TO}{_DAY})?){{0,6}}{_BEHIND}", _days),
    rule(rf"{_DAY}(?:{_AND}{_DAY}(?:{_TO}{_DAY})?){{1,6}}{_CONTEXT}", _days),
    rule(rf"{_DAY}(?:{_AND}{_DAY}(?:{_TO}{_DAY})?){{1,6}}{_BEHIND}", _listed),
    rule(rf"\b(Mo|Di|Mi|Do|Fr|Sa|So)\b\.?{_CONTEXT}", _day),
    rule(
        r"\b((?:[Aa]m|außer|[Jj]eden|jeweils|[Aa]b|[Bb]is|kommenden|nächsten|diesen|letzten) )(Mo|Di|Mi|Do|Fr|Sa|So)\b"
        rf"(?:\.{_BEHIND})?",
        _dated,
    ),
)
"""Before abbreviations: "Fr." is also "Frau"."""

TIME_RULES: tuple[Rule, ...] = (
    rule(rf"(?<![\d.,]){_QUARTER}\s*[-–]\s*{_QUARTER}(?![.:\d])(?!\s*(?:Uhr|h\b))", _times, needs=DIGITS),
    rule(rf"\b({_HOUR})\s?h\s?([0-5]\d)\b", _clock, needs="h"),
    rule(rf"(?<![\d.,:/-])\b{_TIME}(?:{_JOINT}{_TIME}){{0,8}}(?<=[rh])(?!-)", _times, needs=DIGITS),
    rule(rf"\b({_HOUR})\s+Uhr\s+([0-5]\d)\b", _clock, needs=DIGITS),
    rule(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d):([0-5]\d)(?![\d:])", _to_the_second, needs=":"),
    rule(r"(?<=\d:[0-5]\d)\s*[-–]\s*(?=\d)", " bis ", needs=":"),
    rule(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])", _clock, needs=":"),
    rule(rf"\b([Uu]m|[Gg]egen)\s+({_HOUR})\.([0-5]\d)\b(?!\.)", _at, needs=DIGITS),
)
