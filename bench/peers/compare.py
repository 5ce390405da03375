"""Ours and a peer in one run, taking turns; prints medians and their ratios.

    ./squall --version                      # builds
    python compare.py --ours "attention.dense L=4096 H=8 D=64" \\
        --peer torch_attention.py "sdpa L=4096 H=8 D=64" --rounds 7

Each round runs every job once, ours and the peer's in turn, so that a slow moment of the machine
meets both. `--ours` and `--peer` take several jobs; job i of the one is compared with job i of the
other as far as there are both. The multiply-add peak is measured every few rounds, and each of our
kernels is given as a share of it. `--python` is the interpreter with the peer's packages. The
standard library is all that this script needs.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.dirname(os.path.dirname(HERE))
PEAK_EVERY = 3

# Threads of the other side may spin a while after their work, waiting for more.
PAUSE = 0.1


class Side:
    """A process that runs one job for each number that it is sent."""

    def __init__(self, command, jobs):
        self.process = subprocess.Popen(
            command + jobs, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.facts = [self.line() for _ in jobs]
        self.times = [[] for _ in jobs]

    def line(self):
        text = self.process.stdout.readline()
        if not text:
            sys.exit("a process ended early: " + " ".join(self.process.args[:3]))
        return json.loads(text)

    def run(self, job):
        time.sleep(PAUSE)
        print(job, file=self.process.stdin, flush=True)
        self.times[job].append(self.line()["milliseconds"])

    def median(self, job):
        return statistics.median(self.times[job])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ours(jobs, options):
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    target = os.path.join(HOME, "pipeline", "target")
    jar = os.path.join(target, "pipeline-0.1.0-SNAPSHOT.jar")
    command = [java, "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"]
    command += options + ["-cp", jar + ":" + os.path.join(target, "lib", "*")]
    return Side(command + [os.path.join(HERE, "Samples.java")], jobs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", nargs="+", default=[])
    parser.add_argument("--peer", nargs="+", default=[], help="script, then its jobs")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--no-peak", action="store_true")
    parser.add_argument("--java-option", action="append", default=[])
    arguments = parser.parse_args()

    own = ours(arguments.ours + ([] if arguments.no_peak else ["fma"]), arguments.java_option)
    peer = None
    if arguments.peer:
        script = os.path.join(HERE, arguments.peer[0])
        peer = Side([arguments.python, script], arguments.peer[1:])
    for turn in range(arguments.rounds):
        for job in range(max(len(arguments.ours), len(arguments.peer) - 1)):
            if job < len(arguments.ours):
                own.run(job)
            if job < len(arguments.peer) - 1:
                peer.run(job)
        if not arguments.no_peak and turn % PEAK_EVERY == 0:
            own.run(len(arguments.ours))

    peak = None
    if not arguments.no_peak:
        # A ceiling is a maximum: a disturbed moment must not lower it.
        peak = 1e3 / min(own.times[-1])
        print(json.dumps({"fma_peak_gflops": round(peak, 1)}))
    for side in filter(None, (own, peer)):
        for job, facts in enumerate(side.facts):
            if facts["job"] == "fma":
                continue
            facts["ms"] = side.median(job)
            facts["fastest_ms"] = min(side.times[job])
            if "gigaflop" in facts:
                facts["gflops"] = 1e3 * facts["gigaflop"] / facts["ms"]
                if peak and side is own:
                    facts["share_of_peak"] = facts["gflops"] / peak
            if "tokens" in facts:
                facts["tokens_per_second"] = 1e3 * facts["tokens"] / facts["ms"]
            if side is own and peer and job < len(peer.facts):
                facts["times_as_fast_as_peer"] = peer.median(job) / own.median(job)
            rounded = {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in facts.items()}
            print(json.dumps(rounded))
    for side in filter(None, (own, peer)):
        side.close()


if __name__ == "__main__":
    main()
