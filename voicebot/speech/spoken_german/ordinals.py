"""Ordinals in German, with the endings that the words before them ask for, and Roman numerals."""

# ruff: noqa: SIM905 - a row of words reads better than a column

import re

from voicebot.speech.numerals import german, german_ordinal, roman
from voicebot.speech.spoken_german.abbreviations import OPENERS, SENTENCE
from voicebot.speech.spoken_german.gender import gender
from voicebot.speech.spoken_rules import DIGITS, ROMAN, WORD, Rule, before, rule

_NOUNS = (
    "(?:Stock|Stockwerk|Etage|Obergeschoss|Untergeschoss|Geschoss|Klasse|Lebensjahr|Lebensmonat|Kind|Jahrhundert|Quartal"
    "|Halbjahr|Schuljahr|Semester|Änderung|Änderungssatzung|Auflage|Mahnung|Weltkrieg|Geburtstag|Advent|Feiertag"
    "|Weihnachtstag|Ostertag|Werktag|Tag|Woche|Monat|Jahr|Mal|Bauabschnitt|Bürgermeister|Stellvertreter|Rate|Stufe"
    "|Beigeordnete|Vorsitzende|Person|Reihe|Sitzung|Instanz|Ehe|Schwangerschaftswoche|Jahrestag|Abschnitt|Rang|Platz|Straße|Tür|Eingang|Kreuzung|Ampel)"
)
"""What is numbered by ordinals even without an article."""
_DETERMINERS = frozenset(
    "der die das dem den des am im vom zum zur beim ab bis seit ein eine einen einem einer eines jeder jede jedes "
    "jeden jedem dieser diese dieses diesem diesen ihr ihre ihrem ihren ihrer ihres sein seine seinem seinen seiner "
    "unser unsere unserem unseren unserer mein meine meinem meinen meiner kein keine keinen".split()
)
_BY_ITSELF = frozenset(("am", "zum", "vom", "den", "dem", "jeden", "ab", "der"))
"""What an ordinal without a noun stands behind: "am 3."."""
_PREPOSITIONS = frozenset("in an auf mit bei von nach aus seit zu vor während wegen ab hinter neben über unter".split())
_WEAK = frozenset("der die das jede jedes jeder diese dieses dieser eine ihre seine unsere meine keine".split())
_STRONG = frozenset(("ein", "kein", "ihr", "sein", "unser", "mein"))
_BEFORE = re.compile(
    rf"(?:\b({WORD})\s+)?\b({WORD})(?:,? (?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag),)?\s$"
)
"""The words before an ordinal; "am Montag, 3. Mai" is as "am 3. Mai"."""
JOINT = r"\s?(?:,|/|und|u\.|oder|bis|[-–])\s?"
_QUEENS = frozenset(("Elisabeth", "Katharina", "Margarethe", "Maria", "Viktoria"))
_RULERS = _QUEENS | frozenset(
    "Albert Alexander August Benedikt Christian Clemens Ernst Ferdinand Franz Friedrich Georg George Gregor Gustav "
    "Heinrich Innozenz Johann Johannes Joseph Josef Karl Klemens Konrad Leo Leopold Ludwig Maximilian Napoleon "
    "Nikolaus Otto Paul Philipp Pius Rudolf Urban Wilhelm".split()
)
_TWO_SIGNS = ("II", "IV", "IX", "VI", "XI", "XV", "XX")
_NEXT_SENTENCE = re.compile(SENTENCE)
_ORDERED = re.compile(_NOUNS)
_LABELS = (
    "Abschnitt|Band|Bundesgesetzblatt|Bauabschnitt|Buch|Fachoberschule|Gruppe|Hartz|Haus|Kapitel|Kategorie|Klasse|Lesung"
    "|Pflegegrad|Pflegestufe|SGB|S G B|Sekundarstufe|Stufe|Tarif|Teil|Zone"
)
"""What a Roman numeral behind it numbers."""


def ending_of(match: re.Match[str], kind: str) -> str:
    """The ending of the ordinal in `match`, with a noun of the gender `kind`, as the words before it ask for."""
    found = before(match, _BEFORE)
    earlier, word = ((found[1] or "").lower(), found[2].lower()) if found else ("", "")
    if word == "der" and (kind == "f" or earlier in _PREPOSITIONS):
        return "en"
    if word in _WEAK:
        return "e"
    if word in _DETERMINERS - _STRONG or word in ("von", "zwischen", "nach", "mit"):
        return "en"
    if word.endswith("en") and earlier in _DETERMINERS:
        return "en"  # "dem vollendeten 24. Lebensjahr"
    return {"m": "er", "f": "e", "n": "es"}[kind]


