"""A log that cannot be written fails nothing; a line is written at once, with the version."""

import json
import logging
import os
import sys

import pytest
import structlog

from app.logs import JsonFormatter, init_logs
from app.version import VERSION


@pytest.fixture
def begin_logs(monkeypatch):
    """Logs to a stream in the place of standard error; what was there before is put back."""

    def begin(stream):
        monkeypatch.setattr(sys, "stderr", stream)
        logging.getLogger().handlers[:] = []
        init_logs("INFO")

    kept, handlers = structlog.get_config(), logging.getLogger().handlers[:]
    yield begin
    logging.getLogger().handlers[:] = handlers
    structlog.configure(**kept)


@pytest.fixture
def unread_stderr(begin_logs):
    """Standard error whose reader has ended, as a supervisor that was killed."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as raw:
        stream = _Text(raw)
        begin_logs(stream)
        yield stream


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


def test_a_line_is_one_write_so_that_no_other_process_breaks_it(begin_logs):
    class Pieces(list):
        write, flush = list.append, staticmethod(lambda: None)

    pieces = Pieces()
    begin_logs(pieces)
    structlog.get_logger().info("job done")
    logging.getLogger("some library").warning("hello")
    assert [json.loads(piece)["event"] for piece in pieces] == ["job done", "hello"]
    assert all(piece.endswith("}\n") for piece in pieces)


def test_what_a_library_logs_has_the_version():
    record = logging.makeLogRecord({"msg": "hello", "levelname": "INFO"})
    assert json.loads(JsonFormatter().format(record))["version"] == VERSION
