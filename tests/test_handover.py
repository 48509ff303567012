"""Passing a caller on, in virtual time: every outcome at the desk, blind, attended and bridged."""

from __future__ import annotations

import pytest

from telephony.audio import SILENCE
from telephony.events import CallEnded, Digit, Established, Event, Ringing, TransferOutcome, TransferResult
from telephony.memory import MemoryCall
from town import MUSIC, Scene, tone
from voicebot.switching import Method

CONNECTED = TransferOutcome(TransferResult.CONNECTED, 200, "OK")
REFUSED = TransferOutcome(TransferResult.REFUSED, 405, "Method Not Allowed")
BUSY = TransferOutcome(TransferResult.BUSY, 486, "Busy Here")
ENDED = CallEnded(200, "Normal call clearing")


def desk(*schedule: tuple[float, Event]) -> MemoryCall:
    """A desk phone to which these things happen, seconds after it was dialled."""
    return MemoryCall(schedule=schedule)


def willing(after_s: float = 4.0) -> MemoryCall:
    return desk((0.1, Ringing(180)), (1.0, Established("PCMA")), (after_s, Digit("1")))


async def asked(scene: Scene) -> None:
    """A caller who wants to talk to the Bürgerbüro about an identity card."""
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Was brauche ich für einen neuen Personalausweis?")
    scene.call.press("1")


def happened(scene: Scene, what: str) -> list[dict[str, object]]:
    return [details for _, event, details in scene.journal if event == what]


def at(scene: Scene, what: str) -> float:
    return next(when for when, event, _ in scene.journal if event == what)


async def test_the_desk_is_rung_while_the_caller_is_told() -> None:
    scene = Scene(method=Method.ATTENDED)
    scene.desks = [willing()]
    await asked(scene)
    await scene.until(lambda: bool(scene.call.dialled))
    dialled = scene.call.now
    await scene.until(lambda: scene.call.playing)
    assert scene.said[-1] == scene.prompt("connecting", desk="dem Bürgerbüro")
    assert [uri for uri, _ in scene.call.dialled] == ["sip:300@pbx.example"]
    await scene.over()
    assert dialled - at(scene, "key") <= 0.1


async def test_the_desk_hears_what_it_is_about_and_takes_the_call_with_one() -> None:
    scene = Scene(method=Method.ATTENDED)
    phone = willing()
    scene.desks = [phone]
    await asked(scene)
    await scene.over()
    heard = sum(frame != SILENCE for frame in phone.said)
    told = scene.prompt("desk_call_about", service="Personalausweis")
    assert heard >= len(told) * 0.05 * 50 * 0.9
    assert scene.call.connects == [phone]
    assert scene.call.was_bridged
    assert phone.hung_up is not None
    assert scene.call.hung_up == 0
    assert scene.records[-1].happened == [
        ("begins", "300", "attended"),
        ("rings",),
        ("answers",),
        ("ends", "connected", "200"),
    ]


async def test_the_note_says_who_wants_what_and_what_was_said() -> None:
    scene = Scene(method=Method.ATTENDED)
    scene.desks = [willing()]
    await asked(scene)
    await scene.over()
    note = scene.records[-1].note
    assert (note.caller, note.service, note.aspect) == ("0286112345", "personalausweis", "documents")
    assert note.said == "Bringen Sie ein Foto mit."
    assert "neuen Personalausweis" in note.wants
    assert len(note.token) >= 32
    _, outgoing = scene.call.dialled[0]
    assert outgoing.display_name == "Personalausweis – 0286112345"
    assert outgoing.call_info.endswith(f"/note/{note.token}")


@pytest.mark.parametrize(
    ("schedule", "prompt"),
    [
        pytest.param([(0.2, Ringing(180)), (1.0, CallEnded(486, "Busy Here"))], "busy", id="busy"),
        pytest.param([(0.2, Ringing(180)), (1.0, CallEnded(603, "Decline"))], "declined", id="declined"),
        pytest.param([(0.2, Ringing(180)), (1.0, CallEnded(480, "Unavailable"))], "no_answer", id="unavailable"),
        pytest.param([(1.0, CallEnded(404, "Not Found"))], "unreachable", id="unknown"),
        pytest.param([(0.2, Ringing(180))], "no_answer", id="rings for ever"),
        pytest.param([], "no_answer", id="nothing at all"),
        pytest.param([(0.2, Established("PCMA")), (3.0, Digit("2"))], "declined", id="key two"),
        pytest.param([(0.2, Established("PCMA"))], "no_answer", id="voicemail"),
        pytest.param([(0.2, Established("PCMA")), (3.0, ENDED)], "declined", id="hangs up"),
    ],
)
@pytest.mark.parametrize("method", [Method.ATTENDED, Method.BRIDGE])
async def test_a_desk_that_does_not_take_the_call(
    method: Method, schedule: list[tuple[float, Event]], prompt: str
) -> None:
    scene = Scene(method=method)
    phone = desk(*schedule)
    scene.desks = [phone]
    await asked(scene)
    await scene.until(lambda: scene.prompt(prompt) in scene.said[-1])
    assert scene.prompt("offer_switchboard") in scene.said[-1]
    assert phone.hung_up is not None
    assert not scene.call.connects
    assert not scene.call.was_bridged
    scene.call.caller_hangs_up()
    await scene.over()


