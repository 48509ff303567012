"""All settings: ``voicebot.toml``, and over it ``VOICEBOT_<SECTION>_<KEY>`` environment variables.

Whatever is not set has a default that works on one machine. Secrets are read from the environment only.
Unknown and wrong keys are refused with the key's name.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from telephony.settings import MAX_CALLS, SipSettings
from voicebot.switching import Method, Rules

PREFIX = "VOICEBOT_"
_CALLERS = {Method.BLIND: MAX_CALLS, Method.ATTENDED: MAX_CALLS - 1, Method.BRIDGE: MAX_CALLS // 2}
SECRETS = (("sip", "password"), ("mail", "password"))
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")
"""What can be an e-mail address and is nothing more, as a header takes it."""


class SettingsError(Exception):
    """A setting that cannot be used; the message names the key, the place and the mend."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sip(_Section):
    host: str = Field("0.0.0.0", description="address to bind")
    public_address: str = Field("", description="address for Contact and SDP behind NAT")
    udp_port: int = Field(5060, ge=0, le=65535, description="UDP port, 0 switches UDP off")
    tcp_port: int = Field(5060, ge=0, le=65535, description="TCP port, 0 switches TCP off")
    tls_port: int = Field(0, ge=0, le=65535, description="TLS port, 0 switches TLS off")
    tls_certificate: Path | None = Field(None, description="PEM file of our certificate")
    tls_key: Path | None = Field(None, description="PEM file of its private key")
    tls_ca: Path | None = Field(None, description="PEM file of CAs to verify a PBX or trunk by")
    srtp: Literal["off", "optional", "required"] = Field("optional", description="media encryption (SDES)")
    user: str = Field("voicebot", description="our user name or number")
    display_name: str = Field("", description="our display name")
    registrar: str = Field("", description="SIP URI to register at, such as sip:pbx.example; empty: none")
    username: str = Field("", description="digest user name, if it is not sip.user")
    password: str = Field("", description="digest password; environment only")
    register_expires: int = Field(300, ge=30, description="seconds a registration holds")
    register_retry: int = Field(20, ge=1, description="seconds between attempts")
    callers_per_process: int = Field(
        0, ge=0, le=MAX_CALLS, description="calls at once, then 486; 0: as many as leave room for transfers"
    )
    rtp_port: int = Field(10_000, ge=1024, le=65_300, description="first of 200 UDP ports for media")
    area_code: str = Field(
        "", pattern=r"^(0[1-9]\d{1,4})?$", description="the town's area code, for numbers that callers say without one"
    )

    def endpoint(self, callers: int) -> SipSettings:
        """As the telephony package wants it.

        :param callers: of the process at a time, see :attr:`Settings.callers`
        """
        return SipSettings(
            host=self.host,
            public_address=self.public_address,
            udp_port=self.udp_port or None,
            tcp_port=self.tcp_port or None,
            tls_port=self.tls_port or None,
            tls_certificate=self.tls_certificate,
            tls_key=self.tls_key,
            tls_ca=self.tls_ca,
            srtp=self.srtp,
            user=self.user,
            display_name=self.display_name,
            registrar=self.registrar,
            username=self.username,
            password=self.password,
            register_expires=self.register_expires,
            register_retry=self.register_retry,
            callers=callers,
            rtp_port=self.rtp_port,
        )


class Speech(_Section):
    uri: str = Field("", description="tcp://host:port or unix:///path of the speech process; empty: our own")
    model: str = Field("base", description="Whisper model: a name or a folder")
    threads: int = Field(2, ge=1, le=64, description="threads of each speech engine")
    nice: int = Field(15, ge=0, le=19, description="how far speech steps back behind media")
    languages: tuple[str, ...] = Field(
        ("de", "en", "nl", "tr", "pl", "uk", "ru", "ar"),
        min_length=1,
        description="languages that callers are understood in, the town's first; the bot speaks those with a voice",
    )
    voices: dict[str, str] = Field(default_factory=dict, description="voice by language, such as de = ...")
    models_dir: Path | None = Field(None, description="where models are kept")
    cache_mib: int = Field(512, ge=0, description="MiB of speech made ahead that are kept on disk, 0 none")


class Data(_Section):
    database: str = Field("", description="SQLAlchemy URL; empty: SQLite in the state folder")
    state_dir: Path | None = Field(None, description="where the database and sockets are kept")
    prompts_dir: Path | None = Field(None, description="folder of prompts of your own; empty: those of the release")
    speak_samples: bool = Field(False, description="whether facts marked `sample` are spoken")
    keep_transcripts: bool = Field(False, description="whether a note to a desk holds what was said word for word")


class Dialogue(_Section):
    end_of_turn_ms: int = Field(
        1040,
        ge=300,
        le=1500,
        description="silence that ends a statement; answers and questions end sooner in proportion",
    )
    silence_s: float = Field(6.0, ge=2, le=60, description="silence after which the bot asks")
    wait_s: float = Field(60.0, ge=10, le=300, description="silence after „Moment bitte“ before the bot asks")
    longest_call_s: int = Field(900, ge=60, description="longest call")
    longest_speech_s: int = Field(45, ge=10, le=120, description="longest speech of the bot without a break")


class Transfer(_Section):
    host: str = Field("", description="host[:port] of the extensions; empty: the caller's PBX")
    timeout_s: float = Field(25.0, ge=3, le=120, description="how long a desk may ring unheard of")
    method: Literal["blind", "attended", "bridge"] = Field("attended", description="how a call is passed on")
    ring_s: int = Field(20, ge=5, le=120, description="seconds a desk rings before the next one does")
    external_numbers: bool = Field(False, description="whether numbers outside of the PBX are dialled")
    legs_per_hour: int = Field(120, ge=1, description="calls and transfers to desks an hour, a line process")
    music: Path | None = Field(None, description="WAV file for who waits for a desk; none: the one of the release")

    def rules(self) -> Rules:
        """What holds where the routing table says nothing."""
        return Rules(Method(self.method), self.ring_s, self.external_numbers)


