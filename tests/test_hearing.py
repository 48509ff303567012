"""From sound to meaning: several hypotheses, and a second look with hotwords where the first is in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from telephony.audio import RATE
from town import Inline, town
from voicebot import hearing
from voicebot.calllanguage import CallLanguage
from voicebot.catalogue.folder import read_folder
from voicebot.evaluation import spoken
from voicebot.hearing import Heard, hear, is_noisy
from voicebot.knowledge import Comprehension
from voicebot.pico import speak
from voicebot.speech.client import Transcription
from voicebot.speech.embedding_cache import DIM
from voicebot.speech.errors import SpeechUnavailable
from voicebot.speech.listening import Recognition
from voicebot.speech.models import ModelStore
from voicebot.speech.recognizer import Recognizer
from voicebot.understanding.emergency import Danger, Emergencies
from voicebot.understanding.hotwords import MOST, Hotwords
from voicebot.understanding.hypotheses import Hypothesis, weighed
from voicebot.understanding.numbers import phone_number
from voicebot.understanding.result import PLAIN, Intent, Understanding
from voicebot.understanding.understander import Understander

MANGLED = [("Ich brauche einen Kassonal aus Reis.", -0.5), ("Ich brauche einen Kassenal aus Reis.", -0.6)]
CLEAR = [("Ich brauche einen Personalausweis.", -0.3)]
SPOKEN = ("Wie kann ich die Briefwahl beantragen?", "Ich brauche Briefwahl.", "Ich will die Briefwahl haben.")
"""From the Pico voice over the telephone the small recognizer hears "die Briefweibe antragen" or "Briefe Hall"; which
of them hotwords put right differs from processor to processor.
"""
ATTEMPTS = 12
"""A telephone's resampler dithers, so what is misheard differs from one time to the next."""
Looks = list[tuple[str, float]] | Exception | None


class Ears:
    """Hears what is scripted, look by look; ``None`` is a look that never ends."""

    def __init__(self, *looks: Looks) -> None:
        self.looks = list(looks)
        self.suppressed: list[bool] = []
        self.hotwords: list[tuple[str, ...]] = []
        self.quick: list[bool] = []

    async def transcribe(
        self,
        pcm: bytes,
        *,
        hotwords: Sequence[str] = (),
        quick: bool = False,
        suppress_noise: bool = False,
        **_: object,
    ) -> Transcription:
        self.suppressed.append(suppress_noise)
        self.hotwords.append(tuple(hotwords))
        self.quick.append(quick)
        look = self.looks.pop(0)
        if isinstance(look, Exception):
            raise look
        if look is None:
            await asyncio.sleep(60)
            raise AssertionError("nobody waits so long")
        return Transcription(look[0][0], "de", 0.99, {"de": 0.99}, look)


class Stock:
    """A stock Wyoming server: a text and a language, and nothing to be told."""

    def __init__(self, text: str) -> None:
        self.text, self.looks = text, 0

    async def transcribe(
        self, pcm: bytes, *, language: str | None, languages: Sequence[str], hotwords: Sequence[str] = (), **_: object
    ) -> Transcription:
        self.looks += 1
        return Transcription(self.text, "de")


async def heard_by(
    ears: Recognition, *, expecting: str | None = None, spoken_s: float = 2.0, pcm: bytes = b""
) -> Heard:
    return await hear(
        ears,
        Inline(town()),
        pcm,
        spoken_s,
        language=CallLanguage("de"),
        languages=("de", "en"),
        expecting=expecting,
        last_service=None,
    )


async def test_what_is_clear_is_decoded_once() -> None:
    ears = Ears(CLEAR)
    heard = await heard_by(ears)
    assert (heard.understanding.service, heard.second_look) == ("personalausweis", False)
    assert (ears.hotwords, ears.quick) == ([()], [True])


async def test_what_is_in_doubt_is_decoded_again_with_words_that_sound_alike() -> None:
    ears = Ears(MANGLED, CLEAR)
    heard = await heard_by(ears)
    assert heard.second_look
    assert heard.understanding.service == "personalausweis"
    assert heard.understanding.text == CLEAR[0][0]
    assert "Personalausweis" in ears.hotwords[1]
    assert "Führerschein" not in ears.hotwords[1]
    assert ears.quick == [True, False]


