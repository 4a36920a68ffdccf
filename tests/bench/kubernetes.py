"""Clones in Kubernetes Jobs, measured without a cluster: our own share of a pod's time."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any
from uuid import uuid4

from rich.console import Console
from rich.table import Table
from sqlalchemy import update

from app.control.models import Tenant, TenantState
from app.control.sessions.session_view import Visitor
from app.logs import init_logs
from jobs.kubernetes.api import Cluster as ClusterApi
from jobs.kubernetes.manifest import job_manifest
from jobs.maintenance.dropping import drop_all
from tests.bench.figures import counted, machine, summary, timed, write_json
from tests.bench.system import parts_of, servers
from tests.fixtures.kube import Cluster
from tests.fixtures.kube.namespace import NAMESPACE, install, kube_with_our_image, settings_of
from tests.fixtures.live import ROOT, LiveSystem
from tests.fixtures.parts import Parts

ACCOUNT = "individual_bakery"
VISITOR = Visitor("192.0.2.1", "bench")
POD = """
import json, os, resource, runpy, sys, time
import psycopg
execute, first = psycopg.Cursor.execute, []
def watched(*given, **named):
    first.append(time.time())
    return execute(*given, **named)
psycopg.Cursor.execute = watched
try:
    runpy.run_module("jobs.clone_pod", run_name="__main__")
except SystemExit as end:
    code = end.code
lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "first_ms": (first[0] - float(os.environ["BENCH_STARTED"])) * 1000,
    "cpu_ms": (used.ru_utime + used.ru_stime) * 1000,
    "memory_kb": {n: int(lines[n].split()[0]) for n in ("VmHWM", "RssAnon", "RssFile")},
}))
sys.exit(code)
"""
"""The role `clone` as a program, and what it took until its first statement and in all."""


def run(quick: bool) -> None:
    """Measure, print, and write `build/bench/kubernetes.json`."""
    init_logs("ERROR")
    figures: dict[str, Any] = {"quick": quick, "before": machine()}
    with servers() as system, installed(system) as cluster:
        parts = parts_of(system)
        figures["pod"] = measure_pod(parts, (1, 10), 3 if quick else 10)
        figures["ready"] = measure_ready(system, parts, cluster, 4 if quick else 15)
        with cluster.fail("unschedulable"):
            figures["jobs"] = measure_jobs(parts, 60 if quick else 100)
    path = write_json("kubernetes", {**figures, "after": machine()})
    _show(figures)
    Console().print(f"Written to {path.parent}")


@contextmanager
def installed(system: LiveSystem) -> Iterator[Cluster]:
    """The double of a cluster, and the settings that lead to it."""
    with kube_with_our_image() as cluster:
        install(cluster, system.environment)
        system.environment |= settings_of(cluster)
        yield cluster


def measure_pod(parts: Parts, sizes: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """Measure the container's process, for one tenant and for a batch, and its memory."""
    found: dict[str, Any] = {}
    for size in sizes:
        times, pods = [], []
        for _ in counted(range(rounds), f"pods with {size}"):
            tenants = parts.pool.add_missing(ACCOUNT, size)
            parts.dispatcher.clone_for_pool(tenants)
            started = time.perf_counter()
            pod = subprocess.run(
                [sys.executable, "-c", POD, f"clone-{tenants[0]}"],
                cwd=ROOT, env=dict(os.environ) | {"BENCH_STARTED": str(time.time())},
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            times.append((time.perf_counter() - started) * 1000)
            pods.append(json.loads(pod.stdout.splitlines()[-1]))
            _drop_all(parts)
        found[str(size)] = {
            **summary(times),
            "first_statement_ms": round(median(pod["first_ms"] for pod in pods)),
            "cpu_ms": round(median(pod["cpu_ms"] for pod in pods)),
            "memory_kb": pods[-1]["memory_kb"],
        }
    one, many = (found[str(size)]["median_ms"] for size in sizes)
    per_clone = (many - one) / (sizes[1] - sizes[0])
    return {**found, "clone_ms": round(per_clone, 1), "start_ms": round(one - per_clone, 1)}


def measure_ready(system: LiveSystem, parts: Parts, cluster: Cluster, rounds: int) -> Any:
    """Measure from create with an empty pool to an active session, through worker, API and pod."""
    waits, created = [], []
    with system.process(sys.executable, "-m", "jobs.worker"):
        for _ in counted(range(rounds + 1), "create until ready"):
            before = len(cluster.objects("Job", NAMESPACE))
            started = time.perf_counter()
            session = parts.sessions.open(ACCOUNT, VISITOR).session
            while len(cluster.objects("Job", NAMESPACE)) == before:
                time.sleep(0.002)
            created.append((time.perf_counter() - started) * 1000)
            while parts.sessions.fetch(session.session_id).status != "active":
                time.sleep(0.005)
            waits.append((time.perf_counter() - started) * 1000)
            parts.sessions.end(session.session_id)
    return {"until the Job is made": summary(created[1:]), "until ready": summary(waits[1:])}


def measure_jobs(parts: Parts, number: int) -> dict[str, Any]:
    """Measure how fast Jobs can be created: with the API's client, and with RQ."""
    api = ClusterApi(parts.settings)
    ids = [uuid4() for _ in range(number)]

    def create(tenant_id: Any) -> None:
        queue = f"clone-{tenant_id}"
        api.create(job_manifest(parts.settings, queue, [tenant_id], ACCOUNT, waited=True))

    creates = [timed(lambda each=each: create(each)) for each in ids]
    for tenant_id in ids:
        api.delete(f"demo-clone-{tenant_id}")
    enqueues = [timed(lambda each=each: parts.dispatcher.clone(each)) for each in ids]
    result = {}
    for name, times in (("API", creates), ("RQ", enqueues)):
        found = summary(times)
        result[name] = {**found, "per_minute": round(60_000 / found["median_ms"])}
    return result


def _drop_all(parts: Parts) -> None:
    with parts.engine.begin() as connection:
        connection.execute(update(Tenant).where(Tenant.is_demo).values(state=TenantState.DROPPING))
    drop_all(parts, parts.pool.to_drop())


def _show(figures: dict[str, Any]) -> None:
    table = Table("what", "median ms", "p95 ms", "besides", title="Clones in Kubernetes Jobs")
    pod = figures["pod"]
    for size in ("1", "10"):
        memory = pod[size]["memory_kb"]
        table.add_row(
            f"pod's process, {size} tenants", str(pod[size]["median_ms"]), str(pod[size]["p95_ms"]),
            f"{memory['RssAnon'] / 1024:.0f} MiB of its own, {memory['VmHWM'] / 1024:.0f} at most",
        )  # fmt: skip
        of_it = f"{pod[size]['cpu_ms']} ms of CPU in all"
        table.add_row("… to its first statement", str(pod[size]["first_statement_ms"]), "", of_it)
    table.add_row("… of that to start", str(pod["start_ms"]), "", "")
    table.add_row("… of that a clone", str(pod["clone_ms"]), "", "")
    for name, found in figures["ready"].items():
        table.add_row(f"create {name}", str(found["median_ms"]), str(found["p95_ms"]), "")
    for name, found in figures["jobs"].items():
        besides = f"{found['per_minute']} a minute"
        table.add_row(f"Job by {name}", str(found["median_ms"]), str(found["p95_ms"]), besides)
    Console().print(table)
