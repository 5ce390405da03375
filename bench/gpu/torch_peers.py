"""What PyTorch takes on the same GPU, one JSON line a figure: milliseconds, median of repeated runs by CUDA events.

Usage: python3 torch_peers.py [--quick]
"""

import argparse
import json
import statistics

import torch
import torch.nn.functional as functional
from torch.nn.attention import SDPBackend, sdpa_kernel


def median_ms(code, seconds=0.5):
    for _ in range(3):
        code()
    torch.cuda.synchronize()
    times = []
    total = 0.0
    while total < seconds * 1e3 or len(times) < 10:
        start = torch.cuda.Event(enable_timing=True)
        end = torch.cuda.Event(enable_timing=True)
        start.record()
        code()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
        total += times[-1]
    return statistics.median(times), len(times)


def report(figure, code, **facts):
    try:
        milliseconds, runs = median_ms(code)
        facts.update(figure=figure, milliseconds=milliseconds, runs=runs)
    except RuntimeError as error:
        facts.update(figure=figure, error=str(error).splitlines()[0])
    print(json.dumps(facts), flush=True)


def heads(h, tokens, size, dtype):
    return torch.randn(1, h, tokens, size, device="cuda", dtype=dtype)


def attention(name, backend, h, tokens, size, dtype):
    q, k, v = (heads(h, tokens, size, dtype) for _ in range(3))

    def code():
        with sdpa_kernel(backend):
            return functional.scaled_dot_product_attention(q, k, v, is_causal=True)

    report(name, code, peer="torch", H=h, L=tokens, D=size, dtype=str(dtype))


def flex(h, tokens, size, density):
    """flex_attention in fp16 on a causal mask that keeps the diagonal and a share of the blocks."""
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention

    blocks = tokens // 128
    kept = torch.rand(blocks, blocks, device="cuda") < density
    kept.fill_diagonal_(True)

    def keep(b, head, i, j):
        return (i >= j) & kept[i // 128, j // 128]

    mask = create_block_mask(keep, None, None, tokens, tokens, device="cuda")
    compiled = torch.compile(flex_attention)
    q, k, v = (heads(h, tokens, size, torch.float16) for _ in range(3))
    report(
        "flex_attention_fp16",
        lambda: compiled(q, k, v, block_mask=mask),
        peer="torch",
        H=h,
        L=tokens,
        D=size,
        density=density,
    )


def flex_by_blocks(path, block):
    """flex_attention in fp16 with a block mask [H, NB, NB] of bytes, causal within the diagonal."""
    import numpy
    from torch.nn.attention.flex_attention import BlockMask, flex_attention

    kept = torch.from_numpy(numpy.load(path)).cuda().bool()
    h, rows, blocks = kept.shape
    tokens = blocks * block
    diagonal = torch.eye(blocks, device="cuda", dtype=torch.bool).expand_as(kept)

    def listed(which):
        # Kept blocks first, in ascending order.
        order = torch.argsort(which.int(), dim=-1, descending=True, stable=True).int()
        return which.sum(-1).int()[None].contiguous(), order[None].contiguous()

    count, indices = listed(kept & diagonal)
    full_count, full_indices = listed(kept & ~diagonal)
    mask = BlockMask.from_kv_blocks(
        count, indices, full_count, full_indices, BLOCK_SIZE=block, mask_mod=lambda b, head, i, j: i >= j
    )
    compiled = torch.compile(flex_attention)
    q, k, v = (heads(h, tokens, 64, torch.float16) for _ in range(3))
    facts = {"H": h, "L": tokens, "D": 64, "block": block, "density": float(2 * kept.float().mean())}
    report("flex_attention_same_mask_fp16", lambda: compiled(q, k, v, block_mask=mask), peer="torch", **facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mask", help="only flex_attention, with the block mask of a .npy file")
    parser.add_argument("--block", type=int, default=128, help="tokens of a block of --mask")
    parser.add_argument("--quick", action="store_true", help="leave out flex_attention, which compiles for long")
    options = parser.parse_args()
    if options.mask:
        flex_by_blocks(options.mask, options.block)
        return
    quick = options.quick
    torch.backends.cuda.matmul.allow_tf32 = False
    print(
        json.dumps({"peer": "torch", "version": torch.__version__, "gpu": torch.cuda.get_device_name()}),
        flush=True,
    )
    for dtype, name in ((torch.float32, "matmul_fp32"), (torch.float16, "matmul_fp16")):
        a = torch.randn(8192, 128, device="cuda", dtype=dtype)
        b = torch.randn(8192, 128, device="cuda", dtype=dtype)
        report(name, lambda: a @ b.T, peer="torch", n=8192, d=128)
    for h, tokens, size in ((9, 8192, 64), (8, 8192, 128), (9, 32768, 64)):
        attention("attention_efficient_fp32", SDPBackend.EFFICIENT_ATTENTION, h, tokens, size, torch.float32)
        attention("attention_flash_fp16", SDPBackend.FLASH_ATTENTION, h, tokens, size, torch.float16)
    weights = torch.randn(8192, 8192, device="cuda", dtype=torch.float16)
    x = torch.randn(8192, device="cuda", dtype=torch.float16)
    report("matvec_fp16", lambda: weights @ x, peer="torch", rows=8192, columns=8192)
    cached = torch.randn(100_000, 768, device="cuda")
    asked = torch.randn(16, 768, device="cuda")
    report("retrieve_fp32", lambda: (asked @ cached.T).max(dim=1), peer="torch", N=100_000, E=768, Q=16)
    source = torch.empty(1 << 28, device="cuda")
    target = torch.empty_like(source)
    report("copy_1_GiB", lambda: target.copy_(source), peer="torch", bytes_moved=2 * source.numel() * 4)
    if not quick:
        flex(9, 8192, 64, 0.2)


if __name__ == "__main__":
    main()
