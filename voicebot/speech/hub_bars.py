"""huggingface_hub reports through a tqdm class; this one passes on to a Progress and draws nothing."""

from typing import Any

from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]

from voicebot.speech.progress import Progress

TRANSFER = "Downloading bytes"
"""The bar that newer versions have for the network, beside the one for what is written."""


def bars_to(progress: Progress, label: str) -> type[Any]:
    """A class for `tqdm_class=` whose bars in bytes call `progress`."""

    class Bar(tqdm):  # type: ignore[misc, type-arg, unused-ignore]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)  # vanilla tqdm refuses it
            kwargs["disable"] = True
            super().__init__(*args, **kwargs)
            self.total = kwargs.get("total") or 0
            self._counts_bytes = kwargs.get("unit") == "B" and kwargs.get("desc") != TRANSFER
            self.n = kwargs.get("initial") or 0

        def update(self, n: float | None = 1) -> None:
            self.n += n or 0
            if self._counts_bytes:
                progress(label, int(self.n), int(self.total))

    return Bar
