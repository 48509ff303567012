"""Whose turn it is on the processor: media go before everything else, where the machine lets us say so.

Niceness alone does not: Linux weighs it within a session or a control group only (sched(7), "The autogroup feature"),
and among busy programs a thread that wakes up waits for its turn even so. Real-time scheduling knows no such wait.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

NICE = -10
"""For kernels that allow us no real-time scheduling."""
CONVERSATION = 1
"""Real-time priority of everything but media in a process that has any (1 is the lowest). The conversation's threads
hold Python's lock, which the media clock waits for: if anything could keep them from the processor, it would keep the
clock, too.
"""
MEDIA = 2
"""What PJSIP's threads begin with. Its clock then raises itself as far as RLIMIT_RTPRIO allows."""


def nice() -> None:
    """Go before other programs as far as niceness does; for the work before the first call."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, min(NICE, os.getpriority(os.PRIO_PROCESS, 0)))


def real_time() -> bool:
    """Put every thread this process has, and those they start, under real-time scheduling; whether it is allowed."""
    try:
        # On Linux scheduling is a thread's.
        for thread in Path("/proc/self/task").iterdir():
            with contextlib.suppress(ProcessLookupError):
                os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(CONVERSATION))
    except PermissionError:
        return False
    return True


def media_thread() -> None:
    """Have the calling thread, and those it starts, go before the others of a process under real-time scheduling."""
    if os.sched_getscheduler(0) == os.SCHED_RR:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(MEDIA))
