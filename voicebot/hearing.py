"""From a caller's sound to what it means: listened to once, and once more with better ears where it was doubtful.

The first look follows one hypothesis, which takes two thirds of the time and is enough for most of what is asked. A
recognizer that knows nothing of the town writes "Kassonalausweis", though. So where the meaning is in doubt, it decodes
the same sound again, follows several hypotheses, and takes words of the candidate services as hotwords; what it has
heard then is understood together with the first. Indiscriminate hotwords make other words worse, hence only then, and
only words that sound like something heard. Names and numbers get several hypotheses at once, or are decoded again where
they come in an answer: nothing in them shows what is in doubt. Where a number is expected, the hotwords are digits.
What is in doubt even then, and was said in noise, is heard once more with the noise suppressed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from telephony.audio import FRAME_BYTES, FRAME_SAMPLES
from voicebot.calllanguage import CallLanguage
from voicebot.speech.errors import SpeechUnavailable
from voicebot.speech.listening import Recognition, listen
from voicebot.understanding.hypotheses import weighed
from voicebot.understanding.intents import is_noise
from voicebot.understanding.numbers import phone_number
from voicebot.understanding.result import Intent, Understanding

log = logging.getLogger(__name__)

DOUBTFUL = 0.6
"""Confidence of a service up to which a second look is worth its time."""
FIRST_LOOK_S = 1.5
"""A first look that took longer leaves no time for a second: the speech process is busy."""
SECOND_LOOK_S = 1.5
"""The caller waits for it, so it is given up after this."""
NOISY_DB = 25.0
"""How far the quietest parts of an utterance are below its loudest where it was said in noise; on a quiet line it is
40 dB and more."""
SHORT_S = 3.0
"""Speech shorter than this is easily taken for another language's; Whisper is sure of it from 2.5 s on."""
_BARE = 3
"""Words of a no that says nothing else: "nein, danke", "nein, das reicht"."""
_DIGITS = 3
"""Fewer are no number to be rung: "nein" is easily taken for "neun"."""
NUMBER_HOTWORDS = ("0 5 1 7", "3 9 6", "2 4 8.")
"""Hotwords where a number is expected: with them Whisper writes digit by digit what is said so, and neither drops one
of several nor the leading zero. No number that anybody has."""
_OPEN = (None, "yes_no")
"""Expectations in which a service may be named; a name has no hotwords."""
Scored = Sequence[tuple[str, float]]
"""Texts with their mean log probability a token, best first."""


class Comprehension(Protocol):
    async def understand(
        self,
        text: str,
        language: str,
        *,
        expecting: str | None,
        last_service: str | None,
        hypotheses: Scored = (),
    ) -> Understanding:
        """What an utterance means; see :meth:`.Understander.understand`."""

    async def hotwords(self, understanding: Understanding, texts: Sequence[str]) -> tuple[str, ...]:
        """Words that may have been said instead of what was heard; see :class:`.Hotwords`."""


@dataclass(frozen=True)
class Heard:
    """What was understood, and the seconds it took, both looks together."""

    understanding: Understanding
    recognition_s: float
    understanding_s: float
    language: CallLanguage | None = None
    """What the call's language is from now on; None where that of the understanding."""
    second_look: bool = False
    """Whether the sound was decoded a second time; not whether that decided."""
    spoken_s: float = 0.0
    """Seconds of speech that were heard."""


async def hear(
    recognition: Recognition,
    comprehension: Comprehension,
    pcm: bytes,
    spoken_s: float,
    *,
    language: CallLanguage,
    languages: Sequence[str],
    expecting: str | None,
    last_service: str | None,
) -> Heard:
    """What the caller meant by 16 kHz s16le mono ``pcm`` with ``spoken_s`` seconds of speech in it.

    ``language`` is the call's so far, in one of ``languages``; ``expecting`` and ``last_service`` are those of
    :meth:`.Understander.understand`. Raises SpeechUnavailable where the first look fails; the second never does.
    """
    began = time.monotonic()
    quick = expecting in _OPEN
    hotwords: Sequence[str] = NUMBER_HOTWORDS if expecting == "number" else ()
    listened = await listen(recognition, pcm, spoken_s, language, languages, hotwords=hotwords, quick=quick)
    transcription, spoken, call = listened.transcription, listened.spoken, listened.call
    if hotwords and transcription.hypotheses and not _is_dictated(transcription.text, spoken):
        # It is no number, though with digits in mind a "nein" becomes a "9": heard again without them.
        transcription = await recognition.transcribe(pcm, language=spoken, languages=languages)
    recognised = time.monotonic()

    async def understand(text: str, hypotheses: Scored) -> Understanding:
        found = await comprehension.understand(
            text, spoken, expecting=expecting, last_service=last_service, hypotheses=hypotheses
        )
        return replace(found, language=call.current)  # what is answered is answered in the call's

    first = await understand(transcription.text, transcription.hypotheses)
    if spoken != language.current and spoken_s < SHORT_S and first.intent is Intent.NOMATCH:
        # A few words that mean nothing in another language were hardly said in it.
        transcription = await recognition.transcribe(pcm, language=language.current, languages=languages, quick=quick)
        call = call if call.current == language.current else language
        spoken, recognised = language.current, time.monotonic()
        first = await understand(transcription.text, transcription.hypotheses)
    heard = Heard(first, recognised - began, time.monotonic() - recognised, call, spoken_s=spoken_s)
    if not quick or not transcription.hypotheses or heard.recognition_s > FIRST_LOOK_S:
        return heard  # a stock server gives no hypotheses, and takes no hotwords

    async def decode(words: Sequence[str], *, quick: bool = False, suppress_noise: bool = False) -> Scored:
        again = await recognition.transcribe(
            pcm, language=spoken, languages=languages, hotwords=words, quick=quick, suppress_noise=suppress_noise
        )
        return again.hypotheses

    async def look_again(before: Heard, hypotheses: Scored, *, suppress_noise: bool = False) -> Heard:
        texts = [each.text for each in weighed(hypotheses)]
        hotwords = await comprehension.hotwords(before.understanding, texts)
        return await _second_look(
            hypotheses, before, lambda: decode(hotwords, suppress_noise=suppress_noise), understand
        )

    if _tells(first):
        return await _second_look(transcription.hypotheses, heard, lambda: decode(()), understand)
    if not _is_doubtful(first, expecting):
        return heard
    heard = await look_again(heard, transcription.hypotheses)
    is_in_doubt = _is_doubtful(heard.understanding, expecting)
    if not is_in_doubt or heard.recognition_s > FIRST_LOOK_S or not is_noisy(pcm):
        return heard

    async def without_noise() -> Heard | None:
        started = time.monotonic()
        hypotheses = await decode((), quick=True, suppress_noise=True)
        if not hypotheses:
            return None
        decoded = time.monotonic()
        understanding = await understand(hypotheses[0][0], hypotheses)
        other = Heard(understanding, decoded - started, time.monotonic() - decoded, heard.language)
        if _is_doubtful(understanding, expecting):
            other = await look_again(other, hypotheses, suppress_noise=True)
        return other

    return await _surest(heard, without_noise)


