"""Where the files are that people edit: prompts and data, beside the packages or inside the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def share(name: str) -> Path:
    """The folder ``prompts`` or ``data`` of this installation."""
    beside = _PACKAGE.parent / name
    return beside if beside.is_dir() else _PACKAGE / "_share" / name
