"""What keeps the web process from serving."""

from __future__ import annotations


class WebError(Exception):
    """The pages cannot be served, in one line; ``number`` is the system's error number, 0 if there is none."""

    def __init__(self, message: str, number: int = 0) -> None:
        super().__init__(message)
        self.number = number
