"""Understanding for a small invented town, by words and sound alone."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from voicebot.catalogue.city import City, Department, Example, Service
from voicebot.understanding.directory import Directory
from voicebot.understanding.matching import Matcher, references
from voicebot.understanding.result import Intent, Understanding
from voicebot.understanding.understander import Understander, texts_to_embed

TODAY = date(2026, 1, 1)


def department(key: str, name: str, *aliases: str) -> Department:
    return Department(key, {"de": name}, "stadt", "1", "sample", TODAY, aliases)


def service(key: str, name: str, where: str, keywords: str, *questions: str) -> Service:
    examples = tuple(Example("de", question) for question in questions)
    return Service(key, {"de": name}, where, "", tuple(keywords.split("|")), examples)


CITY = City(
    name="Neudorf",
    switchboard="zentrale",
    departments={
        each.key: each
        for each in [
            department("zentrale", "Telefonzentrale", "Zentrale", "Rathaus"),
            department("buergerbuero", "Bürgerbüro", "Meldeamt", "Passamt"),
            replace(department("standesamt", "Standesamt"), extension="17"),
            department("steuern", "Steueramt", "Stadtkasse"),
            department("buecherei", "Stadtbücherei", "Bibliothek"),
        ]
    },
    services={
        each.key: each
        for each in [
            service(
                "personalausweis", "Personalausweis beantragen", "buergerbuero", "Perso|Ausweis",
                "Ich brauche einen neuen Personalausweis", "Mein Perso ist abgelaufen",
                "Was kostet ein Ausweis?", "Was muss ich für den Personalausweis mitbringen?",
            ),
            service(
                "ummelden", "Wohnsitz ummelden", "buergerbuero", "Umzug|ummelden|Adressänderung",
                "Ich bin umgezogen", "Wie melde ich meine neue Adresse?", "Wir sind in eine andere Straße gezogen",
            ),
            service(
                "parkausweis", "Bewohnerparkausweis", "buergerbuero", "Parkausweis|Anwohnerparken",
                "Ich möchte einen Parkausweis für Bewohner", "Darf ich vor meiner Tür parken?",
            ),
            service(
                "geburtsurkunde", "Geburtsurkunde", "standesamt", "Urkunde Geburt|Abstammungsurkunde",
                "Ich brauche eine Geburtsurkunde", "Kann ich die Geburtsurkunde meiner Tochter bestellen?",
            ),
            service(
                "hundesteuer", "Hundesteuer", "steuern", "Hund|Hund anmelden|Hundemarke",
                "Was kostet ein Hund?", "Ich habe einen Welpen bekommen", "Unser Hund ist gestorben",
            ),
            service(
                "buecherei", "Stadtbücherei", "buecherei", "Bücherei|Bücher ausleihen|Leseausweis",
                "Wann hat die Bücherei auf?", "Kann ich ein Buch verlängern?",
            ),
        ]
    },
)  # fmt: skip


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander(CITY)


def ask(
    understander: Understander,
    text: str,
    language: str = "de",
    expecting: str | None = None,
    last: str | None = None,
) -> Understanding:
    return understander.understand(text, language, None, expecting=expecting, last_service=last)


@pytest.mark.parametrize(
    ("text", "service", "aspect"),
    [
        ("Was kostet ein Personalausweis?", "personalausweis", "fee"),
        (
            "Ja guten Tag, ich wollte mal fragen, was ich für den Perso mitbringen muss",
            "personalausweis",
            "documents",
        ),
        ("Kassonalausweis beantragen", "personalausweis", None),
        ("Ich brauche einen Parkausweiß", "parkausweis", None),
        ("Ich brauche eine Geburtz Uhrkunde", "geburtsurkunde", None),
        ("Wie melde ich mich um?", "ummelden", "general"),
        ("Ich will um melden", "ummelden", None),
        ("Hundesteueranmeldung", "hundesteuer", None),
        ("Wann hat die Stadtbücherei auf?", "buecherei", "hours"),
    ],
)
def test_services(understander: Understander, text: str, service: str, aspect: str | None) -> None:
    got = ask(understander, text)
    assert (got.intent, got.service, got.aspect) == (Intent.SERVICE, service, aspect)
    assert got.candidates[0] == (service, got.confidence)
    assert len(got.candidates) == 3


@pytest.mark.parametrize(
    ("text", "department", "aspect"),
    [
        ("Ich möchte mit dem Standesamt sprechen", "standesamt", None),
        ("Standesamt", "standesamt", None),
        ("Standesamt bitte", "standesamt", None),
        ("Wann hat das Bürgerbüro auf?", "buergerbuero", "hours"),
        ("Wann hat bei der Büro geöffnet?", "buergerbuero", "hours"),
        ("Wo finde ich das Passamt?", "buergerbuero", "location"),
        ("Verbinden Sie mich mit dem Meldeamt", "buergerbuero", None),
        ("Ich hätte gern einen Mitarbeiter vom Steueramt", "steuern", None),
        ("Ich möchte die Bibliothek sprechen", "buecherei", None),
    ],
)
def test_departments(understander: Understander, text: str, department: str, aspect: str | None) -> None:
    got = ask(understander, text)
    assert (got.intent, got.department, got.aspect) == (Intent.DEPARTMENT, department, aspect)


def test_a_person_for_a_service_is_its_department(understander: Understander) -> None:
    got = ask(understander, "Ich möchte mit jemandem über die Hundesteuer sprechen")
    assert (got.intent, got.department, got.service) == (Intent.DEPARTMENT, "steuern", "hundesteuer")


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("Die Dame vom Standesamt bitte", "standesamt"),
        (
            "Da möchte ich bitte mit der Frau Schneider vom Meldeamt drüber sprechen, die kennt meinen Fall",
            "buergerbuero",
        ),
        ("Das Standesamt hat mir geschrieben, kann ich da mal jemanden sprechen", "standesamt"),
        ("Ich muss zum Standesamt", "standesamt"),
        ("Geben Sie mir die Leute von der Hundesteuer", "steuern"),
        ("Apparat siebzehn bitte", "standesamt"),
        ("Durchwahl eins sieben", "standesamt"),
    ],
)
def test_a_department_however_it_is_asked_for(understander: Understander, text: str, department: str) -> None:
    got = ask(understander, text)
    assert (got.intent, got.department) == (Intent.DEPARTMENT, department)


@pytest.mark.parametrize("text", ["Apparat neunundneunzig", "Was ist eine Durchwahl?"])
def test_an_extension_that_nobody_has(understander: Understander, text: str) -> None:
    assert ask(understander, text).department is None


@pytest.mark.parametrize(
    "text",
    [
        "Mit der Zentrale bitte verbinden",
        "Ich will nicht mit einem Computer reden",
        "Lieber ein Mensch",
        "Wenn möglich eine Kollegin",
        "Mit so einem Automaten rede ich nicht",
        "Holen Sie mal bitte einen ans Telefon",
        "Nee, hören Sie auf, einen richtigen Mitarbeiter will ich",
    ],
)
def test_a_person_no_matter_which(understander: Understander, text: str) -> None:
    assert ask(understander, text).intent in (Intent.HUMAN, Intent.CONNECT)
    assert ask(understander, text).department is None


@pytest.mark.parametrize(
    "text",
    [
        "Mein Perso ist abgelaufen, ich kann den nicht am Computer beantragen, ich habe keinen Computer",
        "Kann ich den Ausweis für jemanden abholen?",
        "Wer ist mein Ansprechpartner für die Hundesteuer?",
    ],
)
def test_people_and_machines_that_are_only_mentioned(understander: Understander, text: str) -> None:
    assert ask(understander, text).intent is Intent.SERVICE


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        (
            "Ich brauche einen Personalausweis und die Geburtsurkunde von meinem Sohn",
            ["Ich brauche einen Personalausweis", "die Geburtsurkunde von meinem Sohn"],
        ),
        ("Personalausweis, Parkausweis", ["Personalausweis", "Parkausweis"]),
        ("Hund und Wohnsitz ummelden", ["Hund ummelden", "Wohnsitz ummelden"]),
        ("Was kostet ein Perso und ein Parkausweis?", ["Was kostet ein Perso", "was kostet ein Parkausweis?"]),
        (
            "Neben dem Personalausweis bräuchte ich auch noch eine Geburtsurkunde",
            ["Neben dem Personalausweis", "bräuchte ich auch noch eine Geburtsurkunde"],
        ),
        (
            "Mein Hund ist gestorben, und einen Parkausweis brauche ich auch",
            ["Mein Hund ist gestorben", "einen Parkausweis brauche ich auch"],
        ),
    ],
)
def test_wishes_are_told_by_what_they_name(understander: Understander, text: str, wishes: list[str]) -> None:
    assert understander.wishes(text, "de") == wishes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "und",
        "Mein Hund ist gestorben, ich brauche eine Urkunde darüber",
        "Ich brauche eine Geburtsurkunde, damit ich einen Ausweis bekomme",
        "Mein Perso ist abgelaufen und ich brauche einen neuen Personalausweis",
        "Reicht für den Perso der Parkausweis, den ich habe?",
    ],
)
def test_what_is_one_wish_stays_one(understander: Understander, text: str) -> None:
    assert understander.wishes(text, "de") == [text]


@pytest.mark.parametrize("text", ["Wie wird das Wetter?", "Ich hätte gern eine Pizza", "Blablabla", "", "?!"])
def test_what_fits_nothing(understander: Understander, text: str) -> None:
    got = ask(understander, text)
    assert got.intent is Intent.NOMATCH
    assert got.confidence < 0.3


def test_emergency_before_all_else(understander: Understander) -> None:
    got = ask(understander, "Nein, hier brennt es, mein Hund ist noch drin!", expecting="yes_no")
    assert (got.intent, got.emergency, got.service) == (Intent.EMERGENCY, "112", None)


@pytest.mark.parametrize("text", ["Und was kostet das?", "Ja, aber was kostet das denn?", "Wie teuer ist das?"])
@pytest.mark.parametrize("expecting", [None, "yes_no"])
def test_follow_up(understander: Understander, text: str, expecting: str | None) -> None:
    got = ask(understander, text, expecting=expecting, last="hundesteuer")
    assert (got.intent, got.service, got.aspect, got.follows_up) == (Intent.SERVICE, "hundesteuer", "fee", True)


def test_follow_up_without_anything_before(understander: Understander) -> None:
    got = ask(understander, "Und was kostet das?")
    assert (got.intent, got.service, got.aspect) == (Intent.NOMATCH, None, "fee")


def test_a_new_service_is_no_follow_up(understander: Understander) -> None:
    got = ask(understander, "Und was kostet ein Ausweis?", last="hundesteuer")
    assert (got.service, got.follows_up) == ("personalausweis", False)


@pytest.mark.parametrize(
    ("text", "expecting", "intent"),
    [
        ("Ja", "yes_no", Intent.YES),
        ("Ja danke", "yes_no", Intent.YES),
        ("Ja danke schön das ist sehr freundlich von Ihnen", "yes_no", Intent.YES),
        ("Nee, irgendwie nicht so richtig", "yes_no", Intent.NO),
        ("Ja bitte verbinden", "yes_no", Intent.CONNECT),
        ("Nein danke", "yes_no", Intent.SATISFIED),
        ("Nein, ich brauche einen Personalausweis", "yes_no", Intent.SERVICE),
        ("Schmidt", "name", Intent.NOMATCH),
        ("Hund", "name", Intent.NOMATCH),
        ("Ja", "name", Intent.NOMATCH),
        ("Datenschutz", "name", Intent.PRIVACY),
        ("null zwo acht", "number", Intent.NOMATCH),
        ("Wie bitte?", "number", Intent.REPEAT),
        ("Wie bitte?", "words", Intent.REPEAT),
        ("Einen Menschen bitte", "words", Intent.HUMAN),
        ("Nein danke", "words", Intent.NOMATCH),
        ("Vor dem Haus, in dem früher der Mitarbeiter vom Bauamt wohnte", "words", Intent.NOMATCH),
        ("Bitte rufen Sie mich vormittags zurück", "words", Intent.NOMATCH),
        ("Um meinen Personalausweis", "words", Intent.NOMATCH),
    ],
)
def test_what_was_asked_counts(understander: Understander, text: str, expecting: str, intent: Intent) -> None:
    assert ask(understander, text, expecting=expecting).intent is intent


def test_vectors_must_fit_the_city() -> None:
    with pytest.raises(ValueError, match="3 vectors"):
        Understander(CITY, np.zeros((3, 8), np.float32))


def test_meaning_decides_where_words_do_not() -> None:
    """Invented embeddings: each service has its own direction, and the question that of the dog."""
    directions = np.eye(len(CITY.services) + 1, dtype=np.float32)
    place = {key: row for row, key in enumerate((*CITY.services, ""))}
    vectors = np.stack([directions[place[key]] for key, _ in references(CITY)])
    others = np.full((len(texts_to_embed(CITY)) - len(vectors), len(directions)), len(directions) ** -0.5, np.float32)
    vectors = np.concatenate([vectors, others])
    got = Understander(CITY, vectors).understand("Mein Vierbeiner", "de", directions[place["hundesteuer"]])
    assert (got.intent, got.service) == (Intent.SERVICE, "hundesteuer")


def test_texts_to_embed_are_those_of_the_matcher() -> None:
    texts = texts_to_embed(CITY)
    assert texts[0] == "Personalausweis beantragen"
    assert "Unser Hund ist gestorben" in texts
    assert len(set(Matcher(CITY).services)) == len(CITY.services) + 1


def test_a_city_without_services_understands_nothing() -> None:
    bare = City("Leerdorf", "zentrale", {"zentrale": CITY.departments["zentrale"]})
    got = Understander(bare).understand("Was kostet ein Ausweis?", "de", None)
    assert (got.intent, got.service, got.candidates) == (Intent.NOMATCH, None, ())


def test_directory_tells_where_the_name_stands() -> None:
    mention = Directory(CITY).find("ist da das standesamt bitte")
    assert mention is not None
    assert (mention.department, mention.start, mention.end) == ("standesamt", 3, 4)
