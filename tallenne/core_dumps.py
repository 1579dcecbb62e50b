"""No picture of a process's memory on a disk: it would hold keys, passphrases and the voices of people.

A dump is written by the kernel when a process dies of a fault, beside everything that we encrypt. Of no byte it would
be no file, but a program that takes dumps (a ``|`` in core_pattern) would be given one all the same; of one byte it is
neither: no file is that short, and the kernel takes it for the dump of such a program itself (fs/coredump.c). Every
process that this one starts inherits the limit, and none without privileges can raise it again (setrlimit(2)).
"""

import resource

_NONE_AT_ALL_BYTES = 1


def forbid_core_dumps() -> None:
    """Let neither this process nor any that it starts leave a core dump."""
    allowed = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if allowed != 0:  # who started us may have forbidden them already
        resource.setrlimit(resource.RLIMIT_CORE, (_NONE_AT_ALL_BYTES, _NONE_AT_ALL_BYTES))
