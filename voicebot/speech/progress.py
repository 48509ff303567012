"""How long work reports on itself."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and how much there is (bytes, texts or steps; 0 if unknown)."""


def silent(label: str, done: int, total: int) -> None:
    """Report nothing."""
