"""How sure the verdicts are: all single mutations, random lines and reformulations of the corpus. Takes minutes.

``python -m benchmarks.mutations [SHARE]`` takes that share of each (1 is all); docs/soundness.md holds the figures.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter

from tests.symbolic.quality import Tally, all_mutants, try_mutants, try_random, try_reformulations

RANDOM_LINES = 20_000
REFORMULATIONS = 10_000


def show(name: str, tally: Tally, started: float) -> None:
    """Print the figures of one kind of lines, and every line that deserves a look."""
    print(f"{name}: {tally.tried} lines in {time.perf_counter() - started:.0f} s")
    for truth, word in ((False, "wrong"), (True, "right"), (None, "no opinion of the oracle")):
        accepted, refused = tally.counts[truth, True], tally.counts[truth, False]
        print(f"    {word:<26}{accepted + refused:7}  accepted {accepted:6}  not accepted {refused:6}")
    if tally.wrong:
        share = 1 - tally.counts[False, True] / tally.wrong
        print(f"    of the wrong lines not accepted: {100 * share:.3f} %")
    for title, entries in (("accepted, wrong", tally.accepted_wrong), ("accepted, unknown", tally.accepted_unknown)):
        for entry in entries:
            print(f"    {title}: {entry}")


def main() -> None:
    """Print the three tallies."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    mutants = all_mutants()
    started = time.perf_counter()
    tally = try_mutants(random.Random(1).sample(mutants, round(share * len(mutants))))  # noqa: S311
    show("single mutations", tally, started)
    print("    " + ", ".join(f"{kind} {count}" for kind, count in tally.kinds.most_common()))
    why = Counter(entry.split("(", 1)[1].split(")", 1)[0] for entry in tally.refused_right)
    print(f"    right but not accepted under the rule that the line names: {dict(why.most_common())}")
    started = time.perf_counter()
    show("random lines", try_random(round(share * RANDOM_LINES), seed=1), started)
    started = time.perf_counter()
    tally = try_reformulations(round(share * REFORMULATIONS), seed=1)
    show("reformulations", tally, started)
    for entry in tally.refused_right:
        print(f"    refused: {entry}")


if __name__ == "__main__":
    main()
