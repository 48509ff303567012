"""What language a call is held in, and what may change it."""

from __future__ import annotations

from dataclasses import dataclass, replace

SHORT_S = 2.5
"""Speech shorter than this is no reason to change the language: Whisper is unsure of it (0.4 to 0.5)."""


@dataclass(frozen=True)
class CallLanguage:
    """What a caller speaks, and why that is believed."""

    current: str
    before: str | None = None
    """The language before a change that the caller has not confirmed yet by going on in it."""
    is_asked_for: bool = False
    """Whether the caller has asked for it."""
    leaning: str | None = None
    """Another language that what was said lately was likelier in, too short to tell."""
    leaning_s: float = 0.0
    """Seconds of speech that spoke for it."""

    def heard(self, language: str, spoken_s: float) -> CallLanguage:
        """After ``spoken_s`` seconds that were likelier in ``language`` than in any other."""
        if language == self.current:
            return replace(self, before=None, leaning=None, leaning_s=0.0)
        speaks_for = spoken_s + (self.leaning_s if language == self.leaning else 0.0)
        if speaks_for < SHORT_S and language != self.before:
            return replace(self, leaning=language, leaning_s=speaks_for)
        return CallLanguage(language, before=None if language == self.before else self.current)
