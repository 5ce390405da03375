"""PyTorch's single-precision matrix product, beside ./squall bench seedlm.gemm.

    pip install torch
    python torch_gemm.py --tokens 512 --inputs 2048 --outputs 2048 --threads 2

Prints milliseconds (least, median) and GFLOP/s of the median.
"""

import argparse
import statistics
import time

import torch

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--tokens", type=int, default=512)
parser.add_argument("--inputs", type=int, default=2048)
parser.add_argument("--outputs", type=int, default=2048)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seconds", type=float, default=5)
options = parser.parse_args()

torch.set_num_threads(options.threads)
x = torch.randn(options.tokens, options.inputs)
w = torch.randn(options.outputs, options.inputs)
for _ in range(10):
    torch.nn.functional.linear(x, w)
times = []
end = time.monotonic() + options.seconds
while time.monotonic() < end:
    start = time.perf_counter()
    torch.nn.functional.linear(x, w)
    times.append(time.perf_counter() - start)
flop = 2 * options.tokens * options.inputs * options.outputs
median = statistics.median(times)
print(
    "torch %s: %d x %d x %d: least %.2f ms, median %.2f ms, %.0f GFLOP/s, %d products"
    % (
        torch.__version__,
        options.tokens,
        options.inputs,
        options.outputs,
        1e3 * min(times),
        1e3 * median,
        flop / median * 1e-9,
        len(times),
    )
)
