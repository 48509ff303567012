"""What is there is documented, what is documented is there, and the files for others' tools are what they expect."""

from __future__ import annotations

import argparse
import ast
import configparser
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from voicebot.calling.report import CallReport, TurnReport
from voicebot.calling.scenario import _SCENARIO, _TURN, Scenario
from voicebot.catalogue.city import ASPECTS
from voicebot.catalogue.tables import COLUMNS
from voicebot.cli import _parser
from voicebot.prompts import Prompts, placeholders
from voicebot.routing import Action
from voicebot.settings import SECRETS, Settings, load

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in DOCS}
FIRST_LINE = "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/voicebot demo"
TOP_LEVEL = {
    *("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "publiccode.yml"),
    *("voicebot", "telephony", "prompts", "data", "tests", "docker", "docs"),
}


def blocks(text: str, *languages: str) -> list[str]:
    """Contents of the fenced blocks in these languages, or of all."""
    found = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [content for language, content in found if not languages or language in languages]


def settings() -> Iterator[tuple[str, str, Any]]:
    for section, outer in Settings.model_fields.items():
        model = outer.annotation
        assert model is not None
        for key, inner in model.model_fields.items():
            yield section, key, inner.get_default(call_default_factory=True)


def subcommands() -> dict[str, argparse.ArgumentParser]:
    action = next(each for each in _parser()._actions if isinstance(each, argparse._SubParsersAction))
    return dict(action.choices)


def test_the_readme_begins_with_the_one_line() -> None:
    assert blocks(TEXTS["README.md"])[0] == FIRST_LINE + "\n"


def test_the_top_level_holds_what_was_agreed() -> None:
    try:
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    top = {line.split("/")[0].strip('"') for line in listed.splitlines()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL
    assert {name for name in TOP_LEVEL if not (ROOT / name).exists()} == set()


# Settings.


@pytest.mark.parametrize(
    ("section", "key", "default"), [pytest.param(*each, id=".".join(each[:2])) for each in settings()]
)
def test_every_setting_is_documented(section: str, key: str, default: Any) -> None:
    rows = [line for line in TEXTS["docs/settings.md"].splitlines() if line.startswith(f"| `{section}.{key}` |")]
    assert len(rows) == 1, f"docs/settings.md needs one row for {section}.{key}"
    _, _, shown, variable, meaning, _ = (cell.strip() for cell in rows[0].split("|"))
    assert variable == f"`VOICEBOT_{section}_{key}`".upper()
    assert meaning
    if default is None:
        assert shown == "none"
    elif default in ("", {}):
        assert shown == "empty"
    else:
        values = default if isinstance(default, tuple) else (default,)
        assert shown == ", ".join(f"`{str(value).lower() if value in (True, False) else value}`" for value in values)


def test_no_setting_is_documented_that_does_not_exist() -> None:
    known = {f"{section}.{key}" for section, key, _ in settings()}
    assert set(re.findall(r"^\| `(\w+\.\w+)` \|", TEXTS["docs/settings.md"], re.MULTILINE)) == known


def test_every_variable_named_anywhere_exists() -> None:
    known = {f"VOICEBOT_{section}_{key}".upper() for section, key, _ in settings()}
    files = [*DOCS, *(path for path in (ROOT / "docker").iterdir() if path.is_file())]
    for path in files:
        named = set(re.findall(r"VOICEBOT_[A-Z][A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
        assert named <= known, path


def test_secrets_are_documented_as_such() -> None:
    for section, key in SECRETS:
        assert re.search(rf"^\| `{section}\.{key}` \|.*Environment only", TEXTS["docs/settings.md"], re.MULTILINE)


TOML = [(name, block) for name, text in TEXTS.items() for block in blocks(text, "toml")]


@pytest.mark.parametrize(("name", "block"), TOML, ids=[f"{name}-{number}" for number, (name, _) in enumerate(TOML)])
def test_every_toml_example_is_accepted(name: str, block: str, tmp_path: Path) -> None:
    path = tmp_path / "example.toml"
    path.write_text(block, encoding="utf-8")
    if "turn" in tomllib.loads(block):
        assert Scenario.load(path).turns
    else:
        load(path, {})


# Commands.


@pytest.mark.parametrize("name", subcommands())
def test_every_subcommand_is_documented_and_has_an_example(name: str) -> None:
    assert f"voicebot {name}" in TEXTS["README.md"]
    text = subcommands()[name].format_help()
    example = re.search(r"^example: (voicebot .*)", text, re.MULTILINE | re.DOTALL)
    assert example, f"voicebot {name} --help has no example"
    parse(" ".join(example[1].split()))


def test_every_command_in_the_documentation_is_accepted() -> None:
    seen = 0
    for name, text in TEXTS.items():
        for line in "\n".join(blocks(text, "sh")).splitlines():
            for found in re.findall(r"(?:^|[\s/])(voicebot (?!\|).*)", line):
                command = re.split("&&|>", found)[0]
                if re.match(r"voicebot [a-z]+( |$)", command) and command.split()[1] in subcommands():
                    parse(command, name)
                    seen += 1
    assert seen > 20


def test_inline_commands_exist() -> None:
    for name, text in TEXTS.items():
        for command in re.findall(r"`voicebot ([a-z]+)[^`]*`", text):
            assert command in subcommands(), f"{name}: voicebot {command}"


def parse(command: str, where: str = "") -> None:
    try:
        _parser().parse_args(shlex.split(command)[1:])
    except SystemExit as error:
        assert error.code == 0, f"{where}: {command}"


# Reports.


def told(module: str) -> dict[str, set[str]]:
    """Events that a module reports with ``tell`` or ``journal``, and the keys of each."""
    events: dict[str, set[str]] = {}
    tree = ast.parse((ROOT / "voicebot" / f"{module}.py").read_text(encoding="utf-8"))
    variables = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        what, details = node.args[-2:]
        if called.lstrip("_") not in ("tell", "journal") or not isinstance(what, ast.Constant):
            continue
        if isinstance(details, ast.Name):
            details = variables.get(details.id, details)
        assert isinstance(details, ast.Dict), f"{module}: the keys of {what.value!r} cannot be read from the source"
        keys = {str(key.value) for key in details.keys if isinstance(key, ast.Constant)}
        events.setdefault(str(what.value), set()).update(keys)
    return events


def documented(heading: str) -> dict[str, set[str]]:
    """Events and keys of the table below a heading of docs/journal.md."""
    section = re.split(r"^#+ ", TEXTS["docs/journal.md"].split(heading, 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    rows = (line.split("|")[1:3] for line in section.splitlines() if line.startswith("| `"))
    return {event.strip().strip("`"): set(re.findall(r"`(\w+)`", keys)) for event, keys in rows}


def test_every_event_of_the_journal_is_documented() -> None:
    assert documented("## `voicebot line --journal`") == told("session") | told("line") | told("handover")


def test_every_event_of_the_built_in_telephones_is_documented() -> None:
    reported = told("caller") | told("commands")
    assert documented("### `voicebot call --events`") | documented("## `voicebot desk`") == reported


@pytest.mark.parametrize("action", Action)
def test_every_action_is_documented(action: Action) -> None:
    assert f"`{action.value}`" in TEXTS["docs/journal.md"]


@pytest.mark.parametrize(("function", "heading"), [("_report", "ask --json"), ("transcribe", "transcribe --json")])
def test_every_key_of_the_contracts_is_documented(function: str, heading: str) -> None:
    module = {"_report": "ask", "transcribe": "commands"}[function]
    tree = ast.parse((ROOT / "voicebot" / f"{module}.py").read_text(encoding="utf-8"))
    body = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == function)
    report = max((node for node in ast.walk(body) if isinstance(node, ast.Dict)), key=lambda node: len(node.keys))
    keys = {key.value for key in report.keys if isinstance(key, ast.Constant)}
    section = TEXTS["docs/journal.md"].split(f"## `voicebot {heading}`", 1)[1].partition("\n## ")[0]
    assert len(keys) >= 6
    assert {key for key in keys if f"`{key}`" not in section} == set()


def test_every_key_of_a_simulated_call_is_documented() -> None:
    report = CallReport("x", turns=[TurnReport("y")]).as_json()
    section = TEXTS["docs/journal.md"].split("### `voicebot call --json`", 1)[1].partition("\n### ")[0]
    keys = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert keys == report.keys() | report["turns"][0].keys()


@pytest.mark.parametrize("of", [_SCENARIO, _TURN])
def test_every_key_of_a_scenario_is_documented(of: tuple[str, ...]) -> None:
    assert [key for key in of if not re.search(rf"\b{key}\b", TEXTS["docs/calling.md"])] == []


# The town's data and the prompts.


@pytest.mark.parametrize(("file", "columns"), COLUMNS.items())
def test_every_column_is_documented(file: str, columns: tuple[str, ...]) -> None:
    section = TEXTS["docs/data.md"].split(f"## {file}", 1)[1].partition("\n## ")[0]
    assert {column for column in columns if f"`{column}`" not in section} == set()
    row = next(line for line in TEXTS["README.md"].splitlines() if line.startswith(f"| `{file}` |"))
    assert tuple(re.findall(r"`(\w+)`", row.split("|")[2])) == columns


def test_every_aspect_is_documented() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| .*\?", TEXTS["docs/data.md"], re.MULTILINE)) == set(ASPECTS)


def test_every_placeholder_of_the_prompts_is_documented() -> None:
    used = set()
    for path in (ROOT / "prompts").glob("*.toml"):
        for text in Prompts.load((path.stem,)).texts(path.stem).values():
            used |= placeholders(text)
    assert set(re.findall(r"^\| `\{(\w+)\}` \|", TEXTS["docs/data.md"], re.MULTILINE)) == used


def test_prompts_named_in_the_documentation_exist() -> None:
    section = TEXTS["docs/data.md"].split("## Ansagen", 1)[1].partition("\n## ")[0]
    keys = Prompts.load(("de",)).texts("de").keys()
    assert {"greeting", "greeting_person", "privacy"} <= keys & set(re.findall(r"`(\w+)`", section))


# Links.


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[name]):
        if target.startswith(("https://", "http://")):
            continue
        file, _, anchor = target.partition("#")
        path = (ROOT / name).parent / file if file else ROOT / name
        assert path.exists(), f"{name}: {target}"
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), f"{name}: {target}"


def test_files_named_in_the_readme_exist() -> None:
    for path in re.findall(r"\b(?:docker|docs|data|prompts|tests)/[\w./-]*\w", TEXTS["README.md"]):
        assert (ROOT / path).exists(), path


# publiccode.yml, version 0.4 (https://yml.publiccode.tools).

CATEGORIES = {"call-center-management", "customer-service-and-support", "digital-citizenship", "voip"}
"""Those of the standard's list that we use."""


def test_publiccode_is_what_opencode_expects() -> None:
    code = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert code["publiccodeYmlVersion"] == "0.4"
    assert code["name"] == project["name"]
    assert code["url"].startswith("https://gitlab.opencode.de/")
    assert code["softwareVersion"] == project["version"]
    assert date.fromisoformat(code["releaseDate"]).isoformat() == code["releaseDate"]
    assert code["platforms"] == ["linux"]
    assert set(code["categories"]) <= CATEGORIES
    assert code["developmentStatus"] in ("concept", "development", "beta", "stable", "obsolete")
    assert code["softwareType"] == "standalone/backend"
    assert code["legal"] == {"license": project["license"]}
    assert code["maintenance"]["type"] in ("internal", "contract", "community", "none")
    if code["maintenance"]["type"] in ("internal", "community"):
        assert code["maintenance"]["contacts"]
    assert code["localisation"]["localisationReady"] is True
    prompts = {path.stem for path in (ROOT / "prompts").glob("*.toml")}
    assert set(code["localisation"]["availableLanguages"]) == prompts
    for dependencies in code["dependsOn"].values():
        assert all(dependency["name"] for dependency in dependencies)
    versions = [value for each in code["dependsOn"]["open"] for key, value in each.items() if "ersion" in key]
    assert all(isinstance(version, str) for version in versions)


@pytest.mark.parametrize("language", ["de", "en"])
def test_publiccode_describes_it(language: str) -> None:
    text = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))["description"][language]
    assert len(text["genericName"]) <= 35
    assert 0 < len(text["shortDescription"]) <= 150
    assert "\n" not in text["shortDescription"]
    assert 500 <= len(text["longDescription"]) <= 10_000
    assert 5 <= len(text["features"]) <= 20
    assert all(len(feature) <= 100 for feature in text["features"])


# Running it elsewhere.


def test_compose_runs_all_processes() -> None:
    services = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text(encoding="utf-8"))["services"]
    assert {name: service["command"] for name, service in services.items()} == {
        "speech": ["speech"],
        "line": ["line"],
        "mail": ["mail"],
        "web": ["web"],
    }
    assert services["line"]["network_mode"] == "host"
    assert services["mail"]["profiles"] == ["mail"], "without a mail server it would end at once"
    assert services["speech"]["volumes"] == services["line"]["volumes"], "the socket is in a volume of both"


