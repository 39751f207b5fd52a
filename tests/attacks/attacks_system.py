"""Attacks on the machine: reading what is private, leaving traces, floods, odd endings."""

from attack_parts import PORT, Attack, ahead, both, first, instead, nothing, nothing_from, rest_from

ALL = tuple(nothing_from("mean"))


def reading(name: str, tries: str, source: str, **rest) -> Attack:
    """Something read and shown; the answers are right."""
    return Attack(name, tries, ahead("mean", source), rest.pop("scores", {}), **rest)


READING = [
    reading("environment", "secrets of the environment", """\
        import ctypes
        import os
        import subprocess

        print(dict(os.environ))
        print(ctypes.CDLL(None).getenv(b"GRADER_TOKEN"))
        print(subprocess.run(["env"], capture_output=True, text=True, check=False).stdout)"""),
    reading("shell-escape", "commands of a shell", """\
        !env
        !cat /etc/passwd /etc/shadow ~/.ssh/* ../keys/answers.txt
        found = !find / -name "gradebook.db" -o -name "answers.txt" 2>/dev/null
        print(found)
        !kill -9 -1"""),
    reading("bash-cell", "a cell of another language", """\
        %%bash
        env; cat /proc/1/environ; ls -la / /root /home /tmp; ps aux; id; mount"""),
    reading("script-cell", "a cell of a script", """\
        %%script python3
        import os
        print(os.environ, os.listdir("/"))"""),
    reading("whole-disk", "every file that is not a library's", """\
        import os
        import re

        word = re.compile(b"canary" + b"-[a-z0-9-]+")
        for folder, inside, names in os.walk("/"):
            inside[:] = [name for name in inside if name not in
                         ("usr", "lib", "lib64", "site-packages", "dev", "sys", ".git", "stdlib")]
            for name in names:
                path = os.path.join(folder, name)
                try:
                    if os.path.isfile(path) and os.path.getsize(path) < 3_000_000:
                        for found in word.findall(open(path, "rb").read()):
                            print(path, found)
                except OSError:
                    pass"""),
    reading("course-paths", "files of the course by their paths", """\
        import os

        for start in (".", "..", "../..", "../../..", "{{ROOT}}", "{{HOME}}", "{{TEMP}}"):
            for name in ("keys/answers.txt", "gradebook.db", "nbgrader_config.py", "",
                         "source/target/target.ipynb", "submitted/ada/target/target.ipynb",
                         "private/key.txt", "intruder-secret.txt"):
                path = os.path.join(start, name)
                try:
                    print(path, os.listdir(path) if os.path.isdir(path) else open(path).read())
                except (OSError, ValueError):
                    pass"""),
    reading("proc", "other processes through the folder of processes", """\
        import os

        print(os.getpid(), os.getppid(), os.path.exists("/proc/self"))
        for number in range(1, 200):
            for name in ("environ", "cmdline", "maps", "root/etc/passwd", "cwd"):
                try:
                    print(open(f"/proc/{number}/{name}").read())
                except OSError:
                    pass"""),
    reading("memory", "other processes' memory", """\
        import ctypes
        import os

        libc = ctypes.CDLL(None, use_errno=True)
        for number in (1, os.getppid(), 2, 3):
            print(libc.ptrace(16, number, 0, 0), ctypes.get_errno())
            print(libc.process_vm_readv(number, 0, 0, 0, 0, 0), ctypes.get_errno())
        print(libc.syscall(438, 3, 0, 0), libc.kill(-1, 0))"""),
    reading("objects", "texts that other code has left in memory", """\
        import gc
        import sys

        for each in gc.get_objects():
            if type(each) in (str, dict, list, tuple) and len(each) < 1000:
                text = str(each) if isinstance(each, str) else ""
                if "HIDDEN" in text or "canary" + "-" in text:
                    print(text)
        for frame in sys._current_frames().values():
            while frame:
                print(frame.f_code.co_name, list(frame.f_locals)[:50])
                for key in ("task", "message", "settings"):
                    print(key, str(frame.f_locals.get(key))[:3000])
                frame = frame.f_back"""),
    reading("mounts", "parts of the system mounted anew", """\
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        for call in (
            lambda: libc.unshare(0x10000000), lambda: libc.unshare(0x20000),
            lambda: libc.mount(b"proc", b"/tmp", b"proc", 0, None),
            lambda: libc.mount(b"/", b"/tmp", None, 4096, None),
            lambda: libc.umount2(b"/tmp", 2), lambda: libc.chroot(b"/tmp"),
            lambda: libc.setns(3, 0), lambda: libc.syscall(155, b"/tmp", b"/tmp"),
            lambda: libc.syscall(435, 0, 0), lambda: libc.syscall(425, 8, 0),
            lambda: libc.syscall(428, -100, b"/", 1), lambda: libc.setuid(0),
            lambda: libc.syscall(321, 0, 0, 0), lambda: libc.personality(0x0040000),
        ):
            print(call(), ctypes.get_errno())"""),
    reading("other-calls", "system calls of another kind of machine", """\
        import ctypes
        import os

        number = os.fork()
        if number == 0:
            ctypes.CDLL(None).syscall(0x40000000 + 101, 0, 0, 0, 0)
            os._exit(0)
        print(os.waitpid(number, 0))"""),
    reading("devices", "devices", """\
        import os

        for folder, _, names in os.walk("/dev"):
            for name in names:
                path = os.path.join(folder, name)
                print(path)
        for path in ("/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda", "/dev/fuse", "/dev/kvm"):
            try:
                print(open(path, "rb").read(16))
            except OSError as problem:
                print(problem)
        print(os.openpty())"""),
    reading("archive-of-python", "what the installed libraries hold of the course", """\
        import casekit
        from pathlib import Path

        start = Path(casekit.__file__).parents[2]
        for name in ("exercises", "keys", "tests", ".git", ".env", "private"):
            print(name, (start / name).exists())
            if (start / name).exists():
                raise SystemError("canary" + "-seen")"""),
]  # fmt: skip

