"""What a run over a FAIR Data Point still has to ask for, in order: single documents and chains of bulk pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from catalogue.model.places import Mirror
from catalogue.rdf.containers import Container
from harvesters._fdp_notes import Offer

MAX_DEPTH = 6
BULK_SIZE = 100


@dataclass(frozen=True, slots=True)
class Task:
    """One page to come: a child's document, or children in bulk. `awaited`: the IRIs of those children to whether a
    relation names them (or only a container). `is_first`: of its chain of bulk pages."""

    url: str
    depth: int
    awaited: Mapping[str, bool] | None = None
    is_first: bool = True


class Tasks:
    """The queue. `elsewhere` collects IRIs on other servers, `offers` what was planned since it was emptied; `is_cut` says that
    something lay too deep."""

    def __init__(self, mirror: Mirror, may_bulk: bool) -> None:
        self._mirror = mirror
        self._may_bulk = may_bulk
        self._queue: deque[Task] = deque()
        self.elsewhere: set[str] = set()
        self.offers: list[Offer] = []
        self.is_cut = False

    def __iter__(self) -> Iterator[Task]:
        """Takes tasks from the front until none is left; tasks may be added meanwhile."""
        while self._queue:
            yield self._queue.popleft()

    def address(self, iri: str) -> str | None:
        """Where the resource is fetched, or None (noted) when it belongs to another server."""
        address = self._mirror.address(iri)
        if address is None:
            self.elsewhere.add(iri)
        return address

    def is_too_deep(self, depth: int) -> bool:
        self.is_cut = self.is_cut or depth > MAX_DEPTH
        return depth > MAX_DEPTH

    def plan(self, offer: Offer, page_depth: int) -> None:
        """Adds the children that a document offers: in bulk by container, the rest singly. `offers` keeps the offer."""
        self.offers.append(offer)
        left, depth = dict(offer.left), page_depth + offer.depth
        if not left or self.is_too_deep(depth):
            return
        for container in offer.containers:
            members = {iri: left[iri] for iri in container.members if iri in left}
            url = self._bulk_url(container)
            if len(members) > 1 and url is not None:
                self._queue.append(Task(url, depth, members))
                left = {iri: named for iri, named in left.items() if iri not in members}
        self._queue.extend(self._singles(left, depth))

    def go_on(self, task: Task, url: str, awaited: Mapping[str, bool]) -> None:
        """The next page of a chain comes before everything else."""
        self._queue.appendleft(replace(task, url=url, awaited=awaited, is_first=False))

    def singly(self, iris: Iterable[str], depth: int) -> None:
        """These come next, one by one."""
        self._queue.extendleft(reversed(self._singles(iris, depth)))

    def give_up_bulk(self) -> None:
        """The server has no bulk route: every chain that was planned becomes single documents."""
        self._may_bulk = False
        tasks = list(self._queue)
        self._queue.clear()
        for task in tasks:
            is_single = task.awaited is None
            self._queue.extend([task] if is_single else self._singles(task.awaited or (), task.depth))

    def skip_to(self, cursor: str) -> bool:
        """Leaves out the tasks before the cursor; a chain of bulk pages begins anew, since what was given decides who
        is asked for by itself. False: the cursor is not known here, and nothing is left out."""
        for position, task in enumerate(self._queue):
            if task.url == cursor or self._is_in_chain(cursor, task):
                for _ in range(position):
                    self._queue.popleft()
                return True
        return False

    def _is_in_chain(self, cursor: str, task: Task) -> bool:
        if task.awaited is None:
            return False
        is_page = task.url.partition("?")[0] == cursor.partition("?")[0]
        return is_page or any(self._mirror.address(iri) == cursor for iri in task.awaited)

    def _singles(self, iris: Iterable[str], depth: int) -> list[Task]:
        return [Task(address, depth) for iri in iris if (address := self.address(iri)) is not None]

    def _bulk_url(self, container: Container) -> str | None:
        """`{record}/page/{child type}`, as the reference implementation has it (pages count from 0)."""
        owner = self._mirror.address(container.resource) if container.resource else None
        if not self._may_bulk or owner is None or not container.prefix or container.iri == container.resource:
            return None
        return f"{owner.rstrip('/')}/page/{container.prefix}?page=0&size={BULK_SIZE}"
