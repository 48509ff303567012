"""When the bot speaks and when it has finished, as its caller hears it."""

from __future__ import annotations

import math

from telephony.audio import FRAMES_A_SECOND

SOUND_FRAMES = 3
"""Fewer loud frames on end are a click: a decoder makes one now and then."""
FINISHED_S = 0.9
"""Silence of the bot after which the caller takes their turn: longer than a pause between its sentences."""
PAUSE_S = 0.6
"""Silence after which what follows is said anew: the longest pause within what a bot with the Pico voice said was
0.52 s."""
UNMOVED_S = 1.0
"""A bot that is still speaking so long after the caller has finished was not interrupted; if it replies, then without
a pause, and nobody can hear where the reply begins."""


class Ear:
    """Takes whether each 20 ms frame of the bot is loud; every time is in seconds on the media clock."""

    def __init__(self) -> None:
        self.began_at: float | None = None
        """When the bot began to reply to what the caller did last, or was seen not to be interrupted by it."""
        self.silent_since: float | None = None
        """The bot's last sound before it fell silent, where the caller had begun while it spoke."""
        self.cut_in = False
        """Whether the bot began to speak before the caller had finished."""
        self._loud_frames = 0
        self._sound_at = 0.0
        """The first of them."""
        self._quiet_frames: float = math.inf
        self._last_loud_at = -math.inf
        self._goes_on = False
        """Whether what the bot was saying when the caller began has not come to a pause yet."""

    def caller_begins(self) -> None:
        """The caller does something: what the bot says from now on is its reply."""
        self.began_at = self.silent_since = None
        self.cut_in = False
        self._goes_on = not self._is_quiet_for(PAUSE_S)

    def push(self, at: float, *, loud: bool, caller_speaks: bool, caller_ended_at: float) -> bool:
        """Take a frame; True when the bot is heard to begin, be it the reply or, with :attr:`cut_in`, too early."""
        self._loud_frames = self._loud_frames + 1 if loud else 0
        if self._loud_frames == 1:
            self._sound_at = at
        if self._loud_frames < SOUND_FRAMES:
            self._quiet_frames += 1
            if self._goes_on and self._is_quiet_for(PAUSE_S):
                self._goes_on = False
                self.silent_since = None if self.cut_in else self._last_loud_at
            return False
        self._quiet_frames = 0
        self._last_loud_at = at
        if self._goes_on:
            if not caller_speaks and at - caller_ended_at >= UNMOVED_S:
                self._goes_on, self.began_at = False, at
            return False
        if self.began_at is not None:
            return False
        if caller_speaks or self._sound_at < caller_ended_at:
            self._goes_on = self.cut_in = True  # the reply is still to come
        else:
            self.began_at = self._sound_at
        return True

    @property
    def quiet(self) -> bool:
        """Whether the bot says nothing at the moment."""
        return self._is_quiet_for(FINISHED_S)

    @property
    def finished(self) -> bool:
        """Whether the bot has replied, or has spoken on as if nothing had been done, and is silent now."""
        return self.quiet and self.began_at is not None

    def _is_quiet_for(self, seconds: float) -> bool:
        return self._quiet_frames > seconds * FRAMES_A_SECOND
