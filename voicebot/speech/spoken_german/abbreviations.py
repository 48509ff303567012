"""German abbreviations with a full stop, and what they are said as."""

# ruff: noqa: SIM905 - a row of words reads better than a column

import re

from voicebot.speech.spoken_rules import DIGITS, Abbreviations, Rule, rule

INNER = {
    "a. a. O.": "am angegebenen Ort",
    "a. d.": "an der",
    "abzgl.": "abzüglich",
    "allg.": "allgemein",
    "Anl.": "Anlage",
    "Anm.": "Anmerkung",
    "ausschl.": "ausschließlich",
    "Az.": "Aktenzeichen",
    "bes.": "besonders",
    "betr.": "betrifft",
    "BGBl.": "Bundesgesetzblatt",
    "Buchst.": "Buchstabe",
    "b. a. W.": "bis auf Weiteres",
    "bspw.": "beispielsweise",
    "bzgl.": "bezüglich",
    "bzw.": "beziehungsweise",
    "ca.": "circa",
    "d. h.": "das heißt",
    "Dipl.": "Diplom",
    "Dr.": "Doktor",
    "dt.": "deutsche",
    "durchschn.": "durchschnittlich",
    "ehem.": "ehemals",
    "eigtl.": "eigentlich",
    "einschl.": "einschließlich",
    "evtl.": "eventuell",
    "exkl.": "exklusive",
    "gem.": "gemäß",
    "gez.": "gezeichnet",
    "ggf.": "gegebenenfalls",
    "ggfs.": "gegebenenfalls",
    "ggü.": "gegenüber",
    "Gde.": "Gemeinde",
    "GV.": "Gesetz- und Verordnungsblatt",
    "HNr.": "Hausnummer",
    "Hr.": "Herr",
    "Hrn.": "Herrn",
    "h. c.": "honoris causa",
    "i. A.": "im Auftrag",
    "i. d. F.": "in der Fassung",
    "i. d. R.": "in der Regel",
    "i. H. v.": "in Höhe von",
    "i. S. d.": "im Sinne des",
    "i. S. v.": "im Sinne von",
    "i. V.": "in Vertretung",
    "i. V. m.": "in Verbindung mit",
    "Ing.": "Ingenieur",
    "inkl.": "inklusive",
    "insb.": "insbesondere",
    "insbes.": "insbesondere",
    "jur.": "jur",
    "Kl.": "Klasse",
    "Krs.": "Kreis",
    "Kto.": "Konto",
    "lfd.": "laufende",
    "lt.": "laut",
    "Ltg.": "Leitung",
    "max.": "maximal",
    "mdl.": "mündlich",
    "med.": "med",
    "mind.": "mindestens",
    "Ndr.": "Nieder",
    "Nrn.": "Nummern",
    "o. a.": "oben angegeben",
    "o.": "oder",
    "öffentl.": "öffentlich",
    "persönl.": "persönlich",
    "phil.": "phil",
    "Postf.": "Postfach",
    "Prof.": "Professor",
    "rd.": "rund",
    "röm.": "römisch",
    "s. a.": "siehe auch",
    "sog.": "sogenannte",
    "städt.": "städtisch",
    "Stk.": "Stück",
    "stv.": "stellvertretende",
    "u. U.": "unter Umständen",
    "u.": "und",
    "urspr.": "ursprünglich",
    "v. a.": "vor allem",
    "Vorl.": "Vorlage",
    "vgl.": "vergleiche",
    "voraussichtl.": "voraussichtlich",
    "vorauss.": "voraussichtlich",
    "Whg.": "Wohnung",
    "wg.": "wegen",
    "wohnh.": "wohnhaft",
    "z. B.": "zum Beispiel",
    "z. H.": "zu Händen",
    "z. Hd.": "zu Händen",
    "z. K.": "zur Kenntnis",
    "z. Zt.": "zurzeit",
    "Zi.": "Zimmer",
    "zzgl.": "zuzüglich",
}
"""Those that stand within a sentence."""
CLOSING = {
    "a. D.": "außer Dienst",
    "a. F.": "alte Fassung",
    "a. M.": "am Main",
    "Abt.": "Abteilung",
    "abds.": "abends",
    "Bhf.": "Bahnhof",
    "d. J.": "dieses Jahres",
    "d. M.": "dieses Monats",
    "e. G.": "e G",
    "e. K.": "e K",
    "e. V.": "e V",
    "ev.": "evangelisch",
    "feiert.": "feiertags",
    "gesch.": "geschieden",
    "gest.": "gestorben",
    "Hbf.": "Hauptbahnhof",
    "i. W.": "in Westfalen",
    "i. Westf.": "in Westfalen",
    "jährl.": "jährlich",
    "Jh.": "Jahrhundert",
    "jun.": "junior",
    "jr.": "junior",
    "k. A.": "keine Angabe",
    "kath.": "katholisch",
    "led.": "ledig",
    "m. E.": "meines Erachtens",
    "mtl.": "monatlich",
    "monatl.": "monatlich",
    "MwSt.": "Mehrwertsteuer",
    "n. Chr.": "nach Christus",
    "n. F.": "neue Fassung",
    "n. V.": "nach Vereinbarung",
    "nachm.": "nachmittags",
    "Nr.": "Nummer",
    "p. a.": "pro Jahr",
    "p. P.": "pro Person",
    "Pl.": "Platz",
    "s. o.": "siehe oben",
    "s. u.": "siehe unten",
    "schriftl.": "schriftlich",
    "sen.": "senior",
    "Std.": "Stunden",
    "Str.": "Straße",
    "tägl.": "täglich",
    "tgl.": "täglich",
    "tel.": "telefonisch",
    "Tel.": "Telefon",
    "telef.": "telefonisch",
    "u. a.": "unter anderem",
    "v. Chr.": "vor Christus",
    "v. H.": "vom Hundert",
    "verh.": "verheiratet",
    "vorm.": "vormittags",
    "verw.": "verwitwet",
    "werkt.": "werktags",
    "Westf.": "Westfalen",
    "wöchentl.": "wöchentlich",
    "z. T.": "zum Teil",
    "z. Z.": "zurzeit",
    "zzt.": "zurzeit",
}
"""Those that may end a sentence."""
LISTS = {
    "dgl.": "dergleichen",
    "etc.": "et cetera",
    "o. ä.": "oder ähnliches",
    "o. Ä.": "oder Ähnliches",
    "u. a. m.": "und anderes mehr",
    "u. ä.": "und ähnliches",
    "u. Ä.": "und Ähnliches",
    "u. v. m.": "und vieles mehr",
    "usf.": "und so fort",
    "usw.": "und so weiter",
}
"""Those that end a list, and mostly a sentence."""
BEFORE_NUMBER = {
    "Abs.": "Absatz",
    "App.": "Apparat",
    "Art.": "Artikel",
    "Aufl.": "Auflage",
    "Bd.": "Band",
    "Bj.": "Baujahr",
    "DW.": "Durchwahl",
    "Fa.": "Firma",
    "Flst.": "Flurstück",
    "Gr.": "Größe",
    "Hs.": "Halbsatz",
    "Kap.": "Kapitel",
    "Lit.": "Buchstabe",
    "min.": "mindestens",
    "Pos.": "Position",
    "Rn.": "Randnummer",
    "S.": "Seite",
    "Tab.": "Tabelle",
    "v.": "vom",
    "Ziff.": "Ziffer",
}
OPENERS = (
    "Aber Alle Alles Als Am An Anschließend Auch Auf Aus Außerdem Bei Beim Bis Bitte Bringen Da Dabei Dafür Danach "
    "Dann Das Dazu Dem Den Der Deshalb Die Dies Diese Diesen Dieser Dieses Dort Ein Eine Er Es Falls Für Gehen "
    "Haben Heute Hier Ich Ihr Ihre Im In Ist Jede Jeder Jetzt Kommen Können Legen Man Melden Mit Möchten Müssen "
    "Nach Nicht Nur Oder Ohne Rufen Sie Sind So Sonst Und Unter Vom Von Vor Was Wenn Wer Wie Wir Wo Wählen Zu Zum "
    "Zur"
).split()
"""Words that are written with a capital only where a sentence begins; "Sie" and "Ihre" mostly."""
SENTENCE = rf"\s+(?:{'|'.join(OPENERS)})\b"
"""The beginning of one after a full stop."""

