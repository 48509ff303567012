"""City folders, the database, and the way between them."""

from __future__ import annotations

import importlib
import io
import re
import sqlite3
import threading
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from voicebot.catalogue.city import City, Closure, Department, Example, Fact, OpeningSpan, Route, Service
from voicebot.catalogue.folder import read_folder, write_folder
from voicebot.catalogue.importer import Counts, DataError, export_folder, import_folder
from voicebot.catalogue.models import Base
from voicebot.catalogue.spoken import complaints, sentences
from voicebot.catalogue.store import StoreError, load_city, open_database
from voicebot.catalogue.tables import COLUMNS, OPTIONAL_FILES

BORKEN = Path(__file__).parent.parent / "data" / "borken"
MIGRATIONS = Path(__file__).parent.parent / "voicebot" / "catalogue" / "migrations" / "versions"

FILES = {
    "city.toml": 'name = "Stadt Borken"\nswitchboard = "zentrale"\nregion = "NW"\nbridge_days = true\n',
    "departments.csv": (
        "key,name_de,name_en,with_de,with_en,kind,extension,aliases,email,source,as_of\n"
        "zentrale,Telefonzentrale,Switchboard,der Zentrale,the switchboard,stadt,0,Rathaus|town hall,,Telefonbuch,"
        "2026-11-01\n"
        "buergerbuero,Bürgerbüro,,dem Bürgerbüro,,stadt,300,Meldeamt,meldeamt@example.org,sample,2026-11-22\n"
        "extern,Andere Stelle,Other authority,,,extern,,,,sample,2026-11-22\n"
    ),
    "hours.csv": (
        "department,weekday,opens,closes,source,as_of\n"
        "buergerbuero,Mo,14:00,16:00,sample,2026-11-22\n"
        "buergerbuero,Mo,08:00,12:30,sample,2026-11-22\n"
        "buergerbuero,Sa,09:00,12:00,sample,2026-11-22\n"
    ),
    "services.csv": (
        "key,name_de,name_en,department,leika,keywords\n"
        "reisepass,Reisepass,Passport,buergerbuero,,Pass|passport\n"
        "personalausweis,Personalausweis,Identity card,buergerbuero,99008001012000,Perso|ID\n"
    ),
    "examples.csv": (
        "service,language,text\n"
        'personalausweis,de,"Mein Perso ist weg, was nun?"\n'
        "personalausweis,en,How much is an ID card?\n"
    ),
    "facts.csv": (
        "service,aspect,language,text,source,as_of\n"
        'personalausweis,fee,de,"Der Ausweis kostet 46 Euro. Unter 24 Jahren sind es 27,60 Euro.",'
        "PAuswGebV,2026-11-22\n"
        "personalausweis,fee,en,An identity card is 46 euros.,PAuswGebV,2026-11-22\n"
    ),
    "closures.csv": (
        "department,first,last,opens,closes,reason,source,as_of\n"
        ",2026-12-24,2026-12-24,,,Heiligabend,Aushang,2026-11-22\n"
        "buergerbuero,2026-12-28,2026-12-30,14:00,16:00,Inventur,sample,2026-11-22\n"
        "buergerbuero,2026-12-28,2026-12-30,09:00,12:00,Inventur,sample,2026-11-22\n"
    ),
    "routing.csv": (
        "department,service,position,kind,target,method,ring_s,hours,valid_from,valid_until,language,identity,"
        "source,as_of\n"
        "buergerbuero,,1,extension,301,attended,15,,,,,from,sample,2026-11-22\n"
        "buergerbuero,,2,sip,sip:meldeamt@pbx.example.org:5070;transport=tcp,bridge,,"
        '"Mo-Do 08:00-12:00, 13:00-24:00; Ft 10:00-12:00",2026-12-01,2026-12-31,en,asserted,Anlage,2026-11-22\n'
        "buergerbuero,,3,department,zentrale,,0,,,,,,sample,2026-11-22\n"
        ",personalausweis,1,number,+49286193900,blind,0,,,,,,sample,2026-11-22\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    result = tmp_path / "town"
    result.mkdir()
    for file, content in FILES.items():
        (result / file).write_text(content, encoding="utf-8", newline="")
    return result


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    result = open_database(f"sqlite:///{tmp_path}/var/voicebot.db")
    yield result
    result.dispose()


def replace(folder: Path, file: str, old: str, new: str) -> None:
    content = (folder / file).read_text(encoding="utf-8")
    assert old in content
    (folder / file).write_text(content.replace(old, new), encoding="utf-8", newline="")


def errors_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(DataError) as caught:
        read_folder(folder)
    assert str(caught.value) == "\n".join(caught.value.errors)
    return caught.value.errors


# The database


def test_models_and_migrations_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrations_compile_for_postgresql() -> None:
    output = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": output})
    with Operations.context(context):
        for path in sorted(MIGRATIONS.glob("0*.py")):
            importlib.import_module(f"voicebot.catalogue.migrations.versions.{path.stem}").upgrade()
    sql = output.getvalue()
    for table in Base.metadata.tables:
        assert f"CREATE TABLE {table} (" in sql
    assert "id SERIAL NOT NULL" in sql
    assert "TIMESTAMP WITH TIME ZONE" in sql


def test_sqlite_is_set_up(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA busy_timeout")) == 5000
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text("INSERT INTO service (key, department, leika) VALUES ('a', 'none', '')"))


def test_opening_again_keeps_the_data(engine: Engine, folder: Path) -> None:
    import_folder(engine, folder)
    again = open_database(str(engine.url))
    assert load_city(again) == read_folder(folder)
    again.dispose()


def test_opening_waits_for_who_writes(tmp_path: Path) -> None:
    path = tmp_path / "voicebot.db"
    first = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    first.execute("PRAGMA journal_mode = WAL")
    first.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, first.commit)
    release.start()
    open_database(f"sqlite:///{path}").dispose()
    release.join()
    first.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "voicebot.db"
    path.write_text("Sehr geehrte Damen und Herren, " * 100)
    with pytest.raises(StoreError, match=r"voicebot\.db: file is not a database$"):
        open_database(f"sqlite:///{path}")
    assert path.read_text().startswith("Sehr geehrte")


def test_a_database_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "voicebot.db"
    sqlite3.connect(path).close()
    with pytest.raises(StoreError, match="attempt to write a readonly database"):
        open_database(f"sqlite:///file:{path}?mode=ro&uri=true")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="Not a directory"):
        open_database(f"sqlite:///{tmp_path}/file/sub/voicebot.db")


