"""Reads and writes kept plans without `pathlib`, whose import takes a tenth of a short command."""

import os


def read_file(path: str) -> bytes:
    """Return what a file holds."""
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read()


def replace_file(path: str, text: str) -> None:
    """Write a file so that a reader never sees half of it."""
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name}.new")  # noqa: PTH118
    with open(beside, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)
    os.replace(beside, path)  # noqa: PTH105
