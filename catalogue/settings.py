"""Settings: a frozen dataclass from a mapping. The only reader of the environment is `Settings.from_env`'s caller."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catalogue.errors import ConfigurationError

PREFIX = "PHAROS_"
MEBIBYTE = 1024 * 1024


def _setting(
    default: Any, help_text: str, *, secret: bool = False, check: Callable[[Any], str | None] | None = None
) -> Any:
    return field(default=default, metadata={"help": help_text, "secret": secret, "check": check})


def _http_url(value: str) -> str | None:
    parts = urlsplit(value)
    ok = parts.scheme in ("http", "https") and parts.netloc and not parts.query and not parts.fragment
    return None if ok else "an http or https URL without query or fragment"


def _positive(value: float) -> str | None:
    return None if value > 0 else "a number above 0"


def _not_negative(value: float) -> str | None:
    return None if value >= 0 else "a number of at least 0"


def _targets(values: tuple[str, ...]) -> str | None:
    ok = all(re.fullmatch(r"mailto:[^@\s]+@[^@\s]+|https?://\S+", value) for value in values)
    return None if ok else "mailto:ADDRESS or an http or https URL, with commas between"


def _networks(values: tuple[str, ...]) -> str | None:
    try:
        [ipaddress.ip_network(value, strict=False) for value in values]
    except ValueError:
        return "addresses or networks such as 10.0.0.0/8, with commas between"
    return None


def _port(value: int) -> str | None:
    return None if 0 <= value <= 65535 else "a port from 0 to 65535 (0: a free one)"


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: None if value in allowed else "one of " + ", ".join(allowed)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of Pharos; the variable is the field's name in capitals after PHAROS_."""

    data: Path = _setting(Path(".pharos"), "Folder of everything that Pharos stores.")
    base: str = _setting(
        "",
        "Public base URL; recorded when first given or served. Empty: http://HOST:PORT of the first serve.",
        check=lambda v: _http_url(v) if v else None,
    )
    host: str = _setting("127.0.0.1", "Address the web server listens on.")
    port: int = _setting(8080, "Port the web server listens on; 0 takes a free one.", check=_port)
    web_workers: int = _setting(1, "Web worker processes.", check=_positive)
    web_threads: int = _setting(8, "Threads of each web worker.", check=_positive)
    ledger: str = _setting("", "Database URL of the ledger. Empty: SQLite in the data folder.", secret=True)
    title: str = _setting("Pharos", "Title of the catalogue.")
    description: str = _setting(
        "Descriptions of health datasets, harvested from their providers.", "Description of the catalogue."
    )
    publisher: str = _setting("Pharos operator", "Name of the catalogue's publisher.")
    contact: str = _setting("", "E-mail address or URL of the operator, sent in the User-Agent of harvests.")
    allow_hosts: tuple[str, ...] = _setting(
        (),
        "Hosts (host or host:port, comma-separated) that registered sources may use though their address is private or loopback.",
    )
    proxy: str = _setting("", "HTTP proxy for outgoing requests.", secret=True)
    ca_bundle: str = _setting("", "File of certificate authorities for outgoing requests.")
    connect_timeout: float = _setting(10.0, "Seconds to connect to a source.", check=_positive)
    read_timeout: float = _setting(30.0, "Seconds between two pieces of an answer.", check=_positive)
    total_timeout: float = _setting(300.0, "Seconds for one request in all.", check=_positive)
    max_document: int = _setting(
        256 * MEBIBYTE, "Largest document of a source, in decoded bytes.", check=_positive
    )
    max_ratio: int = _setting(
        200, "Largest ratio of decoded to received bytes beyond the first mebibyte.", check=_positive
    )
    retries: int = _setting(3, "Further tries of a request that failed for a passing reason.")
    request_delay: float = _setting(
        0.0,
        "Seconds of pause between two requests to one host.",
        check=_not_negative,
    )
    max_pages: int = _setting(10_000, "Most pages of one run.", check=_positive)
    run_budget: float = _setting(21_600.0, "Seconds that one run may take.", check=_positive)
    parallel_runs: int = _setting(
        4,
        "Harvests that one worker does at a time.",
        check=lambda v: None if 1 <= v <= 16 else "a number from 1 to 16",
    )
    schedule_jitter: float = _setting(
        300.0, "Longest delay in seconds between a scheduled time and its run.", check=_not_negative
    )
    longest_backoff: float = _setting(
        604_800.0, "Longest time in seconds that a failing source is left alone.", check=_positive
    )
    full_every: float = _setting(
        604_800.0, "Seconds after which a run reads every page again.", check=_positive
    )
    flag_after: int = _setting(7, "Failed runs in a row at which a source is flagged.", check=_positive)
    notify: tuple[str, ...] = _setting(
        (),
        "Who is told of every source: mailto:ADDRESS or https URL, comma-separated.",
        check=_targets,
    )
    notify_secret: str = _setting(
        "", "Reference (env:NAME or file:/path) to the secret that signs webhooks of PHAROS_NOTIFY."
    )
    conformance_drop: float = _setting(
        5.0,
        "Fall of the share of records without a violation, in percentage points, that is told.",
        check=_positive,
    )
    smtp: str = _setting("", "Mail server as host or host:port. Empty: no mail is sent.")
    smtp_tls: str = _setting(
        "starttls",
        "How the mail server is spoken to: starttls, tls from the first byte, or none.",
        check=_one_of("starttls", "tls", "none"),
    )
    smtp_user: str = _setting("", "User name at the mail server. Empty: without a login.")
    smtp_password: str = _setting(
        "", "Reference (env:NAME or file:/path) to the password at the mail server."
    )
    smtp_from: str = _setting("", "Sender of mails. Empty: PHAROS_CONTACT where it is an address.")
    keep_runs_days: float = _setting(
        730.0,
        "Days that runs and their lines are kept, beyond the last 30 of each source. 0: for ever.",
        check=_not_negative,
    )
    keep_payloads_days: float = _setting(
        365.0,
        "Days that payloads are kept that no current version was made of. 0: for ever.",
        check=_not_negative,
    )
    batch_size: int = _setting(100, "Records committed together.", check=_positive)
    engine: str = _setting(
        "auto",
        "Validation engine: auto takes the fast one where it is installed, and pyshacl for what that cannot judge.",
        check=_one_of("auto", "pyshacl"),
    )
    verify: float = _setting(
        0.01,
        "Share of harvested records (0 to 1) that the other engine judges too; differences go to the log.",
        check=lambda v: None if 0 <= v <= 1 else "a number from 0 to 1",
    )
    validate_max_bytes: int = _setting(
        4 * MEBIBYTE, "Largest document that visitors may have validated, in decoded bytes.", check=_positive
    )
    validate_seconds: float = _setting(
        60.0, "Seconds that the validation of one document of a visitor may take.", check=_positive
    )
    validate_parallel: int = _setting(
        2,
        "Documents of visitors that one web worker validates at a time; as many may wait.",
        check=lambda v: None if 1 <= v <= 16 else "a number from 1 to 16",
    )
    sparql_timeout: float = _setting(20.0, "Seconds a SPARQL query may take.", check=_positive)
    sparql_max_rows: int = _setting(10_000, "Most rows or triples of a SPARQL answer.", check=_positive)
    sparql_max_bytes: int = _setting(64 * MEBIBYTE, "Most bytes of a SPARQL answer.", check=_positive)
    metrics_from: tuple[str, ...] = _setting(
        ("127.0.0.0/8", "::1/128"),
        "Networks whose direct requests may read /metrics, comma-separated. Empty: none.",
        check=_networks,
    )
    metrics_token: str = _setting(
        "", "Reference (env:NAME or file:/path) to the bearer token that may read /metrics from anywhere."
    )
    log_level: str = _setting(
        "INFO", "Least severity that is logged.", check=_one_of("DEBUG", "INFO", "WARNING", "ERROR")
    )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Reads PHAROS_* of a mapping. ConfigurationError names the variable and what it may be."""
        values: dict[str, Any] = {}
        known = {f.name: f for f in dataclasses.fields(cls)}
        for variable, text in env.items():
            if not variable.startswith(PREFIX) or variable.startswith(PREFIX + "TEST_"):
                continue
            name = variable.removeprefix(PREFIX).lower()
            if name not in known:
                raise ConfigurationError(
                    f"{variable} is not a setting of Pharos.", advice="`pharos settings` lists them all."
                )
            values[name] = _read(variable, text, known[name])
        return cls(**values)

    @property
    def public_base(self) -> str:
        """The base URL without a trailing slash."""
        return (self.base or f"http://{self.host}:{self.port}").rstrip("/")


def _read(variable: str, text: str, setting: dataclasses.Field[Any]) -> Any:
    try:
        value = _convert(text, setting.default)
    except ValueError as error:
        kind = type(setting.default).__name__
        raise ConfigurationError(f"{variable} is {text!r}, but must be of type {kind}.") from error
    check = setting.metadata["check"]
    allowed = check(value) if check else None
    if allowed:
        raise ConfigurationError(f"{variable} is {text!r}, but must be {allowed}.")
    return value


def _convert(text: str, default: Any) -> Any:
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, int | float):
        return type(default)(text)
    return text


def describe(settings: Settings, env: Mapping[str, str]) -> list[dict[str, str]]:
    """Each setting with variable, value (secrets hidden), origin and help."""
    rows = []
    for setting in dataclasses.fields(Settings):
        variable = PREFIX + setting.name.upper()
        value = getattr(settings, setting.name)
        shown = ", ".join(value) if isinstance(value, tuple) else str(value)
        rows.append(
            {
                "variable": variable,
                "value": "(set)" if setting.metadata["secret"] and shown else shown,
                "origin": "environment" if variable in env else "default",
                "help": str(setting.metadata["help"]),
            }
        )
    return rows
