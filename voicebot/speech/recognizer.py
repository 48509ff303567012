"""Speech to text with Whisper on a short window, one encoding for language and text.

Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision"; run by CTranslate2 in int8.
Whisper's encoder always sees 30 s in the original, most of it silence for a caller's sentence. CTranslate2
takes a shorter spectrogram, which makes a decode about three times as fast for two points of word errors.
"""

import contextlib
import hashlib
import re
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2 import StorageView
from ctranslate2.models import Whisper
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from numpy.typing import NDArray

from voicebot.speech import accents
from voicebot.speech.errors import ModelError
from voicebot.speech.vad import STEP_SAMPLES, VoiceActivity, load_session

RATE = 16_000
"""Hertz."""
HOP = 160
"""Samples a spectrogram frame: 10 ms."""
STATE_SAMPLES = 320
"""Samples a state of the encoder: 20 ms."""
WINDOW_S = 10.0
SHORTEST_WINDOW_S = 7.0
SHORT_MARGIN_S = 6.0
"""Silence that must follow the speech in a window shorter than WINDOW_S: with 4 s of it every fifth word of recorded
people was wrong instead of every eighth; a synthetic voice does not show that."""
MARGIN_S = 4.0
"""Silence that must follow the speech inside the window; with less than 2 s Whisper repeats itself."""
LONGEST_WINDOW_S = 30.0
LONGEST_SPEECH_S = 18.0
"""Longer speech is cut at a pause: as exact as in one window of 30 s, and faster."""
CUT_SEARCH_S = 8.0
"""How far back from there a pause is looked for."""

BEAM = 5
"""Hypotheses that are followed side by side. With one alone a decode takes two thirds of the time."""
TOKENS_A_SECOND = 14
"""More than the fastest speaker needs; it bounds what a repetition can cost."""
LONGEST_HOTWORDS = 40
"""Tokens. Each lengthens every decode."""
ENCODINGS_KEPT = 8
"""Utterances, two for each call of a line; about 1 MB each."""
ENCODINGS_KEPT_S = 10.0
"""Longer than any second look at the same sound takes to come."""
FAVOUR = 10.0
"""How much likelier another language than the favoured one must be; of most calls' language it is right to be sure."""
NO_SPEECH = 0.6
UNLIKELY = -1.0
REPETITIVE = 2.4
"""Length by compressed length; these three are the thresholds of OpenAI's own decoder."""
SILENT_RMS = 10 ** (-66 / 20)
"""Of full scale. Below it nothing is decoded."""
SPEECH_NEEDED = 0.3
"""Highest voice activity below which a doubtful text is a hallucination."""

