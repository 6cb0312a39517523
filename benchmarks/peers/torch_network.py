# A PyTorch module made from one of our architecture files, so that peers and golden files compute the very same
# network. Used by the benchmarks beside it and by tests/golden/make_golden.py. Needs torch, and tomli before Python 3.11.
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

try:
    import tomllib
except ImportError:
    import tomli as tomllib

ARCHITECTURES = Path(__file__).resolve().parents[2] / "architectures"


def pair(value):
    return tuple(value) if isinstance(value, list) else (value, value)


class Flatten(nn.Module):
    """To one row per image: PyTorch's order (c, h, w), or ours (h, w, c)."""

    def __init__(self, ours):
        super().__init__()
        self.ours = ours

    def forward(self, x):
        return (x.permute(0, 2, 3, 1) if self.ours else x).flatten(1)


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels at each place."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class Scale(nn.Module):
    def __init__(self, channels, initial):
        super().__init__()
        self.scale = nn.Parameter(torch.full((channels,), float(initial)))

    def forward(self, x):
        return x * self.scale.reshape(1, -1, *[1] * (x.dim() - 2))


class Slice(nn.Module):
    def __init__(self, first, behind):
        super().__init__()
        self.first, self.behind = first, behind

    def forward(self, x):
        return x[:, self.first : self.behind]


class StochasticDepth(nn.Module):
    """Drops nothing: what it drops is random, so no two implementations agree."""

    def forward(self, x):
        return x


def multiply(inputs):
    """Two alike, or a map and a row of factors for its channels."""
    a, b = sorted(inputs, key=torch.Tensor.dim, reverse=True)
    return a * b.reshape(*b.shape, *[1] * (a.dim() - b.dim()))


# Layers of several inputs.
JOINTS = {"add": sum, "multiply": multiply, "concatenate": lambda inputs: torch.cat(inputs, 1)}


class GlobalAverage(nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3))


class Padded(nn.Module):
    """A window layer over an image padded with `value`: for what its own padding cannot say."""

    def __init__(self, padding, value, module):
        super().__init__()
        self.padding, self.value, self.module = padding, value, module

    @property
    def weight(self):
        return self.module.weight

    def forward(self, x):
        top, left, bottom, right = self.padding
        return self.module(F.pad(x, (left, right, top, bottom), value=self.value))


class UncountedAverage(nn.Module):
    """Average pooling that divides by the window's share of the image, whatever the padding."""

    def __init__(self, padding, kernel, stride, ceil_mode):
        super().__init__()
        sums = nn.AvgPool2d(kernel, stride, ceil_mode=ceil_mode, divisor_override=1)
        self.sums = Padded(padding, 0.0, sums)

    def forward(self, x):
        return self.sums(x) / self.sums(torch.ones_like(x))


