"""What one submission may use while it is graded: the one place where the numbers stand."""

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """Limits of one submission; the defaults suit this sheet, whose right answers need a hundredth of them.

    The sandbox enforces ``memory_bytes``, ``processes``, ``file_bytes`` and ``open_files``. The time and the output
    of a cell are for whoever runs the cells to watch; the kernel backs him up with ``submission_seconds`` of CPU.
    """

    cell_cpu_seconds: float = 60
    """CPU time of one cell, that of its processes and threads added up."""
    cell_wall_seconds: float = 120
    """Time that one cell may take on the clock."""
    submission_seconds: float = 600
    """Time of the whole submission on the clock; also CPU time of a single process."""
    memory_bytes: int = 2048 * MIB
    """Memory of all processes together, with the files in the sandbox, without the libraries that it starts with."""
    processes: int = 64
    """Processes and threads at the same time."""
    file_bytes: int = 256 * MIB
    """All files together (a half of it in the home folder, a quarter each in /tmp and /dev/shm); also one file."""
    open_files: int = 256
    """Open files of one process."""
    output_bytes: int = 1 * MIB
    """Printed and displayed output that is kept of one cell."""
