"""Measuring: what is counted is what happened, wrong files are refused clearly, and a spoken question is heard."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from telephony.audio import AudioError, write_wav
from telephony.bare import linear
from town import town
from voicebot import bench_understanding
from voicebot.catalogue.csvfile import DataError
from voicebot.evaluation import measures
from voicebot.evaluation.baseline import Rapidfuzz, everything, names
from voicebot.evaluation.measures import Outcome, Share, Target
from voicebot.evaluation.noise import mixed, street
from voicebot.evaluation.plot import plot_calibration
from voicebot.evaluation.sets import COLUMNS, Sets, Utterance, read_foreign, read_off_topic, read_sets
from voicebot.evaluation.spoken import NARROW, Ears, SpokenCaller, a_law, first_turn, load_noise, through_telephone
from voicebot.knowledge import Comprehension
from voicebot.routing import Action
from voicebot.speech.models import ModelStore
from voicebot.speech.recognizer import Recognizer
from voicebot.understanding.understander import Understander

MAPPING = Path(__file__).parent / "data_understanding" / "munich_services.csv"


def question(*services: str, aspect: str = "", departments: tuple[str, ...] = ("buergerbuero",)) -> Utterance:
    return Utterance("de", f"etwas zu {services}", "service", services, aspect, departments)


def found(service: str | None, likelihood: float = 0.9, *others: str, action: Action = Action.ANSWER) -> Outcome:
    candidates = tuple((key, likelihood) for key in (service, *others) if key)
    return Outcome(action, service, candidates=candidates, department="buergerbuero")


# Counting.


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [(Share(8, 10), 0.4902, 0.9433), (Share(0, 10), 0.0, 0.2775), (Share(10, 10), 0.7225, 1.0)],
)
def test_wilson_as_in_the_textbook(share: Share, low: float, high: float) -> None:
    assert share.interval == pytest.approx((low, high), abs=1e-4)


def test_nothing_counted_is_no_share() -> None:
    assert np.isnan(Share(0, 0).value)
    assert np.isnan(Share(0, 0).interval).all()


def test_a_target_is_held_or_missed() -> None:
    assert Target(0.9).holds(Share(9, 10))
    assert not Target(0.9).holds(Share(8, 10))
    assert Target(0.02, at_most=True).holds(Share(0, 10))
    assert not Target(0.02, at_most=True).holds(Share(1, 10))


def test_each_question_counts_where_it_should() -> None:
    pairs = [
        (question("pass"), found("pass")),
        (question("pass", "perso"), found("perso")),
        (question("pass", aspect="fee"), found("perso", 0.5, "pass")),
        (question("pass"), found("perso", 0.3, action=Action.CLARIFY)),
        (question("baum", departments=("bauamt",)), found("pass")),
        (question("pass"), Outcome(Action.NOMATCH)),
        (Utterance("de", "Bürgerbüro bitte", "department", departments=("buergerbuero",)), found(None)),
        (Utterance("de", "einen Menschen", "human"), Outcome(Action.TRANSFER, department="zentrale")),
    ]
    shares = {each.key: (each.share.hits, each.share.of) for each in measures.question_measures(pairs, "zentrale")}
    assert shares == {
        "first": (2, 6),
        "first_three": (3, 6),
        "aspect": (0, 1),
        "wrong_department": (1, 7),
        "asked_back": (1, 7),
        "not_understood": (1, 7),
        "department": (1, 1),
        "human": (1, 1),
    }


def test_an_emergency_needs_the_right_number() -> None:
    asked = Utterance("de", "Feuer", numbers=("112",))
    assert measures.is_emergency(asked, Outcome(Action.EMERGENCY, number="112"))
    assert not measures.is_emergency(asked, Outcome(Action.EMERGENCY, number="110"))
    assert not measures.is_emergency(asked, Outcome(Action.NOMATCH))
    assert measures.is_emergency(Utterance("de", "Feuerwehrfest"), Outcome(Action.EMERGENCY, number="112"))


def test_a_warning_is_any_mention_of_an_emergency_number() -> None:
    asked = Utterance("de", "Feuer", numbers=("112",))
    assert measures.is_warned(asked, Outcome(Action.EMERGENCY, number="110"))
    assert measures.is_warned(asked, Outcome(Action.NOMATCH, doubt="112"))
    assert not measures.is_warned(asked, Outcome(Action.NOMATCH))


def test_all_of_several_wishes_are_wanted() -> None:
    asked = Utterance("de", "Pass und Hund", services=("pass", "hund"))
    assert measures.are_all_found(asked, Outcome(Action.ANSWER, wishes=("hund", "pass")))
    assert not measures.are_all_found(asked, Outcome(Action.ANSWER, wishes=("pass",)))


def test_confusions_come_with_their_first_example() -> None:
    pairs = [
        (question("pass"), found("pass")),
        (question("hund"), Outcome(Action.NOMATCH)),
        (question("pass"), found("perso")),
        (question("pass"), found("perso")),
    ]
    told = [(each.right, each.found, each.times) for each in measures.confusions(pairs)]
    assert told == [("pass", "perso", 2), ("hund", "(nomatch)", 1)]
    assert measures.confusions(pairs)[0].example == question("pass").text


def test_the_calibration_error_is_the_mean_distance_of_claim_and_truth(tmp_path: Path) -> None:
    pairs = [(question("pass"), found("pass", 0.95))] * 3 + [(question("pass"), found("hund", 0.95))]
    pairs += [(question("pass"), found("hund", 0.1))] * 4
    got = measures.calibration(pairs)
    assert [(each.low, each.questions, each.right) for each in got.bins] == [(0.1, 4, 0.0), (0.9, 4, 0.75)]
    assert got.error == pytest.approx((0.1 + 0.2) / 2)
    plot_calibration(got, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_rapidfuzz_finds_what_is_spelled_alike() -> None:
    city = town()
    assert Rapidfuzz(names(city)).ask("personalausweis").service == "personalausweis"
    assert len(everything(city)) > len(names(city))


def test_asking_back_is_best_with_what_fits() -> None:
    asked = Utterance("de", "Steuer", services=("hund", "grund", "gewerbe"))
    assert measures.is_asked_back_well(asked, Outcome(Action.CLARIFY, choices=("grund", "hund")))
    assert not measures.is_asked_back_well(asked, Outcome(Action.CLARIFY, choices=("grund", "pass")))
    assert not measures.is_asked_back_well(asked, Outcome(Action.ANSWER, choices=("grund",)))


# Reading.


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, rows in files.items():
        header = ",".join(COLUMNS[f"{name}.csv"])
        (folder / f"{name}.csv").write_text(f"{header}\n{rows}", encoding="utf-8")
    return folder


def test_sets_are_read_and_a_missing_file_is_left_out(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        questions="de,Ausweis weg,service,personalausweis|fuehrerschein,fee,\nen,My card,service,personalausweis,,",
        several="de,Ausweis und Führerschein,personalausweis|fuehrerschein",
        emergencies="de,Es brennt,112|110",
    )
    sets = read_sets(folder, town(), "de")
    assert sets.questions == (
        Utterance(
            "de",
            "Ausweis weg",
            "service",
            ("personalausweis", "fuehrerschein"),
            "fee",
            ("buergerbuero", "kreis"),
        ),
    )
    assert sets.several[0].services == ("personalausweis", "fuehrerschein")
    assert sets.emergencies[0].numbers == ("112", "110")
    assert sets.off_topic == sets.clarify == sets.no_emergencies == ()


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"questions": "de,x,service,perso,,"}, "questions.csv, Zeile 2, Spalte service: „perso“"),
        ({"questions": "de,x,wish,personalausweis,,"}, "questions.csv, Zeile 2, Spalte intent: „wish“"),
        ({"questions": "de,x,service,,,"}, "questions.csv, Zeile 2, Spalte service: darf nicht leer"),
        ({"questions": "de,x,department,,,amt"}, "questions.csv, Zeile 2, Spalte department: „amt“"),
        ({"questions": "de,x,human,,price,"}, "questions.csv, Zeile 2, Spalte aspect: „price“"),
        ({"off_topic": "deutsch,x"}, "off_topic.csv, Zeile 2, Spalte language: „deutsch“"),
        ({"no_emergencies": "de,x\nde,"}, "no_emergencies.csv, Zeile 3, Spalte text: darf nicht leer"),
        ({"emergencies": "de,x,911"}, "emergencies.csv, Zeile 2, Spalte number: „911“"),
        ({"clarify": "de,x,personalausweis"}, "clarify.csv, Zeile 2, Spalte services: nennt nur eine"),
        ({"several": "de,x,"}, "several.csv, Zeile 2, Spalte services: darf nicht leer"),
        ({}, "hier liegt keine der Dateien"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, files: Mapping[str, str], told: str) -> None:
    with pytest.raises(DataError) as error:
        read_sets(write(tmp_path, **files), town())
    assert told in error.value.errors[0]
    assert len(error.value.errors) == 1


def test_a_limit_takes_from_everywhere() -> None:
    asked = tuple(Utterance("de", str(number)) for number in range(10))
    assert [each.text for each in Sets(questions=asked).limited(4).questions] == ["0", "2", "5", "7"]
    assert Sets(questions=asked).limited(20).questions == asked


@pytest.mark.parametrize("name", ["questions.json", "questions.csv"])
def test_questions_of_somebody_else_are_mapped(tmp_path: Path, name: str) -> None:
    asked = [("Wo ist mein Pass?", "Ausweise"), ("Wer fährt?", "Bus"), ("Und die Bahn?", "Bahn")]
    file, mapping = tmp_path / name, tmp_path / "mapping.csv"
    if name.endswith("json"):
        file.write_text(json.dumps([{"question": text, "service": other} for text, other in asked]))
    else:
        file.write_text("question,service,id\n" + "".join(f"{text},{other},1\n" for text, other in asked))
    mapping.write_text("name,service\nAusweise,personalausweis|fuehrerschein\nBus,\n")
    sets = read_foreign(file, mapping, town(), "de")
    assert [each.services for each in sets.questions] == [("personalausweis", "fuehrerschein")]
    assert sets.questions[0].departments == ("buergerbuero", "kreis")
    assert [each.text for each in sets.not_ours] == ["Wer fährt?", "Und die Bahn?"]


@pytest.mark.parametrize("content", ["{}", "[{", '[{"question": "x"}]'])
def test_wrong_questions_of_somebody_else_are_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "q.json").write_text(content)
    (tmp_path / "m.csv").write_text("name,service\n")
    with pytest.raises(DataError, match=r"^q\.json"):
        read_foreign(tmp_path / "q.json", tmp_path / "m.csv", town(), "de")


def test_off_topic_lists_are_chosen_by_their_name(tmp_path: Path) -> None:
    file = tmp_path / "off.json"
    file.write_text('{"de.test": ["a"], "de-ba.test": ["b"], "en.test": ["c"]}')
    assert [each.text for each in read_off_topic(file, "de")] == ["a", "b"]
    assert len(read_off_topic(file)) == 3


def test_the_mapping_of_munich_names_services_of_the_sample() -> None:
    from voicebot.catalogue.folder import read_folder

    city = read_folder(Path(__file__).parent.parent / "data" / "borken")
    rows = [line.rsplit(",", 1) for line in MAPPING.read_text(encoding="utf-8").splitlines()[1:]]
    keys = {key for _, services in rows for key in services.split("|") if key}
    assert len(rows) == 36
    assert keys <= set(city.services)


# Sound.


def halves(seconds: float = 2.0) -> np.ndarray:
    """A second of a tone, then silence."""
    t = np.arange(int(seconds * NARROW)) / NARROW
    return (0.2 * np.sin(2 * np.pi * 440 * t) * (t < seconds / 2)).astype(np.float32)


@pytest.mark.parametrize("snr", [0.0, 10.0, 20.0])
def test_noise_has_the_level_that_was_asked_for(snr: float) -> None:
    speech = halves()
    noise = mixed(speech, street(NARROW), snr, NARROW, start=12_345) - speech
    active = speech[: len(speech) // 2]
    assert 10 * np.log10(np.mean(active**2) / np.mean(noise**2)) == pytest.approx(snr, abs=0.1)


def test_the_street_is_the_same_each_time_and_has_no_seam() -> None:
    noise = street(NARROW)
    assert np.array_equal(noise, street(NARROW))
    assert abs(noise[0] - noise[-1]) < 4 * np.abs(np.diff(noise)).mean()


def test_silence_is_no_noise(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="silent"):
        mixed(halves(), np.zeros(100, np.float32), 10.0, NARROW)
    write_wav(tmp_path / "silent.wav", [bytes(1000)])
    with pytest.raises(AudioError, match="only silence"):
        load_noise(str(tmp_path / "silent.wav"))


def test_a_recording_is_noise_at_any_rate(tmp_path: Path) -> None:
    tone = (8000 * np.sin(np.arange(44_100))).astype("<i2").tobytes()
    write_wav(tmp_path / "tone.wav", [tone], rate=44_100)
    assert len(load_noise(str(tmp_path / "tone.wav"))) == pytest.approx(NARROW, abs=20)


def test_a_law_is_that_of_the_wire() -> None:
    levels = linear(bytes(range(256)))
    assert np.array_equal(a_law(levels / np.float32(32_768)) * 32_768, levels)
    every = np.arange(-32_768, 32_768) / np.float32(32_768)
    coded = a_law(every)
    assert set((coded * 32_768).astype(int)) == set(levels.tolist())
    # Half a step at most: a sixteenth of the sample, or 16 of 32768.
    assert np.all(np.abs(coded - every) <= np.maximum(np.abs(every) / 32, 16 / 32_768))


def test_silence_is_no_turn() -> None:
    assert first_turn(through_telephone(bytes(32_000))) is None


@pytest.mark.models
async def test_a_spoken_question_is_understood(tmp_path: Path) -> None:
    model = ModelStore(tmp_path).whisper("base")
    ears = Ears(Recognizer(model))
    comprehension = Comprehension(Understander(town()), None)
    caller = SpokenCaller(ears, comprehension, ("de", "en"), noise=street(NARROW), snr=20.0)
    try:
        heard = await caller.say("Was brauche ich für einen neuen Personalausweis?", "de")
    finally:
        await asyncio.to_thread(ears.close)
    assert heard is not None
    assert heard.understanding.service == "personalausweis"
    assert heard.recognition_s > 0


# The command.


def evaluate(state: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voicebot", "evaluate", *map(str, arguments)],
        env={**os.environ, "VOICEBOT_DATA_STATE_DIR": str(state)},
        cwd=state,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.models
def test_a_folder_is_measured_as_text(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "sets",
        questions=(
            "de,Was muss ich für einen neuen Personalausweis mitbringen?,service,personalausweis,documents,\n"
            "de,Was kostet die Hundesteuer im Jahr?,service,hundesteuer,fee,\n"
            "de,Verbinden Sie mich mit dem Standesamt,department,,,standesamt\n"
        ),
        emergencies="de,Hilfe es brennt,112\n",
    )
    result = evaluate(tmp_path, folder, "--json", "--plot", tmp_path / "plot.png")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    shares = {key: (each["hits"], each["of"]) for key, each in report["measures"].items()}
    assert shares["first"] == shares["aspect"] == (2, 2)
    assert shares["wrong_department"] == (0, 3)
    assert shares["department"] == shares["emergencies"] == (1, 1)
    assert "off_topic" not in shares
    assert report["measures"]["first"]["target"] == 0.93
    assert set(report["baselines"]) == {"rapidfuzz, names", "rapidfuzz, all words"}
    assert 0 < report["times"]["median"] <= report["times"]["p95"]
    assert (tmp_path / "plot.png").stat().st_size > 10_000


@pytest.mark.models
def test_a_missed_target_is_status_1_and_is_explained(tmp_path: Path) -> None:
    folder = write(tmp_path / "sets", questions="de,Ich brauche einen Reisepass,service,hundesteuer,,\n")
    result = evaluate(tmp_path, folder)
    assert result.returncode == 1
    assert "MISSED" in result.stdout
    assert "hundesteuer → reisepass   „Ich brauche einen Reisepass“" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "hier liegt keine"),
        (["--questions", "q.json"], "--questions and --services"),
        (["--off-topic", "off.json"], "off.json: die Datei fehlt"),
        (["--limit", "0"], "--limit 0: at least 1"),
        (["--plot", "nowhere/plot.png"], "there is no folder nowhere"),
    ],
)
def test_wrong_input_is_status_2(tmp_path: Path, arguments: list[str], told: str) -> None:
    result = evaluate(tmp_path, *arguments)
    assert result.returncode == 2
    assert told in result.stderr
    assert "Traceback" not in result.stderr


# The bench of understanding.


def test_a_town_grows_by_words_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "others.json"
    file.write_text('[{"name": "Baumfällung", "keywords": ["Baum fällen"]}]')
    city = town()
    city = bench_understanding.with_services(city, bench_understanding.read_services(file, city))
    grown = bench_understanding.grown(city, 20)
    assert len(grown.services) == 20
    every = [service.names["de"] for service in grown.services.values()]
    assert len(set(every)) == 20
    assert {len(name) for name in every} == {len(service.names["de"]) for service in city.services.values()}


def test_services_that_are_none_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "others.json"
    for content in ("[", '[{"keywords": []}]', '{"a": 1}'):
        file.write_text(content)
        with pytest.raises(DataError, match=r"others\.json"):
            bench_understanding.read_services(file, town())