async def test_what_sounds_like_nothing_of_the_town_is_looked_at_again_without_hotwords() -> None:
    ears = Ears([("Xylophon.", -0.9)], CLEAR)
    assert (await heard_by(ears)).understanding.service == "personalausweis"
    assert (ears.hotwords, ears.quick) == ([(), ()], [True, False])


def in_noise(decibels: float) -> bytes:
    """A voice that comes and goes over noise so far below it."""
    noise = np.random.default_rng(1).normal(0, 3000 * 10 ** (-decibels / 20), 2 * RATE)
    voice = np.random.default_rng(2).normal(0, 3000, 2 * RATE) * np.repeat([0, 1, 1, 0], RATE // 2)
    return bytes((noise + voice).astype("<i2").tobytes())


@pytest.mark.parametrize(("decibels", "is_heard_so"), [(10, True), (20, True), (35, False), (60, False)])
def test_noise_is_told_from_a_quiet_line(decibels: float, is_heard_so: bool) -> None:
    assert is_noisy(in_noise(decibels)) is is_heard_so
    assert not is_noisy(b"")


async def test_what_stays_in_doubt_in_noise_is_heard_without_the_noise() -> None:
    ears = Ears(MANGLED, MANGLED, CLEAR)
    heard = await heard_by(ears, pcm=in_noise(10))
    assert (heard.understanding.service, heard.understanding.text) == ("personalausweis", CLEAR[0][0])
    assert ears.suppressed == [False, False, True]
    ears = Ears(MANGLED, MANGLED, MANGLED, CLEAR)
    assert (await heard_by(ears, pcm=in_noise(10))).understanding.service == "personalausweis"
    assert ears.suppressed == [False, False, True, True]


async def test_a_warning_is_kept_though_the_sound_without_noise_tells_of_a_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def danger(_: Emergencies, text: str, *__: object, **___: object) -> Danger | None:
        return Danger("112", is_sure=False) if "Turm" in text else None

    monkeypatch.setattr(Emergencies, "danger", danger)
    look = [("Der Turm.", -0.9)]
    heard = await heard_by(Ears(look, look, CLEAR), pcm=in_noise(10))
    assert (heard.understanding.service, heard.understanding.doubt) == ("personalausweis", "112")


async def test_without_noise_or_without_doubt_nothing_is_suppressed() -> None:
    for ears, pcm in ((Ears(MANGLED, MANGLED), in_noise(50)), (Ears(MANGLED, CLEAR), in_noise(10))):
        await heard_by(ears, pcm=pcm)
        assert ears.suppressed == [False, False]


@pytest.mark.parametrize("third", [SpeechUnavailable("gone"), None])
async def test_what_fails_without_the_noise_leaves_what_was_heard(
    third: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "SECOND_LOOK_S", 0.05)
    heard = await heard_by(Ears([("Xylophon.", -0.9)], [("Xylophon.", -0.9)], third), pcm=in_noise(10))
    assert (heard.understanding.intent, heard.understanding.text) == (Intent.NOMATCH, "Xylophon.")


async def test_an_emergency_that_only_another_hypothesis_tells_is_heard() -> None:
    ears = Ears([("Hier trennt es.", -0.4)], [("Hier trennt es.", -0.4), ("Hier brennt es!", -0.45)])
    assert (await heard_by(ears)).understanding.intent is Intent.EMERGENCY


async def test_a_warning_of_the_second_look_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def danger(_: Emergencies, text: str, *__: object, **___: object) -> Danger | None:
        return Danger("112", is_sure=False) if "Turm" in text else None

    monkeypatch.setattr(Emergencies, "danger", danger)
    heard = await heard_by(Ears([("Xylophon.", -0.9)], [("Vom Turm.", -0.5), ("Wurm.", -0.6)]))
    assert (heard.understanding.intent, heard.understanding.doubt) == (Intent.NOMATCH, "112")


@pytest.mark.parametrize(
    ("text", "hotwords"),
    [
        ("Null zwei acht sechs eins, neun drei neun.", [(), ()]),
        ("Nein, mein Name ist Maier.", [(), ()]),
        ("Nein, das reicht.", [()]),
        ("9.", [()]),
    ],
)
async def test_a_number_or_a_name_in_an_answer_is_looked_at_again_without_hotwords(
    text: str, hotwords: list[tuple[str, ...]]
) -> None:
    ears = Ears([(text, -0.5)], [(text.replace("Maier", "Meyer"), -0.4)])
    heard = await heard_by(ears, expecting="yes_no")
    assert ears.hotwords == hotwords
    assert "Maier" not in heard.understanding.text


async def test_what_may_be_an_emergency_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Emergencies, "danger", lambda *_, **__: Danger("112", is_sure=False))
    ears = Ears(CLEAR, CLEAR)
    await heard_by(ears)
    assert ears.quick == [True, False]


