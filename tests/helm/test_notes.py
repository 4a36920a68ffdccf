"""The commands in NOTES.txt work."""

import re

import pytest

from tests.helm.cases import MATRIX
from tests.helm.chart import NAMESPACE, of_kind, render_chart, render_files

KINDS = {"deployment": "Deployment", "service": "Service"}


@pytest.mark.parametrize("case", MATRIX)
def test_commands_in_the_notes_name_existing_objects(case):
    notes, documents = render_files(MATRIX[case])["NOTES.txt"], render_chart(MATRIX[case])
    named = re.findall(r"(deployment|service)/(\S+)", notes)
    assert ("deployment", "demo-masa-madre-web") in named
    for kind, name in named:
        assert name in {d["metadata"]["name"] for d in of_kind(documents, KINDS[kind])}
    assert all(
        f"kubectl -n {NAMESPACE} " in line for line in notes.splitlines() if "kubectl" in line
    )


def test_addresses_are_those_of_the_ingresses():
    notes = render_files(MATRIX["published"])["NOTES.txt"]
    assert "https://demo.example.com/demo" in notes
    assert "https://ops.example.com/ops/" in notes


def test_the_notes_warn_of_data_that_is_not_kept():
    assert "no backups" in render_files(MATRIX["trial"])["NOTES.txt"]
    assert "no backups" not in render_files(MATRIX["cluster"])["NOTES.txt"]
    assert "Network policies are off" in render_files(MATRIX["bare"])["NOTES.txt"]