def test_a_database_of_a_newer_release(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer release"):
        open_database(str(engine.url))


@pytest.mark.parametrize("url", ["voicebot.db", "nonsense://user:secret@host/db"])
def test_a_wrong_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_database(url)
    assert "secret" not in str(caught.value)


def test_an_empty_database_says_what_to_do(engine: Engine) -> None:
    with pytest.raises(StoreError, match="run `voicebot import data/borken`"):
        load_city(engine)


def test_a_failing_query_is_a_store_error(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE city"))
    with pytest.raises(StoreError, match="no such table: city"):
        load_city(engine)


# Importing


def test_import(engine: Engine, folder: Path) -> None:
    report = import_folder(engine, folder)
    assert report.counts == {
        "city.toml": Counts(added=1),
        "departments.csv": Counts(added=3),
        "hours.csv": Counts(added=3),
        "services.csv": Counts(added=2),
        "examples.csv": Counts(added=2),
        "facts.csv": Counts(added=2),
        "closures.csv": Counts(added=3),
        "routing.csv": Counts(added=4),
        "advice/*.toml": Counts(),
    }
    assert report.lines()[1] == "departments.csv  3 neu, 0 geändert, 0 entfernt, 0 unverändert"
    city = load_city(engine)
    day = date(2026, 11, 22)
    assert city.name == "Stadt Borken"
    assert city.switchboard == "zentrale"
    assert city.revision == report.revision != ""
    assert list(city.departments) == ["buergerbuero", "extern", "zentrale"]
    assert city.departments["buergerbuero"] == Department(
        key="buergerbuero",
        names={"de": "Bürgerbüro"},
        kind="stadt",
        extension="300",
        source="sample",
        as_of=day,
        aliases=("Meldeamt",),
        after_with={"de": "dem Bürgerbüro"},
        email="meldeamt@example.org",
        hours=(
            OpeningSpan(0, time(8), time(12, 30), "sample", day),
            OpeningSpan(0, time(14), time(16), "sample", day),
            OpeningSpan(5, time(9), time(12), "sample", day),
        ),
    )
    service = city.services["personalausweis"]
    assert service == Service(
        key="personalausweis",
        names={"de": "Personalausweis", "en": "Identity card"},
        department="buergerbuero",
        leika="99008001012000",
        keywords=("Perso", "ID"),
        examples=(Example("de", "Mein Perso ist weg, was nun?"), Example("en", "How much is an ID card?")),
        facts=service.facts,
    )
    assert [(fact.aspect, fact.language, fact.as_of) for fact in service.facts] == [
        ("fee", "de", day),
        ("fee", "en", day),
    ]
    assert (city.region, city.bridge_days) == ("NW", True)
    assert city.closures == (
        Closure("", date(2026, 12, 24), date(2026, 12, 24), None, None, "Heiligabend", "Aushang", day),
        Closure("buergerbuero", date(2026, 12, 28), date(2026, 12, 30), time(9), time(12), "Inventur", "sample", day),
        Closure("buergerbuero", date(2026, 12, 28), date(2026, 12, 30), time(14), time(16), "Inventur", "sample", day),
    )
    assert [(route.department, route.service, route.position) for route in city.routes] == [
        ("", "personalausweis", 1),
        ("buergerbuero", "", 1),
        ("buergerbuero", "", 2),
        ("buergerbuero", "", 3),
    ]
    assert city.routes[2] == Route(
        department="buergerbuero",
        service="",
        position=2,
        kind="sip",
        target="sip:meldeamt@pbx.example.org:5070;transport=tcp",
        method="bridge",
        ring_s=0,
        hours="Mo-Do 08:00-12:00, 13:00-24:00; Ft 10:00-12:00",
        valid_from=date(2026, 12, 1),
        valid_until=date(2026, 12, 31),
        language="en",
        identity="asserted",
        source="Anlage",
        as_of=day,
    )
    assert city == read_folder(folder)


def test_a_folder_of_an_earlier_release(engine: Engine, folder: Path) -> None:
    for file in OPTIONAL_FILES:
        (folder / file).unlink()
    (folder / "city.toml").write_text('name = "Stadt Borken"\nswitchboard = "zentrale"\n', encoding="utf-8")
    replace(folder, "departments.csv", "aliases,email,", "aliases,")
    replace(folder, "departments.csv", "town hall,,", "town hall,")
    replace(folder, "departments.csv", ",meldeamt@example.org,", ",")
    replace(folder, "departments.csv", "extern,,,,", "extern,,,")
    import_folder(engine, folder)
    city = load_city(engine)
    assert (city.region, city.bridge_days, city.closures, city.routes) == ("", False, (), ())
    assert {department.email for department in city.departments.values()} == {""}


def test_import_again_changes_nothing(engine: Engine, folder: Path) -> None:
    first = import_folder(engine, folder)
    second = import_folder(engine, folder)
    assert first.is_changed
    assert not second.is_changed
    assert second.revision == first.revision
    assert second.counts["facts.csv"] == Counts(unchanged=2)


def test_import_of_changes(engine: Engine, folder: Path) -> None:
    old = import_folder(engine, folder)
    replace(folder, "departments.csv", "buergerbuero,Bürgerbüro,", "service,Bürgerservice,Citizens' office")
    replace(folder, "departments.csv", "Rathaus|town hall", "town hall|Stadtverwaltung|Rathaus")
    replace(folder, "hours.csv", "buergerbuero", "service")
    replace(folder, "hours.csv", "16:00", "18:00")
    replace(folder, "services.csv", "buergerbuero", "service")
    replace(folder, "closures.csv", "buergerbuero", "service")
    replace(folder, "closures.csv", "Heiligabend", "Weihnachten")
    replace(folder, "routing.csv", "buergerbuero", "service")
    replace(folder, "routing.csv", "+49286193900", "+49286193901")
    replace(folder, "services.csv", "reisepass,Reisepass", "fundbuero,Fundbüro")
    replace(folder, "facts.csv", "An identity card is 46 euros.", "It costs 46 euros.")
    new = import_folder(engine, folder)
    assert new.counts == {
        "city.toml": Counts(unchanged=1),
        "departments.csv": Counts(added=1, changed=1, removed=1, unchanged=1),
        "hours.csv": Counts(added=3, removed=3),
        "services.csv": Counts(added=1, changed=1, removed=1),
        "examples.csv": Counts(unchanged=2),
        "facts.csv": Counts(changed=1, unchanged=1),
        "closures.csv": Counts(added=2, changed=1, removed=2),
        "routing.csv": Counts(added=3, changed=1, removed=3),
        "advice/*.toml": Counts(),
    }
    assert new.revision != old.revision
    assert load_city(engine) == read_folder(folder)


def test_import_mends_what_was_changed_by_hand(engine: Engine, folder: Path) -> None:
    import_folder(engine, folder)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM fact"))
    assert import_folder(engine, folder).counts["facts.csv"] == Counts(added=2)
    assert load_city(engine) == read_folder(folder)


def test_a_wrong_folder_changes_nothing(engine: Engine, folder: Path) -> None:
    import_folder(engine, folder)
    before = load_city(engine)
    replace(folder, "city.toml", "Stadt Borken", "Stadt Bocholt")
    replace(folder, "facts.csv", "46 Euro.", "46 Euro (bar).")
    with pytest.raises(DataError):
        import_folder(engine, folder)
    assert load_city(engine) == before


def test_the_order_of_rows_does_not_matter(folder: Path) -> None:
    before = read_folder(folder)
    for file in COLUMNS:
        header, *rows = (folder / file).read_text(encoding="utf-8").splitlines()
        (folder / file).write_text("\n".join([header, *reversed(rows)]), encoding="utf-8")
    assert read_folder(folder) == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_semicolons_and_byte_order_marks_of_excel(folder: Path, encoding: str) -> None:
    before = read_folder(folder)
    (folder / "examples.csv").write_text(
        "service;language;text;;\r\n"
        "personalausweis;de;Mein Perso ist weg, was nun?;;\r\n"
        ";;;;\r\n"
        "\r\n"
        '"personalausweis ";en;" How much is \r\n an ID card?";;\r\n',
        encoding=encoding,
        newline="",
    )
    assert read_folder(folder) == before


def test_decomposed_umlauts_are_composed(folder: Path) -> None:
    replace(folder, "departments.csv", "Bürgerbüro", "Bu\u0308rgerbu\u0308ro")
    assert read_folder(folder).departments["buergerbuero"].names["de"] == "Bürgerbüro"


def test_export_and_import_lose_nothing(engine: Engine, folder: Path, tmp_path: Path) -> None:
    replace(folder, "departments.csv", "name_en,", "name_en,name_nl,")
    replace(folder, "departments.csv", "Switchboard,", "Switchboard,Telefooncentrale,")
    replace(folder, "departments.csv", "Bürgerbüro,,dem", "Bürgerbüro,,,dem")
    replace(folder, "departments.csv", "Other authority,", "Other authority,,")
    import_folder(engine, folder)
    export_folder(engine, tmp_path / "first")
    assert not import_folder(engine, tmp_path / "first").is_changed
    export_folder(engine, tmp_path / "second")
    assert sorted(path.name for path in (tmp_path / "second").iterdir()) == sorted(FILES)
    for file in FILES:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    header = (tmp_path / "first" / "departments.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "key,name_de,name_en,name_nl,with_de,with_en,kind,extension,aliases,email,source,as_of"


words = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="|"), min_size=1)


@given(name=words, alias=words, source=words)
def test_any_text_survives_a_folder(
    tmp_path_factory: pytest.TempPathFactory, name: str, alias: str, source: str
) -> None:
    department = Department("a", {"de": name}, "stadt", "1", f"§ {source}", date(2026, 11, 22), (alias,))
    folder = tmp_path_factory.mktemp("any")
    write_folder(City(name, "a", {"a": department}), folder)
    first = read_folder(folder)
    write_folder(first, folder)
    assert read_folder(folder) == first


# What is wrong in a folder


def check_one_error(folder: Path, file: str, old: str, new: str, error: str) -> None:
    replace(folder, file, old, new)
    [line] = errors_of(folder)
    assert line.startswith(file)
    assert error in line
    assert re.search("bitte|erwartet|in Excel", line), "says how to mend it"


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("V,2026-11-22\npers", "V,31.02.2026\npers", "bitte als Jahr-Monat-Tag, zum Beispiel 2026-11-22, "),
        ("euros.,PAuswGebV", "euros.,", "Zeile 3, Spalte source: darf nicht leer sein"),
        ("euros.,PAuswGebV", "euros.,Sample", "Spalte source: „Sample“ bitte klein schreiben: sample"),
        ("fee,en", "cost,en", "Zeile 3, Spalte aspect: „cost“ ist nicht erlaubt; bitte general, documents, "),
        ("fee,en", "fee,de", "Zeile 3, Spalte service, aspect, language: steht schon in Zeile 2"),
        ("fee,en", "fee,English", "Zeile 3, Spalte language: „English“ ist kein Sprachkürzel"),
        ("46 euros.", "46 euros [cash].", "Zeile 3, Spalte text: die Klammer „[“"),
        ("27,60 Euro.", "27. Mehr hier. Und da. Und dort.", "Zeile 2, Spalte text: 4 Sätze sind zu viele"),
        ('"Der Ausweis kostet', "Der Ausweis, er kostet", "Zeile 2: mehr Felder als Spalten"),
        ('27,60 Euro."', "27,60 Euro.", "Zeile 2: die Anführungszeichen stimmen nicht"),
        ("identity", "iden\0tity", "Zeile 3: enthält ein Steuerzeichen"),
    ],
)
def test_an_error_in_the_facts(folder: Path, old: str, new: str, error: str) -> None:
    check_one_error(folder, "facts.csv", old, new, error)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (
            "Sa",
            "Sat",
            "Zeile 4, Spalte weekday: „Sat“ ist nicht erlaubt; bitte Mo, Di, Mi, Do, Fr, Sa oder So ",
        ),
        (
            "09:00",
            "9.00 Uhr",
            "Zeile 4, Spalte opens: „9.00 Uhr“ ist keine Uhrzeit; bitte als 09:00 schreiben",
        ),
        ("16:00", "24:00", "Zeile 2, Spalte closes: „24:00“ ist keine Uhrzeit; bitte als Stunde und Minute"),
        ("16:00", "14:00", "Zeile 2, Spalte closes: 14:00 liegt nicht nach 14:00"),
        ("12:30", "14:01", "Zeile 3, Spalte opens: überschneidet sich mit Zeile 2"),
    ],
)
def test_an_error_in_the_hours(folder: Path, old: str, new: str, error: str) -> None:
    check_one_error(folder, "hours.csv", old, new, error)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (",300,", ",02861/939,", "Zeile 3, Spalte extension: „02861/939“ ist keine Nummer"),
        (",300,", ",,", "Zeile 3, Spalte extension: fehlt"),
        ("extern,Andere", "zentrale,Andere", "Zeile 4, Spalte key: steht schon in Zeile 2"),
        ("extern,Andere", "Außen,Andere", "Zeile 4, Spalte key: „Außen“ ist kein Schlüssel"),
        ("Andere Stelle,", ",", "Zeile 4, Spalte name_de: darf nicht leer sein"),
    ],
)
def test_an_error_in_the_departments(folder: Path, old: str, new: str, error: str) -> None:
    check_one_error(folder, "departments.csv", old, new, error)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (",2026-12-24,2026-12-24", ",2026-12-24,2026-12-23", "Zeile 2, Spalte last: 2026-12-23 liegt vor 2026-12-24"),
        (",2026-12-24", "pforte,2026-12-24", "Zeile 2, Spalte department: „pforte“ steht nicht in departments.csv"),
        ("24,,,Heilig", "24,08:00,,Heilig", "Zeile 2, Spalte closes: darf nicht leer sein"),
        ("16:00", "13:00", "Zeile 3, Spalte closes: 13:00 liegt nicht nach 14:00"),
        ("09:00,12:00", "09:00,14:30", "Zeile 4, Spalte opens: überschneidet sich mit Zeile 3"),
        ("09:00,12:00", ",", "Zeile 4, Spalte opens: überschneidet sich mit Zeile 3"),
        ("09:00,12:00", "14:00,16:00", "Zeile 4, Spalte department, first, opens: steht schon in Zeile 3"),
        ("Heiligabend", "", "Zeile 2, Spalte reason: darf nicht leer sein"),
    ],
)
def test_an_error_in_the_closures(folder: Path, old: str, new: str, error: str) -> None:
    replace(folder, "closures.csv", old, new)
    lines = errors_of(folder)
    assert lines[0].startswith("closures.csv")
    assert error in lines[0]
    assert "bitte" in lines[0]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("buergerbuero,,1", ",,1", "Zeile 2, Spalte department, service: genau eine der beiden Spalten ausfüllen"),
        ("buergerbuero,,1", "buergerbuero,reisepass,1", "Zeile 2, Spalte department, service: genau eine"),
        ("buergerbuero,,1", "pforte,,1", "Zeile 2, Spalte department: „pforte“ steht nicht in departments.csv"),
        ("buergerbuero,,1", "extern,,1", "Zeile 2, Spalte department: „extern“ ist extern"),
        (",personalausweis,1", ",perso,1", "Zeile 5, Spalte service: „perso“ steht nicht in services.csv"),
        ("buergerbuero,,2", "buergerbuero,,1", "Zeile 3, Spalte department, service, position: steht schon in Zeile 2"),
        ("buergerbuero,,2", "buergerbuero,,0", "Zeile 3, Spalte position: „0“ ist nicht erlaubt; bitte eine Zahl"),
        ("extension,301", "phone,301", "Zeile 2, Spalte kind: „phone“ ist nicht erlaubt; bitte extension, sip, "),
        ("extension,301", "extension,30 1", "Zeile 2, Spalte target: „30 1“ ist keine Durchwahl"),
        ("extension,301", "extension,", "Zeile 2, Spalte target: darf nicht leer sein"),
        ("department,zentrale", "department,pforte", "Zeile 4, Spalte target: „pforte“ steht nicht in departments"),
        ("department,zentrale", "department,extern", "Zeile 4, Spalte target: „extern“ ist extern"),
        ("department,zentrale", "department,buergerbuero", "Zeile 4, Spalte target: die Vertretungen führen"),
        ("zentrale,,0", "zentrale,blind,0", "Zeile 4, Spalte method: gilt für eine Vertretung nicht"),
        ("zentrale,,0", "zentrale,,20", "Zeile 4, Spalte ring_s: gilt für eine Vertretung nicht"),
        ("attended", "warm", "Zeile 2, Spalte method: „warm“ ist nicht erlaubt; bitte blind, attended oder bridge"),
        (",15,", ",4,", "Zeile 2, Spalte ring_s: „4“ ist nicht erlaubt; bitte eine Zahl von 5 bis 120"),
        ("Mo-Do 08:00", "Mo-Do 8", "Zeile 3, Spalte hours: „Mo-Do 8-12:00, 13:00-24:00“ ist nicht lesbar"),
        ("2026-12-31", "2026-11-30", "Zeile 3, Spalte valid_until: 2026-11-30 liegt vor 2026-12-01"),
        ("2026-12-31", "31.12.2026", "Spalte valid_until: „31.12.2026“ ist kein Datum; bitte als 2026-12-31"),
        (",en,asserted", ",English,asserted", "Zeile 3, Spalte language: „English“ ist kein Sprachkürzel"),
        (",en,asserted", ",en,pai", "Zeile 3, Spalte identity: „pai“ ist nicht erlaubt; bitte from oder asserted"),
        ("blind,0,,,,,,", "blind,0,,,,,from,", "Zeile 5, Spalte identity: gilt nur für extension und sip"),
        (",sample", ",Sample", "Spalte source: „Sample“ bitte klein schreiben"),
    ],
)
def test_an_error_in_the_routing(folder: Path, old: str, new: str, error: str) -> None:
    content = (folder / "routing.csv").read_text(encoding="utf-8")
    assert old in content
    (folder / "routing.csv").write_text(content.replace(old, new, 1), encoding="utf-8")
    [line] = errors_of(folder)
    assert line.startswith("routing.csv, Zeile ")
    assert error in line
    assert "bitte" in line


