# Whether networks that `tailor architecture import` takes in compute what ONNX Runtime computes from the same file, and
# whether a training step's gradients are PyTorch's. Writes a row of Markdown for each file.
#
#   python imported_logits.py --bin build/release/bin FILE.onnx…
#   python imported_logits.py --bin build/release/bin --networks resnet18,resnet50 --exporter dynamo [--gradients]
#
# The second form exports from torchvision first (export_torchvision.py); Keras' files are made by export_keras.py, in
# an environment of its own. Needs onnxruntime, safetensors, numpy; torch and torchvision for the second form.
import argparse
import json
import os
import re
import subprocess
import tempfile

import numpy as np
import onnxruntime
from safetensors.numpy import load_file, save_file


def imported(o, file, folder):
    """The paths of architecture and weights, or None and the reason."""
    out = [os.path.join(folder, name) for name in ("network.toml", "weights.safetensors")]
    command = [os.path.join(o.bin, "tailor"), "architecture", "import", file, "--out", out[0], "--weights", out[1]]
    done = subprocess.run(command, capture_output=True, text=True)
    return (out, done.stdout) if done.returncode == 0 else (None, done.stderr.strip())


def run_tailor(o, paths, folder, **tensors):
    given, result = os.path.join(folder, "given.safetensors"), os.path.join(folder, "result.safetensors")
    save_file({k: np.ascontiguousarray(v, dtype=np.float32) for k, v in tensors.items()}, given)
    subprocess.run([os.path.join(o.bin, "network_logits"), *paths, given, result], check=True)
    return load_file(result)


def metadata(path):
    with open(path, "rb") as f:
        return json.loads(f.read(int.from_bytes(f.read(8), "little"))).get("__metadata__", {})


def compare(o, file, folder):
    """Largest difference of logits (before a soft-max at the end), and layers; or the reason that there is none."""
    paths, text = imported(o, file, folder)
    if paths is None:
        return None, text, None
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    with open(paths[0]) as f:
        h, w, c = map(int, re.search(r"^input = \[(\d+), (\d+), (\d+)\]", f.read(), re.M).groups())
    batch = entry.shape[0] if isinstance(entry.shape[0], int) else 3
    images = np.random.default_rng(2).normal(size=(batch, h, w, c)).astype(np.float32)
    known = metadata(paths[1])
    if "input_scale" in known:
        images = np.abs(images) * np.float32(100)
    first = entry.shape[1] == c and entry.shape[-1] != c
    expected = session.run(None, {entry.name: images.transpose(0, 3, 1, 2) if first else images})[0].reshape(batch, -1)
    ready = images
    if "input_scale" in known:
        ready = images * np.array(json.loads(known["input_scale"])) + np.array(json.loads(known["input_offset"]))
    got = run_tailor(o, paths, folder, images=ready)["logits"]
    if "Softmax" in text:
        got = got - got.max(1, keepdims=True)
        got = got - np.log(np.exp(got).sum(1, keepdims=True))
        expected = np.log(np.maximum(expected, 1e-30))
    return float(np.abs(got - expected).max()), text, (float(np.abs(expected).max()), paths)


def gradient_difference(o, network, paths, folder, side):
    """The largest difference of a tensor's gradient, relative to its norm, over all tensors of the network."""
    import torch

    images = np.random.default_rng(3).normal(size=(4, side, side, 3)).astype(np.float32)
    labels = np.arange(4) % 10
    got = run_tailor(o, paths, folder, images=images, labels=labels)
    network.train()
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if type(module).__name__ == "StochasticDepth":
            module.p = 0.0
    loss = torch.nn.functional.cross_entropy(
        network(torch.tensor(images.transpose(0, 3, 1, 2))), torch.tensor(labels)
    )
    loss.backward()
    ends = {"weight": "weight", "bias": "bias", "scale": "weight", "shift": "bias", "slope": "weight"}
    parameters = dict(network.named_parameters())
    worst, compared, missing = (0.0, ""), 0, []
    for name, value in got.items():
        if name == "logits":
            continue
        module, end = name.rsplit(".", 1)
        key = module.replace("-", ".") + "." + ends[end]
        if key not in parameters:
            missing.append(name)
            continue
        expected = parameters[key].grad.numpy()
        if expected.ndim == 4:
            expected = expected.transpose(0, 2, 3, 1)
        elif expected.ndim == 2:
            expected = expected.T
        difference = np.linalg.norm(value.ravel() - expected.ravel()) / max(np.linalg.norm(expected), 1e-12)
        worst = max(worst, (float(difference), name))
        compared += 1
    return worst, compared, missing


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--networks", default="")
    parser.add_argument("--exporter", choices=["dynamo", "torchscript"], default="dynamo")
    parser.add_argument("--gradients", action="store_true")
    o = parser.parse_args()
    files = [(os.path.basename(f), f, None) for f in o.files]
    with tempfile.TemporaryDirectory() as folder:
        for name in filter(None, o.networks.split(",")):
            from export_torchvision import export, network, side_of

            made = network(name, 10)
            file = os.path.join(folder, name + ".onnx")
            export(made, file, o.exporter == "dynamo", False, side_of(name))
            files.append((f"{name}, {o.exporter}", file, made))
        for name, file, made in files:
            difference, text, more = compare(o, file, folder)
            if difference is None:
                print(f"| {name} | refused | {text} |", flush=True)
                continue
            largest, paths = more
            layers = re.search(r"(\d+) layers", text).group(1)
            row = f"| {name} | {layers} | {difference:.1e} | {largest:.3g} |"
            if o.gradients and made is not None:
                from export_torchvision import side_of

                worst, compared, missing = gradient_difference(o, made, paths, folder, side_of(name.split(",")[0]))
                row += f" {worst[0]:.1e} ({worst[1]}; {compared} tensors, {len(missing)} not found) |"
            print(row, flush=True)


if __name__ == "__main__":
    main()
