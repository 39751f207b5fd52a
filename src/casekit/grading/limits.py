"""What a submission may use."""

from dataclasses import dataclass

MOST_CHARACTERS = 500_000
"""Most characters of text that one cell may show; what comes after is dropped."""

MOST_OUTPUTS = 500
"""Most outputs of one cell."""

MOST_SHOWN = 20_000_000
"""Most bytes of text that the cells of a whole notebook may show."""

MOST_VALUES = 200_000
"""Most values, such as items of lists, that the outputs of a whole notebook may have."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes:
        memory: Address space of one process, in bytes.
        scratch: Size of the private folder, in bytes.
        processes: Processes and threads at a time.
        files: Open files of one process.
        seconds_to_stop: How long an interrupted cell may take to stop before all is ended.
        whole_memory: Memory of all its processes together, in bytes.
        cells_of_time: Time of a whole notebook, in times that one cell may run.
    """

    memory: int = 4 * 2**30
    scratch: int = 256 * 2**20
    processes: int = 64
    files: int = 256
    seconds_to_stop: float = 3.0
    whole_memory: int = 3 * 2**30
    cells_of_time: int = 30
