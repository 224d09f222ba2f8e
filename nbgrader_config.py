"""nbgrader's configuration of this course: all that makes unmodified nbgrader 0.9.6 grade it.

What each of our classes does, its module says; the list of nbgrader's own comes from its defaults.
"""

import os
import sys
import warnings
from pathlib import Path

import nbgrader

import autograder

c = get_config()  # noqa: F821 - traitlets puts it there

GRADING = "autograder.grading"
NBGRADER = "nbgrader.preprocessors"

warnings.filterwarnings("ignore", module="nbgrader")  # about SQLAlchemy, to its developers
# nbgrader calls its neighbour alembic by name, also where the environment was not activated
HERE = str(Path(sys.executable).parent)
if HERE not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([HERE, os.environ.get("PATH", "")])

c.CourseDirectory.course_id = "backpropagation"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".DS_Store", "Thumbs.db"]

# --- release: SaveCells comes after ClearHiddenTests, so that gradebook.db holds no hidden test -------------------
c.GenerateAssignment.preprocessors = [
    f"{NBGRADER}.IncludeHeaderFooter",
    f"{NBGRADER}.LockCells",
    f"{GRADING}.stubs.ClearSolutions",
    f"{NBGRADER}.ClearOutput",
    f"{NBGRADER}.CheckCellMetadata",
    f"{NBGRADER}.ClearHiddenTests",
    f"{NBGRADER}.ClearMarkScheme",
    f"{NBGRADER}.ComputeChecksums",
    f"{NBGRADER}.SaveCells",
    f"{NBGRADER}.CheckCellMetadata",
]
c.ClearSolutions.code_stub = {
    "python": "# Hier steht deine Lösung.\nraise NotImplementedError()",
    "derivation": "## Hier steht deine Herleitung: eine Zeile je Schritt, dahinter # und die Regel.",
}
c.ClearSolutions.text_stub = "*Hier steht deine Antwort.*"

# --- hand-ins from ILIAS, and what coming late costs: autograder/course/ilias/settings.py -------------------------
# c.Collect.deadlines = {"uebungsblatt-03": "2026-11-20 23:59"}
# c.Collect.timezone = "Europe/Berlin"  # of deadlines and of ILIAS's list
# c.LateSubmissionPlugin.penalty_method = "zero"  # nbgrader's own: "none", "zero", or a plugin of yours

# --- grading: whatever was handed in becomes a notebook with all its tests; student code runs in a sandbox --------
c.Autograde.exporter_class = f"{GRADING}.intake.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    f"{GRADING}.repair.RepairCells",
    f"{NBGRADER}.ClearOutput",
    f"{NBGRADER}.DeduplicateIds",
    f"{NBGRADER}.OverwriteKernelspec",
    f"{GRADING}.repair.OverwriteCells",
    f"{GRADING}.hidden_tests.RestoreHiddenTests",
    f"{GRADING}.repair.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    f"{GRADING}.execution.Execute",
    f"{NBGRADER}.LimitOutput",
    f"{GRADING}.scores.SaveAutoGrades",
    f"{NBGRADER}.AssignLatePenalties",
]  # the metadata was checked above, and none of these changes it
c.Exporter.optimistic_validation = True  # a notebook is validated once, not after every preprocessor
# limits of a submission, and what each means: autograder/grading/limits.py, nbgrader autograde --help-all

# --- feedback: what the student wrote and what the checks said, without the hidden tests --------------------------
c.HTMLExporter.preprocessors = [f"{GRADING}.formgrader.ShowSafely"]  # formgrader's pages
# its templates, after ours, which keep them from fetching MathJax from elsewhere
c.HTMLExporter.extra_template_basedirs = [
    str(Path(autograder.__file__).parent / "grading" / "templates"),
    str(Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"),
]
c.GenerateFeedback.exporter_class = f"{GRADING}.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = [
    f"{GRADING}.scores.GetGrades",
    f"{GRADING}.hidden_tests.ClearHiddenTests",
]

# --- who is admitted to the examination, and what a passed sheet is: autograder/course/admission.py ---------------
# c.Admission.share = 0.5  # of all points
# c.Admission.sheet_share = 0.5  # with which a sheet is passed; ILIAS shows it
# c.Admission.sheets_to_spare = 2  # all sheets but two have to be passed as well
# c.Admission.blocks = [["blatt-0[1-6]"], ["blatt-0[7-9]", "blatt-1*"]]  # the share is needed in each block
