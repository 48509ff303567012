"""How long to wait for more before a caller's turn is taken to be over.

A fixed silence is too long after a yes and too short inside a telephone number. So what was said is understood while
the caller is still silent, and decides: an answer that was asked for ends the turn as soon as it is understood, half a
sentence keeps it open. Conversation between people has gaps of 0.2 s on average, pauses within a turn are up to three
times as long (Stivers et al.: Universals and cultural variation in turn-taking in conversation, PNAS 106 (2009)).
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace

from voicebot.understanding.dialling import problem
from voicebot.understanding.emergency import emergency_number
from voicebot.understanding.intents import ends_as_question, is_unfinished, lacks_verb, names_digits, only_opens
from voicebot.understanding.numbers import phone_number
from voicebot.understanding.result import SURE, Intent, Understanding


@dataclass(frozen=True)
class Patience:
    """Milliseconds of silence that end a turn."""

    answered: int = 300
    """After a yes, a choice, a goodbye, the wish for a person."""
    asked: int = 560
    """After a question that is surely understood, or the wish to be called back."""
    opening: int = 680
    """After such a question where a call begins with it: it is mostly the longest, and its reasons follow."""
    dictated: int = 900
    """After a telephone number that may be whole; a group that follows within 1.2 s all the same is added to it."""
    told: int = 1040
    """After what is understood and is no question, as reasons may follow; and after a name, a time, an account."""
    unclear: int = 1060
    """After what is not understood yet: the rest may explain it."""
    unfinished: int = 1400
    """After half a sentence, within a number, after few words that mean nothing yet, and before recognition."""

    def scaled(self, told: int) -> Patience:
        """The same proportions where a town wants more or less patience."""
        return Patience(*(round(each * told / self.told) for each in astuple(self)))

    def with_pauses(self) -> Patience:
        """For a caller who pauses within what they say: a question is waited for as long as a statement."""
        return replace(self, asked=self.told, opening=self.told)


PATIENCE = Patience()
WHOLE_NUMBER = 9
"""Digits of a telephone number with its area code from which it may be whole; in Germany few are shorter."""
LOCAL_NUMBER = 6
"""The same for one without; many in a town have as few."""
_FEW_WORDS = 5
"""Fewer of which nothing is understood are mostly the beginning of something; all that the bot could do is ask."""
_ANSWERS = frozenset(
    {
        Intent.YES,
        Intent.NO,
        Intent.HUMAN,
        Intent.CONNECT,
        Intent.GOODBYE,
        Intent.SATISFIED,
        Intent.REPEAT,
        Intent.BACK,
        Intent.EMERGENCY,
        Intent.WAIT,
        Intent.GO_ON,
    }
)
_YES_OR_NO = frozenset({Intent.YES, Intent.NO})
_FAREWELLS = frozenset({Intent.GOODBYE, Intent.SATISFIED})
_CERTAIN = 0.98
"""Confidence from which a question is understood surely. Of 240 development questions with a pause inside, 26 of the 48
halves that ended as questions and were understood had less, and 33 of the 87 whole ones.
"""


def patience_ms(
    heard: Understanding, expecting: str | None, patience: Patience = PATIENCE, *, opens: bool = False
) -> int:
    """The silence after which ``heard`` is all that the caller wanted to say.

    :param expecting: what the bot has just asked for; see :meth:`.Understander.understand`
    :param opens: whether nothing has been asked in this call yet
    """
    if not heard.text.strip():
        return patience.asked  # a cough or a hum: the bot goes on with what it was saying
    if expecting == "number":
        digits = phone_number(heard.text, heard.language) or ""
        if len(digits) >= WHOLE_NUMBER and digits.startswith("0") and problem(digits) is None:
            return patience.dictated
        if len(digits) >= LOCAL_NUMBER and not digits.startswith("0"):
            return patience.unclear
        return patience.unfinished if names_digits(heard.text, heard.language) else patience.unclear
    if heard.intent in _FAREWELLS and expecting is None:
        return patience.told  # unasked, it is often what Whisper makes of two mumbled words; a farewell can wait
    if heard.intent in _ANSWERS and expecting is None and only_opens(heard.text, heard.language):
        return patience.told  # "hallo" and "ja, guten Tag" are no answer to a greeting, but the beginning of one
    if heard.intent in _YES_OR_NO and expecting is None:
        return patience.told  # to no question, it begins something: "und wie" is no yes yet
    if heard.intent is Intent.EMERGENCY and emergency_number(heard.text) is None:
        return patience.told  # no phrase names it, and half a sentence that is misheard is soon taken for one
    if heard.intent in _ANSWERS:
        return patience.answered
    if expecting == "name":
        return patience.told
    if is_unfinished(heard.text, heard.language):
        return patience.unfinished
    if expecting == "words":
        return patience.told
    if expecting == "choice" or heard.intent is Intent.CALLBACK:
        return patience.asked
    if heard.intent is Intent.NOMATCH and expecting is None and len(heard.text.split()) < _FEW_WORDS:
        return patience.unfinished
    if heard.intent is Intent.NOMATCH or heard.confidence < SURE:
        return patience.unclear
    # What a statement is about is often plain before its end. So it is where a question breaks off; but then no
    # question is heard, or its verb is missing, or it is understood a little less surely.
    is_whole = ends_as_question(heard.text) and not lacks_verb(heard.text, heard.language)
    if not is_whole or (heard.confidence < _CERTAIN and not heard.follows_up):
        return patience.told
    return patience.opening if opens else patience.asked
