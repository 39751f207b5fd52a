"""Attacks by what is handed in: marks, cells and files that are not what they were."""

import io
import json
import os
import zipfile
from pathlib import Path

from attack_parts import POINTS, Attack, both, edit, files, first, instead, nothing, raw
from corpus_parts import (
    Notebooks,
    as_text,
    duplicate,
    find,
    mark,
    remove,
    rewrite,
    unmark,
)
from nbformat import NO_CONVERT, writes
from nbformat.v4 import new_code_cell, new_output, new_raw_cell

ALL_TESTS = tuple(POINTS["target"])
WRONG = "mean = 1.0"


def _cells(notebooks: Notebooks):
    return (cell for notebook in notebooks.values() for cell in notebook.cells)


def _skip(notebooks: Notebooks) -> None:
    for cell in _cells(notebooks):
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]


def _no_marks(notebooks: Notebooks) -> None:
    for cell in _cells(notebooks):
        cell.metadata.pop("nbgrader", None)


def _as_raw(notebooks: Notebooks) -> None:
    notebook, place = find(notebooks, "mean-test")
    cell = notebook.cells[place]
    notebook.cells[place] = new_raw_cell(cell.source, metadata=cell.metadata)


def _forged_outputs(notebooks: Notebooks) -> None:
    for cell in _cells(notebooks):
        if cell.cell_type == "code":
            shown = {"text/plain": "3"}
            cell.outputs = [new_output("execute_result", data=shown, execution_count=3)]
            cell.execution_count = 99


def _huge_marks(notebooks: Notebooks) -> None:
    for cell in _cells(notebooks):
        cell.metadata["more"] = {"text": "x" * 300_000}
    notebooks["target"].metadata["more"] = ["y"] * 100_000


def _swapped(notebooks: Notebooks) -> None:
    """The names of an easy and of a hard test change places."""
    for name, other in (("mean-test", "-"), ("word-test", "mean-test"), ("-", "word-test")):
        notebook, place = find(notebooks, name)
        notebook.cells[place].metadata.nbgrader["grade_id"] = other


def _own_test(notebooks: Notebooks) -> None:
    """A second cell that says it is the test, after the real one, and shows its points."""
    notebook, _ = find(notebooks, "mean-test")
    _, place = find(notebooks, "mean-test")
    marks = dict(notebook.cells[place].metadata)
    notebook.cells.append(new_code_cell("2", metadata=marks))


def _essay_as_code(notebooks: Notebooks) -> None:
    notebook, place = find(notebooks, "essay")
    cell = notebook.cells[place]
    notebook.cells[place] = new_code_cell("5", metadata=cell.metadata)


def _same_ids(notebooks: Notebooks) -> None:
    for cell in _cells(notebooks):
        cell["id"] = "same"


