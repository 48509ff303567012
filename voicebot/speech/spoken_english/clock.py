"""Days and times in English; a town's 24-hour clock is said in halves of the day."""

import re

from voicebot.speech.numerals import english
from voicebot.speech.spoken_english.abbreviations import SENTENCE
from voicebot.speech.spoken_rules import DIGITS, Rule, rule

DAYS = {
    **{"Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Weds": "Wednesday"},
    **{"Thu": "Thursday", "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Fr": "Friday"},
    **{"Sat": "Saturday", "Sun": "Sunday", "Mo": "Monday", "Di": "Tuesday", "Mi": "Wednesday", "Do": "Thursday"},
    **{"Sa": "Saturday", "So": "Sunday"},
}
_NAMES = "(?:Mon|Tues?|Weds?|Thu(?:rs?)?|Fri?|Sat|Sun)"
_DAY = rf"\b{_NAMES}\b\.?"
_GERMAN_DAY = r"\b(?:Mo|Di|Mi|Do|Fr|Sa|So)\b\.?"
_AND = r"(?:,\s*(?:and\s+)?|\s*[/+&]\s*|\s+and\s+|\s+or\s+)"
_TO = r"(?:\s*[-–]\s*|\s+to\s+)"
_HALF = r"(?:\s?([ap])\.?\s?m\b(?:\.(?!\s+[A-Z]|\s*$))?)"
_CONTEXT = (
    r"(?=:?\s*(?:,|and|from|at|until|only|also)*\s*\d\d?(?:[:.]\d\d|\s?[ap]\.?\s?m|\s*[-–]|\s+to\s)"
    r"|\s+(?:closed|mornings?|afternoons?|evenings?|by appointment)\b"
    r"|,?\s*(?:the )?\d\d?(?:st|nd|rd|th)?\s(?:of\s)?[A-Z][a-z]{2}|,?\s+[A-Z][a-z]+ \d\d?\b)"
)


def _days(match: re.Match[str]) -> str:
    """Days written out, with what joins them: "Monday to Friday"."""
    said = re.sub(r"(?<=\w)\.?\s*[-–]\s*", " to ", match[0])
    said = re.sub(r"\s*[/+&]\s*", " and ", said)
    said = re.sub(r"\b([A-Z][a-z]+)\b\.?", lambda day: DAYS.get(day[1], day[0]), said)
    return said + ("." if match[0].endswith(".") and re.match(r"\s+[A-Z]", match.string[match.end() :]) else "")


def _day(match: re.Match[str]) -> str:
    return DAYS[match[1]]


def _dated(match: re.Match[str]) -> str:
    return f"{match[1]}{DAYS[match[2]]}{'.' if match[3] is not None else ''}"


def _listed(match: re.Match[str]) -> str:
    return _days(match) if len(re.findall(_DAY, match[0])) > 2 or re.search(r"[/+&]", match[0]) else match[0]


def spoken(hour: int, minute: int, half: str | None) -> str:
    """20:30 is "eight thirty p m". `half` of the day: "a", "p", or None where the hour tells it."""
    if minute == 0 and half is None and hour in (0, 24):
        return "midnight"
    if minute == 0 and half is None and hour == 12:
        return "noon"
    half = half or ("p" if 12 <= hour < 24 else "a")
    minutes = f" {'oh ' if minute < 10 else ''}{english(minute)}" if minute else ""
    return f"{english(hour % 12 or 12)}{minutes} {half} m"


def _clock(match: re.Match[str]) -> str:
    return spoken(int(match[1]), int(match[2]), match[3].lower() if match[3] else None)


def _full_hour(match: re.Match[str]) -> str:
    return spoken(int(match[1]), 0, match[2].lower())


def _first_hour(match: re.Match[str]) -> str:
    """ "8-12 am": the first of a pair, which has no half of its own."""
    return f"{english(int(match[1]))} to {match[2]}"


def _spans(match: re.Match[str]) -> str:
    """Hours of the 24-hour clock behind a day: "Monday 8-12 and 14-16"."""
    said = re.sub(r"\s?(?:[-–]|to)\s?", " to ", match[2])
    return match[1] + re.sub(r"\d+", lambda hour: spoken(int(hour[0]), 0, None), said)


