"""Who speaks when, on whole calls in virtual time: interruptions, sounds that are none, waiting, keys."""

from __future__ import annotations

import numpy as np
import pytest

from telephony.audio import FRAME_BYTES, SILENCE
from telephony.events import TransferOutcome, TransferResult
from town import Scene, tone

CONNECTED = TransferOutcome(TransferResult.CONNECTED, 200, "OK")
QUESTION = "Was brauche ich für einen neuen Personalausweis?"


async def answering(scene: Scene) -> None:
    """Until the bot is in the middle of the privacy notice: a statement, and a long one."""
    await scene.start()
    await scene.quiet()
    scene.ears.texts.append("Datenschutz")
    scene.call.say(tone(1.0))
    await scene.until(lambda: scene.said[-1].startswith(scene.prompt("privacy")))
    await scene.until(lambda: scene.call.playing)
    begun = scene.call.now
    await scene.until(lambda: scene.call.now > begun + 2.0)


def events(scene: Scene, name: str) -> list[float]:
    return [at for at, what, _ in scene.journal if what == name]


async def test_the_bot_falls_silent_within_a_quarter_of_a_second() -> None:
    scene = Scene()
    await answering(scene)
    scene.ears.texts.append(QUESTION)
    scene.call.say(tone(1.5))
    began = scene.call.now
    await scene.until(lambda: not scene.call.playing)
    assert scene.call.now - began <= 0.25
    await scene.until(lambda: "Foto" in scene.said[-1])


@pytest.mark.parametrize("heard", ["Mhm.", "Ja.", "Okay, ja.", "Na.", "Ah ha!", "Denau.", ""])
async def test_a_listener_who_hums_lets_the_bot_go_on_from_the_word(heard: str) -> None:
    scene = Scene()
    await answering(scene)
    scene.ears.texts.append(heard)
    scene.call.say(tone(0.3))
    said = len(scene.said)
    await scene.until(lambda: not scene.call.playing)
    silenced = scene.call.now
    await scene.until(lambda: scene.call.playing)
    assert scene.call.now - silenced < 1.2
    await scene.quiet()
    assert len(scene.said) == said
    assert events(scene, "goes_on")
    spoken = sum(1 for frame in scene.call.said if any(frame)) * 0.02
    whole = sum(len(text) for text in scene.said) * 0.05
    assert whole <= spoken + 0.2 <= whole + 1.2  # a word is said again, not the sentence
    scene.call.caller_hangs_up()
    await scene.over()


async def test_who_speaks_for_longer_and_is_not_understood_is_told_so() -> None:
    scene = Scene()
    await answering(scene)
    scene.ears.texts.append("Schnurrpfeifereien allemal.")
    scene.call.say(tone(1.2))
    await scene.until(lambda: bool(events(scene, "interrupted")))
    assert not events(scene, "goes_on")
    scene.call.caller_hangs_up()
    await scene.over()


async def test_a_yes_to_a_question_is_an_answer_even_while_it_is_asked() -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.quiet()
    scene.ears.texts.append(QUESTION)
    scene.call.say(tone(1.0))
    await scene.until(lambda: "Foto" in scene.said[-1])
    await scene.until(lambda: scene.call.playing)
    answer = len("Bringen Sie ein Foto mit.") * 0.05
    begun = scene.call.now
    await scene.until(lambda: scene.call.now > begun + answer + 0.5)
    scene.ears.texts.append("Ja.")
    scene.call.say(tone(0.3))
    await scene.over()
    assert scene.call.transfers == ["sip:300@pbx.example"]


async def test_whoever_interrupts_hears_the_rest_on_demand() -> None:
    scene = Scene()
    await answering(scene)
    scene.ears.texts += ["Moment bitte.", "Bitte weiter."]
    scene.call.say(tone(0.8))
    await scene.until(lambda: scene.said[-1] == scene.prompt("wait"))
    await scene.quiet()
    scene.call.say(tone(0.8))
    await scene.until(lambda: scene.said[-1].startswith(scene.prompt("privacy")))
    scene.call.caller_hangs_up()
    await scene.over()


