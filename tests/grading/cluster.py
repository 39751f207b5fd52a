"""A Dask cluster of two worker processes on loopback, for as long as a block runs."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dask
import trustme

WAIT_SECONDS = 60


@dataclass
class Cluster:
    """A running cluster.

    Attributes:
        address: The scheduler's.
        workers: The processes of its workers.
    """

    address: str
    workers: list[subprocess.Popen]


@contextmanager
def cluster(folder: Path, *, tls: bool = False, nanny: bool = False) -> Iterator[Cluster]:
    """Start a scheduler and two workers, with certificates made here if TLS is asked for.

    Args:
        folder: For certificates and scratch.
        tls: Whether both sides show certificates.
        nanny: Whether a worker that is killed is started again.
    """
    certificates = _certificates(folder) if tls else {}
    before = {name: os.environ.get(name) for name in certificates}
    os.environ |= certificates
    dask.config.refresh()  # it has read the environment when it was first loaded
    running = []
    try:
        protocol = "tls" if tls else "tcp"
        address = f"{protocol}://127.0.0.1:{_free_port()}"
        running.append(_start(folder, "scheduler", "--host", address))
        _wait_for(address)
        nannied = "--nanny" if nanny else "--no-nanny"
        options = (address, "--nthreads", "1", nannied, "--local-directory", str(folder))
        workers = [_start(folder, "worker", *options) for _ in range(2)]
        running += workers
        _wait_for_workers(address)
        yield Cluster(address, workers)
    finally:
        for process in running:
            process.kill()
            process.wait()
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        dask.config.refresh()


def _start(folder: Path, what: str, *options: str) -> subprocess.Popen:
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", *options]
    with (folder / f"{what}.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)


def _certificates(folder: Path) -> dict[str, str]:
    authority = trustme.CA()
    own = authority.issue_cert("127.0.0.1", "localhost")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    own.private_key_and_cert_chain_pem.write_to_path(str(folder / "own.pem"))
    settings = {"CA_FILE": folder / "ca.pem"}
    for side in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {f"{side}__CERT": folder / "own.pem", f"{side}__KEY": folder / "own.pem"}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(path) for name, path in settings.items()}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str) -> None:
    host, _, port = address.rpartition("/")[2].partition(":")
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _wait_for_workers(address: str) -> None:
    code = f"""
import dask, os, sys
from distributed import Client
client = Client({address!r}, timeout="60s")
client.wait_for_workers(2, timeout=60)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=2 * WAIT_SECONDS)
