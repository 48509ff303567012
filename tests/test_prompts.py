"""Every language says everything, and nothing is written that is never said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from voicebot.prompts import PromptError, Prompts, placeholders
from voicebot.settings import Settings
from voicebot.share import share

ROOT = Path(__file__).parent.parent
LANGUAGES = Settings().speech.languages


ENGLISH = (share("prompts") / "en.toml").read_text(encoding="utf-8")


def keys(language: str) -> Mapping[str, str]:
    return Prompts.load((language,)).texts(language)


def test_every_language_says_everything() -> None:
    reference = keys("de")
    for file in share("prompts").glob("*.toml"):
        texts = keys(file.stem)
        assert texts.keys() == reference.keys()
        for key, text in texts.items():
            assert text.strip()
            assert placeholders(text) == placeholders(reference[key]), key


def test_every_prompt_is_used() -> None:
    files = [
        *(ROOT / "voicebot" / "dialogue").glob("*.py"),
        *(ROOT / "voicebot" / f"{name}.py" for name in ("routing", "line", "briefing", "session")),
    ]
    code = "".join(file.read_text() for file in files)
    used = set(re.findall(r'"([a-z0-9_]+)"', code))
    used |= {f"emergency_{kind}{number}" for kind in ("", "doubt_") for number in ("112", "110")}
    used |= {key for key in keys("de") if key.startswith("language_")}
    assert keys("de").keys() <= used


def test_the_disclosure_comes_first_and_names_the_way_to_a_person() -> None:
    prompts = Prompts.load(LANGUAGES)
    for language, words in (("de", ("künstliche", "Null")), ("en", ("artificial intelligence", "zero"))):
        said = " ".join(prompts.say(key, language, city="X") for key in ("greeting", "greeting_person"))
        assert all(word in said for word in words)


def test_sentences_are_short_enough_for_the_ear() -> None:
    for language in LANGUAGES:
        for key, text in keys(language).items():
            for sentence in re.split(r"[.!?]\s", text):
                assert len(sentence.split()) <= 25, (language, key, sentence)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("greeting = ", "cannot be read"),
        ('greeting = ""', "greeting: must be a text"),
        ('greeting = "{city"', "greeting: "),
        ('hello = "x"', "greeting: missing"),
        ('greeting = "{town}"', "greeting: there is no {town} to fill in here"),
        ('greeting = "x"\nhello = "x"', "hello: unknown to this release"),
        ('greeting = "{city}"\n[calendar]\nx = 1', "cannot be read"),
    ],
)
def test_a_broken_prompt_file_is_named(tmp_path: Path, broken: str, complaint: str) -> None:
    content, replaced = re.subn(r"(?m)^greeting = .*$", lambda _: broken, ENGLISH)
    assert replaced == 1
    (tmp_path / "en.toml").write_text(content, encoding="utf-8")
    with pytest.raises(PromptError, match=re.escape(str(tmp_path / "en.toml"))) as error:
        Prompts.load(("en",), tmp_path)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value).strip()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('and = "and"', "", "calendar.and: missing"),
        ('"Monday", "Tuesday"', '"Monday"', "calendar.days: must be a list of 7 words"),
        ('span = "from {} to {}"', 'span = "from {}"', "calendar.span: must have {} {}"),
        ('date = "{day}, {number} {month}"', 'date = "{day}"', "calendar.date: must have {day} {month} {number}"),
        ('at = "at {}"', 'at = "at {}"\nfrmo = "x"', "calendar.frmo: unknown"),
        ('at = "at {}"', "at = 5", "calendar.at: must be a text"),
    ],
)
def test_broken_words_for_days_and_times_are_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    head, table, calendar = ENGLISH.partition("[calendar]")
    assert old in calendar
    (tmp_path / "en.toml").write_text(head + table + calendar.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PromptError, match=re.escape(f"{tmp_path / 'en.toml'}: {complaint}")):
        Prompts.load(("en",), tmp_path)


def test_prompts_of_an_earlier_release_are_told_what_is_new(tmp_path: Path) -> None:
    """A key that no file has is missed at the start, and not in a call."""
    old = re.sub(r"(?m)^moment = .*\n", "", (share("prompts") / "de.toml").read_text(encoding="utf-8"))
    (tmp_path / "de.toml").write_text(old, encoding="utf-8")
    with pytest.raises(PromptError, match=r"de\.toml: moment: missing"):
        Prompts.load(("de",), tmp_path)
    (tmp_path / "de.toml").write_text(old.split("[calendar]")[0], encoding="utf-8")
    with pytest.raises(PromptError, match=r"\[calendar\]: the table is missing"):
        Prompts.load(("de",), tmp_path)


def test_a_town_may_leave_out_a_place_in_every_language_or_in_none(tmp_path: Path) -> None:
    """And name one more language."""
    for language in ("de", "en"):
        text = (share("prompts") / f"{language}.toml").read_text(encoding="utf-8")
        own = re.sub(r"(?m)^greeting = .*$", 'greeting = "Borken."\nlanguage_fr = "fr"', text)
        (tmp_path / f"{language}.toml").write_text(own, encoding="utf-8")
    assert Prompts.load(("de", "en"), tmp_path).language_name("fr", "de") == "fr"
    (tmp_path / "en.toml").write_text((share("prompts") / "en.toml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(PromptError, match=r"greeting: must use the same"):
        Prompts.load(("de", "en"), tmp_path)
