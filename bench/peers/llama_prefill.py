"""llama.cpp's prefill rate on a text, beside ours.

    pip install xllamacpp==2026.10.11549
    python llama_prefill.py --runs 3 "llama model=FILE.gguf text=FILE skip=148015 characters=34000"

The token count follows from the characters; choose them so that it is near the one that Squall is
asked for. A job's milliseconds are llama.cpp's own figure for the prompt, scaled to `tokens` where
that is given. JSON lines; see serve.py.
"""

import argparse

import xllamacpp

import serve


def job(text, threads):
    name, options = serve.words(text)
    parameters = xllamacpp.CommonParams()
    parameters.model.path = options["model"]
    parameters.n_ctx = int(options.get("context", 8192))
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    parameters.warmup = False
    server = xllamacpp.Server(parameters)
    skip = int(options.get("skip", 0))
    with open(options["text"], encoding="utf-8") as file:
        prompt = file.read()[skip : skip + int(options["characters"])]
    facts = {"peer": "xllamacpp " + xllamacpp.__version__, "threads": threads}

    def run():
        request = {"prompt": prompt, "n_predict": 1, "cache_prompt": False, "temperature": 0}
        answered = server.handle_completions(request)
        timings = answered.get("timings", answered)
        facts["tokens"] = timings["prompt_n"]
        facts["tokens_per_second"] = timings["prompt_per_second"]
        wanted = int(options.get("tokens", timings["prompt_n"]))
        return 1e3 * wanted / timings["prompt_per_second"]

    return text, run, facts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("jobs", nargs="+")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int)
    arguments = parser.parse_args()
    all_jobs = [job(text, arguments.threads) for text in arguments.jobs]
    serve.serve(all_jobs, warm_up=1, rounds=arguments.runs)
