"""The curve of time against perplexity: prefills of a model by several methods and settings.

    ./squall --version                      # builds
    python bench/prefill_curve.py --model FILE.gguf --text FILE --skip 148015 --tokens 8192

One process runs all settings in turn, warm, round after round, so that a slow moment of the machine
meets them all; times are medians. Prints a row a setting as a table in Markdown: density, recall (the
share of the true attention weight, 64 rows a head), perplexity and its distance from dense
attention's, seconds, of these attention's with its search, tokens/s, and how many times as fast as
dense. `--setting` replaces the settings: a method and its kernel's parameters, apart by spaces, and
`thresholds=FILE` for what squall thresholds wrote. The standard library is all that it needs.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))

import compare  # noqa: E402

SETTINGS = [
    "xattention threshold=0.9",
    "xattention threshold=0.95",
    "xattention threshold=0.98",
    "xattention estimate=mean threshold=0.95",
    "xattention threshold=0.95 margin=0.06",
    "xattention threshold=0.95 mask_sharing=group",
    "xattention-groups threshold=0.95",
    "xattention-groups threshold=0.98",
    "xattention-groups threshold=0.99",
    "xattention-groups threshold=0.995",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--text", required=True)
    parser.add_argument("--skip", type=int, default=0, help="characters")
    parser.add_argument("--tokens", type=int, default=8192)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--setting", action="append")
    arguments = parser.parse_args()

    settings = ["dense"] + (arguments.setting or SETTINGS)
    text = f"prefill model={arguments.model} text={arguments.text} skip={arguments.skip} "
    text += f"tokens={arguments.tokens} attention="
    side = compare.ours([text + setting for setting in settings], [])
    for _ in range(arguments.rounds):
        for job in range(len(settings)):
            side.run(job)
    side.close()

    print("| setting | density | recall | perplexity | from dense | s | attention, s | tokens/s | × dense |")
    print("|---|---|---|---|---|---|---|---|---|")
    dense = side.facts[0]
    for job, setting in enumerate(settings):
        facts = side.facts[job]
        seconds = side.median(job) / 1e3
        row = [
            setting,
            f"{facts['density']:.3f}",
            f"{facts['recall']:.3f}",
            f"{facts['perplexity']:.4f}",
            f"{100 * (facts['perplexity'] / dense['perplexity'] - 1):+.2f} %",
            f"{seconds:.2f}",
            f"{facts['attention_ms'] / 1e3:.2f}",
            f"{facts['tokens'] / seconds:.0f}",
            f"{side.median(0) / 1e3 / seconds:.2f}",
        ]
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
