"""The command line: one thin function a verb; everything happens in the rooms below."""

# Rooms are imported inside the verbs: `casekit --help` should not wait for pandas, and a
# student's machine has no Sphinx. Printing is what a command line is for.
# ruff: noqa: PLC0415, T201

import argparse
import gc
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import casekit
from casekit.errors import CasekitError, InvalidInputError

# What the extras bring and a plain installation lacks.
_EXTRAS = {
    "bs4", "frictionless", "jinja2", "jsonschema", "jupyter_book", "jupytext", "latex2mathml",
    "nbclient", "nbformat", "nbgrader", "rich", "sphinx", "sqlalchemy", "yaml",
}  # fmt: skip

Verb = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0, 1 for work that failed, 2 for a wrong call."""
    options = parser().parse_args(arguments)
    try:
        verb: Verb = options.verb
        return verb(options)
    except CasekitError as problem:
        print(f"casekit: {problem}", file=sys.stderr)
        return problem.exit_status
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _EXTRAS:
            raise
        print(
            f"casekit: this command needs {missing.name}, which comes with JupyterLab (for "
            "`casekit check`) or with an extra of casekit (book for `casekit book` and `casekit "
            "data check`, course for `casekit course`); in a checkout run: make setup",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("casekit: stopped; what was finished is kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0
    except OSError as problem:
        print(f"casekit: {problem.filename or 'output'}: {problem.strerror}.", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    root = argparse.ArgumentParser(
        prog="casekit", description="An executable management case: data, models, book, course."
    )
    root.add_argument("--version", action="version", version=f"casekit {casekit.__version__}")
    rooms = root.add_subparsers(required=True, metavar="ROOM")
    for add in (_check, _data, _model, _book, _teaching, _course):
        add(rooms)
    return root


def _room(rooms: Any, name: str, text: str) -> Any:
    room = rooms.add_parser(name, help=text, description=text)
    return room.add_subparsers(required=True, metavar="VERB")


def _verb(room: Any, name: str, verb: Verb, text: str, example: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = room.add_parser(
        name,
        help=text,
        description=text,
        epilog=f"examples:\n  {example.replace(chr(10), chr(10) + '  ')}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(verb=verb)
    return command


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON document")


# Check --------------------------------------------------------------------------------------


def _check(rooms: Any) -> None:
    command = _verb(
        rooms,
        "check",
        check_notebook,
        "run your notebook of an assignment and say whether each answer has the right form",
        "casekit check 02-crisis.ipynb\ncasekit check 02-crisis.ipynb --json",
    )
    command.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    _json(command)


def check_notebook(options: argparse.Namespace) -> int:
    """Rehearse a notebook: 0 if every answer can be handed in, else 1."""
    from casekit.questions.rehearsal import rehearse

    print(f"casekit: running {options.notebook.name} ...", file=sys.stderr, flush=True)
    findings = rehearse(options.notebook)
    # What a notebook says may hold signs that write to the terminal.
    said = ["".join(c if c.isprintable() else " " for c in each.sentence) for each in findings]
    if options.json:
        _print_json([asdict(finding) for finding in findings])
        return int(not all(finding.ok for finding in findings))
    for finding, sentence in zip(findings, said, strict=True):
        print(f"{'ok  ' if finding.ok else 'LOOK'}  {sentence}")
    open_ones = sum(not finding.ok for finding in findings)
    print(f"{len(findings) - open_ones} of {len(findings)} answers can be handed in as they stand.")
    return int(open_ones > 0)


# Data ---------------------------------------------------------------------------------------


def _data(rooms: Any) -> None:
    room = _room(rooms, "data", "tables and sourced facts")
    _verb(
        room, "check", data_check, "validate every table and name each fault", "casekit data check"
    )
    _verb(
        room,
        "stamp",
        data_stamp,
        "write schemas, hashes and users of the tables into datapackage.json",
        "casekit data stamp   # in a checkout, after a table was changed on purpose",
    )
    tables = _verb(
        room, "list", data_list, "name the tables", "casekit data list\ncasekit data list --json"
    )
    show = _verb(
        room,
        "show",
        data_show,
        "print a table",
        "casekit data show shipments\ncasekit data show timeline --json",
    )
    show.add_argument("table", metavar="TABLE")
    fact = _verb(
        room,
        "fact",
        data_fact,
        "print a fact with its source",
        "casekit data fact units-2016q1-ihs\ncasekit data fact target-2015-last --json",
    )
    fact.add_argument("id", metavar="ID")
    for command in (tables, show, fact):
        _json(command)


def _print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))


def data_check(_options: argparse.Namespace) -> int:
    """Validate all tables; print each fault."""
    from casekit import data

    faults = data.check()
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"casekit: {len(faults)} fault(s) in the data.", file=sys.stderr)
        return 1
    counts = {table: len(data.rows(table)) for table in data.tables()}
    for table, count in counts.items():
        print(f"{table:20} {count:4} rows  {data.describe(table)['title']}")
    print(f"{len(counts)} tables, {sum(counts.values())} rows: no fault.")
    return 0


def data_stamp(_options: argparse.Namespace) -> int:
    """Write datapackage.json afresh, from the schema and the files of this checkout."""
    from casekit import data
    from casekit.book.build import find_checkout
    from casekit.book.uses import uses

    checkout = find_checkout()
    print(data.stamp(uses(checkout), root=checkout / "data"))
    return 0


def data_list(options: argparse.Namespace) -> int:
    """Name the tables with their titles."""
    from casekit import data

    found = [(name, len(data.rows(name)), data.describe(name)["title"]) for name in data.tables()]
    if options.json:
        _print_json([{"name": name, "rows": rows, "title": title} for name, rows, title in found])
        return 0
    for name, rows, title in found:
        print(f"{name:20} {rows:4} rows  {title}")
    return 0


def data_show(options: argparse.Namespace) -> int:
    """Print a table as CSV, or as JSON with every cell a text as it stands in the file."""
    from casekit import data

    if options.json:
        _print_json(data.rows(options.table))
        return 0
    print(data.load(options.table).to_csv(index=False), end="")
    return 0


def data_fact(options: argparse.Namespace) -> int:
    """Print a fact, its scope, measure and source."""
    from casekit import data

    fact = data.fact(options.id)
    if options.json:
        _print_json(asdict(fact))
        return 0
    print(f"{fact.text}\n{fact.statement}" if fact.printed else fact.statement)
    for name in ("period", "entity", "scope", "measure", "basis", "formula", "grade", "note"):
        if value := getattr(fact, name):
            print(f"{name:9} {value}")
    print(f"source    {fact.source.citation} {fact.locator}\n          {fact.source.url}")
    return 0


# Models -------------------------------------------------------------------------------------


def _model(rooms: Any) -> None:
    room = _room(rooms, "model", "the models of the case")
    known = _verb(
        room, "list", model_list, "name the models", "casekit model list\ncasekit model list --json"
    )
    _json(known)
    describe = _verb(
        room,
        "describe",
        model_describe,
        "print parameters, series and measures of a model",
        "casekit model describe death-spiral",
    )
    run = _verb(
        room,
        "run",
        model_run,
        "run a model and print its series and measures",
        "casekit model run death-spiral\n"
        "casekit model run death-spiral --set team_start=never --set shock=0.03 --json\n"
        "casekit model run death-spiral --runs 10000 --seed 7 --vary demand_loss=0.2:0.4",
    )
    for command in (describe, run):
        command.add_argument("name", metavar="NAME")
        _json(command)
    run.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a parameter"
    )
    run.add_argument("--seed", type=int, default=0, metavar="N", help="seed of random draws")
    run.add_argument(
        "--runs",
        type=int,
        metavar="N",
        help="draw N sets of parameters (each number from a tenth below to a tenth above its "
        "value, unless --vary says otherwise) and summarise the measures",
    )
    run.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="KEY=LOW:HIGH",
        help="with --runs: draw these parameters only, from these ranges",
    )


def model_list(options: argparse.Namespace) -> int:
    """Name the models with their titles."""
    from casekit import models

    found = {name: models.get(name).title for name in models.names()}
    if options.json:
        _print_json([{"name": name, "title": title} for name, title in found.items()])
        return 0
    for name, title in found.items():
        print(f"{name:16} {title}")
    return 0


def model_describe(options: argparse.Namespace) -> int:
    """Print what a model is, takes and yields."""
    from casekit import models

    model = models.get(options.name)
    if options.json:
        _print_json(_described(model))
        return 0
    print(f"{model.title}\n\n{model.summary}\n\nParameters")
    for entry in model.parameters:
        span = f"{entry.options[0]} … {entry.options[-1]}" if entry.options else (
            f"{entry.low:g} … {entry.high:g}"
        )  # fmt: skip
        unit = models.unit_text(entry.unit)
        print(f"  {entry.name:22} {entry.default!s:8} ({span}; {unit}) {entry.meaning}")
    print("\nMeasures")
    for measure in model.measures.values():
        print(f"  {measure.name:22} {measure.meaning} ({models.unit_text(measure.unit)})")
    for title, sentences in (
        ("What it leaves out", model.leaves_out),
        ("Where it breaks", model.breaks),
        ("Where its numbers come from", [model.calibration]),
    ):
        print(f"\n{title}")
        for sentence in sentences:
            print(f"  - {sentence}")
    return 0


def _described(model: Any) -> dict[str, Any]:
    measures = {name: [entry.unit, entry.meaning] for name, entry in model.measures.items()}
    return {
        "name": model.name,
        "title": model.title,
        "summary": model.summary,
        "leaves_out": model.leaves_out,
        "breaks": model.breaks,
        "calibration": model.calibration,
        "standing": model.standing,
        "equations": dict(model.equations),
        "works": model.works,
        "parameters": [asdict(entry) for entry in model.parameters],
        "results": [asdict(entry) for entry in model.results],
        "measures": measures,
    }


def model_run(options: argparse.Namespace) -> int:
    """Run a model and print its series and measures, or summarise many runs."""
    from casekit import models

    model = models.get(options.name)
    changes = dict(_setting(text) for text in options.set)
    if options.runs is not None:
        return _model_runs(options, changes)
    if options.vary:
        raise InvalidInputError("--vary draws parameters for many runs; say how many with --runs.")
    settings, run = model.settings(changes), model.run(seed=options.seed, **changes)
    measures = {name: model.measure(name, **changes) for name in model.measures}
    if options.json:
        document = {"model": model.name, "settings": settings, "run": run, "measures": measures}
        _print_json(document)
        return 0
    for index in dict.fromkeys(result.over for result in model.results):
        names = [result.name for result in model.results if result.over == index]
        print("  ".join(f"{name:>16}" for name in names))
        for row in zip(*(run[name] for name in names), strict=True):
            print("  ".join(f"{v:16.4f}" if isinstance(v, float) else f"{v!s:>16}" for v in row))
        print()
    for name, value in measures.items():
        text = f"{value:.6g}" if isinstance(value, float) else str(value)
        print(f"{name:22} {text:10} {model.measures[name].meaning}")
    return 0


def _model_runs(options: argparse.Namespace, changes: dict[str, str]) -> int:
    from casekit import models

    vary = dict(_spread(text) for text in options.vary) or None
    table = models.summary(
        options.name, runs=options.runs, seed=options.seed, vary=vary, **changes
    )  # fmt: skip
    if options.json:
        document = {
            "model": options.name, "runs": options.runs, "seed": options.seed,
            "settings": models.get(options.name).settings(changes),
            "vary": vary, "measures": table.to_dict("records"),
        }  # fmt: skip
        _print_json(document)
    else:
        print(table.to_string(index=False, float_format="{:.4g}".format))
    return 0


def _spread(text: str) -> tuple[str, tuple[str, str]]:
    name, value = _setting(text)
    low, colon, high = value.partition(":")
    if not (colon and low and high):
        message = f"--vary {text!r} is no range; write it as NAME=LOW:HIGH, e.g. shock=0:0.1."
        raise InvalidInputError(message)
    return name, (low, high)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        message = f"--set {text!r} is no setting; write it as NAME=VALUE, e.g. shock=0.03."
        raise InvalidInputError(message)
    return name, value


# Book ---------------------------------------------------------------------------------------


def _book(rooms: Any) -> None:
    room = _room(rooms, "book", "build, serve and check the site")
    build = _verb(
        room,
        "build",
        book_build,
        "build the site, a PDF, an EPUB or a ZIP; every warning is an error",
        "casekit book build\ncasekit book build --out /tmp/book\n"
        "casekit book build --format pdf --site https://example.org/case",
    )
    build.add_argument(
        "--format",
        choices=["html", "pdf", "epub", "zip"],
        default="html",
        help="what to make (default: html)",
    )
    build.add_argument(
        "--site",
        default="http://127.0.0.1:8000",
        metavar="ADDRESS",
        help="where the live book stands; figures of PDF and EPUB lead there",
    )
    build.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="build in DIR instead of _build; the site is DIR/html, other formats a file in DIR",
    )
    serve = _verb(
        room,
        "serve",
        book_serve,
        "serve the built site on this machine",
        "casekit book serve\ncasekit book serve --port 8080",
    )
    serve.add_argument("--port", type=int, default=8000, metavar="N")
    check = _verb(
        room,
        "check",
        book_check,
        "look for broken links, missing text alternatives and other hosts in the built site",
        "casekit book check\ncasekit book check _build/html",
    )
    check.add_argument("directory", nargs="?", type=Path, metavar="DIR")


def _teaching(rooms: Any) -> None:
    room = _room(rooms, "teaching", "build the teaching material")
    build = _verb(
        room,
        "build",
        teaching_build,
        "build note, run-sheet, brief, slides and examination as HTML and PDF",
        "casekit teaching build\ncasekit teaching build --out handouts",
    )
    build.add_argument(
        "--out", type=Path, metavar="DIR", help="build in DIR instead of _build/teaching"
    )


def teaching_build(options: argparse.Namespace) -> int:
    """Build the teaching material."""
    from casekit.book import teaching
    from casekit.book.build import find_checkout

    for made in teaching.build(find_checkout(), options.out):
        print(made)
    return 0


def book_build(options: argparse.Namespace) -> int:
    """Build the site, or the book in another format."""
    from casekit.book import build, formats

    made = formats.make(build.find_checkout(), options.format, options.out, options.site)
    print(made / "index.html" if made.is_dir() else made)
    return 0


def book_serve(options: argparse.Namespace) -> int:
    """Serve the site until interrupted."""
    from casekit.book import build

    with build.server(build.find_checkout() / "_build" / "html", options.port) as server:
        print(f"The book is at http://127.0.0.1:{server.server_port} (Ctrl-C stops).", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("\nStopped.", file=sys.stderr)
    return 0


def book_check(options: argparse.Namespace) -> int:
    """Check the built pages without a browser."""
    from casekit.book import build
    from casekit.book.check import check

    faults = check(options.directory or build.find_checkout() / "_build" / "html")
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"casekit: {len(faults)} fault(s) in the site.", file=sys.stderr)
        return 1
    print("The site is in order.")
    return 0


# Course -------------------------------------------------------------------------------------


def _course(rooms: Any) -> None:
    room = _room(rooms, "course", "set up, release, grade, give feedback, export")
    init = _verb(
        room,
        "init",
        course_init,
        "make a standard nbgrader course",
        "casekit course init autumn\ncasekit course init demo --demo 12",
    )
    init.add_argument("directory", type=Path, metavar="DIR")
    init.add_argument(
        "--from", dest="checkout", type=Path, metavar="CHECKOUT_OR_ZIP", help="where exercises/ is"
    )
    init.add_argument(
        "--demo", type=int, default=0, metavar="N", help="add N synthetic students who handed in"
    )
    release = _verb(
        room,
        "release",
        course_release,
        "check an assignment and make the students' files, with own numbers for each",
        "casekit course release 02-crisis\ncasekit course release 02-crisis --shared",
    )
    release.add_argument(
        "--shared", action="store_true", help="the public numbers for everybody, in the ZIP"
    )
    grade = _verb(
        room,
        "grade",
        course_grade,
        "grade what was handed in; what was graded and did not change is left alone",
        "casekit course grade 02-crisis\ncasekit course grade 02-crisis --student s03 --json\n"
        "casekit course grade 02-crisis --regrade all --jobs 4",
    )
    grade.add_argument(
        "--student", metavar="ID", action="append", help="one student only; may be given again"
    )
    grade.add_argument("--regrade", choices=("changed", "all"), default="changed")
    grade.add_argument(
        "--jobs", type=_count, metavar="N", help="submissions at a time (default: a processor each)"
    )
    grade.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on a Dask cluster: tcp://127.0.0.1:8786, or tls://… with certificates",
    )
    grade.add_argument(
        "--audit",
        type=_count,
        nargs="?",
        const=10,
        metavar="N",
        help="grade N of them (default: 10) with nbgrader too, in a sandbox, and print differences",
    )
    grade.add_argument(
        "--no-sandbox",
        action="store_true",
        help="run students' code with your rights: only for people you trust, or in a container",
    )
    _json(grade)
    feedback = _verb(
        room,
        "feedback",
        course_feedback,
        "write a feedback page for each graded submission",
        "casekit course feedback 02-crisis",
    )
    export = _verb(
        room,
        "export",
        course_export,
        "write the grade list",
        "casekit course export 02-crisis --to csv grades.csv\n"
        "casekit course export 02-crisis --to csv --dry-run grades.csv",
    )
    for command in (release, grade, feedback, export):
        command.add_argument("assignment", metavar="ASSIGNMENT")
        command.add_argument("--course", type=Path, default=Path(), metavar="DIR")
    export.add_argument("--to", choices=("csv",), required=True)
    export.add_argument("--dry-run", action="store_true", help="print it, write nothing")
    export.add_argument("out", type=Path, metavar="OUT")


def course_init(options: argparse.Namespace) -> int:
    """Make a course."""
    from casekit import console, course

    with console.progress() as report:
        folder = course.init(options.directory, options.checkout, options.demo, progress=report)
    print(folder)
    return 0


def course_release(options: argparse.Namespace) -> int:
    """Make the students' files of an assignment."""
    from casekit import console, course

    with console.progress() as report:
        archive = course.release(
            options.course, options.assignment, progress=report, shared=options.shared
        )
    print(archive)
    return 0


