"""Times Squall on an NVIDIA GPU beside PyTorch on the same card, one JSON line a figure.

Usage: python3 figures.py PART --squall "COMMAND…" --devices opencl:h200,tornado-cuda:h200,… [--seconds 120]
       python3 figures.py gpus devices.json       NVIDIA's devices, as engine:device

Parts: line      the default line on each device: its time beyond the kernels, as one and stage by stage
       peers     what PyTorch takes
       xattention  search, selection and attention on SmolLM2's tensors at 32K tokens, in half precision on tensor cores,
                 beside dense flash attention of --peers FILE and flex_attention with the same mask
       kernels   the kernels that matter on a GPU, beside the peers of --peers FILE
       verdicts  a verdict of every kernel at its default size, a line of text each

COMMAND starts Squall, for example ./squall; see run.sh. Every line of Squall's carries the verdict on the GPU's own
output. "kernel" is the time by the device's clock, "median" from call to return with all copies. What --seconds leaves
no time for is named in a last line, {"skipped": …}: the most important figures come first.
"""

import argparse
import concurrent.futures
import json
import pathlib
import shlex
import struct
import subprocess
import sys
import tempfile
import threading
import time

# The most wanted first: every case on the first device, then on the next.
CASES = [
    # Stride 4 and 32 features: 8192 × 8192 sums of 128 products, as the plain product of n 8192, d 128.
    (
        "xattention.scores",
        "L=32768,D=32,H=1,Hk=1",
        {"stride": "4", "estimate": "mean", "causal": "false"},
        "wide,tiles",
        "matmul_fp32",
    ),
    (
        "xattention.scores",
        "L=32768,D=32,H=1,Hk=1",
        {"stride": "4", "estimate": "mean", "causal": "false"},
        "tensorcores",
        "matmul_fp16",
    ),
    ("attention.dense", "L=8192,D=64,H=9,Hk=9", {}, "tensorcores", "attention_flash_fp16"),
    ("attention.dense", "L=8192,D=64,H=9,Hk=9", {}, "wide,tiles", "attention_efficient_fp32"),
    ("attention.dense", "L=8192,D=128,H=8,Hk=8", {}, "wide,tiles", "attention_efficient_fp32"),
    ("attention.block_sparse", "L=8192,D=64,H=9,Hk=9", {}, "tensorcores", "flex_attention_fp16"),
    ("attention.block_sparse", "L=8192,D=64,H=9,Hk=9", {}, "wide,tiles", None),
    ("mamba.selective_scan", "", {}, "wide,tiles", "copy_1_GiB"),
    ("seedlm.matvec", "stored=8388608,K=8192", {}, "rows,tiles", "matvec_fp16"),
    ("modm.retrieve", "M=100000,E=768,b=16", {}, "wide,tiles", "retrieve_fp32"),
    ("xattention.scores", "L=8192,D=64,H=9,Hk=3", {"estimate": "logmeanexp"}, "tiles", None),
    ("ouromamba.linear", "", {}, "", None),
]

KEPT = (
    "kernel variant device sizes samples quiet cold_milliseconds median_milliseconds copy_in_milliseconds "
    "kernel_milliseconds copy_out_milliseconds max_error tolerance verdict detail"
).split()


# Less than this starts no process of Squall's.
LEAST_SECONDS = 5


