"""From an utterance to an :class:`.Understanding`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from voicebot.catalogue.city import City
from voicebot.understanding import alarm
from voicebot.understanding.aspects import Aspects, find_aspect, sentences
from voicebot.understanding.aspects import train as train_aspects
from voicebot.understanding.directory import Directory, Mention
from voicebot.understanding.emergency import Danger, Emergencies
from voicebot.understanding.emergency import sentences as emergency_sentences
from voicebot.understanding.hotwords import Hotwords
from voicebot.understanding.hypotheses import REAL, Hypothesis, embedded, instead_of_noise, mixed
from voicebot.understanding.intents import (
    asked_language,
    asks_for_somebody,
    calls_somebody_of,
    control_intents,
    is_beside_people,
    is_noise,
    leading_answer,
    somebody_of,
    summons,
    without_partners,
)
from voicebot.understanding.learned import Classifier, Progress
from voicebot.understanding.matching import Evidence, Matcher, content, references
from voicebot.understanding.matching import train as train_services
from voicebot.understanding.misheard import Misheard
from voicebot.understanding.normalise import fold, latin
from voicebot.understanding.result import Intent, Understanding
from voicebot.understanding.wishes import Piece, pieces, split

#: Below this confidence nothing is understood: of what is read, and of what a recognizer is of several minds about.
#: What noise has garbled looks like nothing of the town's; of the guesses between the two, three in five are right.
NOMATCH_BELOW, HEARD_BELOW = 0.2, 0.1
#: How much likelier than all that is off topic a service must be: an answer nobody asked for is worse than a question.
_OFF_TOPIC_COUNTS = 3.0
#: Below the first the bot asks back, among those that are at least as likely as the second.
_CLEAR, _POSSIBLE = 0.6, 0.15
#: So few telling words are vague where they are no service's name, and several services share them about equally.
_FEW, _IS_NAME, _SHARED, _CONCEIVABLE = 2, 0.95, 0.8, 0.03
_CANDIDATES = 3
#: A department's name is certain, or likely where the caller asks for somebody.
_NAMED, _PERHAPS_NAMED = 0.87, 0.75
#: And as it is written.
_AS_NAMED = 0.95
_OF_A_DEPARTMENT = frozenset({"hours", "contact", "location"})
#: To ask for nothing in particular, or whom to talk to, is no question that stands in the way of being put through.
_OF_SOMEBODY = frozenset({None, "general", "contact"})
_ANSWERS = frozenset({Intent.YES, Intent.NO})
_ONE_WORD = ("name", "number", "choice")
#: What is said to the bot instead of an account of something, if it is no longer than this.
_TO_THE_BOT = frozenset(
    {Intent.HUMAN, Intent.REPEAT, Intent.SLOWER, Intent.BACK, Intent.WAIT, Intent.GO_ON, Intent.PRIVACY}
)
_BRIEF = 5
_WANTS_SOMEBODY = frozenset({Intent.CONNECT, Intent.HUMAN})
#: "Mit jemandem über Wohngeld sprechen" goes to the service's department from this score on.
_SURE = 0.7
#: From here on a service is what somebody is wanted for, though it is not named: "mit wem rede ich, wenn ein Kind …".
_PLAIN = 0.8
#: A piece of an utterance names a service from this likelihood on, and so many wishes are followed.
_NAMED_ALONE, _MOST_WISHES = 0.4, 4
_FOLLOW_UP, _LIKELY_FOLLOW_UP = 0.9, 0.6

Scores = NDArray[np.float32]


def texts_to_embed(city: City, misheard: Sequence[Misheard] = ()) -> list[str]:
    """What to embed, in the order of the rows that :func:`train` takes.

    The city's texts, aspects, emergencies, and what its texts were misheard as.
    """
    own = [text for _, text in (*references(city), *sentences(), *emergency_sentences())]
    return [*own, *(each.heard for each in misheard)]


@dataclass(frozen=True)
class Trained:
    """What is fitted to a city before anybody calls."""

    services: Classifier
    aspects: Classifier | None
    """None where there are no embeddings: letters alone would raise false alarms."""


def train(
    city: City, vectors: Scores | None, progress: Progress | None = None, misheard: Sequence[Misheard] = ()
) -> Trained:
    """Fit everything to a city; it takes seconds, so it is kept.

    :param vectors: one normalised row for each of :func:`texts_to_embed`, or None to go by letters alone
    """
    texts = [*references(city), *((each.service, each.heard) for each in misheard)]
    if vectors is None:
        return Trained(train_services(city, None, progress, texts), None)
    about, aside, _, heard = _split(city, vectors)
    services = train_services(city, np.concatenate([about, heard]), progress, texts)
    return Trained(services, train_aspects(city, about, aside))


def _split(city: City, vectors: Scores) -> list[Scores]:
    """The rows of :func:`texts_to_embed` for the city's texts, aspects, emergencies, and what was misheard."""
    counts = (len(references(city)), len(sentences()), len(emergency_sentences()))
    return np.split(vectors, np.cumsum(counts))


