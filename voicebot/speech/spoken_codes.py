"""What is told letter by letter and digit by digit: account numbers, licence plates, file numbers."""

import re
from collections.abc import Callable, Mapping

from voicebot.speech.spoken_rules import DIGITS, Rule, rule

_ACCOUNT = r"\b[A-Z]{2}\d\d(?: ?[\dA-Z]{4}){3,7}(?: ?[\dA-Z]{1,3})?\b"
_PLATE = r"\b(?!DIN\b)([A-ZÄÖÜ]{1,3})-([A-Z]{1,2})[ -]?(\d{1,4})([EH]?)\b"
_MIXED = r"\b(?=[A-Z\d]*[A-Z])(?=[A-Z\d]*\d[A-Z\d]*\d|[A-Z]{4,}\d)[A-Z\d]{6,}\b"
"""Document numbers and the like: capitals and digits that are no word with a number."""
_PIECES = re.compile(r"\d+|[^\W\d_]|[^\w\s]|_")


def spelled(letters: str) -> str:
    """NRW is "N R W"; in both voices single capitals are the letters' names."""
    return " ".join(letters)


def code_rules(
    digits: Callable[[str], str], signs: Mapping[str, str], *, plates: str, files: str, lists: str
) -> tuple[Rule, ...]:
    """Rules for bank accounts, licence plates and what words introduce as a code.

    :param digits: the words for some digits; `signs` are those between the groups of a file number
    :param plates: pattern of the words that introduce a licence plate written without a hyphen
    :param files: pattern of the words that introduce a file number
    :param lists: pattern of the words that introduce a customer's or similar number of digits only
    """

    def account(match: re.Match[str]) -> str:
        written = match[0].replace(" ", "")
        groups = [written[at : at + 4] for at in range(0, len(written), 4)]
        return ", ".join(code(group) for group in groups)

    def code(written: str) -> str:
        pieces = _PIECES.findall(written)
        return " ".join(digits(piece) if piece.isdecimal() else signs.get(piece, piece) for piece in pieces)

    def plate(match: re.Match[str]) -> str:
        *introduction, town, letters, number, kind = match.groups()
        return "".join(introduction) + f"{spelled(town)}, {spelled(letters)}, {digits(number)}{kind and ' ' + kind}"

    return (
        rule(_ACCOUNT, account, needs=DIGITS),
        rule(_MIXED, lambda match: code(match[0]), needs=DIGITS),
        rule(_PLATE, plate, needs="-"),
        rule(rf"({plates}:? )([A-ZÄÖÜ]{{1,3}}) ([A-Z]{{1,2}}) ?(\d{{1,4}})([EH]?)\b", plate, needs=DIGITS),
        rule(
            rf"({files}:? )((?:[A-ZÄÖÜ]{{1,3}}[ /.-]?)*\d[\w/.-]*(?<=\w)(?: [A-Z]{{1,2}} \d+/\d+)?)",
            lambda match: match[1] + code(match[2]),
            needs=DIGITS,
        ),
        rule(
            rf"({lists}:? )(\d[\d ]{{2,}}\d)\b(?!,\d|\s?(?:€|[Ee]uro|EUR))",
            lambda match: match[1] + code(match[2]),
            needs=DIGITS,
        ),
    )
