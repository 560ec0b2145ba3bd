"""Which base URL the catalogue has, and from when on it is certain.

Until the catalogue is served, or PHAROS_BASE is given, nobody can have seen an address of ours: the base is provisional
and nothing is recorded. A graph that was made with a provisional base moves when it is next written.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from catalogue.adapters.http.addresses import Address, literal_address
from catalogue.ports import Ledger
from catalogue.settings import Settings

PORTS = {"http": 80, "https": 443}


def base_of(settings: Settings, ledger: Ledger) -> str:
    """The base URL for a command: PHAROS_BASE, which is recorded when it is first met, else the recorded one, else a
    provisional one. ConfigurationError when PHAROS_BASE is not what was recorded."""
    if settings.base:
        return served_base(settings, ledger)
    return ledger.base() or settings.public_base


def served_base(settings: Settings, ledger: Ledger) -> str:
    """The base URL of a catalogue that is being served: recorded now if none was. ConfigurationError as `base_of`."""
    recorded = ledger.base()
    if recorded is None or (settings.base and settings.public_base != recorded):
        ledger.record_base(settings.public_base)
        return settings.public_base
    return recorded


def listening(settings: Settings, base: str | None) -> tuple[str, int] | None:
    """(host, port) where a catalogue of this recorded base listens. None without one: it was never served, and
    whoever listens on our default port is somebody else."""
    if not base:
        return None
    parts = urlsplit(base)
    if parts.hostname and _literal(parts.hostname):
        return parts.hostname, parts.port or PORTS[parts.scheme]
    # A name is that of a server in front of ours.
    return settings.host, settings.port


def leads_elsewhere(settings: Settings, base: str) -> bool:
    """Whether a recorded base names an address of a machine, but not the one that we serve at. A name, or a base that
    PHAROS_BASE confirms, is that of a server in front of ours."""
    parts = urlsplit(base)
    named, ours = _literal(parts.hostname or ""), _literal(settings.host)
    if settings.base or named is None or ours is None:
        return False
    if (parts.port or PORTS[parts.scheme]) != settings.port:
        return True
    everywhere = named.is_unspecified or ours.is_unspecified
    return not everywhere and named != ours and not (named.is_loopback and ours.is_loopback)


def _literal(host: str) -> Address | None:
    return literal_address("127.0.0.1" if host == "localhost" else host)