@dataclass(frozen=True)
class _Group:
    """Pieces of an utterance that are about one thing."""

    text: str
    service: str | None
    is_wish: bool


def _may_follow(piece: Piece, before: _Group, *, is_sure: bool) -> bool:
    """Whether a piece is a wish beside what was said before, and not what that was told for.

    :param is_sure: whether it is sure what it is about
    """
    if not piece.may_follow or (piece.points_back and not (is_sure and piece.is_joined)):
        return False
    return piece.is_added or (before.is_wish and is_sure)


class Understander:
    """Understands the callers of one city. Immutable; made again when the city changes."""

    def __init__(self, city: City, vectors: Scores | None = None, trained: Trained | None = None) -> None:
        """:param vectors: one normalised row for each of :func:`texts_to_embed`, or None

        :param trained: what :func:`train` made of the same two, or None to fit it here
        """
        trained = trained or train(city, vectors)
        self._city = city
        about, _, danger, _ = (None,) * 4 if vectors is None else _split(city, vectors)
        self._matcher = Matcher(city, about, trained.services)
        self._aspects = Aspects(trained.aspects)
        self._emergencies = Emergencies(alarm.shipped(), danger)
        self._directory = Directory(city)
        self._hotwords = Hotwords(city)

    def understand(
        self,
        text: str,
        language: str,
        vector: NDArray[np.float32] | None,
        *,
        expecting: str | None = None,
        last_service: str | None = None,
        hypotheses: Sequence[Hypothesis] = (),
        rejected: str = "",
        clauses: Sequence[tuple[str, Scores]] = (),
    ) -> Understanding:
        """What the caller wants.

        :param vector: the normalised embedding of ``text``, or None to go by words and sound alone
        :param expecting: what the bot has just asked for: ``yes_no``, ``name``, ``number``, ``choice``, ``words``
            (an account of something, or a wish as to the time), or None
        :param last_service: what was spoken of before, for "und was kostet das?"
        :param hypotheses: what else may have been said, best first, with ``text`` among them; or none. Those without
            a vector beside one that has it are heard for emergencies only.
        :param rejected: what the caller has just turned down: "den Ausweis" in "nicht den Ausweis, den Pass"
        :param clauses: :func:`.clauses` of ``text``, each with its normalised embedding; or none
        """
        hypotheses = hypotheses or (Hypothesis(text, 1.0, vector),)
        if expecting == "yes_no":
            text = instead_of_noise(text, hypotheses)
        asked = self._question(text, language, hypotheses, last_service, self._meant_by(rejected), clauses)
        intents = control_intents(text, language)
        calls_for = asks_for_somebody(text, language)
        mention = self._mention(text, calls_for or asked.aspect in _OF_A_DEPARTMENT)
        is_statement = not intents and mention is None and expecting not in _ONE_WORD
        danger = self._danger(hypotheses, asked, is_statement)
        if danger and danger.is_sure:
            return replace(_told(asked, Intent.EMERGENCY), emergency=danger.number)
        asked = replace(asked, doubt=danger.number if danger else None)
        if is_noise(text):
            return _told(asked, Intent.NOMATCH)
        is_name = expecting == "name" and len(fold(text).split()) == 1  # somebody may be called "Deutsch"
        if not is_name and (wanted := asked_language(text)):
            return replace(_told(asked, Intent.LANGUAGE), speaks=wanted)
        if expecting in ("name", "number"):
            intent = next((each for each in intents if each not in _ANSWERS), Intent.NOMATCH)
            return _told(asked, intent)
        if expecting == "words":
            is_brief = len(fold(text).split()) <= _BRIEF
            intent = next((each for each in intents if is_brief and each in _TO_THE_BOT), Intent.NOMATCH)
            return _told(asked, intent)
        if intents:
            return self._spoken_to_bot(asked, intents, mention, expecting)
        if mention and self._is_called(mention, asked, calls_for):
            return _to_department(self._beside(mention, asked), mention.department, mention.score)
        if not mention and calls_somebody_of(text, language) and (matter := self._matter(asked)):
            return self._to_department_of(asked, *matter)
        if expecting == "yes_no" and (answer := self._answer(asked)):
            return _told(asked, answer)
        # Where it may be an emergency, that is what is asked back, not which service is meant.
        return _told(asked, Intent.NOMATCH) if asked.doubt and asked.choices else asked

    def read(self, hypotheses: Sequence[Hypothesis]) -> list[Hypothesis]:
        """The same with what their words say, as far as it is possible without their embeddings."""
        return [replace(each, reading=self._matcher.read(each.text)) for each in hypotheses]

    def wishes(self, text: str, language: str) -> list[str]:
        """The wishes of an utterance in their order, as they may be understood one by one; the text alone if one.

        By words and sound alone: what it takes to be several is understood again, each with its meaning.
        """
        found = pieces(text, language)
        if not any(piece.may_follow for piece in found[1:]):
            return split(text, language)
        groups = [_Group(found[0].text, self._named(found[0].text)[0], found[0].is_wish)]
        for piece in found[1:]:
            last = groups[-1]
            service, is_sure = self._named(piece.text) if piece.may_follow or not last.service else (None, False)
            is_other = bool(last.service and service and service != last.service)
            if is_other and _may_follow(piece, last, is_sure=is_sure):
                groups.append(_Group(piece.text, service, piece.is_wish))
            else:
                together = f"{last.text}, {piece.text}"
                groups[-1] = _Group(together, last.service or service, last.is_wish or piece.is_wish)
        return [group.text for group in groups[:_MOST_WISHES]] if len(groups) > 1 else split(text, language)

    def _named(self, text: str) -> tuple[str | None, bool]:
        """The service that a piece of an utterance is about, by words and sound, and whether that is sure."""
        evidence = self._matcher.evidence(text)
        place, likelihood = evidence.ranking(1)[0]
        if not evidence.is_telling or likelihood < _NAMED_ALONE:
            return None, False
        return self._matcher.services[place], likelihood >= _SURE or float(evidence.terms[place]) >= _NAMED

    def hotwords(self, understanding: Understanding, texts: Sequence[str]) -> tuple[str, ...]:
        """See :meth:`.Hotwords.choose`."""
        return self._hotwords.choose(understanding, texts)

    def _danger(self, hypotheses: Sequence[Hypothesis], asked: Understanding, is_statement: bool) -> Danger | None:
        """What a phrase tells of in any hypothesis that may well be right, or half of them by what was learned.

        A bad line makes words of which one in three sounds alarming; nobody has said anything of the kind.
        """
        service = asked.candidates[0][1] if asked.candidates else 0.0
        real = [each for each in hypotheses if each.weight >= REAL and each.text]
        half = sum(each.weight for each in real) / 2
        found: list[tuple[float, Danger]] = []
        for each in real:
            danger = self._emergencies.danger(each.text, each.vector, service, is_statement=is_statement)
            if danger is not None:
                found.append((half if danger.is_named else each.weight, danger))
        for is_sure in (True, False):
            told = [(weight, danger) for weight, danger in found if danger.is_sure or not is_sure]
            if told and sum(weight for weight, _ in told) >= half:
                return replace(max(told, key=lambda each: each[0])[1], is_sure=is_sure)
        return None

    def _meant_by(self, rejected: str) -> str | None:
        """The service that a few words name for certain."""
        if not rejected:
            return None
        place, likelihood = self._matcher.evidence(rejected).ranking(1)[0]
        return self._matcher.services[place] if likelihood >= _SURE else None

    def _question(
        self,
        text: str,
        language: str,
        hypotheses: Sequence[Hypothesis],
        last_service: str | None,
        rejected: str | None = None,
        clauses: Sequence[tuple[str, Scores]] = (),
    ) -> Understanding:
        """The utterance taken as a question about a service."""
        hypotheses = embedded(hypotheses)
        evidence = mixed(
            [(self._matcher.evidence(each.text, each.vector, each.reading), each.weight) for each in hypotheses]
        )
        likely = evidence.probabilities()
        ranked = [
            (self._matcher.services[place], round(share, 3)) for place, share in evidence.ranking(_CANDIDATES + 1)
        ]
        candidates = tuple(each for each in ranked if each[0] != rejected)[:_CANDIDATES]
        asked = Understanding(
            text,
            language,
            Intent.NOMATCH,
            confidence=0.0,
            aspect=self._aspects.find(text, language, hypotheses[0].vector, clauses),
            candidates=candidates,
        )
        least = NOMATCH_BELOW if len(hypotheses) == 1 else HEARD_BELOW
        # "Wann haben Sie offen?" has no telling word; before anything else was asked, it is about the town hall.
        is_about_us = last_service is None and asked.aspect == "hours"
        if (evidence.is_telling or is_about_us) and candidates and candidates[0][1] >= least:
            service, score = candidates[0]
            vague = evidence.is_telling and len(content(hypotheses[0].text)) <= _FEW
            choices = (self._unnamed(evidence) if vague else ()) or _choices(candidates)
            clear = score >= _CLEAR and score > _OFF_TOPIC_COUNTS * likely[-1]
            follows_up = last_service is not None and asked.aspect is not None
            if choices or clear or not follows_up:
                choices = tuple(key for key in choices or (() if clear else (service,)) if key != rejected)
                return replace(asked, intent=Intent.SERVICE, service=service, confidence=score, choices=choices)
        if last_service and asked.aspect:
            names_nothing = not evidence.is_telling
            sure = _FOLLOW_UP if names_nothing else _LIKELY_FOLLOW_UP
            return replace(
                asked, intent=Intent.SERVICE, confidence=sure, service=last_service, follows_up=names_nothing
            )
        return asked

    def _unnamed(self, evidence: Evidence) -> tuple[str, ...]:
        """What to ask back among after a word or two that several services share and that name none: "Müll"."""
        ranked = evidence.ranking(_CANDIDATES)
        best = ranked[0][0]
        if evidence.terms[best] >= _IS_NAME:
            return ()
        alike = [
            self._matcher.services[place]
            for place, likelihood in ranked
            if likelihood >= _CONCEIVABLE and evidence.words[place] >= _SHARED * evidence.words[best]
        ]
        return tuple(alike) if len(alike) > 1 else ()

    def _mention(self, text: str, is_likely: bool) -> Mention | None:
        """A department named well enough."""
        folded = fold(text)
        if mention := self._directory.by_extension(folded):
            return mention
        mention = self._directory.find(latin(folded))
        enough = _PERHAPS_NAMED if is_likely else _NAMED
        return mention if mention and mention.score >= enough else None

    def _spoken_to_bot(
        self,
        asked: Understanding,
        intents: tuple[Intent, ...],
        mention: Mention | None,
        expecting: str | None,
    ) -> Understanding:
        """An utterance with a phrase said to the bot itself, the first of ``intents`` counting most."""
        intent = intents[0]
        if intent in _WANTS_SOMEBODY:
            if mention and mention.department != self._city.switchboard:
                return _to_department(self._beside(mention, asked), mention.department, mention.score)
            if matter := self._matter(asked):
                return self._to_department_of(asked, *matter)
            if asked.service is not None and not asked.choices and asked.confidence >= _PLAIN:
                return self._to_department_of(asked, asked.service, asked.confidence)
        if expecting == "yes_no" and intent is Intent.GOODBYE and Intent.YES in intents:
            intent = Intent.YES  # "ja danke" is an answer there
        return _told(asked, intent)

    def _to_department_of(self, asked: Understanding, service: str, likelihood: float) -> Understanding:
        department = self._city.services[service].department
        return _to_department(replace(asked, service=service, confidence=likelihood), department, likelihood)

    def _matter(self, asked: Understanding) -> tuple[str, float] | None:
        """What somebody is wanted for, as a service that is named, and its likelihood: "mit wem über Wohngeld"."""
        bare = " ".join(word for word in without_partners(asked.text).split() if not is_beside_people(word))
        if not content(bare):
            return None
        evidence = self._matcher.evidence(bare)
        place, likelihood = evidence.ranking(1)[0]
        named = likelihood >= _SURE and evidence.terms[place] >= _NAMED
        return (self._matcher.services[place], likelihood) if named else None

    def _is_called(self, mention: Mention, asked: Understanding, calls_for: bool) -> bool:
        """Whether the department that an utterance names is wanted, rather than an answer about a service."""
        if self._is_wanted(mention, asked):
            # "Wann erwisch ich die Leute vom Bauamt wegen dem Anbau?" names people and asks for hours.
            is_question = asked.aspect not in _OF_SOMEBODY and asked.service is not None and not asked.choices
            if calls_for or not is_question or asked.confidence < _SURE or summons(asked.text, asked.language):
                return True
        return self._is_about(mention, asked, calls_for)

    def _is_wanted(self, mention: Mention, asked: Understanding) -> bool:
        """Whether somebody of a department is asked for, whatever it may be about."""
        if mention.score < _NAMED:
            return False
        words = fold(asked.text).split()
        if somebody_of(" ".join(words[: mention.start]), asked.language):
            return True
        return summons(asked.text, asked.language) and not self._is_named_alike(mention, asked)

    def _is_about(self, mention: Mention, asked: Understanding, calls_for: bool) -> bool:
        """Whether an utterance that names a department is about the department itself."""
        words = fold(asked.text).split()
        rest = content(" ".join([*words[: mention.start], *words[mention.end :]]))
        rest = [word for word in rest if not is_beside_people(word)]
        if _is_doubtful(asked):
            # Within a sentence about something else, what only resembles a name is none: "Abteilung", "Personen".
            return not rest or (mention.score >= _AS_NAMED and mention.department != self._city.switchboard)
        if calls_for or len(words) == mention.end - mention.start:
            return not rest
        if asked.aspect is None and mention.score >= _NAMED and mention.department != self._city.switchboard:
            return not rest and not self._is_named_alike(mention, asked)
        return asked.aspect in _OF_A_DEPARTMENT and not rest and not self._is_named_alike(mention, asked)

    def _beside(self, mention: Mention, asked: Understanding) -> Understanding:
        """The question without a service where nothing but the department's name speaks for one."""
        words = fold(asked.text).split()
        rest = content(" ".join([*words[: mention.start], *words[mention.end :]]))
        tells = any(not is_beside_people(word) for word in rest)
        tells = tells or find_aspect(asked.text, asked.language) in _OF_A_DEPARTMENT
        return asked if tells else replace(asked, service=None, confidence=0.0)

    def _is_named_alike(self, mention: Mention, asked: Understanding) -> bool:
        """Whether the service is called what the department is called, as a library is both."""
        if asked.service is None or asked.confidence < _SURE:
            return False
        name = " ".join(fold(asked.text).split()[mention.start : mention.end])
        return any(
            fuzz.token_set_ratio(name, fold(other)) >= _NAMED * 100
            for other in self._city.services[asked.service].names.values()
        )

    def _answer(self, asked: Understanding) -> Intent | None:
        """Yes or no where the utterance begins with it and goes on with nothing of its own."""
        answer, rest = leading_answer(asked.text, asked.language)
        if _is_doubtful(asked) and not (rest and asked.aspect):
            return answer
        return None


