"""Which IP addresses Pharos asks, and which only when the operator allows them. Pure; no name is resolved here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address


class Reach(StrEnum):
    """What kind of place an address is. Words that a message can use: "a loopback address"."""

    PUBLIC = "public"
    LOOPBACK = "loopback"
    PRIVATE = "private"
    SHARED = "carrier-internal"
    RESERVED = "reserved"
    LINK_LOCAL = "link-local"
    METADATA = "cloud metadata"
    MULTICAST = "multicast"
    UNSPECIFIED = "unspecified"
    TRANSLATED = "translated"

    @property
    def can_be_allowed(self) -> bool:
        """Whether PHAROS_ALLOW_HOSTS can open it. No catalogue lives on a link-local or metadata address."""
        return self in (Reach.LOOPBACK, Reach.PRIVATE, Reach.SHARED, Reach.RESERVED)


# IANA special-purpose registries (IPv4: RFC 6890 and successors; IPv6 likewise). First match wins. The
# metadata services of the large clouds come first: two of them stand inside wider ranges, one in public space.
_TABLE: tuple[tuple[IPv4Network | IPv6Network, Reach], ...] = tuple(
    (ip_network(text), reach)
    for text, reach in (
        ("169.254.169.254/32", Reach.METADATA),
        ("169.254.170.2/32", Reach.METADATA),
        ("100.100.100.200/32", Reach.METADATA),
        ("168.63.129.16/32", Reach.METADATA),
        ("192.0.0.192/32", Reach.METADATA),
        ("fd00:ec2::254/128", Reach.METADATA),
        ("fd20:ce::254/128", Reach.METADATA),
        ("0.0.0.0/8", Reach.UNSPECIFIED),
        ("10.0.0.0/8", Reach.PRIVATE),
        ("100.64.0.0/10", Reach.SHARED),
        ("127.0.0.0/8", Reach.LOOPBACK),
        ("169.254.0.0/16", Reach.LINK_LOCAL),
        ("172.16.0.0/12", Reach.PRIVATE),
        ("192.0.0.0/24", Reach.RESERVED),
        ("192.0.2.0/24", Reach.RESERVED),
        ("192.88.99.0/24", Reach.RESERVED),
        ("192.168.0.0/16", Reach.PRIVATE),
        ("198.18.0.0/15", Reach.RESERVED),
        ("198.51.100.0/24", Reach.RESERVED),
        ("203.0.113.0/24", Reach.RESERVED),
        ("224.0.0.0/4", Reach.MULTICAST),
        ("240.0.0.0/4", Reach.RESERVED),
        ("::/128", Reach.UNSPECIFIED),
        ("::1/128", Reach.LOOPBACK),
        ("::ffff:0:0/96", Reach.TRANSLATED),
        ("::/96", Reach.TRANSLATED),
        ("64:ff9b:1::/48", Reach.TRANSLATED),
        ("2002::/16", Reach.TRANSLATED),
        ("2001::/32", Reach.TRANSLATED),
        ("2001::/23", Reach.RESERVED),
        ("2001:db8::/32", Reach.RESERVED),
        ("3fff::/20", Reach.RESERVED),
        ("fc00::/7", Reach.PRIVATE),
        ("fec0::/10", Reach.PRIVATE),
        ("fe80::/10", Reach.LINK_LOCAL),
        ("ff00::/8", Reach.MULTICAST),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")


def reach_of(address: Address) -> Reach:
    """What kind of place the address is. Unknown IPv6 space is reserved."""
    if isinstance(address, IPv6Address) and address in _NAT64:
        # In networks that have IPv6 only, the resolver gives every IPv4 site this form (RFC 6147).
        inner = reach_of(IPv4Address(int(address) & 0xFFFFFFFF))
        return inner if inner is Reach.PUBLIC else Reach.TRANSLATED
    for network, reach in _TABLE:
        if network.version == address.version and address in network:
            return reach
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return Reach.RESERVED
    return Reach.PUBLIC


def literal_address(host: str) -> Address | None:
    """The address that a URL's host spells in standard form, or None for a name. Brackets and zones go."""
    text = host.strip("[]").partition("%")[0]
    try:
        return ip_address(text)
    except ValueError:
        return None


def is_disguised_number(host: str) -> bool:
    """Whether a host is a number that resolvers read as an IPv4 address, though not in its one standard form:
    `2130706433`, `0x7f.1`, `127.1`, `0177.0.0.1` (a name's last label is never a number, WHATWG URL 3.5)."""
    if literal_address(host) is not None or ":" in host:
        return False
    last = host.rstrip(".").rpartition(".")[2].lower()
    return last.isdecimal() or (last.startswith("0x") and all(c in "0123456789abcdef" for c in last[2:]))


@dataclass(frozen=True, slots=True)
class Allowance:
    """Hosts that registered sources may use though their address is not public. `entries`: (host, port or None)."""

    entries: frozenset[tuple[str, int | None]] = frozenset()

    @classmethod
    def read(cls, texts: tuple[str, ...]) -> Allowance:
        """From `host`, `host:port`, `[v6]`, `[v6]:port`. ValueError names an entry that is none of these."""
        return cls(frozenset(_entry(text) for text in texts))

    def covers(self, host: str, address: Address, port: int) -> bool:
        """Whether the URL's host, or the address it leads to, is listed (for every port or for this one)."""
        names = (host.strip("[]").rstrip(".").lower(), str(address))
        return any((name, p) in self.entries for name in names for p in (port, None))


def _entry(text: str) -> tuple[str, int | None]:
    host, port = text.strip().lower(), ""
    if host.startswith("["):
        host, _, rest = host[1:].partition("]")
        if rest and not rest.startswith(":"):
            raise ValueError(text)
        port = rest[1:]
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
        if not port:
            raise ValueError(text)
    if not host or "/" in host or "@" in host or (port and not (port.isdecimal() and int(port) < 65536)):
        raise ValueError(text)
    return host.rstrip("."), int(port) if port else None
