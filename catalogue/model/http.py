"""What comes back from the network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from catalogue.model.harvest import Validators
from catalogue.model.records import Payload
from catalogue.rdf.documents import Document


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer that was read to its end. `url` is the final one; header names are lower case; `body` is decoded
    (content encodings removed). Only 2xx and 304 become a response; everything else is raised."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str | None:
        """The media type without parameters, lower case, or None."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower() or None

    @property
    def charset(self) -> str | None:
        for parameter in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip('"') or None
        return None

    @property
    def validators(self) -> Validators:
        return Validators(self.headers.get("etag"), self.headers.get("last-modified"))

    @property
    def not_modified(self) -> bool:
        return self.status == 304

    def as_payload(self, syntax: str | None = None, parsed: Document | None = None) -> Payload:
        """The answer as a document for the pipeline. `syntax`: forced by the operator; `parsed`: already read."""
        return Payload(
            url=self.url,
            body=self.body,
            payload_hash=hashlib.sha256(self.body).hexdigest(),
            media_type=self.media_type,
            charset=self.charset,
            syntax=syntax,
            status=self.status,
            parsed=parsed,
        )