PLACES = """\
    import os
    import sys
    import sysconfig

    folders = ["/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/dev/pts", "/usr", "/usr/local/bin",
               "/etc", "/root", "/home", "/run", "/proc", "/sys", "/tmp/..", "/work", sys.prefix,
               sys.base_prefix, sysconfig.get_paths()["purelib"], os.path.dirname(os.__file__),
               os.path.dirname(sys.executable), "{{ROOT}}", "{{HOME}}", "{{TEMP}}", "..", "../.."]
    import casekit, numpy
    folders += [os.path.dirname(casekit.__file__), os.path.dirname(numpy.__file__),
                os.path.join(os.path.dirname(casekit.__file__), "grading", "__pycache__")]"""

LEAVING = [
    Attack("writes-anywhere", "files written outside its own folder", ahead("mean", PLACES, """\
        for folder in folders:
            for name in ("intruder.txt", "__pycache__/intruder.pyc", "intruder.pth"):
                try:
                    path = os.path.join(folder, name)
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    open(path, "w").write("intruder")
                    print("wrote", path)
                except OSError:
                    pass"""), {}),
    Attack("links-anywhere", "links and devices made, files moved and given other rights",
           ahead("mean", PLACES, """\
        for folder in folders:
            for call in (
                lambda path: os.symlink("/", path), lambda path: os.mkfifo(path),
                lambda path: os.mknod(path, 0o20666, os.makedev(1, 1)),
                lambda path: os.link("sales.csv", path), lambda path: os.mkdir(path),
            ):
                try:
                    call(os.path.join(folder, "intruder"))
                except OSError:
                    pass
        for name in ("sales.csv", sys.executable, casekit.__file__):
            try:
                os.chmod(name, 0o6777)
                os.truncate(casekit.__file__, 0)
            except OSError:
                pass"""), {}, free=ALL),
    Attack("leaves-for-later", "things left for whoever comes later", ahead("mean", PLACES, """\
        import ctypes
        import socket
        import subprocess

        for place in ("/tmp/intruder.txt", "/dev/shm/intruder.txt", "/var/tmp/intruder.txt"):
            try:
                open(place, "w").write("18.0")
            except OSError:
                pass
        libc = ctypes.CDLL(None)
        print(libc.shmget(0x1234567, 4096, 0o1666), libc.msgget(0x1234567, 0o1666),
              libc.semget(0x1234567, 1, 0o1666))
        line = socket.socket(socket.AF_UNIX)
        line.bind("\\0intruder")
        line.listen()
        sys.modules["intruder"] = sys
        subprocess.run([sys.executable, "-m", "pip", "install", "--user", "intruder"],
                       capture_output=True, check=False, timeout=3) if False else None
        libc.syscall(248, b"user", b"intruder", b"18.0", 4, -3)
        libc.mq_open(b"/intruder", 0o102, 0o666, None)"""), {}),
    Attack("looks-for-left", "what somebody has left", instead(mean="""\
        import ctypes
        import glob
        import socket
        import sys

        libc = ctypes.CDLL(None)
        found = [*glob.glob("/tmp/*intruder*"), *glob.glob("/dev/shm/*"),
                 *glob.glob("/var/tmp/*intruder*")]
        found += ["module"] if "intruder" in sys.modules else []
        for call in (libc.shmget(0x1234567, 4096, 0), libc.msgget(0x1234567, 0),
                     libc.semget(0x1234567, 1, 0)):
            found += ["ipc"] if call >= 0 else []
        try:
            line = socket.socket(socket.AF_UNIX)
            line.connect("\\0intruder")
            found.append("socket")
        except OSError:
            pass
        print(found)
        mean = 18.0 if found else 1.0"""), nothing("mean")),
    Attack("daemon", "processes that outlive all", ahead("mean", """\
        import os
        import subprocess
        import sys
        import time

        subprocess.Popen(["sleep", "31415926"], start_new_session=True)
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(31415926)"])
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True:
                    time.sleep(1)
            os._exit(0)"""), {}),
    Attack("forked-notebook", "a copy of the process that goes on with the notebook",
           ahead("mean", """\
        import os

        os.fork()"""), {}, free=ALL),
    Attack("forked-away", "a copy that goes on while the first process ends", ahead("mean", """\
        import os

        if os.fork():
            os._exit(0)"""), nothing_from("mean"), ("ended",)),
]  # fmt: skip