async def test_there_is_never_a_third_look() -> None:
    ears = Ears(MANGLED, MANGLED, CLEAR)
    heard = await heard_by(ears)
    assert heard.second_look
    assert len(ears.hotwords) == 2
    assert heard.understanding == (await heard_by(Ears(MANGLED, SpeechUnavailable("gone")))).understanding


@pytest.mark.parametrize("look", [SpeechUnavailable("too much recognition waits already"), None])
async def test_a_second_look_that_fails_leaves_the_first(look: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "SECOND_LOOK_S", 0.05)
    heard = await heard_by(Ears(MANGLED, look))
    assert heard.understanding.text == MANGLED[0][0]
    assert heard.second_look


async def test_a_first_look_that_fails_is_told() -> None:
    with pytest.raises(SpeechUnavailable):
        await heard_by(Ears(SpeechUnavailable("no speech process answers")))


async def test_names_get_several_hypotheses_at_once_and_no_hotwords() -> None:
    ears = Ears(MANGLED)
    assert not (await heard_by(ears, expecting="name")).second_look
    assert (ears.quick, ears.hotwords) == ([False], [()])


async def test_a_number_is_heard_with_digits_in_mind() -> None:
    ears = Ears([("0 2 8 6 1 9 3 9 0", -0.2)])
    heard = await heard_by(ears, expecting="number")
    assert (ears.quick, ears.hotwords) == ([False], [hearing.NUMBER_HOTWORDS])
    assert heard.understanding.text == "0 2 8 6 1 9 3 9 0"


@pytest.mark.parametrize("imagined", ["9 9", "0 5 1 7, 3 9 6, 2 4 8."])
async def test_what_is_no_number_is_heard_without_them(imagined: str) -> None:
    ears = Ears([(imagined, -0.2)], [("Nein.", -0.3)])
    heard = await heard_by(ears, expecting="number")
    assert ears.hotwords == [hearing.NUMBER_HOTWORDS, ()]
    assert heard.understanding.text == "Nein."


async def test_a_busy_speech_process_gets_no_second_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "FIRST_LOOK_S", 0.0)
    assert not (await heard_by(Ears(MANGLED))).second_look


async def test_what_is_said_to_the_bot_needs_no_second_look() -> None:
    assert (await heard_by(Ears([("Auf Wiederhören", -0.9)]))).understanding.intent is Intent.GOODBYE


class Bilingual:
    """Hears English better than German, whatever was said."""

    async def transcribe(
        self, pcm: bytes, *, language: str | None, languages: Sequence[str], hotwords: Sequence[str] = (), **_: object
    ) -> Transcription:
        shares = {"en": 0.9, "de": 0.1}
        if language == "de":
            return Transcription("Moment bitte.", "de", 0.1, shares, [("Moment bitte.", -0.9)])
        return Transcription("moment better.", "en", 0.9, shares, [("moment better.", -0.2)])


@pytest.mark.parametrize(("spoken_s", "expected"), [(1.0, ("de", Intent.WAIT)), (4.0, ("en", Intent.NOMATCH))])
async def test_a_few_words_that_mean_nothing_in_another_language_are_not_in_it(
    spoken_s: float, expected: tuple[str, Intent]
) -> None:
    heard = await heard_by(Bilingual(), spoken_s=spoken_s)
    assert (heard.understanding.language, heard.understanding.intent) == expected


async def test_a_stock_server_works_on_its_text_alone() -> None:
    for text, service in ((CLEAR[0][0], "personalausweis"), (MANGLED[0][0], None)):
        stock = Stock(text)
        heard = await heard_by(stock)
        assert (stock.looks, heard.second_look) == (1, False)
        assert service in (heard.understanding.service, None)


# Hypotheses.


