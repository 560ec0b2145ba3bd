"""A source that changes between two harvests: pages are edited or stay as they are, records come, go for a while and
return, half of it is gone for two days, a page does not parse, and publishers are described on the last page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from loopback import Answer, Asked, Loopback

PREFIXES = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . "
    "@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> . "
    "@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .\n"
)
HALVED, BROKEN, SCATTERED, UNTYPED = (5, 6), 8, 3, 1
"""Days: of 14 on which half is missing, of 10 on which a page is broken, of 4 on which parts stand on the last page, of 8
on which a resource of the list has no class."""


@dataclass(frozen=True)
class ChangingSource:
    records: int
    page_size: int = 100

    def is_listed(self, number: int, day: int) -> bool:
        if number % 10 == 9 and number // self.page_size % 2 and day < number // 10 % 10:
            return False
        if day % 14 in HALVED and number % 2:
            return False
        # One record in fifty is away for three days.
        return number % 50 != day // 3 % 50

    def record(self, number: int, day: int) -> str:
        iri = f"https://provider.example/d/{number}"
        # All of a page are edited on one day in ten: on others it may be passed over.
        edition = (day + number // self.page_size * 3) // 10
        text = (
            f'<{iri}> a dcat:Dataset ; dct:title "Dataset {number}, edition {edition}"@en , "Datensatz {number}"@de ;\n'
            f'  dct:identifier "D-{number}" ; dcat:keyword "k{number % 7}"@en ; dcat:version "1.{edition}0" ;\n'
            f'  dcat:contactPoint [ a vcard:Kind ; vcard:fn "Desk {edition}" ] ;\n'
            f'  dcat:distribution [ a dcat:Distribution ; dct:title "Images"@en ; dcat:accessURL <{iri}/{edition}> ] .\n'
        )
        if day % 4 == SCATTERED and number % 40 == 1:
            text += f"<{iri}> dct:publisher <https://provider.example/org> .\n"
        return text

    def pages(self, day: int, server: Loopback) -> list[str]:
        """The whole source on a day. The second page of the broken days does not parse, and says so in its end."""
        count = -(-self.records // self.page_size)
        found = []
        for page in range(count):
            numbers = range(page * self.page_size, min((page + 1) * self.page_size, self.records))
            view = f"<{server.url(f'/{page + 1}')}> a hydra:PartialCollectionView"
            view += f" ; hydra:next <{server.url(f'/{page + 2}')}> .\n" if page + 1 < count else " .\n"
            text = PREFIXES + view + "".join(self.record(n, day) for n in numbers if self.is_listed(n, day))
            if page == 1:
                text += '<https://provider.example/stray> dct:title "Of no dataset" .\n'
                text += "<https://provider.example/list> a dcat:Catalog ; dcat:dataset <https://provider.example/what> .\n"
            if page == 1 and day % 8 == UNTYPED:
                text += '<https://provider.example/what> dct:description "Of no class" .\n'
            if page == 2:
                # The source describes a resource of its first page once more.
                text += '<https://provider.example/d/4> a dcat:Dataset ; dct:title "Again"@en .\n'
            if page + 1 == count and day % 4 == SCATTERED:
                text += f'<https://provider.example/org> a foaf:Agent ; foaf:name "Clinic {day}" .\n'
            found.append(text)
        return found

    def serve(self, day: int, server: Loopback) -> None:
        """From now on the server answers with the source as it is on this day, with ETags."""
        for number, text in enumerate(self.pages(day, server), start=1):
            body = text.encode()
            headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"'}
            if day % 10 == BROKEN and number == 2:
                body = b'<https://provider.example/broken> a "'
                headers = {"Link": f'<{server.url("/3")}>; rel="next"'}
            server.on(f"/{number}", _answer(body, headers))


def _answer(body: bytes, headers: dict[str, str]):  # type: ignore[no-untyped-def]
    def answer(asked: Asked) -> Answer:
        if "ETag" in headers and asked.headers.get("if-none-match") == headers["ETag"]:
            return Answer(status=304, headers=headers)
        return Answer(body, media_type="text/turtle", headers=headers)

    return answer
