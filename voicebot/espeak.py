"""The voice of eSpeak NG, which speaks what Pico does not: for callers in tests and measurements."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from telephony.audio import AudioError, read_wav

_LONGEST_S = 30


def speak(text: str, language: str, *, pitch: int = 50, words_a_minute: int = 175) -> bytes:
    """A text as 16 kHz PCM. Raises AudioError.

    :param language: ISO 639-1, or one of eSpeak NG's voices: ``tr+f2``
    :param pitch: 0 to 99
    """
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "speech.wav"
        try:
            subprocess.run(
                ["espeak-ng", "-v", language, "-p", str(pitch), "-s", str(words_a_minute), "-w", str(wav), "--stdin"],
                input=text.encode(),
                check=True,
                capture_output=True,
                timeout=_LONGEST_S,
            )
        except FileNotFoundError:
            raise AudioError("espeak-ng is not installed; mend with: apt install espeak-ng") from None
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise AudioError(f"espeak-ng does not speak {language}: {error}") from None
        return read_wav(wav)