@pytest.mark.parametrize(
    "uri",
    [
        "300",
        "tel:+49286193900",
        "sip:pbx.example.org",
        "sip:@pbx.example.org",
        "sip:300@",
        "sip:300@pbx.example.org?Route=%3Csip:evil.example%3E",
        "sip:300@pbx.example.org;maddr=evil.example",
        "sip:300@pbx.example.org;transport=ws",
        "sip:300%40evil.example@pbx.example.org",
        "sip:300:password@pbx.example.org",
        "sip:300@pbx.example.org>",
        "<sip:300@pbx.example.org>",
        "sip:300@pbx.example.org;user=phone, sip:0900@pbx.example.org",
        "sip:300@evil.example@pbx.example.org",
        "sip:300@pbx.example.org:99999",
        "sip:300@pbx.example.org:0",
        "sip:３００@pbx.example.org",
        "sip:300@pbx..org",
        "sip:300@-pbx.org",
    ],
)
def test_sip_uris_that_could_hide_something_are_refused(folder: Path, uri: str) -> None:
    replace(folder, "routing.csv", "sip:meldeamt@pbx.example.org:5070;transport=tcp", f'"{uri}"')
    [line] = errors_of(folder)
    assert line.startswith(f"routing.csv, Zeile 3, Spalte target: „{uri}“ ist keine SIP-Adresse; bitte")


