"""Names taken out of the names of files and of what is told: whoever marks anonymously shall not read them there."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import permutations

from autograder.course.ilias.names import fold
from autograder.course.participants import Participant

_SHORTEST = 2  # single letters would be found in too many names of files
_INSTEAD = "anonym"


def without_names(people: Iterable[Participant]) -> Callable[[str], str]:
    """Return what replaces names, logins and numbers of ``people`` in a text, folded to ASCII or not."""
    people = list(people)
    found: set[str] = set()
    for one in people:
        names = [one.last_name, one.first_name, one.login]
        if not any(names):  # without the list, only the folder says them
            names = one.folder.split("_")[:-1]
        words = [word for name in names for word in (name, *re.split(r"[\W_]+", name)) if len(word) >= _SHORTEST]
        found.update(words)
        found.update(first + second for first, second in permutations(words, 2))
    forms = {form for word in found for form in (word, fold(word), unicodedata.normalize("NFC", word))}
    if not forms:
        return lambda text: text
    longest_first = sorted(map(re.escape, forms), key=len, reverse=True)
    numbers = [str(one.usr_id) for one in people if one.usr_id is not None]
    pattern = re.compile(
        rf"(?<![^\W\d_])(?:{'|'.join(longest_first)})(?![^\W\d_])|(?<!\d)(?:{'|'.join(numbers) or '(?!)'})(?!\d)",
        re.IGNORECASE,
    )
    return lambda text: pattern.sub(_INSTEAD, text)
