"""The voice of eSpeak NG, which speaks what Pico does not: for callers in tests and measurements."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from telephony.audio import AudioError, read_wav

_LONGEST_S = 30


def speak(text: str, language: str) -> bytes:
    """A text as 16 kHz PCM. Raises AudioError."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "speech.wav"
        try:
            subprocess.run(
                ["espeak-ng", "-v", language, "-w", str(wav), "--stdin"],
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
