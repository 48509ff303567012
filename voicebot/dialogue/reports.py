"""Something is broken, missing or a nuisance: taken down for whoever sees to it, with a number to refer to.

What takes reports is told by the town's data (``reports`` in services.csv).
"""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue import messages
from voicebot.dialogue.draft import REPORT, Draft
from voicebot.dialogue.inputs import Do, Input, State
from voicebot.dialogue.talk import Talk
from voicebot.routing import Action, Decision
from voicebot.understanding.aspects import find_aspect
from voicebot.understanding.particulars import accepts_report, announces_report
from voicebot.understanding.result import Understanding


def is_announced(talk: Talk, heard: Understanding, decision: Decision) -> bool:
    """Whether an utterance tells of something that can be taken down."""
    return _takes_reports(talk, decision) and announces_report(heard.text, talk.language)


def offer(talk: Talk, heard: Understanding, decision: Decision) -> list[Do]:
    """To take it down or to connect; what was asked about it besides is answered before."""
    assert decision.department is not None
    talk.state = State.REPORT_OFFERED
    talk.target = decision.department
    replies = talk.replies(decision) if find_aspect(heard.text, talk.language) else []
    return [*replies, talk.say("report_offer", desk=decision.department.with_name(talk.language))]


def may_begin(talk: Talk, decision: Decision) -> bool:
    """Whether a report was chosen by key, and now what it is about."""
    chosen, talk.reports = talk.reports, False
    return chosen and _takes_reports(talk, decision)


def accept(talk: Talk, happened: Input) -> list[Do]:
    return begin(talk, by_key=bool(happened.digits))


def begin(talk: Talk, *, by_key: bool = False) -> list[Do]:
    """The first question. What the caller has said already is what it is about; by key, the service's name."""
    assert talk.service is not None
    matter = talk.matter or talk.router.spoken_name(talk.service, talk.language)
    talk.draft = Draft(kind=REPORT, matter=matter[: messages.LONGEST_TEXT].rstrip(" .,;!"))
    talk.decision = replace(talk.decision, action=Action.CALLBACK)
    return messages.ask(talk, "place", by_key=by_key)


def other_words(talk: Talk, happened: Input) -> list[Do]:
    """ "Nehmen Sie es auf" is a yes."""
    if happened.heard is not None and accepts_report(happened.heard.text, talk.language):
        return begin(talk)
    return messages.ask_again(talk)


def _takes_reports(talk: Talk, decision: Decision) -> bool:
    return decision.action is Action.ANSWER and decision.service in talk.router.reports
