"""The version of this package; `CHANGELOG.md` beside it says what each brought."""

__version__ = "0.2.0"
