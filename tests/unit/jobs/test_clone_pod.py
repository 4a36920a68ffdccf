"""The arguments of a clone pod."""

import pytest

from jobs.clone_pod import MISUSED, main


@pytest.mark.parametrize("arguments", [[], ["maintenance"], ["clone-a", "clone-b"]])
def test_a_pod_works_on_one_queue_of_clones_and_no_other(arguments, capsys):
    assert main(arguments) == MISUSED
    assert "usage" in capsys.readouterr().err
