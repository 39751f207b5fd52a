"""A copy of our tables in which a test may break one thing."""

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from casekit.data import _tables
from casekit.data._stamp import digest


@dataclass
class Copy:
    root: Path

    def edit(self, file: str, row_id: str, column: str, cell: str) -> int:
        """Put ``cell`` into one place and give its line number."""
        rows = self.rows(file)
        line = next(place for place, row in enumerate(rows, start=1) if row[0] == row_id)
        rows[line - 1][rows[0].index(column)] = cell
        self.write(file, rows)
        return line

    def rows(self, file: str) -> list[list[str]]:
        with (self.root / file).open(encoding="utf-8", newline="") as handle:
            return list(csv.reader(handle))

    def first(self, file: str) -> str:
        """Give the id of the first row."""
        return self.rows(file)[1][0]

    def write(self, file: str, rows: list[list[str]]) -> None:
        """Write a table, and record its bytes as if the change were meant."""
        with (self.root / file).open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows(rows)
        self.record(file)

    def record(self, file: str) -> None:
        """Write size and hash of a file into the description, whatever else stands there."""
        package = self.package()
        for about in package["resources"]:
            if about["path"] == file:
                about.update(digest((self.root / file).read_bytes()))
        self.describe(package)

    def package(self) -> dict:
        return json.loads((self.root / "datapackage.json").read_text(encoding="utf-8"))

    def describe(self, package: dict) -> None:
        text = json.dumps(package, ensure_ascii=False)
        (self.root / "datapackage.json").write_text(text, encoding="utf-8")


@pytest.fixture
def broken(tmp_path):
    shutil.copytree(_tables.folder(), tmp_path / "data")
    return Copy(tmp_path / "data")
