"""One line a log record: constant text, then named facts. Fields whose names begin with `pii_` are left out."""

from __future__ import annotations

import logging
import traceback
from typing import Any

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}


class FactFormatter(logging.Formatter):
    """`12:00:01 INFO call ended call_id=… outcome=booked`."""

    def __init__(self, *, with_personal_data: bool = False) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")
        self._with_personal_data = with_personal_data

    def formatException(self, ei: Any) -> str:
        """Where it happened and of which kind; not its text, which can carry what a caller said."""
        kind, _, trace = ei
        lines = traceback.format_tb(trace)
        return "".join([*lines, kind.__name__ if kind is not None else "unknown"])

    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(
            f"{name}={value}"
            for name, value in vars(record).items()
            if name not in _STANDARD and (self._with_personal_data or not name.startswith("pii_"))
        )
        line = super().format(record)
        return f"{line} {facts}" if facts else line


def set_up_logging(level: str = "INFO", *, with_personal_data: bool = False) -> None:
    """Send flowengine's log, and what uvicorn has to complain of, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(FactFormatter(with_personal_data=with_personal_data))
    for name, least in (("flowengine", level), ("uvicorn.error", "WARNING")):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(least)
        logger.propagate = False
