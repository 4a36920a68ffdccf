"""Each repair that an experiment watches over can be taken out."""

import pytest

from tests.chaos.experiments import EXPERIMENTS
from tests.chaos.repairs import REPAIRS
from tests.fixtures.live import ROOT


@pytest.mark.parametrize("repair", REPAIRS, ids=lambda repair: repair.name)
def test_each_repair_can_be_taken_out(repair):
    assert (ROOT / repair.file).read_text().count(repair.code) == 1
    assert repair.experiment in {experiment.name for experiment in EXPERIMENTS}
