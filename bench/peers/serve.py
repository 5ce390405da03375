"""What the peers' scripts share: warm their jobs up, then run one for each line that asks.

A job is a function that runs once, and a dictionary of what is known of it. Its number on the
standard input runs it; the answer is a JSON line with its milliseconds. The first answers, one a
job, come unasked when all are warm. With --runs N there is no asking: N rounds over all jobs.
"""

import json
import sys
import time


def words(job):
    """A job's name and its NAME=VALUE options."""
    name, *pairs = job.split(" ")
    return name, dict(pair.split("=", 1) for pair in pairs)


def answer(facts):
    print(json.dumps(facts), flush=True)


def timed(run):
    start = time.perf_counter()
    own = run()
    return own if own is not None else 1e3 * (time.perf_counter() - start)


def serve(jobs, warm_up=2, rounds=None):
    """jobs: (name, run, facts) each; run() may answer milliseconds of its own."""
    for name, run, facts in jobs:
        for _ in range(warm_up):
            timed(run)
        answer({"job": name, **facts})
    asked = (i for _ in range(rounds) for i in range(len(jobs))) if rounds else sys.stdin
    for line in asked:
        name, run, _ = jobs[int(line)]
        answer({"job": name, "milliseconds": timed(run)})
