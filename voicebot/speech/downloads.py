"""Files from the model hub: resumed where they broke off, checked, and put in place only when whole."""

import hashlib
import http.client
import os
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from voicebot.speech.errors import ModelError
from voicebot.speech.progress import Progress, silent

HUB = "https://huggingface.co"
ATTEMPTS = 3
PAUSE_S = 1.0
TIMEOUT_S = 10.0
"""For connecting, and for each read."""
BLOCK = 256 * 1024
_PROBE = "/rhasspy/piper-voices/resolve/main/voices.json"


def hub() -> str:
    """The hub's address; HF_ENDPOINT names a mirror, as it does for huggingface_hub."""
    return os.environ.get("HF_ENDPOINT", HUB).rstrip("/")


def hub_answers(timeout: float = 3.0) -> bool:
    """Whether the model hub can be reached within `timeout` seconds, looking up its name included."""
    answered = threading.Event()

    def ask() -> None:
        request = urllib.request.Request(hub() + _PROBE, method="HEAD")
        try:
            with urllib.request.urlopen(request, timeout=timeout):
                answered.set()
        except (OSError, http.client.HTTPException, ValueError):
            pass
        finally:
            asked.set()

    asked = threading.Event()
    threading.Thread(target=ask, name="ask the hub", daemon=True).start()
    asked.wait(timeout)
    return answered.is_set()


def unreachable(what: str) -> ModelError:
    """The one message for a machine without internet."""
    return ModelError(
        f"{what} is not installed and {hub()} does not answer; "
        "connect this machine to the internet, or copy the files from one that is"
    )


def fetch(url: str, path: Path, *, size: int, md5: str, progress: Progress = silent) -> None:
    """Download `url` to `path`, unless it is there; go on with what an earlier attempt left in `path`.part.

    `size` in bytes and `md5` are checked before the file takes its name. Raises ModelError.
    """
    if path.is_file() and path.stat().st_size == size and file_md5(path) == md5:
        return
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if part.exists() and part.stat().st_size > size:
            part.unlink()
        _download(url, part, size, progress)
        if part.stat().st_size != size or file_md5(part) != md5:
            part.unlink()
            raise ModelError(f"{url} came with another size or MD5 than it should have; try again, or report it")
        part.replace(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror or error}") from error


def file_md5(path: Path) -> str:
    """The MD5 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _download(url: str, part: Path, size: int, progress: Progress) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        have = part.stat().st_size if part.exists() else 0
        if have == size:
            return
        try:
            _download_rest(url, part, have, size, progress)
        except urllib.error.HTTPError as error:
            with error:
                raise ModelError(f"{url} cannot be downloaded: {error.code} {error.reason}") from error
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            if attempt == ATTEMPTS:
                reason = getattr(error, "reason", None) or error
                raise ModelError(f"{url} cannot be downloaded: {reason}; run it again to go on") from error
        else:
            return
        time.sleep(PAUSE_S)


def _download_rest(url: str, part: Path, have: int, size: int, progress: Progress) -> None:
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
        if response.status != 206:
            have = 0
        with part.open("ab" if have else "wb") as file:
            progress(part.stem, have, size)
            while block := response.read(BLOCK):
                file.write(block)
                have += len(block)
                if have > size:
                    return
                progress(part.stem, have, size)
    if have < size:
        raise ConnectionError("the connection broke off")
