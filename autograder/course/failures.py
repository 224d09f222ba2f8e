"""Failures that are nobody's mistake in the code: what to tell of them in a line, without a traceback."""

from sqlalchemy.exc import DBAPIError
from traitlets import TraitError

from autograder.course.pipeline import ConfigurationError
from autograder.messages import _


def explained(error: Exception) -> str | None:
    """Return what to say of ``error``; None where only a traceback helps."""
    match error:
        case ConfigurationError():
            return str(error)
        case TraitError():
            return _("A setting in nbgrader_config.py is not right: {error}", error=error)
        case DBAPIError():
            return _("nbgrader's gradebook cannot be used: {error}", error=error.orig)
        case OSError(filename=str() as path, strerror=str() as reason):
            return f"{path}: {reason}"
    return None
