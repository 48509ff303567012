"""What a call that we place says of itself: who calls, and about what.

The values come from callers and from a town's table. Whatever they hold, none of them can end a header, add another
or break the message: see :func:`header_fields` and :func:`name_addr`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

MOST_NAME = 80
"""Characters of a display name; a desk phone shows fewer."""
MOST_NUMBER = 32
"""Characters of a number: E.164 has 15 digits."""
MOST_USER_TO_USER = 128
"""Octets, as many as ISDN carries (RFC 7433, section 3.2)."""
MOST_CALL_INFO = 200
"""Characters of a URL; a longer one is left out, since a part of it leads nowhere."""

IDENTITIES = ("", "from", "asserted")


@dataclass(frozen=True)
class Outgoing:
    """Who calls, and about what, in the INVITE of a call that we place."""

    display_name: str = ""
    number: str = ""
    """Empty: the account's own user."""
    identity: str = ""
    """Where name and number stand: ``from`` in From, ``asserted`` in P-Asserted-Identity (RFC 3325), empty nowhere."""
    private: bool = False
    """``Privacy: id`` (RFC 3323, RFC 3325): the PBX is asked to keep an asserted identity to itself. What stands in
    From is shown all the same.
    """
    user_to_user: str = ""
    """Text for the desk in User-to-User (RFC 7433), as UTF-8."""
    call_info: str = ""
    """URL of what is known of the call, in Call-Info (RFC 3261, section 20.9)."""

    def __post_init__(self) -> None:
        if self.identity not in IDENTITIES:
            raise ValueError(f"identity = {self.identity!r}: must be one of {', '.join(map(repr, IDENTITIES))}")


ACCOUNT = Outgoing()
"""A call of the account itself, about nothing in particular."""


def name_addr(outgoing: Outgoing, user: str, domain: str) -> str:
    """``"name" <sip:number@domain>`` (RFC 3261, section 25.1)."""
    name = _printable(outgoing.display_name)[:MOST_NAME].strip()
    escaped = name.replace("\\", r"\\").replace('"', r"\"")
    quoted = f'"{escaped}" ' if escaped else ""
    number = quote(re.sub(r"[^0-9A-Za-z+*#._-]", "", outgoing.number)[:MOST_NUMBER], safe="+*") or user
    return f"{quoted}<sip:{number}@{domain}>"


def header_fields(outgoing: Outgoing, user: str, domain: str) -> list[tuple[str, str]]:
    """Names and values of the headers of the INVITE, From apart."""
    fields = []
    if outgoing.identity == "asserted":
        fields.append(("P-Asserted-Identity", name_addr(outgoing, user, domain)))
    if outgoing.private:
        fields.append(("Privacy", "id"))
    if outgoing.user_to_user:
        fields.append(("User-to-User", user_to_user(outgoing.user_to_user)))
    url = _url(outgoing.call_info)
    if url:
        fields.append(("Call-Info", f"<{url}>;purpose=info"))
    return fields


def user_to_user(text: str) -> str:
    """The value of a User-to-User header: hexadecimal, so that every text fits (RFC 7433, section 4.1)."""
    octets = text.encode(errors="replace")[:MOST_USER_TO_USER]
    # A character that was cut in the middle would make the rest unreadable, too.
    whole = octets.decode(errors="ignore").encode()
    return f"{whole.hex()};encoding=hex"


def refer_to(target: str, text: str) -> str:
    """A Refer-To that carries a User-to-User header for the new call; the bare target where there is no text."""
    if not text:
        return target
    uri = target.strip().removeprefix("<").removesuffix(">")
    return f"<{uri}{'&' if '?' in uri else '?'}User-to-User={quote(user_to_user(text), safe='')}>"


def _printable(text: str) -> str:
    """In one line, without control and formatting characters."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def _url(url: str) -> str:
    """The URL in ASCII, with whatever could end it escaped; empty if it is none, or too long."""
    escaped = quote(_printable(url), safe="%:/?#[]@!$&'()*+,;=~")
    absolute = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:.", escaped)
    return escaped if absolute and len(escaped) <= MOST_CALL_INFO else ""
