"""An answer that came while the caller only paused: taken back when they go on.

A silence of a second ends most turns, and is a pause within some. Whoever goes on so soon is not reacting to the
answer but finishing their sentence; so both halves are understood together, as if the first had not been answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.dialogue import Do, LeaveMessage, Say
from voicebot.understanding.intents import is_backchannel, is_noise
from voicebot.understanding.normalise import fold
from voicebot.understanding.result import Intent, Understanding


@dataclass(frozen=True)
class Answered:
    """An utterance, and the conversation before it was answered."""

    before: Mapping[str, Any]
    """See :meth:`.Talk.memento`."""
    expecting: str | None
    """What the utterance was an answer to; see :meth:`.Understander.understand`."""
    heard: Understanding

    def is_all(self, longer: Understanding) -> bool:
        """Whether the longer utterance says nothing more: what was added is a "mhm", or a cough."""
        if longer.language != self.heard.language:
            return False
        first, whole = fold(self.heard.text), fold(longer.text)
        if whole.startswith(first):
            more = whole.removeprefix(first).strip()
            # To a question, "ja" is an answer.
            return not more or (self.expecting is None and (is_noise(more) or is_backchannel(more, longer.language)))
        # The beginning was heard differently. Only where words count for nothing but what they mean is that the same.
        is_question = self.expecting is None and self.heard.intent is Intent.SERVICE
        return is_question and _meaning(longer) == _meaning(self.heard)


def can_be_taken_back(actions: Sequence[Do]) -> bool:
    """Whether nothing was done but to speak, nor anything said that must be heard to its end."""
    return bool(actions) and all(
        (isinstance(action, Say) and not action.protected) or (isinstance(action, LeaveMessage) and not action.complete)
        for action in actions
    )


def _meaning(heard: Understanding) -> tuple[object, ...]:
    about = (heard.intent, heard.service, heard.aspect, heard.department, heard.emergency, heard.doubt, heard.choices)
    return (*about, *(_meaning(wish) for wish in heard.then))
