"""
Runs commands for run.py. It is a small process of its own, because the peak memory that the kernel tells of a command
includes that of the process that started it.

A request is a line: the seconds that the command may take, the file for its standard input, and the command, separated by
NUL. The answer is a line: exit status (negative: signal, `None`: killed for its time), processor seconds, peak bytes.
"""

import os
import select
import signal
import sys


def launch(timeout, stdin, command):
    """Run a command."""
    opened = os.open(stdin, os.O_RDONLY)
    actions = [(os.POSIX_SPAWN_DUP2, opened, 0), *((os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2))]
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    os.close(opened)
    descriptor = os.pidfd_open(pid)
    ended = bool(select.select([descriptor], [], [], timeout)[0])
    if not ended:
        os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    os.close(descriptor)
    return os.waitstatus_to_exitcode(status) if ended else None, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


for line in sys.stdin:
    timeout, stdin, *command = line.rstrip("\n").split("\0")
    print(*launch(float(timeout), stdin, command), flush=True)
