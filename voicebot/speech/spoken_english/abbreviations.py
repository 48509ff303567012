"""English abbreviations with a full stop, and the German ones that stand in a German town's English texts."""

# ruff: noqa: SIM905 - a row of words reads better than a column

import re

from voicebot.speech.spoken_codes import spelled
from voicebot.speech.spoken_rules import DIGITS, Abbreviations, Rule, rule

INNER = {
    "admin.": "administrative",
    "approx.": "approximately",
    "apt.": "apartment",
    "assoc.": "association",
    "attn.": "attention",
    "avg.": "average",
    "c.": "circa",
    "Az.": "Aktenzeichen",
    "ca.": "circa",
    "cf.": "compare",
    "cont.": "continued",
    "corp.": "corporation",
    "Dr.": "Doctor",
    "e. g.": "for example",
    "encl.": "enclosed",
    "esp.": "especially",
    "est.": "established",
    "excl.": "excluding",
    "ext.": "extension",
    "Hr.": "Herr",
    "i. e.": "that is",
    "ibid.": "in the same place",
    "incl.": "including",
    "max.": "maximum",
    "misc.": "miscellaneous",
    "mo.": "month",
    "Mr.": "Mister",
    "Mrs.": "Missis",
    "Ms.": "Miz",
    "N. B.": "note",
    "Nr.": "number",
    "ord.": "ordinance",
    "P. O.": "P O",
    "P. S.": "P S",
    "para.": "paragraph",
    "paras.": "paragraphs",
    "prof.": "professor",
    "qty.": "quantity",
    "ref.": "reference",
    "reg.": "registered",
    "regs.": "regulations",
    "temp.": "temporary",
    "viz.": "namely",
    "vs.": "versus",
    "Westf.": "Westfalen",
}
"""Those that stand within a sentence."""
CLOSING = {
    "a. k. a.": "also known as",
    "Ave.": "Avenue",
    "Bhf.": "Bahnhof",
    "Blvd.": "Boulevard",
    "Co.": "Company",
    "Dept.": "Department",
    "e. V.": "E V",
    "govt.": "government",
    "Hbf.": "Hauptbahnhof",
    "hrs.": "hours",
    "Inc.": "Incorporated",
    "Jr.": "Junior",
    "Ltd.": "Limited",
    "p. a.": "per annum",
    "p. m.": "p m",
    "a. m.": "a m",
    "Pl.": "Platz",
    "Rd.": "Road",
    "resp.": "respectively",
    "Sq.": "Square",
    "Sr.": "Senior",
    "Str.": "Straße",
    "tel.": "telephone",
    "yrs.": "years",
}
"""Those that may end a sentence."""
LISTS = {
    "etc.": "et cetera",
}
"""Those that end a list, and mostly a sentence."""
BEFORE_NUMBER = {
    "Abs.": "paragraph",
    "Art.": "article",
    "ch.": "chapter",
    "cl.": "clause",
    "ex.": "example",
    "fig.": "figure",
    "fl.": "floor",
    "lit.": "letter",
    "min.": "minimum",
    "no.": "number",
    "nos.": "numbers",
    "p.": "page",
    "pp.": "pages",
    "pt.": "part",
    "Rm.": "room",
    "S.": "page",
    "s.": "section",
    "ss.": "sections",
    "sec.": "section",
    "secs.": "sections",
    "v.": "version",
    "vol.": "volume",
}
OPENERS = (
    "A After All An And Any At Before Bring But By Call Each For From He Here How I If In It No Nobody Not On Only Or "
    "Our Please She So That The Then There These They This To Until We What When Where Who With You Your"
).split()
"""Words that are written with a capital only where a sentence begins; "I" always."""
SENTENCE = rf"\s+(?:{'|'.join(OPENERS)})\b"
"""The beginning of one after a full stop."""

