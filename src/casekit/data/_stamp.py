"""Write ``datapackage.json`` from the schema and from the files as they lie there."""

import hashlib
import json
from pathlib import Path

from casekit.data._schema import PACKAGE, TABLES, Json
from casekit.data._tables import folder
from casekit.errors import InvalidInputError

Uses = dict[str, dict[str, list[str]]]


def stamp(uses: Uses | None = None, *, root: Path | None = None) -> Path:
    """Write ``datapackage.json``: schemas, sizes, hashes, and who uses which table.

    Args:
        uses: By table, the chapters and questions that use it.
        root: Another folder of tables.

    Returns:
        The file written.

    Raises:
        InvalidInputError: A table of the schema has no file.
    """
    here = folder(root)
    resources = [_resource(here, about, (uses or {}).get(about["name"], {})) for about in TABLES]
    path = here / "datapackage.json"
    text = json.dumps({**PACKAGE, "resources": resources}, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def digest(content: bytes) -> Json:
    """Return size and hash of a file as the standard writes them."""
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _resource(here: Path, about: Json, users: dict[str, list[str]]) -> Json:
    path = here / about["path"]
    if not path.is_file():
        message = f"The table {about['name']!r} has no file {path}; restore it, then stamp again."
        raise InvalidInputError(message)
    schema = about["schema"]
    return {
        **{name: part for name, part in about.items() if name != "schema"},
        **digest(path.read_bytes()),
        "usedBy": users,
        "schema": schema,
    }