@pytest.mark.parametrize(
    "uri",
    [
        "sip:300@pbx",
        "sips:300@192.0.2.1",
        "sip:buerger.buero@[2001:db8::1]:5061;transport=tls",
        "sip:+49286193900@pbx.example.org;user=phone",
    ],
)
def test_sip_uris_that_are_fine(folder: Path, uri: str) -> None:
    replace(folder, "routing.csv", "sip:meldeamt@pbx.example.org:5070;transport=tcp", uri)
    assert uri in [route.target for route in read_folder(folder).routes]


@pytest.mark.parametrize(
    "number",
    [
        "02861939",
        "0049286193900",
        "+31201234567",
        "+49 2861 93900",
        "+4990012345678",
        "+4913712345",
        "+491",
        "+49١٢٣٤٥٦",
    ],
)
def test_numbers_that_are_not_dialled(folder: Path, number: str) -> None:
    replace(folder, "routing.csv", "+49286193900", number)
    [line] = errors_of(folder)
    assert line.startswith(f"routing.csv, Zeile 5, Spalte target: „{number}“ ist keine erlaubte Rufnummer; bitte")


def test_substitutes_must_not_go_round_in_a_circle(folder: Path) -> None:
    row = "zentrale,,1,department,buergerbuero,,,,,,,,sample,2026-11-22\n"
    (folder / "routing.csv").write_text(FILES["routing.csv"] + row, encoding="utf-8")
    assert errors_of(folder) == (
        "routing.csv, Zeile 4, Spalte target: die Vertretungen führen von „zentrale“ zurück zu „buergerbuero“; "
        "bitte eine davon ändern",
    )


