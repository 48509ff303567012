"""English acronyms, and the German ones of an English text: spelled or said as a word; and what is only shouted."""

# ruff: noqa: SIM905 - a row of words reads better than a column

from voicebot.speech.spoken_acronyms import acronym_rule
from voicebot.speech.spoken_rules import Rule, rule

SAID = {
    # Written so that an English voice says them as people do.
    "ASAP": "as soon as possible",
    "AWO": "Awo",
    "AusweisApp": "Ausweis App",
    "BAföG": "Bafög",
    "BAMF": "Bamf",
    "BIC": "Bick",
    "BundID": "Bund I D",
    "COVID": "Covid",
    "DEKRA": "Dekra",
    "DIN": "Din",
    "ELSTER": "Elster",
    "IBAN": "Iban",
    "KfW": "K F W",
    "NATO": "Nato",
    "PIN": "pin",
    "PINs": "pins",
    "PUK": "puck",
    "SEPA": "Sepa",
    "TAN": "tan",
    "TÜV": "Tüv",
    "UNESCO": "Unesco",
    "BauO": "Bauordnung",
    "BauGB": "Baugesetzbuch",
    "PAuswG": "Personalausweisgesetz",
    "PassG": "Passgesetz",
    "StAG": "Staatsangehörigkeitsgesetz",
    "AufenthG": "Aufenthaltsgesetz",
    "WoGG": "Wohngeldgesetz",
    "PStG": "Personenstandsgesetz",
    "GewO": "Gewerbeordnung",
}
SPELLED = frozenset("ADAC DSGVO FAQ GbR GDPR GEZ GmbH ICAO OHG SGB eID ePA eAT VHS".split())
SHOUTED = frozenset(
    "A ALL AN AND ANY ARE AS AT BE BUT BY CAN DO FOR FREE FROM HAS HE HER HIS HOW I IF IN IS IT ITS MAY MUST MY NEW NO "
    "NOT NOW OF OFF ON ONE ONLY OR OUR OUT SEE SHE SO THE THEY THIS TO TWO UP WE WHO WITH YES YOU YOUR".split()
)


RULES: tuple[Rule, ...] = (
    rule(r"\bKfz\b", "K F Z", words=("Kfz",)),
    acronym_rule(SAID, SPELLED, SHOUTED),
)
