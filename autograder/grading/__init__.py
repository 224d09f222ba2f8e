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
sheet           an assignment as it was released, and its source
preparing       a hand-in as one task: from its folder to cells, and to what became of them, without a gradebook
cache           what became of notebooks, kept by what decided; fingerprint: what of that is ours; store: its place
execution       nbgrader's door to what follows: cells in, outputs and points out; exporting: without nbconvert's copies
worker          the trusted process, which stands apart from nbgrader's
run             one notebook: the student's cells, then the tests, and what of both is shown
proofs          which cells are proofs, and which of them count
trusted         a test cell, with the student's names called elsewhere
student         the trusted side's hands on a student's interpreter: cells, copies of it, calls
rpc             calls both ways; wire: what travels, as plain data
session         the student's interpreter, inside the sandbox
supervisor      the first process of a room, which forks, measures and ends sessions
sandbox         one submission's room, as the grader sees it; limits: the numbers
beginnings      what all hand-ins of a notebook begin with, run once; template: the same from inside
nursery         bubblewrap around a process that is warm and opens rooms; zygote: that process
room            the namespaces of one submission; seccomp: the calls that the kernel refuses there
walls           bubblewrap's command line, and whether it works here
files           what of a submission's folder is taken along
scores          what nbgrader's gradebook is told
notes           how all of these leave a note for student and instructor
feedback        the page that a student gets back; formgrader: what tutors see there
templating      how pages are made of templates and styles
safe_html       students' HTML with nothing active in it; mathml: its formulas
==============  ==================================================================================

Hidden tests import from here, so this module imports neither nbgrader nor SymPy. docs/grading.md tells the whole story.
"""

from autograder.grading.solutions import solutions, unseen_digits

__all__ = ["solutions", "unseen_digits"]
