"""A small town and a line without models, for tests in virtual time.

What is faked here stands at the outermost edge: ears that hear what the test says, a voice whose speech is
a tone as long as the text, voice activity by loudness. Everything between is the product's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time

import numpy as np

from telephony.audio import RATE
from telephony.events import CallEnded, TransferOutcome
from telephony.memory import MemoryCall
from telephony.outgoing import Outgoing
from telephony.settings import EndpointError
from voicebot.catalogue.city import City, Department, Example, Fact, OpeningSpan, Route, Service
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.catalogue.store import StoreError
from voicebot.desk.message import Message
from voicebot.desk.notes import Note
from voicebot.knowledge import Comprehension
from voicebot.phones import LinePhones
from voicebot.prompts import Prompts
from voicebot.routing import Router
from voicebot.session import Parts, Session
from voicebot.settings import Settings, Speech
from voicebot.speech.client import Transcription
from voicebot.speech.errors import SpeechUnavailable
from voicebot.switching import Method, Rules, Target
from voicebot.understanding.hypotheses import weighed
from voicebot.understanding.understander import Understander
from voicebot.voice import Voice

DAY = date(2026, 11, 22)
REFERENCE = "47115"
SECONDS_A_CHARACTER = 0.05
WORKING_HOURS = datetime(2026, 11, 25, 10, 0, tzinfo=TOWN_TIME)


def tone(seconds: float, hertz: float = 440.0) -> bytes:
    t = np.arange(round(seconds * RATE)) / RATE
    return (8000 * np.sin(2 * np.pi * hertz * t)).astype("<i2").tobytes()


def town() -> City:
    hours = tuple(OpeningSpan(day, time(8), time(16), "Aushang", DAY) for day in range(5))
    departments = [
        Department(
            "zentrale", {"de": "Zentrale", "en": "switchboard"}, "stadt", "0", "Aushang", DAY, ("Rathaus",), hours
        ),
        Department(
            "buergerbuero",
            {"de": "Bürgerbüro", "en": "citizens' office"},
            "stadt",
            "300",
            "Aushang",
            DAY,
            ("Meldeamt",),
            hours,
            {"de": "dem Bürgerbüro", "en": "the citizens' office"},
        ),
        Department("kreis", {"de": "Kreis"}, "extern", "02861681100", "Kreis", DAY, ("Landratsamt",)),
    ]
    services = [
        Service(
            "personalausweis",
            {"de": "Personalausweis", "en": "identity card"},
            "buergerbuero",
            "",
            ("Ausweis",),
            (Example("de", "Was brauche ich für einen neuen Personalausweis?"),),
            (
                Fact("personalausweis", "documents", "de", "Bringen Sie ein Foto mit.", "§ 9 PAuswG", DAY),
                Fact("personalausweis", "fee", "de", "Er kostet sechsundvierzig Euro.", "sample", DAY),
            ),
        ),
        Service(
            "fuehrerschein",
            {"de": "Führerschein"},
            "kreis",
            "",
            ("Fahrerlaubnis",),
            (Example("de", "Wo beantrage ich einen Führerschein?"),),
            (Fact("fuehrerschein", "general", "de", "Den Führerschein macht der Kreis.", "FeV", DAY),),
        ),
    ]
    return City(
        "Stadt Musterfeld",
        "zentrale",
        {department.key: department for department in departments},
        {service.key: service for service in services},
    )


class Ears:
    """Hears the texts it was given, one an utterance; ``None`` is a recognizer that does not answer."""

    def __init__(self) -> None:
        self.texts: list[str | None] = []
        self.language = "de"
        """What is heard to be spoken."""
        self.default: str | None = None
        """What is heard when the texts are used up; without it there must be one for each utterance."""

    async def transcribe(
        self,
        pcm: bytes,
        *,
        language: str | None,
        languages: Sequence[str],
        hotwords: Sequence[str] = (),
        favoured: str | None = None,
        quick: bool = False,
    ) -> Transcription:
        await asyncio.sleep(0)
        text = self.default if not self.texts and self.default is not None else self.texts.pop(0)
        if text is None:
            raise SpeechUnavailable("no speech process answers")
        others = dict.fromkeys((each for each in languages if each != self.language), 0.01 / max(len(languages) - 1, 1))
        return Transcription(text, self.language, 0.99, {**others, self.language: 0.99})


class Mouth:
    """Speech as long as its text; breaks when told to."""

    broken = False
    seconds_a_character = SECONDS_A_CHARACTER

    async def synthesize(self, text: str, language: str) -> AsyncIterator[bytes]:
        await asyncio.sleep(0)
        if self.broken:
            raise SpeechUnavailable("no speech process answers")
        # Not the pitch of the caller: that would be the echo of the bot.
        yield tone(len(text) * self.seconds_a_character, hertz=310.0)


class Loudness:
    """Voice activity for tones."""

    def push(self, frame: bytes) -> list[float]:
        return [0.95 if any(frame) else 0.02]


class Inline(Comprehension):
    """Understanding without its thread, so that no real time passes."""

    def __init__(self, city: City) -> None:
        super().__init__(Understander(city), None)

    async def understand(  # type: ignore[no-untyped-def]
        self, text, language, *, expecting, last_service, hypotheses=()
    ):
        return self._understander.understand(
            text, language, None, expecting=expecting, last_service=last_service, hypotheses=weighed(hypotheses)
        )


class Record:
    """Keeps in memory what a line keeps in its database."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self.happened: list[tuple[str, ...]] = []

    def begins(self, target: Target, method: Method) -> None:
        self.happened.append(("begins", target.target, method))

    def rings(self) -> None:
        self.happened.append(("rings",))

    def answers(self) -> None:
        self.happened.append(("answers",))

    def ends(self, outcome: str, code: int) -> None:
        self.happened.append(("ends", outcome, str(code)))


