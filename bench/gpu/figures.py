"""Times Squall's kernels on an NVIDIA GPU beside PyTorch on the same card, one JSON line a figure.

Usage: python3 figures.py --squall "COMMAND…" [--devices opencl:h200,tornado-ptx:h200,…] [--limit 2] [--quick]
       python3 figures.py --squall "COMMAND…" --devices … --verdicts     a verdict of every kernel, a line each
       python3 figures.py --list-gpus devices.json                       NVIDIA's devices, as engine:device

COMMAND starts Squall, for example ./squall; see run.sh. Every line of Squall's carries the verdict on the GPU's own
output. "kernel" is the time by the device's clock, "median" from call to return with all copies.
"""

import argparse
import concurrent.futures
import json
import pathlib
import shlex
import subprocess
import sys

CASES = [
    ("attention.dense", "L=8192,D=64,H=9,Hk=9", {}, "wide,tiles", "attention_efficient_fp32"),
    ("attention.dense", "L=8192,D=128,H=8,Hk=8", {}, "wide,tiles", "attention_efficient_fp32"),
    ("attention.block_sparse", "L=8192,D=64,H=9,Hk=9", {}, "wide,tiles", "flex_attention_fp16"),
    # Stride 4 and 32 features: 8192 × 8192 sums of 128 products, as the plain product of n 8192, d 128.
    (
        "xattention.scores",
        "L=32768,D=32,H=1,Hk=1",
        {"stride": "4", "estimate": "mean", "causal": "false"},
        "wide,tiles",
        "matmul_fp32",
    ),
    ("xattention.scores", "L=8192,D=64,H=9,Hk=3", {"estimate": "logmeanexp"}, "tiles", None),
    ("mamba.selective_scan", "", {}, "wide,tiles", "copy_1_GiB"),
    ("seedlm.matvec", "stored=8388608,K=8192", {}, "", "matvec_fp16"),
    ("modm.retrieve", "M=100000,E=768,b=16", {}, "rows,tiles", "retrieve_fp32"),
    ("ouromamba.linear", "", {}, "", None),
]

KEPT = (
    "kernel variant device sizes samples quiet cold_milliseconds median_milliseconds copy_in_milliseconds "
    "kernel_milliseconds copy_out_milliseconds max_error tolerance verdict detail"
).split()


def squall_lines(command, device, kernel, sizes, parameters, variants, limit):
    arguments = [*command, "bench", kernel, "--device", device, "--json", "--limit", str(limit)]
    if sizes:
        arguments += ["--size", sizes]
    if variants:
        arguments += ["--variant", variants]
    for name, value in parameters.items():
        arguments += ["--param", f"{name}={value}"]
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return [{"kernel": kernel, "device": device, "sizes": sizes, "error": "not done in 120 s"}]
    rows = []
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            row = json.loads(line)
            kept = {name: row[name] for name in KEPT if name in row}
            work = row["gigaflops_per_second"] * row["median_milliseconds"]
            moved = row["gigabytes_per_second"] * row["median_milliseconds"]
            kept["engine"] = device.split(":")[0]
            if row["kernel_milliseconds"] > 0:
                kept["kernel_gigaflops_per_second"] = work / row["kernel_milliseconds"]
                kept["kernel_gigabytes_per_second"] = moved / row["kernel_milliseconds"]
            rows.append(kept)
    if not rows:
        lines = [line for line in done.stderr.splitlines() if line.startswith("squall:")]
        rows.append({"kernel": kernel, "device": device, "sizes": sizes, "error": (lines or ["no output"])[-1]})
    return rows


def gpus(path):
    text = pathlib.Path(path).read_text()
    found = []
    for line in text.splitlines():
        if line.startswith("{"):
            device = json.loads(line)
            if device.get("kind") == "gpu" and "NVIDIA" in str(device.get("name", "")):
                found.append(f"{device['engine']}:{device['device']}")
    return found


def kernels(command):
    done = subprocess.run([*command, "kernel", "list", "--json"], capture_output=True, text=True)
    return [json.loads(line)["id"] for line in done.stdout.splitlines() if line.startswith("{")]


def verdict(command, device, kernel):
    rows = squall_lines(command, device, kernel, "", {}, "", 0.1)
    return " ".join([device, kernel] + [row.get("verdict", row.get("error", "")) for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--squall", default="")
    parser.add_argument("--list-gpus", metavar="FILE")
    parser.add_argument("--verdicts", action="store_true")
    parser.add_argument("--devices", default="opencl:h200,tornado-ptx:h200,tornado-cuda:h200")
    parser.add_argument("--limit", type=float, default=2)
    parser.add_argument("--only", default="", help="kernels to time, separated by commas")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.list_gpus:
        print(",".join(gpus(options.list_gpus)))
        return
    command = shlex.split(options.squall)
    if options.verdicts:
        pairs = [(device, kernel) for kernel in kernels(command) for device in options.devices.split(",")]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for line in pool.map(lambda pair: verdict(command, *pair), pairs):
                print(line, flush=True)
        return
    peers = {}
    torch = [sys.executable, str(pathlib.Path(__file__).with_name("torch_peers.py"))]
    done = subprocess.run(torch + (["--quick"] if options.quick else []), capture_output=True, text=True)
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            print(line, flush=True)
            row = json.loads(line)
            if "milliseconds" in row:
                key = row["figure"] + (f",L={row['L']},D={row['D']}" if "L" in row else "")
                peers[key] = row["milliseconds"]
    for kernel, sizes, parameters, variants, peer in CASES:
        if options.only and kernel not in options.only.split(","):
            continue
        for device in options.devices.split(","):
            for variant in variants.split(","):
                for row in squall_lines(command, device, kernel, sizes, parameters, variant, options.limit):
                    extents = dict(pair.split("=") for pair in sizes.split(",") if pair)
                    key = peer if peer in peers else f"{peer},L={extents.get('L')},D={extents.get('D')}"
                    if key in peers and row.get("kernel_milliseconds"):
                        row["peer"] = peer
                        row["peer_milliseconds"] = peers[key]
                        row["peer_over_kernel"] = peers[key] / row["kernel_milliseconds"]
                    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
