"""The gateway is a library: it knows nothing of the app it stands in front of."""

import ast
import sys
from pathlib import Path

import gateway

LIBRARIES = {"gateway", "jwt", "limits", "redis", "structlog", "werkzeug"}


def test_the_gateway_imports_only_its_libraries() -> None:
    imported = set()
    for file in Path(gateway.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    assert imported - sys.stdlib_module_names <= LIBRARIES
