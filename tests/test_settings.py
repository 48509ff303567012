"""Settings from a file and the environment, and what is refused with the key's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.settings import Settings, SettingsError, load
from voicebot.switching import Method, Rules


def write(folder: Path, text: str) -> Path:
    file = folder / "voicebot.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_defaults_work_without_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(environ={}) == Settings()


def test_file_and_environment(tmp_path: Path) -> None:
    file = write(tmp_path, '[sip]\nudp_port = 5070\nuser = "bot"\n')
    environ = {"VOICEBOT_SIP_UDP_PORT": "5080", "VOICEBOT_SIP_PASSWORD": "secret", "VOICEBOT_SPEECH_LANGUAGES": "de,en"}
    settings = load(file, environ)
    assert (settings.sip.udp_port, settings.sip.user, settings.sip.password) == (5080, "bot", "secret")
    assert settings.speech.languages == ("de", "en")


def test_every_key_has_a_variable_and_a_description() -> None:
    for section, field in Settings.model_fields.items():
        for key, detail in field.annotation.model_fields.items():  # type: ignore[union-attr]
            assert detail.description, f"{section}.{key}"


@pytest.mark.parametrize(
    ("text", "callers"),
    [
        ("", 3),
        ('[transfer]\nmethod = "blind"\n', 4),
        ('[transfer]\nmethod = "bridge"\n', 2),
        ('[transfer]\nmethod = "bridge"\n[sip]\ncallers_per_process = 4\n', 4),
        ("[sip]\ncallers_per_process = 1\n", 1),
    ],
)
def test_callers_leave_room_for_desks(tmp_path: Path, text: str, callers: int) -> None:
    settings = load(write(tmp_path, text), {})
    assert settings.callers == callers
    assert settings.sip.endpoint(settings.callers).callers == callers


def test_rules_of_transfers(tmp_path: Path) -> None:
    assert Settings().transfer.rules() == Rules(Method.ATTENDED, 20, external_numbers=False)
    environ = {"VOICEBOT_TRANSFER_METHOD": "blind", "VOICEBOT_TRANSFER_EXTERNAL_NUMBERS": "true"}
    settings = load(write(tmp_path, "[transfer]\nring_s = 40\n"), environ)
    assert settings.transfer.rules() == Rules(Method.BLIND, 40, external_numbers=True)


@pytest.mark.parametrize(
    ("text", "environ", "complaint"),
    [
        ("[sip]\nport = 5060\n", {}, "sip.port: there is no such setting"),
        ("[sip]\nudp_port = 99999\n", {}, "sip.udp_port = 99999"),
        ('[sip]\nudp_port = "x"\n', {}, "sip.udp_port = 'x'"),
        ("[spi]\nudp_port = 1\n", {}, "spi: there is no such setting"),
        ("sip = 3\n", {}, "sip = 3"),
        ("[sip\n", {}, "not valid TOML"),
        ('[sip]\npassword = "x"\n', {}, "VOICEBOT_SIP_PASSWORD"),
        ("", {"VOICEBOT_SIP_PORT": "1"}, "environment variable VOICEBOT_SIP_PORT"),
        ("", {"VOICEBOT_SIP_UDP_PORT": "abc"}, "sip.udp_port = 'abc'"),
        ("[sip]\ncallers_per_process = 5\n", {}, "sip.callers_per_process = 5"),
        ('[transfer]\nmethod = "warm"\n', {}, "transfer.method = 'warm'"),
        ("[transfer]\nring_s = 4\n", {}, "transfer.ring_s = 4"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, environ: dict[str, str], complaint: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SettingsError) as error:
        load(file, environ)
    assert complaint in str(error.value)
    assert "Traceback" not in str(error.value)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        load(tmp_path / "none.toml", {})
