"""Callers who pause for longer than a turn's end and go on: both halves are one utterance, on whole calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from telephony.audio import RATE
from telephony.events import TransferOutcome, TransferResult
from town import Ears, Scene, tone
from voicebot.dialogue import Say
from voicebot.resumption import Answered
from voicebot.speech.client import Transcription
from voicebot.understanding.result import Intent, Understanding

CONNECTED = TransferOutcome(TransferResult.CONNECTED, 200, "OK")
COST = "Was kostet ein Personalausweis?"
BRING = "Was brauche ich für einen neuen Personalausweis?"


class Recorder(Ears):
    """Knows how long what it heard was, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[float] = []

    async def transcribe(self, pcm: bytes, **asked: Any) -> Transcription:
        self.lengths.append(len(pcm) / 2 / RATE)
        return await super().transcribe(pcm, **asked)


async def two_halves(pause_s: float, first: str, second: str, seconds: float = 1.0) -> tuple[Scene, Recorder]:
    """A call in which the second recognition hears ``second``; ended once that is settled."""
    scene = Scene(lambda _target: CONNECTED, speak_samples=True)
    ears = Recorder()
    scene.ears = ears
    scene._parts = replace(scene._parts, recognition=ears)
    await scene.start()
    await scene.quiet()
    ears.texts += [first, second]
    scene.call.say(tone(1.0))
    scene.call.pause(pause_s)
    scene.call.say(tone(seconds))
    await scene.until(lambda: not ears.texts)
    await scene.quiet()
    return scene, ears


def events(scene: Scene, name: str) -> list[float]:
    return [at for at, what, _ in scene.journal if what == name]


async def leave(scene: Scene) -> None:
    scene.call.caller_hangs_up()
    await scene.over()


async def test_whoever_goes_on_is_understood_from_the_beginning() -> None:
    scene, ears = await two_halves(0.8, COST, BRING)
    assert "Er kostet sechsundvierzig Euro." in scene.said[-2]
    assert scene.said[-1].startswith("Bringen Sie ein Foto mit.")
    assert events(scene, "taken_back")
    assert ears.lengths[1] > ears.lengths[0] + 1.0  # both halves
    await leave(scene)


async def test_who_was_answered_too_soon_is_waited_for_from_then_on() -> None:
    scene, ears = await two_halves(0.8, COST, BRING)
    taken_back, spoke = len(events(scene, "taken_back")), len(events(scene, "spoke"))
    ears.texts += [COST, BRING]
    scene.call.say(tone(1.0))
    scene.call.pause(0.8)
    scene.call.say(tone(1.0))
    await scene.until(lambda: not ears.texts)
    assert len(events(scene, "spoke")) == spoke  # nothing was answered in the pause
    await scene.quiet()
    assert len(events(scene, "taken_back")) == taken_back
    await leave(scene)


async def test_a_mhm_after_the_answer_has_begun_changes_nothing() -> None:
    scene, _ = await two_halves(0.9, COST, COST + " Mhm.", seconds=0.4)
    assert not events(scene, "taken_back")
    assert events(scene, "goes_on")
    assert len([text for text in scene.said if "Er kostet" in text]) == 1
    await leave(scene)


async def test_after_a_longer_silence_it_is_another_utterance() -> None:
    scene, ears = await two_halves(1.6, COST, BRING)
    assert not events(scene, "taken_back")
    assert ears.lengths[1] < ears.lengths[0] + 0.5
    assert scene.said[-1].startswith("Bringen Sie ein Foto mit.")
    await leave(scene)


async def test_a_transfer_is_not_taken_back() -> None:
    scene = Scene(lambda _target: CONNECTED)
    await scene.start()
    await scene.quiet()
    scene.ears.texts.append("Einen Mitarbeiter, bitte.")
    scene.ears.default = "Und zwar schnell."
    scene.call.say(tone(1.0))
    scene.call.pause(0.9)
    scene.call.say(tone(1.0))
    await scene.over()
    assert scene.call.transfers == ["sip:0@pbx.example"]
    assert not events(scene, "taken_back")


