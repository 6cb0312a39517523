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
    # tf2onnx declares inputs that nothing reads.
    others = {i.name: np.ones([d if isinstance(d, int) else 1 for d in i.shape], np.float32) for i in session.get_inputs()[1:]}
    with open(paths[0]) as f:
        h, w, c = map(int, re.search(r"^input = \[(\d+), (\d+), (\d+)\]", f.read(), re.M).groups())
    batch = entry.shape[0] if isinstance(entry.shape[0], int) else 3
    images = np.random.default_rng(2).normal(size=(batch, h, w, c)).astype(np.float32)
    known = metadata(paths[1])
    if "input_scale" in known:
        images = np.abs(images) * np.float32(100)
    first = entry.shape[1] == c and entry.shape[-1] != c
    given = images.transpose(0, 3, 1, 2) if first else images
    expected = session.run(None, {entry.name: given} | others)[0].reshape(batch, -1)
    ready = images
    if "input_scale" in known:
        ready = images * np.array(json.loads(known["input_scale"])) + np.array(json.loads(known["input_offset"]))
    got = run_tailor(o, paths, folder, images=ready)["logits"]
    if "Softmax" in text:
        got = got - got.max(1, keepdims=True)
        got = got - np.log(np.exp(got).sum(1, keepdims=True))
        expected = np.log(np.maximum(expected, 1e-30))
    return float(np.abs(got - expected).max()), text, (float(np.abs(expected).max()), paths)


def pytorch_gradients(network, images, labels):
    import torch

    network.train()
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout) or type(module).__name__ == "StochasticDepth":
            module.p = 0.0
    network.zero_grad()
    given = torch.tensor(images.transpose(0, 3, 1, 2)).to(next(network.parameters()).dtype)
    torch.nn.functional.cross_entropy(network(given), torch.tensor(labels)).backward()
    return {name: parameter.grad.numpy().astype(np.float64) for name, parameter in network.named_parameters()}


def ours(gradient):
    """As tailor lays it out."""
    if gradient.ndim == 4 and gradient.shape[2:] != (1, 1):
        return gradient.transpose(0, 2, 3, 1).ravel()
    return (gradient.T if gradient.ndim == 2 else gradient).ravel()


def gradient_difference(o, network, paths, folder, side):
    """For tailor and for PyTorch in f32: the largest difference of a tensor's gradient from PyTorch's in f64, relative to
    its norm, over the tensors that have the same name. A shift before another batch norm has a gradient of 0: norms
    count as at least 1e-4 of the largest tensor's."""
    images = np.random.default_rng(3).normal(size=(8, side, side, 3)).astype(np.float32)
    labels = np.arange(8) % 10
    got = run_tailor(o, paths, folder, images=images, labels=labels)
    single = pytorch_gradients(network, images, labels)
    exact = pytorch_gradients(network.double(), images, labels)
    largest = max(np.linalg.norm(gradient) for gradient in exact.values())
    ends = {"weight": "weight", "bias": "bias", "scale": "weight", "shift": "bias", "slope": "weight"}
    worst, own, missing = (0.0, ""), 0.0, []
    for name, value in got.items():
        module, end = name.rsplit(".", 1) if "." in name else ("", "")
        key = module.replace("-", ".") + "." + ends.get(end, "")
        if module + "." + end == name and key not in exact:
            missing.append(name)
        if key not in exact:
            continue
        norm = max(np.linalg.norm(exact[key]), 1e-4 * largest)
        worst = max(worst, (float(np.linalg.norm(value.ravel() - ours(exact[key])) / norm), name))
        own = max(own, float(np.linalg.norm(single[key] - exact[key]) / norm))
    return worst, own, missing


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

                worst, own, missing = gradient_difference(o, made, paths, folder, side_of(name.split(",")[0]))
                row += f" {worst[0]:.1e} ({worst[1]}) | {own:.1e} |" + (f" without {', '.join(missing)} |" if missing else "")
            print(row, flush=True)


if __name__ == "__main__":
    main()
