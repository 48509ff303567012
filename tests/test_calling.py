"""Simulated callers: scenario files, when they act, what is reported of it. Calls run in virtual time."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from telephony.audio import FRAME_BYTES, FRAMES_A_SECOND, SILENCE, frames, seconds
from telephony.events import CallEnded, Event, Frame, Referred
from telephony.memory import MemoryCall
from town import tone
from voicebot.caller import Caller
from voicebot.calling import summary, timeline
from voicebot.calling.delays import Stage, parts
from voicebot.calling.ear import FINISHED_S, PAUSE_S, SOUND_FRAMES, Ear
from voicebot.calling.journal import Entry, JournalError, JournalFile, annotate
from voicebot.calling.judge import failures
from voicebot.calling.loudness import is_loud, spans
from voicebot.calling.report import CallReport, TurnReport
from voicebot.calling.scenario import Scenario, ScenarioError, Turn
from voicebot.calling.sounds import MADE, VOICES, sound
from voicebot.cli import main
from voicebot.dialogue import State

SCENARIOS = sorted((Path(__file__).parent / "scenarios").rglob("*.toml"))
GREETING_S, ANSWER_S = 3.0, 6.0
BOT_WAITS_S = 0.6
"""Silence after which the bot below answers."""


def spoken(text: str, _voice: str = "") -> bytes:
    """A sound for every letter, with the silence around it that a voice leaves."""
    return SILENCE * 10 + tone(0.05 * len(text)) + SILENCE * 40


class Bot(MemoryCall):
    """The far side: greets, answers when the caller is silent, and falls silent when interrupted."""

    def __init__(self, answers: int, *, interruptible: bool = True) -> None:
        super().__init__()
        self.answers = answers
        self.stays = False
        """Whether it waits for ever once it has given all answers."""
        self.interruptible = interruptible
        self.arriving: list[Event] = []
        """Events for the caller, at the next tick."""
        self._caller_spoke = 0
        self._caller_silent = 0
        self.say(tone(GREETING_S))

    async def next_event(self) -> Event:
        if self.arriving:
            return self.arriving.pop(0)
        event = await super().next_event()
        if isinstance(event, Frame):
            self._listen(event.played)
        return event

    def _listen(self, pcm: bytes) -> None:
        if is_loud(pcm):
            self._caller_spoke, self._caller_silent = self._caller_spoke + 1, 0
            if self.interruptible and self._caller_spoke * 1000 / FRAMES_A_SECOND >= 300:
                self._speech.clear()
            return
        self._caller_silent += 1
        if self._caller_silent < BOT_WAITS_S * FRAMES_A_SECOND:
            return
        if self._caller_spoke:
            self._caller_spoke = 0
            self._answer()
        elif not self.answers and not self.speaking and not self.stays:
            self._end(CallEnded(200, "OK"))

    def _answer(self) -> None:
        self.answers -= 1
        self.say(tone(ANSWER_S))

    async def send_digits(self, digits: str) -> None:
        await super().send_digits(digits)
        self._speech.clear()
        self._answer()

    async def dial(self, _uri: str) -> Bot:
        await self.answer()
        return self


async def play(bot: Bot, *turns: Turn) -> tuple[CallReport, list[tuple[str, dict[str, Any]]]]:
    told: list[tuple[str, dict[str, Any]]] = []
    caller = Caller(
        Scenario("test", turns), spoken, lambda what, details: told.append((what, details)), clock=lambda: bot.now
    )
    report = await caller.run(bot, "sip:bot@test")  # type: ignore[arg-type]
    return report, told


# Scenario files.


@pytest.mark.parametrize("path", SCENARIOS, ids=[path.stem for path in SCENARIOS])
def test_every_scenario_can_be_played(path: Path) -> None:
    scenario = Scenario.load(path)
    assert scenario.name == path.stem
    for turn in scenario.turns:
        assert bool(sound(turn, spoken)) == bool(turn.say or turn.play)


def test_somebody_hangs_up_in_every_state() -> None:
    scenarios = [Scenario.load(path) for path in SCENARIOS if path.stem.startswith("hangs-up-")]
    assert all(scenario.expect_end == "caller" and scenario.turns[-1].hang_up for scenario in scenarios)
    # What is in doubt depends on the ear, and storing takes no time: these are left on calls in virtual time.
    reached = {state.value for state in State if state not in (State.EMERGENCY_ASKED, State.KEEPING)}
    assert {scenario.expect_state for scenario in scenarios} == reached


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nam = 'x'", "x.toml: nam: unknown"),
        ("name = 'a/b'", "x.toml: name: 'a/b'"),
        ("longest_s = 'lang'", "x.toml: longest_s: 'lang' is no number of seconds"),
        ("longest_s = nan", "x.toml: longest_s: nan"),
        ("expect_end = 'nobody'", "x.toml: expect_end: 'nobody'"),
        ("expect_transfer = 300", "x.toml: expect_transfer: 300 is no text"),
        ("turn = 3", r"x.toml: turn: not a list of tables; write each as \[\[turn\]\]"),
        ("[[turn]]\nsay = 'a'\n[[turn]]\nsai = 'b'", "x.toml: turn 2: sai: unknown"),
        ("[[turn]]", "x.toml: turn 1: has none of say, play"),
        ("[[turn]]\nafter_s = 1", "x.toml: turn 1: has none of say, play"),
        ("[[turn]]\nsay = ''", "x.toml: turn 1: say: '' does nothing"),
        ("[[turn]]\nhang_up = false", "x.toml: turn 1: hang_up: False does nothing"),
        ("[[turn]]\nhang_up = 1", "x.toml: turn 1: hang_up: 1 is neither true nor false"),
        ("[[turn]]\nsay = 5", "x.toml: turn 1: say: 5 is no text"),
        ("[[turn]]\nsay = 'a'\npress = '1'", "x.toml: turn 1: press: cannot stand beside say"),
        ("[[turn]]\nsay = 'a'\nafter_s = 1\nafter_own_s = 1", "x.toml: turn 1: after_own_s: cannot stand beside"),
        ("[[turn]]\nsay = 'a'\nafter_s = -1", "x.toml: turn 1: after_s: -1 is no number of seconds"),
        ("[[turn]]\nsay = 'a'\nafter_s = true", "x.toml: turn 1: after_s: True is no number of seconds"),
        ("[[turn]]\nsay = 'a [kurz] b'", r"x.toml: turn 1: say: \[kurz\] is no pause"),
        ("[[turn]]\nsay = 'a'\nlanguage = 'xx'", "x.toml: turn 1: language: 'xx'"),
        ("[[turn]]\npress = '1'\nlanguage = 'en'", "x.toml: turn 1: language: belongs to say"),
        ("[[turn]]\npress = '1x'", "x.toml: turn 1: press: '1x'"),
        ("[[turn]]\nplay = 'sneeze'", "x.toml: turn 1: play: .*sneeze: no such file"),
        ("[[turn]]\nplay = 'cough'\nlasts_s = 3", "x.toml: turn 1: lasts_s: belongs to"),
        ("[[turn]]\nsay = 'a'\nexpect = '('", r"x.toml: turn 1: expect: '\(' is no regular expression"),
        ("[[turn]]\nhang_up = true\n[[turn]]\nsay = 'a'", "x.toml: turn 2: comes after the caller has hung up"),
        ("[[turn]\n", "x.toml: cannot be read"),
        (None, "x.toml: no such file"),
    ],
)
def test_what_cannot_be_played_is_refused_with_turn_and_key(tmp_path: Path, text: str | None, complaint: str) -> None:
    path = tmp_path / "x.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=complaint) as error:
        Scenario.load(path)
    assert "\n" not in str(error.value).partition("cannot be read")[0]


def test_a_wav_file_is_looked_for_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "hello.wav").write_bytes(b"")
    (tmp_path / "x.toml").write_text("[[turn]]\nplay = 'hello.wav'", encoding="utf-8")
    turn = Scenario.load(tmp_path / "x.toml").turns[0]
    assert turn.play == str(tmp_path / "hello.wav")
    assert turn.label == "hello.wav"


# What is heard of the caller.


def test_pauses_are_as_long_as_they_say() -> None:
    asked: list[tuple[str, str]] = []

    def speak(text: str, voice: str) -> bytes:
        asked.append((text, voice))
        return spoken("0123456789")

    pcm = sound(Turn(say="I would … [0.8] like [1] a passport.", language="en"), speak)
    assert asked == [(text, VOICES["en"]) for text in ("I would …", "like", "a passport.")]
    loud = spans(list(frames(pcm)))
    assert [round(end - start, 2) for start, end in loud] == [0.5, 0.5, 0.5]
    gaps = [round(after[0] - before[1], 2) for before, after in itertools.pairwise(loud)]
    assert gaps == [0.8, 1.0]
    assert (loud[0][0], loud[-1][1]) == (0.0, seconds(pcm))


@pytest.mark.parametrize("name", MADE)
def test_made_sounds_are_heard_and_not_clipped(name: str) -> None:
    pcm = sound(Turn(play=name), spoken)
    samples = np.abs(np.frombuffer(pcm, "<i2").astype(int))
    assert 0.3 < seconds(pcm) < 5
    assert 500 < samples.max() < 32_000


@pytest.mark.parametrize("name", ["noise", "tone"])
def test_the_length_of_a_steady_sound_can_be_chosen(name: str) -> None:
    assert seconds(sound(Turn(play=name, lasts_s=45), spoken)) == 45


def test_a_cough_is_two_short_bursts() -> None:
    loud = [is_loud(frame) for frame in frames(sound(Turn(play="cough"), spoken))]
    assert loud[0]
    assert [before and not after for before, after in zip(loud, [*loud[1:], False], strict=True)].count(True) == 2


# When the bot speaks.


class Listener:
    """Feeds an ear; ``+`` is a loud frame of the bot, ``.`` a quiet one, and ``hears`` what came of it."""

    def __init__(self) -> None:
        self.ear = Ear()
        self.now = 0.0
        self.ended_at = 0.0

    def hears(self, what: str, seconds: float, *, caller_speaks: bool = False) -> list[float]:
        began = []
        for _ in range(round(seconds * FRAMES_A_SECOND)):
            self.now += 1 / FRAMES_A_SECOND
            if caller_speaks:
                self.ended_at = self.now
            if self.ear.push(self.now, loud=what == "+", caller_speaks=caller_speaks, caller_ended_at=self.ended_at):
                began.append(round(self.now, 2))
        return began


def test_a_reply_begins_with_its_first_frame_and_a_click_is_none() -> None:
    bot = Listener()
    assert bot.hears("+", (SOUND_FRAMES - 1) / FRAMES_A_SECOND) == []
    bot.hears(".", 1)
    start = bot.now
    assert len(bot.hears("+", 1)) == 1
    assert bot.ear.began_at == pytest.approx(start + 0.02)
    bot.hears(".", FINISHED_S)
    assert not bot.ear.finished
    bot.hears("+", (SOUND_FRAMES - 1) / FRAMES_A_SECOND)
    bot.hears(".", 0.04)
    assert bot.ear.finished


def test_what_the_bot_goes_on_saying_is_no_reply() -> None:
    bot = Listener()
    bot.hears("+", 2)
    bot.ear.caller_begins()
    assert bot.hears("+", 0.4, caller_speaks=True) == []
    silent_since = bot.now
    bot.hears(".", PAUSE_S + 0.04, caller_speaks=True)
    assert bot.ear.silent_since == pytest.approx(silent_since)
    bot.hears(".", 0.5)
    assert len(bot.hears("+", 1)) == 1
    assert not bot.ear.cut_in


def test_a_bot_that_is_not_interrupted_has_finished_when_it_falls_silent() -> None:
    bot = Listener()
    bot.hears("+", 2)
    bot.ear.caller_begins()
    bot.hears("+", 0.5, caller_speaks=True)
    assert bot.hears("+", 2) == []
    bot.hears(".", FINISHED_S + 0.04)
    assert bot.ear.finished
    assert bot.ear.silent_since is None


def test_a_bot_that_cuts_in_still_owes_its_reply() -> None:
    bot = Listener()
    bot.hears(".", 1)
    bot.ear.caller_begins()
    bot.hears(".", 0.5, caller_speaks=True)
    assert len(bot.hears("+", 0.5, caller_speaks=True)) == 1
    assert bot.ear.cut_in
    bot.hears(".", 1, caller_speaks=True)
    assert not bot.ear.finished
    assert len(bot.hears("+", 0.5)) == 1
    assert bot.ear.silent_since is None


# When the caller acts.


async def test_a_caller_waits_for_the_end_of_what_the_bot_says() -> None:
    report, told = await play(Bot(2), Turn(say="Guten Tag."), Turn(say="Danke."))
    assert [turn.did for turn in report.turns] == ["Guten Tag.", "Danke."]
    assert report.greeting_s == pytest.approx(0.02, abs=0.03)
    assert report.turns[0].at_s == pytest.approx(GREETING_S + FINISHED_S, abs=0.1)
    for turn in report.turns:
        assert turn.latency_s == pytest.approx(BOT_WAITS_S, abs=0.05)
        assert (turn.cut_in, turn.silenced_s) == (False, None)
    assert sum(map(is_loud, frames(bytes(report.turns[0].reply)))) == pytest.approx(
        (ANSWER_S + 0.05 * len("Guten Tag.")) * FRAMES_A_SECOND, rel=0.15
    )
    assert report.ended_by == "bot"
    assert [what for what, _ in told] == [
        *("dialled", "established", "greeted", "does", "answered", "does", "answered", "ended")
    ]


async def test_after_s_interrupts_the_bot() -> None:
    report, _ = await play(Bot(2), Turn(say="Was kostet das?"), Turn(say="Halt, etwas anderes.", after_s=2))
    first, second = report.turns
    assert first.ended_s is not None
    assert first.latency_s is not None
    assert second.at_s == pytest.approx(first.ended_s + first.latency_s + 2, abs=0.05)
    assert second.silenced_s == pytest.approx(0.3, abs=0.05)
    assert second.latency_s == pytest.approx(BOT_WAITS_S, abs=0.05)
    assert seconds(bytes(first.reply)) == pytest.approx(second.at_s - first.at_s, abs=0.05)


async def test_a_bot_that_talks_on_gives_no_latency() -> None:
    bot = Bot(1, interruptible=False)
    bot.stays = True
    report, _ = await play(bot, Turn(say="Hallo!", after_s=1), Turn(hang_up=True))
    assert report.turns[0].at_s == pytest.approx(1, abs=0.1)
    assert (report.turns[0].latency_s, report.turns[0].silenced_s) == (None, None)
    assert report.turns[1].at_s == pytest.approx(GREETING_S + ANSWER_S + FINISHED_S, abs=0.2)
    assert report.ended_by == "caller"


async def test_a_bot_that_takes_a_pause_for_the_end_cuts_in() -> None:
    report, told = await play(Bot(2), Turn(say="Ich möchte einen … [1.5] Ausweis beantragen, bitte."))
    assert report.turns[0].cut_in
    assert report.turns[0].latency_s == pytest.approx(BOT_WAITS_S, abs=0.05)
    assert ("cut_in", {}) in told


async def test_after_own_s_does_not_wait_for_the_bot() -> None:
    report, _ = await play(Bot(2), Turn(say="Guten Tag.", after_own_s=0), Turn(hang_up=True, after_own_s=0.3))
    spoken_s = 0.05 * len("Guten Tag.")
    assert report.turns[0].at_s == pytest.approx(0, abs=0.05)
    assert report.turns[1].at_s == pytest.approx(spoken_s + 0.3, abs=0.1)
    assert report.turns[0].latency_s is None


async def test_keys_are_timed_from_the_last_one() -> None:
    bot = Bot(1)
    report, _ = await play(bot, Turn(press="0286#"))
    assert bot.digits_sent == "0286#"
    assert report.turns[0].keys == "0286#"
    # The bot above answers the first key at once.
    assert report.turns[0].cut_in


async def test_waiting_is_a_turn_of_its_own() -> None:
    bot = Bot(0)
    bot.stays = True
    report, _ = await play(bot, Turn(wait_s=4), Turn(hang_up=True))
    wait, hang_up = report.turns
    assert (wait.did, wait.latency_s) == ("wait 4 s", None)
    assert hang_up.at_s - wait.at_s == pytest.approx(4, abs=0.05)


async def test_hanging_up_gives_up_the_call_that_a_transfer_began() -> None:
    bot, leg = Bot(0), MemoryCall()
    bot.stays = True
    bot.arriving.append(Referred("sip:300@pbx", leg))
    report, _ = await play(bot, Turn(hang_up=True, after_refer_s=0.5))
    assert report.ended_by == "caller"
    assert report.length_s == pytest.approx(0.5, abs=0.1)
    assert leg.hung_up is not None
    assert report.transfers[0]["target"] == "sip:300@pbx"


# What is reported.


@pytest.fixture
def report() -> CallReport:
    turns = [
        TurnReport("Was kostet ein Pass?", at_s=4.0, ended_s=6.0, latency_s=1.0),
        TurnReport("0", at_s=12.0, keys="0", ended_s=12.0, latency_s=0.1),
        TurnReport("hang up", at_s=14.0),
    ]
    half = tone(1.0)
    return CallReport(
        "passport",
        call="abc@host",
        codec="PCMA",
        greeting_s=0.1,
        turns=turns,
        transfers=[{"target": "sip:300@pbx", "outcome": "connected", "at_s": 13.0}],
        ended_by="caller",
        length_s=14.0,
        heard=[*frames(half), *[SILENCE] * 50, *frames(half)],
        said=[SILENCE] * 150,
    )


def journal_lines() -> Iterator[dict[str, Any]]:
    began = 1_795_000_000.0
    yield {"at": began - 1, "call": "", "event": "open"}
    for at, event, details in (
        (0.0, "established", {"codec": "PCMA", "caller": "caller"}),
        (0.0, "says", {"text": "Guten Tag.", "state": "listening"}),
        (6.8, "heard", {"text": "Was kostet ein Pass?", "recognition_s": 0.4, "understanding_s": 0.1}),
        (6.8, "says", {"text": "Siebzig Euro.", "state": "offered"}),
        (12.05, "says", {"text": "Ich verbinde Sie.", "state": "transferring"}),
        (14.0, "ended", {"code": 200, "reason": "OK", "state": "transferring"}),
    ):
        yield {"at": began + at, "call": "abc@host", "event": event, **details}
        yield {"at": began + at, "call": "somebody else", "event": event, **details}


def test_a_journal_is_put_beside_the_call(report: CallReport, tmp_path: Path) -> None:
    path = tmp_path / "line.jsonl"
    lines = [json.dumps(line) for line in journal_lines()]
    path.write_text("\n".join([*lines[:4], "no json"]) + "\n" + lines[4][:20], encoding="utf-8")
    journal = JournalFile(path)
    journal._read_on()
    with path.open("a", encoding="utf-8") as file:
        file.write(lines[4][20:] + "\n" + "\n".join(lines[5:]) + "\n")
    annotate(report, journal.take("abc@host"))
    assert report.greeting_transcript == "Guten Tag."
    assert [turn.transcript for turn in report.turns] == ["Siebzig Euro.", "Ich verbinde Sie.", ""]
    assert [entry.details["text"] for entry in report.turns[0].heard] == ["Was kostet ein Pass?"]
    assert report.state == "transferring"
    assert [entry.at_s for entry in report.journal] == [0.0, 0.0, 6.8, 6.8, 12.05, 14.0]
    journal.close()


def test_a_journal_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"none\.jsonl: No such file or directory; start the line with"):
        JournalFile(tmp_path / "none.jsonl")


def test_expectations_are_judged(report: CallReport) -> None:
    report.turns[0].transcript = "Siebzig Euro."
    report.state, report.journal = "transferring", [Entry("ended", 14.0, {})]
    turns = (Turn(say="Was kostet ein Pass?", expect="SIEBZIG|70"), Turn(press="0"), Turn(hang_up=True))
    kept = Scenario("x", turns, expect_transfer="300", expect_end="caller", expect_state="transferring")
    assert failures(kept, report) == []
    assert failures(Scenario("x", turns, expect_transfer=True), report) == []
    broken = Scenario(
        "x",
        (Turn(say="a", expect="Reise"), Turn(press="0"), Turn(hang_up=True), Turn(say="b", expect="c")),
        expect_transfer="0",
        expect_end="bot",
        expect_state="offered",
    )
    assert failures(broken, report) == [
        "turn 1: expected /Reise/, but the bot said: Siebzig Euro.",
        "turn 4 did not come about: b",
        "expected a transfer to 0, but there was a transfer to 300",
        "expected the call to be ended by bot, not by caller",
        "expected the conversation to end in offered, not in transferring",
    ]
    assert failures(Scenario("x", (), expect_transfer=False), report) == [
        "expected no transfer, but there was a transfer to 300"
    ]


def test_a_call_that_is_not_answered_has_failed_unless_that_was_expected() -> None:
    busy = CallReport("x", ended_by="486 Busy Here")
    assert failures(Scenario("x", ()), busy) == ["the call was not answered: 486 Busy Here"]
    assert failures(Scenario("x", (), expect_end="486"), busy) == []


def test_a_latency_is_the_sum_of_its_parts(report: CallReport) -> None:
    turn = report.turns[0]
    assert [(part.stage, part.seconds) for part in parts(turn)] == [(Stage.UNKNOWN, 1.0)]
    turn.heard = [Entry("heard", 6.8, {"recognition_s": 0.4, "understanding_s": 0.1, "waited_s": 0.8})]
    turn.spoke = [Entry("speaks", 6.85, {"synthesis_s": 0.05})]
    told = {part.stage: round(part.seconds, 3) for part in parts(turn)}
    assert told == {
        Stage.WAITING: 0.3,
        Stage.RECOGNITION: 0.4,
        Stage.UNDERSTANDING: 0.1,
        Stage.SYNTHESIS: 0.05,
        Stage.TRANSPORT: 0.15,
    }
    turn.heard = [Entry("heard", 6.8, {"recognition_s": 5.0, "understanding_s": 0.1})]
    assert sum(part.seconds for part in parts(turn)) == pytest.approx(1.0)
    assert parts(report.turns[2]) == []


def test_the_table_has_a_row_a_scenario(report: CallReport) -> None:
    other = CallReport("other", ended_by="486 Busy Here", failures=["the call was not answered"])
    rows = [row.split() for row in summary.table([report, other, report], ["other", "passport"])]
    assert rows[1:] == [
        ["other", "1", "1", "0", "–", "–"],
        ["passport", "2", "0", "4", "0.55s", "1.00s"],
        ["all", "3", "1", "4", "0.55s", "1.00s"],
    ]


@pytest.mark.parametrize("answered", [True, False])
def test_the_timeline_is_a_picture(report: CallReport, tmp_path: Path, *, answered: bool) -> None:
    if answered:
        report.turns[0].transcript = "Siebzig Euro. " * 50
        report.turns[0].heard = [Entry("heard", 6.8, {"text": "Pass", "recognition_s": 0.4, "understanding_s": 0.1})]
        report.journal = [Entry("interrupted", 6.0, {})]
    else:
        report.turns, report.transfers, report.heard, report.said = [], [], [SILENCE], [SILENCE]
    timeline.draw(report, tmp_path / "call.png")
    assert (tmp_path / "call.png").read_bytes().startswith(b"\x89PNG")


def test_both_sides_are_recorded(report: CallReport, tmp_path: Path) -> None:
    report.save(tmp_path / "call.wav")
    assert (tmp_path / "call.wav").stat().st_size == 44 + 2 * 150 * FRAME_BYTES
    report.drop_recording()
    assert report.heard == report.said == []


# The command.


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--at-once", "33"], "--at-once 1 to 32"),
        (["--repeat", "0"], "--repeat is at least 1"),
        (["--repeat", "2", "--timeline", "call.png"], "--timeline draws one call"),
        (["--repeat", "2", "--at-once", "2", "--port", "5062"], "--port is for one caller at a time"),
        (["x.toml"], "2 scenarios are called x"),
        (["--wav", "x.toml"], "x.toml: File exists"),
        (["--journal", "none.jsonl"], "none.jsonl: No such file"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anybody_is_rung(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.toml").write_text("[[turn]]\nhang_up = true\n", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["call", "x.toml", *arguments])
    shown = capsys.readouterr()
    assert (left.value.code, shown.out) == (2, "")
    assert complaint in shown.err
    assert shown.err.count("\n") == 1
