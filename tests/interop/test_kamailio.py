"""Registration at Kamailio with digest authentication, calls that come through it, and desks that it finds."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kamailio import PASSWORD, kamailio
from phone import Phone, phone
from programs import Line, Program, StartLine
from routed import brisk, chain, write_town
from sipp import sipp
from voicebot.ports import free_port
from voicebot.switching import Method

pytestmark = pytest.mark.interop

REGISTERED = "registered voicebot"
"""What Kamailio notes when it has taken a registration."""


REACHED = r"registered voicebot .* from ([\d.]+:\d+) as <sip:voicebot@\1[;>]"
"""The same, where the bot is called on the connection that the registration came on: after a restart the first may
name one that is gone, until the registrar has answered.
"""
ATTENDED, BLIND, ATTENDED_BUSY, BLIND_BUSY = "1111", "1121", "1131", "121"
"""What callers press to be passed on like that: to 300, then 301, or to 310, which is busy, then 301."""
CALLER_HZ, FIRST_HZ, SECOND_HZ = 440, 880, 1200

rtp_ports = itertools.cycle(range(32_000, 32_700, 100))


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def line(start_line: StartLine, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line whose registrar is not there when it starts. Extensions are the registrar's."""
    state = tmp_path_factory.mktemp("registered")
    write_town(
        state,
        chain("service:abfallgebuehren", Method.ATTENDED, "300", "301"),
        chain("service:abfallkalender", Method.BLIND, "300", "301"),
        chain("service:abwassergebuehren", Method.ATTENDED, "310", "301"),
        chain("steuern", Method.BLIND, "310", "301"),
    )
    with start_line(
        VOICEBOT_DATA_STATE_DIR=str(state),
        VOICEBOT_DATA_PROMPTS_DIR=brisk(tmp_path_factory.mktemp("prompts")),
        VOICEBOT_TRANSFER_HOST=f"127.0.0.1:{port}",
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


def test_the_registrar_finds_a_line_whose_refresh_fell_into_its_restart(line: Line, port: int, tmp_path: Path) -> None:
    # Taken for 10 s, refreshed 5 s before that: the refresh opens the new connection, before PJSIP tries again by
    # itself. Without a mended Contact every other restart leaves one that is gone.
    for _ in range(2):
        with kamailio(port, tmp_path) as registrar:
            registrar.wait_for_line(REGISTERED)
            time.sleep(4.4)
    with kamailio(port, tmp_path) as registrar:
        registrar.wait_for_line(REACHED)


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
        assert [text for text in line.err if "(401 " in text] == [note], "asked for in vain, or told twice"


# Desks, registered like the bot; whom REFER reaches is for Kamailio to find out.


@dataclass(frozen=True)
class Desks:
    port: int
    """Kamailio's."""
    pbx: Program
    first: Phone
    second: Phone
    busy: Phone


@pytest.fixture(scope="module")
def desks(line: Line, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    def desk(number: str, tone: int, status: str = "200") -> AbstractContextManager[Phone]:
        """A desk phone that answers like that, and presses 1 if it is asked."""
        registrar = ("--registrar", f"sip:127.0.0.1:{port}", "--password", PASSWORD)
        return phone(free_port(), next(rtp_ports), *registrar, "--desk", number, status, "1", user=number, tone=tone)

    with (
        kamailio(port, tmp_path_factory.mktemp("kamailio")) as pbx,
        desk("300", FIRST_HZ) as first,
        desk("301", SECOND_HZ) as second,
        desk("310", FIRST_HZ, "486") as busy,
    ):
        pbx.wait_for_line(REACHED, 90.0)
        yield Desks(port, pbx, first, second, busy)


@pytest.mark.parametrize(
    ("keys", "reached", "replacing"),
    [
        pytest.param(ATTENDED, "300", ["300"], id="attended"),
        pytest.param(BLIND, "300", [], id="blind"),
        pytest.param(ATTENDED_BUSY, "301", ["301"], id="attended, the first one busy"),
        pytest.param(BLIND_BUSY, "301", [], id="blind, the first one busy"),
    ],
)
def test_a_transfer_reaches_the_desk_that_is_meant(desks: Desks, keys: str, reached: str, replacing: list[str]) -> None:
    meant, other = (desks.first, desks.second) if reached == "300" else (desks.second, desks.first)
    since, meant_since, other_since, busy_since = (
        len(each) for each in (desks.pbx.err, meant.told, other.told, desks.busy.told)
    )
    to = f"sip:voicebot@127.0.0.1:{desks.port}"
    with phone(free_port(), next(rtp_ports), dial=to, keys=keys, user="0286112004", tone=CALLER_HZ) as caller:
        caller.wait_for("hears", hz=FIRST_HZ if reached == "300" else SECOND_HZ)
        meant.wait_for("hears", since=meant_since, hz=CALLER_HZ)
        # The bot has left, so what is heard does not come over it.
        caller.wait_for("ended", leg=0)
        assert (
            caller.all("referred")[-1]["target"].partition("?")[0].strip("<>")
            == f"sip:{reached}@127.0.0.1:{desks.port}"
        )
    meant.wait_for("ended", since=meant_since)
    assert not other.all("rings", since=other_since)
    assert bool(desks.busy.all("rings", since=busy_since)) == (reached == "301")
    invites = "\n".join(desks.pbx.err[since:])
    assert re.findall(r"INVITE for (\w+) by 0286112004; Replaces: .*to-tag=", invites) == replacing
