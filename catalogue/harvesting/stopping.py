"""Why a run stops before its end: a person, the end of the process, a lost lease, or its own time budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from catalogue.errors import LimitExceeded, RunCancelled
from catalogue.harvesting.lease import Heartbeat
from catalogue.harvesting.run import RunEnd
from catalogue.model.harvest import RunState
from catalogue.model.run_codes import RunCode
from catalogue.ports import Clock


class StopWatch(Protocol):
    def stopped(self) -> bool:
        """Whether the run should stop; polled inside slow requests, from other threads too."""

    def check(self) -> None:
        """Raises to stop the run at a page."""


class NeverStopped:
    """A dry run stops with its process."""

    def stopped(self) -> bool:
        return False

    def check(self) -> None:
        return None


class Watch:
    """`deadline`: when the run's time budget is spent."""

    def __init__(
        self, heartbeat: Heartbeat, stop: Callable[[], bool], clock: Clock, deadline: datetime
    ) -> None:
        self._heartbeat = heartbeat
        self._stop = stop
        self._clock = clock
        self._deadline = deadline

    def stopped(self) -> bool:
        return self._heartbeat.stopped() or self._stop() or self._is_late()

    def check(self) -> None:
        """LeaseLost, RunCancelled, or LimitExceeded when the budget is spent."""
        self._heartbeat.check()
        if self._stop():
            raise RunCancelled("Pharos is being stopped.")
        if self._is_late():
            raise LimitExceeded(_LATE, advice=_ADVICE, failure=RunCode.BUDGET.value)

    def explain(self, end: RunEnd) -> RunEnd:
        """The end with its true reason: a request that was broken off knows only that it was."""
        if end.state is not RunState.CANCELLED:
            return end
        if self._stop():
            reason = "Pharos was stopped during this run; what it had committed stands."
            return replace(end, reason=reason, code=RunCode.STOPPED)
        if self._is_late() and not self._heartbeat.stopped():
            return replace(end, state=RunState.FAILED, reason=_LATE, advice=_ADVICE, code=RunCode.BUDGET)
        reason = f"{self._heartbeat.why} What it had committed stands."
        return replace(end, reason=reason, code=self._heartbeat.code)

    def _is_late(self) -> bool:
        return self._clock.now() >= self._deadline


_LATE = "The run took longer than its time budget; what it had committed stands."
_ADVICE = "Ask the provider why it is slow, or raise PHAROS_RUN_BUDGET or the source's own time budget."
