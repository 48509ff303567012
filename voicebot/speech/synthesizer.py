"""Text to speech: 16 kHz, 16-bit, mono, a sentence at a time, at the level a telephone network expects."""

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path

import numpy as np
import soxr

from voicebot.speech import levels
from voicebot.speech.audio_store import AudioStore, Prepared
from voicebot.speech.errors import SpeechError
from voicebot.speech.speakable import speakable
from voicebot.speech.voices import PICO_VOICES, Pico, Piper, Voice

RATE = 16_000
"""Hertz."""
SENTENCE_PAUSE_S = 0.2
LONGEST_SENTENCE = 220
"""Characters; a longer one is spoken in parts, so that the first is soon heard."""
CACHE_BYTES = 64 * 1024 * 1024
VERSION = 2
"""Part of every key: to be raised when the same sentence in the same voice becomes other audio."""

BETTER_VOICES = {"de": "de_DE-thorsten-medium", "en": "en_US-joe-medium"}
LANGUAGE_NAMES = {
    "de": "German",
    "en": "English",
    "nl": "Dutch",
    "tr": "Turkish",
    "pl": "Polish",
    "uk": "Ukrainian",
    "ru": "Russian",
    "ar": "Arabic",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
}

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'»)]*\s+(?=[^\s])")
_CLAUSE_END = re.compile(r"(?<=[,;:])\s+")