MUSIC = tone(2.0, hertz=523.0)


class Scene:
    """One call in virtual time."""

    def __init__(
        self,
        on_transfer: Callable[[str], TransferOutcome | CallEnded | None] = lambda _target: None,
        *,
        speak_samples: bool = False,
        remote: str = "0286112345",
        method: Method = Method.BLIND,
        legs: int = 1,
        legs_per_hour: int = 100,
        languages: tuple[str, ...] = ("de", "en"),
        speaks: frozenset[str] | None = None,
    ) -> None:
        self.city = town()
        self.at = WORKING_HOURS
        self.desks: list[MemoryCall] = []
        """Who picks up where the bot rings itself, in this order; nobody is there when they are used up."""
        self.call = MemoryCall(on_transfer, remote, on_dial=self._desk, legs=legs)
        self.records: list[Record] = []
        self.ears, self.mouth = Ears(), Mouth()
        self.messages: list[Message] = []
        """As they were stored, one after the other; each replaces the one before."""
        self.stores_nothing = False
        self.said: list[str] = []
        self.journal: list[tuple[float, str, dict[str, object]]] = []
        self._prompts = Prompts.load(languages)
        self._parts = Parts(
            settings=Settings(speech=Speech(languages=languages)),
            router=Router(self.city, self._prompts, speak_samples, Rules(method)),
            comprehension=Inline(self.city),
            recognition=self.ears,
            voice=Voice(self.mouth),
            keep=self._keep,
            activity=Loudness,
            phones=LinePhones(self.call.dial, lambda: self.call.free_legs, legs_per_hour, lambda: self.call.now),
            record=self._record,
            music=MUSIC,
            speaks=speaks,
            clock=lambda: self.at,
        )

    def _desk(self, uri: str, _outgoing: Outgoing) -> MemoryCall:
        if not self.desks:
            raise EndpointError(f"cannot call {uri!r}: no desk is there")
        return self.desks.pop(0)

    def _record(self, note: Note) -> Record:
        self.records.append(Record(note))
        return self.records[-1]

    async def start(self) -> None:
        """Begin the session with its fixed prompts ready, as a line has them."""
        fixed = self._prompts.fixed("de", city=self.city.name) + self._prompts.fixed("en", city=self.city.name)
        await self._parts.voice.prepare((text, language) for language in ("de", "en") for text in fixed)
        session = Session(self.call, self._parts, self._note)
        self.is_speaking = lambda: session._speaker.speaking
        self.conversation = session._dialogue
        self.session = asyncio.create_task(session.run())

    async def _keep(self, message: Message) -> str:
        await asyncio.sleep(0)
        if self.stores_nothing:
            raise StoreError("the disk is full")
        self.messages.append(message)
        return REFERENCE if message.kind == "report" else ""

    def _note(self, what: str, details: dict[str, object]) -> None:
        self.journal.append((self.call.now, what, details))
        if what == "says":
            self.said.append(str(details["text"]))

    def dialogue_is(self, state: str) -> bool:
        """Whether the last thing said left the conversation in that state."""
        return any(what == "says" for _, what, _ in self.journal) and self._last_state() == state

    def _last_state(self) -> str:
        return str([details["state"] for _, what, details in self.journal if what == "says"][-1])

    def prompt(self, key: str, **values: str) -> str:
        return self._prompts.say(key, "de", city=self.city.name, **values)

    async def until(self, condition: Callable[[], bool], limit_s: float = 120.0) -> None:
        """Let virtual time pass; AssertionError if the condition never comes true."""
        start = self.call.now
        while not condition():
            assert self.call.now - start < limit_s, f"{limit_s} s passed in vain; said so far: {self.said}"
            assert not self.session.done(), f"the call is over; said so far: {self.said}"
            await asyncio.sleep(0)

    async def quiet(self) -> None:
        """Until the bot has said something and has finished."""
        await self.until(lambda: self.call.playing)
        await self.until(lambda: not self.call.playing and not any(self.call.said[-1]))
        mark = self.call.now
        await self.until(lambda: self.call.playing or self.call.now > mark + 0.3)
        if self.call.playing:
            await self.quiet()

    async def quiet_voice(self) -> None:
        """Until what was to be said has been said; music may go on."""
        await self.until(lambda: not self.is_speaking())

    def route(self, department: str, *extensions: str) -> None:
        """Give a department a chain; before the call begins."""
        rows = tuple(
            Route(department, "", place, "extension", extension, "", 0, "", None, None, "", "", "Aushang", DAY)
            for place, extension in enumerate(extensions, 1)
        )
        self.city = replace(self.city, routes=self.city.routes + rows)
        self._parts = replace(self._parts, router=replace(self._parts.router, city=self.city))

    async def caller_says(self, text: str, seconds: float = 1.5) -> None:
        """The caller speaks, and the bot's reply is heard to its end."""
        said = len(self.said)
        self.ears.texts.append(text)
        self.call.say(tone(seconds))
        await self.until(lambda: len(self.said) > said)
        await self.quiet()

    async def over(self) -> None:
        """Until the session has ended; it must."""
        await asyncio.wait_for(self.session, 30)
