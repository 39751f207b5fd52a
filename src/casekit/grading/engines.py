"""Where submissions are graded: in threads of this process, or on a Dask cluster.

Both run the same function; nothing is scheduled here.
"""

import contextlib
import hashlib
import ipaddress
import os
import pickle
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from casekit.errors import InvalidInputError
from casekit.grading.course import Course, setting
from casekit.grading.node import Node
from casekit.grading.sandbox import Setting, Spare, require_hidden
from casekit.grading.session import Assignment, Graded, Submission

_RETRIES = 5
_WAITING_EACH = 2


@dataclass(frozen=True)
class Options:
    """How to grade.

    Attributes:
        jobs: Submissions at a time on this machine; as many as there are processors by default.
        isolated: Whether student code is shut in; otherwise it runs with the caller's rights.
        scheduler: Address of a Dask scheduler, or nothing to grade on this machine.
        spare: Workers that the caller has started already, and ends what is left of.
    """

    jobs: int | None = None
    isolated: bool = True
    scheduler: str = ""
    spare: Spare | None = None


class Engine:
    """Grades submissions, several at a time.

    Args:
        executor: Runs functions.
        grade: What to call with a submission.
        before: Arguments before it.
        width: How many submissions to keep waiting.
    """

    def __init__(
        self, executor: Executor, width: int, grade: Callable[..., Graded], *before: Any
    ) -> None:
        self._executor, self.width = executor, width
        self._grade, self._before = grade, before

    def submit(self, submission: Submission) -> Future[Graded]:
        """Have a submission graded."""
        return self._executor.submit(self._grade, *self._before, submission)


@contextlib.contextmanager
def choose(course: Course, assignment: Assignment, options: Options) -> Iterator[Engine]:
    """Give the engine that some options ask for, and end it after the block.

    Raises:
        NoSandboxError: If student code cannot be shut in here.
        InvalidInputError: If a scheduler's address is not safe, or nobody answers there, or the
            course lies where student code may read.
    """
    if options.isolated:
        require_hidden(course.root, course.private_folders(), course.content.readable)
    workers = setting(course, assignment, isolated=options.isolated)
    start = _cluster if options.scheduler else _here
    with start(assignment, workers, options) as engine:
        yield engine


@contextlib.contextmanager
def _here(assignment: Assignment, workers: Setting, options: Options) -> Iterator[Engine]:
    width = options.jobs or os.cpu_count() or 1
    node = Node(assignment, workers, options.spare)
    try:
        node.start()
        executor = ThreadPoolExecutor(width, thread_name_prefix="grading")
        yield Engine(executor, _WAITING_EACH * width, node.grade)
        executor.shutdown()
    finally:
        node.close()  # after an interrupt this ends what still runs


# Dask -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _cluster(assignment: Assignment, workers: Setting, options: Options) -> Iterator[Engine]:
    require_safe(options.scheduler)
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError as problem:
        message = "--scheduler needs Dask: install casekit with its extra 'dask'."
        raise InvalidInputError(message) from problem
    try:
        client = Client(options.scheduler, timeout="20s", set_as_default=False)
    except (OSError, TypeError, ValueError) as problem:
        message = f"No Dask scheduler answers at {options.scheduler} ({problem}): start one there."
        raise InvalidInputError(message) from problem
    with client:
        threads = _require_safe_workers(client)
        task = Task(pickle.dumps((assignment, workers)))
        number = hashlib.sha256(task.content).hexdigest()
        # A result of the cluster's own: should the worker that holds it go, it is made again.
        there = client.submit(_itself, task, pure=False)
        executor = client.get_executor(pure=False, retries=_RETRIES)
        try:
            yield Engine(executor, _WAITING_EACH * threads, grade_there, number, there)
        finally:
            client.run(close_there, number, on_error="ignore")


def require_safe(address: str) -> None:
    """Refuse a scheduler that anybody on a network could reach.

    Whoever reaches a Dask port can run code on the cluster, and reads what is graded.

    Raises:
        InvalidInputError: If the address is neither this machine's own nor one with TLS.
    """
    if not is_safe(address):
        message = (
            f"{address} is not safe: whoever reaches a Dask port can run code there; use an address"
            " of this machine alone, such as tcp://127.0.0.1:8786, or tls:// with certificates on"
            " both sides."
        )
        raise InvalidInputError(message)


def is_safe(address: str) -> bool:
    """Whether an address is this machine's own, or one with TLS."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme == "tls":
        return True
    host = parts.hostname or ""
    try:
        return parts.scheme == "tcp" and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return parts.scheme == "tcp" and host == "localhost"


def _require_safe_workers(client: Any) -> int:
    """Refuse workers on other machines that are reached without TLS; return threads in all."""
    found = client.scheduler_info(n_workers=-1)["workers"]
    for address in found:
        require_safe(address)
    if not found:
        message = "The Dask cluster has no worker: start one."
        raise InvalidInputError(message)
    return sum(worker["nthreads"] for worker in found.values())


@dataclass(frozen=True, repr=False)
class Task:
    """Assignment and setting as bytes; whoever logs it logs none of the keys in it.

    Attributes:
        content: The bytes; they come from the caller, over a connection that is safe.
    """

    content: bytes


def _itself(task: Task) -> Task:
    return task


_nodes: dict[str, Node] = {}
_users: dict[str, int] = {}
_lock = threading.Lock()


def grade_there(number: str, task: Task, submission: Submission) -> Graded:
    """Grade a submission in a process of a cluster, with warm workers that stay for the next.

    Args:
        number: Fingerprint of the task.
        task: Assignment and setting.
        submission: What to grade.

    Raises:
        InvalidInputError: If this process has joined the cluster without TLS, from elsewhere.
    """
    from distributed import get_worker  # noqa: PLC0415 - an extra

    require_safe(get_worker().address)
    with _used(number, task) as node:
        return node.grade(submission)


@contextlib.contextmanager
def _used(number: str, task: Task) -> Iterator[Node]:
    """Give the node of a task; those of other tasks end once nobody uses them."""
    with _lock:
        idle = [other for other in _nodes if other != number and not _users.get(other)]
        for other in idle:
            _nodes.pop(other).close()
        if number not in _nodes:
            _nodes[number] = Node(*pickle.loads(task.content))  # noqa: S301 - the caller's
        _users[number] = _users.get(number, 0) + 1
        node = _nodes[number]
    try:
        yield node
    finally:
        with _lock:
            _users[number] -= 1


def close_there(number: str) -> None:
    """End the workers for a task in a process of a cluster, and with them their private files."""
    with _lock:
        node = _nodes.pop(number, None)
    if node is not None:
        node.close()
