"""The chart for a namespace that is made while the tests run."""

from typing import Any

import yaml

from tests.helm.chart import Document, chart


def rendered(values: dict[str, Any], namespace: str) -> list[Document]:
    """The documents of the chart with these values."""
    files = chart().render(values, name="demo", namespace=namespace, revision=1, is_install=True)
    texts = (text for path, text in files.items() if path.endswith(".yaml"))
    return [document for text in texts for document in yaml.safe_load_all(text) if document]
