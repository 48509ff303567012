"""What the bot is saying: utterances one after the other into the call, stoppable at any moment."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from telephony.audio import FRAMES_A_SECOND, SILENCE
from telephony.call import Call
from voicebot.dialogue import Say
from voicebot.speech.errors import SpeechUnavailable
from voicebot.voice import Voice

_PAUSE = SILENCE * (8 * FRAMES_A_SECOND // 10)
"""After a sentence that is said slowly."""


@dataclass
class _Utterance:
    say: Say
    parts: deque[bytes] = field(default_factory=deque)
    """PCM not handed to the call yet; bounded by the length of a text."""
    complete: bool = False


class Speaker:
    """Synthesis runs ahead of what is heard; the media clock moves it on through :meth:`tick`."""

    def __init__(self, call: Call, voice: Voice) -> None:
        self._call = call
        self._voice = voice
        self._waiting: deque[_Utterance] = deque()
        self._unmade: deque[_Utterance] = deque()
        """Those without their speech yet."""
        self._current: _Utterance | None = None
        self._producer: asyncio.Task[None] | None = None
        self.failed = False
        """Whether something could not be spoken; stays set until the next :meth:`say`."""

    def say(self, texts: Sequence[Say]) -> None:
        """Say these after what is being said."""
        self.failed = False
        new = [_Utterance(say) for say in texts]
        self._waiting.extend(new)
        self._unmade.extend(new)
        if self._producer is None or self._producer.done():
            self._producer = asyncio.create_task(self._produce())

    def stop(self) -> list[Say]:
        """Fall silent at once; what was not said to its end, for saying it again."""
        unsaid = [utterance.say for utterance in (self._current, *self._waiting) if utterance is not None]
        self._call.stop()
        self._waiting.clear()
        self._unmade.clear()
        self._current = None
        if self._producer is not None:
            self._producer.cancel()
            self._producer = None
        return unsaid

    def tick(self) -> None:
        """Every 20 ms: hand on what is ready, and go to the next utterance when one has been heard."""
        if self._current is not None:
            self._feed(self._current)
        if self._current is None and self._waiting and (self._waiting[0].parts or self._waiting[0].complete):
            self._current = self._waiting.popleft()
            self._feed(self._current)

    def _feed(self, utterance: _Utterance) -> None:
        while utterance.parts:
            self._call.play(utterance.parts.popleft())
        if utterance.complete:
            self._call.flush()
            if not self._call.playing:
                self._current = None

    @property
    def speaking(self) -> bool:
        return self._current is not None or bool(self._waiting)

    @property
    def audible(self) -> bool:
        """Whether the caller hears the bot right now."""
        return self._call.playing

    @property
    def protected(self) -> bool:
        """Whether what is being said, or is about to begin, cannot be interrupted."""
        now = self._current or (self._waiting[0] if self._waiting else None)
        return now is not None and now.say.protected

    async def _produce(self) -> None:
        while self._unmade:
            utterance = self._unmade.popleft()
            try:
                async for part in self._voice.speech(utterance.say.text, utterance.say.language):
                    utterance.parts.append(part)
                if utterance.say.slow:
                    utterance.parts.append(_PAUSE)
            except SpeechUnavailable:
                self.failed = True
            finally:
                utterance.complete = True
