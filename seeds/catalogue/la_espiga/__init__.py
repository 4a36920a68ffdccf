"""Panadería La Espiga, a workshop in Valladolid and its shops. Read `profile` first."""

from seeds.catalogue.la_espiga.profile import LA_ESPIGA

__all__ = ["LA_ESPIGA"]
