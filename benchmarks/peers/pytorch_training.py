# PyTorch's training and prediction speed on one of our architectures, written as a careful user would: data in memory
# as uint8, augmentation vectorised over the batch, no Python work for single images. Prints JSON lines (reporting.py).
import argparse

import torch
from torch.nn import functional as F

import fashion_mnist
from reporting import describe, measure_passes
from torch_network import Network


def options():
    parser = argparse.ArgumentParser(description="Trains (or predicts with) a network in PyTorch and prints images per second.")
    parser.add_argument("--network", default="mnist_cnn", help="name of a file in architectures/, or a .toml file")
    parser.add_argument("--mode", choices=["training", "prediction"], default="training")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32", help="bf16: autocast")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--images", type=int, default=40000, help="images of an epoch or pass")
    parser.add_argument("--epochs", type=int, default=2, help="the first is warm-up and not to be counted")
    parser.add_argument("--data", default=fashion_mnist.PLACE)
    parser.add_argument("--learning-rate", type=float, default=0.02)
    parser.add_argument("--flip", type=float, default=0.5)
    parser.add_argument("--shift", type=int, default=2)
    parser.add_argument("--erasing", type=float, default=0.4)
    parser.add_argument("--erasing-area", type=float, default=0.33)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def augment(x, o):
    """Random flip, shift (zeros move in) and erasing (torchvision's RandomErasing: area from 2 %, ratio 0.3 to 3.3)
    of a uint8 batch [n, 1, h, w]; all images at once."""
    n, _, height, width = x.shape
    rows, columns = torch.arange(height), torch.arange(width)
    if o.flip or o.shift:
        s = o.shift
        dy, dx = torch.randint(-s, s + 1, (2, n, 1))
        flipped = torch.rand(n, 1) < o.flip
        source_columns = torch.where(flipped, width - 1 - columns, columns) + dx + s
        padded = F.pad(x, (s, s, s, s)).squeeze(1)
        x = padded[torch.arange(n)[:, None, None], (rows + dy + s)[:, :, None], source_columns[:, None, :]].unsqueeze(1)
    if o.erasing:
        area = torch.empty(n).uniform_(0.02, o.erasing_area) * height * width
        ratio = torch.empty(n).uniform_(-1.2, 1.2).exp()
        h = (area * ratio).sqrt().round().clamp(1, height)[:, None]
        w = (area / ratio).sqrt().round().clamp(1, width)[:, None]
        top = (torch.rand(n, 1) * (height - h + 1)).floor()
        left = (torch.rand(n, 1) * (width - w + 1)).floor()
        in_rows = (rows >= top) & (rows < top + h) & (torch.rand(n, 1) < o.erasing)
        in_columns = (columns >= left) & (columns < left + w)
        x = x.masked_fill((in_rows[:, :, None] & in_columns[:, None, :]).unsqueeze(1), 0)
    return x


def prepare(x, o):
    x = x.float().div_(255)
    return x.contiguous(memory_format=torch.channels_last) if o.channels_last else x


def train_epoch(network, optimizer, images, labels, o):
    network.train()
    order = torch.randperm(len(images))
    total, correct = 0.0, 0
    for chosen in order.split(o.batch):
        x, y = prepare(augment(images[chosen], o), o), labels[chosen]
        with torch.autocast("cpu", torch.bfloat16, enabled=o.precision == "bf16"):
            logits = network(x)
            loss = F.cross_entropy(logits, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        correct += (logits.argmax(1) == y).sum().item()
    return {"train_loss": total / len(order), "train_accuracy": correct / len(order)}


@torch.inference_mode()
def predict(network, images, labels, o):
    network.eval()
    correct = 0
    for x, y in zip(images.split(o.batch), labels.split(o.batch)):
        with torch.autocast("cpu", torch.bfloat16, enabled=o.precision == "bf16"):
            correct += (network(prepare(x, o)).argmax(1) == y).sum().item()
    return {"accuracy": correct / len(images)}


def main():
    o = options()
    torch.set_num_threads(o.threads)
    torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(o.seed)
    part = fashion_mnist.training_part if o.mode == "training" else fashion_mnist.validation_part
    images, labels = part(o.data, o.images)
    images, labels = torch.from_numpy(images).unsqueeze(1), torch.from_numpy(labels)
    network = Network(o.network, shape=(*images.shape[2:], 1), classes=int(labels.max()) + 1)
    if o.channels_last:
        network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), o.learning_rate, momentum=0.9, nesterov=True)
    parameters = sum(p.numel() for p in network.parameters())
    run = torch.compile(network) if o.compile else network
    describe("pytorch", {"torch": torch.__version__}, vars(o) | {"parameters": parameters})
    if o.mode == "training":
        measure_passes(o.epochs, len(images), lambda: train_epoch(run, optimizer, images, labels, o))
    else:
        measure_passes(o.epochs, len(images), lambda: predict(run, images, labels, o))


if __name__ == "__main__":
    main()
