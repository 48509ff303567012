"""Addresses of pages and mail boxes as they are dictated: "borken Punkt de"."""

import re
from collections.abc import Mapping

from voicebot.speech.spoken_rules import Rule, rule

_TOP = "de|com|org|net|eu|info|nrw|gov|at|ch|nl|uk|io|app|online|gmbh|ruhr|koeln"
_FILES = "pdf|docx?|xlsx?|odt|jpe?g|png|zip|csv|txt"
_HOST = rf"(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?:{_TOP})(?![\w-])"
_PATH = r"(?::\d+)?(?:/[\w~%=&#?+./-]*[\w/])?"


def web_rules(signs: Mapping[str, str], domains: Mapping[str, str]) -> tuple[Rule, ...]:
    """Rules that say the `signs` in an address, and top-level `domains` or endings of files in their own way."""

    def said(match: re.Match[str]) -> str:
        address = re.sub(r"^[a-z]+://", "", match[0], flags=re.IGNORECASE).rstrip("/")
        parts = re.split(r"([^\w]|_)", address)
        spoken = []
        for index, part in enumerate(parts):
            if index % 2:
                spoken.append(signs.get(part, ""))
            elif index and parts[index - 1] == "." and part.lower() in domains:
                spoken.append(domains[part.lower()])
            else:
                spoken.append("w w w" if part.lower() == "www" else part)
        return " ".join(each for each in spoken if each)

    return (
        rule(r"(?<![\w@.])https?://[^\s,;)>\]\"']*[\w/]", said, needs=":", flags=re.IGNORECASE),
        rule(r"(?<![\w@.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", said, needs="@"),
        rule(rf"(?<![\w@.])www\.[\w.-]*\w{_PATH}", said, needs=".", flags=re.IGNORECASE),
        rule(rf"(?<![\w@.]){_HOST}{_PATH}", said, needs="."),
        rule(rf"(?<![\w@.])[\w-]+\.(?:{_FILES})(?!\w)", said, needs="."),
        rule(r"(?<![\w@])@(?=\w)", f"{signs['@']} ", needs="@"),
    )