class Clock:
    """The time that a part may take; what it leaves no time for is written down."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds
        self.skipped = []

    def left(self):
        return self.end - time.monotonic()

    def allows(self, what):
        if self.left() >= LEAST_SECONDS:
            return True
        self.skipped.append(what)
        return False

    def finish(self):
        if self.skipped:
            show({"skipped": self.skipped, "why": "no time left; raise --seconds or name fewer parts"})


def show(row):
    print(json.dumps(row), flush=True)


def run(command, arguments, seconds):
    """Lines that Squall printed, and what went wrong, if anything."""
    try:
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=max(1, seconds))
    except subprocess.TimeoutExpired:
        return [], f"not done in {seconds:.0f} s"
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    errors = [line for line in done.stderr.splitlines() if line.startswith("squall:")]
    return rows, (errors or ["no output"])[-1] if done.returncode or not rows else ""


# The default line without its yardsticks, which would run and be verified, too.
STAGES = "scores,mass,select,attention,quantize,scan,decode"


def line_overhead(command, device, repeat, seconds):
    """The default line kept on a device: total, kernels, and what lies beyond them."""
    arguments = ["run", "--stages", STAGES, "--device", device, "--repeat", str(repeat), "--json"]
    rows, error = run(command, arguments, seconds)
    figure = {"figure": "line_overhead", "engine": device.split(":")[0], "device": device}
    line = next((row for row in rows if row["kind"] == "line"), None)
    if line is None:
        return {**figure, "error": error}
    figure["verdict"] = line["verdict"]
    figure["stages"] = len([row for row in rows if row["kind"] == "stage" and not row["yardstick"]])
    figure["stage_by_stage"] = {
        "milliseconds": line["milliseconds"],
        "kernel_milliseconds": line["kernel_milliseconds"],
        "beyond_kernels_milliseconds": line["beyond_kernels_milliseconds"],
    }
    resident = line["resident"]
    if line["events"]:
        figure["events"] = [event["what"] for event in line["events"]]
    if resident is None:
        return {**figure, "error": "; ".join(event["what"] for event in line["events"]) or "not kept on the device"}
    copies = resident["copy_in_milliseconds"] + resident["copy_out_milliseconds"]
    return {
        **figure,
        "line_overhead": resident["beyond_kernels_milliseconds"],
        "line_overhead_without_copies": max(0, resident["beyond_kernels_milliseconds"] - copies),
        **{name: value for name, value in resident.items() if name != "device"},
    }


# Mean scores of large groups find what smaller ones find here, at a fraction of the products; with these thresholds the
# recall is .95.
SEARCHES = [
    {"block": 64, "stride": 32, "threshold": 0.968},
    {"block": 128, "stride": 64, "threshold": 0.968},
]


def tiled(sample, path, tokens=4, heads=3):
    """The sample's queries, keys and values, so many times the tokens and the heads."""
    data = pathlib.Path(sample).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    body = memoryview(data)[8 + length :]
    rows, parts, at = {}, [], 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        count = entry["shape"][0]
        size = (end - begin) // count
        # Heads of a group stay together: all of them, then all of them again.
        part = b"".join(bytes(body[begin + h * size : begin + (h + 1) * size]) * tokens for h in range(count)) * heads
        shape = [count * heads, entry["shape"][1] * tokens, *entry["shape"][2:]]
        rows[name] = {"dtype": entry["dtype"], "shape": shape, "data_offsets": [at, at + len(part)]}
        parts.append(part)
        at += len(part)
    head = json.dumps(rows).encode()
    head += b" " * (-len(head) % 8)
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(head)) + head + b"".join(parts))
    return path


def xattention(command, device, tensors, search, peers, work, repeat, seconds):
    """The sparse line's kernels on tensor cores: milliseconds of all of them, density, recall, and what dense takes."""
    arguments = ["run", "-i", str(tensors), "--stages", "attention", "--device", device, "--repeat", str(repeat), "--json"]
    for stage in ("scores", "attention"):
        arguments += ["--variant", f"{stage}=tensorcores"]
    for stage in ("mass", "select"):
        arguments += ["--variant", f"{stage}=tiles"]
    arguments += ["--param", "scores.estimate=mean", "--out", str(work)]
    for name, value in search.items():
        arguments += [f"--{name}", str(value)]
    rows, error = run(command, arguments, seconds)
    figure = {"figure": "xattention", "engine": device.split(":")[0], "device": device, "tensors": str(tensors), **search}
    line = next((row for row in rows if row["kind"] == "line"), None)
    if line is None:
        return {**figure, "error": error}
    stages = {row["stage"]: row for row in rows if row["kind"] == "stage"}
    metrics = stages["attention"]["metrics"]
    figure.update(verdict=line["verdict"], density=metrics["density"], recall=metrics["recall"])
    figure["sizes"] = stages["attention"]["sizes"]
    figure["stage_milliseconds"] = {name: row["milliseconds"] for name, row in stages.items()}
    resident = line["resident"]
    if resident is None:
        return {**figure, "error": "; ".join(event["what"] for event in line["events"]) or "not kept on the device"}
    figure["kernel_milliseconds"] = resident["kernel_milliseconds"]
    figure["line_milliseconds"] = resident["milliseconds"]
    flash = peers.get("attention_flash_fp16,L=32768,D=64")
    if flash:
        figure["flash_fp16_milliseconds"] = flash
        figure["flash_over_xattention"] = flash / resident["kernel_milliseconds"]
    return figure


