"""What is fitted to a city before anybody calls, kept because it takes seconds to fit."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voicebot.archive import Arrays, load_arrays, save_arrays
from voicebot.catalogue.city import City
from voicebot.understanding import aspects, matching
from voicebot.understanding.learned import Classifier, Progress
from voicebot.understanding.understander import Trained, train

_PARTS: Final = ("services", "aspects")


def train_cached(
    path: Path,
    city: City,
    vectors: NDArray[np.float32] | None,
    progress: Progress | None = None,
    shipped: Path | None = None,
) -> Trained:
    """The same, from the archive at ``path``, or a ``shipped`` one, if it was made of the same; else it is made anew.

    Raises OSError.
    """
    key = _key(city, vectors is not None)
    for archive in filter(None, (path, shipped)):
        kept = load_arrays(archive)
        services = _classifier("services", kept)
        if services is not None and str(kept["key"]) == key:
            return Trained(services, _classifier("aspects", kept))
    trained = train(city, vectors, progress)
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


def _key(city: City, with_vectors: bool) -> str:
    made_of = (Classifier.VERSION, with_vectors, matching.references(city), aspects.sentences())
    return hashlib.sha256(repr(made_of).encode()).hexdigest()
