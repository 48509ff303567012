"""Turn-taking in virtual time: probabilities in, events out; no clock, no audio, no model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telephony.audio import FRAME_MS, SILENCE
from voicebot.turns import FalseStart, Paused, Resumed, SpeechBegan, TurnEnded, TurnEvent, Turns

SPEECH = b"\x01\x02" * 320
LOUD, QUIET = [0.9], [0.05]


def listen(turns: Turns, *stretches: tuple[int, list[float]]) -> list[tuple[int, TurnEvent]]:
    """Play stretches of (milliseconds, probabilities); the events with the time they came at."""
    happened, now = [], 0
    for milliseconds, probabilities in stretches:
        for _ in range(milliseconds // FRAME_MS):
            now += FRAME_MS
            pcm = SPEECH if probabilities is LOUD else SILENCE
            happened += [(now, event) for event in turns.push(pcm, probabilities)]
    return happened


def kinds(events: list[tuple[int, TurnEvent]]) -> list[type]:
    return [type(event) for _, event in events]


def test_a_turn_ends_after_its_silence() -> None:
    events = listen(Turns(), (500, QUIET), (1000, LOUD), (1000, QUIET))
    assert kinds(events) == [SpeechBegan, Paused, TurnEnded]
    times = [at for at, _ in events]
    assert times == [500 + 120, 1500 + 160, 1500 + 760]


def test_the_first_syllable_is_kept() -> None:
    events = listen(Turns(), (1000, QUIET), (1000, LOUD), (1000, QUIET))
    paused = next(event for _, event in events if isinstance(event, Paused))
    before = paused.pcm.index(SPEECH) // len(SILENCE) * FRAME_MS
    assert before >= 300
    assert paused.spoken_s == 1.0


def test_recognition_begins_early_and_is_forgotten_when_speech_goes_on() -> None:
    events = listen(Turns(), (600, LOUD), (400, QUIET), (600, LOUD), (800, QUIET))
    assert kinds(events) == [SpeechBegan, Paused, Resumed, Paused, TurnEnded]


def test_a_click_is_no_turn_and_does_not_silence_the_bot() -> None:
    events = listen(Turns(), (300, QUIET), (40, LOUD), (1000, QUIET))
    assert kinds(events) == [FalseStart]


def test_a_short_yes_is_a_turn() -> None:
    events = listen(Turns(), (300, QUIET), (160, LOUD), (1000, QUIET))
    assert kinds(events) == [SpeechBegan, Paused, TurnEnded]


def test_speech_without_an_end_is_cut_before_the_recognizers_window() -> None:
    events = listen(Turns(), (40_000, LOUD))
    assert kinds(events)[:3] == [SpeechBegan, Paused, TurnEnded]
    assert events[2][0] <= 30_000


def test_dictation_waits_longer() -> None:
    turns = Turns()
    turns.end_ms = 1400
    events = listen(turns, (600, LOUD), (1000, QUIET), (600, LOUD), (1500, QUIET))
    assert kinds(events) == [SpeechBegan, Paused, Resumed, Paused, TurnEnded]


def test_a_dropped_turn_leaves_nothing() -> None:
    turns = Turns()
    listen(turns, (600, LOUD))
    turns.drop()
    assert not turns.speaking
    assert listen(turns, (2000, QUIET)) == []


stretch = st.tuples(st.integers(1, 60).map(lambda n: n * FRAME_MS), st.sampled_from([LOUD, QUIET, []]))


@given(st.lists(stretch, max_size=25))
def test_every_timeline_is_well_formed(stretches: list[tuple[int, list[float]]]) -> None:
    """Whatever happens: a turn's end follows a pause, and after silence nobody is left speaking."""
    turns = Turns()
    paused = False
    for _, event in listen(turns, *stretches, (3000, QUIET)):
        match event:
            case Paused():
                assert not paused
                paused = True
            case Resumed() | TurnEnded():
                assert paused
                paused = False
            case _:
                pass
    assert not turns.speaking
    assert not paused