_BARE = {
    **{"approx": "approximately", "incl": "including", "excl": "excluding", "tel": "telephone", "Tel": "telephone"},
    **{
        "Mr": "Mister",
        "Mrs": "Missis",
        "Ms": "Miz",
        "Dr": "Doctor",
        "vs": "versus",
        "Ltd": "Limited",
        "etc": "et cetera",
    },
    **{"Dept": "Department"},
}
_COUNTED = {
    **{"hr": ("hour", "hours"), "hrs": ("hour", "hours"), "min": ("minute", "minutes"), "mins": ("minute", "minutes")},
    **{"sec": ("second", "seconds"), "secs": ("second", "seconds"), "yr": ("year", "years"), "yrs": ("year", "years")},
    **{"wk": ("week", "weeks"), "wks": ("week", "weeks"), "mth": ("month", "months"), "mths": ("month", "months")},
    **{"pers": ("person", "people"), "pcs": ("piece", "pieces")},
}


def _counted(match: re.Match[str]) -> str:
    one, more = _COUNTED[match[2].lower()]
    return f"{match[1]} {one if match[1] == '1' else more}{'.' if match[3] is not None else ''}"


RULES: tuple[Rule, ...] = (
    rule(rf"(?<![\w.])([\d.,]*\d) ?({'|'.join(_COUNTED)})\b(?:\.(?=({SENTENCE})?)|())(?!-)", _counted, needs=DIGITS),
    rule(r"\bP\.? ?O\.? ?Box\b", "P O Box", needs="P"),
    rule(rf"(?<=[a-zß])[Ss]tr\.(?=({SENTENCE})?)", lambda match: "straße" + ("." if match[1] else ""), needs="."),
    rule(r"(?<=[a-zß])strasse\b", "straße"),
    rule(r"(?<=-)[Ss]tr\b(?!\.)", "Straße"),
    rule(r"\b([Aa]m |[Ii]m )[Hh]l\.(?=[ -][A-ZÄÖÜ])", r"\1Heiligen", needs="."),
    rule(r"\bHl\.(?=[ -][A-ZÄÖÜ])", "Heilig", needs="."),
    rule(r"\bSt\.(?=-[A-ZÄÖÜ])", "Sankt", needs="."),
    rule(r"\bDr\.(?=-[A-ZÄÖÜ])", "Doktor", needs="."),
    rule(rf"(?<=[a-z] )St\.(?=,|;|$|({SENTENCE}))", lambda match: "Street" + ("." if match[1] else ""), needs="."),
    rule(r"\b(?:[A-Z]\.){2,}(?! ?[a-z]\.)", lambda match: spelled(match[0].replace(".", "")), needs="."),
    rule(r"\bSt\.(?= ?[A-ZÄÖÜ])", "Saint", needs="."),
    rule(r"(?<=[a-z])pl\.(?= \d|,)", "platz", needs="."),
    rule(r"\bFr\.(?= [A-ZÄÖÜ])", "Frau", needs="."),
    rule(r"\bb\.(?= (?:\d|[A-ZÄÖÜ]))", "born", needs="."),
    rule(r"\b([Mm])ax\.? (?=\d)", r"\1aximum ", needs="x"),
    rule(
        Abbreviations.PATTERN,
        Abbreviations(INNER, CLOSING, LISTS, before_number=BEFORE_NUMBER, openers=OPENERS),
        needs=".",
    ),
    rule(rf"\b(?:{'|'.join(_BARE)})\b(?![.-])", lambda match: _BARE[match[0]]),
    rule(r"\bNo (?=\d)", "number ", needs=DIGITS),
    rule(r"\b(?:eg|e\.g)\b", "for example", needs="g"),
    rule(r"\b(?:ie|i\.e)\b", "that is", needs="e"),
    rule(r"\blit\. ?(?=[a-z]\b)", "letter ", needs="."),
    rule(r"\bc/o\b", "care of", needs="/"),
    rule(r"\bw/o\b", "without", needs="/"),
    rule(r"\bw/(?=\s?\w)", "with ", needs="/"),
    rule(rf"\b([A-ZÄÖÜ])\.(?= [A-ZÄÖÜ](?:[a-zäöüß]|\. [A-ZÄÖÜ]))(?!{SENTENCE})", r"\1", needs="."),
)
"""Those that depend on what stands beside them come first."""
