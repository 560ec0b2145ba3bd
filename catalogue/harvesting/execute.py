"""Executes a claimed run with its lease kept alive, and writes down how it ended; or rehearses one (dry run)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from catalogue.errors import ConfigurationError, InvalidQuery, LeaseLost
from catalogue.harvesting.conclusion import conclude
from catalogue.harvesting.intake import Limits, Progress
from catalogue.harvesting.judge import Detect, Judge, check_profile
from catalogue.harvesting.lease import Heartbeat
from catalogue.harvesting.memory import PageMemory, shortcut_key
from catalogue.harvesting.run import RunEnd, harvest
from catalogue.harvesting.sink import LedgerSink, NullSink
from catalogue.harvesting.withdrawal import Brakes
from catalogue.model.harvest import Claim, HarvestRun, HarvestSource, RunCounts, RunRequest, RunState
from catalogue.model.validation import ShapesProfile
from catalogue.model.vocabularies import Vocabularies
from catalogue.ports import Clock, Harvester, HttpClients, Ledger, ShapeEngine

log = logging.getLogger(__name__)


def no_progress(counts: RunCounts, page_url: str, total: int | None) -> None:
    """Shows nothing."""


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

    def execute(
        self, claim: Claim, progress: Progress = no_progress, stop: Callable[[], bool] = lambda: False
    ) -> HarvestRun:
        """Runs the claim to its end. `stop` asks for an early end (the process is going down).

        Raises LeaseLost when another worker took the run over: then nothing more was written.
        """
        run, source, token = claim.run, claim.source, claim.token
        log.info("run started", extra={"run": run.run_id, "source": source.slug, "url": source.url})
        with Heartbeat(self.ledger, token) as heartbeat:

            def cancelled() -> bool:
                return heartbeat.stopped() or stop()

            def check() -> None:
                heartbeat.check()
                if stop():
                    heartbeat.cancel()
                    heartbeat.check()

            end = self._harvest(
                source, run.request, LedgerSink(self.ledger, token), cancelled, check, progress
            )
            end = conclude(self.ledger, token, end, self.brakes)
        reason = end.reason
        if end.state is RunState.CANCELLED and stop():
            reason = "Pharos was stopped during this run; what it had committed stands."
        finished = self.ledger.finish(
            token,
            end.state,
            reason=reason,
            advice=end.advice,
            complete=end.complete,
            evidence=end.evidence,
        )
        log.info("run ended", extra={"run": run.run_id, "source": source.slug, "state": finished.state.value})
        return finished

    def rehearse(
        self, source: HarvestSource, request: RunRequest, progress: Progress = no_progress
    ) -> RunEnd:
        """A dry run: everything is fetched and judged, nothing is written."""
        return self._harvest(source, request, NullSink(), lambda: False, lambda: None, progress)

    def _harvest(
        self,
        source: HarvestSource,
        request: RunRequest,
        sink: LedgerSink | NullSink,
        cancelled: Callable[[], bool],
        check: Callable[[], None],
        progress: Progress,
    ) -> RunEnd:
        try:
            harvester = self._harvester(source)
            clients = self._clients(source)
            profile = request.profile or source.profile
            judge = self._judge(profile)
            memory = self._memory(source, request, profile)
            with clients.for_source(source, cancelled) as http:
                return harvest(
                    source,
                    harvester,
                    http,
                    judge,
                    sink,
                    self.ledger.states,
                    memory,
                    base=self.base,
                    limits=replace(self.limits, records=request.limit),
                    check=check,
                    progress=progress,
                )
        except LeaseLost:
            raise
        except (ConfigurationError, InvalidQuery) as error:
            return RunEnd(RunState.FAILED, RunCounts(), reason=error.detail, advice=error.advice)
        except Exception:
            # Policy of the engine: whatever happens, the run ends and says so; the log has the trace.
            log.exception("run failed", extra={"source": source.slug})
            return RunEnd(
                RunState.FAILED,
                RunCounts(),
                reason="Pharos failed during this run.",
                advice="Tell the operator: the log has the details under this run's id.",
            )

    def _memory(self, source: HarvestSource, request: RunRequest, profile: str) -> PageMemory:
        """What this run may pass over: nothing when it was asked to be full."""
        key = shortcut_key(source, profile, self.profiles)
        if request.full:
            return PageMemory(key, None)
        complete = (run for run in self.ledger.runs(source.slug, limit=100) if run.complete)
        last = next(complete, None)
        return PageMemory(
            key, partial(self.ledger.remembered_page, source.slug), last.started_at if last else None
        )

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

    def _judge(self, profile: str) -> Judge:
        check_profile(profile, self.profiles)
        return Judge(profile, self.profiles, self.engine, self.vocabularies, self.clock, self.detect)
