"""Whole conversations in virtual time over ``telephony.memory``, without models."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import Any

import pytest

from telephony.events import CallEnded, TransferOutcome, TransferResult
from town import Scene, tone
from voicebot.desk.message import Message
from voicebot.dialogue import LeaveMessage
from voicebot.session import Session
from voicebot.speech.client import Transcription

CONNECTED = TransferOutcome(TransferResult.CONNECTED, 200, "OK")
BUSY = TransferOutcome(TransferResult.BUSY, 486, "Busy Here")
SILENT = TransferOutcome(TransferResult.NO_ANSWER, 0, "no final NOTIFY")


async def test_the_bot_speaks_first_and_says_what_it_is() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    assert "künstlichen Intelligenz" in scene.said[0]
    assert "Null" in scene.said[0]
    assert "English" in scene.said[0]
    scene.call.caller_hangs_up()
    await scene.over()


async def test_asked_answered_and_transferred() -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Was brauche ich für einen neuen Personalausweis?")
    assert scene.said[-1] == "Bringen Sie ein Foto mit. " + scene.prompt("offer", desk="dem Bürgerbüro")
    scene.ears.texts.append("Ja, bitte verbinden.")
    scene.call.say(tone(1.0))
    await scene.over()
    assert scene.call.transfers == ["sip:300@pbx.example"]
    assert scene.call.hung_up == 0


async def test_the_transfer_waits_for_the_announcement() -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.quiet()
    scene.call.press("0")
    await scene.over()
    announced = next(at for at, what, _ in scene.journal if what == "says" and at > 1)
    referred = next(at for at, what, _ in scene.journal if what == "transfer")
    length = len(scene.prompt("connecting_person")) * 0.05
    assert length <= referred - announced <= length + 0.1
    assert scene.call.transfers == ["sip:0@pbx.example"]


@pytest.mark.parametrize("keys", ["1"])
async def test_key_one_connects_after_an_answer(keys: str) -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Was brauche ich für einen neuen Personalausweis?")
    scene.call.press(keys)
    await scene.over()
    assert scene.call.transfers == ["sip:300@pbx.example"]


async def test_busy_offers_the_switchboard() -> None:
    outcomes = [BUSY, CONNECTED]
    scene = Scene(lambda _target: outcomes.pop(0))
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Ich möchte mit dem Bürgerbüro sprechen")
    await scene.until(lambda: scene.prompt("busy") in scene.said[-1])
    assert scene.prompt("offer_switchboard") in scene.said[-1]
    await scene.quiet()
    scene.call.press("1")
    await scene.over()
    assert scene.call.transfers == ["sip:300@pbx.example", "sip:0@pbx.example"]


async def test_a_silent_desk_gives_the_caller_back_after_25_seconds() -> None:
    scene = Scene(lambda _target: SILENT)
    await scene.start()
    await scene.quiet()
    scene.call.press("0")
    await scene.until(lambda: bool(scene.call.transfers))
    asked = scene.call.now
    await scene.until(lambda: scene.prompt("no_answer") in scene.said[-1])
    assert 25.0 <= scene.call.now - asked < 25.2
    scene.call.caller_hangs_up()
    await scene.over()


async def test_a_late_answer_still_counts() -> None:
    scene = Scene(lambda _target: SILENT)
    await scene.start()
    await scene.quiet()
    scene.call.press("0")
    await scene.until(lambda: scene.prompt("no_answer") in scene.said[-1])
    scene.call._events.append(CONNECTED)
    await scene.over()
    assert scene.call.hung_up == 0


async def test_a_bye_after_refer_is_a_clean_end() -> None:
    scene = Scene(lambda _target: CallEnded(200, "Normal call clearing"))
    await scene.start()
    await scene.quiet()
    scene.call.press("0")
    await scene.over()
    assert scene.journal[-1][1] == "ended"


async def test_a_message_is_stored() -> None:
    scene = Scene(lambda _target: BUSY)
    await scene.start()
    await scene.quiet()
    scene.call.press("0")
    await scene.until(lambda: scene.prompt("offer_message") in scene.said[-1])
    await scene.quiet()
    scene.call.press("1")
    await scene.until(lambda: scene.prompt("message_name") in scene.said[-1])
    await scene.quiet()
    await scene.caller_says("Mein Name ist Anna Schmidt")
    assert scene.said[-1] == scene.prompt("message_own_number")
    scene.call.press("2")
    await scene.until(lambda: scene.said[-1] == scene.prompt("message_number"))
    await scene.quiet()
    scene.call.press("02861555#")
    await scene.until(lambda: scene.prompt("message_time") in scene.said[-1])
    await scene.until(lambda: bool(scene.messages))
    await scene.quiet()
    await scene.caller_says("Am besten vormittags")
    assert scene.said[-1] == scene.prompt("message_matter")
    await scene.caller_says("Es geht um einen Bauantrag")
    assert "Anna Schmidt" in scene.said[-1]
    scene.call.press("1")
    await scene.over()
    assert scene.said[-1] == scene.prompt("message_stored")
    message = scene.messages[-1]
    assert (message.name, message.number, message.caller) == ("Anna Schmidt", "02861555", "0286112345")
    assert (message.preferred_time, message.matter) == (
        "zwischen 8 und 12 Uhr („Am besten vormittags“)",
        "Es geht um einen Bauantrag",
    )
    assert [each.complete for each in scene.messages] == [False, False, False, True]


async def test_what_could_not_be_stored_is_not_called_passed_on(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene(lambda _target: CONNECTED)
    scene.stores_nothing = True
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Bitte rufen Sie mich zurück")
    for key in "1131":
        scene.call.press(key)
        await scene.quiet()
    assert "Ist das richtig?" in scene.said[-1]
    scene.call.press("1")
    await scene.over()
    assert scene.said[-1] == scene.prompt("message_not_stored")
    assert len(scene.call.transfers) == 1
    assert "a message could not be stored" in caplog.text


async def test_a_correction_by_voice_is_stored_too() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Bitte rufen Sie mich zurück")
    for key in "1131":
        scene.call.press(key)
        await scene.quiet()
    await scene.caller_says("Nein, die Nummer ist null zwei acht sechs eins neun drei neun")
    scene.call.press("1")
    await scene.over()
    assert [message.number for message in scene.messages] == ["0286112345"] * 3 + ["02861939"] * 2


async def test_a_correction_is_stored_after_what_it_corrects() -> None:
    scene, overtakes = Scene(), asyncio.Event()
    stored: list[str] = []

    async def keep(message: Message) -> str:
        if message.number == "1":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(overtakes.wait(), 0.2)  # in vain, if the correction waits
        stored.append(message.number)
        overtakes.set()
        return ""

    session = Session(scene.call, replace(scene._parts, keep=keep))
    for number in ("1", "2", "3"):
        session._keep(LeaveMessage("Anna", number, "Ausweis", "zentrale", "de"))
    await asyncio.gather(*session._background)
    assert stored == ["1", "2", "3"]


async def test_a_message_is_kept_when_the_caller_hangs_up_during_its_confirmation() -> None:
    scene = Scene(lambda _target: BUSY)
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Bitte rufen Sie mich zurück")
    await scene.caller_says("Anna Schmidt")
    scene.call.press("1")
    await scene.quiet()
    scene.call.press("3")
    await scene.quiet()
    scene.call.press("1")
    await scene.until(lambda: "Anna Schmidt" in scene.said[-1])
    scene.call.caller_hangs_up()
    await scene.over()
    assert [message.number for message in scene.messages] == ["0286112345"] * 3
    assert not any(message.complete for message in scene.messages)


async def test_a_message_is_kept_as_soon_as_name_and_number_are_known() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Bitte rufen Sie mich zurück")
    await scene.caller_says("Anna Schmidt")
    scene.call.press("1")
    await scene.until(lambda: scene.prompt("message_time") in scene.said[-1])
    scene.call.caller_hangs_up()
    await scene.over()
    assert [(message.name, message.number) for message in scene.messages] == [("Anna Schmidt", "0286112345")]


async def test_not_understood_is_said_otherwise_then_chosen_by_key_then_a_person() -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Xylophon Quark")
    assert scene.said[-1] == scene.prompt("not_understood")
    await scene.caller_says("Blubb Wumms")
    assert scene.said[-1].startswith(scene.prompt("not_understood_keys"))
    assert scene.prompt("keys_or_person") in scene.said[-1]
    assert scene.said[-1].endswith("Die Zwei ist Personalausweis.")
    scene.ears.texts.append("Blubb Wumms")
    scene.call.say(tone(1.0))
    await scene.over()
    assert scene.said[-1] == scene.prompt("not_understood_person")
    assert scene.call.transfers == ["sip:0@pbx.example"]


async def test_silence_is_asked_about_then_the_keys_are_named_then_a_person_takes_over() -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.over()
    keys = scene.prompt("silence_keys") + " " + scene.prompt("menu")
    assert scene.said[1:] == [scene.prompt("silence"), keys, scene.prompt("silence_person")]
    assert scene.call.transfers == ["sip:0@pbx.example"]
    assert scene.call.now < 60


async def test_silence_outside_working_hours_ends_with_goodbye() -> None:
    scene = Scene()
    scene.at = scene.at.replace(hour=22)
    await scene.start()
    await scene.over()
    assert scene.said[-1] == scene.prompt("silence_goodbye")
    assert scene.call.transfers == []
    assert scene.call.hung_up == 0
    assert scene.call.now < 60


async def test_the_disclosure_cannot_be_interrupted_and_the_question_asked_over_it_is_answered() -> None:
    scene = Scene()
    await scene.start()
    await scene.until(lambda: scene.call.playing)
    scene.ears.texts.append("Was brauche ich für einen neuen Personalausweis?")
    scene.call.say(tone(1.0))
    disclosure = len(scene.prompt("greeting")) * 0.05
    await scene.until(lambda: len(scene.said) == 2)
    assert scene.call.now >= disclosure
    assert "Foto" in scene.said[-1]
    scene.call.caller_hangs_up()
    await scene.over()


async def test_speech_silences_the_bot() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    scene.ears.texts += ["Datenschutz", "Auf Wiederhören"]
    scene.call.say(tone(1.0))
    await scene.until(lambda: scene.said[-1].startswith(scene.prompt("privacy")))
    await scene.until(lambda: scene.call.playing)
    scene.call.pause(1.0)
    scene.call.say(tone(1.5))
    began = scene.call.now + 1.0
    await scene.until(lambda: not scene.call.playing)
    assert scene.call.now - began < 0.35
    await scene.over()


async def test_noise_lets_the_bot_go_on() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    scene.ears.texts += ["Datenschutz", ""]
    scene.call.say(tone(1.0))
    await scene.until(lambda: scene.call.playing)
    scene.call.say(tone(0.6))
    await scene.until(lambda: not scene.call.playing)
    await scene.until(lambda: scene.call.playing)
    assert scene.said[-1].startswith(scene.prompt("privacy"))
    scene.call.caller_hangs_up()
    await scene.over()


async def test_an_emergency_is_answered_at_once() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Hier brennt es, kommen Sie schnell")
    assert scene.said[-1] == scene.prompt("emergency_112")
    scene.call.caller_hangs_up()
    await scene.over()


async def test_deaf_means_an_apology_and_the_switchboard() -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.quiet()
    scene.ears.texts.append(None)
    scene.call.say(tone(1.0))
    await scene.over()
    assert scene.said[-1] == scene.prompt("apology")
    assert scene.call.transfers == ["sip:0@pbx.example"]


async def test_mute_means_an_apology_and_the_switchboard() -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.quiet()
    scene.mouth.broken = True
    scene.ears.texts.append("Was brauche ich für einen neuen Personalausweis?")
    scene.call.say(tone(1.0))
    await scene.over()
    assert scene.said[-1] == scene.prompt("apology")
    assert scene.call.transfers == ["sip:0@pbx.example"]


async def test_a_sample_is_not_spoken_unless_allowed() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Was kostet der Personalausweis?")
    assert scene.said[-1] == scene.prompt("no_source", desk="dem Bürgerbüro")
    scene.call.caller_hangs_up()
    await scene.over()


async def test_the_first_sample_of_a_call_is_called_one() -> None:
    scene = Scene(speak_samples=True)
    await scene.start()
    await scene.quiet()
    for expected in (True, False):
        await scene.caller_says("Was kostet der Personalausweis?")
        assert scene.said[-1].startswith(scene.prompt("sample_notice")) is expected
    scene.call.caller_hangs_up()
    await scene.over()


async def test_another_authority_is_named_and_not_dialled() -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Wo beantrage ich einen Führerschein?")
    assert scene.said[-1].startswith("Den Führerschein macht der Kreis.")
    assert scene.call.transfers == []
    scene.call.caller_hangs_up()
    await scene.over()


async def test_goodbye_ends_the_call() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    scene.ears.texts.append("Danke, auf Wiederhören")
    scene.call.say(tone(1.0))
    await scene.over()
    assert scene.said[-1] == scene.prompt("goodbye")
    assert scene.call.hung_up == 0


@pytest.mark.parametrize("after_s", [0.0, 0.1, 1.0, 5.0, 9.0])
async def test_hanging_up_at_any_moment_is_clean(after_s: float) -> None:
    scene = Scene()
    await scene.start()
    scene.ears.texts.append("Was brauche ich für einen neuen Personalausweis?")
    scene.call.pause(4.0)
    scene.call.say(tone(2.0))
    await scene.until(lambda: scene.call.now >= after_s)
    scene.call.caller_hangs_up()
    await scene.over()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert left == []


async def test_a_typed_number_may_begin_with_zero_and_a_lone_zero_is_a_person() -> None:
    for keys, transfers in (("02861939", 1), ("0", 2)):
        scene = Scene(lambda _target: BUSY, remote="")
        await scene.start()
        await scene.quiet()
        scene.call.press("0")
        await scene.until(lambda scene=scene: scene.prompt("offer_message") in scene.said[-1])
        await scene.quiet()
        scene.call.press("1")
        await scene.quiet()
        await scene.caller_says("Anna Schmidt")
        assert scene.said[-1] == scene.prompt("message_number")
        scene.call.press(keys)
        await scene.until(lambda scene=scene: scene.said[-1] != scene.prompt("message_number"))
        await scene.until(lambda scene=scene, wanted=transfers: len(scene.call.transfers) == wanted)
        scene.call.caller_hangs_up()
        await scene.over()
        assert [message.number for message in scene.messages] == ([keys] if keys != "0" else [])


async def test_an_error_of_ours_passes_the_caller_on(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.quiet()
    scene.ears.texts.clear()  # the fake's own error: it was asked once too often
    scene.call.say(tone(1.0))
    with pytest.raises(IndexError):
        await scene.over()
    assert scene.call.transfers == ["sip:0@pbx.example"]
    assert scene.call.hung_up == 0


class Slow:
    """Ears that hear late."""

    def __init__(self, scene: Scene, late_s: float) -> None:
        self._scene, self.late_s = scene, late_s

    async def transcribe(self, pcm: bytes, **request: Any) -> Transcription:
        free = self._scene.call.now + self.late_s
        await self._scene.until(lambda: self._scene.call.now >= free)
        return await self._scene.ears.transcribe(pcm, **request)


async def test_a_yes_that_is_understood_late_is_an_answer() -> None:
    scene = Scene(lambda _target: CONNECTED)
    slow = Slow(scene, 0.0)
    scene._parts = replace(scene._parts, recognition=slow)
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Was kostet ein Personalausweis?")
    slow.late_s = 4.0
    scene.ears.texts.append("Ja")
    scene.call.say(tone(0.6))
    await scene.until(lambda: scene.dialogue_is("transferring"))
    await scene.over()
    assert sum(what == "acknowledges" for _, what, _ in scene.journal) == 1


@pytest.mark.parametrize(("busy_s", "acknowledged"), [(1.0, 0), (4.0, 1)])
async def test_who_waits_much_longer_than_usual_hears_that_somebody_is_there(busy_s: float, acknowledged: int) -> None:
    scene = Scene()

    scene._parts = replace(scene._parts, recognition=Slow(scene, busy_s))
    await scene.start()
    await scene.quiet()
    scene.ears.texts.append("Datenschutz")
    scene.call.say(tone(1.0))
    said = len(scene.said)
    await scene.until(lambda: len(scene.said) > said)
    assert scene.said[-1].startswith(scene.prompt("privacy"))
    assert sum(what == "acknowledges" for _, what, _ in scene.journal) == acknowledged
    scene.call.caller_hangs_up()
    await scene.over()
