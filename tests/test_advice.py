"""Trees of advice: which answer is meant, where every path ends, and what an import refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from test_catalogue import FILES
from test_structure import ENGINES, MODULES, imports
from voicebot.advice import PARTS, Advice, Choice, Consultation, Ending, Step, recognise
from voicebot.catalogue.advice import from_document, to_document
from voicebot.catalogue.advicecheck import MOST_QUESTIONS, problems
from voicebot.catalogue.advicefile import GUIDE, read_advice
from voicebot.catalogue.city import City
from voicebot.catalogue.csvfile import Errors
from voicebot.catalogue.folder import read_folder, write_folder
from voicebot.catalogue.importer import Counts, DataError, export_folder, import_folder
from voicebot.catalogue.store import load_city, open_database

ROOT = Path(__file__).parent.parent
BORKEN = ROOT / "data" / "borken"
CITY = read_folder(BORKEN)
EXAMPLE = re.findall(r"^```text\n(.*?)^```", (ROOT / "docs" / "data.md").read_text(encoding="utf-8"), re.M | re.S)[0]
FILE = "advice/ausweis.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A town with the advice that docs/data.md shows."""
    result = tmp_path / "town"
    (result / "advice").mkdir(parents=True)
    for file, content in (FILES | {FILE: EXAMPLE}).items():
        (result / file).write_text(content, encoding="utf-8", newline="")
    return result


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    result = open_database(f"sqlite:///{tmp_path}/voicebot.db")
    yield result
    result.dispose()


def replace(folder: Path, old: str, new: str) -> None:
    content = (folder / FILE).read_text(encoding="utf-8")
    assert old in content
    (folder / FILE).write_text(content.replace(old, new, 1), encoding="utf-8", newline="")


def errors_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(DataError) as caught:
        read_folder(folder)
    return caught.value.errors


def test_it_imports_no_engine_and_no_database() -> None:
    forbidden = (*ENGINES, "voicebot.speech", "voicebot.catalogue.store", "voicebot.catalogue.models", "telephony")
    for name in ("voicebot.advice", "voicebot.catalogue.advice", "voicebot.catalogue.advicecheck"):
        assert not [each for each in imports(MODULES[name]) if each.startswith(forbidden)]


# Which answer is meant


def chosen(said: str, advice: str, step: str, language: str = "de") -> str | None:
    choices = CITY.advice[advice].steps[step].choices
    place = recognise(said, choices, language)
    return None if place is None else choices[place].label[language]


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("eins", "eine Mietwohnung"),
        ("Die zweite bitte.", "das eigene Zuhause"),
        ("zwei", "das eigene Zuhause"),
        ("3.", "ein Heim"),
        ("die letzte", "ein Heim"),
        ("vier", None),
        ("Ich wohne zur Miete.", "eine Mietwohnung"),
        ("zur Mite", "eine Mietwohnung"),
        ("in einer Mietswohnung", "eine Mietwohnung"),
        ("Eigentums Wohnung", "das eigene Zuhause"),
        ("Eigentuhm", "das eigene Zuhause"),
        ("Das Haus gehört uns.", "das eigene Zuhause"),
        ("Nicht zur Miete, sondern im eigenen Haus", "das eigene Zuhause"),
        ("Ich wohne nicht zur Miete.", None),
        ("in einem Altersheim", "ein Heim"),
        ("Miete oder eigenes Haus", None),
        ("bei meinen Eltern", None),
        ("", None),
    ],
)
def test_words_and_numbers(said: str, label: str | None) -> None:
    assert chosen(said, "wohngeld", "wohnen") == label


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("ja", "ja"),
        ("Ja, genau.", "ja"),
        ("nö", "nein"),
        ("Ja, äh, nein", "nein"),
        ("leider nein", "nein"),
        ("noch nicht", "nein"),
        ("Nein, ich bekomme noch nichts", "nein"),
        ("vom Job Center", "ja"),
        ("ich kriege Bürger Geld", "ja"),
        ("Ich bekomme kein Bürgergeld.", "nein"),
        ("Ich bekomme weder Bürgergeld noch Grundsicherung", "nein"),
        ("weiß nicht", None),
        ("Guten Tag", None),
    ],
)
def test_yes_and_no(said: str, label: str | None) -> None:
    assert chosen(said, "wohngeld", "leistung") == label


