"""Shut the calling process in: namespaces, a private scratch, limits, no privileges, seccomp.

Runs inside the sandbox, in a child that has just been forked from a warm worker, before a line of
a student's code. The order matters: what is given up here is needed to set up what comes before.
"""

import ctypes
import errno
import os
import resource
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyseccomp

from casekit.grading.limits import Limits

_CLONE_NEW = {
    "user": 0x10000000, "mount": 0x00020000, "pid": 0x20000000, "net": 0x40000000,
    "ipc": 0x08000000, "uts": 0x04000000, "cgroup": 0x02000000,
}  # fmt: skip
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 4, 24
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, _INSTRUCTION = 22, 2, 8
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63
_NUMBER_INSIDE = 1000
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C

# System calls that ordinary programs do without and that reach the kernel, other processes or the
# sandbox itself. Modelled on what container runtimes and Flatpak deny.
_DENIED = (
    "acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime", "clock_settime",
    "create_module", "delete_module", "fanotify_init", "finit_module", "fsconfig", "fsmount",
    "fsopen", "fspick", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup",
    "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie",
    "memfd_create", "memfd_secret", "mount", "msgget",
    "mount_setattr", "move_mount", "name_to_handle_at", "nfsservctl", "open_by_handle_at",
    "open_tree", "perf_event_open", "personality", "pidfd_getfd", "pivot_root",
    "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl",
    "quotactl_fd", "reboot", "request_key", "semget",
    "setdomainname", "sethostname", "setns", "settimeofday", "shmget", "stime", "swapoff",
    "swapon", "syslog", "umount", "umount2", "unshare", "uselib", "userfaultfd", "vhangup",
    "vm86", "vm86old",
)  # fmt: skip

_libc = ctypes.CDLL(None, use_errno=True)


ALL = ("user", "mount", "pid", "net", "ipc", "uts")
FILES = ("user", "mount")


def enter_namespaces(proc: int, kinds: tuple[str, ...]) -> None:
    """Move the calling process into namespaces of its own; its next child is process 1 of them.

    Args:
        proc: Descriptor of the folder ``/proc``, through which the user's number is mapped.
        kinds: `ALL` or `FILES`; without a namespace of processes it moves no child.

    Raises:
        OSError: If the kernel refuses.
    """
    user, group = os.getuid(), os.getgid()
    _libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # else its own files in /proc are another user's
    _require(_libc.unshare(sum(_CLONE_NEW[kind] for kind in kinds)), "new namespaces")
    _write(proc, "self/setgroups", "deny")
    _write(proc, "self/uid_map", f"{_NUMBER_INSIDE} {user} 1")
    _write(proc, "self/gid_map", f"{_NUMBER_INSIDE} {group} 1")


def _write(proc: int, name: str, text: str) -> None:
    file = os.open(name, os.O_WRONLY, dir_fd=proc)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


SCRATCH = ("/tmp", "/dev/shm")  # noqa: S108 - what is laid over them is private


def lay_scratch(limits: Limits, kept: Sequence[str] = ()) -> None:
    """Put empty, limited folders of this process's own over ``/tmp`` and ``/dev/shm``.

    Args:
        limits: Their size.
        kept: Folders below them that stay readable, such as Python's where it is installed there.
    """
    flags = _MS_NOSUID | _MS_NODEV
    _require(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "private mounts")
    data = f"size={limits.scratch},nr_inodes=20000,mode=0700".encode()
    folders = {path: os.open(path, os.O_PATH | os.O_DIRECTORY) for path in kept}
    for place in SCRATCH:
        mounted = _libc.mount(b"tmpfs", place.encode(), b"tmpfs", flags, data)
        _require(mounted, f"a scratch at {place}")
    for path, folder in folders.items():
        Path(path).mkdir(parents=True)
        os.fchdir(folder)  # covered by now, but still to be reached from here
        _require(_libc.mount(b".", path.encode(), None, _MS_BIND | _MS_REC, None), path)
        os.close(folder)
    os.chdir("/")
    # Terminals of its own too: those of others would be files that it may open.
    terminals = b"newinstance,ptmxmode=0666,mode=0620"
    _require(_libc.mount(b"devpts", b"/dev/pts", b"devpts", flags, terminals), "own terminals")


def give_up(limits: Limits) -> None:
    """Give up every privilege and right that student code does not need, for good."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_FSIZE, limits.scratch),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 2**20),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)  # noqa: PLW2901
        resource.setrlimit(what, (most, most))
    for capability in range(_LAST_CAPABILITY + 1):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = ctypes.create_string_buffer(struct.pack("Ii", _CAPABILITY_VERSION_3, 0))
    _require(_libc.capset(header, ctypes.create_string_buffer(24)), "no capabilities")
    _require(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    _load_filter()


def compile_filter() -> None:
    """Work the filter of system calls out once, for all children that are forked later."""
    with tempfile.TemporaryFile() as file:
        _filter().export_bpf(file)
        file.seek(0)
        _compiled[:] = [file.read()]


_compiled: list[bytes] = []


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def _load_filter() -> None:
    if not _compiled:
        compile_filter()
    code = ctypes.create_string_buffer(_compiled[0], len(_compiled[0]))
    program = _Program(len(_compiled[0]) // _INSTRUCTION, ctypes.addressof(code))
    arguments = (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    _require(_libc.prctl(*arguments), "a filter of system calls")


def _filter() -> pyseccomp.SyscallFilter:
    """The system calls of student code; an unknown name is one this machine does not have."""
    allowed = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    deny = pyseccomp.ERRNO(errno.EPERM)
    for name in _DENIED:
        _rule(allowed, deny, name)
    # Its flags lie in memory, where a filter cannot look: the C library then falls back to clone.
    _rule(allowed, pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    for flag in _CLONE_NEW.values():
        _rule(allowed, deny, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    family = pyseccomp.ERRNO(errno.EAFNOSUPPORT)
    _rule(allowed, family, "socket", pyseccomp.Arg(0, pyseccomp.GT, _AF_INET6))
    _rule(allowed, family, "socket", pyseccomp.Arg(0, pyseccomp.LT, _AF_UNIX))
    for number in range(_AF_INET + 1, _AF_INET6):
        _rule(allowed, family, "socket", pyseccomp.Arg(0, pyseccomp.EQ, number))
    for request in (_TIOCSTI, _TIOCLINUX):
        low = 0xFFFFFFFF
        _rule(allowed, deny, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, low, request))
    return allowed


def _rule(
    allowed: pyseccomp.SyscallFilter, action: int, name: str, *arguments: pyseccomp.Arg
) -> None:
    try:
        number = pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)
    except ValueError:
        return
    if number >= 0:
        allowed.add_rule(action, number, *arguments)


def _require(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)} ({what})")
