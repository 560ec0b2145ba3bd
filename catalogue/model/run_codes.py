"""Why a run ended as it did, for programs: one stable code beside the sentence.

Codes are added, never renamed. Where a foreign error becomes one of ours, that error says which code it means.
"""

from __future__ import annotations

from enum import StrEnum


class RunCode(StrEnum):
    """`NONE`: there is nothing to say (everything was read and taken, or the run has not ended)."""

    NONE = ""
    # The source was not reached, or did not answer to the end.
    TIMEOUT = "timeout"
    UNKNOWN_HOST = "unknown-host"
    UNREACHABLE = "unreachable"
    BROKEN_OFF = "broken-off"
    TLS = "tls"
    PROXY = "proxy"
    ADDRESS_FORBIDDEN = "address-forbidden"
    # It answered, and the answer was no.
    ACCESS_REFUSED = "access-refused"
    GONE = "gone"
    RATE_LIMITED = "rate-limited"
    HTTP_4XX = "http-4xx"
    HTTP_5XX = "http-5xx"
    # It answered something that cannot be used.
    UNPARSEABLE = "unparseable"
    EMPTY = "empty"
    PROTOCOL = "protocol"
    LIMIT = "limit"
    SOURCE = "source"
    # Something was left out, or waits.
    ERRORS = "errors"
    INCOMPLETE = "incomplete"
    WITHDRAWALS = "withdrawals"
    RENAMED = "renamed"
    # Somebody or something stopped it.
    BUDGET = "budget"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    REMOVED = "removed"
    STOPPED = "stopped"
    # It is on our side.
    LOST_LEASE = "lost-lease"
    CONFIGURATION = "configuration"
    BACKEND = "backend"
    INTERNAL = "internal"

    @classmethod
    def of(cls, text: str) -> RunCode:
        """The code of this text; `SOURCE` for one that a plugin made up."""
        return cls(text) if text in cls._value2member_map_ else cls.SOURCE


MEANINGS: dict[RunCode, str] = {
    RunCode.TIMEOUT: "The source did not answer in time.",
    RunCode.UNKNOWN_HOST: "The host of its address is not known.",
    RunCode.UNREACHABLE: "It could not be connected to.",
    RunCode.BROKEN_OFF: "Its answer broke off.",
    RunCode.TLS: "It has no certificate that is trusted here, or does not speak TLS.",
    RunCode.PROXY: "The proxy did not pass the request on.",
    RunCode.ADDRESS_FORBIDDEN: "Its address, or one that it leads to, is not asked (private, loopback, our own).",
    RunCode.ACCESS_REFUSED: "It refuses access (401, 403), or the token server gives no token.",
    RunCode.GONE: "There is nothing at its address (404, 410).",
    RunCode.RATE_LIMITED: "It asks for fewer requests (429).",
    RunCode.HTTP_4XX: "It does not accept the request (another status from 400 to 499).",
    RunCode.HTTP_5XX: "It has a failure of its own (a status from 500).",
    RunCode.UNPARSEABLE: "What it gives is not RDF that can be read.",
    RunCode.EMPTY: "It was read and describes nothing.",
    RunCode.PROTOCOL: "It does not speak the protocol that it is registered with.",
    RunCode.LIMIT: "More bytes, pages or redirects than are read.",
    RunCode.SOURCE: "Something else about the source, or in its harvester.",
    RunCode.ERRORS: "Some documents or records could not be taken.",
    RunCode.INCOMPLETE: "Not everything that the source offers was seen.",
    RunCode.WITHDRAWALS: "More records would leave at once than may leave without a person.",
    RunCode.RENAMED: "Some records look like the same records under new names.",
    RunCode.BUDGET: "It took longer than its time budget.",
    RunCode.CANCELLED: "A person cancelled it.",
    RunCode.PAUSED: "A person paused the source.",
    RunCode.REMOVED: "A person removed the source.",
    RunCode.STOPPED: "The server was stopped.",
    RunCode.LOST_LEASE: "Several workers died during it, and it was given up.",
    RunCode.CONFIGURATION: "A setting, a credential or an option is wrong.",
    RunCode.BACKEND: "A part of Pharos did not answer: ledger, validation engine.",
    RunCode.INTERNAL: "A fault of Pharos; the log has the details.",
}
"""What each code means, as documentation and pages say it."""
