"""Structured logs: one JSON line an event, each with the session and tenant it is about."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from app.version import VERSION


def init_logs(level: str) -> None:
    """Send everything that is logged to standard error, as JSON; times are UTC."""
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _add_version,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _add_version(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {**event, "version": VERSION}