def course_grade(options: argparse.Namespace) -> int:
    """Grade what was handed in, and close with a table."""
    from contextlib import closing, nullcontext

    from casekit import console, course
    from casekit.grading.sandbox import Spare

    isolated = not options.no_sandbox
    if not isolated:
        print(_NO_SANDBOX, file=sys.stderr)
    # Workers load while this process does; nbgrader alone takes most of a second.
    spare = None if options.scheduler else Spare(course.READABLE, isolated=isolated)
    with closing(spare) if spare else nullcontext(), console.progress() as report:
        with _loading():
            from casekit.grading import Options

            grade = course.grade
        chosen = Options(options.jobs, isolated, options.scheduler or "", spare)
        rows = grade(
            options.course, options.assignment, options.student, options.regrade,
            progress=report, options=chosen,
        )  # fmt: skip
    told = _audit(options) if options.audit else None
    if options.json:
        found = [asdict(row) | {"problem": row.problem} for row in rows]
        _print_json(found if told is None else {"rows": found, "audit": told})
    else:
        _print_rows(options.assignment, rows)
        _print_kinds(rows)
    return int(any(row.status == "failed" for row in rows))


@contextmanager
def _loading() -> Iterator[None]:
    """Load many modules: nothing of them goes away again, so no garbage is looked for in them."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


_NO_SANDBOX = (
    "casekit: without a sandbox students' code runs with your rights on this machine; grade only"
    " work of people you trust, or inside a container."
)


_MOST_ROWS = 200


def _print_rows(assignment: str, rows: list[Any]) -> None:
    """Print a row a student; of a large class those that somebody has to look at."""
    from collections import Counter

    from casekit import console

    columns = ("student", "status", "score", "of", "to mark", "hours late", "problem")
    counts = ", ".join(f"{count} {status}" for status, count in Counter(
        row.status for row in rows
    ).items())  # fmt: skip
    shown = rows if len(rows) <= _MOST_ROWS else [row for row in rows if row.problems]
    lines = [_grade_line(row) for row in shown[:_MOST_ROWS]]
    title = f"{assignment}: {len(rows)} students ({counts})"
    if len(lines) < len(rows):
        title += f"; {len(lines)} with a problem are shown, --json prints all"
    console.table(title, columns, lines)


def _audit(options: argparse.Namespace) -> dict[str, Any]:
    """Compare a sample with what nbgrader makes of it, and say where they differ."""
    from casekit import console, course

    with console.progress() as report:
        report("grading a sample with nbgrader", 0, options.audit)
        students, differences = course.audit(options.course, options.assignment, options.audit)
    lines = [(each.student, each.cell, each.ours, each.stock) for each in differences]
    title = f"Audit of {len(students)} submissions: {len(lines)} differences"
    console.table(title, ("student", "where", "casekit", "nbgrader"), lines)
    return {"students": students, "differences": [asdict(each) for each in differences]}


def _print_kinds(rows: list[Any]) -> None:
    """Close with a table of problems by kind."""
    from casekit import console
    from casekit.grading.run import by_kind

    kinds = by_kind(rows)
    if kinds:
        lines = [
            (kind, count, ", ".join(
                row.student for row in rows if kind in dict(row.problems)
            ))
            for kind, count in kinds.most_common()
        ]  # fmt: skip
        console.table("Problems", ("kind", "count", "students"), lines)


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        message = f"{text!r} is no number of jobs: write 1 or more"
        raise argparse.ArgumentTypeError(message)
    return number


def _grade_line(row: Any) -> tuple[object, ...]:
    late = round(row.late_seconds / 3600, 1) if row.late_seconds else None
    mark = "yes" if row.needs_manual else ""
    return row.student, row.status, row.score, row.max_score, mark, late, row.problem


def course_feedback(options: argparse.Namespace) -> int:
    """Write feedback pages."""
    from casekit import console, course

    with console.progress() as report:
        with _loading():
            feedback = course.feedback
        pages = feedback(options.course, options.assignment, progress=report)
    for page in pages:
        print(page)
    if not pages:
        print(f"casekit: nothing of {options.assignment} is graded yet.", file=sys.stderr)
    return int(not pages)


def course_export(options: argparse.Namespace) -> int:
    """Write the grade list, or print it."""
    from casekit import course

    rows = course.export(options.course, options.assignment, options.out, dry_run=options.dry_run)
    if options.dry_run:
        print(course.csv_text(rows), end="")
    else:
        print(f"{options.out}: {len(rows)} students")
    return 0
