"""The only wing people call: release a sheet, grade its hand-ins (``autograder --help``); instructors only."""

import sys

# jsonschema takes two seconds to import it, and needs it for addresses that no notebook has
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
