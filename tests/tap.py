# SPDX-License-Identifier: BSD-3-Clause
"""TAP (the Test Anything Protocol) for the tests that are Python scripts; tests/run reads it."""

results = []


def check(name, condition, detail=""):
    """Prints one result; detail says what was there instead. Returns whether it passed."""
    results.append(bool(condition))
    print(f"{'ok' if condition else 'not ok'} {len(results)} - {name}", flush=True)
    if not condition:
        print(f"  ---\n  message: {detail!r}\n  ...", flush=True)
    return bool(condition)


def skip(name, reason):
    """Prints one that can't run here, and why."""
    results.append(True)
    print(f"ok {len(results)} - {name} # SKIP {reason}", flush=True)


def end():
    """Prints the plan; returns the exit status."""
    print(f"1..{len(results)}", flush=True)
    return 0 if results and all(results) else 1