def _quarters(match: re.Match[str]) -> str:
    first, last = spoken(int(match[1]), int(match[2]), None), spoken(int(match[3]), int(match[4]), None)
    return f"{first} to {last}"


def _at(match: re.Match[str]) -> str:
    return f"{match[1]} {spoken(int(match[2]), int(match[3]), None)}"


_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
_HOUR = r"(?:[01]?\d|2[0-4])"
_SPAN = rf"{_HOUR}\s?(?:[-–]|to)\s?{_HOUR}\b"
_QUARTER = rf"({_HOUR})\.(00|15|30|45)"
_NO_AMOUNT = (
    r"(?![:.,]\d|\s?[%€£$]|\s(?:and|to|or)\s\d+\s(?:euros?|km)|\s(?:euros?|people|years|weeks|days|minutes|km|metres))"
)
DAY_RULES: tuple[Rule, ...] = (
    rule(rf"{_DAY}{_TO}{_DAY}(?:{_AND}{_DAY}(?:{_TO}{_DAY})?){{0,6}}", _days),
    rule(rf"{_GERMAN_DAY}\s*[-–]\s*{_GERMAN_DAY}", _days, needs="-–"),
    rule(rf"{_DAY}(?:{_AND}{_DAY}(?:{_TO}{_DAY})?){{1,6}}{_CONTEXT}", _days),
    rule(rf"{_DAY}(?:{_AND}{_DAY}(?:{_TO}{_DAY})?){{1,6}}", _listed),
    rule(rf"\b({_NAMES})\b\.?{_CONTEXT}", _day),
    rule(
        rf"\b((?:on|On|every|Every|until|Until|by|next|this|last) )({_NAMES})\b(?:\.(?=({SENTENCE})?))?",
        _dated,
    ),
)

TIME_RULES: tuple[Rule, ...] = (
    rule(
        rf"(?<![:.\d])\b(\d|1[0-2])\s?(?:[-–]|to)\s?((?:\d|1[0-2])(?:[:.][0-5]\d)?{_HALF})",
        _first_hour,
        flags=re.IGNORECASE,
        needs=DIGITS,
    ),
    rule(
        rf"(?<=\d)(?:({_HALF})|(?:h|hrs?))?\s*[-–]\s*(?=\d\d?(?:[:.][0-5]\d|{_HALF}))",
        lambda match: f"{match[1] or ''} to ",
        needs="-–",
        flags=re.IGNORECASE,
    ),
    rule(rf"(?<![\d:.])\b(\d|1[0-2])\.([0-5]\d){_HALF}", _clock, needs=".", flags=re.IGNORECASE),
    rule(r"\b([01]?\d|2[0-4])h([0-5]\d)\b()", _clock, needs="h"),
    rule(rf"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:]){_HALF}?", _clock, needs=":", flags=re.IGNORECASE),
    rule(rf"(?<![\d:.])\b(\d|1[0-2]){_HALF}", _full_hour, needs=DIGITS, flags=re.IGNORECASE),
    rule(rf"\b({_WEEKDAY},?:? (?:from )?)({_SPAN}(?:(?:,| and) {_SPAN}){{0,3}}){_NO_AMOUNT}", _spans, needs=DIGITS),
    rule(rf"(?<![\d.,]){_QUARTER}\s*(?:[-–]|to)\s*{_QUARTER}(?![.:\d])", _quarters, needs="."),
    rule(rf"\b(at|from|until|by|till) {_QUARTER}(?![.\d%]){_NO_AMOUNT}", _at, needs="."),
    rule(r"\bnoon\s?[-–]\s?", "noon to ", needs="-–"),
    rule(
        rf"\b({'|'.join(map(english, range(1, 13)))}|[a-z]+ty(?:-five)?|fifteen|oh five) ([ap])\.?m\b",
        r"\1 \2 m",
        words=("am", "pm", ".m"),
    ),
)
