"""Languages whose way of reading aloud is a table: one TOML file each, found by the files that are there.

A language's rules are made when it is first spoken, and num2words is imported only then.
"""

import logging
from functools import cache

from voicebot.speech.spoken_rules import Rule

_log = logging.getLogger(__name__)


@cache
def rules(code: str) -> tuple[Rule, ...]:
    """Rules for a language (ISO 639-1) in the order in which they apply; none where there is no good table."""
    from voicebot.speech.spoken.reading import reading_rules
    from voicebot.speech.spoken.table import languages, load

    if code not in languages():
        return ()
    try:
        return reading_rules(load(code))
    except ValueError as error:
        _log.error("numbers are not read aloud in %s: %s", code, error)
        return ()