def flex_with_mask(work, block):
    """flex_attention with the mask that the line chose."""
    masks = sorted(pathlib.Path(work).rglob("select*mask*.npy"))
    if not masks:
        return
    torch = [sys.executable, str(pathlib.Path(__file__).with_name("torch_peers.py"))]
    subprocess.run([*torch, "--mask", str(masks[0]), "--block", str(block)], timeout=60, check=False)


def bench_rows(command, device, kernel, sizes, parameters, variants, limit, seconds):
    arguments = ["bench", kernel, "--device", device, "--json", "--limit", str(limit)]
    if sizes:
        arguments += ["--size", sizes]
    if variants:
        arguments += ["--variant", variants]
    for name, value in parameters.items():
        arguments += ["--param", f"{name}={value}"]
    found, error = run(command, arguments, min(120, seconds))
    rows = []
    for row in found:
        kept = {name: row[name] for name in KEPT if name in row}
        work = row["gigaflops_per_second"] * row["median_milliseconds"]
        moved = row["gigabytes_per_second"] * row["median_milliseconds"]
        kept["engine"] = device.split(":")[0]
        if row["kernel_milliseconds"] > 0:
            kept["kernel_gigaflops_per_second"] = work / row["kernel_milliseconds"]
            kept["kernel_gigabytes_per_second"] = moved / row["kernel_milliseconds"]
        rows.append(kept)
    if error:
        rows.append({"kernel": kernel, "device": device, "sizes": sizes, "variants": variants, "error": error})
    return rows


# The engines in the order in which they are asked; the last one gets what time is left.
ENGINES = ["opencl", "tornado-cuda", "tornado-ptx"]


def gpus(path):
    text = pathlib.Path(path).read_text()
    found = []
    for line in text.splitlines():
        if line.startswith("{"):
            device = json.loads(line)
            if device.get("kind") == "gpu" and "NVIDIA" in str(device.get("name", "")):
                found.append(f"{device['engine']}:{device['device']}")
    return sorted(found, key=lambda each: ENGINES.index(each.split(":")[0]) if each.split(":")[0] in ENGINES else 9)


def kernel_figures(command, devices, only, peers, limit, clock):
    for device in devices:
        for kernel, sizes, parameters, variants, peer in CASES:
            # Variants share a process, which saves a start; where one fails each has its own.
            together = [variants] if "," not in variants else [variants, *variants.split(",")]
            if variants == "tensorcores" and not device.startswith("tornado-cuda"):
                continue
            if only and kernel not in only or not clock.allows(f"{kernel} {sizes} on {device}".replace("  ", " ")):
                continue
            rows = []
            for named in together:
                if clock.left() < LEAST_SECONDS:
                    break
                rows = [row for row in rows if "error" not in row or row["variants"] != variants]
                rows += bench_rows(command, device, kernel, sizes, parameters, named, limit, clock.left())
                if named == variants and all("error" not in row for row in rows):
                    break
            for row in rows:
                extents = dict(pair.split("=") for pair in sizes.split(",") if pair)
                key = peer if peer in peers else f"{peer},L={extents.get('L')},D={extents.get('D')}"
                if key in peers and row.get("kernel_milliseconds"):
                    row["peer"] = peer
                    row["peer_milliseconds"] = peers[key]
                    row["peer_over_kernel"] = peers[key] / row["kernel_milliseconds"]
                show(row)


