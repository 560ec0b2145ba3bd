"""Executes a claimed run with its lease kept alive, and writes down how it ended; or rehearses one (dry run)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from catalogue.errors import ConfigurationError, InvalidQuery, LeaseLost
from catalogue.harvesting.conclusion import conclude
from catalogue.harvesting.intake import Intake, Limits, Progress
from catalogue.harvesting.judge import Detect, Judge, check_profile
from catalogue.harvesting.lease import Heartbeat
from catalogue.harvesting.memory import PageMemory, shortcut_key
from catalogue.harvesting.replay import NoNetwork, ReplayJudge, ReplaySink, as_replay, stored_pages
from catalogue.harvesting.resume import restore
from catalogue.harvesting.run import RunEnd, failed, harvest, with_refused
from catalogue.harvesting.second_opinion import SecondOpinion
from catalogue.harvesting.sink import LedgerSink, NullSink, Sink
from catalogue.harvesting.stopping import NeverStopped, StopWatch, Watch
from catalogue.harvesting.withdrawal import Brakes
from catalogue.model.harvest import Claim, HarvestRun, HarvestSource, RunCounts, RunRequest, RunState
from catalogue.model.run_codes import RunCode
from catalogue.model.validation import ShapesProfile
from catalogue.model.vocabularies import Vocabularies
from catalogue.ports import Clock, Harvester, HttpClients, Ledger, ShapeEngine

log = logging.getLogger(__name__)


def no_progress(counts: RunCounts, page_url: str, total: int | None) -> None:
    """Shows nothing."""


@dataclass(frozen=True, slots=True)
class Order:
    """One harvest to be done. `claim` is None in a dry run."""

    source: HarvestSource
    request: RunRequest
    sink: Sink
    watch: StopWatch
    progress: Progress
    claim: Claim | None = None

    @property
    def is_resumed(self) -> bool:
        """Whether an earlier worker began this run and died."""
        return self.claim is not None and self.claim.token.token > 1

    @property
    def counts(self) -> RunCounts:
        """What the run had counted when it was claimed."""
        return self.claim.run.counts if self.claim else RunCounts()


@dataclass(frozen=True, slots=True)
class Harvesting:
    """Everything a harvest works with. `files` serves file: URLs and is None where they are not allowed."""

    ledger: Ledger
    clock: Clock
    http: HttpClients
    files: HttpClients | None
    engine: ShapeEngine
    profiles: Mapping[str, ShapesProfile]
    vocabularies: Vocabularies
    harvesters: Mapping[str, Harvester]
    detect: Detect
    base: str
    limits: Limits
    brakes: Brakes = Brakes()
    second: SecondOpinion | None = None
    judging_threads: int = 1

    def execute(
        self, claim: Claim, progress: Progress = no_progress, stop: Callable[[], bool] = lambda: False
    ) -> HarvestRun:
        """Runs the claim to its end, or on from where a dead worker left it. `stop` asks for an early end (the process
        is going down).

        Raises LeaseLost when another worker took the run over: then nothing more was written.
        """
        run, source, token = claim.run, claim.source, claim.token
        log.info("run started", extra={"run": run.run_id, "source": source.slug, "url": source.url})
        with Heartbeat(self.ledger, token) as heartbeat:
            watch = Watch(
                heartbeat, stop, self.clock, (run.started_at or self.clock.now()) + self._budget(source)
            )
            order = Order(source, run.request, LedgerSink(self.ledger, token), watch, progress, claim)
            end = conclude(self.ledger, token, watch.explain(self._harvest(order)), self.brakes)
            end = with_refused(end, self.ledger.run(run.run_id).counts)
        finished = self.ledger.finish(
            token,
            end.state,
            reason=end.reason,
            advice=end.advice,
            complete=end.complete,
            evidence=end.evidence,
            code=end.code,
            retry_at=None if end.retry_after is None else _after(self.clock.now(), end.retry_after),
        )
        log.info("run ended", extra=_said_of(finished))
        return finished

    def rehearse(
        self, source: HarvestSource, request: RunRequest, progress: Progress = no_progress
    ) -> RunEnd:
        """A dry run: everything is fetched and judged, nothing is written."""
        return self._harvest(Order(source, request, NullSink(), NeverStopped(), progress))

    def _budget(self, source: HarvestSource) -> timedelta:
        """How long a run of the source may take."""
        return self.limits.budget if source.time_budget is None else timedelta(seconds=source.time_budget)

    def _harvest(self, order: Order) -> RunEnd:
        source, request = order.source, order.request
        try:
            profile = request.profile or source.profile
            judge = self._judge(profile, order.is_resumed)
            harvester = self._harvester(source)
            if request.replay and order.claim:
                return self._replay(order, order.claim, harvester, judge)
            with self._clients(source).for_source(source, order.watch.stopped) as http:
                return harvest(
                    source,
                    harvester,
                    http,
                    judge,
                    order.sink,
                    self.ledger.states,
                    self._memory(order, profile),
                    base=self.base,
                    vocabularies=self.vocabularies,
                    limits=replace(self.limits, records=request.limit),
                    check=order.watch.check,
                    progress=order.progress,
                    counts=order.counts,
                    restore=partial(self._restore, order),
                )
        except LeaseLost:
            raise
        except (ConfigurationError, InvalidQuery) as error:
            return failed(error, order.counts)
        except Exception:
            # Policy of the engine: whatever happens, the run ends and says so; the log has the trace.
            log.exception("run failed", extra={"source": source.slug})
            return RunEnd(
                RunState.FAILED,
                order.counts,
                reason="Pharos failed during this run.",
                advice="Tell the operator: the log has the details under this run's id.",
                code=RunCode.INTERNAL,
            )

    def _replay(self, order: Order, claim: Claim, harvester: Harvester, judge: Judge) -> RunEnd:
        """What is stored of the source, anew; the source is not asked."""
        end = harvest(
            order.source,
            harvester,
            NoNetwork(),  # type: ignore[arg-type]
            ReplayJudge(judge),
            ReplaySink(self.ledger, claim.token),
            self.ledger.states,
            PageMemory("", None),
            base=self.base,
            vocabularies=self.vocabularies,
            limits=self.limits,
            check=order.watch.check,
            progress=order.progress,
            counts=order.counts,
            read=stored_pages(self.ledger, order.source),
        )
        return as_replay(end)

    def _restore(self, order: Order, intake: Intake) -> None:
        if order.is_resumed and order.claim:
            log.warning(
                "run resumed", extra={"run": order.claim.run.run_id, "cursor": order.claim.resume_cursor}
            )
            restore(intake, self.ledger, order.claim.run, order.claim.resume_cursor)

    def _memory(self, order: Order, profile: str) -> PageMemory:
        """What this run may pass over: nothing when it was asked to be full. A resumed run goes on at its cursor."""
        source = order.source
        key = shortcut_key(source, profile, self.profiles)
        cursor = order.claim.resume_cursor if order.is_resumed and order.claim else None
        if order.request.full:
            return PageMemory(key, None, resume_cursor=cursor)
        complete = (run for run in self.ledger.runs(source.slug, limit=100) if run.complete)
        last = next(complete, None)
        recall = partial(self.ledger.remembered_page, source.slug)
        return PageMemory(key, recall, last.started_at if last else None, cursor)

    def _harvester(self, source: HarvestSource) -> Harvester:
        if source.harvester not in self.harvesters:
            known = ", ".join(self.harvesters)
            raise InvalidQuery(f"There is no harvester {source.harvester!r}; there are: {known}.")
        return self.harvesters[source.harvester]

    def _clients(self, source: HarvestSource) -> HttpClients:
        if not source.url.startswith("file:"):
            return self.http
        if self.files is None:
            raise InvalidQuery(
                "This source is a file, and files are read by the command line only.",
                advice=f"Run `pharos harvest {source.slug}` while no server is running on this folder.",
            )
        return self.files

    def _judge(self, profile: str, is_resumed: bool) -> Judge:
        check_profile(profile, self.profiles)
        return Judge(
            profile,
            self.profiles,
            self.engine,
            self.vocabularies,
            self.clock,
            self.detect,
            second=self.second,
            threads=self.judging_threads,
            is_resumed=is_resumed,
        )


def _said_of(run: HarvestRun) -> dict[str, object]:
    return {"run": run.run_id, "source": run.source, "state": run.state.value, "code": run.code.value}


def _after(now: datetime, seconds: float) -> datetime:
    """That much later, at most in a year: what a server asks for may be any number."""
    return now + timedelta(seconds=min(seconds, 366 * 86_400))
