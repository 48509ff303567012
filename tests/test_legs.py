"""Calls that the endpoint places, connects and bridges, with telephones in processes of their own."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from legs import Bot, Leg, bot, rtp_ports
from phone import Phone, phone
from telephony import endpoint as endpoints
from telephony.bare import Telephone, TelephoneError
from telephony.events import (
    CallEnded,
    Digit,
    Established,
    Ringing,
    TransferOutcome,
    TransferProgress,
    TransferResult,
)
from telephony.outgoing import Outgoing
from telephony.settings import EndpointError
from tones import hum
from voicebot.ports import free_port

CALLER_HZ, DESK_HZ, OTHER_HZ = 440, 880, 1200
BOT_HZ = 620
TRANSFERS = 200
GROWTH_KIB = 1024
"""What the last three quarters of all transfers may add to the process. Legs that stayed would add ten times that."""
TRANSACTION_MS = 6000
"""How long PJSIP is to keep a transaction, instead of 32 s: its memory stops growing after that time only."""
_TD = 17
"""Position of that time among the integers that ``pjsip_cfg_t`` begins with."""


@pytest.fixture(scope="module")
def caller() -> Iterator[Phone]:
    with phone(free_port(), next(rtp_ports), tone=CALLER_HZ, user="caller") as it:
        yield it


@pytest.fixture(scope="module")
def desk() -> Iterator[Phone]:
    with phone(free_port(), next(rtp_ports), tone=DESK_HZ, user="desk") as it:
        yield it


async def told(telephone: Phone, event: str, since: int = 0, **details: Any) -> dict[str, Any]:
    return await asyncio.to_thread(telephone.wait_for, event, since=since, **details)


def speak(*legs: Leg) -> None:
    """Have the bot hum to them for longer than any test takes."""
    for leg in legs:
        for _ in range(60):
            leg.call.play(hum(BOT_HZ).astype("<i2").tobytes())


async def test_a_desk_rings_answers_and_hangs_up(desk: Phone) -> None:
    async with bot() as it:
        leg = await it.dial(desk.uri())
        assert leg.call.id
        assert await leg.event(Ringing) == Ringing(180)
        assert await leg.event(Established) == Established("G722")
        assert leg.call.peer == f"127.0.0.1:{desk.port}"
        assert it.endpoint.free_legs == 3
        await leg.hears(DESK_HZ)
        await leg.call.send_digits("9")
        assert (await leg.ended()).code == 200


@pytest.mark.parametrize("code", [404, 480, 486, 603])
async def test_a_desk_that_rejects_says_why(desk: Phone, code: int) -> None:
    async with bot() as it:
        leg = await it.dial(desk.uri(code))
        assert (await leg.ended()).code == code
        assert not leg.all(Established)
        assert bool(leg.all(Ringing)) == (code != 404)


async def test_a_desk_that_does_not_answer_stops_ringing_when_we_give_up(desk: Phone) -> None:
    since = len(desk.told)
    async with bot() as it:
        leg = await it.dial(desk.uri(0))
        await leg.event(Ringing)
        await leg.call.hang_up()
        assert (await leg.ended()).code == 487
        assert (await told(desk, "ended", since))["code"] == 487
        assert not desk.all("established", since=since)


async def test_a_desk_presses_keys(desk: Phone) -> None:
    async with bot() as it:
        leg = await it.reach(desk.uri())
        await leg.call.send_digits("7")
        assert await leg.event(Digit) == Digit("1")


async def test_bridged_far_sides_hear_each_other_and_nothing_of_ours(caller: Phone, desk: Phone) -> None:
    async with bot() as it:
        since = len(caller.told), len(desk.told)
        one, two = await it.reach(caller.uri()), await it.reach(desk.uri())
        speak(one, two)
        await told(caller, "hears", since[0], hz=BOT_HZ)
        await told(desk, "hears", since[1], hz=BOT_HZ)
        await one.call.bridge(two.call)
        await told(caller, "hears", since[0], hz=DESK_HZ)
        await told(desk, "hears", since[1], hz=CALLER_HZ)
        # We still hear both, and their keys.
        before = one.frames
        await one.hears(CALLER_HZ)
        await two.hears(DESK_HZ)
        await two.until(lambda: one.frames > before + 10, "frames")
        await two.call.send_digits("7")
        assert await two.event(Digit) == Digit("1")
        assert not one.call.playing
        since = len(caller.told), len(desk.told)
        await two.call.unbridge()
        speak(one, two)
        await told(caller, "hears", since[0], hz=BOT_HZ)
        await told(desk, "hears", since[1], hz=BOT_HZ)


@pytest.mark.parametrize("leaves", [0, 1])
@pytest.mark.parametrize("hung_up_by", ["far side", "us"])
async def test_the_end_of_one_leg_undoes_the_bridge(caller: Phone, desk: Phone, leaves: int, hung_up_by: str) -> None:
    async with bot() as it:
        legs, phones = [await it.reach(caller.uri()), await it.reach(desk.uri())], [caller, desk]
        await legs[0].call.bridge(legs[1].call)
        since = len(phones[1 - leaves].told)
        if hung_up_by == "us":
            await legs[leaves].call.hang_up()
        else:
            await legs[leaves].call.send_digits("9")
        assert (await legs[leaves].ended()).code == 200
        speak(legs[1 - leaves])
        await told(phones[1 - leaves], "hears", since, hz=BOT_HZ)
        await legs[1 - leaves].call.unbridge()
        await legs[1 - leaves].call.bridge(legs[leaves].call)
        assert not legs[1 - leaves].all(CallEnded)


async def test_both_far_sides_may_leave_at_once(caller: Phone, desk: Phone) -> None:
    """PJSIP aborts where it is asked to disconnect two media that are gone."""
    async with bot() as it:
        for number in range(12):
            one, two = await it.reach(caller.uri()), await it.reach(desk.uri())
            await one.call.bridge(two.call)
            if number % 3 == 0:
                await asyncio.gather(one.call.send_digits("9"), two.call.send_digits("9"))
            elif number % 3 == 1:
                await asyncio.gather(one.call.hang_up(), two.call.send_digits("9"))
            else:
                await asyncio.gather(one.call.hang_up(), two.call.hang_up(), one.call.unbridge())
            await one.ended()
            await two.ended()


async def test_a_bridge_waits_for_the_answer(caller: Phone, desk: Phone) -> None:
    async with bot() as it:
        since = len(caller.told)
        one, two = await it.reach(caller.uri()), await it.dial(desk.uri())
        await one.call.bridge(two.call)
        await told(caller, "hears", since, hz=DESK_HZ)
        await one.hears(CALLER_HZ)
        await two.hears(DESK_HZ)


async def test_a_call_is_bridged_with_one_other_at_a_time(caller: Phone, desk: Phone) -> None:
    async with bot() as it:
        since = len(caller.told)
        with phone(free_port(), next(rtp_ports), tone=OTHER_HZ) as other:
            legs = [await it.reach(each.uri()) for each in (caller, desk, other)]
            await legs[0].call.bridge(legs[1].call)
            await told(caller, "hears", since, hz=DESK_HZ)
            await legs[0].call.bridge(legs[2].call)
            await told(caller, "hears", since, hz=OTHER_HZ)
            speak(legs[1])
            await told(desk, "hears", hz=BOT_HZ)
            await legs[0].call.bridge(legs[0].call)
            await legs[2].close()


async def test_an_attended_transfer_leaves_caller_and_desk_talking() -> None:
    async with bot(callers=3) as it:
        with (
            phone(free_port(), next(rtp_ports), tone=DESK_HZ, user="desk") as desk,
            phone(free_port(), next(rtp_ports), tone=CALLER_HZ, user="caller", dial=it.uri) as caller,
        ):
            one, two = await it.taken(), await it.reach(desk.uri())
            await one.call.connect(two.call, timeout=10)
            assert (await one.event(TransferOutcome)).result is TransferResult.CONNECTED
            assert (await two.ended()).code == 200
            await one.close()
            await told(caller, "hears", hz=DESK_HZ, leg=1)
            await told(desk, "replaced", leg=0)
            await told(desk, "hears", hz=CALLER_HZ, leg=0)
            await it.all_free()
    assert desk.all("ended")
    assert caller.all("ended", leg=1)


async def test_a_telephone_that_refuses_to_be_connected_is_bridged(desk: Phone) -> None:
    with phone(free_port(), next(rtp_ports), "--refuses-refer", tone=CALLER_HZ) as caller:
        async with bot() as it:
            since = len(desk.told)
            one, two = await it.reach(caller.uri()), await it.reach(desk.uri())
            await one.call.connect(two.call, timeout=10)
            outcome = await one.event(TransferOutcome)
            assert (outcome.result, outcome.code) == (TransferResult.REFUSED, 603)
            await one.call.bridge(two.call)
            await told(caller, "hears", hz=DESK_HZ)
            await told(desk, "hears", since, hz=CALLER_HZ)
            assert not one.all(TransferProgress)


async def test_a_desk_that_is_gone_cannot_be_connected(caller: Phone, desk: Phone) -> None:
    async with bot() as it:
        one, two = await it.reach(caller.uri()), await it.reach(desk.uri())
        await two.close()
        since = len(caller.told)
        await one.call.connect(two.call, timeout=10)
        assert (await one.event(TransferOutcome)).result is TransferResult.REFUSED
        assert not caller.all("referred", since=since)
        assert not one.call.ended


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("", "Invalid"),
        ("nonsense", "Invalid"),
        ("sip:", "Invalid"),
        ("tel:+4928611234", "tel:"),
        ("sips:300@127.0.0.1", "transport"),
        ("sip:300@127.0.0.1;transport=tls", "transport"),
        ("sip:300@desk.invalid", "RESOLVE"),
    ],
)
async def test_what_cannot_be_dialled_is_one_clear_line(uri: str, why: str) -> None:
    async with bot() as it:
        with pytest.raises(EndpointError, match=rf"^cannot call {re.escape(repr(uri))}: .*{why}.*$") as error:
            await it.dial(uri)
        assert "\n" not in str(error.value)


async def test_no_more_legs_are_placed_than_there_are(desk: Phone) -> None:
    async with bot() as it:
        for free in (3, 2, 1, 0):
            await it.reach(desk.uri())
            assert it.endpoint.free_legs == free
        with pytest.raises(EndpointError, match="all 4 legs of this process are taken"):
            await it.dial(desk.uri())


async def test_a_leg_is_taken_for_as_long_as_its_invite_is_under_way() -> None:
    """A desk that answers nothing at all cannot be cancelled: PJSIP holds the call until it has timed out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead:
        dead.bind(("127.0.0.1", 0))
        it = Bot()
        await it.endpoint.start()
        try:
            leg = await it.dial(f"sip:300@127.0.0.1:{dead.getsockname()[1]}")
            await leg.call.hang_up()
            await leg.ended()
            assert await it.endpoint.run(lambda: len(it.endpoint._legs)) == 0
            assert it.endpoint.free_legs == 3
        finally:
            await it.endpoint.stop()


