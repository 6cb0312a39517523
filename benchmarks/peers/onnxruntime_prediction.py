# ONNX Runtime's prediction speed on one of our architectures, exported by PyTorch (weights as initialised: speed does
# not depend on them, beyond zeros). Prints JSON lines (reporting.py).
import argparse
import os
import tempfile

import numpy as np
import onnxruntime
import torch

import fashion_mnist
from reporting import describe, measure_passes
from torch_network import Network


def options():
    parser = argparse.ArgumentParser(description="Predicts with a network in ONNX Runtime and prints images per second.")
    parser.add_argument("--network", default="mnist_cnn")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--images", type=int, default=20000, help="images of a pass")
    parser.add_argument("--epochs", type=int, default=2, help="passes; the first is warm-up and not to be counted")
    parser.add_argument("--data", default=fashion_mnist.PLACE)
    return parser.parse_args()


def exported(network, shape):
    """The ONNX model's bytes, for any batch size."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "network.onnx")
        batch = torch.export.Dim("batch", min=1, max=65536)
        torch.onnx.export(
            network.eval(), (torch.zeros(2, *shape),), file, dynamo=True, dynamic_shapes=({0: batch},),
            input_names=["images"], output_names=["logits"], external_data=False, verbose=False,
        )  # fmt: skip
        with open(file, "rb") as f:
            return f.read()


def main():
    o = options()
    images, labels = fashion_mnist.validation_part(o.data, o.images)
    images = images[:, None]
    network = Network(o.network, shape=(*images.shape[2:], 1), classes=int(labels.max()) + 1)
    session_options = onnxruntime.SessionOptions()
    session_options.intra_op_num_threads = o.threads
    session_options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        exported(network, images.shape[1:]), session_options, providers=["CPUExecutionProvider"]
    )
    describe("onnxruntime", {"onnxruntime": onnxruntime.__version__, "torch": torch.__version__}, vars(o))

    def run():
        correct = 0
        for first in range(0, len(images), o.batch):
            x = images[first : first + o.batch].astype(np.float32) / np.float32(255)
            logits = session.run(None, {"images": x})[0]
            correct += int((logits.argmax(1) == labels[first : first + o.batch]).sum())
        return {"accuracy": correct / len(images)}

    measure_passes(o.epochs, len(images), run)


if __name__ == "__main__":
    main()
