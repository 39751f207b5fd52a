"""The parts of grading by themselves: what is read, restored, sent and written."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import types
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from ipykernel.ipkernel import IPythonKernel
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from casekit.course import firms
from casekit.errors import InvalidInputError
from casekit.grading import (
    auditing,
    cells,
    folders,
    notebooks,
    run,
    sandbox,
    session,
    wire,
    worker,
)
from casekit.grading.calls import Peer
from casekit.grading.ledger import Job
from casekit.grading.plan import KnownCell, NotebookPlan

ANSWER = KnownCell("answer", "code", "# your work", "sum", locked=False, solution=True)
TEST = KnownCell("judge", "code", "assert answer == 1", "sum", locked=True, points=2.0)
GIVEN = KnownCell("given", "code", "limit = 5", "sum", locked=True)
PLAN = NotebookPlan("n", (GIVEN, ANSWER, TEST))


def marked(source, name, **mark):
    cell = new_code_cell(source)
    cell.metadata["nbgrader"] = {"grade_id": name, **mark}
    return cell


def restored(*submitted):
    text = nbformat.writes(new_notebook(cells=list(submitted)))
    found = cells.restore(notebooks.parse(text.encode()), PLAN, "{cell_id} came back")
    names = [known.name if known else "" for known in found.known]
    return found, list(zip(names, [cell.source for cell in found.notebook.cells], strict=True))


def test_locked_cells_are_restored_and_answers_are_kept():
    found, made = restored(
        marked("limit = 9", "given"), marked("answer = 1", "answer", grade=True, points=99),
        marked("assert True", "judge", grade=False),
    )  # fmt: skip
    assert made == [("given", "limit = 5"), ("answer", "answer = 1"),
                    ("judge", "assert answer == 1")]  # fmt: skip
    assert found.notebook.cells[1].metadata.nbgrader.grade is False
    assert found.notebook.cells[2].metadata.nbgrader.points == 2.0


def test_a_deleted_test_comes_back_behind_its_answer():
    found, made = restored(marked("answer = 1", "answer"), new_code_cell("more = 2"))
    assert [name for name, _ in made] == ["answer", "judge", ""]
    assert made[1][1].startswith("# judge came back\n")
    assert "judge missing" in found.problems[0]


def test_without_any_mark_tests_come_back_at_the_end():
    """Another program has dropped the marks: the answers may stand anywhere."""
    _, made = restored(new_code_cell("answer = 1"), new_code_cell("more = 2"))
    assert [name for name, _ in made] == ["", "", "judge"]


def test_of_two_copies_the_last_one_counts():
    found, made = restored(marked("answer = 1", "answer"), marked("answer = 2", "answer"))
    assert made[:2] == [("", "answer = 1"), ("answer", "answer = 2")]
    assert "more than once" in found.problems[0]


def test_cells_of_another_assignment_alone_are_told():
    found, _ = restored(marked("x = 1", "elsewhere"), new_markdown_cell("text"))
    assert found.is_another
    assert not restored(new_code_cell("x = 1"))[0].is_another


@pytest.mark.parametrize(
    "content",
    [b"", b"  ", b"no JSON {", b"[]", b"3", b'{"cells": 3}', b"\xff\xfe", b"[" * 50_000,
     b'{"nbformat": 4, "metadata": {}, "cells": [3]}',
     b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "odd", "source": ""}]}',
     b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": [1]}]}'],
)  # fmt: skip
def test_what_is_no_notebook_is_told_in_a_sentence(content):
    with pytest.raises(notebooks.NotNotebookError, match=r"is empty|is no valid notebook"):
        notebooks.parse(content)


def test_outputs_are_the_students_claim_and_odd_metadata_is_none():
    document = {
        "nbformat": 4, "metadata": [], "cells": [
            {"cell_type": "code", "source": ["a = ", "'\ud800'"], "metadata": 7, "id": "§" * 99,
             "outputs": [{"output_type": "stream", "text": "forged"}], "execution_count": 3}],
    }  # fmt: skip
    [cell] = notebooks.parse(json.dumps(document).encode()).cells
    assert cell.outputs == []
    assert cell.metadata == {}
    assert cell.source == "a = '?'"
    assert "id" not in cell


def test_metadata_and_attachments_are_kept_only_as_far_as_they_count():
    cell = {"cell_type": "markdown", "source": "", "metadata": {
        "odd": 1, "nbgrader": {"grade_id": "essay", "nest": [{}]}}, "attachments": {
        "a.png": {"image/png": "AA==", "text/odd": 7}, "b": 7}}  # fmt: skip
    document = {"nbformat": 4, "metadata": {"x": [{}] * 9}, "cells": [cell]}
    found = notebooks.parse(json.dumps(document).encode())
    assert found.metadata == {}
    assert found.cells[0].metadata == {"nbgrader": {"grade_id": "essay"}}
    assert found.cells[0].attachments == {"a.png": {"image/png": "AA=="}}


RAW = b'{"cell_type": "raw", "source": "", "metadata": {}}'


@pytest.mark.parametrize(
    ("kind", "metadata", "written", "part"),
    [(4, b"{}", b",".join([RAW] * 10_001), "has 10001 cells"),
     (4, b'{"x": [' + b"{}," * 3_000_001 + b"1]}", b"", "holds more than 3000000 values"),
     (4, b'{"x": [' + b'"a",' * 3_000_001 + b"1]}", b"", "holds more than 3000000 values"),
     (3, b'{"x": [' + b"{}," * 50_001 + b"1]}", b"", "holds more than 50000 values"),
     (4, b"{}", RAW.replace(b'""', b'"' + b"a" * 10_000_001 + b'"'), "10 million characters")],
)  # fmt: skip
def test_more_than_any_notebook_holds_is_told_before_it_takes_memory(kind, metadata, written, part):
    content = b'{"nbformat": %d, "metadata": %s, "cells": [%s]}' % (kind, metadata, written)
    with pytest.raises(notebooks.NotNotebookError, match=part):
        notebooks.parse(content)


def test_signs_in_text_are_no_values():
    text = json.dumps({"output_type": "stream", "text": '[{,"\\' * 1_000_000})
    cell = b'{"cell_type": "code", "source": "a", "outputs": [%s]}' % text.encode()
    [found] = notebooks.parse(b'{"nbformat": 4, "metadata": {}, "cells": [%s]}' % cell).cells
    assert found.source == "a"


def test_results_in_a_notebook_are_read_within_the_same_limits(tmp_path):
    results = [{"data": {"text/plain": ["Firm ", "A"]}}, {"data": {"text/plain": "B"}},
               {"data": {"text/plain": 7}}, {"data": 7}, 7]  # fmt: skip
    document = {"nbformat": 4, "metadata": {}, "cells": [{"outputs": results}, {"outputs": 7}, 7]}
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(document))
    assert list(filter(None, firms._results(path))) == ["Firm A", "B"]
    path.write_text('{"nbformat": 4, "metadata": [' + "{}," * 3_000_001 + '1], "cells": []}')
    assert list(firms._results(path)) == []
    path.unlink()
    os.mkfifo(path)
    assert list(firms._results(path)) == []


def test_the_language_of_a_graded_notebook_is_the_kernels_and_not_the_students():
    document = {"nbformat": 4, "metadata": {"language_info": {"pygments_lexer": 7}}, "cells": []}
    found = cells.restore(notebooks.parse(json.dumps(document).encode()), PLAN, "")
    assert found.notebook.metadata == {"language_info": IPythonKernel.language_info}


def test_links_and_pipes_are_not_followed(tmp_path):
    folder, secret = tmp_path / "work", tmp_path / "secret.txt"
    folder.mkdir()
    secret.write_text("canary")
    (folder / "n.ipynb").symlink_to(secret)
    (folder / "data.csv").symlink_to(secret)
    (folder / "all").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "own.txt").write_text("mine")
    found = folders.read_submission(folder, ["n"], [])
    assert found.notebooks == {}
    assert found.files == {"own.txt": b"mine"}
    assert len(found.problems) == 4
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(folders.UnreadableError, match="is a link"):
        folders.read_submission(tmp_path / "link", ["n"], [])


@pytest.fixture
def deep(tmp_path):
    """A submission with folders in folders, more than `os.walk` can enter."""
    folder, before = tmp_path / "deep", Path.cwd()
    folder.mkdir()
    (folder / "own.txt").write_text("mine")
    os.chdir(folder)
    for _ in range(1200):
        os.mkdir("d")  # noqa: PTH102 - its whole path is too long
        os.chdir("d")
    os.chdir(before)
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)


def test_what_lies_too_deep_is_left_out(deep):
    found = folders.read_submission(deep, ["n"], [])
    assert found.files == {"own.txt": b"mine"}
    [problem] = found.problems
    assert problem == "d/" * 40 + "d lies too deep and was left out"
    assert list(folders.read_files(deep, [])) == ["own.txt"]


def test_a_path_that_is_too_long_is_told_in_a_sentence(tmp_path):
    before = Path.cwd()
    os.chdir(tmp_path)
    for _ in range(18):
        os.mkdir("y" * 250)  # noqa: PTH102 - its whole path is too long
        os.chdir("y" * 250)
    os.chdir(before)
    try:
        with pytest.raises(folders.UnreadableError, match="too long"):
            folders.read_submission(tmp_path, ["n"], [])
    finally:
        subprocess.run(f"rm -rf {tmp_path}/y*", shell=True, check=True)


def test_of_many_links_a_few_are_named(tmp_path):
    for number in range(50):
        (tmp_path / f"{number:02}").symlink_to("nowhere")
        (tmp_path / f"{number:02}.ipynb").symlink_to("nowhere")
    found = folders.read_submission(tmp_path, ["n"], [])
    assert len(found.problems) == len(found.strange) == 21
    assert found.problems[-1] == found.strange[-1] == "and 30 more"


def test_whatever_a_submission_raises_does_not_end_the_run(tmp_path, monkeypatch):
    course = types.SimpleNamespace(
        name="a", config=None, autograded=tmp_path, gradebook=contextlib.nullcontext,
        state_file=lambda student: tmp_path / f"{student}.json",
    )  # fmt: skip
    monkeypatch.setattr(run, "Writer", lambda *_: None)
    monkeypatch.setattr(run, "Ledger", lambda *_: None)
    one = run.Run(course, None, types.SimpleNamespace(width=1), lambda *_: None)

    def fail(student, *, again):
        raise RecursionError(student, again)

    monkeypatch.setattr(one, "_begin", fail)
    rows = one(["ada", "ben"], again=False)
    assert [row.status for row in rows] == ["failed", "failed"]
    assert "RecursionError" in rows[0].problem


def test_what_waits_to_be_written_waits_on_the_disk(tmp_path):
    course = types.SimpleNamespace(
        log_file=lambda student: tmp_path / f"{student}.log",
        graded_folder=lambda student: tmp_path / "autograded" / student / "a",
    )
    one = run.Run(course, session.Assignment("a", (PLAN,)), None, lambda *_: None)
    done = graded("eve", 2.0, "2")
    done.notebooks[0].text = "{}"
    one._numeric = set()
    handed_in = folders.HandedIn({"n": b"{ }"}, {"own.txt": b"mine"}, None, ("left",), ())
    one._take(Job("eve", handed_in, {"key.txt": b"k"}, "digest"), done)
    ((told, _, part),) = one._ready
    assert {path.name: path.read_bytes() for path in part.iterdir()} == {
        "n.ipynb": b"{}", "own.txt": b"mine", "key.txt": b"k",
    }  # fmt: skip
    assert (told.handed_in.notebooks, told.handed_in.files, told.laid) == ({"n": b""}, {}, {})
    assert (told.digest, told.handed_in.problems) == ("digest", ("left",))


def test_an_audit_sees_what_grading_has_read(tmp_path):
    folder = tmp_path / "course" / "submitted" / "eve" / "a"
    (folder / "data").mkdir(parents=True)
    (folder / "n.ipynb").write_text("{}")
    (folder / "data" / "own.txt").write_text("mine")
    os.mkfifo(folder / "pipe")
    with (folder / "vast.bin").open("wb") as stream:
        stream.truncate(6 * 2**30)
    course = types.SimpleNamespace(
        root=tmp_path / "course", submission_folder=lambda _: folder,
        content=types.SimpleNamespace(laid=lambda _: {}),
        hand_in=lambda *_: folders.read_submission(folder, ["n"], []),
    )  # fmt: skip
    auditing._hand_in(course, tmp_path / "copy", None, "eve")
    copied = tmp_path / "copy" / "submitted" / "eve" / "a"
    found = {path.relative_to(copied).as_posix() for path in copied.rglob("*") if path.is_file()}
    assert found == {"n.ipynb", "data/own.txt"}


def test_a_files_path_never_stands_for_a_folder_of_the_instructors():
    ours = {"data/a.csv": b"1", "b.csv": b"2"}
    theirs = {"data": b"x", "b.csv/c": b"x", "b.csv": b"x", "own.txt": b"x"}
    assert folders.merged(theirs, ours) == {**ours, "own.txt": b"x"}


@pytest.mark.parametrize("stamp", ["soon", "9" * 200, "2026-13-45"])
def test_a_time_that_is_none_is_told(tmp_path, stamp):
    (tmp_path / "timestamp.txt").write_text(stamp)
    with pytest.raises(folders.UnreadableError, match="holds no date"):
        folders.read_submission(tmp_path, ["n"], [])


def test_a_message_to_somebody_who_does_not_read_is_late_and_never_waits_for_ever():
    here, there = socket.socketpair()
    with here, there, pytest.raises(wire.Late):
        wire.send_packed(here, b"x" * 2**24, time.monotonic() + 0.2)


def test_a_message_passes_whole_and_one_that_is_too_long_does_not():
    here, there = socket.socketpair()
    with here, there:
        wire.send(here, {"a": [1, b"x", None, 2.5]})
        assert wire.receive(there, time.monotonic() + 5) == {"a": [1, b"x", None, 2.5]}
        wire.send_packed(here, b"x" * 100)
        with pytest.raises(wire.Broken, match="a message of 100 bytes"):
            wire.receive_packed(there, time.monotonic() + 5, most=99)


def test_who_has_gone_is_told_from_who_sends_nonsense():
    here, there = socket.socketpair()
    here.close()
    with there, pytest.raises(wire.Gone):
        wire.receive(there, time.monotonic() + 5)
    with pytest.raises(wire.Broken, match="no message"):
        wire.unpack(b"\xc1")


@pytest.mark.parametrize("part", [b"\x90", b"\x80"])
def test_a_message_of_a_students_has_no_more_parts_than_anybody_needs(part):
    """An empty list takes one byte on the way and sixty in memory."""
    many = b"\xdd" + (wire.MOST_PARTS + 1).to_bytes(4, "big") + part * (wire.MOST_PARTS + 1)
    assert len(many) < wire.MOST_OPENED
    here, there = socket.socketpair()
    with here, there, ThreadPoolExecutor(1) as pool:
        sending = pool.submit(wire.send_packed, here, many)
        with pytest.raises(wire.Broken, match="no message"):
            wire.receive(there, time.monotonic() + 5, wire.MOST_OPENED, wire.MOST_PARTS)
        sending.result()
    assert len(wire.unpack(many)) == wire.MOST_PARTS + 1


def test_files_that_lie_there_at_first_have_not_changed(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.bin").write_bytes(bytes(15 * 2**20))
    files = worker._Files(tmp_path)
    assert files.changed() == {}
    for number in range(3):
        (tmp_path / f"{number}.bin").write_bytes(bytes(15 * 2**20 + 1))
    both = [len(files.changed()) for _ in range(3)]
    assert both == [2, 1, 0]  # what does not fit into a message goes with the next


def test_files_of_a_first_notebook_stay_out_of_the_seconds_judge():
    """What a student's cells have written lies beside the student's next cells alone."""
    assignment = session.Assignment("a", (PLAN,), {"helper.py": b"ours"})
    written = {"helper.py": b"theirs", "other.py": b"theirs", "data.txt": b"theirs"}
    submission = session.Submission("s", {}, left=written)
    workers = types.SimpleNamespace(setting=sandbox.Setting())
    made = session._Processes(workers, assignment, submission, PLAN, again=False)
    assert made._tasks["evaluator"]["files"] == {"helper.py": b"ours"}
    theirs = {"helper.py": b"ours", "other.py": b"theirs", "data.txt": b"theirs"}
    assert made._tasks["student"]["files"] == theirs


def shown(kind="display_data", value="x"):
    return {"output_type": kind, "data": {"text/plain": value}}


def stream(name, text):
    return {"output_type": "stream", "name": name, "text": text}


def error(*lines):
    return {"output_type": "error", "ename": "E", "evalue": "v", "traceback": list(lines)}


def test_what_a_notebook_shows_is_limited_as_a_whole():
    room = session.Room(shown=1000, values=100)
    [first] = session.read_outputs([stream("stdout", "a" * 900)], room)
    assert first.text == "a" * 900
    assert not room.is_short
    assert session.read_outputs([stream("stdout", "\U0001f600" * 30)], room) == []
    assert room.is_short
    assert session.read_outputs([shown(value=[[]] * 80)], room) == []
    [last] = session.read_outputs([shown()], room)
    assert last.data == {"text/plain": "x"}
    assert session.read_outputs([{"output_type": "error", "traceback": [""] * 90}], room) == [
        {"output_type": "error", "ename": "", "evalue": "", "traceback": []}
    ]


def test_what_decides_a_score_is_kept_though_there_is_no_room():
    room = session.Room(shown=0, values=0)
    said = [stream("stdout", "a"), shown(), stream("stderr", "b" * 5000), stream("stderr", "c"),
            shown("execute_result", "2.0"), error("d" * 100), error("e")]  # fmt: skip
    warned, result, raised = session.read_outputs(said, room)
    assert (warned.name, warned.text) == ("stderr", "b" * 1000)
    assert result.data == {"text/plain": "2.0"}
    assert (raised.ename, raised.traceback) == ("E", [])
    many = [shown()] * 1000 + [stream("stderr", "b"), error("d")]
    assert [each.output_type for each in session.read_outputs(many, session.Room())[-2:]] == [
        "stream", "error",
    ]  # fmt: skip


def test_a_flood_on_stdout_leaves_stderr_its_words():
    flood = [stream("stdout", "a" * 600_000), stream("stderr", "DeprecationWarning")]
    out, err = session.read_outputs(flood, session.Room())
    assert len(out.text) == 500_000
    assert err.text == "DeprecationWarning"


@pytest.mark.parametrize("count", [1, 2])
def test_files_are_kept_for_another_notebook_alone_and_within_a_budget(count):
    assignment = session.Assignment("a", (PLAN,) * count)
    workers = types.SimpleNamespace(setting=sandbox.Setting())
    made = session._Processes(workers, assignment, session.Submission("s", {}), PLAN, again=False)
    made._fetch = lambda _: ([], b"", {"a": b"1"})
    assert made.files() == ({} if count == 1 else {"a": b"1"})
    kept = {"a": b"12", "b": b"34"}
    session._keep(kept, {"a": b"123456789", "c": b"56", "d": b"7"}, most=5)
    assert kept == {"b": b"34", "c": b"56", "d": b"7"}


def test_a_result_without_text_is_a_faulty_test():
    found, cell = session.GradedNotebook("n"), marked("1", "judge", grade=True, solution=False)
    cell.metadata.nbgrader.points = 2.0
    cell.outputs = session.read_outputs([shown("execute_result", "")], session.Room())
    session._judge(found, cell, TEST)
    assert found.scores == {"judge": 0.0}
    assert found.problems[0][0] == "faulty test"


def graded(student, score, result, *problems):
    found = session.GradedNotebook("n", "text", {"judge": score}, {}, {"judge": result})
    found.problems += problems
    return session.Graded(student, [found])


@pytest.mark.parametrize(
    ("solutions", "results"),
    [([graded("", 2.0, "2.0")], {"": 0.0, "array": 0.0, "1.5": 2.0}),
     ([graded("", 2.0, "")], {"": 2.0, "array": 2.0}),
     ([graded("", 0.0, "", ("test ended", "")), graded("", 2.0, "2")], {"": 0.0, "array": 0.0}),
     ([graded("", 0.0, "", ("test ended", "")), graded("", 2.0, "")], {"": 2.0, "array": 2.0}),
     ([session.Graded("", [session.GradedNotebook("", problems=[("no grade", "lost")])])] * 2,
      {"": 2.0, "array": 0.0, "1.5": 2.0})],
)  # fmt: skip
def test_a_number_is_asked_for_where_the_solution_shows_one_or_does_not_tell(solutions, results):
    waiting = []
    for solution in solutions:
        waiting.append(Future())
        waiting[-1].set_result(solution)
    engine = types.SimpleNamespace(submit=lambda _: waiting.pop(0))
    course = types.SimpleNamespace(solution=lambda _: None)
    one = run.Run(course, session.Assignment("a", (PLAN,)), engine, lambda *_: None)
    one._solution = engine.submit(None)
    for result, score in results.items():
        found = graded("s", 2.0, result)
        one._require_numbers(found)
        assert found.notebooks[0].scores == {"judge": score}
    assert not waiting


@pytest.mark.parametrize(
    ("environment", "is_seen"),
    [("course", True), ("", True), ("course/source/env", True), ("course/.venv", False),
     ("other", False)],
)  # fmt: skip
def test_a_course_that_code_could_read_is_refused(tmp_path, monkeypatch, environment, is_seen):
    (tmp_path / environment).mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(sandbox, "_readable", lambda _: [str(tmp_path / environment)])
    root = tmp_path / "course"
    refused = pytest.raises(InvalidInputError, match="move the course")
    with refused if is_seen else contextlib.nullcontext():
        sandbox.require_hidden(root, [root / "source"], ())


def test_memory_that_is_swapped_out_counts(monkeypatch):
    used = types.SimpleNamespace(pss=1, swap=2 * 2**30)
    process = types.SimpleNamespace(
        pid=0, memory_full_info=lambda: used, children=lambda **_: []
    )  # fmt: skip
    monkeypatch.setattr(sandbox.psutil, "Process", lambda _: process)
    status = f"Name:\tVmSwap: 7 kB\nVmRSS:\t       1 kB\nVmSwap:\t {2 * 2**20} kB\n"
    monkeypatch.setattr(sandbox.Path, "read_text", lambda *_, **__: status)
    here, there = socket.socketpair()
    with here, there:
        child = sandbox.Child(here, os.getpid(), lambda: True, alone=True)
        monkeypatch.setattr(child, "_has_children", lambda: False)
        assert child._at_most() == 2 * 2**30 + 1024
        assert child.memory() == 2 * 2**30 + 1
        os.close(child._handle)
        child._handle = -1


def test_an_interrupt_waits_until_a_frame_has_passed():
    peer = Peer(None)
    with pytest.raises(KeyboardInterrupt), peer._whole_frame():
        assert peer.put_off()
    assert not peer.put_off()
    peer.require_whole()
    with pytest.raises(SystemExit), peer._whole_frame():
        raise SystemExit
    with pytest.raises(RuntimeError, match="cut off"):
        peer.require_whole()


@pytest.mark.parametrize(
    ("text", "number"), [("2.5", True), ("0", True), ("-1", False), ("True", False), ("", False)]
)
def test_a_number_of_points_is_told_from_other_results(text, number):
    assert cells.is_number(text) is number


def test_a_worker_loads_neither_nbgrader_nor_a_database():
    code = (
        "import casekit.grading.worker, sys;"
        "print({'nbgrader', 'sqlalchemy', 'nbformat', 'nbconvert'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
