"""Programs that tests start: watched through their output, and always ended."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

OFFICE_HOURS = "2026-11-25T10:00"
"""When desks can be rung, whenever the tests run."""
NOTHING_IS_SKIPPED = bool(os.environ.get("CI") or os.environ.get("NOTHING_IS_SKIPPED"))
"""Set by CI and by tests/run: a test against a program of others fails where it would be skipped."""
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
"""Which of the processes that share the tests this is, so that no two use the same ports."""


def require(program: str) -> str:
    """The path of a program of others: without it a test fails in CI, and is skipped elsewhere."""
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is not None:
        return path
    if NOTHING_IS_SKIPPED:
        pytest.fail(f"{program} is not installed, and nothing is skipped here: see tests/run")
    pytest.skip(f"{program} is not installed: see tests/run")


class Program:
    """A process whose lines of output are kept as they come."""

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.out: list[str] = []
        self.err: list[str] = []
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self._readers = [
            threading.Thread(target=self._read, args=(stream, keep), daemon=True)
            for stream, keep in ((self._process.stdout, self._took_out), (self._process.stderr, self.err.append))
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: Any, keep: Callable[[str], None]) -> None:
        with stream:
            for line in stream:
                with self._news:
                    keep(line.rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def _took_out(self, line: str) -> None:
        self.out.append(line)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait_until(self, reached: Callable[[], Any], what: str, timeout: float) -> Any:
        """The first true value of ``reached``, which is asked again with every line of output."""
        deadline = time.monotonic() + timeout
        with self._news:
            while not (value := reached()):
                left = deadline - time.monotonic()
                ended = not any(reader.is_alive() for reader in self._readers)
                if left <= 0 or ended:
                    why = f"ended with status {self._process.poll()}" if ended else f"said nothing for {timeout:g} s"
                    raise AssertionError(f"{self.name} {why} while waiting for {what}\n{self.tail()}")
                self._news.wait(min(left, 0.2))
            return value

    def wait_for_line(self, pattern: str, timeout: float = 30.0, *, after: int = 0) -> str:
        """The first line on standard error, from number ``after`` on, in which ``pattern`` is found."""
        return self.wait_until(
            lambda: next((line for line in self.err[after:] if re.search(pattern, line)), None),
            f"a line with {pattern!r}",
            timeout,
        )

    def tail(self) -> str:
        """The end of all that it said, for a failing test."""
        return "\n".join([*self.out[-40:], "-- standard error:", *self.err[-40:]])

    def end(self, patience_s: float = 15.0) -> int:
        """SIGTERM, and SIGKILL for what does not listen; the exit status."""
        if self.running:
            self._process.terminate()
        try:
            status = self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        for reader in self._readers:
            reader.join(5)
        return status

    def wait(self, timeout: float) -> int:
        """Wait until it ends by itself; the exit status."""
        status = self._process.wait(timeout)
        for reader in self._readers:
            reader.join(5)
        return status

    def pause(self) -> None:
        """Have the kernel stop it: what is sent to it meanwhile arrives all at once at :meth:`resume`."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)


class Voicebot(Program):
    """``voicebot COMMAND`` as its users start it."""

    def __init__(self, *arguments: str, environ: Mapping[str, str]) -> None:
        super().__init__(f"voicebot {arguments[0]}", (sys.executable, "-m", "voicebot", *arguments), environ)

    def finish(self) -> None:
        """End it, and see that it ended well."""
        status = self.end()
        assert status == 0, f"{self.name} ended with status {status} on SIGTERM\n{self.tail()}"
        assert not any("Traceback" in line for line in self.err), self.tail()


class Line(Voicebot):
    """A line process and what its journal says."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.journal: list[dict[str, Any]] = []
        self.journal_file = Path(environ["VOICEBOT_DATA_STATE_DIR"]) / "journal.jsonl"
        """The same as a file, as programs read it."""
        self.host = environ["VOICEBOT_SIP_HOST"]
        self.port = int(environ["VOICEBOT_SIP_UDP_PORT"])
        super().__init__("line", "--journal", "--at", OFFICE_HOURS, environ=environ)

    def _took_out(self, line: str) -> None:
        super()._took_out(line)
        self.journal.append(json.loads(line))
        with self.journal_file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def events(self, event: str | None = None, *, call: str = "", **details: Any) -> list[dict[str, Any]]:
        """What happened so far; ``call`` is how the Call-ID begins."""
        return [
            entry
            for entry in list(self.journal)
            if event in (None, entry["event"])
            and entry["call"].startswith(call)
            and all(entry.get(key) == value for key, value in details.items())
        ]

    def wait_for(self, event: str, timeout: float = 30.0, *, call: str = "", **details: Any) -> dict[str, Any]:
        """The first such event, whether it has happened already or is to come."""
        wanted = " ".join([event, call, str(details or "")])
        return self.wait_until(
            lambda: next(iter(self.events(event, call=call, **details)), None), f"the event {wanted}", timeout
        )

    def finish(self) -> None:
        super().finish()
        ended = {entry["call"] for entry in self.events("ended")}
        left_open = {entry["call"] for entry in self.events("established")} - ended
        assert not left_open, f"calls that never ended: {left_open}\n{self.tail()}"


StartLine = Callable[..., AbstractContextManager[Line]]
"""Takes ``VOICEBOT_…`` settings by name."""