class Web(_Section):
    host: str = Field("127.0.0.1", description="address of the staff's pages")
    port: int = Field(8080, ge=0, le=65535, description="their TCP port, 0: no pages")
    base_url: str = Field("", description="their public address; empty: http://host:port")
    keep_notes_days: int = Field(14, ge=1, description="days after which notes to desks are deleted")


class Mail(_Section):
    host: str = Field("", description="mail server that takes our mail; empty: no mail, messages are only listed")
    port: int = Field(587, ge=1, le=65535, description="its port")
    username: str = Field("", description="user name there; empty: no authentication")
    password: str = Field("", description="password there; environment only")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="encryption; the mail server's certificate is verified"
    )
    tls_ca: Path | None = Field(None, description="PEM file of CAs to verify the mail server by")
    sender: str = Field("", validate_default=True, description="our own address, as From")
    escalate_to: str = Field("", description="whom to tell of what is overdue; empty: nobody")
    notes: bool = Field(False, description="mail each call's note to its department, too, beside the desk's page")
    timeout_s: float = Field(20.0, ge=1, le=60, description="how long the mail server may take for an answer")

    @field_validator("security")
    @classmethod
    def _no_password_in_the_clear(cls, security: str, info: ValidationInfo) -> str:
        if security == "none" and info.data.get("username"):
            raise ValueError("a password needs encryption: set it to starttls or tls, or leave mail.username empty")
        return security

    @field_validator("sender", "escalate_to")
    @classmethod
    def _is_address(cls, address: str, info: ValidationInfo) -> str:
        if address and not ADDRESS.fullmatch(address):
            raise ValueError("write it as an e-mail address, such as telefon@stadt.example")
        if not address and info.field_name == "sender" and info.data.get("host"):
            raise ValueError("mail.host is set, so an address of our own is needed, such as telefon@stadt.example")
        return address


class Settings(_Section):
    sip: Sip = Sip()
    speech: Speech = Speech()
    data: Data = Data()
    dialogue: Dialogue = Dialogue()
    transfer: Transfer = Transfer()
    web: Web = Web()
    mail: Mail = Mail()

    @property
    def callers(self) -> int:
        """Calls a line process takes at a time: what ``sip.callers_per_process`` says, or what leaves room.

        A desk that is asked first is a leg among the process's four; a bridge keeps it for as long as they talk.
        """
        return self.sip.callers_per_process or _CALLERS[Method(self.transfer.method)]

    @property
    def state_dir(self) -> Path:
        if self.data.state_dir is not None:
            return self.data.state_dir
        base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return Path(base) / "voicebot"

    @property
    def database_url(self) -> str:
        return self.data.database or f"sqlite:///{self.state_dir / 'voicebot.sqlite'}"

    @property
    def web_url(self) -> str:
        """Address of the staff's pages, without a slash at its end."""
        host = f"[{self.web.host}]" if ":" in self.web.host else self.web.host
        return self.web.base_url.rstrip("/") or f"http://{host}:{self.web.port}"

    @property
    def speech_uri(self) -> str:
        return self.speech.uri or f"unix://{self.state_dir / 'speech.sock'}"


def load(path: Path | None = None, environ: dict[str, str] | None = None) -> Settings:
    """Read ``voicebot.toml`` (or ``path``, which must exist) and the environment.

    Raises :class:`SettingsError` with one line a wrong key.
    """
    values: dict[str, Any] = {}
    file = path or Path("voicebot.toml")
    if path is not None or file.exists():
        values = _read(file)
    for section, key in SECRETS:
        if isinstance(values.get(section), dict) and key in values[section]:
            raise SettingsError(
                f"{file}: {section}.{key} is a secret and does not belong into a file;"
                f" set {_variable(section, key)} instead"
            )
    _overlay(values, dict(os.environ) if environ is None else environ)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError("\n".join(_line(detail, file) for detail in error.errors())) from None


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{file}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: cannot be read ({error})") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: not valid TOML: {error}") from None


def _variable(section: str, key: str) -> str:
    return f"{PREFIX}{section}_{key}".upper()


def _overlay(values: dict[str, Any], environ: dict[str, str]) -> None:
    known = {
        _variable(section, key): (section, key)
        for section, model in Settings.model_fields.items()
        for key in model.annotation.model_fields  # type: ignore[union-attr]
    }
    for name, text in environ.items():
        if not name.startswith(PREFIX):
            continue
        if name not in known:
            raise SettingsError(f"environment variable {name}: there is no such setting")
        section, key = known[name]
        if not isinstance(values.setdefault(section, {}), dict):
            continue  # validation names the section that is no table
        values[section][key] = _parse(name, section, key, text)


def _parse(name: str, section: str, key: str, text: str) -> Any:
    if (section, key) == ("speech", "languages"):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if (section, key) == ("speech", "voices"):
        pairs = [part.partition("=") for part in text.split(",") if part.strip()]
        if any(not middle for _, middle, _ in pairs):
            raise SettingsError(f"environment variable {name}: write it as de=VOICE,en=VOICE")
        return {language.strip(): voice.strip() for language, _, voice in pairs}
    return text


def _line(detail: Any, file: Path) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"{file}: {key}: there is no such setting"
    loc = detail["loc"]
    variable = f" (or {_variable(str(loc[0]), str(loc[1]))})" if len(loc) > 1 else ""
    return f"{file}: {key} = {detail['input']!r}: {detail['msg']}{variable}"