async def _surest(heard: Heard, listen_again: Callable[[], Awaitable[Heard | None]]) -> Heard:
    """What was heard, or what is heard otherwise where that is surer; each is understood by itself.

    A filter makes other words of a sound as often as better ones: averaged, neither would be sure.
    """
    try:
        async with asyncio.timeout(SECOND_LOOK_S):
            other = await listen_again()
    except (SpeechUnavailable, TimeoutError) as error:
        log.warning("not heard without the noise: %s", str(error) or "it took too long")
        other = None
    if other is None:
        return heard
    first, second = heard.understanding, other.understanding
    surer = second if second.confidence > first.confidence else first
    # What either tells of an emergency is not passed over.
    doubt = None if surer.emergency else first.doubt or second.doubt
    return replace(
        heard,
        understanding=replace(surer, doubt=doubt),
        recognition_s=heard.recognition_s + other.recognition_s,
        understanding_s=heard.understanding_s + other.understanding_s,
    )


def is_noisy(pcm: bytes) -> bool:
    """Whether 16 kHz s16le mono speech has noise between its words, or under its beginning."""
    frames = np.frombuffer(pcm[: len(pcm) // FRAME_BYTES * FRAME_BYTES], dtype="<i2").reshape(-1, FRAME_SAMPLES)
    if not len(frames):
        return False
    levels = np.sqrt(np.mean(frames.astype(np.float32) ** 2, axis=1))
    quiet, loud = np.quantile(levels, (0.05, 0.95))
    return bool(loud < max(float(quiet), 1.0) * 10 ** (NOISY_DB / 20))


def _is_doubtful(understanding: Understanding, expecting: str | None) -> bool:
    """Whether other words might have been said."""
    if understanding.doubt:
        return True  # of an emergency
    if expecting is None and is_noise(understanding.text):
        return False
    return understanding.intent in (Intent.SERVICE, Intent.NOMATCH) and understanding.confidence <= DOUBTFUL


def _tells(understanding: Understanding) -> bool:
    """Whether an answer holds a number, or a no something else besides: "nein, mein Name ist …"."""
    if _is_number(understanding.text, understanding.language):
        return True
    return understanding.intent is Intent.NO and len(understanding.text.split()) > _BARE


def _is_dictated(text: str, language: str) -> bool:
    """Whether it is a number, and not the hotwords themselves, which Whisper may make of a hum."""
    imagined = phone_number(", ".join(NUMBER_HOTWORDS), language)
    return _is_number(text, language) and phone_number(text, language) != imagined


def _is_number(text: str, language: str) -> bool:
    return len(phone_number(text, language) or "") >= _DIGITS


async def _second_look(
    hypotheses: Scored,
    heard: Heard,
    decode: Callable[[], Awaitable[Scored]],
    understand: Callable[[str, Scored], Awaitable[Understanding]],
) -> Heard:
    """What is understood with the hypotheses of both looks where that is as sure; ``heard`` where it fails.

    ``hypotheses`` are those of the look before that count as well.
    """
    began = time.monotonic()
    try:
        async with asyncio.timeout(SECOND_LOOK_S):
            again = await decode()
    except (SpeechUnavailable, TimeoutError) as error:
        log.warning("no second look: %s", str(error) or "it took too long")
        again = ()
    decoded = time.monotonic()
    first = heard.understanding
    looked = replace(heard, recognition_s=heard.recognition_s + decoded - began, second_look=True)
    if not again:
        return looked
    both = sorted((*hypotheses, *again), key=lambda scored: -scored[1])
    second = await understand(both[0][0], both)
    looked = replace(looked, understanding_s=looked.understanding_s + time.monotonic() - decoded)
    if second.confidence >= first.confidence:
        return replace(looked, understanding=second)
    # However little is understood, what several hypotheses tell of an emergency is not passed over.
    return replace(looked, understanding=replace(first, doubt=first.doubt or second.doubt))
