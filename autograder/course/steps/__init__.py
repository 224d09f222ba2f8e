"""The steps of the command line, a module each: ``add`` declares its arguments, ``run`` carries it out.

A module here only reads arguments and tells what happened; what a step does lies in a module of ``course``. Heavy
imports stand inside of ``run``, so that ``--help`` and completion answer at once.
"""

from autograder.course.steps import collect, grade, release, report, return_

STEPS = (release, collect, grade, report, return_)  # in the order of the work