_BARE = {
    **{"bzw": "beziehungsweise", "ca": "circa", "evtl": "eventuell", "ggf": "gegebenenfalls", "inkl": "inklusive"},
    **{"insb": "insbesondere", "lfd": "laufende", "MwSt": "Mehrwertsteuer", "Nr": "Nummer", "sog": "sogenannte"},
    **{"Std": "Stunden", "Tel": "Telefon", "usw": "und so weiter", "zB": "zum Beispiel", "zzgl": "zuzüglich"},
    **{"zzt": "zurzeit", "dh": "das heißt", "Bhf": "Bahnhof", "Hbf": "Hauptbahnhof", "Jh": "Jahrhundert"},
}
_COUNTED = {
    "Std": ("Stunde", "Stunden"),
    "Min": ("Minute", "Minuten"),
    "min": ("Minute", "Minuten"),
    "Sek": ("Sekunde", "Sekunden"),
    "sek": ("Sekunde", "Sekunden"),
    "Stk": ("Stück", "Stück"),
    "St": ("Stück", "Stück"),
    "Pers": ("Person", "Personen"),
    "Einw": ("Einwohner", "Einwohner"),
    "J": ("Jahr", "Jahre"),
    "Mon": ("Monat", "Monate"),
    "Ct": ("Cent", "Cent"),
    "ct": ("Cent", "Cent"),
}
_HOLY = {"Abend": "Heiliger", "Geist": "Heilig", "Kreuz": "Heilig", "Familie": "Heilige", "Messe": "Heilige"}


