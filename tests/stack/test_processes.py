"""However the stack ends, nothing of it stays behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.stack.paths import LOCAL, LOGS, ROOT
from sandbox.stack.ports import DEFAULTS, HOST, free_ports


@pytest.fixture
def ports() -> Iterator[dict[str, str]]:
    chosen = [str(port) for port in free_ports(len(DEFAULTS))]
    yield dict(zip(DEFAULTS, chosen, strict=True))
    for folder in (LOCAL, LOGS):
        shutil.rmtree(folder / f"dev-{chosen[0]}", ignore_errors=True)


@pytest.fixture
def dev(ports: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "sandbox.stack.dev"]
    with (tmp_path / "err").open("w") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **ports}, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdout is not None
    while "logs" not in (line := process.stdout.readline()):
        assert line, (tmp_path / "err").read_text()
    assert len(children(ports)) == 4
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_a_signal_ends_everything(
    dev: subprocess.Popen[str], ports: dict[str, str], number: signal.Signals, code: int
) -> None:
    dev.send_signal(number)

    assert dev.wait(15) == code
    assert children(ports) == []


def test_the_end_of_one_part_ends_all_and_is_named(
    dev: subprocess.Popen[str], ports: dict[str, str], tmp_path: Path
) -> None:
    victim = next(pid for pid, command in children(ports) if "sandbox.r2" in command)
    os.kill(victim, signal.SIGKILL)

    assert dev.wait(15) == 1
    assert children(ports) == []
    assert "r2 ended with -9" in (tmp_path / "err").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_even_a_kill_that_no_handler_sees_leaves_nothing(dev: subprocess.Popen[str], ports: dict[str, str]) -> None:
    dev.kill()
    dev.wait()

    deadline = time.monotonic() + 10
    while children(ports) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert children(ports) == []


@pytest.mark.parametrize("module", ["sandbox.demo", "sandbox.stack.dev"])
@pytest.mark.parametrize("name", DEFAULTS)
def test_a_taken_port_is_one_clear_sentence(module: str, name: str, ports: dict[str, str]) -> None:
    with socket.socket() as holder:
        holder.bind((HOST, int(ports[name])))
        holder.listen()
        done = run(module, ports)

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"itoms: port {ports[name]} is taken: stop what listens there, or choose another with {name}=..."
    ]


def test_a_port_that_is_none_is_refused(ports: dict[str, str]) -> None:
    done = run("sandbox.stack.dev", ports | {"R2_PORT": "ninethousand"})

    assert done.returncode == 2
    assert done.stderr == "itoms: R2_PORT=ninethousand is not a port: give a number from 1 to 65535\n"


def run(module: str, ports: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **ports}, capture_output=True, text=True, check=False, timeout=60
    )


def children(ports: dict[str, str]) -> list[tuple[int, str]]:
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    rows = (line.strip().partition(" ") for line in listed.splitlines())
    return [
        (int(pid), command) for pid, _, command in rows if any(f"--port {port}" in command for port in ports.values())
    ]
