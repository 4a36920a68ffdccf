"""The arguments of a clone pod."""

import pytest

from app.settings.table import ConfigurationError
from jobs.clone_pod import DONE, MISUSED, UNFINISHED, main


@pytest.mark.parametrize("arguments", [[], ["maintenance"], ["clone-a", "clone-b"]])
def test_a_pod_works_on_one_queue_of_clones_and_no_other(arguments, capsys):
    assert main(arguments) == MISUSED
    assert "usage" in capsys.readouterr().err


def test_a_pod_reads_its_command_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["clone_pod", "clone-a"])
    monkeypatch.setattr("jobs.clone_pod.load_clone_settings", fail_with_sentence)
    assert main() == MISUSED
    assert capsys.readouterr().err == "REDIS_URL is missing\n"


def fail_with_sentence():
    raise ConfigurationError("REDIS_URL is missing")


def test_only_a_finished_queue_ends_a_pod_well():
    assert DONE == 0
    assert 0 not in (UNFINISHED, MISUSED)
    assert UNFINISHED != MISUSED
