"""Turn-taking in virtual time: probabilities in, events out; no clock, no audio, no model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telephony.audio import FRAME_MS, SILENCE
from voicebot.turns import FalseStart, Paused, Resumed, SpeechBegan, TurnEnded, TurnEvent, Turns

SPEECH = b"\x01\x02" * 320
FAINT = b"\x02\x00" * 320
"""48 dB below it."""
LOUD, QUIET = [0.9], [0.05]
LAGGING = [0.8]
"""What voice activity detection still says when a voice has fallen silent."""
LATE = [0.2]
"""What it says at first when a voice sets in again."""


def listen(turns: Turns, *stretches: tuple[int, list[float]]) -> list[tuple[int, TurnEvent]]:
    """Play stretches of (milliseconds, probabilities); the events with the time they came at."""
    happened, now = [], 0
    for milliseconds, probabilities in stretches:
        for _ in range(milliseconds // FRAME_MS):
            now += FRAME_MS
            pcm = SPEECH if probabilities in (LOUD, LATE) else FAINT if probabilities is LAGGING else SILENCE
            happened += [(now, event) for event in turns.push(pcm, probabilities)]
    return happened


def kinds(events: list[tuple[int, TurnEvent]]) -> list[type]:
    return [type(event) for _, event in events]


def test_a_turn_ends_after_its_silence() -> None:
    events = listen(Turns(), (500, QUIET), (1000, LOUD), (1000, QUIET))
    assert kinds(events) == [SpeechBegan, Paused, TurnEnded]
    times = [at for at, _ in events]
    assert times == [500 + 120, 1500 + 80, 1500 + 760]


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


def test_silence_is_noticed_before_the_probability_tells() -> None:
    events = listen(Turns(), (500, QUIET), (1000, LOUD), (100, LAGGING), (900, QUIET))
    assert [at for at, _ in events] == [500 + 120, 1500 + 80, 1500 + 760]


def test_in_a_lines_noise_the_probability_decides_alone() -> None:
    turns, noise = Turns(), b"\x00\x01" * 320  # 6 dB below the voice
    frames = [(SPEECH, LOUD)] * 50 + [(noise, LOUD)] * 5 + [(noise, QUIET)] * 50
    events = [(at * FRAME_MS, event) for at, frame in enumerate(frames, start=1) for event in turns.push(*frame)]
    assert [at for at, event in events if not isinstance(event, SpeechBegan)] == [1100 + 80, 1100 + 760]


def test_a_probability_that_lags_for_long_begins_no_other_turn() -> None:
    events = listen(Turns(), (600, LOUD), (1500, LAGGING), (500, QUIET))
    assert kinds(events) == [SpeechBegan, Paused, TurnEnded]


def test_no_turn_ends_while_a_voice_sets_in_again() -> None:
    turns = Turns()
    events = listen(turns, (600, LOUD), (740, QUIET), (80, LATE), (600, LOUD), (1000, QUIET))
    assert kinds(events) == [SpeechBegan, Paused, Resumed, Paused, TurnEnded]


def test_what_is_no_voice_delays_the_end_of_a_turn_and_does_not_hold_it_open() -> None:
    turns = Turns()
    events = listen(turns, (600, LOUD), *[(20, LATE), (40, QUIET)] * 100)
    assert kinds(events) == [SpeechBegan, Paused, TurnEnded]
    assert events[-1][0] <= 600 + 760 + 120


def test_after_a_bang_a_quiet_voice_is_heard_again() -> None:
    turns = Turns()
    turns.push(b"\xff\x7f" * 320, LOUD)  # 36 dB above the voice, 84 above the faint one
    assert Paused in kinds(listen(turns, (600, LOUD), (1000, QUIET)))
    assert Paused not in kinds(listen(turns, (600, LAGGING), (1000, QUIET)))
    listen(turns, (30_000, QUIET))
    assert Paused in kinds(listen(turns, (600, LAGGING), (1000, QUIET)))


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


kind = st.sampled_from([LOUD, LAGGING, LATE, QUIET, []])
stretch = st.tuples(st.integers(1, 60).map(lambda n: n * FRAME_MS), kind)


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
