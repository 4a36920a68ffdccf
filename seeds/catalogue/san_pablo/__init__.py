"""Panadería San Pablo, a bakery of its own in Zaragoza. Read `profile` first."""

from seeds.catalogue.san_pablo.profile import SAN_PABLO

__all__ = ["SAN_PABLO"]
