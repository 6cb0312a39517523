# Makes the golden files: what current PyTorch computes for the networks below, for golden_test.cc to compare with.
# Run by a developer when a network is added or the formula changes; the tests need neither Python nor PyTorch.
#
#   python -m venv build/peers && build/peers/bin/pip install torch numpy
#   build/peers/bin/python tests/golden/make_golden.py [the new network's file]
#
# A file holds results only. Weights, images and labels come from formula.py, as float32; everything is then computed in
# float64, so that a difference is the rounding of the float32 engine under test. `float32_deviation` says how far
# PyTorch's own float32 is away. All tensors are in tailor's memory order: images [height][width][channels], flatten in
# that order, convolution weights [out][kernel_height][kernel_width][in], dense weights [in][out].
import json
import platform
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import formula

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "benchmarks" / "peers"))
from torch_network import Network  # noqa: E402

STEPS = 20
PROJECTIONS = 8
WHOLE, SAMPLE = 2000, 512  # tensors up to WHOLE values are dumped whole, of larger ones at most SAMPLE values
# Rounding must not decide which side of a kink (ReLU's zero, a pooling window's two largest) a value lies on, or
# gradients differ by whole terms. First-step inputs keep this distance, as a share of the layer's deviation.
MARGIN = 1e-5

# file or shipped name: seed, images in a batch, batches in the cycle of the 20 steps
NETWORKS = {
    "mnist_cnn": (6, 32, 8),
    "windows.toml": (1, 5, 4),
    "general_windows.toml": (1, 5, 4),
    "residual.toml": (1, 5, 4),
    "smooth.toml": (1, 5, 4),
    "channels.toml": (1, 5, 4),
}

# Roles of a kind's parameters where they are not PyTorch's names; norms have a scale and a shift.
NORMS = ("batch_norm", "group_norm", "layer_norm")
# Where the slopes of a layer change.
KINKS = {"relu": (0,), "leaky_relu": (0,), "elu": (0,), "prelu": (0,), "hard_sigmoid": (-3, 3), "hard_swish": (-3, 3)}

