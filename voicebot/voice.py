"""The bot's voice in a line process: fixed prompts ready in memory, the rest streamed as it is made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Protocol

Progress = Callable[[str, int, int], None]


class Synthesis(Protocol):
    """What makes speech; the speech process in the product."""

    def synthesize(self, text: str, language: str) -> AsyncIterator[bytes]:
        """16 kHz PCM of a text, in pieces."""


class Voice:
    """Speech for texts. What :meth:`prepare` made is there even when the speech process is not."""

    def __init__(self, synthesis: Synthesis) -> None:
        self._synthesis = synthesis
        self._ready: dict[tuple[str, str], bytes] = {}

    async def prepare(self, texts: Iterable[tuple[str, str]], progress: Progress | None = None) -> None:
        """Make speech of (text, language) pairs ahead; raises what the synthesis raises."""
        wanted = [pair for pair in dict.fromkeys(texts) if pair not in self._ready]
        for done, (text, language) in enumerate(wanted):
            if progress is not None:
                progress("prompts", done, len(wanted))
            parts = [part async for part in self._synthesis.synthesize(text, language)]
            self._ready[text, language] = b"".join(parts)
        if progress is not None and wanted:
            progress("prompts", len(wanted), len(wanted))

    async def speech(self, text: str, language: str) -> AsyncIterator[bytes]:
        """The PCM of a text: at once if prepared, else as it is made."""
        ready = self._ready.get((text, language))
        if ready is not None:
            yield ready
            return
        async for part in self._synthesis.synthesize(text, language):
            yield part
