"""The settings as such, and the machine: what was misspelt, which limits are low, who may use the API."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator

from flowengine.service.asked import meant
from flowengine.service.doctor.finding import Case, Finding

FILES_A_CALL = 4


def check(case: Case) -> Iterator[Finding]:
    """What can be seen without opening anything."""
    settings = case.settings
    yield Finding("settings", "ok", f"they can be read (Python {sys.version.split()[0]})")
    for name in settings.unknown:
        yield Finding("settings", "warning", f"{name} is no setting of flowengine's", meant(name, settings.known))
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_calls * FILES_A_CALL + 256
    if files != resource.RLIM_INFINITY and files < wanted:
        yield Finding(
            "files",
            "warning",
            f"this process may open {files} files, and {settings.max_calls} calls may need {wanted}",
            f"ulimit -n {wanted}, or a lower FLOWENGINE_MAX_CALLS",
        )
