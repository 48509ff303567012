"""Utterances, heard in the language they were spoken in; and what a call's language is after each.

A short utterance in one language is easily taken for another, and what is then written down is that language's
words: the text cannot tell. So where the recognizer hears another language than the call's, it listens a second
time in the call's own, and the two compete. One short utterance never changes the call's language; one that is long
enough does, or several that are it together. A change is taken back by the next utterance that speaks
against it, however short.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from voicebot.calllanguage import CallLanguage
from voicebot.speech.client import Transcription
from voicebot.speech.language import decide_language, text_shares

LOYALTY = 0.5
"""How much better another language must fit than the call's, as a log probability."""
FAITH = 2.0
"""The same where the caller has asked for the call's language."""
FIT = 2.0
"""How much the text's mean log probability a token (about -0.3 where it fits, -0.9 where not) counts against the
log probability of the language itself."""
WORST = -1.2
"""A text less likely than that is none: how much less says nothing of the language."""
READ = 0.5
"""How much langid's opinion of the text counts."""


@dataclass(frozen=True)
class Listened:
    """What was made of an utterance."""

    transcription: Transcription
    spoken: str
    """The language it is in. One short utterance in another than the call's is understood, and changes nothing."""
    call: CallLanguage
    """From now on."""


class Recognition(Protocol):
    async def transcribe(
        self,
        pcm: bytes,
        *,
        language: str | None,
        languages: Sequence[str],
        hotwords: Sequence[str] = (),
        favoured: str | None = None,
        quick: bool = False,
        suppress_noise: bool = False,
    ) -> Transcription:
        """What was said in 16 kHz PCM; see :meth:`.SpeechClient.transcribe`. Raises SpeechUnavailable."""


async def listen(
    recognition: Recognition,
    pcm: bytes,
    spoken_s: float,
    call: CallLanguage,
    languages: Sequence[str],
    *,
    hotwords: Sequence[str] = (),
    quick: bool = False,
) -> Listened:
    """What was said, in the likeliest of ``languages`` or in the call's own; ``quick`` by one hypothesis only."""
    heard = await recognition.transcribe(
        pcm, language=None, languages=languages, hotwords=hotwords, favoured=call.current, quick=quick
    )
    if not heard.text or heard.language is None:
        return Listened(heard, call.current, call)
    if heard.language == call.current:
        return Listened(heard, call.current, call.heard(call.current, spoken_s))
    if not heard.hypotheses:
        return await _by_text(recognition, heard, pcm, spoken_s, call, languages)
    again = await recognition.transcribe(
        pcm, language=call.current, languages=languages, hotwords=hotwords, quick=quick
    )
    fits = [
        _fit(text, language, heard, languages) for text, language in ((again, call.current), (heard, heard.language))
    ]
    loyalty = FAITH if call.is_asked_for else LOYALTY
    if again.text and fits[0] + loyalty >= fits[1]:
        return Listened(again, call.current, call.heard(call.current, spoken_s))
    return Listened(heard, heard.language, call.heard(heard.language, spoken_s))


async def _by_text(
    recognition: Recognition,
    heard: Transcription,
    pcm: bytes,
    spoken_s: float,
    call: CallLanguage,
    languages: Sequence[str],
) -> Listened:
    """From a stock Wyoming server: the text is all there is."""
    language = decide_language(heard.text, heard.language_probabilities, spoken_s, call.current, languages)
    if language != heard.language:
        heard = await recognition.transcribe(pcm, language=language, languages=languages)
    return Listened(heard, language, call.heard(language, spoken_s))


def _fit(transcription: Transcription, language: str, detected: Transcription, languages: Sequence[str]) -> float:
    likely = detected.language_probabilities.get(language, 0.0)
    read = text_shares(transcription.text, languages).get(language, 0.0)
    score = transcription.hypotheses[0][1] if transcription.hypotheses else -1.0
    return FIT * max(score, WORST) + math.log(max(likely, 1e-3)) + READ * math.log(max(read, 1e-2))