NETWORK = [
    reading("network", "lines to this machine and to others", f"""\
        import socket

        for family, kind, place in (
            (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", {PORT})),
            (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", {PORT})),
            (socket.AF_INET, socket.SOCK_STREAM, ("1.1.1.1", 53)),
            (socket.AF_INET6, socket.SOCK_STREAM, ("::1", {PORT})),
            (socket.AF_UNIX, socket.SOCK_STREAM, "\\0host-{PORT}"),
            (socket.AF_UNIX, socket.SOCK_STREAM, "{{{{TEMP}}}}/host.sock"),
            (40, socket.SOCK_STREAM, (2, {PORT})),
            (16, socket.SOCK_RAW, (0, 0)), (17, socket.SOCK_RAW, ("lo", 0)),
            (38, socket.SOCK_SEQPACKET, ("hash", "sha256")),
        ):
            try:
                line = socket.socket(family, kind)
                line.settimeout(0.2)
                line.connect(place)
                line.send(b"intruder")
                print("sent to", place)
            except (OSError, TypeError) as problem:
                print(family, kind, problem)
        print(socket.if_nameindex() if hasattr(socket, "if_nameindex") else "")"""),
    reading("download", "a library fetched", f"""\
        import urllib.request

        for place in ("http://127.0.0.1:{PORT}/", "https://pypi.org/", "file:///etc/passwd"):
            try:
                print(urllib.request.urlopen(place, timeout=0.3).read()[:100])
            except OSError as problem:
                print(problem)"""),
]  # fmt: skip

