"""What happens on a call, as values; units stand below the fields.

What the other side does wrong, or does early, is an event here and never an exception.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telephony.call import Call


@dataclass(frozen=True)
class Frame:
    """One tick of the media clock: what was heard and what was said in the same 20 ms."""

    heard: bytes
    """20 ms of PCM from the far side; silence while it is on hold."""
    played: bytes
    """20 ms of PCM that went to the far side; silence while the call is bridged."""
    at: float = 0.0
    """Seconds on the monotonic clock when the bridge handed the frame over; 0 in virtual time."""


@dataclass(frozen=True)
class Digit:
    """A key: ``0`` to ``9``, ``*``, ``#`` (RFC 4733 events or SIP INFO ``application/dtmf-relay``)."""

    digit: str


@dataclass(frozen=True)
class Ringing:
    """The far side has answered a call of ours for the present: 180 or 183, rarely another 1xx but 100."""

    code: int


@dataclass(frozen=True)
class Established:
    """The call is up in both directions (ACK sent or received) and media flow."""

    codec: str
    """Encoding name and clock rate as in SDP: ``G722/8000`` is written ``G722``."""


@dataclass(frozen=True)
class Held:
    """The far side put the call on hold, or took it back."""

    held: bool


class TransferResult(StrEnum):
    CONNECTED = "connected"
    BUSY = "busy"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    """The far side does not do REFER: nothing was dialled."""


@dataclass(frozen=True)
class TransferProgress:
    """A provisional sipfrag of a running transfer (RFC 3515, section 2.4.4)."""

    code: int
    reason: str


@dataclass(frozen=True)
class TransferOutcome:
    """How a transfer ended. A success may come once more, late, after :attr:`TransferResult.NO_ANSWER`."""

    result: TransferResult
    code: int
    """SIP status of the sipfrag or of the REFER itself; 0 if the far side fell silent."""
    reason: str = ""


@dataclass(frozen=True)
class Referred:
    """The far side sent REFER and this user agent follows it on a new leg."""

    target: str
    """The Refer-To URI."""
    leg: Call
    """The new leg; its events tell how the referred call goes."""


@dataclass(frozen=True)
class Replaced:
    """Somebody else has taken the far side's place (RFC 3891): the call goes on with them, under another Call-ID."""

    remote: str
    """Their number or user name; may be empty."""


@dataclass(frozen=True)
class CallEnded:
    """The last event of every call."""

    code: int
    """SIP status that ended it; 200 for an ordinary BYE, 487 where we gave up ringing."""
    reason: str


Event = (
    Frame | Digit | Ringing | Established | Held | TransferProgress | TransferOutcome | Referred | Replaced | CallEnded
)


def transfer_result(code: int) -> TransferResult:
    """The outcome that a final status of the referred call stands for (RFC 3261, section 21)."""
    if 200 <= code < 300:
        return TransferResult.CONNECTED
    if code in (486, 600):
        return TransferResult.BUSY
    if code in (603, 403, 607):
        return TransferResult.DECLINED
    if code in (408, 480, 487):
        return TransferResult.NO_ANSWER
    return TransferResult.UNREACHABLE