def read_peers(path):
    peers = {}
    if path and pathlib.Path(path).exists():
        for line in pathlib.Path(path).read_text().splitlines():
            row = json.loads(line)
            if "milliseconds" in row:
                peers[row["figure"] + (f",L={row['L']},D={row['D']}" if "L" in row else "")] = row["milliseconds"]
    return peers


def show_peers(quick, clock):
    torch = [sys.executable, str(pathlib.Path(__file__).with_name("torch_peers.py"))]
    # What is printed before the time is up counts.
    peers = subprocess.Popen(torch + (["--quick"] if quick else []), stdout=subprocess.PIPE, text=True)
    watch = threading.Timer(max(1, clock.left()), peers.kill)
    watch.start()
    for line in peers.stdout:
        if line.startswith("{"):
            print(line, end="", flush=True)
    watch.cancel()
    if peers.wait():
        show({"skipped": ["the rest of torch_peers.py"], "why": f"it ended with {peers.returncode}"})


def verdict(command, device, kernel, clock):
    if not clock.allows(f"{kernel} on {device}"):
        return None
    rows = bench_rows(command, device, kernel, "", {}, "", 0.1, clock.left())
    return " ".join([device, kernel] + [row.get("verdict", row.get("error", "")) for row in rows])


def verdicts(command, devices, only, clock):
    listed, _ = run(command, ["kernel", "list", "--json"], clock.left())
    pairs = [(device, row["id"]) for device in devices for row in listed if not only or row["id"] in only]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for line in pool.map(lambda pair: verdict(command, *pair, clock), pairs):
            if line:
                print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=["gpus", "line", "peers", "xattention", "kernels", "verdicts"])
    parser.add_argument("file", nargs="?", help="gpus: what ./squall devices --json printed")
    parser.add_argument("--squall", default="./squall")
    parser.add_argument("--devices", default="opencl:h200,tornado-cuda:h200,tornado-ptx:h200")
    parser.add_argument("--seconds", type=float, default=600, help="for the whole part")
    parser.add_argument("--limit", type=float, default=0.3, help="seconds of sampling of a variant")
    parser.add_argument("--repeat", type=int, default=50, help="runs of the line")
    parser.add_argument("--only", default="", help="kernels, separated by commas")
    parser.add_argument("--peers", metavar="FILE", help="what the part peers printed")
    parser.add_argument("--tensors", metavar="FILE", help="for xattention: q k v at 32K tokens instead of the sample tiled")
    parser.add_argument("--quick", action="store_true", help="without flex_attention, which compiles for long")
    options = parser.parse_args()
    clock = Clock(options.seconds)
    command = shlex.split(options.squall)
    devices = options.devices.split(",")
    only = options.only.split(",") if options.only else []
    match options.part:
        case "gpus":
            print(",".join(gpus(options.file)))
        case "line":
            for done, device in enumerate(devices):
                if clock.allows(f"line on {device}"):
                    # One that hangs leaves the others their share.
                    share = clock.left() / (len(devices) - done)
                    show(line_overhead(command, device, options.repeat, share))
        case "peers":
            show_peers(options.quick, clock)
        case "xattention":
            with tempfile.TemporaryDirectory() as folder:
                sample = pathlib.Path(__file__).parents[2] / "samples/smollm2-attention.safetensors"
                tensors = options.tensors or tiled(sample, pathlib.Path(folder) / "tiled.safetensors")
                for device in (device for device in devices if device.startswith("tornado-cuda")):
                    for done, search in enumerate(SEARCHES):
                        if clock.allows(f"xattention {search} on {device}"):
                            work = pathlib.Path(folder) / str(done)
                            peers = read_peers(options.peers)
                            share = clock.left() / (len(SEARCHES) - done)
                            show(xattention(command, device, tensors, search, peers, work, 20, share))
                            if clock.left() > LEAST_SECONDS:
                                flex_with_mask(work, search["block"])
        case "kernels":
            kernel_figures(command, devices, only, read_peers(options.peers), options.limit, clock)
        case "verdicts":
            verdicts(command, devices, only, clock)
    clock.finish()


if __name__ == "__main__":
    main()
