"""The gradebook of a run: opened once, and what a step of nbgrader writes there is one transaction.

nbgrader's converters and preprocessors open the gradebook some forty times a hand-in. Each time a new engine connects,
looks for every table and compiles every query anew, and a commit follows every mark. While :meth:`OpenGradebook.step`
lasts, all that they open is a session on one connection that is open already: twice as fast, over a network much more,
and a hand-in enters the gradebook whole or not at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from nbgrader.api import BaseCell, Gradebook, Notebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import Connection, create_engine
from sqlalchemy.orm import scoped_session, sessionmaker


class OpenGradebook:
    """The gradebook at ``url``, of any database that nbgrader takes; made where it is not there yet."""

    def __init__(self, url: str, course: str) -> None:
        Gradebook(url, course).close()  # nbgrader makes the tables and the course
        self._url, self._course = url, course
        self._engine = create_engine(url)
        self._turn = Lock()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Hand out a connection, from any thread, one at a time; what is written on it is one transaction."""
        with self._turn, self._engine.begin() as connection:
            yield connection

    @contextmanager
    def step(self) -> Iterator[Gradebook]:
        """Hand out the gradebook; what is written to it until the end stays, or nothing of it after an exception."""
        first, last = Gradebook.__init__, Gradebook.close
        with self.connection() as connection:
            sessions = sessionmaker(connection, join_transaction_mode="rollback_only", expire_on_commit=False)

            def join(book: Gradebook, db_url: str, *arguments: Any, **named: Any) -> None:
                if db_url != self._url:
                    first(book, db_url, *arguments, **named)
                    return
                book.engine, book.db = self._engine, scoped_session(sessions)
                book.course_id, book.authenticator = self._course, None

            def leave(book: Gradebook) -> None:
                if book.engine is self._engine:
                    book.db.remove()
                else:
                    last(book)

            Gradebook.__init__, Gradebook.close = join, leave
            try:
                with Gradebook(self._url) as gradebook:
                    yield gradebook
            finally:
                Gradebook.__init__, Gradebook.close = first, last


def marks_of(gradebook: Gradebook, submission: SubmittedAssignment, kind: Any) -> list[tuple[str, str, Any]]:
    """Return the rows of ``kind`` (Grade or Comment) of a hand-in, each after its notebook's and its cell's name."""
    found = (
        gradebook.db.query(Notebook.name, BaseCell.name, kind)
        .join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(BaseCell, BaseCell.id == kind.cell_id)
        .filter(SubmittedNotebook.assignment_id == submission.id)
    )
    return [(notebook, cell, row) for notebook, cell, row in found.order_by(Notebook.name, BaseCell.name)]