# Settings are named as tailor's. Every parameter decays: that is what torch.optim does with a plain parameter list.
OPTIMIZERS = [
    {"optimizer": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
    {"optimizer": "adam", "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    {"optimizer": "adamw", "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01},
    # With a decay that shows, and without Nesterov.
    {"optimizer": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": False, "weight_decay": 0.05},
    {"optimizer": "adamw", "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 3.0},
    {"optimizer": "rmsprop", "learning_rate": 0.0005, "rho": 0.9, "rmsprop_momentum": 0.5, "epsilon": 1e-7},
]


def make_optimizer(s, parameters):
    if s["optimizer"] == "sgd":
        return torch.optim.SGD(
            parameters,
            s["learning_rate"],
            momentum=s["momentum"],
            nesterov=s["nesterov"],
            weight_decay=s.get("weight_decay", 0.0),
        )
    if s["optimizer"] == "rmsprop":
        return torch.optim.RMSprop(
            parameters, s["learning_rate"], alpha=s["rho"], eps=s["epsilon"], momentum=s["rmsprop_momentum"]
        )
    kind = torch.optim.Adam if s["optimizer"] == "adam" else torch.optim.AdamW
    return kind(
        parameters,
        s["learning_rate"],
        betas=(s["beta1"], s["beta2"]),
        eps=s["epsilon"],
        weight_decay=s.get("weight_decay", 0.0),
    )


def ours(tensor):
    """A PyTorch parameter or its gradient in our memory order, flat."""
    if tensor.dim() == 4:
        tensor = tensor.permute(0, 2, 3, 1)
    elif tensor.dim() == 2:
        tensor = tensor.t()
    return tensor.detach().double().contiguous().numpy().ravel()


def assign(parameter, values):
    """The inverse: our flat values into a PyTorch parameter."""
    values = torch.from_numpy(values)
    if parameter.dim() == 4:
        out, channels, height, width = parameter.shape
        values = values.reshape(out, height, width, channels).permute(0, 3, 1, 2)
    elif parameter.dim() == 2:
        values = values.reshape(parameter.shape[1], parameter.shape[0]).t()
    with torch.no_grad():
        parameter.copy_(values.reshape(parameter.shape))


def described_parameters(network):
    """The parameters in layer order with their formula: weights of variance 1 / fan-in, small biases, scales about 1."""
    rows = []
    for index, (kind, step) in enumerate(zip(network.kinds, network.steps)):
        for name, parameter in step.named_parameters():
            name = name.split(".")[-1]  # of what may stand in a Padded
            role = "slope" if kind == "prelu" else {"weight": "scale", "bias": "shift"}[name] if kind in NORMS else name
            row = {"layer": index, "role": role, "count": parameter.numel(), "offset": 0.0, "scale": 0.1}
            if role == "scale":
                row |= {"offset": 1.0, "scale": 0.5}
            elif role == "slope":
                row |= {"offset": 0.25, "scale": 0.1}
            elif role == "weight":
                row["scale"] = float(np.sqrt(3.0 / parameter[0].numel()))
            rows.append((row, parameter))
    return rows


class Case:
    def __init__(self, name, seed, batch, cycle):
        self.name, self.seed, self.batch, self.cycle = name, seed, batch, cycle
        self.file = HERE / name if name.endswith(".toml") else name
        self.classes = Network(self.file).classes
        self.shape = Network(self.file).input
        self.batches = self.choose_images()

    def network(self, dtype):
        network = Network(self.file, dropout=0.0, our_flatten=True).to(dtype)
        for tensor, (row, parameter) in enumerate(described_parameters(network)):
            assign(parameter, formula.weights(self.seed, tensor, row["count"], row["offset"], row["scale"]))
        return network.train()

    def inputs(self, images, dtype):
        pixels = np.stack([formula.image(self.seed, i, self.shape, self.classes) for i in images])
        labels = [formula.label(self.seed, i, self.classes) for i in images]
        return torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous().to(dtype), torch.tensor(labels)

    def margin(self, images):
        smallest = [np.inf]

        def observe(kind, x, y, step):
            for kink in (step.min_val, step.max_val) if kind in ("clip", "relu6") else KINKS.get(kind, ()):
                smallest.append(float((x - kink).abs().min() / x.std()))
            if kind == "max_pool":
                windows = self.windows(x, y, step)
                top = windows.topk(2, dim=1).values
                gap = top[:, 0] - top[:, 1]
                gap = gap[gap > 0]  # equal values are zeros of a ReLU: no gradient passes
                smallest.append(float(gap.min() / x.std()))

        with torch.no_grad():
            self.network(torch.float64)(self.inputs(images, torch.float64)[0], observe)
        return min(smallest)

    @staticmethod
    def windows(x, y, step):
        """What each value of max-pooling was chosen from, [.., places, outputs]."""
        before = step.padding[:2]
        pool = getattr(step, "module", step)
        extent = [d * (k - 1) + 1 for k, d in zip(pool.kernel_size, pool.dilation)]
        ends = [(o - 1) * s + e for o, s, e in zip(y.shape[2:], pool.stride, extent)]
        after = [max(0, end - n - b) for end, n, b in zip(ends, x.shape[2:], before)]
        padded = F.pad(x, (before[1], after[1], before[0], after[0]), value=-1e30)[:, :, : ends[0], : ends[1]]
        return F.unfold(padded.reshape(-1, 1, *padded.shape[2:]), pool.kernel_size, pool.dilation, stride=pool.stride)

    def choose_images(self):
        """Image numbers for each batch of the cycle. Where images do not meet in a batch norm each is accepted by
        itself; else whole batches are tried."""
        norms = "batch_norm" in Network(self.file).kinds
        size = self.batch if norms else 1
        chosen, first = [], 0
        while len(chosen) < self.batch * self.cycle:
            group = list(range(first, first + size))
            first += size
            # Only the first batch's gradients are compared one by one.
            if len(chosen) >= self.batch or self.margin(group) >= MARGIN:
                chosen += group
        return [chosen[i : i + self.batch] for i in range(0, len(chosen), self.batch)]

    def first_step(self, dtype):
        network = self.network(dtype)
        images, labels = self.inputs(self.batches[0], dtype)
        loss = F.cross_entropy(network(images), labels)
        loss.backward()
        return loss.item(), [(row, ours(p.grad)) for row, p in described_parameters(network)]

    def train(self, settings, dtype):
        network = self.network(dtype)
        optimizer = make_optimizer(settings, network.parameters())
        losses = []
        for step in range(STEPS):
            images, labels = self.inputs(self.batches[step % self.cycle], dtype)
            optimizer.zero_grad()
            loss = F.cross_entropy(network(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        statistics = [
            {"layer": i, "mean": rounded(s.running_mean), "variance": rounded(s.running_var)}
            for i, s in enumerate(network.steps)
            if network.kinds[i] == "batch_norm"
        ]
        images, labels = self.inputs(self.batches[0], dtype)
        with torch.no_grad():
            evaluation = F.cross_entropy(network.eval()(images), labels).item()
        return losses, statistics, evaluation

    def result(self):
        loss, gradients = self.first_step(torch.float64)
        loss32, gradients32 = self.first_step(torch.float32)
        tensors = []
        for tensor, ((row, g), (_, g32)) in enumerate(zip(gradients, gradients32)):
            norm = np.linalg.norm(g)
            stride = sample_stride(g.size)
            key = formula.Key(self.seed).part(formula.SIGNS, tensor)
            signs = [key.part(k).signs(g.size) for k in range(PROJECTIONS)] if stride > 1 else []
            tensors.append(
                row
                | {
                    "gradient_norm": number(norm),
                    "float32_deviation": float(f"{np.linalg.norm(g32 - g) / norm:.2g}"),
                    "projections": [number(s @ g) for s in signs],
                    "stride": stride,
                    "values": rounded(g[::stride]),
                }
            )
        trainings = []
        for settings in OPTIMIZERS:
            losses, statistics, evaluation = self.train(settings, torch.float64)
            losses32, _, evaluation32 = self.train(settings, torch.float32)
            deviation = max(abs(a - b) for a, b in zip(losses + [evaluation], losses32 + [evaluation32]))
            trainings.append(
                {
                    "settings": settings,
                    "losses": rounded(losses, 11),
                    "evaluation_loss": number(evaluation, 11),
                    "float32_deviation": float(f"{deviation:.2g}"),
                    "running_statistics": statistics,
                }
            )
        return {
            "made_by": "tests/golden/make_golden.py",
            "versions": {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()},
            "architecture": self.name,
            "input": self.shape,
            "classes": self.classes,
            "seed": self.seed,
            "batches": self.batches,
            "first_loss": number(loss, 11),
            "first_loss_float32_deviation": float(f"{abs(loss32 - loss):.2g}"),
            "tensors": tensors,
            "batch_norm_momentum": 0.1,
            "trainings": trainings,
        }


def sample_stride(count):
    """1, or the smallest prime (beyond any layer's channel period) that leaves at most SAMPLE values."""
    if count <= WHOLE:
        return 1
    stride = max(-(-count // SAMPLE), 5)
    while any(stride % d == 0 for d in range(2, int(stride**0.5) + 1)):
        stride += 1
    return stride


def number(value, digits=9):
    return float(f"{float(value):.{digits}g}")


def rounded(values, digits=9):
    return [number(v, digits) for v in values]


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in sys.argv[1:] or NETWORKS:
        result = Case(name, *NETWORKS[name]).result()
        file = HERE / (name.removesuffix(".toml") + ".json")
        # One line for each tensor and training: compact, and a change shows where it is.
        text = json.dumps(result, separators=(",", ":")).replace('{"layer"', '\n{"layer"').replace('{"settings"', '\n{"settings"')
        file.write_text(text + "\n")
        worst = max(t["float32_deviation"] for t in result["tensors"])
        print(f"{file.name}: {file.stat().st_size:,} bytes, first loss {result['first_loss']:.4f}, PyTorch's float32 gradients within {worst:.1e}")
        for t in result["trainings"]:
            print(f"  {t['settings']['optimizer']}: {t['losses'][0]:.4f} -> {t['losses'][-1]:.4f}, float32 within {t['float32_deviation']:.1e}")


if __name__ == "__main__":
    main()
