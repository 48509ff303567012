"""Questions spoken by a synthetic voice, sent through a telephone channel, and heard as on a call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from telephony.audio import RATE, AudioError, frames, read_wav, resample
from voicebot import espeak
from voicebot.calllanguage import CallLanguage
from voicebot.evaluation.noise import Samples, mixed, street
from voicebot.hearing import Heard, hear
from voicebot.knowledge import Comprehension
from voicebot.speech.client import Transcription
from voicebot.speech.lanes import Lane
from voicebot.speech.recognizer import BEAM, Recognizer
from voicebot.speech.suppression import suppressed
from voicebot.speech.synthesizer import Synthesizer
from voicebot.speech.vad import VoiceActivity
from voicebot.speech.voices import PICO_VOICES
from voicebot.turns import Paused, TurnEnded, Turns

NARROW = 8_000
"""Hertz, of a narrowband line."""
BEFORE_S, AFTER_S = 0.6, 1.0
"""Silence, or noise alone, around the speech: enough for the turn to begin and to end."""
_NEXT_NOISE = 7_919
"""Samples from one question's noise to the next one's: each gets another piece, and the same every time."""
_SILENT = 4 / 32_768
"""Resampling dithers: silence does not stay all zeros."""
_LOUDEST = 2**12
"""A-law encodes samples of 13 bits, the sign included."""


def a_law(samples: Samples) -> Samples:
    """Speech as it leaves an A-law codec (ITU-T G.711): 8 bit a sample, finer for quiet ones."""
    linear = np.clip(samples * _LOUDEST, 1 - _LOUDEST, _LOUDEST - 1)
    size = np.floor(np.abs(linear))
    # Segments 0 and 1 have steps of 2; every further one twice the step of the one before.
    step = 2.0 ** np.maximum(np.floor(np.log2(np.maximum(size, 1))) - 4, 1)
    return np.asarray(np.copysign((np.floor(size / step) + 0.5) * step, linear) / _LOUDEST, np.float32)


def through_telephone(speech: bytes, noise: Samples | None = None, snr: float = 10.0, number: int = 0) -> bytes:
    """16 kHz PCM as a narrowband line delivers it: 8 kHz, noise, A-law, and 16 kHz again.

    The noise is mixed in before the codec, as on a caller's telephone.
    """
    narrow = _floats(resample(speech, RATE, NARROW))
    sound = np.pad(narrow, (int(BEFORE_S * NARROW), int(AFTER_S * NARROW)))
    if noise is not None:
        sound = mixed(sound, noise, snr, NARROW, number * _NEXT_NOISE)
    return resample(_pcm(a_law(np.clip(sound, -1, 1))), NARROW, RATE)


def load_noise(name: str) -> Samples:
    """``street``, or a WAV file, at 8 kHz. Raises AudioError."""
    if name == "street":
        return street(NARROW)
    noise = _floats(resample(read_wav(Path(name)), RATE, NARROW))
    if np.abs(noise).max(initial=0.0) < _SILENT:
        raise AudioError(f"{name}: there is no noise in it, only silence")
    return noise


def _floats(pcm: bytes) -> Samples:
    return np.asarray(np.frombuffer(pcm, dtype="<i2") / 32768, np.float32)


def _pcm(samples: NDArray[np.float32]) -> bytes:
    return np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2").tobytes()


class Ears:
    """The recognizer in this process, as a session sees the one behind a speech process."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        # One thread: a decode that was given up may still run when the next one begins.
        self._lane = Lane("recognition", 4)

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
        heard = await self._lane.run(
            lambda abandoned: self._recognizer.transcribe(
                suppressed(pcm) if suppress_noise else pcm,
                language=language,
                languages=languages,
                hotwords=hotwords,
                favoured=favoured,
                beam=1 if quick else BEAM,
                abandoned=abandoned,
            )
        )
        return Transcription(
            heard.text.strip(),
            heard.language,
            heard.language_probability,
            heard.language_probabilities,
            heard.hypotheses,
            heard.no_speech_probability,
            heard.decode_s,
        )

    def close(self) -> None:
        self._lane.close()


@dataclass
class SpokenCaller:
    """Speaks with other voices than the bot's; hears with what a call hears with."""

    ears: Ears
    comprehension: Comprehension
    languages: Sequence[str]
    noise: Samples | None = None
    snr: float = 10.0
    voice: Synthesizer = field(default_factory=lambda: Synthesizer({}))
    """Keeps what it has spoken in memory, so that the same question in noise is not spoken again."""
    spoken_s: float = 0.0
    """Seconds of speech in what was said last."""
    _spoken: int = 0

    async def say(self, text: str, language: str) -> Heard | None:
        """What a caller's first utterance is taken for; None where voice activity detection found no speech.

        Raises AudioError where nothing here speaks the language.
        """
        speech = self._speech(text, language)
        self.spoken_s = 0.0
        pcm = through_telephone(speech, self.noise, self.snr, self._spoken)
        self._spoken += 1
        turn = first_turn(pcm)
        if turn is None:
            return None
        self.spoken_s = turn.spoken_s
        return await hear(
            self.ears,
            self.comprehension,
            turn.pcm,
            turn.spoken_s,
            language=CallLanguage(self.languages[0]),
            languages=self.languages,
            expecting=None,
            last_service=None,
        )

    def _speech(self, text: str, language: str) -> bytes:
        if language in PICO_VOICES:
            return b"".join(self.voice.synthesize(text, language))
        return espeak.speak(text, language)


def first_turn(pcm: bytes) -> Paused | None:
    """The first utterance, cut as on a call."""
    activity, turns = VoiceActivity(), Turns()
    paused: Paused | None = None
    for event in _events(pcm, activity, turns):
        if isinstance(event, Paused):
            paused = event
        elif isinstance(event, TurnEnded):
            break
    return paused


def _events(pcm: bytes, activity: VoiceActivity, turns: Turns) -> Iterator[object]:
    for frame in frames(pcm):
        yield from turns.push(frame, activity.push(frame))
