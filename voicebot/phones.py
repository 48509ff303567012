"""Calls that the bot places: only to the town's own targets, and only so many an hour."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable

from telephony.call import Call
from telephony.outgoing import Outgoing

HOUR_S = 3600.0


class LinePhones:
    """The outgoing legs of a line process.

    The limit is what a stolen or broken line can cost at most: whoever talks the bot into transfers without end reaches
    it, and callers are offered to be called back from then on.
    """

    def __init__(
        self,
        dial: Callable[[str, Outgoing], Awaitable[Call]],
        free_legs: Callable[[], int],
        legs_per_hour: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dial = dial
        self._free_legs = free_legs
        self._most = legs_per_hour
        self._clock = clock
        self._placed: deque[float] = deque(maxlen=legs_per_hour)
        """When the latest legs went out, seconds."""

    @property
    def free_legs(self) -> int:
        return self._free_legs()

    def allowed(self) -> bool:
        """Whether one more leg may go out; a REFER has one placed, too."""
        now = self._clock()
        while self._placed and self._placed[0] <= now - HOUR_S:
            self._placed.popleft()
        if len(self._placed) >= self._most:
            return False
        self._placed.append(now)
        return True

    async def dial(self, uri: str, outgoing: Outgoing) -> Call:
        """Ring somebody. Raises EndpointError."""
        return await self._dial(uri, outgoing)
