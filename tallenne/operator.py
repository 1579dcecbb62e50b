"""Who runs the command line: the operator, named in the audit by his user on this machine."""

import os
import pwd

from rights.actor import Actor, operator_actor


def operator() -> Actor:
    """Give the operator. The name is of the process's real user, not what ``$USER`` happens to say."""
    user_id = os.getuid()
    try:
        return operator_actor(pwd.getpwuid(user_id).pw_name)
    except KeyError:  # a container may run as a user that has no name
        return operator_actor(str(user_id))