async def test_callers_beyond_the_setting_are_busy_and_leave_room_for_desks(desk: Phone) -> None:
    async with bot(callers=2) as it:
        callers = [Telephone("127.0.0.1", it.port) for _ in range(4)]
        try:
            for each in callers[:2]:
                ringing = asyncio.create_task(asyncio.to_thread(each.ring))
                await it.taken()
                await ringing
            for each in callers[2:]:
                with pytest.raises(TelephoneError, match="486 Busy Here"):
                    await asyncio.to_thread(each.ring)
            # The 486 is on its way before PJSIP has closed the call.
            assert await it.endpoint.run(lambda: it.endpoint.free_legs) == 2
            for _ in range(2):
                await it.reach(desk.uri())
        finally:
            for each in callers:
                await asyncio.to_thread(each.hang_up)


async def test_the_bot_lets_nobody_take_a_callers_place() -> None:
    """INVITE with Replaces (RFC 3891) would hand a stranger the caller's call."""
    async with bot() as it:
        with Telephone("127.0.0.1", it.port) as telephone, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            ringing = asyncio.create_task(asyncio.to_thread(telephone.ring))
            leg = await it.taken()
            await ringing
            stranger.bind(("127.0.0.1", 0))
            stranger.settimeout(5)
            here = f"127.0.0.1:{stranger.getsockname()[1]}"
            to_tag = telephone._to.partition(";tag=")[2]
            body = (
                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                "m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
            )
            lines = [
                f"INVITE {it.uri} SIP/2.0",
                f"Via: SIP/2.0/UDP {here};branch=z9hG4bK1",
                f"From: <sip:stranger@{here}>;tag=1",
                f"To: <{it.uri}>",
                "Call-ID: stranger",
                "CSeq: 1 INVITE",
                f"Contact: <sip:stranger@{here}>",
                "Max-Forwards: 70",
                f"Replaces: {telephone.call_id};to-tag={to_tag};from-tag={telephone._tag}",
                "Content-Type: application/sdp",
                f"Content-Length: {len(body)}",
            ]
            stranger.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), ("127.0.0.1", it.port))
            answer = await asyncio.to_thread(stranger.recv, 65_535)
            assert answer.startswith(b"SIP/2.0 488 ")
            assert not leg.all(CallEnded)
            assert it.endpoint.free_legs == 3


