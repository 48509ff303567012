"""What the bot said, as the caller's own recognizer hears it: where there is no journal to look it up in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voicebot.calling.report import CallReport
from voicebot.settings import Settings
from voicebot.speech.models import ModelStore
from voicebot.speech.progress import Progress

if TYPE_CHECKING:
    from voicebot.speech.recognizer import Recognizer


def transcribe(reports: Sequence[CallReport], settings: Settings, progress: Progress) -> None:
    """Fill in the transcripts of calls that are over; ModelError without a model.

    Afterwards and not during them: it takes the processor that the bot may be running on.
    """
    # Imported here: engines take a while, and most runs have a journal.
    from voicebot.speech.recognizer import Recognizer

    chosen = settings.speech
    folder = ModelStore(chosen.models_dir).whisper(chosen.model, progress)
    recognizer = Recognizer(folder, chosen.threads, languages=chosen.languages)
    for done, report in enumerate(reports):
        progress("transcripts", done, len(reports))
        report.greeting_transcript = _text(recognizer, report.greeting)
        for turn in report.turns:
            turn.transcript = _text(recognizer, turn.reply)
    progress("transcripts", len(reports), len(reports))


def _text(recognizer: Recognizer, pcm: bytearray) -> str:
    return recognizer.transcribe(bytes(pcm)).text.strip() if pcm else ""
