"""PyTorch's flex_attention over 128 x 128 blocks, compiled, fp32, on the CPU.

    pip install torch       # and a C++ compiler, which torch.compile calls
    python torch_flex.py --runs 5 "flex L=4096 H=8 D=64 density=0.1" "flex L=4096 H=8 D=128 density=0.1"

Blocks below the diagonal are given as full ones, so that only diagonal blocks look at single pairs:
of the ways to state a mask the fastest. The mask is the one that Samples.java makes. The last rows of
each head are held against plain attention before anything is timed. JSON lines; see serve.py.
"""

import argparse

import torch
from torch.nn.attention.flex_attention import BlockMask, flex_attention

import serve

BLOCK = 128
compiled = torch.compile(flex_attention, dynamic=False)


def mask(heads, blocks, density):
    head = torch.arange(heads).view(-1, 1, 1)
    row = torch.arange(blocks).view(1, -1, 1)
    column = torch.arange(blocks).view(1, 1, -1)
    hashed = (head * 7919 + row * 104729 + column * 1299709) * 2654435761
    low = ((hashed ^ (hashed >> 15)) & 0xFFFF) < density * 0x10000
    return low & (column < row)


def indices(kept):
    """Counts and places of the kept blocks of each row, as BlockMask wants them."""
    counts = kept.sum(-1).to(torch.int32)
    places = torch.argsort(kept.to(torch.int32), dim=-1, descending=True, stable=True)
    return counts[None], places.to(torch.int32)[None]


def check(q, k, v, kept, output):
    """The last block row, by plain attention under the same mask."""
    length, size = q.shape[-2:]
    visible = kept[:, -1].repeat_interleave(BLOCK, -1)[:, None].expand(-1, BLOCK, -1)
    rows = torch.arange(length - BLOCK, length)
    visible = visible & (torch.arange(length) <= rows[:, None])
    logits = (q[0, :, rows] @ k[0].transpose(-1, -2)) / size**0.5
    expected = logits.masked_fill(~visible, float("-inf")).softmax(-1) @ v[0]
    torch.testing.assert_close(output[0, :, rows], expected, rtol=1e-4, atol=1e-4)


def job(text):
    name, options = serve.words(text)
    heads, length, size = (int(options[key]) for key in ("H", "L", "D"))
    blocks = length // BLOCK
    below = mask(heads, blocks, float(options["density"]))
    diagonal = torch.eye(blocks, dtype=torch.bool).expand(heads, blocks, blocks)
    block_mask = BlockMask.from_kv_blocks(
        *indices(diagonal),
        *indices(below),
        BLOCK_SIZE=BLOCK,
        mask_mod=lambda batch, head, query, key: query >= key,
    )
    pairs = below.sum().item() * BLOCK**2 + heads * blocks * BLOCK * (BLOCK + 1) / 2
    q, k, v = (torch.randn(1, heads, length, size) for _ in range(3))

    def run():
        compiled(q, k, v, block_mask=block_mask)

    check(q, k, v, below | diagonal, compiled(q, k, v, block_mask=block_mask))

    density = pairs / (heads * length * (length + 1) / 2)
    facts = {"gigaflop": 4e-9 * size * pairs, "density": density}
    return text, run, {**facts, "peer": "torch " + torch.__version__}


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
