"""How the SIP endpoint is set up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MAX_CALLS = 4
"""Simultaneous legs the wheel is compiled for; it answers a fifth INVITE with 486 by itself."""

JITTER_BUFFER_MS = 80
"""How much of the far side's sound is gathered before it is heard. PJSIP's buffer begins with nothing, and takes
what gathers all the same for a queue to be shortened: under 60 ms of jitter it threw 8 to 12 % of the sound away. With
this it threw away none, in four calls of 6 s.
"""


class EndpointError(Exception):
    """The user agent cannot work as configured; the message says what and how to mend it."""


@dataclass(frozen=True)
class SipSettings:
    """Where and how to speak SIP. ``None`` as a port switches that transport off."""

    host: str = "0.0.0.0"
    """Address to bind; with a specific address it is also the one offered for media."""
    public_address: str = ""
    """Address to write into Contact and SDP where NAT stands between."""
    udp_port: int | None = 5060
    tcp_port: int | None = 5060
    tls_port: int | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_ca: Path | None = None
    """CA list to verify the far side of TLS connections that we open; without it they are not verified."""
    srtp: str = "optional"
    """``off``, ``optional`` or ``required`` (SDES, RFC 4568)."""
    user: str = "voicebot"
    display_name: str = ""
    registrar: str = ""
    """SIP URI of the registrar, such as ``sip:pbx.example``; empty: no registration."""
    username: str = ""
    password: str = ""
    register_expires: int = 300
    """Seconds; registration is refreshed shortly before."""
    register_retry: int = 20
    """Seconds between attempts while the registrar is unreachable."""
    callers: int = MAX_CALLS
    """Calls accepted at the same time; 1 to 4."""
    rtp_port: int = 10_000
    """First of a range of 200 UDP ports for RTP and RTCP."""
    user_agent: str = "voicebot"
    codecs: tuple[str, ...] = ("G722", "PCMA", "PCMU")
    """What is spoken, in the order in which it is offered."""
    jitter_buffer_ms: int = JITTER_BUFFER_MS
    """Less for a caller that measures and has no jitter to expect."""
    follow_transfers: bool = False
    """Whether a REFER from the far side is obeyed; a bot that is rung never does (toll fraud)."""
