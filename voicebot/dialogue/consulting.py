"""A few short questions where one answer does not settle a matter; see :mod:`voicebot.advice`."""

from __future__ import annotations

from dataclasses import replace

from voicebot.advice import Advice, Consultation, Ending
from voicebot.catalogue.advice import in_language
from voicebot.dialogue import answers, controls, transfers
from voicebot.dialogue.inputs import Do, Input, Kind, Say, State
from voicebot.dialogue.talk import Talk
from voicebot.routing import Action, Decision
from voicebot.understanding.result import SURE


def offered_yes(talk: Talk, happened: Input) -> list[Do]:
    """Key 1 connects; a spoken yes is to the questions, which come first in the offer and commit to nothing."""
    is_towns_own = talk.target is not None and talk.target.kind != "extern"
    if happened.digits and is_towns_own:
        return transfers.connect(talk, happened)
    return begin(talk, happened)


def declined(talk: Talk, happened: Input) -> list[Do]:
    """Not offered again with every further answer; whoever asks for it still gets it."""
    if advice := talk.router.advice(talk.service, talk.language):
        talk.advised.add(advice.key)
    return answers.satisfied(talk, happened)


def begin(talk: Talk, happened: Input) -> list[Do]:
    """The first question about the service last spoken of; the overview where there is no advice on it."""
    advice = talk.router.advice(talk.service, talk.language)
    if advice is None:
        return controls.overview(talk, happened)
    talk.consultation = Consultation(advice)
    return [talk.say("advice_begin"), *_ask(talk, talk.consultation)]


def take(talk: Talk, happened: Input) -> list[Do]:
    """The answer to the present question, or a question of the caller's own."""
    assert talk.consultation is not None
    heard = happened.heard
    choice = talk.consultation.choose(heard.text if heard else "", _language(talk), happened.digits)
    if choice is not None:
        return _ask(talk, talk.consultation.answered(choice))
    if heard is not None and happened.kind is Kind.QUESTION and _leads_away(talk.consultation.advice, happened):
        return answers.answer(talk, happened)
    return _once_more(talk, talk.consultation)


def back(talk: Talk, happened: Input) -> list[Do]:
    """One question back, and before the first one out of it, to the service."""
    if talk.consultation is not None and talk.consultation.answers:
        return _ask(talk, talk.consultation.back())
    talk.consultation = None
    return controls.back(talk, happened)


def person(talk: Talk, _: Input) -> list[Do]:
    """Whoever deals with the matter, with the answers noted."""
    return transfers.transfer_to(talk, talk.target)


def _leads_away(advice: Advice, happened: Input) -> bool:
    heard = happened.heard
    if heard is None or heard.service in advice.services:
        return False
    return heard.department is not None or heard.confidence >= SURE


def _language(talk: Talk) -> str:
    """The call's language, or German where the advice has no other."""
    assert talk.consultation is not None
    return talk.language if talk.language in talk.consultation.advice.languages else "de"


def _ask(talk: Talk, consultation: Consultation) -> list[Do]:
    """The next question, or what the answers come to."""
    talk.consultation = consultation
    talk.matter = talk.note or talk.matter
    if consultation.ending is not None:
        return _end(talk, consultation.advice, consultation.ending)
    talk.state = State.CONSULTING
    if talk.service not in consultation.advice.services:
        talk.service = consultation.advice.services[0]  # back from an ending that came to another service
    department = talk.router.city.department_of(talk.service) if talk.service else None
    talk.target = talk.router.transferable(department)
    talk.decision = Decision(Action.CONSULT, department=talk.target, service=talk.service)
    return [Say(consultation.question(_language(talk)), _language(talk))]


def _end(talk: Talk, advice: Advice, ending: Ending) -> list[Do]:
    talk.advised.add(advice.key)
    talk.service = ending.service or talk.service
    department = talk.router.city.departments[ending.department]
    parts = ending.spoken(speak_samples=talk.router.speak_samples)
    talk.decision = Decision(
        Action.ANSWER,
        tuple(in_language(part.text, _language(talk)) for part in parts),
        department,
        talk.service,
        sample=any(part.is_sample for part in parts),
    )
    replies = talk.replies(talk.decision, _language(talk))
    if department.kind == "extern":
        talk.state = State.LISTENING
        talk.decision = replace(talk.decision, action=Action.EXTERNAL)
        named = [Say(text, talk.language) for text in talk.router.external(department, talk.language)]
        return [*replies, *named, *(answers.next_wish(talk, "next_wish") or [talk.say("anything_else")])]
    if ending.transfer:
        return [*replies, *transfers.transfer_to(talk, department)]
    return answers.offer_to_connect(talk, talk.decision, replies)


def _once_more(talk: Talk, consultation: Consultation) -> list[Do]:
    """The keys, and when these do not help either, a person with the answers so far."""
    talk.misunderstood += 1
    if talk.misunderstood >= 2:
        return answers.to_person(talk)
    labels = consultation.labels(_language(talk))
    prompt = "advice_keys_three" if len(labels) > 2 else "advice_keys_two"
    return [talk.say(prompt, **dict(zip(("first", "second", "third"), labels, strict=False)))]