@pytest.mark.parametrize(
    ("address", "is_fine"),
    [
        ("amt@example.org", True),
        ("amt", False),
        ("amt@example.org;kopie@example.org", False),
        ("Amt <amt@example.org>", False),
        ("a b@example.org", False),
    ],
)
def test_addresses_of_departments(folder: Path, address: str, is_fine: bool) -> None:
    replace(folder, "departments.csv", "meldeamt@example.org", address)
    if is_fine:
        assert read_folder(folder).departments["buergerbuero"].email == address
    else:
        [line] = errors_of(folder)
        assert line.startswith(f"departments.csv, Zeile 3, Spalte email: „{address}“ ist keine Adresse; bitte")


@pytest.mark.parametrize(
    ("file", "old", "new", "error"),
    [
        ("city.toml", '"NW"', '"Westfalen"', ": „region“ ist kein Bundesland; bitte eines von BB, BE, "),
        ("city.toml", "true", '"ja"', ": „bridge_days“ ist weder wahr noch falsch; bitte true oder false"),
        (
            "services.csv",
            "card,buerg",
            "card,berg",
            "Zeile 3, Spalte department: „bergerbuero“ steht nicht in",
        ),
        (
            "services.csv",
            "99008001012000",
            "9.9E+13",
            "Zeile 3, Spalte leika: „9.9E+13“ hat nicht 14 Ziffern",
        ),
        ("examples.csv", "is,en", "e,en", "Zeile 3, Spalte service: „personalauswee“ steht nicht in"),
        ("city.toml", "zentrale", "extern", "switchboard: „extern“ ist extern"),
        ("city.toml", "zentrale", "pforte", "switchboard: „pforte“ steht nicht in departments.csv"),
        ("city.toml", '"zentrale"', "zentrale", "Zeile 2: nicht lesbar"),
        ("city.toml", "switchboard", 'fax = "0"\nswitchboard', ": „fax“ ist unbekannt"),
        ("city.toml", 'name = "Stadt Borken"', "", ": „name“ fehlt"),
    ],
)
def test_an_error_in_the_other_files(folder: Path, file: str, old: str, new: str, error: str) -> None:
    check_one_error(folder, file, old, new, error)


