"""NumPy archives that are written whole or not at all; a damaged one is as good as none."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]


def load_arrays(path: Path) -> Arrays:
    """The arrays by name; empty where there is no archive or it cannot be read."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return dict(archive)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}


def save_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an archive; whoever reads meanwhile finds the old one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            np.savez(file, allow_pickle=False, **arrays)
            file.close()
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