def test_hypotheses_are_distinct_and_weighed_by_their_probabilities() -> None:
    readings = weighed([("Was kostet ein Pass?", -0.3), ("was kostet ein Pass", -0.3), ("Was kostet Spaß?", -0.5)])
    assert [each.text for each in readings] == ["Was kostet ein Pass?", "Was kostet Spaß?"]
    assert sum(each.weight for each in readings) == pytest.approx(1)
    assert readings[0].weight > 3 * readings[1].weight
    assert len(weighed([(f"Frage {word}", -0.3) for word in "abcdef"])) == 3


def test_a_later_hypothesis_tells_the_service() -> None:
    understander = Understander(town())
    texts = [("Was kostet der Kassenallaus?", -0.5), ("Was kostet der Personalausweis?", -0.52)]
    alone = understander.understand(texts[0][0], "de", None)
    together = understander.understand(texts[0][0], "de", None, hypotheses=weighed(texts))
    assert together.service == "personalausweis"
    assert together.confidence > alone.confidence


@pytest.mark.parametrize(("weight", "intent"), [(0.3, Intent.EMERGENCY), (0.02, Intent.NOMATCH)])
def test_an_emergency_counts_in_any_hypothesis_that_may_be_right(weight: float, intent: Intent) -> None:
    hypotheses = (Hypothesis("Hier trennt es.", 1 - weight), Hypothesis("Hier brennt es!", weight))
    heard = Understander(town()).understand(hypotheses[0].text, "de", None, hypotheses=hypotheses)
    assert heard.intent is intent


def test_yes_is_taken_from_the_second_hypothesis_where_the_first_is_noise() -> None:
    hypotheses = (Hypothesis("Untertitel der Amara.org-Community", 0.6), Hypothesis("Ja.", 0.4))
    for expecting, intent in (("yes_no", Intent.YES), (None, Intent.NOMATCH)):
        heard = Understander(town()).understand(
            hypotheses[0].text, "de", None, expecting=expecting, hypotheses=hypotheses
        )
        assert heard.intent is intent


class Embedding:
    """Vectors that say nothing, and what was to be embedded."""

    def __init__(self, fails: bool = False) -> None:
        self.asked: list[Sequence[str]] = []
        self._fails = fails

    async def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.asked.append(texts)
        if self._fails:
            raise SpeechUnavailable("gone")
        return np.full((len(texts), DIM), DIM**-0.5, np.float32)


async def understood(embed: Embedding, hypotheses: Sequence[tuple[str, float]]) -> Understanding:
    comprehension = Comprehension(Understander(town()), embed)
    return await comprehension.understand(
        hypotheses[0][0], "de", expecting=None, last_service=None, hypotheses=hypotheses
    )


async def test_further_hypotheses_are_embedded_where_the_first_is_not_plain() -> None:
    embed = Embedding()
    heard = await understood(embed, [*MANGLED, *CLEAR])
    assert embed.asked == [[MANGLED[0][0]], [text for text, _ in (*MANGLED, *CLEAR)][1:]]
    assert heard.candidates[0][0] == "personalausweis"


@pytest.mark.parametrize("text", ["Was kostet ein Personalausweis?", "Ja, bitte verbinden."])
async def test_a_plain_first_hypothesis_is_enough(text: str) -> None:
    embed = Embedding()
    heard = await understood(embed, [(text, -0.1), ("Was kostet ein Hund?", -0.4)])
    assert embed.asked == [[text]]
    assert heard.confidence >= PLAIN


async def test_a_name_is_embedded_with_all_its_hypotheses_in_one_request() -> None:
    embed = Embedding()
    comprehension = Comprehension(Understander(town()), embed)
    names = [("Maier.", -0.3), ("Meyer.", -0.4)]
    await comprehension.understand(names[0][0], "de", expecting="name", last_service=None, hypotheses=names)
    assert embed.asked == [["Maier.", "Meyer."]]


async def test_an_alarm_is_weighed_with_all_hypotheses() -> None:
    embed = Embedding()
    heard = await understood(embed, [("Was kostet ein Personalausweis?", -0.1), ("Es brennt!", -0.2)])
    assert len(embed.asked) == 2
    assert heard.intent is Intent.EMERGENCY


async def test_a_doubtful_alarm_is_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    danger = Danger("112", is_sure=False, is_named=False)
    monkeypatch.setattr(Emergencies, "danger", lambda *_, **__: danger)
    embed = Embedding()
    heard = await understood(embed, [("Was kostet ein Personalausweis?", -0.1), ("Was kostet ein Hund?", -0.4)])
    assert len(embed.asked) == 2
    assert heard.doubt == "112"


