"""A ninth language without code, as docs/languages.md says: files in a copy, and it is understood and said."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from translations import MOST_ASKED, missing
from voicebot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent

# The least that was written for French; the rest is English until somebody translates it.
PROMPTS = {
    "greeting_question": "Que puis-je faire pour vous ?",
    "other_language": "Vous pouvez aussi parler français, ou appuyez sur neuf.",
    "language_key": "Pour le français, appuyez sur {number}.",
    "offer": "Cela vous aide-t-il, ou dois-je vous passer {desk} ?",
    "hours": "{department} : {hours}.",
}
CALENDAR = {
    "days": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "and": "et",
    "at": "à {}",
}
PHRASES: dict[str, Any] = {
    "polite": ["s'il vous plaît", "merci"],
    "stopwords": ["le la les un une des de du et ou est je vous il elle que quoi pour s'il plaît merci"],
    "yes": {"whole": ["oui", "d'accord", "bien sûr"], "leading": ["oui", "d'accord"]},
    "no": {"whole": ["non", "pas du tout"], "leading": ["non"]},
    "human": {"whole": ["un employé", "une personne"], "contains": ["parler (à|avec) … (personne|employé…)"]},
    "language": {"contains": ["(en |le )?français", "französisch", "french"]},
    "emergency": [
        {"number": "112", "certain": True, "contains": ["au feu", "ne respire plus"]},
        {"number": "112", "certain": False, "contains": ["ambulance"]},
        {"number": "110", "certain": True, "contains": ["au voleur"]},
        {"number": "110", "certain": False, "contains": ["cambriol…"]},
    ],
}
DIGITS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")
READING = """
[numbers]
library = "fr"
digits = ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"]
minus = "moins"
[decimal]
point = "virgule"
[time]
full = "{hour} heures"
minutes = "{hour} heures {minute}"
[date]
months = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
          "novembre", "décembre"]
[money]
euro = "euros"
cent = "centimes"
[units."%"]
other = "pour cent"
[ranges]
numbers = "{} à {}"
[telephone]
plus = "plus"
[web.signs]
"@" = "arobase"
"." = "point"
"""
TRIED = """
import json
from datetime import datetime
from pathlib import Path
from voicebot.catalogue.folder import read_folder
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.dialogue import Dialogue, Input, Kind, Say, heard, key
from voicebot.prompts import Prompts
from voicebot.routing import Router
from voicebot.settings import load
from voicebot.speech.speakable import speakable
from voicebot.understanding.emergency import emergency_number
from voicebot.understanding.intents import asked_language, control_intents
from voicebot.understanding.numbers import phone_number
from voicebot.understanding.result import Intent, Understanding

languages = load().speech.languages
city = read_folder(Path("data/borken"))
prompts = Prompts.load(languages)
morning = datetime(2026, 11, 25, 10, tzinfo=TOWN_TIME)
dialogue = Dialogue(Router(city, prompts, True), "de", speaks=frozenset(languages), clock=lambda: morning)

def said(happened):
    return [say.text for say in dialogue.step(happened) if isinstance(say, Say)]

greeting = said(Input(Kind.STARTED))
keys = said(key("9"))
chosen = said(key(str(len(languages))))
question = Understanding("Combien ?", "fr", Intent.SERVICE, 0.9, service="reisepass", aspect="fee")
answer = said(heard(question))
untranslated = said(heard(Understanding("Et ?", "fr", Intent.SERVICE, 0.9, service="reisepass", aspect="documents")))
print(json.dumps({
    "languages": languages,
    "asked": [asked_language(text) for text in ("En français, s'il vous plaît", "Französisch bitte", "French please")],
    "intents": [control_intents(text, "fr")[:1] for text in ("Oui", "Non", "Je veux parler à une personne")],
    "emergency": emergency_number("Au feu !"),
    "phone": phone_number("zéro deux huit six un neuf trois neuf zéro", "fr"),
    "read": speakable("8:30, 37,00 €", "fr"),
    "greeting": greeting, "keys": keys, "chosen": chosen, "answer": answer, "untranslated": untranslated,
    "name": city.services["reisepass"].name("fr"),
    "own": prompts.language_name("fr", "de"),
}))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """All that is installed, in a folder of its own, without what is only faster to have."""
    for folder in ("voicebot", "telephony", "prompts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copytree(ROOT / "data" / "borken", tmp_path / "data" / "borken", ignore=shutil.ignore_patterns("*.npz"))
    return tmp_path


def _toml(table: dict[str, Any], name: str = "") -> str:
    """A table as TOML: JSON writes texts, numbers and lists in the same way."""
    values = {key: value for key, value in table.items() if not _is_table(value)}
    lines = [f"[{name}]"] if name and values else []
    lines += [f"{json.dumps(key, ensure_ascii=False)} = {_value(value)}" for key, value in values.items()]
    for key, value in table.items():
        inner = f"{name}.{json.dumps(key, ensure_ascii=False)}" if name else json.dumps(key, ensure_ascii=False)
        if isinstance(value, dict):
            lines.append(_toml(value, inner))
        elif _is_table(value):
            lines += [f"[[{inner}]]\n{_toml(each)}" for each in value]
    return "\n".join(lines) + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _add_column(file: Path, column: str, values: dict[str, str]) -> None:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, [*rows[0], column])
        writer.writeheader()
        writer.writerows({**row, column: values.get(row["key"], "")} for row in rows)


