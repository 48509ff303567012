"""How emergencies are told apart from what only sounds like one."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from talking import Talker, about, told
from town import town
from voicebot.archive import load_arrays
from voicebot.catalogue.folder import read_folder
from voicebot.dialogue import State, Transfer
from voicebot.knowledge import misheard_as, shipped_classifiers, shipped_embeddings
from voicebot.routing import Action
from voicebot.speech.embedder import Embedder
from voicebot.speech.embedding_cache import EmbeddingCache
from voicebot.trained import made_of_city
from voicebot.understanding import alarm
from voicebot.understanding.alarm import Alarm, Signs, Weighing, learned_odds, nearness, shipped
from voicebot.understanding.alarm_fitting import fingerprint
from voicebot.understanding.emergency import Danger, Emergencies, sentences
from voicebot.understanding.network import Network
from voicebot.understanding.result import Intent, Understanding
from voicebot.understanding.understander import Understander, texts_to_embed

HERE = Path(__file__).parent
DIMENSIONS = 4
FIRE, THIEF, NONE = np.eye(DIMENSIONS, dtype=np.float32)[:3]


def small_network() -> Network:
    """Knows fire, thieves and forms, each with a direction of its own."""
    kinds = [("es brennt im keller", FIRE), ("ein dieb ist im haus", THIEF), ("ich brauche das formular", NONE)]
    texts = [f"{text} {number}" for text, _ in kinds for number in range(40)]
    vectors = np.stack([vector for _, vector in kinds for _ in range(40)])
    return Network.fit(texts, vectors, np.repeat(np.arange(3), 40), 3)


@pytest.fixture(scope="module")
def network() -> Network:
    return small_network()


def emergencies(network: Network, weighing: Weighing) -> Emergencies:
    vectors = np.stack([FIRE if number else NONE for number, _ in sentences()])
    return Emergencies(Alarm(network, weighing), vectors)


# The network.


def test_the_network_tells_by_meaning_and_by_words(network: Network) -> None:
    nowhere = np.full(DIMENSIONS, 0.5, np.float32)
    assert network.scores("niemand hat das je gehört", THIEF).argmax() == 1
    assert network.scores("es brennt im keller", nowhere).argmax() == 0
    assert network.scores("ich brauche das formular", nowhere).argmax() == 2
    assert np.isfinite(network.scores("", nowhere)).all()


def test_the_same_texts_give_the_same_network(network: Network) -> None:
    again = small_network()
    assert all((again.arrays()[name] == value).all() for name, value in network.arrays().items())


def test_an_alarm_survives_being_kept(network: Network) -> None:
    made = Alarm(network, Weighing(*np.arange(8.0)), "texts")
    again = Alarm.from_arrays(made.arrays())
    assert (again.weighing, again.made_of) == (made.weighing, "texts")
    assert again.network.scores("es brennt", FIRE) == pytest.approx(network.scores("es brennt", FIRE))


# What is made of it.


def test_signs_are_weighed() -> None:
    weighing = Weighing(constant=1.0, learned=2.0, nearest=3.0, service=-4.0, named=5.0, harmless=-6.0)
    signs = Signs(learned=1.0, nearest=0.5, service=0.25, is_named=True, is_harmless=False)
    assert weighing.odds(signs) == pytest.approx(1 + 2 + 1.5 - 1 + 5)
    assert weighing.odds(replace(signs, is_harmless=True)) == pytest.approx(2.5)


def test_either_number_is_an_emergency() -> None:
    assert learned_odds(np.array([0.0, 3.0, 1.0], np.float32)) > 0
    assert learned_odds(np.array([3.0, 0.0, 1.0], np.float32)) > 0
    assert learned_odds(np.array([0.0, 0.0, 1.0], np.float32)) < 0
    assert learned_odds(np.array([0.0, 0.0, 1e9], np.float32)) > -10


def test_nearness_is_how_much_more_alike_it_is_to_emergencies() -> None:
    dangerous, harmless = FIRE[None, :], np.stack([NONE, FIRE * 0.5 + NONE * 0.5])
    assert nearness(FIRE, dangerous, harmless) == pytest.approx(1 - 0.25)
    assert nearness(NONE, dangerous, harmless) == pytest.approx(-0.75)
    assert nearness(FIRE, dangerous[:0], harmless[:0]) == 0


TIERS = Weighing(constant=0.0, learned=1.0, nearest=0.0, service=-10.0, named=0.0, harmless=0.0, alarm=1.0, doubt=-6.0)


def test_two_limits_part_what_is_sure_from_what_is_doubtful(network: Network) -> None:
    told_of = emergencies(network, TIERS)

    def danger(text: str, vector: np.ndarray | None, service: float = 0.0) -> Danger | None:
        return told_of.danger(text, vector, service, is_statement=True)

    assert danger("ein dieb ist im haus", THIEF) == Danger("110", is_sure=True)
    assert danger("ein dieb ist im haus", THIEF, service=0.7) == Danger("110", is_sure=False)
    assert danger("ein dieb ist im haus", THIEF, service=1.5) is None
    assert danger("ich brauche das formular", NONE, service=0.9) is None
    assert danger("ein dieb ist im haus", None) is None


def test_a_certain_phrase_is_a_doubt_at_least(network: Network) -> None:
    told_of = emergencies(network, TIERS)
    doubtful = Danger("112", is_sure=False, is_named=True)
    assert told_of.danger("Hilfe, hier brennt es", NONE, 1.0, is_statement=True) == doubtful


def test_a_few_words_beside_a_command_are_told_by_phrases_alone(network: Network) -> None:
    told_of = emergencies(network, TIERS)
    short, long = "ein dieb ist im haus", "ein dieb ist im haus bitte verbinden sie mich"
    assert told_of.danger(short, THIEF, 0.0, is_statement=False) is None
    assert told_of.danger(long, THIEF, 0.0, is_statement=False) == Danger("110", is_sure=True)
    assert told_of.danger("dieb", THIEF, 0.0, is_statement=True) is None


@pytest.mark.parametrize("dimensions", [None, DIMENSIONS + 1])
def test_by_phrases_alone_where_embeddings_do_not_fit(network: Network, dimensions: int | None) -> None:
    vectors = np.ones((len(sentences()), dimensions), np.float32) if dimensions else None
    told_of = Emergencies(Alarm(network, TIERS), vectors)
    assert told_of.danger("Hier brennt es!", FIRE, 0.0, is_statement=True) == Danger("112", is_sure=True, is_named=True)
    assert told_of.danger("ein dieb ist im haus", THIEF, 0.0, is_statement=True) is None


@pytest.mark.parametrize(("limit", "intent"), [(-100.0, Intent.EMERGENCY), (100.0, Intent.NOMATCH)])
def test_what_is_doubtful_is_understood_as_usual(
    network: Network, monkeypatch: pytest.MonkeyPatch, limit: float, intent: Intent
) -> None:
    weighing = Weighing(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, alarm=limit, doubt=-100.0)
    monkeypatch.setattr(alarm, "shipped", lambda: Alarm(network, weighing))
    vectors = np.tile(NONE, (len(texts_to_embed(town())), 1))
    got = Understander(town(), vectors).understand("Ein Dieb ist im Haus", "de", THIEF)
    assert got.intent is intent
    told_to_dial, mentioned = got.emergency, got.doubt
    assert (told_to_dial, mentioned) == (("110", None) if intent is Intent.EMERGENCY else (None, "110"))


# What comes with the package.


def test_the_shipped_alarm_was_fitted_to_the_shipped_texts() -> None:
    city = read_folder(HERE.parent / "data" / "borken")
    assert shipped().made_of == fingerprint(city), "mend with: voicebot models alarm voicebot/understanding/alarm.npz"


def test_the_shipped_classifiers_were_fitted_to_the_shipped_texts() -> None:
    city = read_folder(HERE.parent / "data" / "borken")
    made_of = str(load_arrays(shipped_classifiers())["key"])
    assert made_of == made_of_city(city, misheard_as(city, None), with_vectors=True), (
        "mend with: voicebot models fit data/borken/classifiers.npz"
    )


def test_the_shipped_alarm_warns_from_less_on_than_it_alarms() -> None:
    weighing = shipped().weighing
    assert weighing.doubt < weighing.alarm
    assert weighing.learned > 0 > weighing.service
    assert weighing.nearest > 0 < weighing.named


def spoken(name: str) -> list[str]:
    with (HERE / "data_understanding" / name).open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


@pytest.mark.models
def test_sentences_never_seen_are_told(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "x.npz", [text for _, text in sentences()], shipped_embeddings())
    assert not len(cache)
    told_of = Emergencies(shipped(), cache.finish())
    embedder = Embedder(threads=1)

    def found(name: str) -> list[Danger | None]:
        texts = spoken(name)
        vectors = embedder.embed(texts)
        return [
            told_of.danger(text, vector, 0.0, is_statement=True) for text, vector in zip(texts, vectors, strict=True)
        ]

    real, harmless = found("emergencies.csv"), found("no_emergencies.csv")
    assert None not in real
    assert np.mean([each is not None and each.is_sure for each in real]) >= 0.95
    # Nothing speaks for a service here, which keeps most of them from it in a call.
    assert np.mean([each is not None and each.is_sure for each in harmless]) <= 0.1
    assert np.mean([each is not None for each in harmless]) <= 0.35


# What the caller hears.


def test_a_doubt_is_mentioned_once_and_then_the_answer_follows() -> None:
    talker = Talker()
    doubtful = replace(about("ausweis", "documents"), doubt="110")
    warning = talker.prompt("emergency_doubt_110")
    said = talker.hears(doubtful)
    assert said.startswith(warning)
    assert "Ausweis documents." in said
    assert talker.state is State.OFFERED
    assert warning not in talker.hears(doubtful)
    assert talker.hears(replace(doubtful, doubt="112")).startswith(talker.prompt("emergency_doubt_112"))


def test_whoever_is_put_through_hears_the_number_before() -> None:
    talker = Talker()
    assert talker.hears(replace(told(Intent.HUMAN, "Hilfe"), doubt="112")).startswith(
        talker.prompt("emergency_doubt_112")
    )
    assert any(isinstance(action, Transfer) for action in talker.actions)


def test_where_nothing_else_is_understood_the_bot_asks() -> None:
    talker = Talker()
    doubtful = replace(told(Intent.NOMATCH, "Er rührt sich nicht"), doubt="110")
    assert talker.hears(doubtful) == talker.prompt("emergency_ask")
    assert (talker.state, talker.dialogue.expecting) == (State.EMERGENCY_ASKED, "yes_no")
    talker.hears(doubtful)
    assert talker.state is State.MENU
    talker.hears(doubtful)
    assert talker.state is State.TRANSFERRING


@pytest.mark.parametrize("answer", ["1", told(Intent.YES, "Ja!")])
def test_yes_is_an_emergency(answer: str | Understanding) -> None:
    talker = asked()
    talker.takes(answer)
    assert [each.text for each in talker.says] == [talker.prompt("emergency_112")]
    assert talker.decision.action is Action.EMERGENCY


def test_anything_else_goes_on() -> None:
    assert asked().hears(told(Intent.NO, "Nein")) == Talker().prompt("greeting_question")
    assert "Ausweis documents." in asked().hears(about("ausweis", "documents"))


def asked() -> Talker:
    talker = Talker()
    talker.hears(replace(told(Intent.NOMATCH, "Er rührt sich nicht"), doubt="112"))
    return talker


def test_nobody_is_warned_who_listens_to_somebody_else() -> None:
    talker = Talker()
    talker.hears(told(Intent.HUMAN, "Mensch"))
    assert talker.state is State.TRANSFERRING
    assert talker.hears(replace(about("ausweis", None), doubt="112")) == ""
