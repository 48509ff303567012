"""The gender of German nouns, as far as it shows in "ein", "eine" and the endings of ordinals."""

import re

_FEMININE = re.compile(
    r"(?:ung|heit|keit|schaft|ion|tät|ik|ei|ur|stadt|frist|antwort|nummer|tür|uhr|frau|mutter|tochter|schwester|kraft"
    r"|wahl|zahl|hand|bank|macht|schrift|post|fahrt|nacht|gebühr|mail|app|person|firma|kita|e)$",
    re.IGNORECASE,
)
_MASCULINE = re.compile(
    r"(?:name|kunde|junge|neffe|buchstabe|euro|zeuge|erbe|kollege|beamte|brei|schrei|raum|abschnitt)$", re.IGNORECASE
)
_NEUTER = re.compile(
    r"(?:chen|lein|ment|um|jahr|foto|bild|kind|haus|amt|büro|zimmer|exemplar|auto|zeug|rad|formular|papier|zeugnis"
    r"|ergebnis|tier|buch|blatt|gramm|kilo|pfund|prozent|stück|mal|mitglied|gebäude|gerät|paar|fenster|zelt|recht"
    r"|geschoss|wort|konto|zeichen|schreiben|paket|ticket|fest|gutachten|geschäft|hundert|quartal|semester|kapitel"
    r"|ende|gemüse|interesse|baby|dokument|register|gesetz|og|ug)$",
    re.IGNORECASE,
)


def gender(noun: str) -> str:
    """ "m", "f" or "n", told by the noun's last part; "m" where nothing speaks for another."""
    if _MASCULINE.search(noun):
        return "m"
    if _NEUTER.search(noun):
        return "n"
    return "f" if _FEMININE.search(noun) else "m"