def test_a_whole_error_line(folder: Path) -> None:
    replace(folder, "facts.csv", "euros.,PAuswGebV,2026-11-22", "euros.,PAuswGebV,22.11.2026")
    assert errors_of(folder) == (
        "facts.csv, Zeile 3, Spalte as_of: „22.11.2026“ ist kein Datum; bitte als 2026-11-22 schreiben",
    )


def test_a_wrong_header_names_the_column_and_the_expected_ones(folder: Path) -> None:
    replace(folder, "facts.csv", "source,as_of\n", "Quelle,as_of,as_of\n")
    expected = "erwartet werden service, aspect, language, text, source, as_of"
    assert errors_of(folder) == (
        f"facts.csv, Zeile 1: die Spalte „source“ fehlt; {expected}",
        f"facts.csv, Zeile 1: die Spalte „Quelle“ ist unbekannt; {expected}",
        f"facts.csv, Zeile 1: die Spalte „as_of“ steht mehrmals da; {expected}",
    )


def test_missing_empty_and_latin_1_files(folder: Path) -> None:
    (folder / "departments.csv").unlink()
    (folder / "hours.csv").write_bytes(b"")
    (folder / "services.csv").write_text(FILES["services.csv"] + "ü", encoding="latin-1")
    errors = errors_of(folder)
    assert errors[0] == f"departments.csv: die Datei fehlt im Ordner {folder}"
    assert errors[1].startswith("hours.csv, Zeile 1: die Spalte „department“ fehlt; erwartet werden ")
    assert errors[-1] == (
        "services.csv: die Datei ist nicht in UTF-8; bitte in Excel über „Speichern unter“ mit dem Dateityp "
        "„CSV UTF-8 (durch Trennzeichen getrennt)“ speichern"
    )


