"""Every exception of ours, by what we do about it.

CatalogueError
├─ ConfigurationError         refuse to start (exit 2): name the setting and what it may be
├─ RequestError               the caller can mend it
│  ├─ InvalidQuery 400        ├─ NotAcceptable 406        ├─ Conflict 409
│  │                                                      │  └─ FolderBusy (exit 3)
│  ├─ NotFound 404            ├─ Gone 410                 ├─ PayloadTooLarge 413
│  └─ UnsupportedMediaType 415                            └─ TooManyRequests 429
├─ HarvestError
│  ├─ RetryableError          timeout, refused, 429, 5xx after the client's own retries
│  ├─ RecordError             this record or document only
│  │  ├─ ParseError           └─ MissingIdentifier
│  └─ SourceError             this run stops
│     ├─ SourceGone           ├─ AccessRefused            ├─ ProtocolViolation
│     ├─ LimitExceeded        └─ AddressForbidden
├─ RunError                   the engine's own signals
│  ├─ LeaseLost               └─ RunCancelled
├─ StaleProjection            another writer moved the position: read it again
└─ BackendError 503           StoreUnavailable, IndexUnavailable, LedgerUnavailable, SpoolUnavailable, EngineFailed,
                              QueryTimeout
"""

from __future__ import annotations


class CatalogueError(Exception):
    """Base of all. `detail` is a sentence for the person; `advice` says what to do; `context` holds facts.

    `failure`: what the error means for a run that it ends (see `RunCode`); whoever raises it may say so more exactly,
    with a fact of this name.
    """

    status = 500
    title = "Internal error"
    failure = "internal"

    def __init__(self, detail: str, *, advice: str = "", **context: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.advice = advice
        self.context = context
        self.failure = str(context.get("failure") or self.failure)

    @property
    def code(self) -> str:
        """Stable machine name of the kind of error: the class name."""
        return type(self).__name__


class ConfigurationError(CatalogueError):
    """Pharos refuses to start: a setting, a schema or an installation is wrong."""

    title = "Configuration error"
    failure = "configuration"


class RequestError(CatalogueError):
    """The caller can mend it."""

    status = 400
    title = "Bad request"
    failure = "configuration"


class InvalidQuery(RequestError):
    """A parameter or query cannot be understood; `context['parameter']` names it where there is one."""

    title = "Invalid query"


class NotFound(RequestError):
    status = 404
    title = "Not found"


class NotAcceptable(RequestError):
    status = 406
    title = "Not acceptable"


class Conflict(RequestError):
    """The request contradicts what is stored (a slug in use, a lock held)."""

    status = 409
    title = "Conflict"


class FolderBusy(Conflict):
    """Another process works on the data folder."""


class Gone(RequestError):
    """A record that was here and is withdrawn."""

    status = 410
    title = "Gone"


class PayloadTooLarge(RequestError):
    status = 413
    title = "Payload too large"


class UnsupportedMediaType(RequestError):
    status = 415
    title = "Unsupported media type"


class TooManyRequests(RequestError):
    """A door that lets few through at a time is full; `context['retry_after']`: seconds after which to try again."""

    status = 429
    title = "Too many requests"


class HarvestError(CatalogueError):
    """Something about a source or a record; ends as a line in the run."""

    status = 502
    title = "Harvest error"
    failure = "source"


class RetryableError(HarvestError):
    """The source did not answer this time; its stored state stays. `retry_after` in seconds if it named one."""

    title = "The source did not answer"
    failure = "unreachable"

    def __init__(self, detail: str, *, retry_after: float | None = None, advice: str = "", **context: object):
        super().__init__(detail, advice=advice, **context)
        self.retry_after = retry_after


class RecordError(HarvestError):
    """Costs this record or document only."""

    status = 422
    title = "Record error"
    failure = "unparseable"


class ParseError(RecordError):
    """The document is not what it says it is. `context` may hold line, column and snippet."""

    title = "Document does not parse"


class MissingIdentifier(RecordError):
    """Neither a usable IRI nor a dct:identifier."""

    title = "Record without identifier"


class SourceError(HarvestError):
    """Stops this run; nothing stored is lost."""

    title = "Source error"


class SourceGone(SourceError):
    """404 or 410 from the source."""

    failure = "gone"


class AccessRefused(SourceError):
    """401 or 403 from the source."""

    failure = "access-refused"


class ProtocolViolation(SourceError):
    """The source does not speak the protocol (HTML instead of RDF, an empty document, a loop)."""

    failure = "protocol"


class LimitExceeded(SourceError):
    """More bytes, pages, redirects or time than allowed."""

    failure = "limit"


class AddressForbidden(SourceError):
    """The URL leads to an address that Pharos does not ask (private, loopback, metadata, its own parts)."""

    status = 422
    title = "Address not allowed"

    failure = "address-forbidden"


class RunError(CatalogueError):
    """Signals of the engine."""


class LeaseLost(RunError):
    """Another worker holds the run now: this one commits nothing more."""

    failure = "lost-lease"


class RunCancelled(RunError):
    """A person asked the run to stop."""

    failure = "cancelled"


class StaleProjection(CatalogueError):
    """The projection's position is not the one this writer expected; `context`: expected, actual."""


class BackendError(CatalogueError):
    """A part of Pharos is not there now."""

    status = 503
    title = "Temporarily unavailable"
    failure = "backend"
    retry_after = 5


class LedgerUnavailable(BackendError):
    pass


class SpoolUnavailable(BackendError):
    """The folder of work in hand, where parts of records wait for other pages, cannot be used."""


class StoreUnavailable(BackendError):
    """The graph store did not answer, or not to the end."""


class IndexUnavailable(BackendError):
    pass


class EngineFailed(BackendError):
    """The validation engine could not judge (not: found violations)."""


class QueryTimeout(BackendError):
    """A SPARQL query ran into its limit."""

    title = "Query stopped"