def _document(notebooks: Notebooks) -> dict:
    document = json.loads(writes(notebooks["target"], NO_CONVERT))
    for cell in document["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            cell["source"] = WRONG
    return document


def _document_with(change):
    """The notebook's file, its JSON changed; the first answer is wrong."""

    def write(notebooks: Notebooks, folder: Path) -> None:
        document = _document(notebooks)
        changed = change(document) or document
        raw(json.dumps(changed).encode())(notebooks, folder)

    return write


def _each_cell(**values):
    def change(document: dict) -> None:
        for cell in document["cells"]:
            cell.update(values)

    return change


def _without(word: str):
    def change(document: dict) -> None:
        for cell in document["cells"]:
            cell.pop(word, None)

    return change


def _top(**values):
    return lambda document: document.update(values)


def _append(*cells):
    return lambda document: document["cells"].extend(cells)


def _marked_by(value):
    def change(document: dict) -> None:
        for cell in document["cells"]:
            cell["metadata"]["nbgrader"] = value

    return change


def _half_character(document: dict) -> None:
    for cell in document["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            cell["source"] = "mean = 1.0  # \ud800"


NO_MEAN = nothing("mean")
EDITED = ("changed cells",)

TAMPERED = [
    Attack("skip-tags", "tags that say not to run a cell",
           both(instead(mean=WRONG), edit(_skip)), NO_MEAN),
    Attack("not-graded", "a test that says it is not graded",
           both(instead(mean=WRONG), edit(mark("mean-test", grade=False))), NO_MEAN),
    Attack("not-locked", "a test that says it may be edited, and is",
           both(instead(mean=WRONG), edit(mark("mean-test", locked=False, solution=True)),
                edit(rewrite("assert mean > 0", "pass"))), NO_MEAN),
    Attack("more-points", "a test that says it is worth more",
           edit(mark("mean-test", points=1000)), {}),
    Attack("points-no-number", "points that are no number",
           both(instead(mean=WRONG), edit(mark("mean-test", points=[{}]))), NO_MEAN),
    Attack("renamed-test", "a test under another name",
           both(instead(mean=WRONG), edit(mark("mean-test", grade_id="mean-passed"))),
           NO_MEAN, EDITED),
    Attack("swapped-names", "two tests that have changed names",
           both(instead(mean=WRONG), edit(_swapped)),
           nothing("mean", "word")),
    Attack("no-marks", "no cell is marked any more",
           edit(_no_marks), dict.fromkeys(ALL_TESTS, 0.0), EDITED, free=ALL_TESTS, essay=False),
    Attack("test-as-text", "a test turned into text",
           both(instead(mean=WRONG), edit(as_text("mean-test"))), NO_MEAN, EDITED),
    Attack("test-as-raw", "a test turned into raw text",
           both(instead(mean=WRONG), edit(_as_raw)), NO_MEAN, EDITED),
    Attack("test-unmarked", "a test that is marked no more",
           both(instead(mean=WRONG), edit(unmark("mean-test"))), NO_MEAN, EDITED),
    Attack("deleted-test", "a test deleted",
           both(instead(mean=WRONG), edit(remove("mean-test"))), NO_MEAN, EDITED),
    Attack("edited-test", "a test edited",
           both(instead(mean=WRONG), edit(rewrite("assert mean > 0", "assert True"))), NO_MEAN),
    Attack("test-in-magic", "a test's cell that begins with a magic word",
           both(instead(mean=WRONG), edit(rewrite("assert mean > 0", "%%script true\nx"))),
           NO_MEAN),
    Attack("doubled-test", "a test that stands there twice",
           both(instead(mean=WRONG), edit(duplicate("mean-test"))), NO_MEAN, EDITED),
    Attack("own-test", "another cell that says it is the test",
           both(instead(mean=WRONG), edit(_own_test)), NO_MEAN, EDITED),
    Attack("deleted-helpers", "the helper's cell deleted, helpers of one's own",
           both(edit(remove("helpers")), first("""\
               class _Any(list):
                   pass


               DATA, TOLERANCE = [1.0], 1e9
               def close(found, wanted):
                   return True"""), instead(mean=WRONG, evens="evens = []", slope="""\
               def slope(x, y):
                   return 0""", table="table = None", word="word = ''", code="code = 0")),
           nothing("mean", "evens", "slope", "table", "word", "code")),
    Attack("edited-helpers", "the helper's cell edited",
           both(edit(rewrite("TOLERANCE = 0.001", "TOLERANCE = 1e9")), instead(mean=WRONG)),
           NO_MEAN, EDITED),
    Attack("forged-outputs", "outputs and counts that say it went well",
           both(instead(mean=WRONG, evens="evens = [1]"), edit(_forged_outputs)),
           {**NO_MEAN, "evens-test": 0.0}),
    Attack("forged-checksum", "checksums of other cells",
           both(instead(mean=WRONG), edit(mark("mean-test", checksum="0" * 32)),
                edit(mark("mean", checksum="1" * 32))), NO_MEAN),
    Attack("huge-marks", "marks of many megabytes",
           both(instead(mean=WRONG), edit(_huge_marks)), NO_MEAN),
    Attack("essay-as-code", "an essay that shows its own points", edit(_essay_as_code), {}, EDITED),
    Attack("answer-as-test", "an answer marked as a test that shows its points",
           both(instead(mean="2"), edit(mark("mean", grade=True, points=2, solution=False))),
           NO_MEAN),
    Attack("same-ids", "cells that all have the same id",
           both(instead(mean=WRONG), edit(_same_ids)), NO_MEAN),
]  # fmt: skip

NO_NOTEBOOK = {"status": "failed", "flags": ("no grade",)}
_DEEP = b'{"cells":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
_V3 = {
    "nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
    "worksheets": [{"cells": [{"cell_type": "code", "input": "mean = 18", "language": "python",
                               "metadata": {}, "outputs": []}], "metadata": {}}],
}  # fmt: skip


def broken(name: str, tries: str, content: bytes, **rest) -> Attack:
    """A file that holds no notebook."""
    return Attack(name, tries, raw(content), **(NO_NOTEBOOK | rest))


def twisted(name: str, tries: str, change, **rest) -> Attack:
    """A notebook whose JSON has an odd part; however it is read, a wrong answer earns nothing."""
    usual = {"scores": NO_MEAN, "free": ALL_TESTS[1:], "status": "any", "essay": False}
    return Attack(name, tries, _document_with(change), **(usual | rest))


BROKEN = [
    broken("empty-file", "an empty file", b""),
    broken("no-json", "a file that is no JSON", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
    broken("cut-off", "half a notebook", b'{"cells": [{"cell_type": "code", "sour'),
    broken("other-json", "JSON of another kind", b'{"hello": ["world"]}'),
    broken("a-list", "a list", b"[1, 2, 3]"),
    broken("a-number", "a number of many digits", b"9" * 100_000),
    broken("deep-json", "JSON nested deeply", _DEEP),
    broken("format-99", "a format of the future",
           b'{"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": []}'),
    broken("five-megabytes", "five megabytes of brackets", b"[" + b"[]," * 1_700_000 + b"[]]"),
    Attack("format-3", "a notebook of an old format", raw(json.dumps(_V3).encode()),
           dict.fromkeys(ALL_TESTS, 0.0), free=ALL_TESTS, status="any", essay=False),
    twisted("cells-no-list", "cells that are no list", _top(cells={"a": 1})),
    twisted("cells-of-text", "cells that are text", _top(cells=["mean = 18"])),
    twisted("no-top-marks", "a notebook whose metadata is a list", _top(metadata=[])),
    twisted("null-top-marks", "a notebook without metadata", _top(metadata=None)),
    twisted("marks-no-mapping", "metadata of cells that is a list", _each_cell(metadata=[1, 2])),
    twisted("marks-null", "metadata of cells that is nothing", _each_cell(metadata=None)),
    twisted("no-cell-marks", "cells without metadata", _without("metadata")),
    twisted("mark-is-text", "nbgrader's marks that are text", _marked_by("mean-test")),
    twisted("mark-is-list", "nbgrader's marks that are a list", _marked_by(["mean-test"])),
    twisted("name-is-list", "names of cells that are lists", _marked_by({"grade_id": ["x"]})),
    twisted("no-source", "cells without source", _without("source")),
    twisted("source-no-text", "sources that are numbers", _each_cell(source={"a": [1]})),
    twisted("source-of-numbers", "sources that are lists of numbers", _each_cell(source=[1, 2])),
    twisted("no-cell-type", "cells of no type", _without("cell_type")),
    twisted("odd-cell-type", "a cell of an unknown type",
            _append({"cell_type": "heading", "metadata": {}, "source": "x", "level": 1})),
    twisted("type-is-list", "a cell whose type is a list",
            _append({"cell_type": ["code"], "metadata": {}, "source": "x"})),
    twisted("id-no-text", "ids of cells that are lists", _each_cell(id=["a"])),
    twisted("odd-attachments", "attachments that are numbers", _each_cell(attachments=7)),
    twisted("half-character", "half a character in an answer", _half_character),
    twisted("odd-kernel", "a kernel that is a number", _top(metadata={"kernelspec": 7})),
    twisted("odd-language", "a language that is nested",
            _top(metadata={"language_info": {"name": {"a": [None] * 10}}})),
    twisted("odd-minor", "a format number that is text", _top(nbformat_minor="five")),
    twisted("many-cells", "thousands of cells", lambda document: document.update(
        cells=[*document["cells"], *({"cell_type": "code", "metadata": {}, "source": "",
               "outputs": [], "execution_count": None} for _ in range(5000))])),
]  # fmt: skip


def _link(name: str, goal: str):
    """A link beside the notebook; the goal is seen from the course."""

    def write(_: Notebooks, folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(folder.parents[2] / goal)

    return write


def _notebook_is_link(goal: str):
    def write(notebooks: Notebooks, folder: Path) -> None:
        notebooks.clear()
        (folder / "target.ipynb").symlink_to(folder.parents[2] / goal)

    return write


def _folder_is_link(notebooks: Notebooks, folder: Path) -> None:
    notebooks.clear()
    folder.rmdir()
    folder.symlink_to(folder.parents[1] / "ada" / "target")


def _fifo(name: str):
    def write(notebooks: Notebooks, folder: Path) -> None:
        notebooks.pop(name.removesuffix(".ipynb"), None)
        os.mkfifo(folder / name)

    return write


def _renamed(name: str, new: str):
    def write(notebooks: Notebooks, folder: Path) -> None:
        notebook = notebooks.pop(name)
        (folder / new).write_text(writes(notebook, NO_CONVERT), encoding="utf-8")

    return write


def _as_folder(name: str):
    def write(notebooks: Notebooks, folder: Path) -> None:
        del notebooks[name]
        (folder / f"{name}.ipynb").mkdir()
        (folder / f"{name}.ipynb" / "inside.txt").write_text("x", encoding="utf-8")

    return write


def _file_for_folder(_: Notebooks, folder: Path) -> None:
    (folder / "notes").write_text("a file where the course has a folder", encoding="utf-8")


def _folder_for_file(_: Notebooks, folder: Path) -> None:
    (folder / "sales.csv").mkdir()
    (folder / "sales.csv" / "x.txt").write_text("x", encoding="utf-8")


def _no_name(_: Notebooks, folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9\n..\\..\\x;rm.txt")).write_bytes(b"x")


def _bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("numpy.py", b"\0" * 300_000_000)
    return held.getvalue()


def _many(_: Notebooks, folder: Path) -> None:
    for number in range(700):
        (folder / f"part-{number}.txt").write_bytes(b"x")


_READ_LINKS = """\
    mean = 1.0
    for name in ("answers.txt", "inside/answers.txt", "keys/answers.txt"):
        try:
            print(open(name).read())
            mean = 18.0
        except OSError:
            pass"""

FOLDERS = [
    Attack("link-to-keys", "a link to the keys",
           both(instead(mean=_READ_LINKS), _link("answers.txt", "keys/answers.txt")),
           NO_MEAN, ("left out",)),
    Attack("link-to-folder", "a link to a folder of keys",
           both(instead(mean=_READ_LINKS), _link("keys", "keys")), NO_MEAN, ("left out",)),
    Attack("link-inside", "a link in a folder of its own",
           both(instead(mean=_READ_LINKS), _link("inside/answers.txt", "keys/answers.txt")),
           NO_MEAN, ("left out",)),
    Attack("notebook-is-link", "a notebook that is a link to a neighbour's",
           _notebook_is_link("submitted/ada/target/target.ipynb"), **NO_NOTEBOOK),
    Attack("notebook-is-source", "a notebook that is a link to the source",
           _notebook_is_link("source/target/target.ipynb"), **NO_NOTEBOOK),
    Attack("folder-is-link", "a folder that is a link to a neighbour's",
           _folder_is_link, **NO_NOTEBOOK),
    Attack("fifo-beside", "a pipe that nobody writes to", _fifo("pipe.txt"), {}, ("left out",)),
    Attack("fifo-notebook", "a notebook that is a pipe", _fifo("target.ipynb"), **NO_NOTEBOOK),
    Attack("renamed", "a notebook under another name",
           _renamed("target", "target (1).ipynb"), **NO_NOTEBOOK),
    Attack("own-table-file", "the data replaced",
           both(instead(table="""\
               sales = pd.read_csv("sales.csv")
               table = sales.groupby("shop", as_index=False)["units"].sum()
               table = table if len(table) == 1 else None"""),
                files(sales__csv="shop,units\nmill,1\n")), nothing("table")),
    Attack("own-modules", "modules beside the notebook that stand in for known ones",
           both(instead(mean=WRONG), files(
               numpy__py="print('own numpy')", pandas__py="raise SystemExit", math__py="pi = 3",
               sitecustomize__py="import os; os._exit(0)", usercustomize__py="raise SystemExit",
               conftest__py="raise SystemExit", pathlib__py="raise SystemExit",
               msgpack__py="raise SystemExit", nbgrader__py="raise SystemExit",
               helpers__py="def close(*_): return True", casekit______init____py="x = 1")),
           NO_MEAN, free=ALL_TESTS[1:]),
    Attack("own-key", "a key of one's own where the judge's lies",
           both(instead(code="code = 8"), files(private___key__txt="8 own")), nothing("code")),
    Attack("zip-bomb", "an archive that is small until it is opened",
           both(instead(mean="""\
               import sys

               mean = 1.0
               sys.path.insert(0, "bomb.zip")
               import zipfile

               zipfile.ZipFile("bomb.zip").extractall("out")"""),
                lambda _, folder: (folder / "bomb.zip").write_bytes(_bomb())), NO_MEAN),
    Attack("odd-name", "a file whose name is no text and climbs up", _no_name, {}),
    Attack("many-files", "hundreds of files", _many, free=ALL_TESTS, status="any", essay=False),
    Attack("bad-stamp", "a time of handing in that is none",
           files(timestamp__txt="the day before yesterday"), **NO_NOTEBOOK),
    Attack("long-stamp", "a time of handing in of a megabyte",
           files(timestamp__txt="1" * 1_000_000), **NO_NOTEBOOK),
    Attack("folder-for-file", "a folder where the course has a file", _folder_for_file,
           free=ALL_TESTS, status="any", essay=False),
    Attack("file-for-folder", "a file where the course has a folder", _file_for_folder,
           assignment="pair", free=("a-test", "b-test"), status="any"),
    Attack("one-renamed", "one of two notebooks renamed",
           _renamed("second", "second-final.ipynb"), {"b-test": 0.0}, assignment="pair"),
    Attack("one-is-folder", "one of two notebooks is a folder", _as_folder("second"),
           {"b-test": 0.0}, assignment="pair"),
    Attack("one-broken", "one of two notebooks is broken", raw(b"{", "second"),
           flags=("no notebook",), assignment="pair", free=("b-test",)),
    Attack("first-leaves-second", "files that the first notebook leaves for the second",
           both(instead(a="""\
               a = 42
               for place in ("/tmp/intruder.txt", "/dev/shm/intruder.txt"):
                   open(place, "w").write("forty-two")"""), instead(b="""\
               b = ""
               for place in ("/tmp/intruder.txt", "/dev/shm/intruder.txt"):
                   try:
                       b = open(place).read()
                   except OSError:
                       pass""")), {"b-test": 0.0}, assignment="pair"),
]  # fmt: skip
