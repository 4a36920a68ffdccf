"""The double ends what it began: threads, processes, connections, files."""

import threading
from pathlib import Path

import pytest

from tests.fixtures.kube import kube_api
from tests.integration.kube_double.conftest import Api, eventually, shell
from tests.integration.kube_double.test_stopping import is_alive


def test_nothing_is_left_of_a_busy_double(tmp_path: Path) -> None:
    threads = set(threading.enumerate())
    with kube_api({"shell:1": ["sh", "-c"]}) as cluster:
        home = cluster.kubeconfig.parent
        api = Api(cluster.kubeconfig, "default")
        script = f"trap '' TERM; echo $$$$ > {tmp_path}/pid; sleep 300"
        api.send("POST", api.jobs, shell("bread", script))
        api.send("POST", api.jobs, shell("cake", script.replace("shell", "none")))
        cluster.fail("unschedulable", name="dough")
        api.send("POST", api.jobs, shell("dough", "true"))
        stream = api.client.rest_client.pool_manager.request(
            "GET",
            f"{api.client.configuration.host}{api.jobs}?watch=1",
            headers={"Authorization": f"Bearer {cluster.tokens.admin}"},
            preload_content=False,
        )
        eventually(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    stream.close()
    api.close()
    assert set(threading.enumerate()) <= threads
    assert not home.exists()
    eventually(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_two_doubles_know_nothing_of_each_other() -> None:
    with kube_api() as one, kube_api() as other:
        one.add("Namespace", "", {"metadata": {"name": "only-here"}})
        assert len(one.objects("Namespace")) == len(other.objects("Namespace")) + 1


def test_a_fault_of_the_double_itself_is_not_swallowed() -> None:
    def run() -> None:
        with kube_api() as cluster:
            cluster._agenda.add(lambda: 1 / 0)
            eventually(lambda: cluster._agenda.trouble)

    with pytest.raises(RuntimeError, match="the double itself failed"):
        run()