@pytest.mark.parametrize(
    ("said", "advice", "step", "label"),
    [
        ("Ja, wir haben keine Kinder", "buergergeld-oder-wohngeld", "kinder", "nein"),
        ("Sie war früher verheiratet", "todesfall", "familienstand", "früher verheiratet"),
        ("Sie war nicht verheiratet", "todesfall", "familienstand", "ledig"),
        ("Er war verheiratet", "todesfall", "familienstand", "verheiratet"),
        ("einen Hund abmelden", "hund", "anliegen", "abmelden"),
        ("Stafford Chair", "hund", "rasse", "Pitbull, Bullterrier oder Staffordshire"),
        ("Kein Kampfhund, ein Dackel", "hund", "rasse", "eine andere Rasse"),
        ("keine Ahnung", "carport", "groesse", "weiß ich nicht"),
    ],
)
def test_words_that_hold_one_another(said: str, advice: str, step: str, label: str) -> None:
    assert chosen(said, advice, step) == label


@pytest.mark.parametrize(
    ("said", "label"),
    [("one", "a rented home"), ("two please", "your own home"), ("we own it", "your own home"), ("nothing", None)],
)
def test_english(said: str, label: str | None) -> None:
    assert chosen(said, "wohngeld", "wohnen", "en") == label


@pytest.mark.parametrize("advice", CITY.advice.values(), ids=CITY.advice)
@pytest.mark.parametrize("frame", ["{}", "Ähm, {}."])
def test_every_word_of_a_choice_means_it(advice: Advice, frame: str) -> None:
    for step in advice.steps.values():
        for language in advice.languages:
            for place, choice in enumerate(step.choices):
                for phrase in choice.phrases(language):
                    assert recognise(frame.format(phrase), step.choices, language) == place, (step.key, phrase)


@given(st.text())
def test_anything_can_be_said(said: str) -> None:
    assert recognise(said, CITY.advice["hund"].steps["rasse"].choices, "de") in (None, 0, 1, 2)


# The way through


def test_a_consultation() -> None:
    start = Consultation(CITY.advice["wohngeld"])
    assert start.step is start.advice.steps["leistung"]
    assert start.ending is None
    assert start.question("en").startswith("Do you already")
    assert start.labels("de") == ("ja", "nein")
    assert start.summary("de") == "Wohngeld"
    assert start.choose("", "de", digit="3") is None
    assert start.choose("", "de", digit="#") is None
    now = start
    for digit in ("2", "2", "2", "1"):
        choice = now.choose("", "de", digit)
        assert choice is not None
        now = now.answered(choice)
    assert now.step is None
    assert now.question("de") == ""
    assert now.labels("de") == ()
    assert now.choose("eins", "de") is None
    assert now.ending is now.advice.endings["miete"]
    assert now.summary("de") == (
        "Wohngeld: keine andere Leistung; nicht alle in Ausbildung; kein größeres Vermögen; wohnt zur Miete"
    )
    assert now.back().step is now.advice.steps["wohnen"]
    assert start.back() == start
    with pytest.raises(ValueError, match="is no answer to 'leistung'"):
        start.answered(now.answers[-1])


def test_samples_are_left_out() -> None:
    ending = CITY.advice["papiere-verloren"].endings["ausweis-neu"]
    assert [part.about for part in ending.spoken(speak_samples=True)] == ["answer", "documents", "fee", "next"]
    assert [part.about for part in ending.spoken(speak_samples=False)] == ["answer", "next"]


def test_a_choice_without_a_note_is_noted_by_its_label() -> None:
    assert Choice({"de": "eine Mietwohnung"}, "x").noted("en") == "eine Mietwohnung"


# The sample


def paths(consultation: Consultation) -> Iterator[Consultation]:
    if consultation.step is None:
        yield consultation
    else:
        for choice in consultation.step.choices:
            yield from paths(consultation.answered(choice))


def test_there_are_ten() -> None:
    assert len(CITY.advice) == 10
    for matter in ("wohngeld", "eheschliessung", "wohnsitz-anmelden", "gewerbe-anmelden", "sterbefall", "bauantrag"):
        assert CITY.advice_on(matter)
    for matter in ("kita", "kita-beitrag", "ausweis-verloren", "hundesteuer", "hundehaltung", "buergergeld"):
        assert CITY.advice_on(matter)
    assert CITY.advice_on("personalausweis") is None


