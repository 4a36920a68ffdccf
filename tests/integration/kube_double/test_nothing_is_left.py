"""The double leaves no threads, processes, connections or files."""

import os
import threading
from pathlib import Path

import pytest

from tests.fixtures.kube import kube_api
from tests.integration.kube_double.conftest import Api, eventually, shell


def test_a_busy_double_leaves_no_process_thread_or_file(tmp_path: Path) -> None:
    threads, mark = set(threading.enumerate()), tmp_path / "pid"
    with kube_api({"shell:1": ["sh", "-c"]}) as cluster:
        home = cluster.kubeconfig.parent
        api = Api(cluster.kubeconfig, "default")
        running = shell(f"trap '' TERM; sh -c 'echo $PPID > {mark}'; sleep 300")
        api.send("POST", api.jobs, running)
        cluster.fail("unschedulable", name="dough")
        api.send("POST", api.jobs, {**shell("true"), "metadata": {"name": "dough"}})
        eventually(lambda: mark.exists() and mark.read_text())
    assert set(threading.enumerate()) <= threads
    assert not home.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
    api.client.close()


def test_an_error_of_the_double_itself_is_raised_when_it_closes() -> None:
    def run() -> None:
        with kube_api() as cluster:
            cluster._timers.add(lambda: 1 / 0)
            eventually(lambda: cluster._timers.errors)

    with pytest.raises(RuntimeError, match="the double itself failed"):
        run()
