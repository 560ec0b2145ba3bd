"""What a piece of work costs: time on the clock, time on the processor, memory; and what machine it ran on."""

from __future__ import annotations

import gc
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

MEBIBYTE = 1024 * 1024
LIBRARIES = ("oxigraph", "pyoxigraph", "pyshacl", "rdflib", "requests", "sqlalchemy", "tantivy")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock, and seconds of this process (all its threads) on a processor."""

    wall: float
    cpu: float


def spend(work: Callable[[], object]) -> Spent:
    """Does the work and says what it cost."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def typical(tries: list[Spent]) -> Spent:
    """The median of each: one try that a neighbour disturbed says nothing."""
    return Spent(statistics.median(t.wall for t in tries), statistics.median(t.cpu for t in tries))


def peak_memory(pid: int | None = None) -> int:
    """The most bytes that the process (None: this one) had in memory at once; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{pid or 'self'}/status").read_text()
    except OSError:
        # ru_maxrss is in bytes on macOS and in kibibytes elsewhere.
        unit = 1 if sys.platform == "darwin" else 1024
        return 0 if pid else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(lines["VmHWM"].split()[0]) * 1024


def processor_seconds(pid: int) -> float:
    """Seconds that another process has been on a processor; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine() -> dict[str, Any]:
    """Facts without which the figures mean nothing."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "unknown")
