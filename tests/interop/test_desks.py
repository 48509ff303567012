"""Calls that the bot places, connects and bridges, with SIPp as desk and caller and baresip as desk."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from baresip import Baresip
from legs import Bot, Leg, bot
from phone import phone
from sipp import Played, peer
from telephony.audio import frames, write_wav
from telephony.events import (
    CallEnded,
    Digit,
    Established,
    Held,
    Ringing,
    TransferOutcome,
    TransferProgress,
    TransferResult,
)
from telephony.outgoing import Outgoing
from tones import hum, pitch
from voicebot.ports import free_port

pytestmark = pytest.mark.interop

CALLER_HZ, DESK_HZ, BOT_HZ = 440, 880, 620
RINGS = "180 Ringing"
EVENTS = 120
"""Payload type under which PJSIP offers telephone events."""


def address(desk: Played | Baresip) -> str:
    return f"sip:300@127.0.0.1:{desk.port}"


def header(message: str, name: str) -> list[str]:
    return re.findall(rf"^{name}: *(.*)$", message, re.MULTILINE)


async def done(method: Any, *arguments: Any) -> Any:
    return await asyncio.to_thread(method, *arguments)


async def finished(*runs: Played) -> None:
    """Wait until the scenarios have been played to their end."""
    for run in runs:
        await done(run.process.wait, 30)


def speak(*legs: Leg) -> None:
    for leg in legs:
        for _ in range(60):
            leg.call.play(hum(BOT_HZ).astype("<i2").tobytes())


# What the desk sees.


async def test_a_desk_sees_who_calls_and_about_what(tmp_path: Path) -> None:
    async with bot(display_name="Stadt Borken") as it:
        with peer("desk_stays", tmp_path, rings=RINGS) as desk:
            outgoing = Outgoing(
                "Personalausweis – 0286112345",
                "0286112345",
                "from",
                False,
                "Ausweis, englisch",
                "https://bot.example/7",
            )
            leg = await it.reach(address(desk), outgoing)
            assert leg.all(Ringing) == [Ringing(180)]
            await leg.close()
            await finished(desk)
        invite = desk.received("INVITE")
    [shown] = header(invite, "From")
    assert shown.startswith('"Personalausweis – 0286112345" <sip:0286112345@127.0.0.1>;tag=')
    [text] = header(invite, "User-to-User")
    assert bytes.fromhex(text.removesuffix(";encoding=hex")).decode() == "Ausweis, englisch"
    assert header(invite, "Call-Info") == ["<https://bot.example/7>;purpose=info"]
    assert not header(invite, "P-Asserted-Identity")
    assert not header(invite, "Privacy")
    assert header(desk.received("BYE"), "From") == [shown]


async def test_an_asserted_identity_leaves_from_as_it_is(tmp_path: Path) -> None:
    async with bot(display_name="Stadt Borken") as it:
        with peer("desk_stays", tmp_path, rings="183 Session Progress") as desk:
            leg = await it.reach(address(desk), Outgoing("Ausweis", "0286112345", "asserted", private=True))
            assert leg.all(Ringing) == [Ringing(183)]
            await leg.close()
            await finished(desk)
        invite = desk.received("INVITE")
    assert header(invite, "P-Asserted-Identity") == ['"Ausweis" <sip:0286112345@127.0.0.1>']
    assert header(invite, "Privacy") == ["id"]
    assert header(invite, "From")[0].startswith('"Stadt Borken" <sip:voicebot@127.0.0.1>;tag=')
    assert not header(invite, "User-to-User")
    assert not header(invite, "Call-Info")


@pytest.mark.parametrize("identity", ["from", "asserted"])
async def test_hostile_text_adds_no_header(tmp_path: Path, identity: str) -> None:
    text = 'Böse\\" <sip:a@b>\r\nX-Evil: 1\r\n\r\n\x00\x7f\u2028'
    async with bot() as it:
        with peer("desk_stays", tmp_path, rings=RINGS) as desk:
            plain = await it.reach(address(desk))
            await plain.close()
            await finished(desk)
        with peer("desk_stays", tmp_path, rings=RINGS) as evil:
            outgoing = Outgoing(text, text, identity, True, text, f"https://bot.example/{text}")
            leg = await it.reach(address(evil), outgoing)
            await leg.close()
            await finished(evil)

    def names(run: Played) -> set[str]:
        return set(re.findall(r"^([\w-]+):", run.received("INVITE").partition("\n\n")[0], re.MULTILINE))

    added = {"Privacy", "User-to-User", "Call-Info"} | ({"P-Asserted-Identity"} if identity == "asserted" else set())
    assert names(evil) - names(desk) == added
    place = "From" if identity == "from" else "P-Asserted-Identity"
    assert header(evil.received("INVITE"), place)[0].startswith(
        r'"Böse\\\" <sip:a@b> X-Evil: 1" <sip:BsesipabX-Evil1@127.0.0.1>'
    )


# How it answers.


@pytest.mark.parametrize(
    "answer",
    ["302 Moved Temporarily", "480 Temporarily Unavailable", "486 Busy Here", "503 Unavailable", "603 Decline"],
)
async def test_a_desk_that_rejects_says_why(tmp_path: Path, answer: str) -> None:
    """Forwarding is up to the PBX: nothing is dialled that a desk names."""
    async with bot() as it:
        with peer("desk_rejects", tmp_path, rings=RINGS, answer=answer) as desk:
            leg = await it.dial(address(desk))
            ended = await leg.ended()
            await finished(desk)
    assert f"{ended.code} {ended.reason}" == answer
    assert leg.events[0] == Ringing(180)


async def test_a_desk_is_told_that_we_have_given_up_ringing(tmp_path: Path) -> None:
    async with bot() as it:
        with peer("desk_rings_out", tmp_path, rings=RINGS) as desk:
            leg = await it.dial(address(desk))
            await leg.event(Ringing)
            await leg.call.hang_up()
            assert (await leg.ended()).code == 487
            await finished(desk)


async def test_a_desk_that_answers_as_we_give_up_is_hung_up(tmp_path: Path) -> None:
    async with bot() as it:
        with peer("desk_answers_as_it_is_cancelled", tmp_path, rings=RINGS) as desk:
            leg = await it.dial(address(desk))
            await leg.event(Ringing)
            await leg.call.hang_up()
            await leg.ended()
            await finished(desk)
            assert not leg.all(Established)


async def test_a_desk_that_is_stopped_with_us_rings_no_more(tmp_path: Path) -> None:
    it = Bot()
    await it.endpoint.start()
    with peer("desk_rings_out", tmp_path, rings=RINGS) as desk:
        leg = await it.dial(address(desk))
        await leg.event(Ringing)
        await it.endpoint.stop()
        await leg.ended()
        await finished(desk)


async def test_a_desk_presses_a_key_by_info_and_hangs_up(tmp_path: Path) -> None:
    async with bot() as it:
        with peer("desk_presses_and_leaves", tmp_path, rings=RINGS) as desk:
            leg = await it.dial(address(desk))
            assert (await leg.ended()).code == 200
            assert leg.all(Digit) == [Digit("1")]
            await finished(desk)


async def test_a_desk_presses_a_key_in_its_sound(tmp_path: Path) -> None:
    async with bot() as it:
        with peer("desk_stays", tmp_path, rings=RINGS, codecs=f"8 {EVENTS}", events=str(EVENTS)) as desk:
            leg = await it.reach(address(desk))
            await done(desk.ear.press, 2, EVENTS)
            assert await leg.event(Digit) == Digit("2")
            await leg.close()
            await finished(desk)


# Attended transfer.


async def test_the_caller_is_referred_to_the_desks_very_call(tmp_path: Path) -> None:
    async with bot() as it:
        with (
            peer("desk_stays", tmp_path, rings=RINGS) as desk,
            peer("caller_is_told", tmp_path, f"127.0.0.1:{it.port}", sipfrag="200 OK") as caller,
        ):
            one, two = await it.taken(), await it.reach(address(desk))
            await one.call.connect(two.call, timeout=10)
            outcome = await one.event(TransferOutcome)
            await one.close()
            await two.close()
            await finished(desk, caller)
        refer, ack = caller.received("REFER"), desk.received("ACK")
    assert (outcome.result, outcome.code) == (TransferResult.CONNECTED, 200)
    assert {progress.code for progress in one.all(TransferProgress)} == {100, 180}
    [target] = header(refer, "Refer-To")
    uri, _, query = target.removeprefix("<").removesuffix(">").partition("?")
    assert uri == address(desk)
    parts = dict(part.partition("=")[::2] for part in query.split("&"))
    assert parts["Require"] == "replaces"
    tags = [re.search(r";tag=(\S+)", header(ack, name)[0])[1] for name in ("To", "From")]  # type: ignore[index]
    assert unquote(parts["Replaces"]) == f"{two.call.id};to-tag={tags[0]};from-tag={tags[1]}"
    assert not set(parts["Replaces"]) & set(';=@<>"')
    assert header(refer, "Referred-By")


@pytest.mark.parametrize(
    ("sipfrag", "result"),
    [
        ("486 Busy Here", TransferResult.BUSY),
        ("480 Temporarily Unavailable", TransferResult.NO_ANSWER),
        ("408 Request Timeout", TransferResult.NO_ANSWER),
        ("603 Decline", TransferResult.DECLINED),
        ("481 Call/Transaction Does Not Exist", TransferResult.UNREACHABLE),
    ],
)
async def test_a_connection_that_fails_leaves_both_with_us(
    tmp_path: Path, sipfrag: str, result: TransferResult
) -> None:
    async with bot() as it:
        with (
            peer("desk_stays", tmp_path, rings=RINGS) as desk,
            peer("caller_is_told", tmp_path, f"127.0.0.1:{it.port}", sipfrag=sipfrag) as caller,
        ):
            one, two = await it.taken(), await it.reach(address(desk))
            await one.call.connect(two.call, timeout=10)
            assert (await one.event(TransferOutcome)).result is result
            assert not one.all(CallEnded)
            assert not two.all(CallEnded)
            await one.call.bridge(two.call)
            await one.close()
            await two.close()
            await finished(desk, caller)


async def test_a_subscription_that_ends_early_leaves_the_outcome_open(tmp_path: Path) -> None:
    async with bot() as it:
        with peer("caller_is_not_told", tmp_path, f"127.0.0.1:{it.port}") as caller:
            one = await it.taken()
            await one.call.transfer("sip:300@127.0.0.1", timeout=1.5)
            outcome = await one.event(TransferOutcome)
            await one.close()
            await finished(caller)
    assert (outcome.result, outcome.code) == (TransferResult.NO_ANSWER, 0)
    assert one.all(TransferProgress)


async def test_a_caller_who_leaves_after_the_refer_has_been_taken(tmp_path: Path) -> None:
    async with bot() as it:
        with (
            peer("desk_stays", tmp_path, rings=RINGS) as desk,
            peer("caller_leaves_after_refer", tmp_path, f"127.0.0.1:{it.port}") as caller,
        ):
            one, two = await it.taken(), await it.reach(address(desk))
            await one.call.connect(two.call, timeout=10)
            assert (await one.ended()).code == 200
            assert not one.all(TransferOutcome)
            await two.close()
            await finished(desk, caller)


async def test_a_blind_transfer_carries_text_for_the_desk(tmp_path: Path) -> None:
    async with bot() as it:
        with peer("caller_is_told", tmp_path, f"127.0.0.1:{it.port}", sipfrag="200 OK") as caller:
            one = await it.taken()
            await one.call.transfer("sip:300@pbx.example", timeout=10, user_to_user="Ausweis")
            assert (await one.event(TransferOutcome)).result is TransferResult.CONNECTED
            await one.close()
            await finished(caller)
        refer = caller.received("REFER")
    assert header(refer, "Refer-To") == [f"<sip:300@pbx.example?User-to-User={b'Ausweis'.hex()}%3Bencoding%3Dhex>"]


@pytest.mark.parametrize(
    "answer",
    [
        "403 Forbidden",
        "405 Method Not Allowed",
        "408 Request Timeout",
        "481 Call/Transaction Does Not Exist",
        "501 Not Implemented",
        "603 Decline",
    ],
)
async def test_a_refused_refer_is_told_as_such(tmp_path: Path, answer: str) -> None:
    code = int(answer[:3])
    async with bot() as it:
        with peer("caller_refuses_refer", tmp_path, f"127.0.0.1:{it.port}", answer=answer) as caller:
            one = await it.taken()
            await one.call.transfer("sip:300@127.0.0.1", timeout=10)
            outcome = await one.event(TransferOutcome)
            # With these two the far side says that there is no such call, and PJSIP ends it (RFC 3261, 12.2.1.2).
            if code in (408, 481):
                assert (await one.ended()).code == code
            else:
                assert not one.all(CallEnded)
                await one.close()
            await finished(caller)
    assert (outcome.result, outcome.code) == (TransferResult.REFUSED, code)


async def test_who_refuses_to_be_connected_is_bridged(tmp_path: Path) -> None:
    with phone(free_port(), 28_000, tone=DESK_HZ) as desk:
        async with bot() as it:
            with peer(
                "caller_refuses_refer", tmp_path, f"127.0.0.1:{it.port}", answer="405 Method Not Allowed"
            ) as caller:
                one, two = await it.taken(), await it.reach(desk.uri())
                speak(one)
                await done(caller.ear.hum, CALLER_HZ)
                await one.call.connect(two.call, timeout=10)
                assert (await one.event(TransferOutcome)).result is TransferResult.REFUSED
                await done(caller.ear.wait_for_pitch, BOT_HZ)
                await one.call.bridge(two.call)
                await done(caller.ear.wait_for_pitch, DESK_HZ)
                await asyncio.to_thread(desk.wait_for, "hears", hz=CALLER_HZ)
                # The caller may press keys and be heard by us all the while.
                await one.hears(CALLER_HZ)
                await one.close()
                await finished(caller)
            await two.hears(DESK_HZ)
            assert not two.all(CallEnded)


# Hold.


@pytest.mark.parametrize("hold", ["sendonly", "inactive"])
async def test_a_bridge_outlasts_a_hold_of_the_desk(tmp_path: Path, hold: str) -> None:
    with phone(free_port(), 28_000, tone=CALLER_HZ) as caller:
        async with bot() as it:
            with peer("desk_holds", tmp_path, rings=RINGS, hold=hold) as desk:
                one, two = await it.reach(caller.uri()), await it.reach(address(desk))
                await done(desk.ear.hum, DESK_HZ)
                await one.call.bridge(two.call)
                await done(desk.ear.wait_for_pitch, CALLER_HZ)
                await asyncio.to_thread(caller.wait_for, "hears", hz=DESK_HZ)
                assert await two.event(Held, 1) == Held(True)
                silence = await asyncio.to_thread(caller.wait_for, "hears", hz=0, since=len(caller.told))
                assert await two.event(Held, 2) == Held(False)
                await asyncio.to_thread(caller.wait_for, "hears", hz=DESK_HZ, since=caller.told.index(silence))
                await done(desk.ear.wait_for_pitch, CALLER_HZ)
                await two.close()
                await finished(desk)
            assert not one.all(CallEnded)


async def test_a_bridge_outlasts_a_hold_of_the_caller(tmp_path: Path) -> None:
    with phone(free_port(), 28_000, tone=DESK_HZ) as desk:
        async with bot() as it:
            with peer("caller_holds", tmp_path, f"127.0.0.1:{it.port}", hold="sendonly") as caller:
                one, two = await it.taken(), await it.reach(desk.uri())
                await done(caller.ear.hum, CALLER_HZ)
                await one.call.bridge(two.call)
                await done(caller.ear.wait_for_pitch, DESK_HZ)
                await one.event(Held, 2)
                await done(caller.ear.wait_for_pitch, DESK_HZ)
                await two.hears(DESK_HZ)
                since = len(desk.told)
                await asyncio.to_thread(desk.wait_for, "hears", hz=CALLER_HZ, since=0)
                await one.call.unbridge()
                speak(two)
                await asyncio.to_thread(desk.wait_for, "hears", hz=BOT_HZ, since=since)
                await one.close()
                await finished(caller)


# A softphone.


async def test_a_softphone_as_desk_is_bridged(tmp_path: Path) -> None:
    wav = tmp_path / "desk.wav"
    write_wav(wav, [np.tile(hum(DESK_HZ), 60).astype("<i2").tobytes()])
    with phone(free_port(), 28_000, tone=CALLER_HZ) as caller:
        desk = Baresip(tmp_path, "300", "", wav, account=";answermode=auto")
        try:
            async with bot() as it:
                one = await it.reach(caller.uri())
                two = await it.reach(address(desk), Outgoing("Ausweis – 0286", "0286112345", "from"))
                await one.call.bridge(two.call)
                await asyncio.to_thread(caller.wait_for, "hears", hz=DESK_HZ)
                await two.hears(DESK_HZ)
                await asyncio.sleep(1)
                await two.close()
        finally:
            desk.end()
    heard = [pitch(np.frombuffer(pcm, "<i2").astype(np.int32)) for pcm in _windows(desk.recording())]
    assert heard.count(CALLER_HZ) >= 3


def _windows(pcm: bytes) -> list[bytes]:
    """Pieces of 0.2 s."""
    each = list(frames(pcm))
    return [b"".join(each[start : start + 10]) for start in range(0, len(each) - 9, 10)]
