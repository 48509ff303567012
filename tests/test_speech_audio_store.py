"""Speech on disk: whole or not there, bounded, shared between processes."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.audio_store import ABANDONED_S, PORTION, AudioStore, _packed, _unpacked

MIB = 1024 * 1024


def noise(size: int, seed: int = 0) -> bytes:
    """PCM that cannot be packed smaller."""
    return np.random.default_rng(seed).integers(-32768, 32768, size // 2).astype("<i2").tobytes()


def used(store: AudioStore, key: str, at: int) -> None:
    os.utime(store.folder / key, (at, at))


def keys(store: AudioStore) -> set[str]:
    return {path.name for path in store.folder.iterdir()}


@given(st.lists(st.integers(-32768, 32767)))
def test_what_is_kept_is_what_comes_back(samples: list[int]) -> None:
    pcm = np.array(samples, dtype="<i2").tobytes()
    assert _unpacked(_packed(pcm)) == pcm


def test_another_process_finds_it(tmp_path: Path) -> None:
    pcm = noise(1000)
    size = AudioStore(tmp_path / "new", MIB).put("a", pcm)
    other = AudioStore(tmp_path / "new", MIB)
    assert other.get("a") == pcm
    assert other.size("a") == size == (tmp_path / "new" / "a").stat().st_size
    assert other.get("b") is None
    assert other.size("b") == 0
    assert (other.contents().sentences, other.contents().size) == (1, size)


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    store = AudioStore(tmp_path, 4500)
    for place, key in enumerate("abcd"):
        store.put(key, noise(1000, place))
        used(store, key, 1_000_000 + place)
    assert store.get("a") is not None
    store.put("e", noise(1000, 5))
    assert keys(store) == {"a", "c", "d", "e"}
    used(store, "e", 1_000_010)
    assert store.get("c") is not None
    store.put("f", noise(1000, 6))
    store.put("g", noise(1000, 7))
    assert keys(store) == {"a", "c", "f", "g"}


def test_it_is_never_more_than_the_limit(tmp_path: Path) -> None:
    store = AudioStore(tmp_path, 50_000)
    for place in range(200):
        store.put(f"{place % 150}", noise(500 + 37 * (place % 40), place))
        assert store.contents().size <= 50_000
    assert store.contents().size > 40_000
    assert AudioStore(tmp_path, 50_000).get("49") is not None


def test_a_smaller_limit_holds_from_the_next_sentence_on(tmp_path: Path) -> None:
    large = AudioStore(tmp_path, MIB)
    for place in range(20):
        large.put(f"{place}", noise(1000, place))
    small = AudioStore(tmp_path, 5000)
    small.put("new", noise(1000))
    assert small.contents().size <= 5000
    assert small.get("new") is not None


def test_what_is_larger_than_the_limit_is_not_kept(tmp_path: Path) -> None:
    store = AudioStore(tmp_path, 1000)
    store.put("small", noise(500))
    assert store.put("large", noise(2000)) == 0
    assert keys(store) == {"small"}


@pytest.mark.parametrize("damage", ["cut", "empty", "changed", "other"])
def test_a_damaged_file_is_as_good_as_none_and_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    store = AudioStore(tmp_path, MIB)
    pcm = noise(1000)
    store.put("a", pcm)
    whole = (tmp_path / "a").read_bytes()
    damaged = {"cut": whole[:-10], "empty": b"", "changed": whole[:500] + b"\0\0\0" + whole[503:], "other": b"RIFF" * 9}
    (tmp_path / "a").write_bytes(damaged[damage])
    assert store.get("a") is None
    assert store.get("a") is None
    (record,) = caplog.records
    assert record.getMessage() == f"{tmp_path / 'a'} is damaged and is made anew"
    store.put("a", pcm)
    assert store.get("a") == pcm


def test_where_nothing_can_be_written_the_log_says_so_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    store = AudioStore(tmp_path / "file", MIB)
    assert store.limit == MIB
    for key in "abc":
        assert store.get(key) is None
        assert store.put(key, noise(100)) == 0
    assert store.contents().sentences == 0
    assert store.limit == 0
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert f"speech cannot be kept in {tmp_path / 'file'}" in record.getMessage()
    (tmp_path / "file").unlink()
    assert store.put("a", noise(100))
    assert store.limit == MIB


def test_what_was_half_written_is_removed_in_the_end(tmp_path: Path) -> None:
    store = AudioStore(tmp_path, MIB)
    for name, age in (("old.part", ABANDONED_S + 60), ("new.part", 0)):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    store.put("a", noise(100))
    assert keys(store) == {"a", "new.part"}
    assert store.contents().sentences == 1


WRITER = """
import sys
from pathlib import Path
import numpy as np
from voicebot.speech.audio_store import AudioStore
folder, limit, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
store, chance, found = AudioStore(folder, limit), np.random.default_rng(seed), 0
for _ in range(400):
    number = int(chance.integers(60))
    expected = np.random.default_rng(number).integers(-32768, 32768, 300 + number).astype("<i2").tobytes()
    pcm = store.get(str(number))
    assert pcm in (None, expected)
    found += pcm is not None
    if pcm is None or chance.random() < 0.3:
        assert store.put(str(number), expected)
print(found)
"""


def test_processes_that_share_a_folder_find_whole_sentences_only(tmp_path: Path) -> None:
    limit, count = 25_000, 3
    command = [sys.executable, "-W", "error", "-c", WRITER, str(tmp_path), str(limit)]
    writers = [
        subprocess.Popen([*command, str(seed)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for seed in range(count)
    ]
    for writer in writers:
        out, err = writer.communicate(timeout=60)
        assert writer.returncode == 0, err
        assert err == ""
        assert int(out) > 50
    assert AudioStore(tmp_path, limit).contents().size <= limit * (1 + count / PORTION)
