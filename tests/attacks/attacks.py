"""All attacks, by kind, and those that succeed for now."""

from dataclasses import replace

import attacks_notebooks
import attacks_patches
import attacks_protocol
import attacks_system
import attacks_values

_STOPS = "one submission stops the run for everybody"
_WAITS = "one submission holds up the run without end"
_UNSEEN = "memory that is not counted"
_ENDS = "a value that cannot be sent ends the program, and later answers are lost"
_UNLIMITED = "limits of what is shown are kept by the student's own process alone"

GAPS = {
    "no-source": _STOPS, "no-cell-type": _STOPS, "odd-cell-type": _STOPS, "half-character": _STOPS,
    "odd-minor": _STOPS, "folder-for-file": _STOPS, "file-for-folder": _STOPS,
    "half-message": _STOPS, "kind-is-list": _STOPS, "bytes-as-names": _STOPS,
    "stamps-shown": _STOPS,
    "never-reads": _WAITS, "slow-keys": _WAITS, "long-stamp": _WAITS,
    "heavy-message": "a short message takes gigabytes of the supervisor's memory",
    "flood-unlimited": _UNLIMITED, "flood-outputs": _UNLIMITED,
    "named-methods": "a named tuple may have functions as fields, under the names of methods",
    "own-method": "an attribute hides a method of a given class",
    "own-table-again": "another spelling of a path replaces a file of the judge's",
    "hidden-memory": _UNSEEN, "shared-memory": _UNSEEN, "memory-between": _UNSEEN,
    "segments": _UNSEEN,
    "false-kind": _ENDS, "giant-text": _ENDS, "giant-array": _ENDS, "raises-odd": _ENDS,
    "takes-names": _ENDS,
}  # fmt: skip

ATTACKS = [
    replace(attack, gap=GAPS.get(attack.name, ""))
    for attack in (
        *attacks_notebooks.TAMPERED,
        *attacks_notebooks.BROKEN,
        *attacks_notebooks.FOLDERS,
        *attacks_values.LOOKALIKES,
        *attacks_values.HUGE,
        *attacks_values.KINDS,
        *attacks_values.FUNCTIONS,
        *attacks_patches.LIBRARIES,
        *attacks_patches.HOOKS,
        *attacks_patches.SHOWN,
        *attacks_protocol.FORGED,
        *attacks_system.READING,
        *attacks_system.LEAVING,
        *attacks_system.NETWORK,
        *attacks_system.FLOODS,
        *attacks_system.ENDINGS,
    )
]
