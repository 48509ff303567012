"""``voicebot serve``: speech, line, web and, where there is some, mail process, watched."""

from __future__ import annotations

import asyncio

from voicebot.console import note
from voicebot.line import signals
from voicebot.processes import keep_running
from voicebot.settings import Settings


def wanted(settings: Settings, arguments: tuple[str, ...], at: str | None = None) -> list[tuple[str, tuple[str, ...]]]:
    """The processes to run, in the order of their start: name and command.

    :param at: the time that it is taken to be for the town's desks, as ``--at`` of the line
    """
    names = [*([] if settings.speech.uri else ["speech"]), "line"]
    names += [name for name, is_wanted in (("web", settings.web.port), ("mail", settings.mail.host)) if is_wanted]
    pretended = {"line": ("--at", at)} if at else {}
    return [(name, (name, *arguments, *pretended.get(name, ()))) for name in names]


async def run_serve(settings: Settings, arguments: tuple[str, ...], at: str | None = None) -> int:
    """Keep everything running until SIGTERM or SIGINT; the exit status.

    With ``speech.uri`` set, speech runs elsewhere and is not started; with ``web.port`` 0 there are no pages, and
    without ``mail.host`` there is no mail.
    """
    stop = asyncio.Event()
    async with signals(stop):
        keepers = [
            asyncio.create_task(keep_running(name, command, note)) for name, command in wanted(settings, arguments, at)
        ]
        stopped = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([stopped, *keepers], return_when=asyncio.FIRST_COMPLETED)
        for task in (stopped, *keepers):
            task.cancel()
        await asyncio.gather(stopped, *keepers, return_exceptions=True)
    return next((keeper.result() for keeper in keepers if keeper in done), 0)