@pytest.mark.parametrize("advice", CITY.advice.values(), ids=CITY.advice)
def test_every_path_ends_with_what_to_bring_and_what_to_do(advice: Advice) -> None:
    assert advice.languages == ("de", "en")
    longest = 0
    for end in paths(Consultation(advice)):
        longest = max(longest, len(end.answers))
        assert end.ending is not None
        about = [part.about for part in end.ending.parts]
        assert about == sorted(about, key=PARTS.index)
        assert {"answer", "documents", "next"} <= set(about)
        assert end.ending.service in CITY.services
        for language in advice.languages:
            assert end.summary(language).count(";") == len(end.answers) - 1
        # Whoever asks without samples still hears what comes next.
        assert "next" in {part.about for part in end.ending.spoken(speak_samples=False)}
    assert 3 <= longest <= MOST_QUESTIONS


@pytest.mark.parametrize("advice", CITY.advice.values(), ids=CITY.advice)
def test_every_ending_names_its_office(advice: Advice) -> None:
    offices = {
        "soziales": "Soziales und Wohnen",
        "bauen": "Stadtentwicklung, Umwelt und Bauen",
        "steuern": "Steuern und Abgaben",
        "kreis": "Kreis",
        "extern": "Finanzamt|Agentur für Arbeit",
    }
    for ending in advice.endings.values():
        name = offices.get(ending.department) or CITY.departments[ending.department].names["de"]
        assert re.search(name, " ".join(part.text["de"] for part in ending.parts)), ending.key


def test_amounts_have_their_source() -> None:
    """Sums of money come from a page, a regulation on fees, or are samples."""
    for advice in CITY.advice.values():
        for ending in advice.endings.values():
            for part in ending.parts:
                if re.search(r"\bEuro\b", part.text["de"]):
                    assert part.about == "fee"
                    assert re.match("sample|borken.de|§ 15 PassV", part.source)


def test_the_files_are_as_an_export_writes_them(tmp_path: Path) -> None:
    write_folder(CITY, tmp_path)
    for path in (BORKEN / "advice").iterdir():
        assert path.read_text(encoding="utf-8").startswith(GUIDE)
        assert path.read_bytes() == (tmp_path / "advice" / path.name).read_bytes()


# Import and export


def test_round_trip(engine: Engine, folder: Path, tmp_path: Path) -> None:
    report = import_folder(engine, folder)
    assert report.counts["advice/*.toml"] == Counts(added=1)
    city = load_city(engine)
    assert city == read_folder(folder)
    assert not import_folder(engine, folder).is_changed
    export_folder(engine, tmp_path / "export")
    assert read_folder(tmp_path / "export") == city
    advice = city.advice["ausweis"]
    assert from_document("ausweis", to_document(advice)) == advice
    assert advice.steps["anlass"].choices[0] == Choice(
        {"de": "abgelaufen"}, "neu", {"de": ("läuft ab", "ungültig")}, {"de": "Ausweis abgelaufen"}
    )
    assert advice.endings["gestohlen"].transfer


def test_changes_are_counted(engine: Engine, folder: Path, tmp_path: Path) -> None:
    old = import_folder(engine, folder)
    replace(folder, "ist er weg?", "fehlt er?")
    new = import_folder(engine, folder)
    assert new.counts["advice/*.toml"] == Counts(changed=1)
    assert new.revision != old.revision
    assert load_city(engine).advice["ausweis"].steps["anlass"].question["de"].endswith("fehlt er?")
    export_folder(engine, tmp_path / "export")
    (folder / FILE).unlink()
    assert import_folder(engine, folder).counts["advice/*.toml"] == Counts(removed=1)
    assert load_city(engine).advice == {}
    export_folder(engine, tmp_path / "export")
    assert read_folder(tmp_path / "export").advice == {}


def test_import_mends_what_was_changed_by_hand(engine: Engine, folder: Path) -> None:
    import_folder(engine, folder)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM advice"))
    assert import_folder(engine, folder).counts["advice/*.toml"] == Counts(added=1)


words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1).map(lambda word: normalize("NFC", word))