def test_all_errors_are_listed_in_order_up_to_twenty(folder: Path) -> None:
    rows = "".join(f"nichts,de,Frage {number}\n" for number in range(30))
    (folder / "examples.csv").write_text("service,language,text\n" + rows, encoding="utf-8")
    errors = errors_of(folder)
    assert len(errors) == 21
    assert [error.partition(",")[2][:9] for error in errors[:2]] == [" Zeile 2,", " Zeile 3,"]
    assert errors[-1] == "Nach 20 Fehlern wurde die Prüfung beendet."


# What can be spoken


@pytest.mark.parametrize(
    ("spoken", "count"),
    [
        ("Das kostet 37 Euro.", 1),
        ("Das kostet 37,00 Euro. Sie zahlen bar, z. B. im Bürgerbüro!", 2),
        ("Am 22. November und im 1. Stock geht das. Kommen Sie gern?", 2),
        ("Nach § 5 Abs. 2 ist das frei. Bringen Sie ggf. ein Foto mit … Danke", 3),
        ("We are open from 8 a.m. to noon", 1),
        ("Sagen Sie: „Ich möchte einen Termin.“ Dann warten Sie.", 2),
        ("", 0),
        ("…", 0),
    ],
)
def test_sentences(spoken: str, count: int) -> None:
    assert len(sentences(spoken)) == count


def test_long_sentences_and_addresses_cannot_be_spoken() -> None:
    assert complaints(" ".join(["Wort"] * 25) + ".") == []
    assert complaints(" ".join(["Wort"] * 26) + ".") == [
        "der Satz „Wort Wort Wort Wort …“ hat 26 Wörter; bitte auf höchstens 25 kürzen"
    ]
    assert complaints("Siehe HTTPS://borken.de") == [
        "eine Internetadresse mit „http“ kann man nicht sprechen; bitte die Seite nennen"
    ]
    assert complaints("?!") == ["der Text enthält kein Wort"]


# The sample


def test_the_borken_sample(engine: Engine, tmp_path: Path) -> None:
    import_folder(engine, BORKEN)
    city = load_city(engine)
    assert all(service.department in city.departments for service in city.services.values())
    for name in ("first", "second"):
        export_folder(engine, tmp_path / name)
        assert not import_folder(engine, tmp_path / name).is_changed
    for file in FILES:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    assert any(isinstance(fact, Fact) for service in city.services.values() for fact in service.facts)
