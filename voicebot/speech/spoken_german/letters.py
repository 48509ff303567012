"""German acronyms: spelled, said as a word, or written out; and what is only shouted."""

# ruff: noqa: SIM905 - a row of words reads better than a column

import re

from voicebot.speech.spoken_acronyms import acronym_rule
from voicebot.speech.spoken_codes import spelled
from voicebot.speech.spoken_rules import Rule, rule

SAID = {
    # Written so that a German voice says them as people do.
    "AusweisApp": "Ausweis-App",
    "AWO": "Awo",
    "BAföG": "Bafög",
    "BAFöG": "Bafög",
    "BAMF": "Bamf",
    "BIC": "Bick",
    "BundID": "Bund I D",
    "DEKRA": "Dekra",
    "DIN": "Din",
    "ELSTER": "Elster",
    "IBAN": "Iban",
    "KiBiz": "Kibiz",
    "NATO": "Nato",
    "PIN": "Pinn",
    "PUK": "Puck",
    "SEPA": "Sepa",
    "TAN": "Tann",
    "TÜV": "Tüff",
    "UNO": "Uno",
    "WLAN": "W-Lan",
    "WLan": "W-Lan",
    # Laws, whose short names nobody can pronounce.
    "AsylbLG": "Asylbewerberleistungsgesetz",
    "AsylG": "Asylgesetz",
    "AufenthG": "Aufenthaltsgesetz",
    "BauGB": "Baugesetzbuch",
    "BauNVO": "Baunutzungsverordnung",
    "BauO": "Bauordnung",
    "BestG": "Bestattungsgesetz",
    "BImSchG": "Bundesimmissionsschutzgesetz",
    "EStG": "Einkommensteuergesetz",
    "FeV": "Fahrerlaubnisverordnung",
    "FreizügG": "Freizügigkeitsgesetz",
    "GastG": "Gaststättengesetz",
    "GewO": "Gewerbeordnung",
    "GewStG": "Gewerbesteuergesetz",
    "GrStG": "Grundsteuergesetz",
    "HwO": "Handwerksordnung",
    "IfSG": "Infektionsschutzgesetz",
    "JuSchG": "Jugendschutzgesetz",
    "KrWG": "Kreislaufwirtschaftsgesetz",
    "KommWG": "Kommunalwahlgesetz",
    "LHundG": "Landeshundegesetz",
    "LImSchG": "Landesimmissionsschutzgesetz",
    "MuSchG": "Mutterschutzgesetz",
    "NachbG": "Nachbarrechtsgesetz",
    "OWiG": "Ordnungswidrigkeitengesetz",
    "PassG": "Passgesetz",
    "PassV": "Passverordnung",
    "PAuswG": "Personalausweisgesetz",
    "PAuswV": "Personalausweisverordnung",
    "PStG": "Personenstandsgesetz",
    "PStV": "Personenstandsverordnung",
    "SchulG": "Schulgesetz",
    "StAG": "Staatsangehörigkeitsgesetz",
    "StrWG": "Straßen- und Wegegesetz",
    "UhVorschG": "Unterhaltsvorschussgesetz",
    "VwGO": "Verwaltungsgerichtsordnung",
    "VwVfG": "Verwaltungsverfahrensgesetz",
    "WoGG": "Wohngeldgesetz",
    "WohnGG": "Wohngeldgesetz",
}
_FLOORS = {
    "DG": "Dachgeschoss",
    "EG": "Erdgeschoss",
    "KG": "Kellergeschoss",
    "OG": "Obergeschoss",
    "UG": "Untergeschoss",
}
SPELLED = frozenset(
    "ADAC ADFC AfA AOK BEEG BGB BMG BZRG DLRG DSGVO EDV eAT eID ePA FAQ GbR GEZ GmbH HGB ICE IHK KfW ÖPNV OHG SGB StGB "
    "StPO StVO StVZO UStG UVG VHS ZPO UID USt LWL".split()
)
SHOUTED = frozenset(
    "AB ABER ALLE AM AN AUCH AUF AUS BEI BIS BITTE DA DAS DEM DEN DER DIE DU EIN ER ES FÜR GUT HIER ICH IHR IHRE IM "
    "IN IST JA JE JEDE KEIN KEINE MIT NACH NEIN NEU NICHT NIE NUR OB ODER OHNE SIE SIND SO UM UND UNS VOM VON VOR WAR "
    "WAS WER WIE WIR WO ZU ZUM ZUR".split()
)


def _basement(match: re.Match[str]) -> str:
    """UG and KG are companies, too."""
    return match[1] + _FLOORS[match[2]]


def _vehicle(match: re.Match[str]) -> str:
    return spelled(match[1].upper()) + (" " if match[2] else "")


FLOORS: tuple[Rule, ...] = (
    rule(r"\b([Ii]m |[Ii]ns |[Dd]as |\d\. ?|[EO]G und |[EO]G/|[EO]G, )(UG|KG)\b", _basement, needs="G"),
    rule(r"(?<=\d\.)(?=OG\b)", " ", needs="G"),
    rule(r"(?<![\w/-])([EOD]G)\b(?!-(?!Wohn))", lambda match: _FLOORS[match[1]], needs="G"),
)
"""Before ordinals, which agree with them."""

RULES: tuple[Rule, ...] = (
    rule(r"\bQR[- ]?(?:Code|code)", "Q R Code", needs="Q"),
    rule(r"\b(KfZ|Kfz|Lkw|Pkw|KFZ|LKW|PKW)s?\b(-(?=\w))?", _vehicle, words=("fz", "kw", "FZ", "KW", "fZ")),
    rule(r"\b(Klassen? )AM\b", r"\1A M", words=("AM",)),
    rule(r"\bK(?:ITA|iTa)(?=s?\b)", "Kita", words=("KI", "KiT")),
    rule(r"(?<=[a-zäöüß])I(?=n\b|nnen\b)", "i", words=("In",)),
    acronym_rule(SAID, SPELLED, SHOUTED),
)
