"""Containers of the image under runc: not root, nothing to write to, no capability."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
    """One role, running or ended."""

    name: str
    process: "subprocess.Popen[bytes]"
    runc: list[str]
    log: Path
    started: float = field(default_factory=time.monotonic)

    def ended(self, seconds: float = 500) -> int:
        """Wait for its end and return its exit code."""
        return self.process.wait(seconds)

    def ask_to_stop(self) -> None:
        """Send SIGTERM to its first process, as Kubernetes does."""
        said(*self.runc, "kill", self.name, "TERM")

    def pids(self) -> list[int]:
        """Return its processes, by the machine's numbers."""
        return list(json.loads(said(*self.runc, "ps", "--format", "json", self.name)))

    def execute(self, *command: str) -> str:
        """Run a program inside, as the role's account, and return what it prints."""
        return said(*self.runc, "exec", "--user", f"{UID}:{UID}", self.name, *command)

    def memory_mb(self) -> float:
        """Return the memory of all its processes, what they share counted once (PSS)."""
        total = 0
        for pid in self.pids():
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total / 1024

    def said(self) -> str:
        """Return what it logged."""
        return self.log.read_text(errors="replace")


@dataclass
class Runtime:
    """Starts containers of one image with the settings that all have; ends those that are left."""

    image: Image
    home: Path
    settings: dict[str, str]
    containers: list[Container] = field(default_factory=list)

    def start(self, *arguments: str, **settings: str) -> Container:
        """Start the image with arguments of its entry point."""
        name = f"masa-madre-{os.getpid()}-{len(self.containers)}-{arguments[0]}"
        bundle = self.home / name
        bundle.mkdir()
        config = self._config(bundle, arguments, {**self.settings, **settings})
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
        self.containers.append(Container(name, process, runc, log))
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


def program(name: str) -> str:
    """Return where a program is; Debian has runc where root alone looks."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or name


def said(*command: str) -> str:
    """Return what a program prints; its failure is ours, with what it complained."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr[-1000:]}"
    return done.stdout.strip()