# What Whisper says to silence and noise: subtitles' closing lines, learned from broadcast captions.
HALLUCINATIONS = re.compile(
    r"""^\W*(
      untertitel(ung)?\b.* | .*\bamara\.?org\b.* | .*\bim\ auftrag\ des\ (zdf|ard|wdr|ndr|swr|br)\b.*
    | copyright\b.* | subtitles?\ by\b.* | .*\bsubtitles\ by\b.* | .*\bfür\ funk\b.*\d{4}
    | (swr|wdr|zdf|ard|ndr|br|orf)(\ \d{4})?
    | (vielen|herzlichen)\ dank(\ fürs?\ (das\ )?(zuschauen|zusehen|zuhören))?
    | danke(\ fürs?\ (zuschauen|zuhören))?
    | bis\ zum\ nächsten\ mal | tschüss | das\ war's
    | thank\ you(\ (very|so)\ much)?(\ for\ watching)? | thanks\ for\ watching
    | you | bye(\W+bye)* | so | mhm | hm+ | musik | applaus | music | please\ subscribe.* | abonniert.*
    )\W*$""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Recognition:
    """What was heard in one utterance. Times in seconds, probabilities 0 to 1."""

    text: str
    language: str
    language_probability: float
    language_probabilities: dict[str, float] = field(default_factory=dict)
    """The eight likeliest of all of Whisper's languages, best first."""
    hypotheses: list[tuple[str, float]] = field(default_factory=list)
    """Texts with their mean log probability a token, best first. Empty when there was no speech."""
    no_speech_probability: float = 0.0
    audio_s: float = 0.0
    decode_s: float = 0.0


_Decoded = tuple[list[tuple[str, float]], float]
"""Different texts with their scores, best first, and the probability that nobody spoke."""


@dataclass(frozen=True)
class _Encoding:
    """What the encoder made of a window, and what the decoder made of that."""

    encoded: Any
    detected: Future[list[tuple[str, float]]]
    """All of Whisper's languages, likeliest first, as soon as that is known."""
    at: float
    """On the monotonic clock, seconds."""
    decoded: dict[tuple[str, tuple[str, ...], int], _Decoded] = field(default_factory=dict)
    """By language, hotwords, hypotheses."""

    @property
    def languages(self) -> list[tuple[str, float]]:
        return self.detected.result()


class Abandoned(Exception):  # noqa: N818 - an outcome, not an error
    """Nobody waits for this decode any more."""


class Recognizer:
    """A Whisper model in `model_dir` on `threads` CPU threads, for as many threads at a time. ModelError.

    A sentence is decoded no sooner on two CPU threads than on one: in its many small steps they wait for each other.
    So two are decoded side by side. Encoding takes all threads, but one only where another sentence is in work.
    """

    def __init__(self, model_dir: Path, threads: int = 2, *, languages: Sequence[str] = ("de", "en")) -> None:
        try:
            self._model: Any = WhisperModel(
                str(model_dir),
                device="cpu",
                compute_type="int8",
                cpu_threads=1,
                num_workers=threads,
                local_files_only=True,
            )
            self._alone: Any = Whisper(str(model_dir), device="cpu", compute_type="int8", intra_threads=threads)
        except Exception as error:  # CTranslate2 and tokenizers raise RuntimeError, ValueError and bare Exception
            raise ModelError(f"the speech model in {model_dir} cannot be loaded: {error}") from error
        self.languages = tuple(languages)
        self._accents = accents.shipped() if model_dir.name == accents.MODEL else None
        self._tokenizers: dict[str, Tokenizer] = {}
        self._encodings: OrderedDict[bytes, _Encoding] = OrderedDict()
        self._in_work = 0
        self._changing = threading.Lock()
        self._detecting = ThreadPoolExecutor(threads, thread_name_prefix="language")
        self._suppressed: list[int] = list(get_suppressed_tokens(self._tokenizer("en"), [-1]))
        self._vad = load_session()

    def transcribe(
        self,
        pcm: bytes,
        *,
        language: str | None = None,
        languages: Sequence[str] = (),
        hotwords: Sequence[str] = (),
        favoured: str | None = None,
        beam: int = BEAM,
        abandoned: Callable[[], bool] = lambda: False,
    ) -> Recognition:
        """Recognize 16 kHz s16le mono `pcm`; without `language`, in the likeliest of `languages`.

        A `favoured` one is taken unless another is FAVOUR times as likely.
        `hotwords` bias the text; a few help, many harm. The same sound again, in another language or with hotwords,
        is not encoded again if it comes within some seconds. `abandoned` is asked between encoding and decoding,
        and Abandoned is raised when it says so. Raises ValueError for a language that Whisper does not know.
        """
        started = time.perf_counter()
        audio = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float32) / np.float32(32768)
        allowed = tuple(languages) or self.languages
        if unknown := {language or allowed[0], favoured or allowed[0], *allowed} - set(self._model.supported_languages):
            raise ValueError(f"Whisper does not know the language {', '.join(sorted(unknown))}")
        parts = []
        with self._working():
            for piece in _pieces(audio):
                if abandoned():
                    raise Abandoned
                if language is None and favoured and not _is_silent(piece):
                    # That is most likely it; which one it is, is found out meanwhile.
                    self._decode(self._encoding(piece, abandoned), favoured, hotwords, beam, len(piece) / RATE)
                language = language or self._likeliest(piece, allowed, favoured, abandoned)
                parts.append(self._window(piece, language, allowed, hotwords, beam, abandoned))
        return _joined(parts, len(audio) / RATE, time.perf_counter() - started)

    def encoding(self, pcm: bytes) -> NDArray[np.float32]:
        """The encoder's states of 16 kHz s16le mono `pcm`, 20 ms each; shape (states, dimensions)."""
        audio = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float32) / np.float32(32768)
        with self._working():
            return _states(self._encoding(audio, lambda: False).encoded, audio)

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        with self._changing:
            self._in_work += 1
        try:
            yield
        finally:
            with self._changing:
                self._in_work -= 1

    def _window(
        self,
        audio: NDArray[np.float32],
        language: str,
        allowed: Sequence[str],
        hotwords: Sequence[str],
        beam: int,
        abandoned: Callable[[], bool],
    ) -> Recognition:
        if _is_silent(audio):
            return Recognition("", language, 0.0, no_speech_probability=1.0)
        encoding = self._encoding(audio, abandoned)
        hypotheses, no_speech = self._decode(encoding, language, hotwords, beam, len(audio) / RATE)
        sounds = self._sounds_like(encoding, audio, allowed)
        heard = sounds or encoding.languages
        # Somebody who speaks a language, however badly understood, is no noise.
        speaks = sounds is not None and self._loudest_voice(audio) >= SPEECH_NEEDED
        is_imagined = not speaks and self._is_imagined(hypotheses, no_speech, audio)
        if is_imagined and beam < BEAM and self._loudest_voice(audio) >= SPEECH_NEEDED:
            # Somebody spoke; with few hypotheses a decode loses its way more easily.
            hypotheses, no_speech = self._decode(encoding, language, hotwords, BEAM, len(audio) / RATE)
            is_imagined = self._is_imagined(hypotheses, no_speech, audio)
        if is_imagined:
            hypotheses = []
        return Recognition(
            text=hypotheses[0][0] if hypotheses else "",
            language=language,
            language_probability=dict(heard).get(language, 0.0),
            language_probabilities=dict(heard[:8]),
            hypotheses=hypotheses,
            no_speech_probability=no_speech,
        )

    def _likeliest(
        self,
        audio: NDArray[np.float32],
        allowed: Sequence[str],
        favoured: str | None,
        abandoned: Callable[[], bool],
    ) -> str:
        if _is_silent(audio):
            return favoured or allowed[0]
        encoding = self._encoding(audio, abandoned)
        probabilities = dict(self._sounds_like(encoding, audio, allowed) or encoding.languages)
        return max(allowed, key=lambda code: probabilities.get(code, 0.0) * (FAVOUR if code == favoured else 1.0))

    def _sounds_like(
        self, encoding: _Encoding, audio: NDArray[np.float32], allowed: Sequence[str]
    ) -> list[tuple[str, float]] | None:
        """Languages with their probabilities, likeliest first, where the sound tells and Whisper does not."""
        if self._accents is None or len(audio) < accents.SHORTEST_S * RATE:
            return None
        return self._accents.judge(_states(encoding.encoded, audio), encoding.languages, allowed)

    def _encoding(self, audio: NDArray[np.float32], abandoned: Callable[[], bool]) -> _Encoding:
        """Made, or remembered from a decode of the same sound; the sound itself is not kept."""
        now = time.monotonic()
        key = hashlib.blake2b(audio.tobytes(), digest_size=16).digest()
        with self._changing:
            for old in [each for each, kept in self._encodings.items() if now - kept.at > ENCODINGS_KEPT_S]:
                del self._encodings[old]
            if key in self._encodings:
                return self._encodings[key]
        encoded = self._encode(self._spectrogram(audio))
        if abandoned():
            raise Abandoned
        encoding = _Encoding(encoded, self._detecting.submit(self._languages, encoded), now)
        with self._changing:
            self._encodings[key] = encoding
            if len(self._encodings) > ENCODINGS_KEPT:
                self._encodings.popitem(last=False)
        return encoding

    def _encode(self, spectrogram: NDArray[np.float32]) -> Any:
        model = self._alone if self._in_work == 1 else self._model.model
        return model.encode(StorageView.from_array(np.ascontiguousarray(spectrogram[np.newaxis])))

    def _languages(self, encoded: Any) -> list[tuple[str, float]]:
        """All of Whisper's, likeliest first."""
        found = self._model.model.detect_language(encoded)[0]
        return [(token[2:-2], float(probability)) for token, probability in found]

    def _spectrogram(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-mel frames of the window: (mels, even count of 10 ms frames), padded with digital silence."""
        frames = int(_window_s(len(audio) / RATE) * RATE / HOP) // 2 * 2
        padded = np.pad(audio, (0, max(0, frames * HOP - len(audio))))
        features: NDArray[np.float32] = self._model.feature_extractor(padded, padding=0)
        return features[:, :frames].astype(np.float32, copy=False)

    def _decode(
        self, encoding: _Encoding, language: str, hotwords: Sequence[str], beam: int, seconds: float
    ) -> _Decoded:
        """Done once for each encoding."""
        key = (language, tuple(hotwords), beam)
        if key not in encoding.decoded:
            encoding.decoded[key] = self._generate(encoding.encoded, language, hotwords, beam, seconds)
        return encoding.decoded[key]

    def _generate(self, encoded: Any, language: str, hotwords: Sequence[str], beam: int, seconds: float) -> _Decoded:
        tokenizer = self._tokenizer(language)
        prompt = self._prompt(tokenizer, hotwords)
        result = self._model.model.generate(
            encoded,
            [prompt],
            beam_size=beam,
            num_hypotheses=beam,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
            max_length=min(self._model.max_length, len(prompt) + 16 + int(TOKENS_A_SECOND * seconds)),
        )[0]
        texts: dict[str, float] = {}
        for tokens, score in zip(result.sequences_ids, result.scores, strict=True):
            texts.setdefault(tokenizer.decode(tokens).strip(), score * len(tokens) / (len(tokens) + 1))
        # The decoder's order is that of whole texts; nearly equal ones may change places by the token.
        return sorted(texts.items(), key=lambda each: -each[1]), float(result.no_speech_prob)

    def _prompt(self, tokenizer: Tokenizer, hotwords: Sequence[str]) -> list[int]:
        prompt: list[int] = []
        if hotwords:
            words: list[int] = tokenizer.encode(" " + ", ".join(hotwords))
            prompt = [tokenizer.sot_prev, *words[:LONGEST_HOTWORDS]]
        return [*prompt, *tokenizer.sot_sequence, tokenizer.no_timestamps]

    def _tokenizer(self, language: str) -> Tokenizer:
        if language not in self._tokenizers:
            multilingual = self._model.model.is_multilingual
            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer, multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    def _is_imagined(self, hypotheses: list[tuple[str, float]], no_speech: float, audio: NDArray[np.float32]) -> bool:
        text, score = hypotheses[0]
        if no_speech > NO_SPEECH and score < UNLIKELY:
            return True
        if _compression(text) > REPETITIVE and score < UNLIKELY / 2:
            return True
        doubtful = no_speech > NO_SPEECH or score < UNLIKELY or HALLUCINATIONS.match(text)
        return bool(doubtful) and self._loudest_voice(audio) < SPEECH_NEEDED

    def _loudest_voice(self, audio: NDArray[np.float32]) -> float:
        samples = np.pad(audio, (0, -len(audio) % STEP_SAMPLES))
        pcm = (samples * 32767).astype("<i2").tobytes()
        return max(VoiceActivity(self._vad).push(pcm), default=0.0)


def _states(encoded: Any, audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Those of the encoder's states that are about the audio rather than the silence behind it."""
    states = np.asarray(encoded, dtype=np.float32)[0]  # no copy: the encoder's memory, as long as it is kept
    return np.asarray(states[: max(1, len(audio) // STATE_SAMPLES)])


def _window_s(speech_s: float) -> float:
    """As long as the speech needs, and never longer than WINDOW_S where MARGIN_S is enough for that."""
    short = max(SHORTEST_WINDOW_S, speech_s + SHORT_MARGIN_S)
    return min(LONGEST_WINDOW_S, max(min(short, WINDOW_S), speech_s + MARGIN_S))


def _is_silent(audio: NDArray[np.float32]) -> bool:
    return not len(audio) or float(np.sqrt(np.mean(audio**2))) < SILENT_RMS


def _pieces(audio: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Cut speech that no window holds at its quietest 300 ms, late in each window."""
    longest, search, quiet = (int(s * RATE) for s in (LONGEST_SPEECH_S, CUT_SEARCH_S, 0.3))
    pieces = []
    while len(audio) > longest:
        start = longest - search
        energy = np.concatenate(([0.0], np.cumsum(audio[start:longest].astype(np.float64) ** 2)))
        cut = start + int(np.argmin(energy[quiet:] - energy[:-quiet])) + quiet // 2
        pieces.append(audio[:cut])
        audio = audio[cut:]
    return [*pieces, audio]


def _joined(parts: list[Recognition], audio_s: float, decode_s: float) -> Recognition:
    """One recognition of several windows: the texts joined, the languages of the first that has any."""
    spoken = [part for part in parts if part.text]
    if len(parts) > 1 and spoken:
        text = " ".join(part.text for part in spoken)
        score = float(np.mean([part.hypotheses[0][1] for part in spoken]))
        hypotheses = [(text, score)]
    else:
        text, hypotheses = parts[0].text, parts[0].hypotheses
    first = spoken[0] if spoken else parts[0]
    return Recognition(
        text=text,
        language=first.language,
        language_probability=first.language_probability,
        language_probabilities=first.language_probabilities,
        hypotheses=hypotheses,
        no_speech_probability=min(part.no_speech_probability for part in parts),
        audio_s=audio_s,
        decode_s=decode_s,
    )


def _compression(text: str) -> float:
    data = text.encode()
    return len(data) / len(zlib.compress(data))
