"""A PostgreSQL of the tests' own: a temporary cluster on 127.0.0.1, one database a test, gone at the end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

STARTING = 60.0
# Nothing here survives a crash of the machine, and nothing has to.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
# PostgreSQL refuses to run as root, and this Python may be out of another user's reach: it becomes that user last. A
# test run that is killed must not leave a server behind: SIGQUIT is PostgreSQL's immediate shutdown.
BECOME = """
import ctypes, os, signal, sys
parent, uid, gid = map(int, sys.argv[1:4])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT, 0, 0, 0)
if os.getppid() != parent:
    sys.exit(3)
os.execv(sys.argv[4], sys.argv[4:])
"""


def find_programs() -> Path | None:
    """The newest installed server's folder of programs, or None."""
    on_path = shutil.which("initdb")
    # Debian keeps them off PATH, one folder a release.
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    installed.sort(key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0)
    return installed[-1] if installed else Path(on_path).resolve().parent if on_path else None


class PostgresServer:
    """One cluster. `start` and `stop` may be called again: the data stays until `delete`."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._password = secrets.token_hex(12)
        self._folder = Path(tempfile.mkdtemp(prefix="pharos-postgres-"))
        self._user = _unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        os.chown(self._folder, *self._user)
        self._initialise()

    def _initialise(self) -> None:
        secret = self._folder / "password"
        secret.write_text(self._password)
        os.chown(secret, *self._user)
        arguments = [ "--pgdata", str(self._folder / "data"), "--username", "pharos",
            "--pwfile", str(secret), "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-sync",
            # Sorts as people do, like most servers in the field: nothing may depend on the order of bytes.
            "--locale", "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "en",
        ]  # fmt: skip
        command = self._command("initdb", *arguments)
        made = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        assert made.returncode == 0, made.stderr
        secret.unlink()

    def start(self) -> None:
        """Returns when the server takes connections."""
        options = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", **FAST}
        settings = [f"--{name}={value}" for name, value in options.items()]
        command = self._command("postgres", "-D", str(self._folder / "data"), *settings)
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        until = time.monotonic() + STARTING
        while not self._answers():
            ended = self._process.poll() is not None
            assert not ended and time.monotonic() < until, (self._folder / "log").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends every session at once and the server with them. May be called twice."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
        self._process = None

    def delete(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str = "postgres", password: str = "") -> str:
        """`postgresql://…`, as an operator writes it into PHAROS_LEDGER."""
        return f"postgresql://pharos:{password or self._password}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Runs one statement as the cluster's owner and returns its rows, if it has any."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            answer = connection.execute(statement)  # type: ignore[arg-type]
            return answer.fetchall() if answer.description else []

    @contextmanager
    def database(self) -> Iterator[str]:
        """URL of a new, empty database; dropped at the end whoever is still connected."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _command(self, program: str, *arguments: str) -> list[str]:
        uid, gid = self._user
        tied = [sys.executable, "-I", "-S", "-c", BECOME, str(os.getpid()), str(uid), str(gid)]
        return [*tied, str(self._programs / program), *arguments]

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url(), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False


def _unprivileged() -> tuple[int, int]:
    """Whom the server runs as: uid, gid."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return user.pw_uid, user.pw_gid
    raise AssertionError("there is neither a user postgres nor a user nobody to run PostgreSQL as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
