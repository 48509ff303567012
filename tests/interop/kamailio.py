"""Kamailio as a registrar and proxy on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from programs import Program, require

CONFIG = Path(__file__).with_name("kamailio.cfg")
MODULES = next(Path("/usr/lib").glob("*/kamailio/modules"), Path("/usr/lib/kamailio/modules"))
PASSWORD = "geheim"


@contextmanager
def kamailio(port: int, folder: Path) -> Iterator[Program]:
    """A registrar while the block runs; who registers there must know :data:`PASSWORD`."""
    program = require("kamailio")
    config = folder / "kamailio.cfg"
    text = (
        CONFIG.read_text(encoding="utf-8").replace('"MODULES"', f'"{MODULES}"').replace('"PASSWORD"', f'"{PASSWORD}"')
    )
    config.write_text(text, encoding="utf-8")
    address = f"127.0.0.1:{port}"
    server = Program(
        "kamailio",
        (
            program, "-f", str(config), "-DD", "-E", "-m", "32", "-M", "4", "-w", str(folder), "-Y", str(folder),
            "-l", f"udp:{address}", "-l", f"tcp:{address}",
        ),
    )  # fmt: skip
    try:
        server.wait_for_line("SO_RCVBUF is finally", 15)
        yield server
    finally:
        server.end()
