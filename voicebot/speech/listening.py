"""One utterance, heard in the language it was spoken in.

A short utterance in one language is easily taken for another, and what is then written down is that language's
words: the text cannot tell. So where the recognizer hears another language than the call's, it listens a second
time in the call's own, and the two compete.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from voicebot.speech.client import Transcription
from voicebot.speech.language import decide_language, text_shares

LOYALTY = 0.5
"""How much better another language must fit than the call's, as a log probability."""
FIT = 2.0
"""How much the text's mean log probability a token (about -0.3 where it fits, -0.9 where not) counts against the
log probability of the language itself."""
READ = 0.5
"""How much langid's opinion of the text counts."""


class Recognition(Protocol):
    async def transcribe(self, pcm: bytes, *, language: str | None, languages: Sequence[str]) -> Transcription:
        """What was said in 16 kHz PCM; raises SpeechUnavailable."""


async def listen(
    recognition: Recognition, pcm: bytes, spoken_s: float, current: str, languages: Sequence[str]
) -> tuple[Transcription, str]:
    """What was said, and in which of ``languages``; ``current`` is the call's language so far."""
    heard = await recognition.transcribe(pcm, language=None, languages=languages)
    if not heard.text or heard.language in (None, current):
        return heard, current
    if not heard.hypotheses:
        # A stock Wyoming server: the text is all there is.
        language = decide_language(heard.text, heard.language_probabilities, spoken_s, current, languages)
        if language == heard.language:
            return heard, language
        return await recognition.transcribe(pcm, language=language, languages=languages), language
    again = await recognition.transcribe(pcm, language=current, languages=languages)
    fits = [_fit(text, language, heard, languages) for text, language in ((again, current), (heard, heard.language))]
    if again.text and fits[0] + LOYALTY >= fits[1]:
        return again, current
    return heard, heard.language


def _fit(transcription: Transcription, language: str, detected: Transcription, languages: Sequence[str]) -> float:
    likely = detected.language_probabilities.get(language, 0.0)
    read = text_shares(transcription.text, languages).get(language, 0.0)
    score = transcription.hypotheses[0][1] if transcription.hypotheses else -1.0
    return FIT * score + math.log(max(likely, 1e-3)) + READ * math.log(max(read, 1e-2))
