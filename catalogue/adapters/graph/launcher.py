"""Becomes the program it is given, after tying it to its parent and shutting the way out of this machine.

Run as a script by `OxigraphChild` (`python -I -S launcher.py PARENT_PID PROGRAM ARGUMENTS...`), so it imports nothing
but the standard library. Linux only does something; elsewhere it only becomes the program.
"""

import ctypes
import os
import signal
import struct
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
# Numbers of Landlock's system calls are the same on every architecture of Linux that has it.
LANDLOCK_CREATE_RULESET = 444
LANDLOCK_RESTRICT_SELF = 446
LANDLOCK_ACCESS_NET_CONNECT_TCP = 1 << 1


def main(arguments: list[str]) -> None:
    """Replaces this process; exits with 3 when the parent has gone already."""
    parent, program = int(arguments[0]), arguments[1]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        refuse_connections(libc)
    # The parent may have died before the request above was made: then nobody would ever end us.
    if os.getppid() != parent:
        sys.exit(3)
    os.execv(program, arguments[1:])  # noqa: S606


def refuse_connections(libc: ctypes.CDLL) -> bool:
    """Takes from this process the right to open TCP connections; False where the kernel cannot (before 6.7).

    The engine calls out on SERVICE and LOAD. The gateway refuses these; this is the second lock on that door.
    """
    attributes = struct.pack("QQ", 0, LANDLOCK_ACCESS_NET_CONNECT_TCP)
    ruleset = libc.syscall(LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    refused: bool = libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return refused


if __name__ == "__main__":
    main(sys.argv[1:])