def sides(layer, kernel, stride, dilation, size):
    """Top, left, bottom, right."""
    padding = layer.get("padding", 0)
    if padding == "valid":
        padding = 0
    if padding == "same":  # Keras' rule: the odd one at the bottom and right
        extent = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
        total = [max(0, (-(-n // s) - 1) * s + e - n) for n, s, e in zip(size, stride, extent)]
        return tuple(t // 2 for t in total) + tuple(t - t // 2 for t in total)
    return tuple(padding) if isinstance(padding, list) and len(padding) == 4 else pair(padding) * 2


def make(layer, x, classes, dropout, our_flatten):
    """The module of one [[layer]] that reads x."""
    kind = layer["type"]
    channels = x.shape[1]
    kernel = pair(layer.get("kernel", layer.get("size", 1)))
    stride = pair(layer.get("stride", 1 if kind == "conv2d" else list(kernel)))
    dilation = pair(layer.get("dilation", 1))
    padding = sides(layer, kernel, stride, dilation, x.shape[2:]) if x.dim() == 4 else (0, 0, 0, 0)
    even = padding[:2] if padding[:2] == padding[2:] else None
    ceil_mode = layer.get("ceil_mode", False)
    if ceil_mode and not even:
        raise ValueError("ceil_mode with uneven padding: PyTorch would take the padding for image")
    bias = layer.get("bias", True)
    outputs = layer.get("filters", layer.get("units"))
    outputs = classes if outputs == "classes" else outputs
    match kind:
        case "conv2d":
            groups = layer.get("groups", 1)
            conv = nn.Conv2d(channels, outputs, kernel, stride, even or 0, dilation, groups, bias)
            return conv if even else Padded(padding, 0.0, conv)
        case "dense":
            return nn.Linear(channels, outputs, bias=bias)
        case "max_pool":
            if even and all(2 * p <= k for p, k in zip(even, kernel)):
                return nn.MaxPool2d(kernel, stride, even, dilation, ceil_mode=ceil_mode)
            return Padded(padding, float("-inf"), nn.MaxPool2d(kernel, stride, 0, dilation, ceil_mode=ceil_mode))
        case "average_pool":
            counted = layer.get("count_include_pad", False)
            if even and all(2 * p <= k for p, k in zip(even, kernel)):
                return nn.AvgPool2d(kernel, stride, even, ceil_mode, counted)
            if not counted:
                return UncountedAverage(padding, kernel, stride, ceil_mode)
            return Padded(padding, 0.0, nn.AvgPool2d(kernel, stride, 0, ceil_mode))
        case "adaptive_average_pool":
            return nn.AdaptiveAvgPool2d(kernel)
        case "global_average_pool":
            return GlobalAverage()
        case "batch_norm":
            norm = nn.BatchNorm2d if x.dim() == 4 else nn.BatchNorm1d
            return norm(channels, eps=layer.get("epsilon", 1e-5))
        case "dropout":
            return nn.Dropout(layer.get("rate", 0.5) if dropout is None else dropout)
        case "flatten":
            return Flatten(our_flatten)
        case "relu":
            return nn.ReLU()
        case "leaky_relu":
            return nn.LeakyReLU(layer.get("slope", 0.01))
        case "elu":
            return nn.ELU(layer.get("alpha", 1.0))
        case "gelu":
            return nn.GELU()
        case "silu":
            return nn.SiLU()
        case "tanh":
            return nn.Tanh()
        case "sigmoid":
            return nn.Sigmoid()
        case "hard_sigmoid":
            if {"alpha", "beta"} & layer.keys():
                raise ValueError("PyTorch's hard sigmoid has neither alpha nor beta")
            return nn.Hardsigmoid()
        case "hard_swish":
            return nn.Hardswish()
        case "clip" | "relu6":
            return nn.Hardtanh(layer.get("low", 0.0), layer.get("high", 6.0))
        case "prelu":
            return nn.PReLU(1 if layer.get("shared", False) else channels, layer.get("initial", 0.25))
        case "slice":
            return Slice(layer.get("from", 0), layer["to"])
        case "channel_shuffle":
            return nn.ChannelShuffle(layer["groups"])
        case "scale":
            return Scale(channels, layer.get("initial", 1e-6))
        case "group_norm":
            return nn.GroupNorm(layer["groups"], channels, eps=layer.get("epsilon", 1e-5))
        case "layer_norm":
            return ChannelNorm(channels, eps=layer.get("epsilon", 1e-5))
        case "stochastic_depth":
            return StochasticDepth()
        case _ if kind in JOINTS:
            return nn.Identity()
    raise ValueError(f"unknown layer type {kind!r}")


class Network(nn.Module):
    """`dropout`: None for the file's rates, or one rate for all. `shape` (height, width, channels)
    and `classes` hold where the file leaves them open."""

    def __init__(self, file, shape=(28, 28, 1), classes=10, dropout=None, our_flatten=False):
        super().__init__()
        self.path = Path(file) if str(file).endswith(".toml") else ARCHITECTURES / f"{file}.toml"
        table = tomllib.loads(self.path.read_text())
        self.input = tuple(table.get("input", shape))
        self.classes = classes = table.get("classes", classes)
        self.kinds, self.inputs = [], []
        self.steps = nn.ModuleList()
        height, width, channels = self.input
        probe = [torch.zeros(1, channels, height, width)]  # every output for one image: shapes are inferred by doing
        names = {"input": -1}  # of a layer with `activation`: the activation's index

        def push(layer, inputs):
            x = probe[inputs[0] + 1]
            module = make(layer, x, classes, dropout, our_flatten).eval()
            with torch.no_grad():
                join = JOINTS.get(layer["type"])
                probe.append(join([probe[i + 1] for i in inputs]) if join else module(x))
            self.kinds.append(layer["type"])
            self.inputs.append(inputs)
            self.steps.append(module.train())

        for layer in table["layer"]:
            previous = [len(self.steps) - 1]
            read = layer.get("inputs", [layer["input"]] if "input" in layer else [])
            push(layer, [names[name] for name in read] or previous)
            if "activation" in layer:
                push({"type": layer["activation"]}, [len(self.steps) - 1])
            if "name" in layer:
                names[layer["name"]] = len(self.steps) - 1

    def forward(self, x, observe=None):
        """`observe(kind, input, output, module)` is called for each node when given."""
        outputs = [x]
        for kind, inputs, step in zip(self.kinds, self.inputs, self.steps):
            x = outputs[inputs[0] + 1]
            y = JOINTS[kind]([outputs[i + 1] for i in inputs]) if kind in JOINTS else step(x)
            if observe:
                observe(kind, x, y, step)
            outputs.append(y)
        return outputs[-1]
