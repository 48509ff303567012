"""Processes of one machine: started, watched, started again, and always ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
"""A process that ran this long was well: its next restart is quick again."""
USAGE = 2
"""Exit status of wrong settings or input, which no restart mends."""


async def spawn(
    *arguments: str, environ: Mapping[str, str] | None = None, piped: bool = False
) -> asyncio.subprocess.Process:
    """Start ``voicebot ARGUMENTS`` with our interpreter; ``environ`` is added to ours.

    It ends with us: the kernel signals it when this process dies (Linux, prctl(2)).
    """
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "voicebot",
        *arguments,
        env={**os.environ, **(environ or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE if piped else None,
        limit=2**20,
        preexec_fn=die_with_parent,
    )


def die_with_parent() -> None:
    import ctypes

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


async def end(process: asyncio.subprocess.Process, patience_s: float = 8.0) -> None:
    """SIGTERM, and SIGKILL for what does not listen."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), patience_s)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def events(process: asyncio.subprocess.Process) -> AsyncIterator[dict[str, Any]]:
    """The JSON lines that a piped process prints, until it ends."""
    assert process.stdout is not None
    async for line in process.stdout:
        with contextlib.suppress(ValueError):
            yield json.loads(line)


async def keep_running(name: str, arguments: tuple[str, ...], note: Callable[[str], None]) -> int:
    """Run ``voicebot ARGUMENTS`` and start it again whenever it fails, until cancelled.

    Returns only for an exit status that no restart mends.
    """
    pause = FIRST_PAUSE_S
    while True:
        began = time.monotonic()
        process = await spawn(*arguments)
        try:
            status = await process.wait()
        finally:
            await end(process)
        if status == USAGE:
            return status
        pause = FIRST_PAUSE_S if time.monotonic() - began > STEADY_S else min(LONGEST_PAUSE_S, pause * 2)
        note(f"the {name} process ended with status {status}; it is started again in {pause:g} s")
        await asyncio.sleep(pause)
