"""The seeds' own exceptions; `app.demo.SeedError` is their base."""

from app.demo import SeedError


class ControlSchemaMissing(SeedError):
    """The control tables are not there: run the migrations first."""

    def __init__(self) -> None:
        super().__init__("The control tables are not there: run the migrations first.")