async def test_an_invite_goes_by_udp_however_long_it_is() -> None:
    """A PBX that takes TCP connections and does nothing with them would not ring before the call has timed out."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
    ):
        port = free_port()
        desk.bind(("127.0.0.1", port))
        desk.settimeout(5)
        tcp.bind(("127.0.0.1", port))
        tcp.listen()
        it = Bot(tcp_port=free_port())
        await it.endpoint.start()
        try:
            await it.dial(f"sip:300@127.0.0.1:{port}", Outgoing("Ä" * 80, "1" * 32, "from", user_to_user="x" * 128))
            invite = await asyncio.to_thread(desk.recv, 65_535)
        finally:
            await it.endpoint.stop()
    assert len(invite) > 1300
    assert invite.startswith(b"INVITE ")


@pytest.fixture
def short_transactions() -> Iterator[None]:
    times = (ctypes.c_int * (_TD + 1)).in_dll(endpoints._pjsip, "pjsip_sip_cfg_var")
    usual = times[_TD]
    assert usual == 32_000
    times[_TD] = TRANSACTION_MS
    yield
    times[_TD] = usual


@pytest.mark.usefixtures("short_transactions")
async def test_many_transfers_leave_nothing_behind() -> None:
    """Attended ones, one after the other, by a caller and a desk in processes of their own."""
    it = Bot(callers=3)
    await it.endpoint.start()
    pages_kib = os.sysconf("SC_PAGE_SIZE") // 1024
    sizes: list[tuple[int, int]] = []

    def size() -> tuple[int, int]:
        """Open files and sockets, and resident memory in KiB."""
        gc.collect()
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * pages_kib
        return len(list(Path("/proc/self/fd").iterdir())), resident

    async def serve(caller: Phone, desk: Phone) -> None:
        for number in range(TRANSFERS):
            one = await it.taken()
            two = await it.reach(desk.uri())
            await one.call.connect(two.call, timeout=10)
            assert (await one.event(TransferOutcome)).result is TransferResult.CONNECTED, number
            await one.close()
            await two.close()
            it.legs.clear()
            caller.forget()
            desk.forget()
            if number in (TRANSFERS // 4 - 1, TRANSFERS - 1):
                await asyncio.sleep(TRANSACTION_MS / 1000 + endpoints.SOCKETS_BACK_S)
                sizes.append(size())

    try:
        with (
            phone(free_port(), next(rtp_ports), tone=DESK_HZ) as desk,
            phone(free_port(), next(rtp_ports), dial=it.uri, times=TRANSFERS) as caller,
        ):
            await serve(caller, desk)
            await it.all_free()
        assert it.endpoint.free_legs == 4
        assert not it.endpoint._legs
        assert not it.endpoint._ended_legs
        assert len(it.endpoint._ports) <= 6
    finally:
        await it.endpoint.stop()
    (files, memory), (files_at_the_end, memory_at_the_end) = sizes
    assert files_at_the_end <= files
    assert memory_at_the_end - memory < GROWTH_KIB
    gc.collect()
    assert not [each for each in gc.get_objects() if isinstance(each, endpoints._Leg)]