def _counted(match: re.Match[str]) -> str:
    one, more = _COUNTED[match[2]]
    return f"{match[1]} {one if match[1] == '1' else more}{'.' if match[3] is not None else ''}"


def _holy(match: re.Match[str]) -> str:
    """The street is "Am Heiligen Kreuz", the church is "Heilig Kreuz"."""
    if match[1]:
        return f"{match[1]}Heiligen{match[2]}"
    return (_HOLY.get(match[3], "Heiliger") if match[2] != "-" else "Heilig") + match[2]


def _and_others(match: re.Match[str]) -> str:
    return "und anderes" if match[1] is None else "und anderes."


def _street(match: re.Match[str]) -> str:
    return "straße" if match[1] is None else "straße."


def _named(match: re.Match[str]) -> str:
    """ "Die oben genannte Frist", and "die oben genannten Fristen"; likewise with other words before them."""
    article, noun = match[1] or "", match[3]
    word = article.strip().lower()
    plural = word in ("den", "dem", "des") or (word in ("die", "der") and noun.endswith(("n", "s")))
    where = "unten" if match[2].startswith("u") else "oben"
    return f"{article}{where} genannte{'n' if plural else ''} {noun}"


RULES: tuple[Rule, ...] = (
    rule(rf"\s?/\s?({'|'.join(_COUNTED)})\.", lambda match: f" pro {_COUNTED[match[1]][0]}", needs="/"),
    rule(
        rf"(?<![\w.])([\d.,]*\d) ?({'|'.join(_COUNTED)})\.(?![ -][A-Z]\w*-?[Ss]tr|-)(?=({SENTENCE})?)",
        _counted,
        needs=DIGITS,
    ),
    rule(r"\bGV\. ?NRW\.?(?=\W|$)", "Gesetz- und Verordnungsblatt N R W", needs="."),
    rule(r"\bTel\.[ -]?Nr\.", "Telefonnummer", needs="."),
    rule(r"\b(?:Zi|Zimmer)\.?-?Nr\.", "Zimmernummer", needs="."),
    rule(r"\bHs\.?-?Nr\.", "Hausnummer", needs="."),
    rule(r"\b(?:USt-)?Id-?Nr\.", "Identifikationsnummer", needs="."),
    rule(r"(?<=[a-zäöüß])nr\.", "nummer", needs="."),
    rule(rf"\bu\. ?a\.(?=\s*(?:$|[,;)])|({SENTENCE}))", _and_others, needs="."),
    rule(r"\bDipl\.-Ing\.", "Diplomingenieur", needs="."),
    rule(r"\bgeb\.(?= [A-ZÄÖÜ])", "geborene", needs="."),
    rule(r"\bgeb\.", "geboren", needs="."),
    rule(r"\b([Dd]ie |[Dd]er |[Dd]en |[Dd]em |[Dd]es |[Dd]as )?([ou]\. ?g\.) (\w+)", _named, needs="."),
    rule(
        r"\b((?:[Aa]m|[Ii]m|[Vv]om|[Zz]um|[Bb]eim|[Dd]em|[Dd]e[rsn]) )?[Hh]l\.([ -])(?=([A-ZÄÖÜ]\w+))", _holy, needs="."
    ),
    rule(r"\bF(?:r\.|r(?= Dr\.))(?= ?[A-ZÄÖÜ])", "Frau", needs="."),
    rule(r"\bKr\.(?= [A-ZÄÖÜ])", "Kreis", needs="."),
    rule(r"\bFa\.(?= [A-ZÄÖÜ])", "Firma", needs="."),
    rule(r"\bSt\.(?= ?[A-ZÄÖÜ]|-[A-ZÄÖÜ])", "Sankt", needs="."),
    rule(r"(Absatz|Abs\.|Artikel|Art\.|§) (\d+\w?) S\. ?(?=\d)", r"\1 \2 Satz ", needs="."),
    rule(r"\bs\. (?=[A-ZÄÖÜ§]\w{2}|§)", "siehe ", needs="."),
    rule(
        rf"(?<=[a-zß])(?:str\.(?=({SENTENCE})?)|strasse\b)",
        _street,
    ),
    rule(r"(?<=[a-zß])pl\.(?= \d|,)", "platz", needs="."),
    rule(r"(?<=-)[Ss]tr\b(?!\.)|\bStr(?= \d)", "Straße"),
    rule(
        Abbreviations.PATTERN,
        Abbreviations(INNER, CLOSING, LISTS, before_number=BEFORE_NUMBER, openers=OPENERS),
        needs=".",
    ),
    rule(rf"\b(?:{'|'.join(_BARE)})\b(?![.-])", lambda match: _BARE[match[0]]),
    rule(r"\bMax(?=\. ?\d)", "maximal", needs="."),
    rule(r"\bc/o\b", "bei", needs="/"),
    rule(rf"\b([A-ZÄÖÜ])\.(?= [A-ZÄÖÜ](?:[a-zäöüß]|\. [A-ZÄÖÜ]))(?!{SENTENCE})", r"\1", needs="."),
)
"""Those that depend on what stands beside them come first."""
