"""Keeps results of pure functions that clients make the gateway call with the same arguments."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

MEMO_SIZE = 1000
"""Results that a process keeps of each function: clients send the same paths, tokens and names."""


def memoize(function: Callable[..., T]) -> Callable[..., T]:
    """Keep the latest `MEMO_SIZE` results of a function; what it raises is not kept."""
    memoized: Callable[..., T] = lru_cache(MEMO_SIZE)(function)
    return memoized
