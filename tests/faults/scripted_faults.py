"""A provider of four pages whose third one goes wrong in every way that was seen in the field, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loopback import Answer, Asked, Loopback, Raw, Script

from catalogue.model.harvest import RunState

PREFIXES = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . "
    "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"
)
PAGES, OF_PAGE, BAD = 4, 2, 3
WHOLE, BEFORE_IT = PAGES * OF_PAGE, (BAD - 1) * OF_PAGE
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\n"
Making = Callable[[Loopback], Sequence[Script]]


def turtle(server: Loopback, number: int, following: int | None, titles: Sequence[str] = ()) -> str:
    """A page of two datasets."""
    view = f"<{server.url(f'/{number}')}> a hydra:PartialCollectionView"
    view += f" ; hydra:next <{server.url(f'/{following}')}> .\n" if following else " .\n"
    named = titles or [f"Dataset {number}-{n}" for n in range(OF_PAGE)]
    return (
        PREFIXES
        + view
        + "".join(
            f'<https://p.example/d/{number}-{n}> a dcat:Dataset ; dct:title "{title}"@en .\n'
            for n, title in enumerate(named)
        )
    )


def page(server: Loopback, number: int, **answer: Any) -> Answer:
    following = number + 1 if number < PAGES else None
    return Answer(turtle(server, number, following).encode(), media_type="text/turtle", **answer)


def serve(server: Loopback, fault: Fault | None = None) -> None:
    for number in range(1, PAGES + 1):
        server.on(f"/{number}", page(server, number))
    if fault:
        server.on(f"/{BAD}", *fault.steps(server))


@dataclass(frozen=True)
class Fault:
    """`steps`: what the third page answers. Then the run's state, the words of its reason, what it says to do, how many
    records it created, and how often the page was asked for."""

    name: str
    steps: Making
    state: RunState
    reason: str = ""
    advice: str = ""
    created: int = BEFORE_IT
    asked: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)


def _body(server: Loopback) -> bytes:
    return turtle(server, BAD, BAD + 1).encode()


def _cut(server: Loopback) -> Raw:
    body = _body(server)
    return Raw(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body[: len(body) // 2])


def _reset(server: Loopback) -> Raw:
    cut = _cut(server)
    return Raw(cut.data, hold=0.1, reset=True)


def _endless(server: Loopback) -> list[Script]:
    """Every page names one more, and all are different."""

    def more(number: int) -> Callable[[Asked], Answer]:
        def answer(asked: Asked) -> Answer:
            server.on(f"/{number + 1}", more(number + 1))
            return Answer(turtle(server, number, number + 1).encode(), media_type="text/turtle")

        return answer

    return [more(BAD)]


def _same_again(server: Loopback) -> list[Script]:
    """The server ignores which page is asked for."""
    server.on("/2", Answer(turtle(server, 2, 3).encode(), media_type="text/turtle"))
    return [Answer(turtle(server, 2, 3).encode(), media_type="text/turtle")]


def _moved(server: Loopback) -> list[Script]:
    server.on("/moved", page(server, BAD))
    return [Answer(status=301, headers={"Location": "/moved"})]


def _redirect(target: str) -> Making:
    return lambda server: [Answer(status=302, headers={"Location": target})]


def _wait(seconds: int, status: int = 429) -> Answer:
    return Answer(status=status, headers={"Retry-After": str(seconds)})


LATER = "Try again later"
DONE, FAILED, ERRORS = RunState.COMPLETED, RunState.FAILED, RunState.WITH_ERRORS
ONCE_MORE = {"retries": 1}
FAULTS = (
    Fault("no answer", lambda s: [Answer(delay=9)], FAILED, "did not answer in time", LATER,
          settings={"read_timeout": 0.4}),
    Fault("slow drip", lambda s: [Raw(OK + b"\r\n" + _body(s), drip=0.02)], FAILED, "1 seconds in all", "",
          settings={"total_timeout": 1.0}),
    Fault("cut", lambda s: [_cut(s)], FAILED, "broke off", LATER),
    Fault("cut, then whole", lambda s: [_cut(s), page(s, BAD)], DONE, created=WHOLE, asked=2, settings=ONCE_MORE),
    Fault("reset", lambda s: [_reset(s)], FAILED, "broke off", LATER),
    Fault("reset, then whole", lambda s: [_reset(s), page(s, BAD)], DONE, created=WHOLE, asked=2,
          settings=ONCE_MORE),
    Fault("429, soon", lambda s: [_wait(1), page(s, BAD)], DONE, created=WHOLE, asked=2, settings=ONCE_MORE),
    Fault("429, tomorrow", lambda s: [_wait(86_400)], FAILED, "asks for fewer requests (429)", LATER,
          settings=ONCE_MORE),
    Fault("500, then 200", lambda s: [Answer(status=500), page(s, BAD)], DONE, created=WHOLE, asked=2,
          settings=ONCE_MORE),
    Fault("500", lambda s: [Answer(status=500)], FAILED, "has a failure of its own (500)", LATER, asked=2,
          settings=ONCE_MORE),
    Fault("403", lambda s: [Answer(status=403)], FAILED, "refuses access (403)", "credentials"),
    Fault("404", lambda s: [Answer(status=404)], FAILED, "There is nothing at", "Check the URL"),
    Fault("moved", _moved, DONE, created=WHOLE),
    Fault("redirects in a circle", _redirect(f"/{BAD}"), FAILED, "redirects in a circle", "provider"),
    Fault("redirect inside", _redirect("http://169.254.169.254/latest"), FAILED, "metadata", ""),
    Fault("endless pages", _endless, ERRORS, "Stopped after 6 pages", "", created=6 * OF_PAGE,
          settings={"max_pages": 6}),
    Fault("the same page again", _same_again, ERRORS, "has the very content of", ""),
    Fault("no RDF", lambda s: [Answer(b"<html><p>Maintenance</p></html>", media_type="text/html")], ERRORS,
          "One document or record could not be taken.", "lines of this run"),
)  # fmt: skip
