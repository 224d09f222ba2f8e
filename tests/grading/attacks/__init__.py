"""Hand-ins that want more than they deserve; see docs/threat_model.md."""

import pytest

pytest.register_assert_rewrite("tests.grading.attacks.suite")
