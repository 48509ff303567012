"""What to do next: a transition table, without input or output.

Everything that happens on a call is one :class:`Input`; :meth:`Dialogue.step` looks up state and input in
:data:`.table.TABLE`, falls back to :data:`.table.ANYWHERE`, and returns the actions to carry out in order. The
handlers are plain functions over :class:`.talk.Talk`, a file for each way a conversation can go on.
"""

from __future__ import annotations

from voicebot.dialogue.conversation import Dialogue
from voicebot.dialogue.inputs import (
    CallOff,
    Do,
    HangUp,
    Input,
    Kind,
    LeaveMessage,
    Say,
    State,
    Transfer,
    heard,
    key,
)

__all__ = [
    "CallOff",
    "Dialogue",
    "Do",
    "HangUp",
    "Input",
    "Kind",
    "LeaveMessage",
    "Say",
    "State",
    "Transfer",
    "heard",
    "key",
]