def test_compose_serves_the_pages_of_the_same_database() -> None:
    services = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text(encoding="utf-8"))["services"]
    web = services["web"]
    assert web["command"] == ["web"]
    assert set(web["volumes"]) <= set(services["line"]["volumes"])
    assert web["ports"] == ["127.0.0.1:8080:8080"], "not open to everybody"
    assert {"VOICEBOT_WEB_BASE_URL"} <= web["environment"].keys() & services["line"]["environment"].keys()


def test_the_image_copies_what_the_wheel_needs() -> None:
    copied = re.findall(r"^COPY (.*) \S+$", (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = wheel["tool"]["hatch"]["build"]["targets"]["wheel"]
    project = wheel["project"]
    needed = {*build["packages"], *build["force-include"], project["readme"], *project["license-files"]}
    assert needed | {"pyproject.toml"} == names
    ignored = (ROOT / "docker" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == names


@pytest.mark.parametrize("name", ["speech", "line", "web", "mail"])
def test_units_start_a_command_that_exists(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(ROOT / "docker" / f"voicebot-{name}.service", encoding="utf-8")
    service = unit["Service"]
    parse(service["ExecStart"].rpartition("/bin/")[2])
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["StateDirectory"] == "voicebot"
    assert int(service["Nice"]) == {"line": -10, "speech": 15, "web": 5, "mail": 10}[name]


def test_srtp_modes_are_documented() -> None:
    modes = get_args(Settings.model_fields["sip"].annotation.model_fields["srtp"].annotation)  # type: ignore[union-attr]
    assert all(f"`{mode}`" in TEXTS["docs/settings.md"] for mode in modes)