async def test_after_moment_bitte_the_bot_is_silent_for_a_minute() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Einen Moment bitte")
    assert scene.said[-1] == scene.prompt("wait")
    scene.ears.texts.append("Wo ist denn meine Brille")
    scene.call.say(tone(1.0))
    asked = scene.call.now
    await scene.until(lambda: scene.said[-1] != scene.prompt("wait"))
    assert 55 < scene.call.now - asked < 70
    scene.call.caller_hangs_up()
    await scene.over()


async def test_a_pause_after_half_a_sentence_is_waited_for_and_who_wants_a_person_does_not_wait() -> None:
    waits = {}
    for text in ("Ich möchte", "Ja.", "Einen Mitarbeiter, bitte.", QUESTION):
        scene = Scene()
        await scene.start()
        await scene.quiet()
        scene.ears.texts.append(text)
        scene.call.say(tone(1.0))
        silent = scene.call.now + 1.0
        said = len(scene.said)
        await scene.until(lambda scene=scene, said=said: len(scene.said) > said)  # type: ignore[misc]
        waits[text] = scene.call.now - silent
        scene.call.caller_hangs_up()
        await scene.over()
    assert waits["Einen Mitarbeiter, bitte."] < 0.4
    assert waits[QUESTION] < 0.75
    assert 0.9 < waits["Ja."] < 1.1, "nothing was asked: it is how people begin"
    assert 1.3 < waits["Ich möchte"] < 1.6


async def test_the_question_that_opens_a_call_is_waited_for_longer_than_the_next() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    waits = []
    for _ in range(2):
        scene.ears.texts.append(QUESTION)
        scene.call.say(tone(1.0))
        silent, said = scene.call.now + 1.0, len(scene.said)
        await scene.until(lambda said=said: len(scene.said) > said)  # type: ignore[misc]
        waits.append(scene.call.now - silent)
        await scene.quiet()
    assert waits[1] < 0.6 < waits[0] < 0.75
    scene.call.caller_hangs_up()
    await scene.over()


async def test_the_echo_of_the_bot_is_nobody() -> None:
    """What is played comes back 100 ms later and 15 dB weaker, for the whole greeting and beyond."""
    scene = Scene()
    call = scene.call
    take = call.next_event

    async def with_echo() -> object:
        late = call.said[-5] if len(call.said) >= 5 else SILENCE
        weak = (np.frombuffer(late, dtype="<i2") * 10 ** (-15 / 20)).astype("<i2").tobytes()
        if not call._speech:
            call._speech.append(weak[:FRAME_BYTES])
        return await take()

    call.next_event = with_echo  # type: ignore[method-assign,assignment]
    await scene.start()
    await scene.until(lambda: len(scene.said) == 2)
    assert scene.said[1] == scene.prompt("silence")
    assert not events(scene, "heard")
    assert not events(scene, "goes_on")
    call.caller_hangs_up()
    await scene.over()


async def test_the_whole_bot_by_key_alone() -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.quiet()
    scene.call.press("3")
    await scene.until(lambda: scene.said[-1] == scene.prompt("menu"))
    scene.call.press("1")
    await scene.until(lambda: "die Eins für" in scene.said[-1])
    scene.call.press("1")
    await scene.until(lambda: scene.dialogue_is("offered"))
    scene.call.press("1")
    await scene.over()
    assert scene.call.transfers == ["sip:300@pbx.example"]


async def test_a_callback_by_key_alone() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    scene.call.press("33")
    await scene.until(lambda: scene.prompt("message_name") in scene.said[-1])
    assert scene.said[-1].endswith(scene.prompt("keys_skip"))
    scene.call.press("1")
    await scene.until(lambda: scene.said[-1] == scene.prompt("message_own_number"))
    scene.call.press("1")
    await scene.until(lambda: scene.said[-1].endswith(scene.prompt("keys_time")))
    await scene.until(lambda: bool(scene.messages))
    assert scene.messages[0].number == "0286112345"
    scene.call.press("2")
    await scene.until(lambda: scene.said[-1].endswith(scene.prompt("keys_skip")))
    scene.call.press("1")
    await scene.until(lambda: scene.said[-1].endswith(scene.prompt("message_right")))
    assert "02861 12345" in scene.said[-1]
    scene.call.press("1")
    await scene.over()
    assert scene.said[-1] == scene.prompt("message_stored")
    assert (scene.messages[-1].number, scene.messages[-1].preferred_time) == ("0286112345", "nachmittags")
