"""The two kinds of voice: Piper's neural ones, and SVOX Pico, small and always there."""

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from piper import PiperVoice
from piper.config import PiperConfig, SynthesisConfig
from py_nanotts import NanoTTS

from voicebot.speech.errors import ModelError

PICO_VOICES = {"de": "de-DE", "en": "en-GB", "es": "es-ES", "fr": "fr-FR", "it": "it-IT"}
PICO_RATE = 16_000
PICO_VOLUME = 0.35
"""At its default Pico drives its loudest vowels into clipping."""


class Voice(Protocol):
    """A voice speaks one sentence at a time."""

    name: str
    identity: str
    """Everything but the speed that decides how it sounds: other speech has another identity."""
    rate: int
    """Hertz."""

    def speak(self, sentence: str) -> NDArray[np.float32]:
        """Samples at `rate`, full scale 1.0; none where there is nothing to say."""
        ...


class Piper:
    """A Piper voice: `path` is the .onnx file, its configuration beside it as .onnx.json. ModelError."""

    def __init__(self, path: Path, *, threads: int = 2, speed: float = 1.0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            config = PiperConfig.from_dict(json.loads(Path(f"{path}.json").read_text("utf-8")))
            session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's exceptions share no base but this
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            mend = f"mend with: voicebot models fetch {path.stem}"
            raise ModelError(f"the voice {path} cannot be loaded ({reason}); {mend}") from error
        self.name = path.stem
        self.identity = f"piper {version('piper-tts')} {_digest(path)} {_digest(Path(f'{path}.json'))}"
        self.rate: int = config.sample_rate
        self._voice: Any = PiperVoice(session=session, config=config)
        self._settings = SynthesisConfig(length_scale=config.length_scale / speed)

    def speak(self, sentence: str) -> NDArray[np.float32]:
        """Samples at `rate`."""
        parts: Sequence[NDArray[np.float32]] = [
            chunk.audio_float_array for chunk in self._voice.synthesize(sentence, self._settings)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


class Pico:
    """SVOX Pico in `language`, one of PICO_VOICES. Raises KeyError for another."""

    rate = PICO_RATE

    def __init__(self, language: str, *, speed: float = 1.0) -> None:
        self.name = f"pico-{PICO_VOICES[language]}"
        self.identity = f"{self.name} {version('py-nanotts')} {PICO_VOLUME}"
        self._tag = PICO_VOICES[language]
        self._speed = speed
        self._engine = NanoTTS()

    def speak(self, sentence: str) -> NDArray[np.float32]:
        """Samples at `rate`."""
        pcm = self._engine.speak(sentence, voice=self._tag, speed=self._speed, volume=PICO_VOLUME)
        return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(32768)


def _digest(path: Path) -> str:
    """SHA-256: a voice that is exchanged for another of the same name speaks otherwise."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
