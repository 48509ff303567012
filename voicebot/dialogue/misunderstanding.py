"""Not understood: say it otherwise, then choose by key, then a person. Never endless."""

from __future__ import annotations

from voicebot.dialogue import answers, doubts, menu, transfers
from voicebot.dialogue.inputs import Do, Input
from voicebot.dialogue.talk import Choosing, Talk
from voicebot.routing import MOST_CHOICES

CONCEIVABLE = 0.03
"""Likelihood from which a service is worth naming to somebody who was not understood."""


def not_understood(talk: Talk, happened: Input) -> list[Do]:
    talk.misunderstood += 1
    if happened.heard is not None and happened.heard.aspect is not None:
        talk.wondered = happened.heard.aspect
    if asked := doubts.ask(talk, happened):
        return asked
    if talk.misunderstood == 1:
        return [talk.say("not_understood")]
    if talk.misunderstood == 2:
        return _by_key(talk, happened)
    return transfers.give_up(talk, "not_understood_person")


def _by_key(talk: Talk, happened: Input) -> list[Do]:
    """What it may have been about, or what can be done at all."""
    heard = happened.heard
    likely = heard.candidates[:MOST_CHOICES] if heard is not None else ()
    services = tuple(service for service, likelihood in likely if likelihood >= CONCEIVABLE)
    if heard is None or len(services) < 2:
        return menu.open_menu(talk, happened, "not_understood_keys")
    talk.choosing = Choosing(heard, services)
    # The choices come last: they are what is said again when nothing follows.
    return answers.choose_by_key(talk, services, talk.say("not_understood_keys"), talk.say("keys_or_person"))