def joined(written: str, ending: str) -> str:
    """The days before the last one: "24./" is "vierundzwanzigster und "."""
    said = re.sub(r"(\d{1,3})\.", lambda number: german_ordinal(int(number[1]), ending), written)
    said = re.sub(r"\s?/\s?|\s?\bu\.\s?", " und ", said)
    said = re.sub(r"\s?[-–]\s?", " bis ", said)
    return re.sub(
        r"\s?(,|\bund\b|\boder\b|\bbis\b)\s?", lambda joint: f"{'' if joint[1] == ',' else ' '}{joint[1]} ", said
    )


def closes(match: re.Match[str]) -> bool:
    """Whether a full stop at the end of `match` ends a sentence."""
    return _NEXT_SENTENCE.match(match.string, match.end()) is not None


def _ordinal(match: re.Match[str]) -> str:
    """Whether "3." is an ordinal or ends a sentence shows in the words around it."""
    noun, found, full_stop = match["noun"], before(match, _BEFORE), ""
    word = found[2].lower() if found else ""
    if noun is not None and (_ORDERED.match(noun) or (word in _DETERMINERS and noun not in OPENERS)):
        ending = ending_of(match, gender(noun) if noun[0].isupper() else "m")
    elif word in _BY_ITSELF and (noun is None or noun in OPENERS):
        ending, full_stop = "en", "." if noun else ""
    else:
        return match[0]
    said = f"{joined(match['list'], ending)}{german_ordinal(int(match['day']), ending)}{full_stop}"
    return f"{said} {noun}" if noun else said


def _roman_ordinal(match: re.Match[str]) -> str:
    return f"{german_ordinal(roman(match[1]), ending_of(match, gender(match[2])))} {match[2]}"


def _in_a_list(match: re.Match[str]) -> str:
    """Each item of a list is a sentence: "erstens"."""
    return f"{'. ' if match.start() else ''}{german_ordinal(int(match[1]), 'ens')}, "


def _named_ruler(match: re.Match[str]) -> str:
    """ "Heinrich IV." is "Heinrich der Vierte", and "von Heinrich dem Vierten"."""
    name, number = match[1], german_ordinal(roman(match[2])).capitalize()
    feminine = name.rstrip("s") in _QUEENS
    found = before(match, _BEFORE)
    word = found[2].lower() if found else ""
    if word in ("von", "mit", "bei", "unter", "zu", "nach", "seit", "vor", "dem"):
        said = f"{'der' if feminine else 'dem'} {number}n"
    elif word in ("für", "durch", "gegen", "um", "den"):
        said = f"die {number}" if feminine else f"den {number}n"
    elif name.removesuffix("s") in _RULERS and name not in _RULERS:
        said = f"{'der' if feminine else 'des'} {number}n"
    else:
        said = f"{'die' if feminine else 'der'} {number}"
    return f"{name} {said}{'.' if closes(match) else ''}"


def _labelled(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}{german(roman(match[3]))}"


RULES: tuple[Rule, ...] = (
    rule(rf"(?:^|\s*\n)\s*(\d)\.\s+(?=[^\W\d_])(?!{_NOUNS}|und\b|bis\b|oder\b)", _in_a_list, needs="."),
    rule(
        rf"(?<![\d.,:])\b(?P<list>(?:\d{{1,3}}\.{JOINT}){{0,6}})(?P<day>\d{{1,3}})\.(?!\d)(?: ?(?P<noun>{WORD}))?",
        _ordinal,
        needs=DIGITS,
    ),
    rule(rf"\b({ROMAN})\. ({_NOUNS})", _roman_ordinal, words=("I.", "V.", "X.")),
    rule(rf"\b((?:{'|'.join(_RULERS)})s?) ({ROMAN})\.", _named_ruler, words=("I.", "V.", "X.")),
    rule(rf"\b({_LABELS})([ -])({ROMAN})\b", _labelled, words=(" I", " V", " X", "-I", "-V", "-X")),
    rule(rf"(?<=[^\W\d_][ -])(?=[IVX]{{2}}){ROMAN}\b", lambda match: german(roman(match[0])), words=_TWO_SIGNS),
)
