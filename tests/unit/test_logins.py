"""Logging in: how many passwords are verified at once, and what one costs."""

import os
import sys
import threading

import pytest
from argon2 import PasswordHasher, extract_parameters

from app.control.sessions import accounts
from app.errors import Unavailable

PASSWORD = "DemoSanPablo2024!"


@pytest.fixture
def places_taken():
    """Others verify as many passwords as may be verified at once."""
    for _ in range(accounts.CHECKS_AT_ONCE):
        assert accounts._places.acquire(blocking=False)
    yield
    for _ in range(accounts.CHECKS_AT_ONCE):
        accounts._places.release()


def test_a_login_beyond_the_bound_gets_retry_after(places_taken):
    with pytest.raises(Unavailable) as refused:
        accounts._verify(accounts._UNKNOWN_ACCOUNT, PASSWORD)
    assert refused.value.error_code == "too_many_logins"
    assert refused.value.headers == {"Retry-After": "1"}


@pytest.mark.parametrize("password", ["wrong", "no account has this password"])
def test_every_verification_releases_its_slot(password):
    for _ in range(accounts.CHECKS_AT_ONCE + 1):
        good = accounts._verify(accounts._UNKNOWN_ACCOUNT, password)
        assert good is (password != "wrong")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
def test_passwords_are_verified_after_everything_else():
    """So that a storm of logins leaves the processor to other visitors."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    accounts._verify(accounts._UNKNOWN_ACCOUNT, PASSWORD)
    verifier = accounts._verifier.submit(threading.get_native_id).result()
    assert os.getpriority(os.PRIO_PROCESS, verifier) == min(19, max(before, accounts.NICE))
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_an_unreadable_hash_verifies_nothing_and_releases_its_slot():
    for _ in range(accounts.CHECKS_AT_ONCE + 1):
        assert accounts._verify("not a hash", PASSWORD) is False


def test_an_unknown_account_costs_what_a_known_one_does():
    known = accounts._HASHER.hash(PASSWORD)
    assert extract_parameters(known) == extract_parameters(accounts._UNKNOWN_ACCOUNT)
    assert extract_parameters(known).memory_cost <= 20 * 1024


def test_a_hash_of_a_costlier_build_is_written_again():
    costly = PasswordHasher().hash(PASSWORD)
    assert not accounts._is_current(costly, PASSWORD)
    assert accounts._is_current(accounts._HASHER.hash(PASSWORD), PASSWORD)
