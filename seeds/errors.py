"""What can go wrong when seeds are sown."""

from app.demo import SeedError


class ControlSchemaMissing(SeedError):
    """The control tables are not there: run the migrations first."""

    def __init__(self) -> None:
        super().__init__("The control tables are not there: run the migrations first.")
