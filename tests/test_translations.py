"""Every language says everything; what is missing is listed, a line a text."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from translations import FEWEST_EXAMPLES, MOST_ASKED, missing
from voicebot.settings import Settings
from voicebot.understanding.phrasebook import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("prompts", "voicebot/understanding/phrases", "voicebot/speech/spoken", "data/borken")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The files with texts, to be changed."""
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.npz", "*.wav", "*.py"))
    return tmp_path


def test_eight_languages_are_understood() -> None:
    assert Settings().speech.languages == ("de", "en", "nl", "tr", "pl", "uk", "ru", "ar")
    assert set(Settings().speech.languages) == set(LANGUAGES)
    assert {file.stem for file in (ROOT / "prompts").glob("*.toml")} == set(LANGUAGES)
    assert len(set(MOST_ASKED)) == 20


@pytest.mark.parametrize("language", Settings().speech.languages)
def test_nothing_is_missing(language: str) -> None:
    lines = missing(ROOT, language)
    assert not lines, f"{len(lines)} texts are missing in {language}:\n" + "\n".join(lines)


def test_a_language_without_any_file_lacks_everything() -> None:
    lines = missing(ROOT, "fr")
    files = ("prompts/fr.toml", "phrases/fr.toml", "phrases/spoken_fr.toml", "speech/spoken/fr.toml")
    assert {f"{file}: no such file" for file in files} <= set(lines)
    assert sum(line.startswith("examples.csv") for line in lines) % FEWEST_EXAMPLES == 0
    assert {line.split(":")[1].strip() for line in lines if line.startswith("facts.csv")} == set(MOST_ASKED)


@pytest.mark.parametrize(
    ("file", "removed", "told"),
    [
        ("prompts/tr.toml", r"^closed_now = .*\n", "prompts/tr.toml: closed_now"),
        ("prompts/pl.toml", r"^language_uk = .*\n", "prompts/pl.toml: language_uk"),
        ("prompts/ar.toml", r"^months = .*\n", "prompts/ar.toml: calendar.months"),
        ("prompts/nl.toml", r"^from = .*\n", "prompts/nl.toml: calendar.from"),
        ("voicebot/understanding/phrases/ru.toml", r"^\[noise\]\n.*\n", "phrases/ru.toml: noise.contains"),
        ("voicebot/understanding/phrases/tr.toml", r'^"üç" = "3"\n', "phrases/tr.toml: numbers.digits: no word for 3"),
        (
            "voicebot/understanding/phrases/tr.toml",
            r'^\[\[emergency\]\]\nnumber = "110"\ncertain = true\n(?:(?!\[).*\n)*',
            "phrases/tr.toml: emergency: 110, certain",
        ),
        (
            "voicebot/understanding/phrases/spoken_pl.toml",
            r"^thousand = .*\n",
            "phrases/spoken_pl.toml: numbers.thousand",
        ),
        (
            "voicebot/understanding/phrases/aspects.csv",
            r"^uk,fee,.*\n",
            "phrases/aspects.csv: uk, aspect fee",
        ),
        ("voicebot/understanding/phrases/off_topic.csv", r"^nl,.*\n", "phrases/off_topic.csv: nl, text none"),
        ("voicebot/speech/spoken/nl.toml", r"^cent = .*\n", "speech/spoken/nl.toml: money.cent"),
        ("data/borken/facts.csv", r"^reisepass,fee,ar,.*\n", "facts.csv: reisepass: fee in ar"),
        ("data/borken/facts.csv", r"^wohngeld,online,en,.*\n", "facts.csv: wohngeld: online in en"),
    ],
)
def test_a_text_that_is_removed_is_listed(copy: Path, file: str, removed: str, told: str) -> None:
    path = copy / file
    text = path.read_text(encoding="utf-8")
    without, count = re.subn(removed, "", text, flags=re.MULTILINE)
    assert count
    path.write_text(without, encoding="utf-8")
    language = re.search(r"(?<![a-z])(ar|en|nl|pl|ru|tr|uk)(?![a-z])", told)
    assert language is not None
    assert missing(copy, language[1]) == [told]


@pytest.mark.parametrize(
    ("file", "column", "told"),
    [
        ("services.csv", "name_tr", "services.csv: reisepass: name_tr"),
        ("services.csv", "keywords_uk", "services.csv: reisepass: keywords_uk"),
        ("departments.csv", "name_pl", "departments.csv: buergerbuero: name_pl"),
        ("departments.csv", "with_ru", "departments.csv: buergerbuero: with_ru"),
    ],
)
def test_a_name_that_is_removed_is_listed(copy: Path, file: str, column: str, told: str) -> None:
    path = copy / "data" / "borken" / file
    with path.open(encoding="utf-8", newline="") as before:
        rows = list(csv.DictReader(before))
    next(row for row in rows if row["key"] == told.split(": ")[1])[column] = ""
    with path.open("w", encoding="utf-8", newline="") as after:
        writer = csv.DictWriter(after, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert missing(copy, column[-2:]) == [told]


def test_a_question_too_few_is_listed(copy: Path) -> None:
    path = copy / "data" / "borken" / "examples.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    questions = [line for line in lines if line.startswith("baum,pl,")]
    kept = [line for line in lines if line not in questions[FEWEST_EXAMPLES - 1 :]]
    path.write_text("\n".join(kept), encoding="utf-8")
    assert missing(copy, "pl") == ["examples.csv: baum: example 4 of 4 in pl"]