def _choices(candidates: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """What to ask back among: two or three services, or none where the first is clear."""
    possible = tuple(service for service, likelihood in candidates if likelihood >= _POSSIBLE)
    return possible if candidates[0][1] < _CLEAR and len(possible) > 1 else ()


def _is_doubtful(asked: Understanding) -> bool:
    """Whether no service is asked for, or one that had to be asked back about."""
    return asked.intent is Intent.NOMATCH or len(asked.choices) == 1


def _told(asked: Understanding, intent: Intent) -> Understanding:
    certainty = 0.0 if intent is Intent.NOMATCH else 1.0
    return replace(asked, intent=intent, confidence=certainty, service=None, aspect=None, choices=())


def _to_department(asked: Understanding, department: str, confidence: float) -> Understanding:
    # A department's name alone resembles its services; only what is surely meant is passed on.
    # When it is open is asked of the department, so a service need not be so sure.
    service = asked.service if asked.confidence >= (_CLEAR if asked.aspect == "hours" else _SURE) else None
    aspect = find_aspect(asked.text, asked.language)
    # To ask for a department is no question about how to reach it, however alike the two sound.
    if aspect is None and service is not None and asked.aspect != "hours":
        aspect = asked.aspect
    return replace(
        asked,
        intent=Intent.DEPARTMENT,
        confidence=confidence,
        service=service,
        aspect=aspect,
        department=department,
        choices=(),
    )