class Synthesizer:
    """Speaks with the Piper voice of `voices` (language to .onnx file), or else with Pico. Raises ModelError.

    `speed` 1.0 is the voice's own. Audio of up to `cache_bytes` is kept in memory, and in `store` what was prepared.
    `speak` and `prepare` are not for two threads at once; everything else is.
    """

    def __init__(
        self,
        voices: Mapping[str, Path],
        *,
        threads: int = 2,
        speed: float = 1.0,
        cache_bytes: int = CACHE_BYTES,
        store: AudioStore | None = None,
    ) -> None:
        self._speed = speed
        self._voices: dict[str, Voice] = {
            language: Piper(path, threads=threads, speed=speed) for language, path in voices.items()
        }
        for language in PICO_VOICES:
            if language not in self._voices:
                self._voices[language] = Pico(language, speed=speed)
        self._cache = AudioCache(cache_bytes)
        self._store = store

    @property
    def languages(self) -> dict[str, str]:
        """The name of the voice for each language."""
        return {language: voice.name for language, voice in self._voices.items()}

    def describe(self, languages: tuple[str, ...] = ("de", "en")) -> str:
        """One line for the operator: who speaks what, and how to get a better voice."""
        said = []
        for language in languages:
            name = LANGUAGE_NAMES.get(language, language)
            voice = self._voices.get(language)
            if voice is None:
                said.append(f"{name}: no voice, only understood (voicebot models fetch --languages {language})")
            elif isinstance(voice, Pico):
                better = BETTER_VOICES.get(language)
                advice = f"; a better one: voicebot models fetch {better}" if better else ""
                said.append(f"{name}: {voice.name} (fallback{advice})")
            else:
                said.append(f"{name}: {voice.name}")
        return "voices: " + ", ".join(said)

    def synthesize(self, text: str, language: str) -> Iterator[bytes]:
        """PCM of each sentence of `text`, in order. Raises SpeechError for a language without a voice."""
        for index, sentence in enumerate(self.sentences(text, language)):
            yield self.speak(sentence, language, first=index == 0)

    def sentences(self, text: str, language: str) -> list[str]:
        """What `speak` takes, one after the other: sentences in the words in which they are said."""
        self._voice(language)
        return sentences(speakable(text, language))

    def speak(self, sentence: str, language: str, *, first: bool = True) -> bytes:
        """PCM of one of the `sentences`; with a pause before it unless it is the `first`."""
        pcm = self.found(sentence, language, first=first)
        if pcm is not None:
            return pcm
        pcm = self.make(sentence, language)
        key = self._key(sentence, language)
        self._cache.put(key, pcm)
        # What a caller makes the bot say may be their name. Only what was prepared is on disk, damaged or not.
        if self._store and self._store.size(key):
            self._store.put(key, pcm)
        return _after_pause(pcm, first)

    def remembered(self, sentence: str, language: str, *, first: bool = True) -> bytes | None:
        """What `speak` would give, if it is in memory; at once."""
        pcm = self._cache.get(self._key(sentence, language))
        return None if pcm is None else _after_pause(pcm, first)

    def found(self, sentence: str, language: str, *, first: bool = True) -> bytes | None:
        """What `speak` would give, if it is in memory or on disk."""
        key = self._key(sentence, language)
        pcm = self._cache.get(key)
        if pcm is None and self._store is not None:
            pcm = self._store.get(key)
            if pcm is not None:
                self._cache.put(key, pcm)
        return None if pcm is None else _after_pause(pcm, first)

    def prepared(self, sentence: str, language: str) -> Prepared | None:
        """What `prepare` would say where there is nothing to make; None where there is."""
        if self._store is None:
            return Prepared(0, 0, 0)
        key = self._key(sentence, language)
        if self._store.limit and self._store.get(key) is None:
            return None
        return Prepared(0, self._store.size(key), self._store.limit)

    def prepare(self, sentence: str, language: str) -> Prepared:
        """Have one of the `sentences` on disk, so that it is there when it is wanted, also after a restart.

        It does not go into memory, where it would drive out what is spoken.
        """
        ready = self.prepared(sentence, language)
        if ready is not None or self._store is None:
            return ready or Prepared(0, 0, 0)
        key = self._key(sentence, language)
        pcm = self._cache.get(key)
        if pcm is None:
            pcm = self.make(sentence, language)
        size = self._store.put(key, pcm)
        return Prepared(1, size, self._store.limit)

    def make(self, sentence: str, language: str) -> bytes:
        """PCM of one of the `sentences`, whether there is some already or not. Not for two threads at once."""
        return self._render(self._voice(language), sentence)

    def _key(self, sentence: str, language: str) -> str:
        made_from = (str(VERSION), self._voice(language).identity, f"{self._speed:g}", sentence)
        return hashlib.sha256("\0".join(made_from).encode()).hexdigest()

    def _voice(self, language: str) -> Voice:
        voice = self._voices.get(language.replace("_", "-").split("-")[0].lower())
        if voice is None:
            raise SpeechError(f"there is no voice for the language {language!r}")
        return voice

    def _render(self, voice: Voice, sentence: str) -> bytes:
        samples = voice.speak(sentence)
        if voice.rate != RATE and len(samples):
            samples = soxr.resample(samples, voice.rate, RATE)
        samples = levels.normalized(levels.trimmed(samples, RATE), RATE)
        return (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()


class AudioCache:
    """The audio used last, at most `limit` bytes of it. Safe between threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._held: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> bytes | None:
        """The audio under `key`, or None."""
        with self._lock:
            pcm = self._held.get(key)
            if pcm is not None:
                self._held.move_to_end(key)
            return pcm

    def put(self, key: Hashable, pcm: bytes) -> None:
        """Keep `pcm`, and let go of what was not used for longest."""
        if len(pcm) > self._limit:
            return
        with self._lock:
            self._size += len(pcm) - len(self._held.pop(key, b""))
            self._held[key] = pcm
            while self._size > self._limit:
                _, old = self._held.popitem(last=False)
                self._size -= len(old)


def _after_pause(pcm: bytes, first: bool) -> bytes:
    return pcm if first or not pcm else bytes(2 * int(SENTENCE_PAUSE_S * RATE)) + pcm


def sentences(text: str) -> list[str]:
    """Sentences of text that `speakable` has prepared; very long ones at their commas."""
    found: list[str] = []
    for sentence in _SENTENCE_END.split(text.strip()):
        if len(sentence) <= LONGEST_SENTENCE:
            found.append(sentence)
            continue
        part = ""
        for clause in _CLAUSE_END.split(sentence):
            if part and len(part) + 1 + len(clause) > LONGEST_SENTENCE:
                found.append(part)
                part = clause
            else:
                part = f"{part} {clause}".strip()
        found.append(part)
    return [sentence for sentence in found if any(map(str.isalnum, sentence))]
