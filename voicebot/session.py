"""One call from greeting to goodbye.

The media clock drives it: every 20 ms the call hands over a frame, and everything that waits (the end of a
turn, silence, a recognition under way) is looked at then. Nothing here blocks; recognition and synthesis
are tasks that the session holds and ends.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telephony.audio import FRAMES_A_SECOND
from telephony.call import Call
from telephony.events import (
    CallEnded,
    Digit,
    Established,
    Frame,
    Held,
    TransferOutcome,
    TransferProgress,
    TransferResult,
)
from voicebot import dialogue as dialogues
from voicebot.briefing import brief, note_of
from voicebot.calllanguage import CallLanguage
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.desk.messages import Message
from voicebot.desk.notes import Note
from voicebot.dialogue import CallOff, Dialogue, Do, HangUp, Input, Kind, LeaveMessage, Say, State, Transfer
from voicebot.endpointing import PATIENCE, patience_ms
from voicebot.handover import Handover, Phase, Phones, Records
from voicebot.hearing import Comprehension, Heard, hear
from voicebot.listener import Activity, Began, Deaf, Dismissed, Listener, Uttered
from voicebot.resumption import Answered, can_be_taken_back
from voicebot.routing import Router
from voicebot.settings import Settings
from voicebot.speaker import Speaker
from voicebot.speech.listening import Recognition
from voicebot.understanding.intents import is_backchannel
from voicebot.understanding.result import Intent
from voicebot.voice import Voice

log = logging.getLogger(__name__)

BACKCHANNEL_S = 0.7
"""The longest that somebody speaks who only listens."""
KEY_PAUSE_FRAMES = 4 * FRAMES_A_SECOND
"""Pause after which typed digits count as complete without ``#``."""

STILL_TRYING_FRAMES = 15 * FRAMES_A_SECOND
"""How long a caller waits with music before being told that it goes on."""
LEFT_FRAMES = 3 * FRAMES_A_SECOND // 2
"""A PBX takes the caller whom we refer to it sooner; with one whom it does not, our line is not to be silent."""

Journal = Callable[[str, dict[str, Any]], None]
"""Told what happens on a call, with the seconds it took; what it keeps is its own business."""


@dataclass(frozen=True)
class Parts:
    """What all calls of a line share."""

    settings: Settings
    router: Router
    comprehension: Comprehension
    recognition: Recognition
    voice: Voice
    keep: Callable[[Message], Awaitable[str]]
    """Store a message and give the number of a report, else nothing; may raise."""
    activity: Callable[[], Activity]
    phones: Phones
    record: Callable[[Note], Records]
    """Begin to keep what a desk is told of a call, and what comes of it."""
    music: bytes = b""
    """16 kHz PCM that is played to who waits for a desk, from the start again when it is over; empty: silence."""
    speaks: frozenset[str] | None = None
    """Languages that there is a voice for; None: all."""
    clock: Callable[[], datetime] = lambda: datetime.now(TOWN_TIME)
    """What time it is for the town's desks."""


