"""Who waits asks less often, the more people are before them."""

import pytest

from app.control.services import ask_again_seconds


@pytest.mark.parametrize(
    ("place", "seconds"), [(1, 1), (3, 1), (4, 2), (20, 6), (40, 10), (1000, 10)]
)
def test_a_place_further_back_asks_later_and_no_one_waits_for_longer_than_ten_seconds(
    place, seconds
):
    assert ask_again_seconds(place) == seconds