@given(label=words, note=words, word=words)
def test_any_text_survives_a_file(tmp_path_factory: pytest.TempPathFactory, label: str, note: str, word: str) -> None:
    choice = Choice({"de": f"a {label}"}, "ende", {"de": (f"b {word}",)}, {"de": note})
    base = CITY.advice["wohngeld"]
    ending = Ending("ende", base.endings["miete"].parts, "soziales")
    step = Step("frage", {"de": "Was?"}, (choice, Choice({"de": "nein"}, "ende")))
    advice = Advice("x", {"de": "X"}, (), "frage", {"frage": step}, {"ende": ending})
    folder = tmp_path_factory.mktemp("any")
    write_folder(City(CITY.name, CITY.switchboard, advice={"x": advice}), folder)
    assert read_advice(folder / "advice", (), CITY.departments, Errors())["x"] == advice


# What is wrong in a tree


def test_the_example_is_accepted(folder: Path) -> None:
    city = read_folder(folder)
    assert problems(city.advice["ausweis"], city.services, city.departments) == []


CHOICE = '[[steps.diebstahl.choices]]\nlabel.de = "nein"'


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        # Ways through the tree.
        ('first = "anlass"', 'first = "anlas"', "first: die Frage „anlas“ gibt es nicht"),
        (
            '"gestohlen"\nthen = "gestohlen"',
            '"gestohlen"\nthen = "weg"',
            "steps.diebstahl, Antwort 1, then: „weg“",
        ),
        ('then = "diebstahl"', 'then = "neu"', "steps.diebstahl: keine Antwort führt dorthin"),
        ('"nicht gestohlen"\nthen = "neu"', '"nicht"\nthen = "anlass"', "steps.diebstahl: führt zurück zu „anlass“"),
        ("[steps.diebstahl]", "[endings.anlass]\n[steps.diebstahl]", "endings.anlass, department: fehlt"),
        # Questions and answers.
        ('"läuft ab"', '"verloren"', "Antwort 2, words.de: „verloren“ gilt schon als Antwort 1; bitte"),
        ('"läuft ab"', '"die zweite"', "steps.anlass, Antwort 1, words.de: „die zweite“ klingt nach der Taste 2"),
        ('["gestohlen", "geklaut"]', '["nee"]', "Antwort 2, words.de: „nein“ gilt schon als Antwort 1"),
        (
            CHOICE,
            '[[steps.diebstahl.choices]]\nlabel.de = "a"\nthen = "neu"\n'
            '[[steps.diebstahl.choices]]\nlabel.de = "b"\nthen = "neu"\n' + CHOICE,
            "steps.diebstahl: 4 Antworten; bitte zwei oder drei anlegen",
        ),
        ('label.de = "weg"', 'label.de = "ein Wort noch ein Wort und noch ein Wort"', "label.de: „ein Wort noch"),
        ('"Wurde er gestohlen?"', '"Wurde er gestohlen (oder verlegt)?"', "question.de: die Klammer „(“"),
        # Endings.
        ('department = "buergerbuero"', 'department = "amt"', "endings.neu, department: „amt“ steht nicht in"),
        ('"buergerbuero"\ntransfer', '"extern"\ntransfer', "endings.gestohlen, transfer: „extern“ ist extern"),
        ('service = "personalausweis"', 'service = "perso"', "endings.neu, service: „perso“ steht nicht in services"),
        ('services = ["personalausweis"]', 'services = ["perso"]', "services: „perso“ steht nicht in services.csv"),
        ('services = ["personalausweis"]', "services = []", "services: ist leer"),
        ('about = "next"', 'about = "answer"', "endings.neu: nennt keinen nächsten Schritt"),
        ('about = "documents"', 'about = "papers"', "Teil 1, about: „papers“ ist nicht erlaubt; bitte answer, doc"),
        ('"Buchen Sie', '"Ja gut. Na gut. So so. Buchen Sie', "endings.neu, Teil 2, text.de: 4 Sätze sind zu viele"),
        # The file.
        ('"Personalausweis" ', '"Personalausweis', "Zeile 1: nicht lesbar"),
        ("name.de", "title.de", "name: fehlt"),
        ('source = "§ 9 PAuswG"', "", "endings.neu, Teil 1, source: fehlt"),
        ('"§ 9 PAuswG"', '"Sample"', "endings.neu, Teil 1, source: „Sample“ bitte klein schreiben: sample"),
        ("as_of = 2026-11-22", 'as_of = "22.11.2026"', "endings.neu, Teil 1, as_of: ist kein Datum; bitte ohne"),
        ("transfer = true", 'transfer = "ja"', "endings.gestohlen, transfer: bitte als transfer = true"),
        ('words.de = ["läuft ab", "ungültig"]', 'words.de = "ungültig"', "Antwort 1, words, de: ist keine Liste"),
        ("label.de", "label.deutsch", "Antwort 1, label, deutsch: ist kein Sprachkürzel"),
        ("[steps.anlass]", "[steps.Anlaß]", "nicht lesbar"),
        ("question.de", "frage.de", "steps.anlass, frage: ist unbekannt; erwartet werden question, choices"),
        ('name.de = "Personalausweis"', 'name = {de = "A", en = "B"}', "steps.anlass, question.en: fehlt; bitte"),
        ('name.de = "Personalausweis"', 'name.en = "A"', "name.de: fehlt"),
    ],
)
def test_a_defect_is_reported(folder: Path, old: str, new: str, error: str) -> None:
    replace(folder, old, new)
    errors = errors_of(folder)
    assert any(error in line for line in errors), errors
    for line in errors:
        assert line.startswith(FILE)
        assert re.search("bitte|erwartet", line), "says how to mend it"


