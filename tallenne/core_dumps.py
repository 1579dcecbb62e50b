"""No picture of a process's memory on a disk: it would hold keys, passphrases and the voices of people.

A dump is written by the kernel when a process dies of a fault, beside everything that we encrypt. The limit is
inherited by every process that this one starts, and none can raise it again (setrlimit(2)); systemd-coredump keeps to
it as well.
"""

import resource


def forbid_core_dumps() -> None:
    """Let neither this process nor any that it starts leave a core dump."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
