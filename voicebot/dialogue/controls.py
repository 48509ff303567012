"""What is said to the bot itself, and what it says of its own accord."""

from __future__ import annotations

from dataclasses import replace

from voicebot.catalogue.spoken import sentences
from voicebot.dialogue import answers, menu, reports, transfers
from voicebot.dialogue.inputs import Do, HangUp, Input, Say, State
from voicebot.dialogue.talk import Talk, Topic
from voicebot.routing import Action
from voicebot.understanding.intents import leading_answer
from voicebot.understanding.particulars import accepts_report
from voicebot.understanding.result import Intent

YES_OR_NO = (State.OFFERED, State.FAILED, State.MESSAGE_OFFERED, State.OWN_NUMBER, State.CONTACT, State.CONFIRM)
"""States in which the keys 1 and 2 are yes and no."""

_OTHER_KEYS = {
    State.NAME: "keys_skip",
    State.PREFERRED_TIME: "keys_time",
    State.MATTER: "keys_skip",
    State.PLACE: "keys_skip",
    State.SINCE: "keys_since",
    State.REPORT_OFFERED: "keys_report",
}


def greet(talk: Talk, _: Input) -> list[Do]:
    others = [language for language in talk.spoken_languages if language != talk.language]
    return [
        talk.insist("greeting"),
        talk.insist("greeting_person"),
        *(Say(talk.prompts.say("other_language", language), language) for language in others),
        talk.say("greeting_question"),
    ]


def overview(talk: Talk, _: Input) -> list[Do]:
    """What the bot can do: to a question only announced, anything more would be a guess."""
    talk.state = State.LISTENING
    return [talk.say("overview")]


def repeat(talk: Talk, _: Input) -> list[Do]:
    return talk.repeat()


def slower(talk: Talk, _: Input) -> list[Do]:
    """The same again, a sentence at a time."""
    return [
        replace(say, text=" ".join(words), slow=True)
        for say in talk.repeat()
        if isinstance(say, Say)
        for words in sentences(say.text)
    ]


def simpler(talk: Talk, happened: Input) -> list[Do]:
    """The overview of the service, or the beginning of the answer; where there is neither, that is said."""
    if talk.state not in (State.OFFERED, State.ADVICE_OFFERED, State.LISTENING) or not talk.topics:
        return slower(talk, happened)
    topic = talk.topics[-1]
    plain = talk.router.simpler(topic.decision, talk.language)
    begun, overviewed = talk.say("simpler"), talk.say("simpler_general")
    if plain is None or begun in talk.question or overviewed in talk.question:
        return _offer_again(talk, topic, talk.say("simpler_none"))
    introduction = begun if plain.aspect == topic.decision.aspect else overviewed
    return _offer_again(talk, topic, introduction, *talk.replies(plain))


def back(talk: Talk, _: Input) -> list[Do]:
    """To the service spoken of before the present one, or to the one that a detour began from."""
    if talk.topics and _is_present(talk, talk.topics[-1]):
        talk.topics.pop()
    talk.decision = replace(talk.decision, action=Action.BACK, service=None, aspect=None, department=None)
    talk.misunderstood = 0
    if not talk.topics:
        talk.state = State.LISTENING
        talk.service = None
        return [talk.say("back_start")]
    topic = talk.topics[-1]
    department = talk.router.city.department_of(topic.service)
    talk.matter = topic.heard.text
    talk.decision = replace(talk.decision, service=topic.service, department=department)
    return answers.come_back_to(talk, topic.service)


def _is_present(talk: Talk, topic: Topic) -> bool:
    """Whether the conversation is at the topic still, rather than at something that came after it."""
    if talk.state is State.LISTENING:
        return topic.decision.action is Action.EXTERNAL  # its answer leaves nothing open
    return talk.state in (State.OFFERED, State.ADVICE_OFFERED)


def _offer_again(talk: Talk, topic: Topic, *said: Do) -> list[Do]:
    if topic.decision.action is Action.EXTERNAL or topic.decision.department is None:
        talk.state = State.LISTENING
        return [*said, talk.say("anything_else")]
    return answers.offer(talk, topic.decision, list(said))


def emergency(talk: Talk, happened: Input) -> list[Do]:
    number = happened.heard.emergency if happened.heard else None
    talk.state = State.LISTENING
    talk.decision = replace(talk.decision, action=Action.EMERGENCY)
    return [*talk.insist_widely(f"emergency_{number or '112'}")]


def privacy(talk: Talk, _: Input) -> list[Do]:
    if talk.state is State.ENDING:
        talk.state = State.LISTENING
    return [talk.say("privacy"), *talk.question[-1:]]


def privacy_or_report(talk: Talk, happened: Input) -> list[Do]:
    """ "Nehmen Sie das auf?" may ask about recording, and "nehmen Sie das auf" agrees to a report that was offered."""
    text = happened.heard.text if happened.heard else ""
    is_question = text.rstrip().endswith(("?", "؟")) and leading_answer(text, talk.language)[0] is not Intent.YES
    if accepts_report(text, talk.language) and not is_question:
        return reports.accept(talk, happened)
    return privacy(talk, happened)


def silence(talk: Talk, happened: Input) -> list[Do]:
    """A gentle question, another wording with the keys, then a person; goodbye where none is there."""
    talk.silences += 1
    if talk.silences == 1:
        if talk.state is State.LANGUAGES:
            return talk.repeat()  # each is for somebody else
        return [talk.say("silence")] if talk.state is State.LISTENING else talk.repeat()[-1:]
    if talk.silences == 2:
        return menu.open_menu(talk, happened, "silence_keys") if talk.state is State.LISTENING else _with_keys(talk)
    if talk.router.calendar.is_open(talk.router.switchboard, talk.clock()):
        return transfers.give_up(talk, "silence_person")
    talk.state = State.ENDING
    return [talk.say("silence_goodbye"), HangUp()]


def _with_keys(talk: Talk) -> list[Do]:
    prompt = "keys_yes_no" if talk.state in YES_OR_NO else _OTHER_KEYS.get(talk.state, "keys_person")
    question = [each for each in talk.repeat()[-1:] if each != talk.say(prompt)]
    return [*question, talk.say(prompt)]


def wait(talk: Talk, _: Input) -> list[Do]:
    talk.waits = True
    return [talk.say("wait")]


def go_on(talk: Talk, _: Input) -> list[Do]:
    """The rest of what was interrupted, or the question once more."""
    unheard, talk.unheard = talk.unheard, []
    return list(unheard) or talk.repeat()[-1:]


def hang_up(_talk: Talk, _: Input) -> list[Do]:
    return [HangUp()]


def nothing(_talk: Talk, _: Input) -> list[Do]:
    return []
