"""Generated calls in virtual time: whatever a caller does, nobody is left in silence, in a loop, or talked over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.audio import FRAME_MS, SILENCE
from telephony.events import CallEnded, TransferOutcome, TransferResult
from town import Scene, tone

DEAD_AIR_S = 8.0
"""The bot asks after 6 s; what is left is for the end of a turn and for understanding."""
LONGEST_S = 240.0
"""Nobody who says nothing sensible stays longer in the line."""
TOGETHER_S = 0.3

OUTCOMES = (
    TransferOutcome(TransferResult.CONNECTED, 200, "OK"),
    TransferOutcome(TransferResult.BUSY, 486, "Busy Here"),
    TransferOutcome(TransferResult.REFUSED, 405, "Method Not Allowed"),
    CallEnded(200, "Normal call clearing"),
)
TEXTS = (
    "Was brauche ich für einen neuen Personalausweis?",
    "Wo beantrage ich einen Führerschein?",
    "Ich möchte mit dem Bürgerbüro sprechen",
    "Ja.", "Nein.", "Mhm.", "", "Ich brauche", "Datenschutz", "Wie bitte?", "Zurück", "Weiter bitte", "Moment bitte",
    "Einen Menschen bitte", "Bitte rufen Sie mich zurück", "Anna Schmidt", "null zwo acht sechs eins fünf fünf fünf",
    "Xylophon Quark", "Danke, auf Wiederhören", "Hier brennt es, kommen Sie schnell", "Was können Sie alles?",
)  # fmt: skip


@dataclass(frozen=True)
class Speaks:
    text: str
    seconds: float


@dataclass(frozen=True)
class Presses:
    digit: str


@dataclass(frozen=True)
class IsSilent:
    seconds: float


moves = st.one_of(
    st.builds(Speaks, st.sampled_from(TEXTS), st.sampled_from((0.2, 0.6, 1.4))),
    st.builds(Presses, st.sampled_from("0123*#9")),
    st.builds(IsSilent, st.sampled_from((0.3, 1.0, 3.0, 7.0))),
)


async def play(script: list[Speaks | Presses | IsSilent], outcome: TransferOutcome | CallEnded, hour: int) -> Scene:
    """A call in which the caller follows the script, and is silent afterwards until the bot ends it."""
    scene = Scene(lambda _target: outcome)
    scene.at = scene.at.replace(hour=hour)
    scene.mouth.seconds_a_character = 0.02
    scene.ears.default = "Xylophon Quark"
    await scene.start()
    await scene.until(lambda: scene.call.playing)
    for move in script:
        if scene.session.done():
            break
        match move:
            case Speaks(text, seconds):
                scene.ears.texts = [text]
                scene.call.say(tone(seconds))
                wait = seconds + 0.5
            case Presses(digit):
                scene.call.press(digit)
                wait = 0.2
            case IsSilent(seconds):
                wait = seconds
        since = scene.call.now
        await _until(lambda since=since, wait=wait: scene.call.now - since >= wait, scene)  # type: ignore[misc]
    await _until(lambda: scene.call.now >= LONGEST_S, scene)
    assert scene.session.done(), f"the call never ends: {scene.said[-6:]}"
    await scene.session
    return scene


async def _until(reached: Callable[[], bool], scene: Scene) -> None:
    """Let virtual time pass until then, or until the call is over."""
    while not reached() and not scene.session.done():  # noqa: ASYNC110 - time is virtual: there is nothing to wait for
        await asyncio.sleep(0)


def longest_silence(scene: Scene) -> float:
    """Seconds in which neither side made a sound or pressed a key, and nobody was asked to wait."""
    waits = [at for at, what, details in scene.journal if what == "heard" and details["intent"] == "wait"]
    if waits or any(what == "transfer" for _, what, _ in scene.journal):
        return 0.0  # a minute's silence was asked for, or somebody else's telephone rings
    longest = run = 0
    keys = {round(at * 1000 / FRAME_MS) for at, what, _ in scene.journal if what == "key"}
    for place, (heard, said) in enumerate(zip(scene.call.heard, scene.call.said, strict=True)):
        run = run + 1 if heard == SILENCE and said == SILENCE and place not in keys else 0
        longest = max(longest, run)
    return longest * FRAME_MS / 1000


def longest_together(scene: Scene) -> float:
    """Seconds in which both spoke, after the disclosure, which is said to its end, and before the farewell."""
    protected = (scene.prompt("greeting"), scene.prompt("emergency_112"), scene.prompt("apology"))
    if any(text.startswith(protected) for text in scene.said[1:]):
        return 0.0
    begin = int((len(scene.said[0]) * 0.02 + 1.5) * 1000 / FRAME_MS)
    end = min((at for at, what, details in scene.journal if what == "says" and details["state"] in
               ("transferring", "ending")), default=scene.call.now)  # fmt: skip
    longest = run = 0
    last = int(end * 1000 / FRAME_MS)
    for heard, said in list(zip(scene.call.heard, scene.call.said, strict=True))[begin:last]:
        run = run + 1 if heard != SILENCE and said != SILENCE else 0
        longest = max(longest, run)
    return longest * FRAME_MS / 1000


@given(st.lists(moves, max_size=7), st.sampled_from(OUTCOMES), st.sampled_from((10, 22)))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_timeline_ends_in_dead_air_in_a_loop_or_in_two_voices(
    script: list[Speaks | Presses | IsSilent], outcome: TransferOutcome | CallEnded, hour: int
) -> None:
    scene = asyncio.run(play(script, outcome, hour))
    assert scene.call.hung_up is not None
    assert not scene.call.playing
    assert longest_silence(scene) <= DEAD_AIR_S
    assert longest_together(scene) <= TOGETHER_S