class Session:
    def __init__(self, call: Call, parts: Parts, journal: Journal | None = None) -> None:
        self._call = call
        self._parts = parts
        self._settings = parts.settings
        self._tell = journal or (lambda _what, _details: None)
        self._dialogue = Dialogue(
            parts.router,
            parts.settings.speech.languages[0],
            call.remote,
            area_code=parts.settings.sip.area_code,
            clock=parts.clock,
            speaks=parts.speaks,
        )
        self._speaker = Speaker(call, parts.voice)
        self._patience = PATIENCE.scaled(parts.settings.dialogue.end_of_turn_ms)
        self._listener = Listener(
            parts.activity(),
            self._understand,
            self._patience_ms,
            self._patience.unfinished,
            may_go_on=lambda: self._answered is not None,
        )
        self._answered: Answered | None = None
        """The last utterance, as long as its answer can be taken back."""
        self._hangs_up = False
        """Whether the bot leaves once everything has been said."""
        self._handover: Handover | None = None
        """The attempt under way to find somebody for the caller."""
        self._is_handed_over = False
        """Whether somebody has taken the call."""
        self._waited_frames = 0
        """How long the caller has been waiting for a desk since something was said to them."""
        self._left_frames = 0
        """How long the caller has been left with the bot after a REFER; music from LEFT_FRAMES on."""
        self._decided_at = 0.0
        """When the reply that is not audible yet was decided on, monotonic seconds; 0 if there is none."""
        self._spoken_frames = 0
        """How long the bot has been speaking without a break."""
        self._acknowledged = False
        """Whether the caller has been told to wait a moment for what is being said about this turn."""
        self._typed = ""
        self._typed_for = 0
        """Frames since the last typed digit."""
        self._waiting: deque[Input] = deque()
        """Inputs that came while something protected was being said."""
        self._idle_frames = 0
        self._frames = 0
        self._held = False
        self._established = False
        self._background: set[asyncio.Task[None]] = set()
        self._storing = asyncio.Lock()
        """Whoever came first gets it first, so that a correction is stored after what it corrects."""

    async def run(self) -> None:
        """Hold the conversation until one side hangs up. Never leaves the call open.

        After an error of ours the caller is passed on to the switchboard before it is raised.
        """
        try:
            await self._call.answer()
            await self._converse()
        except Exception:
            await self._give_up()
            raise
        finally:
            self._speaker.stop()
            self._listener.drop()
            await self._close_handover()
            await self._call.hang_up()
            if self._background:
                await asyncio.wait(self._background)

    async def _converse(self) -> None:
        while True:
            event = await self._call.next_event()
            if isinstance(event, CallEnded):
                ended = {"code": event.code, "reason": event.reason, "state": self._dialogue.state}
                self._tell("ended", ended)
                return
            await self._take(event)

    async def _give_up(self) -> None:
        """The conversation is broken: hand the caller to a person, without a word more."""
        self._speaker.stop()
        await self._close_handover()
        self._tell("gave_up", {})
        await self._call.transfer(
            f"sip:{self._parts.router.switchboard.extension}@{self._desks_host}",
            timeout=self._settings.transfer.timeout_s,
        )
        while True:
            match await self._call.next_event():
                case TransferOutcome() | CallEnded():
                    return
                case _:
                    pass

    async def _take(self, event: object) -> None:
        match event:
            case Frame():
                await self._tick(event)
            case Established(codec):
                self._established = True
                self._tell("established", {"codec": codec, "caller": self._call.remote})
                self._step(Input(Kind.STARTED))
            case Digit(digit):
                self._key(digit)
            case Held(held):
                self._tell("held", {"held": held})
                self._held = held
                self._listener.drop()
                self._go_on()
            case TransferProgress() | TransferOutcome() if self._handover is not None:
                self._handover.take(event)
            case TransferProgress(code, reason):
                self._tell("transfer_progress", {"code": code, "reason": reason})
            case TransferOutcome() if self._is_handed_over:
                pass  # the desk's leg has told it already: its place was taken
            case TransferOutcome():
                # After the dialogue has gone on: a desk that was given up has answered late.
                self._tell("transfer_outcome", {"result": event.result, "code": event.code, "reason": event.reason})
                self._transfer_ended(event)

    async def _tick(self, frame: Frame) -> None:
        if not self._established:
            return  # the 200 is not acknowledged yet, and nobody listens
        self._frames += 1
        self._look_after_handover()
        too_long = self._frames == self._settings.dialogue.longest_call_s * FRAMES_A_SECOND
        if self._joined:
            return  # caller and desk talk: nothing that is said is meant for the bot
        if self._held:
            if too_long:
                await self._call.hang_up()
            # A PBX may hold the caller while it transfers: leaving does not wait for the caller's ear.
            await self._leave_when_quiet()
            return
        self._speaker.tick()
        self._listen(frame)
        self._acknowledge()
        self._finish_typing()
        self._note_speech()
        if self._speaker.failed and not self._acknowledged:
            self._speech_failed()
        while self._waiting and not self._speaker.protected:
            self._step(self._waiting.popleft())
        await self._leave_when_quiet()
        self._count_silence()
        self._keep_company()
        if too_long:
            self._step(Input(Kind.TOO_LONG))

    # Hearing.

    def _listen(self, frame: Frame) -> None:
        for event in self._listener.tick(frame):
            match event:
                case Began():
                    self._barge_in()
                case Dismissed():
                    self._go_on()
                case Uttered():
                    self._uttered(event)
                case Deaf(error):
                    log.error("recognition failed: %s", error)
                    self._step(Input(Kind.OUT_OF_ORDER))

    def _acknowledge(self) -> None:
        """Where understanding takes much longer than usual, a short word that somebody is there; once a turn."""
        if not self._listener.overdue:
            self._acknowledged = False
        elif not self._acknowledged and not self._speaker.speaking and not self._is_leaving():
            self._acknowledged = True
            self._tell("acknowledges", {})
            self._speaker.say([self._dialogue.say("moment")])

    def _barge_in(self) -> None:
        """Fall silent at once; whether for good is decided by what is heard."""
        if self._speaker.speaking and not self._speaker.protected and not self._is_leaving():
            self._speaker.pause()

    def _is_leaving(self) -> bool:
        """Whether the bot is on its way out: an announcement or a goodbye is said to its end."""
        return self._handover is not None or self._hangs_up

    async def _understand(self, pcm: bytes, spoken_s: float, is_longer: bool) -> Heard:
        expecting, last_service = self._dialogue.expecting, self._dialogue.service
        tongue, language = self._dialogue.tongue, self._dialogue.language
        if is_longer and self._answered is not None:
            before = self._answered.before
            expecting, last_service = self._answered.expecting, before["service"]
            tongue, language = before["tongue"], before["language"]
        return await hear(
            self._parts.recognition,
            self._parts.comprehension,
            pcm,
            spoken_s,
            language=tongue or CallLanguage(language),
            languages=self._settings.speech.languages,
            expecting=expecting,
            last_service=last_service,
        )

    def _patience_ms(self, heard: Heard, is_longer: bool) -> int:
        answered = self._answered if is_longer else None
        expecting = answered.expecting if answered else self._dialogue.expecting
        last_service = answered.before["service"] if answered else self._dialogue.service
        if not is_longer and self._is_backchannel(heard):
            return self._patience.asked  # the bot goes on, and who goes on as well is heard all the same
        return patience_ms(heard.understanding, expecting, self._patience, opens=last_service is None)

    def _uttered(self, uttered: Uttered) -> None:
        """Act on what was understood; what is no answer to the bot lets it go on."""
        result, heard = uttered.heard, uttered.heard.understanding
        if not uttered.is_longer:
            self._answered = None
        self._tell(
            "heard",
            {
                "text": heard.text,
                "language": heard.language,
                "intent": heard.intent,
                "service": heard.service,
                "aspect": heard.aspect,
                "confidence": round(heard.confidence, 3),
                "recognition_s": round(result.recognition_s, 3),
                "understanding_s": round(result.understanding_s, 3),
                "waited_s": round(uttered.silence_s, 3),
            },
        )
        happened = dialogues.heard(heard)
        answered = self._answered if uttered.is_longer else None
        says_nothing = answered.is_all(heard) if answered else self._is_backchannel(result)
        if happened.kind is Kind.NOISE or says_nothing:
            self._go_on()
            return
        if answered:
            self._take_back(answered)
        self._interrupted()
        before, expecting = self._dialogue.memento(), self._dialogue.expecting
        self._dialogue.hears(result.language or CallLanguage(heard.language))
        if can_be_taken_back(self._input(happened)):
            self._answered = Answered(before, expecting, heard)

    def _take_back(self, answered: Answered) -> None:
        """The caller had not finished: the answer to the first half was none. Who pauses once will again."""
        self._patience = self._patience.with_pauses()
        self._speaker.stop()
        self._dialogue.restore(answered.before)
        self._tell("taken_back", {})

    def _is_backchannel(self, result: Heard) -> bool:
        """Whether the caller listens and says so: "ja" is an answer only to what is, or was, a question.

        What is as short and means nothing is taken for one: "ja" is easily heard as "na", "genau" as "denau".
        """
        heard = result.understanding
        if self._acknowledged or not self._speaker.speaking or self._speaker.protected or self._speaker.asking:
            return False
        if heard.intent is Intent.NOMATCH and not heard.doubt and result.spoken_s <= BACKCHANNEL_S:
            return True
        return is_backchannel(heard.text, heard.language)

    def _interrupted(self) -> None:
        """The caller has taken the turn: what was cut off stays unsaid, and the dialogue knows."""
        if self._speaker.paused:
            unheard = [say for say in self._speaker.stop() if say != self._dialogue.say("moment")]
            self._dialogue.interrupted(unheard)
            self._tell("interrupted", {"unsaid": [say.text for say in unheard]})

    def _go_on(self) -> None:
        """It was nothing: say the rest."""
        if self._speaker.paused:
            self._tell("goes_on", {})
            self._speaker.resume()

    # Keys.

    def _key(self, digit: str) -> None:
        self._tell("key", {"digit": digit})
        self._idle_frames = 0
        if not self._dialogue.collects:
            self._listener.drop()
            self._go_on()
            self._input(dialogues.key(digit))
        elif digit == "#":
            self._typed_for = KEY_PAUSE_FRAMES
        else:
            self._typed += digit
            self._typed_for = 0

    def _finish_typing(self) -> None:
        if not self._typed:
            return
        self._typed_for += 1
        if self._typed_for >= KEY_PAUSE_FRAMES:
            typed, self._typed = self._typed, ""
            # A number begins with 0, too: only a lone one asks for a person.
            self._input(dialogues.key(typed) if typed == "0" else Input(Kind.DIGITS, digits=typed))

    # Acting.

    def _input(self, happened: Input) -> list[Do]:
        """Take an input now, or as soon as what cannot be interrupted has been said; what was done at once."""
        if self._speaker.protected:
            self._waiting.append(happened)
            return []
        return self._step(happened)

    def _step(self, happened: Input) -> list[Do]:
        self._answered = None
        actions = self._dialogue.step(happened)
        if not actions:
            return actions
        self._idle_frames = 0
        if self._speaker.speaking and not self._acknowledged:
            self._speaker.stop()  # but for a word that is over in no time
        self._acknowledged = False
        says = [action for action in actions if isinstance(action, Say)]
        self._hangs_up = any(isinstance(action, HangUp) for action in actions)
        if self._dialogue.state is not State.TRANSFERRING:
            self._call_off()
        if says:
            self._tell("says", {"text": " ".join(say.text for say in says), "state": self._dialogue.state})
            self._speaker.say(says)
            self._decided_at = time.monotonic()
            self._spoken_frames = 0
        for action in actions:
            match action:
                case LeaveMessage():
                    self._keep(action)
                case Transfer():
                    self._hand_over(action)
                case CallOff():
                    if self._call_off():
                        self._step(Input(Kind.CALLED_OFF))
        return actions

    def _note_speech(self) -> None:
        """Tell when a reply begins, and see that it comes to an end."""
        if not self._speaker.audible:
            return
        if self._decided_at:
            self._tell("speaks", {"synthesis_s": round(time.monotonic() - self._decided_at, 3)})
            self._decided_at = 0.0
        self._spoken_frames += 1
        if self._spoken_frames == self._settings.dialogue.longest_speech_s * FRAMES_A_SECOND:
            self._speaker.shorten()

    async def _leave_when_quiet(self) -> None:
        if self._hangs_up and not self._speaker.speaking:
            self._hangs_up = False
            await self._call.hang_up()

    # Passing the call on.

    @property
    def _desks_host(self) -> str:
        """Where extensions are: only those of the town's own table are ever dialled."""
        return self._settings.transfer.host or self._call.peer

    @property
    def _joined(self) -> bool:
        return self._handover is not None and self._handover.phase is Phase.JOINED

    def _hand_over(self, transfer: Transfer) -> None:
        """Begin to look for somebody: desks are rung while the announcement is spoken, a REFER comes after it."""
        self._listener.drop()
        self._drop_handover()
        note = note_of(self._call, transfer, self._dialogue.caller_language)
        self._handover = Handover(
            self._call,
            transfer.plan,
            brief(note, transfer, self._parts.router, self._settings),
            host=self._desks_host,
            phones=self._parts.phones,
            voice=self._parts.voice,
            is_quiet=lambda: not self._speaker.speaking,
            timeout_s=self._settings.transfer.timeout_s,
            tell=self._tell,
            records=self._parts.record(note),
        )
        self._waited_frames = 0

    def _look_after_handover(self) -> None:
        """Go on with the conversation where nobody took the call, and leave where somebody did."""
        if self._handover is None:
            return
        self._handover.tick()
        outcome = self._handover.outcome
        if outcome is None:
            return
        self._handover = None
        self._is_handed_over = outcome.result is TransferResult.CONNECTED
        self._speaker.play_music(b"")
        self._transfer_ended(outcome)

    def _keep_company(self) -> None:
        """Music for who waits for a desk, and a word now and then."""
        phase = self._handover.phase if self._handover is not None else None
        waits = phase is Phase.RINGING
        # Who has waited with music goes on hearing it.
        begins = LEFT_FRAMES if waits else 0
        self._left_frames = self._left_frames + 1 if phase is Phase.REFERRED else begins
        self._speaker.play_music(self._parts.music if self._left_frames >= LEFT_FRAMES else b"")
        self._waited_frames = self._waited_frames + 1 if waits and not self._speaker.speaking else 0
        if self._waited_frames >= STILL_TRYING_FRAMES:
            self._waited_frames = 0
            self._step(Input(Kind.STILL_TRYING))

    def _call_off(self) -> bool:
        """End the attempt under way; whether there was one that could be ended."""
        if self._handover is None or not self._handover.call_off():
            return False
        self._drop_handover()
        self._speaker.play_music(b"")
        self._tell("called_off", {})
        return True

    def _drop_handover(self) -> None:
        """Have the attempt under way end behind the conversation's back."""
        if self._handover is not None:
            self._hold_task(asyncio.create_task(self._handover.close()))
            self._handover = None

    async def _close_handover(self) -> None:
        if self._handover is not None:
            await self._handover.close()
            self._handover = None

    def _transfer_ended(self, outcome: TransferOutcome) -> None:
        kind = Kind.TRANSFERRED if outcome.result is TransferResult.CONNECTED else Kind.NOT_TRANSFERRED
        self._step(Input(kind, result=outcome.result))

    def _keep(self, left: LeaveMessage) -> None:
        message = Message(
            created_at=datetime.now(UTC),
            call_id=self._call.id,
            caller=self._call.remote,
            name=left.name,
            number=left.number,
            matter=left.matter,
            department=left.department,
            language=left.language,
            kind=left.kind,
            preferred_time=left.preferred_time,
            place=left.place,
            since=left.since,
            complete=left.complete,
        )
        self._tell("message", {"department": left.department, "kind": left.kind, "complete": left.complete})
        self._hold_task(asyncio.create_task(self._store(message)))

    def _hold_task(self, task: asyncio.Task[Any]) -> None:
        """Keep a task until it is done; the call is not over before."""
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _store(self, message: Message) -> None:
        """Store a message after those before it, which it replaces; the dialogue learns what became of the last."""
        kept = Input(Kind.NOT_KEPT)
        async with self._storing:
            try:
                reference = await self._parts.keep(message)
                kept = Input(Kind.KEPT, digits=reference)
            except Exception:
                # Last resort: whoever reads the log can still call back.
                log.exception("a message could not be stored: %s", message)
        if message.complete and self._dialogue.state is State.KEEPING:
            self._input(kept)

    def _speech_failed(self) -> None:
        self._speaker.stop()
        self._speaker.failed = False
        self._hangs_up = False
        log.error("synthesis failed")
        self._step(Input(Kind.OUT_OF_ORDER))

    def _count_silence(self) -> None:
        busy = (
            self._speaker.speaking
            or self._listener.busy
            or bool(self._typed)
            or self._dialogue.state in (State.TRANSFERRING, State.ENDING)
        )
        self._idle_frames = 0 if busy else self._idle_frames + 1
        patience_s = self._settings.dialogue.wait_s if self._dialogue.waits else self._settings.dialogue.silence_s
        if self._idle_frames >= patience_s * FRAMES_A_SECOND:
            self._idle_frames = 0
            self._step(Input(Kind.SILENCE))
