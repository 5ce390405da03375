"""llama.cpp's prefill rate on a text, beside ./squall prefill.

    pip install xllamacpp==2026.10.11549
    python llama_prefill.py MODEL.gguf TEXT --characters 34000 --skip 148015 --threads 2

Prints prompt tokens, tokens/s of the prompt and of the tokens generated, one line a run. The first
run warms up. The token count follows from the characters; choose them so that it is near the one
that Squall is asked for.
"""

import argparse
import time

import xllamacpp

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("model")
parser.add_argument("text")
parser.add_argument("--skip", type=int, default=0)
parser.add_argument("--characters", type=int, default=8000)
parser.add_argument("--context", type=int, default=8192)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--generate", type=int, default=16)
parser.add_argument("--runs", type=int, default=3)
options = parser.parse_args()

parameters = xllamacpp.CommonParams()
parameters.model.path = options.model
parameters.n_ctx = options.context
parameters.n_parallel = 1
parameters.cpuparams.n_threads = options.threads
parameters.cpuparams_batch.n_threads = options.threads
parameters.warmup = False
server = xllamacpp.Server(parameters)

with open(options.text, encoding="utf-8") as file:
    text = file.read()[options.skip : options.skip + options.characters]

for run in range(options.runs):
    start = time.monotonic()
    answer = server.handle_completions(
        {"prompt": text, "n_predict": options.generate, "cache_prompt": False, "temperature": 0}
    )
    timings = answer["timings"] if "timings" in answer else answer
    print(
        "run %d: %d prompt tokens, %.1f tokens/s; %d generated, %.1f tokens/s; %.1f s in all"
        % (
            run,
            timings["prompt_n"],
            timings["prompt_per_second"],
            timings["predicted_n"],
            timings["predicted_per_second"],
            time.monotonic() - start,
        )
    )