async def test_an_emergency_is_heard_in_another_hypothesis_of_a_plain_one() -> None:
    heard = await understood(Embedding(), [("Was kostet ein Personalausweis?", -0.1), ("Hilfe, es brennt!", -0.1)])
    assert heard.intent is Intent.EMERGENCY


async def test_without_embeddings_all_hypotheses_are_understood_by_their_words() -> None:
    embed = Embedding(fails=True)
    heard = await understood(embed, [*MANGLED, *CLEAR])
    assert embed.asked == [[MANGLED[0][0]]]
    assert heard.candidates[0][0] == "personalausweis"


# Hotwords.


def test_hotwords_are_few_and_sound_like_something_heard() -> None:
    city = read_folder(Path(__file__).parent.parent / "data" / "borken")
    text = "Ich brauche noch einmal die Geburt zur Kunde meines Sohnes."
    candidates = (("geburt-anzeigen", 0.3), ("geburtsurkunde", 0.2), ("kindergeld", 0.1))
    words = Hotwords(city).choose(Understanding(text, "de", Intent.SERVICE, 0.3, candidates=candidates), [text])
    assert words[0] == "Geburtsurkunde"
    assert len(words) <= MOST
    assert "Sohnes" not in words


def test_no_hotwords_for_nothing() -> None:
    nothing = Understanding("", "de", Intent.NOMATCH, 0.0, candidates=(("personalausweis", 0.1),))
    assert Hotwords(town()).choose(nothing, [""]) == ()
    assert Hotwords(town()).choose(nothing, ["Xylophon"]) == ()


# The real thing.


class Overheard:
    """A real recognizer, and what it was asked."""

    def __init__(self, ears: spoken.Ears) -> None:
        self._ears = ears
        self.asked: list[tuple[str, ...]] = []
        self.decodes: list[Transcription] = []

    async def transcribe(
        self, pcm: bytes, *, language: str | None, languages: Sequence[str], hotwords: Sequence[str] = (), **_: object
    ) -> Transcription:
        self.asked.append(tuple(hotwords))
        self.decodes.append(await self._ears.transcribe(pcm, language=language, languages=languages, hotwords=hotwords))
        return self.decodes[-1]


@pytest.fixture
def real_ears(tmp_path: Path) -> Iterator[Overheard]:
    ears = spoken.Ears(Recognizer(ModelStore(tmp_path).whisper("base")))
    yield Overheard(ears)
    ears.close()


@pytest.mark.models
@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("Null zwei acht sechs eins, neun drei neun, null.", "028619390"),
        ("Null zwei acht sechs drei, vier fünf sechs, sieben acht.", "0286345678"),
    ],
)
async def test_a_real_recognizer_hears_each_digit(real_ears: Overheard, said: str, number: str) -> None:
    heard = await hear(
        real_ears,
        Inline(town()),
        spoken.through_telephone(speak(said)),
        3.0,
        language=CallLanguage("de"),
        languages=("de",),
        expecting="number",
        last_service=None,
    )
    assert phone_number(heard.understanding.text, "de") == number


@pytest.mark.models
async def test_a_real_recognizer_is_put_right(real_ears: Overheard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "FIRST_LOOK_S", 60.0)
    monkeypatch.setattr(hearing, "SECOND_LOOK_S", 60.0)
    city = read_folder(Path(__file__).parent.parent / "data" / "borken")
    comprehension = Comprehension(Understander(city), None)
    for attempt in range(ATTEMPTS):
        real_ears.decodes.clear()
        real_ears.asked.clear()
        heard = await hear(
            real_ears,
            comprehension,
            spoken.through_telephone(speak(SPOKEN[attempt % len(SPOKEN)])),
            4.0,
            language=CallLanguage("de"),
            languages=("de",),
            expecting=None,
            last_service=None,
        )
        assert real_ears.asked[0] == ()
        was_right = ["briefwahl" in decode.text.lower() for decode in real_ears.decodes]
        if was_right == [False, True] and heard.understanding.service == "briefwahl":
            break
    first, second = real_ears.decodes
    assert "Briefwahl" in real_ears.asked[1]
    assert heard.second_look
    assert "briefwahl" not in first.text.lower()
    assert "briefwahl" in second.text.lower()
    assert heard.understanding.service == "briefwahl"
    assert first.decode_s
    assert second.decode_s
