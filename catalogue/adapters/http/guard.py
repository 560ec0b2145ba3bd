"""Resolves a host and says which of its addresses may be connected to: all are checked, or none is used."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from catalogue.adapters.http.addresses import Address, Allowance, Reach, literal_address, reach_of
from catalogue.errors import AddressForbidden, CatalogueError

Resolver = Callable[[str, int], "list[SocketAddress]"]
OwnAddresses = Callable[[], frozenset[tuple[str, int]]]


class SocketAddress(NamedTuple):
    """What `socket.connect` needs, with the address in checkable form."""

    family: int
    address: Address
    sockaddr: tuple[str, int] | tuple[str, int, int, int]


def resolve(host: str, port: int) -> list[SocketAddress]:
    """Every stream address of the host, in the system's order. Raises socket.gaierror, UnicodeError."""
    found = []
    for family, _, _, _, sockaddr in socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM):
        address = literal_address(str(sockaddr[0]))
        if family in (socket.AF_INET, socket.AF_INET6) and address is not None:
            found.append(SocketAddress(family, address, sockaddr))  # type: ignore[arg-type]
    return found


class Guard:
    """Judges addresses for one client. `allowance`: None for URLs that visitors give, to whom nothing is allowed,
    whatever the operator lists."""

    def __init__(self, allowance: Allowance | None, own: OwnAddresses, resolver: Resolver = resolve) -> None:
        self._allowance = allowance
        self._own = own
        self._resolver = resolver

    def addresses(
        self, host: str, port: int, seconds: float, interrupted: Callable[[], bool] = lambda: False
    ) -> list[SocketAddress]:
        """The host's addresses, each of them judged. AddressForbidden, socket.gaierror, TimeoutError."""
        found = self._resolve(host, port, seconds, interrupted)
        for candidate in found:
            self.judge(host, candidate.address, port)
        return found

    def unjudged(
        self, host: str, port: int, seconds: float, interrupted: Callable[[], bool]
    ) -> list[SocketAddress]:
        """The addresses of a host that the operator named: its proxy."""
        return self._resolve(host, port, seconds, interrupted)

    def judge(self, host: str, address: Address, port: int) -> None:
        """AddressForbidden when the address is not to be asked. The message names the host, never the address."""
        if self._is_own(address, port):
            raise AddressForbidden(
                f"{host}:{port} is a part of this catalogue itself.",
                advice="Give the URL of another catalogue.",
            )
        reach = reach_of(address)
        allowance = self._allowance if reach.can_be_allowed else None
        if reach is Reach.PUBLIC or (allowance is not None and allowance.covers(host, address, port)):
            return
        verb = "leads to" if literal_address(host) is None else "is"
        place = f"[{host}]" if ":" in host else host
        article = "an" if reach[0] in "aeiou" else "a"
        raise AddressForbidden(
            f"{place} {verb} {article} {reach} address, which Pharos does not ask.",
            advice=f"If it is meant, the operator lists {place}:{port} in PHAROS_ALLOW_HOSTS."
            if allowance is not None
            else "Give the catalogue's public URL.",
            host=host,
        )

    def _is_own(self, address: Address, port: int) -> bool:
        for own_host, own_port in self._own():
            if own_port != port:
                continue
            own = literal_address(own_host)
            if own is None:
                own_addresses = {entry.address for entry in self._resolver(own_host, own_port)}
            elif own.is_unspecified:
                own_addresses = {address} if _is_local(address) else set()
            else:
                own_addresses = {own}
            if address in own_addresses:
                return True
        return False

    def _resolve(
        self, host: str, port: int, seconds: float, interrupted: Callable[[], bool]
    ) -> list[SocketAddress]:
        literal = literal_address(host)
        if literal is not None:
            return self._resolver(host, port)
        return _in_time(lambda: self._resolver(host, port), seconds, interrupted)


def _is_local(address: Address) -> bool:
    """Whether the address is one of this machine's: then a server that listens everywhere listens there."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True


def _in_time(
    action: Callable[[], list[SocketAddress]], seconds: float, interrupted: Callable[[], bool]
) -> list[SocketAddress]:
    """The action's result. A resolver has no timeout and cannot be interrupted: it gets a thread, which is left
    behind when it takes too long (the system's own limit ends it)."""
    outcome: list[list[SocketAddress] | OSError | UnicodeError | CatalogueError] = []
    done = threading.Event()

    def run() -> None:
        try:
            outcome.append(action())
        except (OSError, UnicodeError, CatalogueError) as error:
            outcome.append(error)
        finally:
            done.set()

    threading.Thread(target=run, name="resolve", daemon=True).start()
    deadline = time.monotonic() + seconds
    while not done.wait(0.25):
        if time.monotonic() > deadline or interrupted():
            raise TimeoutError("the name was not resolved in time")
    if not outcome:
        raise OSError("the resolver failed")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]