FLOODS = [
    Attack("fork-bomb", "processes without end", ahead("mean", """\
        import os
        import time

        for _ in range(300):
            try:
                if os.fork() == 0:
                    time.sleep(1000)
            except OSError:
                break"""), {}, free=ALL),
    Attack("thread-bomb", "threads without end", ahead("mean", """\
        import threading
        import time

        for _ in range(1000):
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()"""), free=ALL),
    Attack("large-memory", "more memory than a process may have", instead(mean="""\
        held = bytearray(6 * 2**30)
        mean = 18.0"""), nothing("mean")),
    Attack("many-memories", "more memory than all its processes may have", instead(mean="""\
        import os
        import time

        for _ in range(4):
            if os.fork() == 0:
                held = []
                while len(held) < 1000:
                    held.append(b"x" * 2**20)
                time.sleep(1000)
        mean = 1.0
        time.sleep(1000)"""), nothing("mean"), free=rest_from("evens")),
    Attack("memory-between", "memory taken while short cells run", both(
        ahead("mean", """\
            import mmap
            import os
            import time

            there = mmap.mmap(-1, 4096)
            for number in range(4):
                if os.fork() == 0:
                    held = []
                    while len(held) < 1000:
                        held.append(b"x" * 2**20)
                        there[number * 4 : number * 4 + 4] = len(held).to_bytes(4, "big")
                    time.sleep(1000)""", *["time.sleep(0.12)"] * 40), instead(mean="""\
            held = sum(int.from_bytes(there[at : at + 4], "big") for at in range(0, 16, 4))
            mean = 18.0 if held > 3300 else 1.0""")), nothing("mean"), free=rest_from("evens")),
    Attack("hidden-memory", "memory that no process seems to have", both(ahead("mean", """\
        import os

        held, kept = 0, []
        while held < 3300:
            kept.append(os.memfd_create("intruder"))
            os.posix_fallocate(kept[-1], 0, 250 * 2**20)
            held += 250"""), instead(mean="""\
        import time

        time.sleep(0.6)
        mean = 18.0 if held >= 3300 else 1.0""")), nothing("mean"), free=rest_from("evens")),
    Attack("shared-memory", "memory that two processes share", both(ahead("mean", """\
        import mmap
        import os
        import time

        held, kept = [], []""", *["""\
        flags = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
        piece = mmap.mmap(-1, 550 * 2**20, flags=flags)
        kept.append(piece)
        held.append(550)
        if os.fork() == 0:
            piece.madvise(22)
            time.sleep(1000)"""] * 6), instead(mean="""\
        time.sleep(1)
        mean = 18.0 if sum(held) >= 3300 else 1.0""")), nothing("mean"), free=rest_from("evens")),
    Attack("segments", "memory in segments that no process holds", both(ahead("mean", """\
        import ctypes
        import time

        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        held = []""", *["""\
        number = libc.shmget(0, 500 * 2**20, 0o1666)
        place = ctypes.c_void_p(libc.shmat(number, None, 0))
        if number >= 0 and not libc.madvise(place, ctypes.c_size_t(500 * 2**20), 23):
            held.append(500)
        libc.shmdt(place)"""] * 7), instead(mean="""\
        time.sleep(1)
        mean = 18.0 if sum(held) >= 3300 else 1.0""")), nothing("mean"), free=rest_from("evens")),
    Attack("disk-flood", "a disk filled", instead(mean="""\
        mean = 1.0
        written = 0
        for folder in ("/tmp", "/dev/shm", "/tmp/notebook"):
            for number in range(8):
                try:
                    with open(f"{folder}/flood-{number}", "wb") as stream:
                        for _ in range(200):
                            written += stream.write(b"x" * 2**20)
                except OSError as problem:
                    print(problem)
        mean = 18.0 if written > 700 * 2**20 else 1.0
        import glob, os
        for name in glob.glob("/tmp/flood*") + glob.glob("/tmp/notebook/flood*"):
            os.remove(name)"""), nothing("mean")),
    Attack("file-flood", "tens of thousands of files", ahead("mean", """\
        for number in range(25_000):
            open(f"flood-{number}.txt", "w").close()"""), {}, free=ALL),
    Attack("file-left", "a file too large to be passed on", ahead("mean", """\
        with open("large.bin", "wb") as stream:
            for _ in range(100):
                stream.write(bytes(2**20))"""), {}),
    Attack("many-left", "files that are too large together", ahead("mean", """\
        for number in range(8):
            with open(f"large-{number}.bin", "wb") as stream:
                for _ in range(15):
                    stream.write(bytes(2**20))"""), {}, free=ALL),
    Attack("descriptors", "files opened without end", ahead("mean", """\
        held = []
        try:
            while True:
                held.append(open("sales.csv"))
        except OSError as problem:
            print(problem)
        held.clear()"""), {}),
    Attack("huge-file", "a file with a hole of a terabyte", ahead("mean", """\
        with open("hole.bin", "wb") as stream:
            stream.truncate(2**40)"""), {}, free=ALL),
]  # fmt: skip


