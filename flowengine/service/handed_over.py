"""A listening socket that whoever starts the service holds open for it, as systemd's socket units do.

While a service of one process starts again, nobody listens: Twilio, which asks at once what becomes of a call whose
stream broke, is refused, tries once more within seconds, and gives the caller up. A socket that somebody else holds
open refuses nobody: the request waits in it until the new process takes it, and the call goes on.

The protocol is that of sd_listen_fds(3): LISTEN_PID says whom the sockets are for, LISTEN_FDS how many there are, and
the first is file descriptor 3.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from flowengine.errors import SettingsError

FIRST = 3
HOW = "give the socket unit one ListenStream=, with Accept=no"


def handed_over(environ: Mapping[str, str] = os.environ, first: int = FIRST) -> socket.socket | None:
    """The socket that is held open for this process, listening; None where there is none. Raises SettingsError."""
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    count = environ.get("LISTEN_FDS", "")
    if count != "1":
        raise SettingsError(f"LISTEN_FDS is {count!r}, and one socket can be listened on: {HOW}")
    try:
        given = socket.socket(fileno=first)
        listens = given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise SettingsError(f"file descriptor {first} is no socket ({error.strerror}): {HOW}") from error
    if not listens or given.family not in (socket.AF_INET, socket.AF_INET6):
        given.detach()
        raise SettingsError(f"file descriptor {first} is no TCP socket that listens: {HOW}")
    # No child of ours is to keep it open, nor to take it for its own.
    given.set_inheritable(False)
    return given
