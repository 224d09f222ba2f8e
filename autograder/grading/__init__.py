"""Running a submission with nbgrader: the pieces that ``nbgrader_config.py`` plugs in; instructors only.

==============  ==================================================================================
solutions       the sheet's own functions, for hidden tests; the unseen digits
stubs           what a released cell shows in place of its solution
intake          how hand-ins of any kind get into nbgrader
recovery        a handed-in folder becomes the notebooks of the sheet, whatever its files are called
reading         a submitted file becomes a notebook, or a note that says why it cannot be read
recognition     which cell of the release a cell is
repair          cells that were deleted, edited, moved or copied are set right against the release
hidden_tests    hidden tests go in when a submission is graded and stay out of its feedback
execution       runs a notebook; a cell that hangs or kills its kernel costs its own points only
scores          what nbgrader's gradebook is told
notes           how all of these leave a note for student and instructor
feedback        the page that a student gets back; formgrader: what tutors see there
safe_html       students' HTML with nothing active in it; mathml: its formulas
==============  ==================================================================================

Hidden tests import from here within the graded kernel, so this module imports neither nbgrader nor SymPy.
"""

from autograder.grading.solutions import solutions, unseen_digits

__all__ = ["solutions", "unseen_digits"]