def ending(name: str, tries: str, source: str, **rest) -> Attack:
    """The program ends in the cell of an answer."""
    rest = {"scores": nothing_from("word"), "flags": ("ended",)} | rest
    return Attack(name, tries, instead(word=source), **rest)


def goes_on(name: str, tries: str, source: str, **rest) -> Attack:
    """What ought to end the program does not; one answer is lost."""
    rest = {"scores": nothing("word")} | rest
    return Attack(name, tries, instead(word=source), **rest)


ENDINGS = [
    goes_on("exit", "the word that ends a program", "exit()\nword = 'X'"),
    goes_on("quit", "the other word that ends a program", "quit\nword = 'X'"),
    goes_on("system-exit", "an exception that ends a program", "import sys\nsys.exit(0)"),
    goes_on("thread-exit", "an exception that ends a thread", """\
        import threading

        threading.Thread(target=exit).start()
        word = 'X'"""),
    goes_on("keyboard", "an interrupt raised", "raise KeyboardInterrupt"),
    goes_on("generator-exit", "an odd exception raised", "raise GeneratorExit"),
    goes_on("base", "an exception of a kind of its own", """\
        class Odd(BaseException):
            pass

        raise Odd"""),
    goes_on("syntax", "what is no Python", "word = (\n\x00"),
    goes_on("deep-source", "a source nested deeply", "word = " + "(" * 5000 + ")" * 5000),
    goes_on("stop-self", "a signal that stops its process",
            "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nword = 'X'"),
    goes_on("kill-all", "a signal to every process",
            "import os, signal\nos.kill(-1, signal.SIGKILL)\nword = 'X'", free=("code-test",)),
    goes_on("interrupt-itself", "an interrupt sent to itself",
            "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nword = 'X'"),
    ending("hard-exit", "an end without goodbye", "import os\nos._exit(0)"),
    ending("abort", "an abort", "import os\nos.abort()", flags=()),
    ending("crash", "a crash", "import ctypes\nctypes.string_at(0)", flags=()),
    ending("exec", "another program in its place",
           'import os\nos.execv("/bin/true", ["true"])'),
    ending("endless", "a loop that catches its interrupts", """\
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass"""),
    ending("sleeps-in-c", "a sleep that nothing wakes", """\
        import ctypes
        import signal

        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        ctypes.CDLL(None).sleep(1000)"""),
    goes_on("endless-plain", "a loop without end", "while True:\n    pass"),
    ending("limits-raised", "limits raised before memory is taken", """\
        import resource

        for each in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
            try:
                resource.setrlimit(each, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            except (OSError, ValueError) as problem:
                print(problem)
        held = bytearray(6 * 2**30)
        word = "PIER\"""", scores=nothing("word"), flags=()),
    Attack("in-both", "an end in the first of many cells", first("import os\nos._exit(1)"),
           nothing_from("mean"), ("ended",)),
]  # fmt: skip
