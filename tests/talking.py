"""A caller of the transition table alone: what is understood goes in, what is said comes out."""

from __future__ import annotations

from datetime import date

from voicebot import dialogue as dialogues
from voicebot.catalogue.advice import Advice, Choice, Ending, Part, Step
from voicebot.catalogue.city import City, Department, Fact, Service
from voicebot.dialogue import Dialogue, Do, Input, Kind, Say, State
from voicebot.prompts import Prompts
from voicebot.routing import Decision, Router
from voicebot.understanding.result import Intent, Understanding

DAY = date(2026, 11, 22)
PROMPTS = Prompts.load(("de", "en"))


def _service(key: str, name: str, department: str, **facts: str) -> Service:
    known = tuple(Fact(key, aspect, "de", text, "Satzung", DAY) for aspect, text in facts.items())
    return Service(key, {"de": name}, department, "", facts=known)


def place() -> City:
    departments = [
        Department("zentrale", {"de": "Zentrale"}, "stadt", "0", "Aushang", DAY),
        Department(
            "buergerbuero", {"de": "Bürgerbüro"}, "stadt", "300", "Aushang", DAY, after_with={"de": "dem Bürgerbüro"}
        ),
        Department("kreis", {"de": "Kreis"}, "extern", "02861681100", "Kreis", DAY),
    ]
    services = [
        _service(
            "ausweis",
            "Personalausweis (neu oder Ersatz)",
            "buergerbuero",
            general="Ausweis general. Zweiter Satz.",
            documents="Ausweis documents.",
        ),
        *(
            _service(f"{verb}melden", f"Wohnsitz {verb}melden", "buergerbuero", fee=f"Gebühr {verb}melden.")
            for verb in ("an", "um", "ab")
        ),
        _service("verlust", "Ausweis oder Pass verloren oder gestohlen melden", "buergerbuero"),
        _service("wohnen", "Wohnen", "buergerbuero", general="Wohnen general."),
        _service("fuehrerschein", "Führerschein", "kreis", general="Das macht der Kreis."),
    ]
    by_key = {each.key: each for each in departments}
    return City(
        "Stadt Musterfeld", "zentrale", by_key, {each.key: each for each in services}, advice={"wohnen": advise()}
    )


def advise() -> Advice:
    """Two questions, three endings: with an offer, with a transfer, and with another authority."""
    steps = {
        "miete": Step(
            "miete",
            {"de": "Wohnen Sie zur Miete?"},
            (_choice("ja", "anzahl", "Miete"), _choice("nein", "kreis", "Eigentum")),
        ),
        "anzahl": Step(
            "anzahl",
            {"de": "Wie viele sind Sie?"},
            (
                _choice("allein", "wenig", "einer"),
                _choice("zu zweit", "wenig", "zwei"),
                _choice("mehr", "viele", "viele"),
            ),
        ),
    }
    endings = {
        "wenig": Ending(
            "wenig", (_part("Das lohnt sich.", "WoGG"), _part("Es kostet nichts.", "sample")), "buergerbuero"
        ),
        "viele": Ending("viele", (_part("Das prüfen wir.", "WoGG"),), "buergerbuero", transfer=True),
        "kreis": Ending("kreis", (), "kreis"),
    }
    return Advice("wohnen", {"de": "Wohnen"}, ("wohnen",), "miete", steps, endings)


def _choice(label: str, then: str, note: str) -> Choice:
    return Choice({"de": label}, then, note={"de": note})


def _part(text: str, source: str) -> Part:
    return Part("answer", {"de": text}, source, DAY)


def about(service: str, aspect: str | None, text: str = "Frage", confidence: float = 0.9) -> Understanding:
    """A question about a service."""
    return Understanding(text, "de", Intent.SERVICE, confidence, service=service, aspect=aspect)


def told(intent: Intent, text: str) -> Understanding:
    """What is said to the bot itself."""
    return Understanding(text, "de", intent, 1.0)


class Talker:
    def __init__(self, city: City | None = None, caller: str = "", *, speak_samples: bool = False) -> None:
        self.dialogue = Dialogue(Router(city or place(), PROMPTS, speak_samples), "de", caller)
        self.actions: list[Do] = []

    def happens(self, happened: Input) -> str:
        self.actions = self.dialogue.step(happened)
        return " ".join(say.text for say in self.says)

    def hears(self, understanding: Understanding) -> str:
        return self.happens(dialogues.heard(understanding))

    def presses(self, digit: str) -> str:
        return self.happens(dialogues.key(digit))

    def takes(self, happening: Understanding | str | Input) -> Kind:
        """Whatever it is: an utterance, a key, a kind of input, or an input."""
        if isinstance(happening, Understanding):
            happened = dialogues.heard(happening)
        elif isinstance(happening, Kind):
            happened = Input(happening)
        else:
            happened = happening if isinstance(happening, Input) else dialogues.key(happening)
        self.happens(happened)
        return happened.kind

    def prompt(self, key: str, **values: str) -> str:
        return PROMPTS.say(key, "de", city=self.dialogue.router.city.name, **values)

    @property
    def says(self) -> list[Say]:
        return [action for action in self.actions if isinstance(action, Say)]

    @property
    def state(self) -> State:
        return self.dialogue.state

    @property
    def decision(self) -> Decision:
        return self.dialogue.decision

    @property
    def service(self) -> str | None:
        return self.dialogue.service
