"""Voice activity in a stream: Silero VAD v6, one step at a time.

The model is the one faster-whisper carries (MIT, https://github.com/snakers4/silero-vad). It is found without
importing faster-whisper, whose native libraries have no business in a line process. One step
costs about 0.3 ms.
"""

import importlib.util
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from voicebot.speech.errors import ModelError

STEP_SAMPLES = 512
"""32 ms at 16 kHz."""
CONTEXT_SAMPLES = 64
STATE_SHAPE = (1, 1, 128)

LOUDEST_RMS = 840.0
"""-26 dBm0. Louder speech is turned down to it: near full scale on a narrowband line the model misses a good
part of it (measured: 72 % of a loud voice's steps found as it came, 90 % turned down; quiet speech does not care).
"""
QUIET = 0.1
"""A step less likely speech than this counts as silence."""
FORGET_STEPS = 62
"""Two seconds of silence, after which the model's state is begun anew. It drifts while a line is silent: of 16
recorded telephone voices it found 94 % of the first second's steps after 1 s of silence, 56 % after 15 s and 33 %
after 40 s, speech being noticed up to 1.9 s late; begun anew 95 % and 0.2 s at the worst.
"""
RELEASE = 0.995
"""What is left of the level a frame later: 20 ms frames forget a loud voice by half in 2.8 s."""


def model_path() -> Path:
    """Where faster-whisper keeps the model. Raises ModelError."""
    spec = importlib.util.find_spec("faster_whisper")
    for folder in spec.submodule_search_locations or [] if spec else []:
        path = Path(folder) / "assets" / "silero_vad_v6.onnx"
        if path.is_file():
            return path
    raise ModelError("the voice activity model is missing; mend with: pip install --force-reinstall faster-whisper")


def load_session(path: Path | None = None) -> onnxruntime.InferenceSession:
    """The model on one thread. A session may be shared by all streams of a process. Raises ModelError."""
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    path = path or model_path()
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no base but this
        raise ModelError(f"the voice activity model {path} cannot be loaded: {error}") from error


class VoiceActivity:
    """One stream's voice activity: 16 kHz, 16-bit signed little-endian, mono in; probabilities out."""

    def __init__(self, session: onnxruntime.InferenceSession | None = None) -> None:
        self._session = session or load_session()
        self.reset()

    def reset(self) -> None:
        """Forget everything heard, as at the start of a call."""
        self._h = np.zeros(STATE_SHAPE, dtype=np.float32)
        self._c = np.zeros(STATE_SHAPE, dtype=np.float32)
        self._context: NDArray[np.float32] = np.zeros(CONTEXT_SAMPLES, dtype=np.float32)
        self._pending = b""
        self._level = 0.0
        self._silent_steps = 0

    def push(self, frame: bytes) -> list[float]:
        """Take a frame of whole samples (20 ms is 640 bytes); return the probability of speech, 0 to 1, of
        each 32 ms that is now complete: mostly one, sometimes none.
        """
        self._pending += self._turned_down(frame)
        probabilities = []
        while len(self._pending) >= 2 * STEP_SAMPLES:
            step, self._pending = self._pending[: 2 * STEP_SAMPLES], self._pending[2 * STEP_SAMPLES :]
            probabilities.append(self._step(np.frombuffer(step, dtype="<i2").astype(np.float32) / np.float32(32768)))
        return probabilities

    def _turned_down(self, frame: bytes) -> bytes:
        samples = np.frombuffer(frame, dtype="<i2").astype(np.float32)
        if not samples.size:
            return frame
        self._level = max(float(np.sqrt(np.mean(samples**2))), self._level * RELEASE)
        if self._level <= LOUDEST_RMS:
            return frame
        return (samples * np.float32(LOUDEST_RMS / self._level)).astype("<i2").tobytes()

    def _step(self, samples: NDArray[np.float32]) -> float:
        window = np.concatenate((self._context, samples))[np.newaxis]
        output, self._h, self._c = self._session.run(None, {"input": window, "h": self._h, "c": self._c})
        self._context = samples[-CONTEXT_SAMPLES:]
        probability = float(output.reshape(-1)[0])
        self._silent_steps = self._silent_steps + 1 if probability < QUIET else 0
        if self._silent_steps >= FORGET_STEPS:
            self._silent_steps = 0
            self._h = np.zeros(STATE_SHAPE, dtype=np.float32)
            self._c = np.zeros(STATE_SHAPE, dtype=np.float32)
        return probability
