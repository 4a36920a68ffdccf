"""How pods on the double's node are ended: gently, by force, by the clock, with all they began."""

import os
from pathlib import Path

from tests.integration.kube_double.conftest import Api, container_of, eventually, shell
from tests.integration.kube_double.test_running import is_running, log_of, pods_of, run


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_deadline_kills_what_runs(node: Api, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    body = shell("bread", f"echo $$$$ > {mark}; exec sleep 300", activeDeadlineSeconds=1)
    body["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 0
    status = run(node, body, "Failed")
    assert status.conditions[-1].reason == "DeadlineExceeded"
    eventually(lambda: not is_alive(int(mark.read_text())))


def test_a_deleted_job_ends_its_processes_gently(node: Api, tmp_path: Path) -> None:
    mark = tmp_path / "ended"
    script = f"trap 'echo term > {mark}; exit 0' TERM; echo ready; while :; do sleep 0.02; done"
    node.batch.create_namespaced_job(node.namespace, shell("bread", script))
    eventually(lambda: is_running(node, "bread") and "ready" in log_of(node, "bread"))
    node.batch.delete_namespaced_job("bread", node.namespace, propagation_policy="Background")
    eventually(lambda: not pods_of(node, "bread"))
    assert mark.read_text() == "term\n"


def test_who_does_not_listen_is_killed_after_the_grace_period(node: Api, tmp_path: Path) -> None:
    script = f"trap '' TERM; echo $$$$ > {tmp_path}/pid; echo ready; while :; do sleep 0.05; done"
    body = shell("bread", script)
    body["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 1
    node.batch.create_namespaced_job(node.namespace, body)
    eventually(lambda: is_running(node, "bread") and "ready" in log_of(node, "bread"))
    node.batch.delete_namespaced_job("bread", node.namespace, propagation_policy="Background")
    eventually(lambda: pods_of(node, "bread")[0].metadata.deletion_timestamp)
    eventually(lambda: not pods_of(node, "bread"))
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_children_in_groups_of_their_own_end_with_the_container(node: Api, tmp_path: Path) -> None:
    """As the work horses of RQ are: they leave the group, not the session."""
    code = (
        "import os,time\n"
        "if os.fork() == 0:\n"
        "    os.setpgrp()\n"
        f"    open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
        "    time.sleep(300)\n"
        f"while not os.path.exists({str(tmp_path / 'pid')!r}): time.sleep(0.01)\n"
        "os._exit(0)\n"
    )
    body = shell("bread", "")
    container_of(body)["command"] = ["python", "-c", code]
    run(node, body)
    eventually(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_time_to_live_takes_the_job_and_its_pods(node: Api) -> None:
    body = shell("bread", "true", ttlSecondsAfterFinished=0)
    node.batch.create_namespaced_job(node.namespace, body)
    eventually(lambda: not node.batch.list_namespaced_job(node.namespace).items)
    eventually(lambda: not pods_of(node, "bread"))


def test_a_job_that_is_suspended_kills_its_pods(node: Api) -> None:
    body = shell("bread", "echo ready; exec sleep 300")
    body["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 0
    node.batch.create_namespaced_job(node.namespace, body)
    eventually(lambda: is_running(node, "bread"))
    node.batch.patch_namespaced_job("bread", node.namespace, {"spec": {"suspend": True}})
    eventually(lambda: not pods_of(node, "bread"))
    status = node.batch.read_namespaced_job("bread", node.namespace).status
    assert (status.active, status.failed) == (None, None)
