"""PyTorch's scaled_dot_product_attention, causal, fp32, on the CPU.

    pip install torch safetensors
    python torch_attention.py --runs 5 "sdpa L=4096 H=8 D=64" "sdpa input=FILE.safetensors#layers.12"

Keys and values of grouped heads are repeated before the clock starts. JSON lines; see serve.py.
"""

import argparse

import torch
import torch.nn.functional as functional

import serve


def tensors(options):
    if "input" in options:
        from safetensors import safe_open

        path, prefix = options["input"].split("#", 1)
        with safe_open(path, framework="pt") as file:
            q, k, v = (file.get_tensor(f"{prefix}.{name}").float()[None] for name in "qkv")
        groups = q.shape[1] // k.shape[1]
        return q, k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
    shape = (1, int(options["H"]), int(options["L"]), int(options["D"]))
    return [torch.randn(shape) for _ in range(3)]


def job(text):
    name, options = serve.words(text)
    q, k, v = tensors(options)
    pairs = q.shape[2] * (q.shape[2] + 1) / 2
    work = 4e-9 * q.shape[1] * q.shape[3] * pairs

    def run():
        functional.scaled_dot_product_attention(q, k, v, is_causal=True)

    return text, run, {"gigaflop": work, "peer": "torch " + torch.__version__}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("jobs", nargs="+")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    with torch.inference_mode():
        serve.serve([job(text) for text in arguments.jobs], rounds=arguments.runs)
