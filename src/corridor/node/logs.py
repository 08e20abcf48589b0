"""Logs: one JSON line for each event, codes and ids only. Case text, names and secrets are never given to a logger."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog


class Plain(logging.Formatter):
    """For what libraries log: an exception is its type and where it came from, never its words.

    Words of an exception often quote the value that was wrong, and that value may be case text.
    """

    def formatException(self, ei: Any) -> str:
        lines = []
        error = ei[1]
        while error is not None:
            for frame in traceback.extract_tb(error.__traceback__):
                lines.append(f"  {frame.filename}:{frame.lineno} in {frame.name}")
            lines.append(type(error).__name__)
            error = error.__cause__ or error.__context__
        return "\n".join(lines)


def configure(level: int = logging.INFO) -> None:
    """Send structlog's events to standard error as JSON lines."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.EventRenamer("event"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
