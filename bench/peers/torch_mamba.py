"""PyTorch's rates beside ./squall bench mamba.selective_scan and ouromamba.linear, in single precision.

    pip install torch==2.15.0
    python torch_mamba.py --threads 2

The scan is the lean loop: one fused update of all channels and states a step, decay and drive made
in advance for a stretch of steps. The product is that of a dense layer, tokens x inputs by inputs x outputs.
Prints the best and the median of some runs.
"""

import argparse
import statistics
import time

import torch

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--channels", type=int, default=1536)
parser.add_argument("--states", type=int, default=16)
parser.add_argument("--steps", type=int, default=512)
parser.add_argument("--runs", type=int, default=7)
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)

C, N, L = options.channels, options.states, options.steps
u = torch.rand(C, L) - 0.5
delta = torch.rand(C, L) - 2
a = -torch.rand(C, N) * 16
b = torch.rand(L, N) - 0.5
c = torch.rand(L, N) - 0.5


def scan(stretch=16):
    dt = torch.nn.functional.softplus(delta).t().contiguous()
    drive = dt * u.t()
    h = torch.zeros(C, N)
    y = torch.empty(L, C)
    for start in range(0, L, stretch):
        stop = start + stretch
        decay = torch.exp(dt[start:stop, :, None] * a)
        rest = drive[start:stop, :, None] * b[start:stop, None, :]
        for t in range(stop - start):
            h = torch.addcmul(rest[t], decay[t], h)
            torch.mv(h, c[start + t], out=y[start + t])
    return y


def best_and_median(work):
    work()
    times = []
    for _ in range(options.runs):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times), statistics.median(times)


with torch.no_grad():
    for name, seconds in zip(("best", "median"), best_and_median(scan)):
        print("scan %s: %.3f e9 element-steps/s" % (name, C * N * L / seconds / 1e9))
    x, w = torch.rand(512, 2048), torch.rand(2048, 2048)
    product = lambda: [torch.nn.functional.linear(x, w) for _ in range(10)]
    for name, seconds in zip(("best", "median"), best_and_median(product)):
        print("product %s: %.1f GFLOP/s" % (name, 10 * 2 * 512 * 2048 * 2048 / seconds / 1e9))
