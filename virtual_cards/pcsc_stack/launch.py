"""What becomes pcscd: a program run by file name, which sets up the process and then replaces itself.

Arguments: the parent's process id, the descriptor of the listening socket, the daemon's path, its arguments.

It does what must happen in the child itself: the kernel is asked to end the daemon when the parent ends, in
whatever way; the socket becomes descriptor 3, and ``LISTEN_PID`` is the process's own id, which is the
convention by which pcscd takes a socket over.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
FIRST_PASSED_DESCRIPTOR = 3


def main() -> None:
    """Become the daemon."""
    parent, descriptor, *command = sys.argv[1:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the process that wanted the daemon has ended")
    os.dup2(int(descriptor), FIRST_PASSED_DESCRIPTOR)
    if int(descriptor) != FIRST_PASSED_DESCRIPTOR:
        os.close(int(descriptor))
    os.set_inheritable(FIRST_PASSED_DESCRIPTOR, True)
    environment = {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
    os.execve(command[0], command, environment)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