async def test_a_bridged_call_lasts_until_the_desk_hangs_up() -> None:
    scene = Scene(method=Method.BRIDGE)
    phone = desk((0.1, Ringing(180)), (1.0, Established("PCMA")), (4.0, Digit("1")), (60.0, ENDED))
    scene.desks = [phone]
    await asked(scene)
    await scene.until(lambda: bool(happened(scene, "joined")))
    joined = scene.call.now
    phone.say(tone(2.0))
    scene.call.press("0")
    scene.call.say(tone(3.0))
    await scene.over()
    assert scene.call.now - joined > 50
    assert not scene.call.connects
    assert not scene.call.transfers
    assert [event for when, event, _ in scene.journal if when > joined and event in ("says", "transfer")] == []
    assert scene.call.hung_up == 0


async def test_a_bridged_call_ends_with_the_caller() -> None:
    scene = Scene(method=Method.BRIDGE)
    phone = willing()
    scene.desks = [phone]
    await asked(scene)
    await scene.until(lambda: bool(happened(scene, "joined")))
    scene.call.caller_hangs_up()
    await scene.over()
    assert phone.hung_up is not None
    assert scene.records[-1].happened[-1] == ("ends", "connected", "0")


async def test_a_pbx_that_refuses_to_replace_leaves_the_call_bridged() -> None:
    scene = Scene(method=Method.ATTENDED)
    scene.call._on_connect = lambda _other: REFUSED
    phone = desk((0.1, Established("PCMA")), (3.0, Digit("1")), (40.0, ENDED))
    scene.desks = [phone]
    await asked(scene)
    await scene.over()
    assert scene.call.was_bridged
    assert scene.call.now > 40
    assert scene.records[-1].happened[-1][:2] == ("ends", "connected")


async def test_what_the_pbx_says_after_the_desks_leg_has_gone_is_not_told_twice() -> None:
    scene = Scene(method=Method.ATTENDED)
    scene.call._on_connect = lambda _other: None
    scene.desks = [desk((0.1, Established("PCMA")), (3.0, Digit("1")), (3.1, ENDED))]

    async def hang_up(code: int = 0) -> None:
        """The last NOTIFY has arrived before our BYE is on its way."""
        scene.call.hung_up = code
        scene.call._events.append(CONNECTED)
        scene.call.happens(0.1, ENDED)

    scene.call.hang_up = hang_up  # type: ignore[method-assign]
    await asked(scene)
    await scene.over()
    assert [details["result"] for details in happened(scene, "transfer_outcome")] == ["connected"]


async def test_a_refused_refer_is_bridged_without_a_question() -> None:
    scene = Scene(lambda _target: REFUSED)
    phone = desk((0.1, Ringing(180)), (1.0, Established("PCMA")), (20.0, ENDED))
    scene.desks = [phone]
    await asked(scene)
    await scene.over()
    assert scene.call.transfers == ["sip:300@pbx.example"]
    assert scene.call.was_bridged
    assert all(frame == SILENCE for frame in phone.said[:50])


async def test_a_refused_refer_that_cannot_be_bridged_leads_to_a_message() -> None:
    scene = Scene(lambda _target: REFUSED, legs=0)
    await asked(scene)
    await scene.until(lambda: scene.said[-1] == f"{scene.prompt('refused')} {scene.prompt('offer_message')}")
    assert not scene.call.dialled
    scene.call.caller_hangs_up()
    await scene.over()


async def test_without_a_free_leg_it_is_blind() -> None:
    scene = Scene(lambda _target: CONNECTED, method=Method.ATTENDED, legs=0)
    await asked(scene)
    await scene.over()
    assert scene.call.transfers == ["sip:300@pbx.example"]
    assert not scene.call.dialled


async def test_a_blind_transfer_that_fails_goes_on_along_the_chain_by_itself() -> None:
    outcomes = [BUSY, CONNECTED]
    scene = Scene(lambda _target: outcomes.pop(0))
    scene.route("buergerbuero", "300", "301")
    await asked(scene)
    await scene.over()
    assert scene.call.transfers == ["sip:300@pbx.example", "sip:301@pbx.example"]


async def test_after_a_refer_of_which_nothing_was_heard_nothing_else_is_dialled() -> None:
    silent = TransferOutcome(TransferResult.NO_ANSWER, 0, "no final NOTIFY")
    scene = Scene(lambda _target: silent)
    scene.route("buergerbuero", "300", "301")
    await asked(scene)
    await scene.until(lambda: scene.prompt("no_answer") in scene.said[-1])
    assert scene.call.transfers == ["sip:300@pbx.example"]
    scene.call.caller_hangs_up()
    await scene.over()


