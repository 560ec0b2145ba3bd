"""A self-signed certificate for servers that tests start."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from requirement import missing


def make_certificate(folder: Path, names: str) -> tuple[Path, Path]:
    """(certificate, key), its own authority, good for `names` (`DNS:a.example,IP:127.0.0.1`) and two days."""
    if shutil.which("openssl") is None:
        missing("the program openssl")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=tests"
    more = ["-addext", f"subjectAltName={names}", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*command.split(), *more], cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"
