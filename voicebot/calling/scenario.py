"""Scenario files: what a simulated caller does, when, and what is expected of the bot (docs/calling.md)."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from voicebot.calling.sounds import MADE, PAUSE, VOICES

KEYS = "0123456789*#ABCD"
"""What RFC 4733 can send."""

_ACTIONS = ("say", "play", "press", "wait_s", "hang_up")
_WHEN = ("after_s", "after_own_s", "after_refer_s")
_TURN = (*_ACTIONS, *_WHEN, "language", "lasts_s", "expect")
_SCENARIO = ("name", "number", "longest_s", "expect_transfer", "expect_end", "expect_state", "turn")


class ScenarioError(Exception):
    """A scenario file that cannot be played; the message says what and where."""


@dataclass(frozen=True)
class Turn:
    """One thing the caller does: speak, play a sound, press keys, wait, or hang up."""

    say: str = ""
    """With pauses such as ``[0.8]``, in seconds."""
    play: str = ""
    """A made sound's name, or the path of a WAV file."""
    press: str = ""
    wait_s: float = 0.0
    hang_up: bool = False
    language: str = "de"
    """That of the voice."""
    lasts_s: float | None = None
    """Length of a made sound that has none of its own."""
    after_s: float | None = None
    """Seconds after the bot began to speak."""
    after_own_s: float | None = None
    """Seconds after the caller's own last sound or key, or after the call was answered."""
    after_refer_s: float | None = None
    """Seconds after the bot's REFER. Without any of the three: when the bot has finished."""
    expect: str = ""
    """A regular expression for what the bot says until the next turn, upper and lower case alike."""

    @property
    def label(self) -> str:
        """What the caller does, in a word or in what is said."""
        if self.play:
            return self.play if self.play in MADE else Path(self.play).name
        if self.wait_s:
            return f"wait {self.wait_s:g} s"
        return self.say or self.press or "hang up"


@dataclass(frozen=True)
class Scenario:
    name: str
    turns: tuple[Turn, ...]
    longest_s: float = 120.0
    number: str = "caller"
    """Whom the caller's From header names."""
    expect_transfer: str | bool | None = None
    """The extension to which the bot has to transfer; True for any, False for none at all."""
    expect_end: str = ""
    """Who has to end the call: ``bot``, ``caller``, or a SIP status."""
    expect_state: str = ""
    """The conversation's state at the end, which only the line's journal tells."""

    @classmethod
    def load(cls, path: Path) -> Scenario:
        """Read a scenario; ScenarioError with file, turn and key for whatever is wrong in it."""
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ScenarioError(f"{path}: no such file") from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ScenarioError(f"{path}: cannot be read: {error}") from None
        table = _Table(str(path), data, _SCENARIO)
        turns = data.get("turn", [])
        if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
            raise ScenarioError(f"{path}: turn: not a list of tables; write each as [[turn]]")
        scenario = cls(
            name=table.text("name", path.stem, r"[^/]+"),
            turns=tuple(_turn(turn, number, path) for number, turn in enumerate(turns, start=1)),
            longest_s=table.seconds("longest_s") or cls.longest_s,
            number=table.text("number", cls.number, r"[\w.+-]+"),
            expect_transfer=table.text_or_flag("expect_transfer"),
            expect_end=table.text("expect_end", "", r"bot|caller|\d{3}"),
            expect_state=table.text("expect_state", "", r"[a-z_]+"),
        )
        for number, turn in enumerate(scenario.turns[:-1], start=1):
            if turn.hang_up:
                raise ScenarioError(f"{path}: turn {number + 1}: comes after the caller has hung up")
        return scenario


def _turn(data: Mapping[str, Any], number: int, path: Path) -> Turn:
    table = _Table(f"{path}: turn {number}", data, _TURN)
    table.at_most_one(_WHEN)
    actions = table.at_most_one(_ACTIONS)
    if not actions:
        table.refuse("", f"has none of {', '.join(_ACTIONS)}")
    if "language" in data and "say" not in data:
        table.refuse("language", "belongs to say")
    turn = Turn(
        say=_spoken(table),
        play=_sound(table, path.parent),
        press=table.text("press", "", f"[{re.escape(KEYS)}]+"),
        wait_s=table.seconds("wait_s") or 0.0,
        hang_up=table.flag("hang_up"),
        language=table.text("language", Turn.language, "|".join(VOICES)),
        lasts_s=table.seconds("lasts_s"),
        after_s=table.seconds("after_s"),
        after_own_s=table.seconds("after_own_s"),
        after_refer_s=table.seconds("after_refer_s"),
        expect=_pattern(table),
    )
    if not any(getattr(turn, action) for action in _ACTIONS):
        table.refuse(actions[0], f"{data[actions[0]]!r} does nothing")
    if turn.lasts_s is not None and turn.play not in ("noise", "tone"):
        table.refuse("lasts_s", "belongs to the sounds noise and tone")
    return turn


def _spoken(table: _Table) -> str:
    text = table.text("say")
    for wrong in re.findall(r"\[[^\]]*\]?", PAUSE.sub("", text)):
        table.refuse("say", f"{wrong} is no pause; write seconds, such as [0.8]")
    return text


def _sound(table: _Table, folder: Path) -> str:
    name = table.text("play")
    if not name or name in MADE:
        return name
    path = folder / name
    if not path.is_file():
        table.refuse("play", f"{path}: no such file, and none of the made sounds {', '.join(MADE)}")
    return str(path)


def _pattern(table: _Table) -> str:
    pattern = table.text("expect")
    try:
        re.compile(pattern)
    except re.error as error:
        table.refuse("expect", f"{pattern!r} is no regular expression: {error}")
    return pattern


class _Table:
    """The values of a TOML table, checked one by one; ``where`` is how complaints begin."""

    def __init__(self, where: str, data: Mapping[str, Any], known: tuple[str, ...]) -> None:
        self._where = where
        self._data = data
        for key in data.keys() - set(known):
            self.refuse(key, f"unknown; there are {', '.join(known)}")

    def refuse(self, key: str, why: str) -> NoReturn:
        raise ScenarioError(f"{self._where}: {key}: {why}" if key else f"{self._where}: {why}")

    def at_most_one(self, keys: tuple[str, ...]) -> list[str]:
        found = [key for key in keys if key in self._data]
        if len(found) > 1:
            self.refuse(found[1], f"cannot stand beside {found[0]}; write a turn for each")
        return found

    def text(self, key: str, default: str = "", pattern: str = r"(?s).*") -> str:
        value = self._data.get(key, default)
        if not isinstance(value, str):
            self.refuse(key, f"{value!r} is no text; put it into quotation marks")
        if value != default and not re.fullmatch(pattern, value):
            self.refuse(key, f"{value!r} is none of {pattern}")
        return str(value)

    def seconds(self, key: str) -> float | None:
        value = self._data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
            self.refuse(key, f"{value!r} is no number of seconds")
        return float(value)

    def flag(self, key: str) -> bool:
        value = self._data.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, f"{value!r} is neither true nor false")
        return bool(value)

    def text_or_flag(self, key: str) -> str | bool | None:
        value = self._data.get(key)
        return value if value is None or isinstance(value, bool) else self.text(key, "", r"[\w.+*#-]+")
