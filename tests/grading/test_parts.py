"""The parts of grading by themselves: what is read, restored, sent and written."""

import json
import os
import socket
import subprocess
import sys
import time
import types

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from casekit.grading import cells, folders, notebooks, sandbox, session, wire
from casekit.grading.calls import Peer
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
