# mypy: allow-subclassing-any, allow-untyped-decorators
"""Runs a submitted notebook so that a cell that hangs, floods or kills its kernel costs its own points only."""

import os
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, v4
from nbgrader import preprocessors
from traitlets import Dict, Integer, default

from autograder.grading.notes import INTERRUPTED, KERNEL_DIED
from autograder.grading.solutions import COURSE_VARIABLE
from autograder.messages import _

# The folder of the submission comes last on the path: a file sympy.py beside the notebook is not SymPy.
_CURRENT_FOLDER_LAST = "__import__('sys').path.append('')"


class Execute(preprocessors.Execute):
    """nbgrader's, with a second life for kernels.

    After a cell that killed its kernel, or could not be interrupted, the earlier cells that did no harm run again
    in a fresh one, and the notebook goes on below the cell.
    """

    output_limit = Integer(2**20, help="Characters of printed output that are kept of a cell").tag(config=True)

    environment = Dict(
        {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},  # the same result and time on any machine
        help="Environment variables of the kernel, besides the grader's own",
    ).tag(config=True)

    @default("error_on_timeout")
    def _error_on_timeout(self) -> dict[str, Any]:
        text = _("This cell ran longer than {seconds} seconds and was stopped.", seconds=self.timeout)
        return {"ename": INTERRUPTED, "evalue": text, "traceback": [text]}

    @default("extra_arguments")
    def _extra_arguments(self) -> list[str]:
        return [f"--IPKernelApp.exec_lines={_CURRENT_FOLDER_LAST}"]

    def start_new_kernel(self, **options: Any) -> None:
        """Start a kernel with the environment that grading asks for."""
        course = {COURSE_VARIABLE: os.getcwd(), "PYTHONSAFEPATH": "1"}  # noqa: PTH109 - nbgrader has moved there
        super().start_new_kernel(env={**os.environ, **self.environment, **course}, **options)

    def preprocess(self, notebook: NotebookNode, *arguments: Any, **options: Any) -> Any:
        """Run ``notebook``; see nbconvert's ExecutePreprocessor."""
        self._harmful: set[int] = set()
        return super().preprocess(notebook, *arguments, **options)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> Any:
        """Run one cell, and go on in a fresh kernel where it did not survive."""
        self._printed = 0
        try:
            done = super().preprocess_cell(cell, resources, index)
            if any(output.get("ename") == INTERRUPTED for output in cell.get("outputs", [])):
                self._harmful.add(index)
            return done
        except DeadKernelError:
            self._fail(cell, KERNEL_DIED, _("This cell ended Python itself."))
        except CellTimeoutError:
            self._fail(cell, INTERRUPTED, self.error_on_timeout["evalue"])
        self._harmful.add(index)
        self._start_afresh(index)
        return cell, resources

    def process_message(self, message: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        """Take an output in, until the cell has printed enough."""
        if message["msg_type"] == "stream":
            room = self.output_limit - self._printed
            text = message["content"]["text"]
            self._printed += len(text)
            if room <= 0:
                return None
            if len(text) > room:
                message["content"]["text"] = "\n".join([text[:room], _("… the rest was cut off."), ""])
        return super().process_message(message, cell, cell_index)

    def _start_afresh(self, index: int) -> None:
        self.log.warning("Starting a fresh kernel after cell %s", index)
        self.kc.stop_channels()
        run_sync(self.km.restart_kernel)(now=True)
        self.start_new_kernel_client()
        for earlier in range(index):
            if earlier in self._harmful:
                continue
            try:
                self._again(earlier)
            except (DeadKernelError, CellTimeoutError):  # it did harm after all, only later
                self._harmful.add(earlier)
                self._start_afresh(index)
                return

    def _again(self, index: int) -> None:
        """Run an earlier cell once more for what it defines; its outputs are kept as they were."""
        cell = self.nb.cells[index]
        if cell.cell_type != "code":
            return
        outputs, count = cell.outputs, cell.execution_count
        try:
            self._printed = 0
            self.execute_cell(cell, index, store_history=True)
        finally:
            cell.outputs, cell.execution_count = outputs, count

    @staticmethod
    def _fail(cell: NotebookNode, name: str, text: str) -> None:
        outputs = [output for output in cell.outputs if output.output_type != "execute_result"]
        cell.outputs = [*outputs, v4.new_output("error", ename=name, evalue=text, traceback=[text])]
