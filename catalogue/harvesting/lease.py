"""Keeps a run's lease alive from a thread of its own and hears whether a person wants the run to stop."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import TracebackType

from catalogue.errors import BackendError, LeaseLost, RunCancelled
from catalogue.model.harvest import FencingToken
from catalogue.model.run_codes import RunCode
from catalogue.ports import Ledger

LEASE = timedelta(seconds=60)
INTERVAL = 2.0


class Heartbeat:
    """Context manager. `stopped` is polled by slow parts; `check` raises what happened."""

    def __init__(self, ledger: Ledger, token: FencingToken, interval: float = INTERVAL) -> None:
        self._ledger = ledger
        self._token = token
        self._interval = interval
        self._end = threading.Event()
        self._cancelled = threading.Event()
        self._why = "The run was cancelled."
        self._code = RunCode.CANCELLED
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{token.run_id}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join(timeout=10)

    def stopped(self) -> bool:
        """True when the run should stop: cancelled, or its lease lost."""
        return self._cancelled.is_set() or self._lost.is_set()

    @property
    def why(self) -> str:
        """What is said of a run that was cancelled."""
        return self._why

    @property
    def code(self) -> RunCode:
        """The same for programs."""
        return self._code

    def cancel(self) -> None:
        """Stops the run from inside the process."""
        self._cancelled.set()

    def check(self) -> None:
        """LeaseLost or RunCancelled when either happened."""
        if self._lost.is_set():
            raise LeaseLost("Another worker holds this run now.")
        if self._cancelled.is_set():
            raise RunCancelled(self._why)

    def _beat(self) -> None:
        while not self._end.wait(self._interval):
            try:
                run = self._ledger.heartbeat(self._token, LEASE)
            except LeaseLost:
                self._lost.set()
                return
            except BackendError:
                # A ledger that is busy now may answer the next beat; the lease outlives many beats.
                continue
            if run.cancel_requested:
                self._why = run.reason or self._why
                self._code = run.code or self._code
                self._cancelled.set()
                return