def test_a_whole_error_line(folder: Path) -> None:
    replace(folder, 'then = "diebstahl"', 'then = "diebstal"')
    assert errors_of(folder) == (
        "advice/ausweis.toml, steps.anlass, Antwort 2, then: „diebstal“ gibt es nicht, die Antwort führt nirgendwohin; "
        "bitte eine Frage oder ein Ende nennen",
        "advice/ausweis.toml, steps.diebstahl: keine Antwort führt dorthin; bitte eine ändern oder dies löschen",
        "advice/ausweis.toml, endings.gestohlen: keine Antwort führt dorthin; bitte eine ändern oder dies löschen",
    )


def way(count: int) -> Advice:
    """A tree in which one question follows another."""
    nein = Choice({"de": "nein"}, "ende")
    steps = {
        f"frage-{number}": Step(
            f"frage-{number}",
            {"de": "Was nun?"},
            (Choice({"de": "ja"}, f"frage-{number + 1}" if number < count else "ende"), nein),
        )
        for number in range(1, count + 1)
    }
    ending = Ending("ende", CITY.advice["wohngeld"].endings["miete"].parts, "soziales")
    return Advice("x", {"de": "X"}, ("wohngeld",), "frage-1", steps, {"ende": ending})


def test_no_path_has_more_than_five_questions() -> None:
    assert problems(way(5), CITY.services, CITY.departments) == []
    [problem] = problems(way(6), CITY.services, CITY.departments)
    assert problem.where == "steps.frage-6"
    assert problem.what == "wäre auf einem Weg die Frage 6; bitte auf höchstens 5 Fragen kürzen"


def test_a_question_is_not_named_like_an_ending(folder: Path) -> None:
    replace(folder, "[endings.neu]", '[endings.anlass]\ndepartment = "buergerbuero"\n\n[endings.neu]')
    assert any("endings.anlass: heißt wie eine Frage" in line for line in errors_of(folder))


def test_a_service_has_one_advice(folder: Path) -> None:
    (folder / "advice" / "zweite.toml").write_text(EXAMPLE, encoding="utf-8")
    assert errors_of(folder) == (
        "advice/zweite.toml, services: „personalausweis“ steht schon in advice/ausweis.toml; bitte nur einmal nennen",
    )


def test_file_names_and_encodings(folder: Path) -> None:
    (folder / FILE).rename(folder / "advice" / "Mein Ausweis.toml")
    (folder / "advice" / "zweite.toml").write_text(EXAMPLE, encoding="latin-1", errors="replace")
    assert errors_of(folder) == (
        "advice/Mein Ausweis.toml: der Dateiname ist kein Schlüssel; "
        "bitte nur a bis z, Ziffern und Bindestrich verwenden",
        "advice/zweite.toml: die Datei ist nicht in UTF-8; bitte mit dem Texteditor als UTF-8 speichern",
    )


def test_a_bad_file_refuses_the_whole_import(engine: Engine, folder: Path) -> None:
    import_folder(engine, folder)
    before = load_city(engine)
    (folder / "city.toml").write_text('name = "Stadt Bocholt"\nswitchboard = "zentrale"\n', encoding="utf-8")
    (folder / "advice" / "leer.toml").write_text("", encoding="utf-8")
    with pytest.raises(DataError):
        import_folder(engine, folder)
    assert load_city(engine) == before
