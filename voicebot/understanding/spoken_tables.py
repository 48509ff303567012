"""The words of numbers, times, dates and letters, one file a language beside the phrases."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from voicebot.understanding.phrasebook import LANGUAGES


@cache
def spoken_table(language: str) -> Mapping[str, Any]:
    """The tables of a language, or of the first of :data:`LANGUAGES` where it has none."""
    name = language if language in LANGUAGES else LANGUAGES[0]
    source = files("voicebot.understanding").joinpath("phrases", f"spoken_{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)