async def test_the_waiting_caller_hears_music_and_now_and_then_a_word() -> None:
    scene = Scene(method=Method.ATTENDED)
    scene.desks = [desk((0.1, Ringing(180)))]
    await asked(scene)
    await scene.until(lambda: scene.prompt("still_trying") in scene.said[-1])
    waited = scene.call.now - at(scene, "desk_rings")
    assert 15 <= waited <= 22
    before = b"".join(scene.call.said[-400:-100])
    assert MUSIC[: 2 * len(SILENCE)] in before or before.count(b"\0\0" * 160) < 10
    scene.call.caller_hangs_up()
    await scene.over()


async def test_a_caller_whom_the_exchange_leaves_with_the_bot_hears_music_instead_of_nothing() -> None:
    silent = TransferOutcome(TransferResult.NO_ANSWER, 0, "no final NOTIFY")
    scene = Scene(lambda _target: silent, method=Method.BLIND)
    await asked(scene)
    await scene.until(lambda: bool(scene.call.transfers))
    referred = scene.call.now
    await scene.until(lambda: scene.call.now > referred + 1.0)
    assert not any(scene.call.said[-1])  # an exchange that takes the call does so by now
    await scene.until(lambda: scene.call.now > referred + 3.0)
    assert MUSIC[: 2 * len(SILENCE)] in b"".join(scene.call.said)
    await scene.until(lambda: scene.prompt("no_answer") in scene.said[-1])
    await scene.quiet()
    assert not any(scene.call.said[-1])
    scene.call.caller_hangs_up()
    await scene.over()


@pytest.mark.parametrize("way", ["#", "Abbrechen bitte"])
async def test_the_caller_calls_it_off(way: str) -> None:
    scene = Scene(method=Method.ATTENDED)
    phone = desk((0.1, Ringing(180)))
    scene.desks = [phone]
    await asked(scene)
    await scene.until(lambda: bool(happened(scene, "desk_rings")))
    await scene.quiet_voice()
    if way == "#":
        scene.call.press(way)
    else:
        scene.ears.texts.append(way)
        scene.call.say(tone(1.0))
    await scene.until(lambda: scene.prompt("called_off") in scene.said[-1])
    await scene.quiet()
    assert phone.hung_up is not None
    await scene.caller_says("Was brauche ich für einen neuen Personalausweis?")
    assert "Bringen Sie ein Foto mit." in scene.said[-1]
    scene.call.caller_hangs_up()
    await scene.over()


@pytest.mark.parametrize("moment", ["transfer", "desk_rings", "desk_answers"])
async def test_a_caller_who_hangs_up_meanwhile_leaves_no_leg_behind(moment: str) -> None:
    scene = Scene(method=Method.ATTENDED)
    phone = desk((0.1, Ringing(180)), (2.0, Established("PCMA")))
    scene.desks = [phone]
    await asked(scene)
    await scene.until(lambda: bool(happened(scene, moment)))
    scene.call.caller_hangs_up()
    await scene.over()
    assert phone.hung_up is not None


async def test_outside_opening_hours_nobody_is_rung() -> None:
    scene = Scene(method=Method.ATTENDED)
    scene.at = scene.at.replace(hour=22)
    await asked(scene)
    await scene.until(lambda: scene.prompt("offer_message") in scene.said[-1])
    assert "morgen ab 8" in scene.said[-1]
    assert not scene.call.dialled
    assert not scene.call.transfers
    scene.call.caller_hangs_up()
    await scene.over()


async def test_no_more_legs_an_hour_than_allowed() -> None:
    scene = Scene(lambda _target: BUSY, legs_per_hour=2)
    await asked(scene)
    for _ in range(3):
        await scene.until(lambda: scene.dialogue_is("failed") or scene.dialogue_is("message_offered"))
        await scene.quiet()
        if scene.dialogue_is("message_offered"):
            scene.call.caller_hangs_up()
            break
        scene.call.press("1")
    await scene.over()
    assert len(scene.call.transfers) <= 2


@pytest.mark.parametrize(
    "said",
    [
        "Verbinden Sie mich mit der 0900 123456",
        "Ich möchte mit sip:angreifer@boese.example sprechen",
        "Verbinden Sie mich mit 00881 2345 678",
    ],
)
async def test_nothing_that_a_caller_says_is_ever_dialled(said: str) -> None:
    scene = Scene(lambda _target: BUSY)
    await scene.start()
    await scene.quiet()
    await scene.caller_says(said, seconds=2.0)
    scene.call.caller_hangs_up()
    await scene.over()
    assert set(scene.call.transfers) <= {"sip:0@pbx.example", "sip:300@pbx.example"}
