"""Containers of the image under runc: not root, nothing to write to, no capability."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.waiting import wait_until

UID = 10001
TMP = {
    "destination": "/tmp",
    "type": "tmpfs",
    "source": "tmpfs",
    "options": ["nosuid", "nodev", "noexec", "mode=1777", "size=64m"],
}


@dataclass
class Image:
    """An image of buildah's store, mounted: its files, and what it says of itself."""

    root: Path
    config: dict[str, Any]
    layers: list[str]
    id: str


@contextmanager
def mounted(name: str) -> Iterator[Image]:
    """Mount an image of the store until the block ends."""
    inspected = json.loads(said("buildah", "inspect", "--type", "image", name))
    container = said("buildah", "from", "--pull-never", name)
    try:
        yield Image(
            Path(said("buildah", "mount", container)),
            inspected["Docker"]["config"],
            inspected["Docker"]["rootfs"]["diff_ids"],
            inspected["FromImageID"],
        )
    finally:
        said("buildah", "umount", container)
        said("buildah", "rm", container)


@dataclass
class Container:
    """One role, running or ended, and what its processes showed when it was looked at."""

    name: str
    role: str
    process: "subprocess.Popen[bytes]"
    runc: list[str]
    log: Path
    secrets: set[str]
    commands: set[str] = field(default_factory=set)
    environment: dict[str, str] = field(default_factory=dict)
    largest_mb: float = 0

    def ended(self, seconds: float = 500) -> int:
        """Look at it until its end, and return its exit code."""
        wait_until(lambda: self.look() or self.process.poll() is not None, self.name, seconds)
        return self.process.returncode

    def look(self) -> None:
        """Note the command lines, the environment and the memory of all its processes."""
        for pid in self.pids():
            with suppress(OSError):  # it may end while it is read
                command = read(pid, "cmdline").replace("\0", " ")
                if "runc" not in command:  # which becomes the first process
                    self.commands.add(command)
                    entries = [entry.partition("=") for entry in read(pid, "environ").split("\0")]
                    self.environment |= {name: value for name, _, value in entries if name}
        with suppress(OSError):
            self.largest_mb = max(self.largest_mb, self.memory_mb())

    def ask_to_stop(self) -> None:
        """Send SIGTERM to its first process, as Kubernetes does."""
        said(*self.runc, "kill", self.name, "TERM")

    def pids(self) -> list[int]:
        """Return its processes, by the machine's numbers."""
        found = children_of(self.process.pid)
        for pid in found:
            found += children_of(pid)
        return found

    def execute(self, *command: str) -> str:
        """Run a program inside, as the role's account, and return what it prints."""
        return said(*self.runc, "exec", "--user", f"{UID}:{UID}", self.name, *command)

    def memory_mb(self) -> float:
        """Return the memory of all its processes, what they share counted once (PSS)."""
        total = 0
        for pid in self.pids():
            lines = read(pid, "smaps_rollup").splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total / 1024

    def said(self) -> str:
        """Return what it logged."""
        return self.log.read_text(errors="replace")


@dataclass
class Runtime:
    """Starts containers of one image, each with the secrets that the chart gives to its role."""

    image: Image
    home: Path
    settings: dict[str, str]
    secrets: dict[str, str]
    keys: dict[str, set[str]]
    containers: list[Container] = field(default_factory=list)

    def given(self, role: str) -> dict[str, str]:
        """Return a role's settings; one without secrets has none at all."""
        own = {key: value for key, value in self.secrets.items() if key in self.keys[role]}
        return {**self.settings, **own} if own else {}

    def start(self, *arguments: str, **settings: str) -> Container:
        """Start the image with arguments of its entry point."""
        name = f"masa-madre-{os.getpid()}-{len(self.containers)}-{arguments[0]}"
        bundle = self.home / name
        bundle.mkdir()
        own = self.given(arguments[0])
        config = self._config(bundle, arguments, {**own, **settings})
        (bundle / "config.json").write_text(json.dumps(config))
        runc = [program("runc"), "--root", str(self.home / "runc")]
        log = bundle / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*runc, "run", "--bundle", str(bundle), name],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        secrets = set(own) & set(self.secrets)
        self.containers.append(Container(name, arguments[0], process, runc, log, secrets))
        return self.containers[-1]

    def run(self, *arguments: str, **settings: str) -> Container:
        """Run a role to its end, which must be a good one."""
        container = self.start(*arguments, **settings)
        assert container.ended() == 0, container.said()[-3000:]
        return container

    def end_all(self) -> None:
        """Kill what still runs, and remove what runc knows of it."""
        for container in self.containers:
            command = [*container.runc, "delete", "--force", container.name]
            subprocess.run(command, capture_output=True, check=False)
            if container.process.poll() is None:
                container.process.kill()
            container.process.wait()

    def _config(
        self, bundle: Path, arguments: tuple[str, ...], settings: dict[str, str]
    ) -> dict[str, Any]:
        """The runtime's configuration: its own default, with everything taken away."""
        said(program("runc"), "spec", "--bundle", str(bundle))
        config: dict[str, Any] = json.loads((bundle / "config.json").read_text())
        image = self.image.config
        own = dict(entry.split("=", 1) for entry in image["Env"])
        config["process"] |= {
            "terminal": False,
            "user": {"uid": UID, "gid": UID},
            "args": [*image["Entrypoint"], *arguments],
            "env": [f"{key}={value}" for key, value in {**own, **settings}.items()],
            "cwd": image["WorkingDir"],
            "capabilities": {},
            "noNewPrivileges": True,
        }
        del config["process"]["rlimits"]
        config["root"] = {"path": str(self.image.root), "readonly": True}
        kept = [mount for mount in config["mounts"] if mount["destination"] != "/dev/shm"]
        config["mounts"] = [*kept, TMP]
        spaces = config["linux"]["namespaces"]
        config["linux"]["namespaces"] = [one for one in spaces if one["type"] != "network"]
        config["linux"]["cgroupsPath"] = f"/masa-madre-test/{bundle.name}"
        return config


def wait_for_end(container: Container, seconds: float) -> tuple[int, float]:
    """Ask a container to stop; return its exit code and how long that took."""
    began = time.monotonic()
    container.ask_to_stop()
    wait_until(lambda: container.process.poll() is not None, f"{container.name} to end", seconds)
    return container.process.returncode, time.monotonic() - began


def children_of(pid: int) -> list[int]:
    """Return the processes that one started, on any of its threads, and none once it has ended."""
    with suppress(OSError):
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(one) for task in tasks for one in (task / "children").read_text().split()]
    return []


def read(pid: int, name: str) -> str:
    """Return a file of a process in /proc."""
    return Path(f"/proc/{pid}/{name}").read_text(errors="replace")


def program(name: str) -> str:
    """Return where a program is; Debian has runc where root alone looks."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or name


def said(*command: str) -> str:
    """Return what a program prints; its failure is ours, with what it complained."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr[-1000:]}"
    return done.stdout.strip()