async def test_a_mhm_much_later_leaves_an_answer_that_was_heard() -> None:
    scene, _ = await two_halves(1.6, COST, BRING)
    scene.ears.texts += ["Mhm.", COST]
    said = len(scene.said)
    scene.call.say(tone(0.4))
    scene.call.pause(0.8)
    scene.call.say(tone(1.0))
    await scene.until(lambda: len(scene.said) > said)
    assert not events(scene, "taken_back")
    await leave(scene)


async def test_a_goodbye_is_said_to_its_end() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    scene.ears.texts += ["Auf Wiederhören."]
    scene.ears.default = "Vielen Dank für Ihre Hilfe"
    scene.call.say(tone(1.0))
    for _ in range(2):
        scene.call.pause(0.9)
        scene.call.say(tone(0.8))
    await scene.over()
    assert not events(scene, "taken_back")
    assert not events(scene, "interrupted")


QUESTION_HEARD = Understanding(COST, "de", Intent.SERVICE, 0.9, service="personalausweis", aspect="fee")


@pytest.mark.parametrize(
    ("expecting", "longer", "same"),
    [
        (None, replace(QUESTION_HEARD, text=f"{COST} Mhm."), True),
        (None, replace(QUESTION_HEARD, text="Was kostet denn ein Ausweis?"), True),
        ("choice", replace(QUESTION_HEARD, text="Was kostet denn ein Ausweis?"), False),
        ("yes_no", replace(QUESTION_HEARD, text=f"{COST} Ja."), False),
        ("yes_no", replace(QUESTION_HEARD, text=COST.upper()), True),
        (None, replace(QUESTION_HEARD, text=f"{COST} Sie ist kaputt."), False),
        (None, replace(QUESTION_HEARD, text=COST, language="tr"), False),
        (None, replace(QUESTION_HEARD, text="Und die Dauer?", aspect="duration"), False),
    ],
)
def test_what_was_added_counts_unless_it_says_nothing(expecting: str | None, longer: Understanding, same: bool) -> None:
    assert Answered({}, expecting, QUESTION_HEARD).is_all(longer) is same


@pytest.mark.parametrize("changed", ["wishes", "topics", "question", "service", "state", "language"])
async def test_a_memento_brings_everything_back(changed: str) -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    await scene.caller_says(COST)
    dialogue = scene.conversation
    before = dialogue.memento()
    old = str(getattr(dialogue, changed))
    dialogue.wishes.append(dialogue.topics[-1].heard)
    dialogue.topics.clear()
    dialogue.question.append(Say("anderes", "de"))
    dialogue.service, dialogue.language = None, "en"
    dialogue.state = type(dialogue.state).NAME
    dialogue.restore(before)
    assert str(getattr(dialogue, changed)) == old
    dialogue.topics.clear()
    dialogue.restore(before)  # what was restored is not what is kept
    assert str(getattr(dialogue, changed)) == old
    await leave(scene)


async def test_what_is_not_answered_yet_is_kept_while_the_caller_stops_and_starts() -> None:
    """Recognition is slow, and what follows has a pause of its own: nothing of it is lost."""
    scene = Scene(lambda _target: CONNECTED)
    slow = Slow(scene)
    scene.ears = slow
    scene._parts = replace(scene._parts, recognition=slow)
    await scene.start()
    await scene.quiet()
    slow.default = BRING
    slow.seconds = 3.0
    scene.call.say(tone(1.0))
    scene.call.pause(1.6)
    for _ in range(2):
        scene.call.say(tone(0.5))
        scene.call.pause(0.3)
    await scene.until(lambda: "Foto" in scene.said[-1])
    assert slow.lengths[-1] > 1.0 + 0.5 + 0.3 + 0.5
    await leave(scene)


class Slow(Recorder):
    """Takes some seconds of the call for each utterance."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self.seconds = 0.0

    async def transcribe(self, pcm: bytes, **asked: Any) -> Transcription:
        begun = self._scene.call.now
        heard = await super().transcribe(pcm, **asked)
        await self._scene.until(lambda: self._scene.call.now >= begun + self.seconds)
        return heard
