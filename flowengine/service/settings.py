"""What the service runs with: the environment, or a `.env` file; each setting checked once, at the start."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from flowengine.adapters.openai.options import ModelOptions
from flowengine.adapters.registry import MeaningChoice
from flowengine.compliance.policy import Policy
from flowengine.errors import SettingsError
from flowengine.service import model_settings, policy_settings
from flowengine.service.addresses import LOOPBACK, address, public_address
from flowengine.service.asked import Asked, meant
from flowengine.service.dialling.settings import DiallingSettings
from flowengine.service.speech_settings import SpeechSettings, engine_described
from flowengine.service.values import E164, masked, shown, whole, without_credentials
from flowengine.service.websocket.choice import DEFAULT_CLASS, WebSocketClass, class_from

DEFAULT_DATABASE = "sqlite:///flowengine.db"
DEFAULT_KEY_FILE = "flowengine.key"
"""In the working folder, where the record is on a server."""
DEFAULT_MAX_CALLS = 50
DEFAULT_MAX_LAG_MS = 50
DEFAULT_LONGEST_S = 1800
DEFAULT_DRAIN_S = 30
DEFAULT_KEEP_CALLS_DAYS = 730
"""24 months, for as long as a decision may have to be shown."""
DEFAULT_API_RATE = 600
DEFAULT_ACTION_MODULES = ("flowengine.examples.bookings",)
"""The shipped flows book with it, so that they can be tried before there is a system to book in."""
KEY = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")
"""What a bearer token may hold (RFC 6750), and a cookie too."""
SHORTEST_SECRET = 16
TPS_FILE = "flowengine.tps"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. The telephone line is open when Twilio's credentials and the public address are all there."""

    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = field(default=None, repr=False)
    twilio_default_from: str | None = None
    twilio_api_url: str | None = None
    server_base_url: str | None = None
    nova_stt_ws_url: str | None = None
    nova_tts_ws_url: str | None = None
    database_url: str = DEFAULT_DATABASE
    record_keys: str | None = field(default=None, repr=False)
    record_key_file: Path | None = None
    keep_calls_days: int = DEFAULT_KEEP_CALLS_DAYS
    flows: Path = Path("flows")
    numbers: Mapping[str, str] = field(default_factory=dict)
    api_key: str | None = field(default=None, repr=False)
    api_rate: int = DEFAULT_API_RATE
    max_calls: int = DEFAULT_MAX_CALLS
    max_lag_ms: int = DEFAULT_MAX_LAG_MS
    """From which lateness of the event loop on no new call is taken; 0: however late it is."""
    longest_call_s: int = DEFAULT_LONGEST_S
    drain_s: int = DEFAULT_DRAIN_S
    websockets: WebSocketClass = DEFAULT_CLASS
    hold_music: Path | None = None
    """A WAV file for callers who wait; None: a tune of our own."""
    traces_to: str | None = None
    """An OpenTelemetry collector that takes OTLP over HTTP."""
    action_secret: str | None = field(default=None, repr=False)
    action_modules: tuple[str, ...] = DEFAULT_ACTION_MODULES
    policy: Policy = field(default_factory=Policy)
    """The calling rules."""
    dialling: DiallingSettings = field(default_factory=DiallingSettings)
    model: ModelOptions | None = None
    """The language model; without one, each `llm` takes its fallback."""
    meaning: MeaningChoice | None = None
    """Which engine compares meanings; None: the embedded one, where it is installed."""
    tps_file: Path = Path(TPS_FILE)
    speech: SpeechSettings = field(default_factory=SpeechSettings)

    unknown: tuple[str, ...] = field(default=(), compare=False)
    """Names in the environment that look like settings of ours and are none."""
    known: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """The names that were looked up."""

    @property
    def has_telephone(self) -> bool:
        return None not in (self.twilio_account_sid, self.twilio_auth_token, self.server_base_url)

    @property
    def is_public(self) -> bool:
        """The address leads here from outside this machine."""
        return self.server_base_url is not None and (urlsplit(self.server_base_url).hostname or "") not in LOOPBACK

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None, *, dotenv: Path = Path(".env")) -> Settings:
        """Read and check. Raises SettingsError naming the setting, what is wrong and what would do."""
        values = Asked({**_read_dotenv(dotenv), **(os.environ if env is None else env)})

        def text(name: str) -> str | None:
            return values.get(name, "").strip() or None

        settings = cls(
            twilio_account_sid=text("TWILIO_ACCOUNT_SID"),
            twilio_auth_token=text("TWILIO_AUTH_TOKEN"),
            twilio_default_from=text("TWILIO_DEFAULT_FROM"),
            twilio_api_url=address("FLOWENGINE_TWILIO_API_URL", text("FLOWENGINE_TWILIO_API_URL"), "http", "https"),
            server_base_url=public_address("SERVER_BASE_URL", text("SERVER_BASE_URL")),
            nova_stt_ws_url=address("NOVA_STT_WS_URL", text("NOVA_STT_WS_URL"), "ws", "wss", "scripted"),
            nova_tts_ws_url=address("NOVA_TTS_WS_URL", text("NOVA_TTS_WS_URL"), "ws", "wss", "scripted"),
            database_url=text("FLOWENGINE_DATABASE_URL") or DEFAULT_DATABASE,
            record_keys=text("FLOWENGINE_RECORD_KEYS"),
            record_key_file=_path(text("FLOWENGINE_RECORD_KEY_FILE")),
            keep_calls_days=_keep_calls(text("FLOWENGINE_KEEP_CALLS")),
            flows=Path(text("FLOWENGINE_FLOWS") or "flows"),
            numbers=_numbers(text("FLOWENGINE_NUMBERS")),
            api_key=text("FLOWENGINE_API_KEY"),
            api_rate=_whole("FLOWENGINE_API_RATE", text("FLOWENGINE_API_RATE"), DEFAULT_API_RATE, 1, 1_000_000),
            max_calls=_whole("FLOWENGINE_MAX_CALLS", text("FLOWENGINE_MAX_CALLS"), DEFAULT_MAX_CALLS, 1, 10_000),
            max_lag_ms=_whole("FLOWENGINE_MAX_LAG", text("FLOWENGINE_MAX_LAG"), DEFAULT_MAX_LAG_MS, 0, 10_000),
            longest_call_s=_whole(
                "FLOWENGINE_LONGEST_CALL", text("FLOWENGINE_LONGEST_CALL"), DEFAULT_LONGEST_S, 10, 14_400
            ),
            drain_s=_whole("FLOWENGINE_DRAIN", text("FLOWENGINE_DRAIN"), DEFAULT_DRAIN_S, 0, 3600),
            websockets=class_from(text("FLOWENGINE_WEBSOCKETS")),
            hold_music=_path(text("FLOWENGINE_HOLD_MUSIC")),
            traces_to=address("OTEL_EXPORTER_OTLP_ENDPOINT", text("OTEL_EXPORTER_OTLP_ENDPOINT"), "http", "https"),
            action_secret=text("FLOWENGINE_ACTION_SECRET"),
            action_modules=_modules(text("FLOWENGINE_ACTION_MODULES")),
            policy=policy_settings.policy_from(values),
            dialling=DiallingSettings.from_env(values),
            model=model_settings.model_from(values),
            speech=SpeechSettings.from_env(values),
            meaning=_meaning(text("FLOWENGINE_MEANING")),
            tps_file=_tps_file(text("FLOWENGINE_TPS_FILE"), text("FLOWENGINE_DATABASE_URL") or DEFAULT_DATABASE),
        )
        sid = settings.twilio_account_sid
        if sid is not None and not (sid.startswith("AC") and len(sid) == 34):
            raise SettingsError(
                "TWILIO_ACCOUNT_SID is not an account SID: it has 34 characters and begins with AC "
                "(a key that begins with SK does not do here)"
            )
        needed = {
            "TWILIO_ACCOUNT_SID": sid,
            "TWILIO_AUTH_TOKEN": settings.twilio_auth_token,
            "SERVER_BASE_URL": settings.server_base_url,
        }
        missing = [name for name, value in needed.items() if not value]
        if missing and (sid or settings.twilio_auth_token):
            raise SettingsError(f"the telephone line also needs {', '.join(missing)}; set it, or unset the others")
        if settings.action_secret is not None and len(settings.action_secret) < SHORTEST_SECRET:
            raise SettingsError(f"FLOWENGINE_ACTION_SECRET is too short: {SHORTEST_SECRET} characters or more do")
        if settings.api_key is not None and not KEY.fullmatch(settings.api_key):
            raise SettingsError(
                "FLOWENGINE_API_KEY cannot be used: 16 characters or more, of A-Z, a-z, 0-9 and any of -._~+/= do"
            )
        return replace(settings, unknown=values.unknown, known=tuple(sorted(values.asked)))

    @classmethod
    def of_record(
        cls, db: str | None = None, env: Mapping[str, str] | None = None, *, dotenv: Path = Path(".env")
    ) -> Settings:
        """Where the record is, and its keys; `db` wins. A mistake in another setting keeps nobody from the record."""
        values = {**_read_dotenv(dotenv), **(os.environ if env is None else env)}
        url, keys, file, keep = (
            values.get(f"FLOWENGINE_{name}", "").strip() or None
            for name in ("DATABASE_URL", "RECORD_KEYS", "RECORD_KEY_FILE", "KEEP_CALLS")
        )
        return cls(
            database_url=db or url or DEFAULT_DATABASE,
            record_keys=keys,
            record_key_file=_path(file),
            keep_calls_days=_keep_calls(keep),
        )

    @property
    def unknown_said(self) -> list[str]:
        """A sentence on each name that is no setting, for the start."""
        return [f"{name} is no setting of flowengine's: {meant(name, self.known)}" for name in self.unknown]

    def described(self) -> list[tuple[str, str]]:
        """What `serve` prints: name and value, secrets masked, also in what is no address by rights."""
        return [(name, without_credentials(value)) for name, value in self._described()]

    def _described(self) -> list[tuple[str, str]]:
        return [
            ("flows", str(self.flows)),
            ("record", self.database_url),
            ("record's keys", self._keys()),
            ("speech to text", engine_described(self.nova_stt_ws_url, self.speech.stt_backup)),
            ("text to speech", engine_described(self.nova_tts_ws_url, self.speech.tts_backup)),
            ("language model", model_settings.described(self.model)),
            ("meaning", self.meaning or "embedded, where it is installed"),
            ("telephone", self._telephone()),
            ("dialling", self.dialling.described() if self.has_telephone else "none: no telephone"),
            ("calling rules", policy_settings.described(self.policy)),
            ("traces", self.traces_to or "none"),
            ("actions", ", ".join([*self.action_modules, *(["signed HTTP"] if self.action_secret else [])]) or "none"),
            ("numbers", ", ".join(f"{masked(number)} → {flow}" for number, flow in self.numbers.items()) or "none"),
        ]

    def _keys(self) -> str:
        if self.record_keys is not None:
            return "of FLOWENGINE_RECORD_KEYS"
        if self.record_key_file is not None:
            return str(self.record_key_file)
        return "beside it" if self.database_url.startswith("sqlite") else DEFAULT_KEY_FILE

    def _telephone(self) -> str:
        if not self.has_telephone or self.twilio_account_sid is None:
            return "none (set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, SERVER_BASE_URL)"
        return f"Twilio {masked(self.twilio_account_sid or '')} at {self.server_base_url}"


