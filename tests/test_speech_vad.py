"""Streaming voice activity, against faster-whisper's own run over the whole."""

from pathlib import Path

import numpy as np
import pytest

from voicebot.speech.errors import ModelError
from voicebot.speech.vad import STEP_SAMPLES, VoiceActivity, load_session

FRAME = 640
"""Bytes of 20 ms."""


@pytest.fixture(scope="module")
def speech() -> bytes:
    from voicebot.speech.synthesizer import Synthesizer

    pcm = b"".join(Synthesizer({}).synthesize("Guten Tag, ich brauche einen neuen Ausweis.", "de"))
    return bytes(16_000) + pcm + bytes(32_000)


def frames(pcm: bytes) -> list[bytes]:
    return [pcm[start : start + FRAME] for start in range(0, len(pcm), FRAME)]


def test_matches_faster_whisper_in_one_batch(speech: bytes) -> None:
    from faster_whisper.vad import get_vad_model

    # So quiet that nothing is turned down, and with less silence than makes it begin anew.
    speech = (np.frombuffer(speech, dtype="<i2") // 8).astype("<i2").tobytes()
    activity = VoiceActivity()
    streamed = [p for frame in frames(speech) for p in activity.push(frame)]
    samples = np.frombuffer(speech, dtype="<i2").astype(np.float32) / 32768
    whole = samples[: len(streamed) * STEP_SAMPLES]
    batch = get_vad_model()(whole).reshape(-1)
    assert len(streamed) == len(samples) // STEP_SAMPLES
    np.testing.assert_allclose(streamed, batch, atol=1e-3)


def test_hears_speech_and_not_silence(speech: bytes) -> None:
    activity = VoiceActivity()
    probabilities = [p for frame in frames(speech) for p in activity.push(frame)]
    assert max(probabilities[:12]) < 0.3
    assert max(probabilities) > 0.9
    assert max(probabilities[-12:]) < 0.3


def test_speech_after_a_long_silence_is_noticed_at_once(speech: bytes) -> None:
    """An idle narrowband line is not digital zero: G.711 decodes its silence to a small constant."""
    begins = next(at for at, frame in enumerate(frames(speech)) if np.abs(np.frombuffer(frame, "<i2")).max() > 1000)
    idle = np.full(320, 7, dtype="<i2").tobytes()
    for seconds in (1, 40):
        activity = VoiceActivity()
        for _ in range(seconds * 50):
            activity.push(idle)
        found = next(at for at, frame in enumerate(frames(speech)) if any(p >= 0.5 for p in activity.push(frame)))
        assert (found - begins) * 20 <= 200


def test_a_voice_near_full_scale_is_heard_as_well(speech: bytes) -> None:
    loud = np.clip(np.frombuffer(speech, dtype="<i2").astype(np.int32) * 6, -32768, 32767).astype("<i2").tobytes()
    shares = []
    for pcm in (speech, loud):
        activity = VoiceActivity()
        probabilities = np.array([p for frame in frames(pcm) for p in activity.push(frame)])
        shares.append((probabilities >= 0.5).mean())
    assert shares[1] >= 0.9 * shares[0]


def test_a_20_ms_frame_is_not_yet_a_step() -> None:
    activity = VoiceActivity()
    counts = [len(activity.push(bytes(FRAME))) for _ in range(8)]
    assert counts == [0, 1, 0, 1, 1, 0, 1, 1]


def test_reset_forgets(speech: bytes) -> None:
    session = load_session()
    fresh, used = VoiceActivity(session), VoiceActivity(session)
    used.push(speech[:40_002])
    used.reset()
    assert used.push(speech[20_000:40_000]) == fresh.push(speech[20_000:40_000])


def test_a_damaged_model_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "silero.onnx"
    path.write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"silero\.onnx cannot be loaded"):
        load_session(path)
