"""What the speech process tells a Wyoming client about itself."""

from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Info, TtsProgram, TtsVoice

import voicebot
from voicebot.speech.engines import Engines

WHISPER = Attribution(name="OpenAI, SYSTRAN", url="https://github.com/SYSTRAN/faster-whisper")
PIPER = Attribution(name="Open Home Foundation", url="https://github.com/OHF-Voice/piper1-gpl")
PICO = Attribution(name="SVOX", url="https://github.com/gmn/nanotts")
PROGRAM = "voicebot"
"""By this name the client knows a server with our extensions."""


def describe(engines: Engines) -> Event:
    """The `info` event."""
    common = {"installed": True, "version": voicebot.__version__}
    asr = AsrProgram(
        name=PROGRAM,
        description="Whisper on a short window",
        attribution=WHISPER,
        models=[
            AsrModel(
                name=f"whisper-{engines.settings.whisper}",
                description="Whisper, int8",
                attribution=WHISPER,
                languages=list(engines.settings.languages),
                **common,
            )
        ],
        **common,
    )
    tts = TtsProgram(
        name=PROGRAM,
        description="Piper, or else Pico",
        attribution=PIPER,
        voices=[
            TtsVoice(
                name=name,
                description=name,
                attribution=PICO if name.startswith("pico-") else PIPER,
                languages=[language],
                **common,
            )
            for language, name in sorted(engines.synthesizer.languages.items())
        ],
        **common,
    )
    event: Event = Info(asr=[asr], tts=[tts]).event()
    return event