def _add_row(file: Path, *cells: str) -> None:
    with file.open("a", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerow(cells)


def add_french(root: Path) -> None:
    """The steps of docs/languages.md, one after the other."""
    prompts = _read(root / "prompts" / "en.toml")
    prompts["calendar"] = {**prompts["calendar"], **CALENDAR}
    (root / "prompts" / "fr.toml").write_text(_toml({**prompts, **PROMPTS}), encoding="utf-8")

    folder = root / "voicebot" / "understanding" / "phrases"
    phrases = {**_read(folder / "en.toml"), **PHRASES}
    phrases["numbers"] = {**phrases["numbers"], "digits": {word: str(place) for place, word in enumerate(DIGITS)}}
    (folder / "fr.toml").write_text(_toml(phrases), encoding="utf-8")
    shutil.copy(folder / "spoken_en.toml", folder / "spoken_fr.toml")
    (root / "voicebot" / "speech" / "spoken" / "fr.toml").write_text(READING, encoding="utf-8")

    data = root / "data" / "borken"
    _add_column(data / "services.csv", "name_fr", {"reisepass": "passeport"})
    _add_column(data / "services.csv", "keywords_fr", {"reisepass": "passeport|papiers pour voyager"})
    _add_column(data / "departments.csv", "name_fr", {"buergerbuero": "service des citoyens (Bürgerbüro)"})
    _add_row(data / "examples.csv", "reisepass", "fr", "Combien coûte un passeport ?")
    _add_row(data / "facts.csv", "reisepass", "fee", "fr", "Le passeport coûte 70 euros.", "sample", "2026-11-22")


def _try(root: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """In a process that has the copy's files and the chosen languages."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("VOICEBOT_")}
    return subprocess.run(
        [sys.executable, "-c", TRIED],
        cwd=root,
        env={**inherited, "PYTHONPATH": str(root), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_french_is_added_by_files_alone(copy: Path) -> None:
    add_french(copy)
    languages = ",".join((*Settings().speech.languages, "fr"))
    done = _try(copy, VOICEBOT_SPEECH_LANGUAGES=languages)
    assert done.returncode == 0, done.stderr
    tried = json.loads(done.stdout)
    assert tried["languages"][-1] == "fr"
    assert tried["asked"] == ["fr"] * 3
    assert tried["intents"] == [["yes"], ["no"], ["human"]]
    assert tried["emergency"] == "112"
    assert tried["phone"] == "028619390"
    assert tried["read"] == "huit heures trente, trente-sept euros"
    assert PROMPTS["other_language"] in tried["greeting"]
    assert tried["keys"][-1] == "Pour le français, appuyez sur 9."
    assert tried["chosen"] == [PROMPTS["greeting_question"]]
    assert "Le passeport coûte 70 euros." in tried["answer"]
    assert tried["untranslated"][0].startswith(_read(copy / "prompts" / "en.toml")["not_translated"].split("{")[0])
    assert tried["name"] == "passeport"
    assert tried["own"] == "fr", "no prompt names it yet"


def test_what_is_not_translated_is_listed(copy: Path) -> None:
    before = missing(copy, "fr")
    add_french(copy)
    after = missing(copy, "fr")
    assert set(after) < set(before)
    assert not any("no such file" in line for line in after)
    assert "services.csv: reisepass: name_fr" not in after
    assert "facts.csv: reisepass: fee in fr" not in after
    assert "examples.csv: reisepass: example 2 of 4 in fr" in after
    assert {line.split(": ")[1] for line in after if line.startswith("facts.csv")} == set(MOST_ASKED)


def test_without_a_file_of_prompts_it_is_refused_in_one_line(copy: Path) -> None:
    add_french(copy)
    (copy / "prompts" / "fr.toml").unlink()
    done = _try(copy, VOICEBOT_SPEECH_LANGUAGES="de,fr")
    assert "fr.toml: no such file; every language in speech.languages needs one" in done.stderr


def test_a_language_that_is_not_switched_on_changes_nothing(copy: Path) -> None:
    add_french(copy)
    done = _try(copy, VOICEBOT_SPEECH_LANGUAGES="de,en")
    assert done.returncode == 0, done.stderr
    tried = json.loads(done.stdout)
    assert tried["keys"] == ["Für Deutsch drücken Sie die 1.", "For English, press 2."]


def test_a_phrase_that_is_missing_is_named_in_one_line(copy: Path) -> None:
    add_french(copy)
    file = copy / "voicebot" / "understanding" / "phrases" / "fr.toml"
    text = file.read_text(encoding="utf-8")
    assert '"hundred" = ' in text
    file.write_text(text.replace('"hundred" = ', '"hunderd" = '), encoding="utf-8")
    done = _try(copy, VOICEBOT_SPEECH_LANGUAGES="de,fr")
    assert "fr.toml: hundred is missing" in done.stderr
