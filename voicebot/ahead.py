"""Speech made while nobody calls, so that it is there when somebody does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from itertools import chain
from typing import Any, Protocol, TypeVar

from voicebot.repertoire import Text
from voicebot.speech.audio_store import Prepared
from voicebot.speech.errors import SpeechUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

PAUSE_S = 30.0
"""After a failure; a speech process that was restarted answers by then."""
MIB = 1024 * 1024


class Making(Protocol):
    """What makes speech ahead; the speech process in the product."""

    def prepare(self, text: str, language: str) -> Coroutine[Any, Any, Prepared]:
        """Keep the speech of a text where it is soon found."""


class Tally:
    """What was made so far, and whether there is room for more."""

    def __init__(self) -> None:
        self.made = 0
        """Sentences."""
        self._size = 0
        self._limit = 0

    def add(self, prepared: Prepared) -> None:
        self.made += prepared.made
        self._size += prepared.size
        self._limit = prepared.limit

    @property
    def off(self) -> bool:
        """Whether nothing is kept."""
        return self._limit == 0

    @property
    def full(self) -> bool:
        """Whether more would drive out what was made first. Sentences that texts share are counted with each."""
        return self._size > self._limit > 0

    @property
    def complaint(self) -> str:
        return f"speech.cache_mib = {self._limit // MIB} is too little to keep all that can be said"


class Calls:
    """How many calls are up; work that waits for none, and is given up for one."""

    def __init__(self) -> None:
        self._up = 0
        self._none = asyncio.Event()
        self._some = asyncio.Event()
        self._none.set()

    def began(self) -> None:
        self._up += 1
        self._none.clear()
        self._some.set()

    def ended(self) -> None:
        self._up -= 1
        if not self._up:
            self._some.clear()
            self._none.set()

    async def apart_from(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of ``work``, begun while no call is up, and again after each call that came between."""
        while True:
            await self._none.wait()
            working = asyncio.create_task(work())
            called = asyncio.create_task(self._some.wait())
            try:
                await asyncio.wait({working, called}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    return working.result()
            finally:
                for task in (working, called):
                    task.cancel()
                await asyncio.gather(working, called, return_exceptions=True)


async def speak_ahead(texts: Sequence[Text], speech: Making, calls: Calls, note: Callable[[str], None]) -> None:
    """Have the speech process keep speech of all texts, one at a time, while no call is up.

    It stops where nothing is kept or there is no more room. Texts that fail are tried once more at the end.
    """
    tally, failed = Tally(), list[Text]()
    for number, (text, language) in enumerate(chain(texts, failed)):
        try:
            tally.add(await calls.apart_from(partial(speech.prepare, text, language)))
        except SpeechUnavailable as error:
            if not failed:
                log.warning("speech is made when it is needed, until it can be made ahead: %s", error)
            if number < len(texts):
                failed.append((text, language))
            await asyncio.sleep(PAUSE_S)
            continue
        if tally.off:
            return
        if tally.full:
            note(f"{tally.complaint}; the rest is made when it is needed")
            return
    if tally.made:
        note(f"speech for all {len(texts)} texts is there, {tally.made} sentences of it new")
