"""Registration at Kamailio with digest authentication, and calls that come through it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kamailio import PASSWORD, kamailio
from programs import Line, StartLine
from sipp import sipp
from voicebot.ports import free_port

pytestmark = pytest.mark.interop

REGISTERED = "registered voicebot"
"""What Kamailio notes when it has taken a registration."""


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def line(start_line: StartLine, port: int) -> Iterator[Line]:
    """A line whose registrar is not there when it starts."""
    with start_line(
        VOICEBOT_SIP_REGISTRAR=f"sip:127.0.0.1:{port};transport=tcp",
        VOICEBOT_SIP_PASSWORD=PASSWORD,
        VOICEBOT_SIP_REGISTER_EXPIRES="30",
        VOICEBOT_SIP_REGISTER_RETRY="1",
    ) as line:
        yield line


def assert_takes_a_call(line: Line, folder: Path) -> None:
    with sipp("hang_up_at_once", line, folder) as call:
        assert call.wait_for("ended")["code"] == 200


def test_a_line_registers_as_soon_as_its_registrar_is_there(line: Line, port: int, tmp_path: Path) -> None:
    line.wait_for_line(f"sip:127.0.0.1:{port};transport=tcp cannot be reached .* trying again every 1 s")
    assert_takes_a_call(line, tmp_path)
    with kamailio(port, tmp_path):
        line.wait_for_line(f"registered at sip:127.0.0.1:{port}")


def test_a_line_registers_again_at_a_restarted_registrar(line: Line, port: int, tmp_path: Path) -> None:
    for _ in range(2):
        with kamailio(port, tmp_path) as registrar:
            registrar.wait_for_line(REGISTERED)


def test_a_call_through_the_registrar_is_transferred(line: Line, port: int, tmp_path: Path) -> None:
    with kamailio(port, tmp_path) as registrar:
        registrar.wait_for_line(REGISTERED)
        with sipp("refer_connected", line, tmp_path, to=f"127.0.0.1:{port}") as call:
            pass
    assert f"\nVia: SIP/2.0/UDP 127.0.0.1:{port};" in call.received("REFER"), "the bot left Kamailio's route"
    assert call.wait_for("transfer_outcome")["result"] == "connected"


def test_a_wrong_password_is_named_and_calls_are_taken_all_the_same(start_line: StartLine, tmp_path: Path) -> None:
    port = free_port()
    with (
        kamailio(port, tmp_path) as registrar,
        start_line(VOICEBOT_SIP_REGISTRAR=f"sip:127.0.0.1:{port}", VOICEBOT_SIP_PASSWORD="falsch") as line,
    ):
        note = line.wait_for_line("refuses our user name or password")
        assert "VOICEBOT_SIP_PASSWORD" in note
        assert_takes_a_call(line, tmp_path)
        assert not any(REGISTERED in text for text in registrar.err)
        assert [text for text in line.err if "401" in text] == [note]
