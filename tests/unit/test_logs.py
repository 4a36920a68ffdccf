"""A log that cannot be written fails nothing."""

import logging
import os
import sys

import pytest
import structlog

from app.logs import init_logs


@pytest.fixture
def unread_stderr(monkeypatch):
    """Standard error whose reader has ended, as a supervisor that was killed."""
    reader, writer = os.pipe()
    os.close(reader)
    kept, handlers = structlog.get_config(), logging.getLogger().handlers[:]
    with os.fdopen(writer, "wb", buffering=0) as raw:
        stream = _Text(raw)
        monkeypatch.setattr(sys, "stderr", stream)
        logging.getLogger().handlers[:] = []
        init_logs("INFO")
        yield stream
    logging.getLogger().handlers[:] = handlers
    structlog.configure(**kept)


class _Text:
    def __init__(self, raw):
        self._raw = raw

    def write(self, text):
        return self._raw.write(text.encode())

    def flush(self):
        self._raw.flush()


def test_a_log_whose_reader_has_ended_fails_nothing(unread_stderr):
    with pytest.raises(BrokenPipeError):
        unread_stderr.write("no one reads it")
    structlog.get_logger().error("not read")
    logging.getLogger("some library").error("nor is this one")
