"""What is fitted to a city before anybody calls, kept because it takes seconds to fit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voicebot.archive import Arrays, load_arrays, save_arrays
from voicebot.catalogue.city import City
from voicebot.understanding import aspects, matching
from voicebot.understanding.learned import Classifier, Progress
from voicebot.understanding.misheard import Misheard
from voicebot.understanding.understander import Trained, train

_PARTS: Final = ("services", "aspects")


def train_cached(
    path: Path,
    city: City,
    vectors: NDArray[np.float32] | None,
    progress: Progress | None = None,
    shipped: Path | None = None,
    misheard: Sequence[Misheard] = (),
) -> Trained:
    """What :func:`.train` makes of the same, kept at ``path``.

    From there, or from a ``shipped`` archive, if it was made of the same; else it is made anew. Raises OSError.
    """
    key = made_of_city(city, misheard, with_vectors=vectors is not None)
    for archive in filter(None, (path, shipped)):
        kept = load_arrays(archive)
        services = _classifier("services", kept)
        if services is not None and str(kept["key"]) == key:
            return Trained(services, _classifier("aspects", kept))
    trained = train(city, vectors, progress, misheard)
    arrays = {"key": np.array(key)}
    for part in _PARTS:
        classifier: Classifier | None = getattr(trained, part)
        if classifier is not None:
            arrays |= {f"{part} {name}": value for name, value in classifier.arrays().items()}
    save_arrays(path, arrays)
    return trained


def _classifier(part: str, arrays: Arrays) -> Classifier | None:
    own = {name.removeprefix(f"{part} "): value for name, value in arrays.items() if name.startswith(f"{part} ")}
    return Classifier.from_arrays(own) if own else None


def made_of_city(city: City, misheard: Sequence[Misheard], *, with_vectors: bool) -> str:
    """A fingerprint of all that :func:`train` learns from."""
    heard = [(each.service, each.heard) for each in misheard]
    made_of = (Classifier.VERSION, with_vectors, matching.references(city), aspects.sentences(), heard)
    return hashlib.sha256(repr(made_of).encode()).hexdigest()
