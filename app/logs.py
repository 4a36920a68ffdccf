"""Structured logs: one JSON line an event, each with the session and tenant it is about."""

import json
import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, WrappedLogger

from app.version import VERSION


class JsonFormatter(logging.Formatter):
    """Writes what libraries log as one JSON line, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "event": record.getMessage(),
            "logger": record.name,
            "level": record.levelname.lower(),
            "version": VERSION,
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


class LossyStream:
    """A stream that loses what cannot be written to it.

    A full disk, or a reader of the log that has ended, is no reason to fail what is logged.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, if that is possible."""
        with suppress(OSError, ValueError):  # a closed stream raises the latter
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written, if that is possible."""
        with suppress(OSError, ValueError):
            self._stream.flush()


def init_logs(level: str) -> None:
    """Send everything that is logged to standard error, as JSON; times are UTC.

    A line is one write with its end: of two processes that log at once none breaks the other's.
    """
    stream = cast(TextIO, LossyStream(sys.stderr))
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler])
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
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def _add_version(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {**event, "version": VERSION}
