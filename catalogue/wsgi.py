"""The WSGI application for a server: `catalogue.wsgi:create`."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
from contextlib import ExitStack

from flask import Flask

from catalogue.adapters.data_folder import DataFolder
from catalogue.bootstrap import open_services
from catalogue.logs import configure_logging
from catalogue.settings import Settings
from catalogue.signals import end_with
from catalogue.web.app import create_app


def create() -> Flask:
    """One application per process, with services of its own that are closed when the process ends."""
    settings = Settings.from_env(os.environ)
    configure_logging(settings.log_level, "web")
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        # A server's worker process would go on listening after its parent was killed.
        end_with(parent.pid, signal.SIGKILL)
    stack = ExitStack()
    atexit.register(stack.close)
    services = stack.enter_context(open_services(settings, DataFolder(settings.data), {}, writer=False))
    return create_app(services, os.environ)
