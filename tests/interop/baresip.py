"""baresip as a caller or a desk: plays a WAV, and records what it hears."""

from __future__ import annotations

from pathlib import Path

from programs import Program, require
from telephony.audio import read_wav
from voicebot.ports import free_port

MODULES = Path("/usr/lib/baresip/modules")

CONFIG = """\
module_path {modules}
module g711.so
module g722.so
module aufile.so
module aubridge.so
module sndfile.so
module srtp.so
module_tmp account.so
module_app menu.so
sip_listen 127.0.0.1:{port}
sip_certificate {certificate}
sip_cafile {certificate}
net_interface 127.0.0.1
audio_source aufile,{wav}
audio_player aubridge,nowhere
snd_path {folder}
"""


class Baresip(Program):
    def __init__(
        self,
        folder: Path,
        number: str,
        uri: str,
        wav: Path,
        *,
        certificate: Path | str = "",
        account: str = "",
        port: int = 0,
    ) -> None:
        """Ring ``uri``, or be rung without one; ``account`` are further parameters such as ``;mediaenc=srtp-mand``."""
        program = require("baresip")
        self._folder = folder
        self.port = port or free_port()
        values = {"modules": MODULES, "port": self.port, "wav": wav, "folder": folder, "certificate": certificate}
        (folder / "config").write_text(CONFIG.format(**values), encoding="utf-8")
        (folder / "accounts").write_text(f"<sip:{number}@127.0.0.1>;regint=0{account}\n", encoding="utf-8")
        (folder / "contacts").write_text("", encoding="utf-8")
        super().__init__("baresip", (program, "-f", str(folder), *(("-e", f"/dial {uri}") if uri else ())))

    def recording(self) -> bytes:
        """What it heard, once it has ended."""
        [wav] = self._folder.glob("dump-*-dec.wav")
        return read_wav(wav)