def _keep_calls(value: str | None) -> int:
    """The caps look back on seven days, which have to be there."""
    return _whole("FLOWENGINE_KEEP_CALLS", value, DEFAULT_KEEP_CALLS_DAYS, 8, 36_500)


def _path(value: str | None) -> Path | None:
    return None if value is None else Path(value)


def _read_dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` a line; `#` comments, blank lines, an `export ` before and quotes around are fine."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as UTF-8 text ({type(error).__name__})") from error
    values: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise SettingsError(f"{path}, line {number}: holds a NUL character, which no setting can")
        stripped = line.strip().removeprefix("export ").strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals or not name.strip().isidentifier():
            raise SettingsError(f"{path}, line {number}: expected NAME=value")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        values[name.strip()] = value
    return values


def _numbers(value: str | None) -> dict[str, str]:
    numbers: dict[str, str] = {}
    for pair in (value or "").split(","):
        if not pair.strip():
            continue
        number, equals, flow = (part.strip() for part in pair.partition("="))
        if not equals or not flow or not E164.fullmatch(number):
            raise SettingsError(
                f"FLOWENGINE_NUMBERS has {shown(pair.strip())}: "
                "expected a number and its flow, like +441134960124=reception"
            )
        if numbers.setdefault(number, flow) != flow:
            raise SettingsError(
                f"FLOWENGINE_NUMBERS has {number} twice, for {numbers[number]!r} and {flow!r}: drop one"
            )
    return numbers


def _modules(value: str | None) -> tuple[str, ...]:
    if value is None:
        return DEFAULT_ACTION_MODULES
    names = tuple(name.strip() for name in (value or "").split(",") if name.strip())
    for name in names:
        if not all(part.isidentifier() for part in name.split(".")):
            raise SettingsError(
                f"FLOWENGINE_ACTION_MODULES has {shown(name)}: expected Python modules, like acme.bookings,acme.diary"
            )
    return names


def _meaning(value: str | None) -> MeaningChoice | None:
    match value:
        case None | "embedded" | "off":
            return value
        case _:
            raise SettingsError(f"FLOWENGINE_MEANING is {shown(value)}: expected embedded or off")


def _tps_file(value: str | None, database_url: str) -> Path:
    """Beside the database where that is a file, else in the working folder."""
    if value is not None:
        return Path(value)
    scheme, _, file = database_url.partition(":///")
    return Path(file).with_name(TPS_FILE) if scheme.startswith("sqlite") and Path(file).name else Path(TPS_FILE)


def _whole(name: str, value: str | None, default: int, low: int, high: int) -> int:
    return default if value is None else whole(name, value, low, high)
