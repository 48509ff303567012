"""The little of SDP (RFC 8866) that codec selection needs."""

from __future__ import annotations

import re

_STATIC = {"0": "PCMU", "8": "PCMA", "9": "G722"}
"""Payload types that need no rtpmap (RFC 3551, table 4)."""


def _encodings(sdp: str) -> dict[str, str]:
    """Payload type → encoding name of the audio stream."""
    audio = re.search(r"^m=audio \d+(?:/\d+)? \S+ ([\d ]+)", sdp, re.MULTILINE)
    if audio is None:
        return {}
    mapped = dict(re.findall(r"^a=rtpmap:(\d+) ([^/\s]+)", sdp, re.MULTILINE))
    return {payload: (mapped.get(payload) or _STATIC.get(payload, "")).upper() for payload in audio.group(1).split()}


def offers(sdp: str, encoding: str) -> bool:
    """Whether the audio stream lists an encoding: ``offers(sdp, "G722")``."""
    return encoding.upper() in _encodings(sdp).values()


def keep_only(sdp: str, encoding: str) -> str:
    """The description with every other audio codec taken out; telephone events stay."""
    drop = [payload for payload, name in _encodings(sdp).items() if name not in (encoding.upper(), "TELEPHONE-EVENT")]
    lines = []
    for line in sdp.splitlines():
        if line.startswith("m=audio "):
            head, payloads = line.split(" ")[:3], line.split(" ")[3:]
            line = " ".join([*head, *(payload for payload in payloads if payload not in drop)])
        elif any(line.startswith((f"a=rtpmap:{payload} ", f"a=fmtp:{payload} ")) for payload in drop):
            continue
        lines.append(line)
    return "\r\n".join(lines) + "\r\n"
