# Writes a network of Keras applications as ONNX, with random weights that leave nothing at its neutral value: by Keras'
# own export, by tf2onnx, or by PyTorch's exporter with Keras on PyTorch. Used by imported_logits.py.
import argparse
import os


def network(name, classes, side):
    import keras
    import numpy as np

    keras.utils.set_random_seed(1)
    made = getattr(keras.applications, name)(weights=None, classes=classes, input_shape=(side, side, 3))
    random = np.random.default_rng(1)
    for layer in made.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.0, w.shape) if "var" in v.name or "gamma" in v.name
                               else random.normal(0, 0.1, w.shape)
                               for w, v in zip(layer.get_weights(), layer.weights)])  # fmt: skip
        elif getattr(layer, "bias", None) is not None:
            layer.bias.assign(random.normal(0, 0.1, layer.bias.shape))
    return made


def by_pytorch(made, file, side):
    """Keeps batch norm: the lines of docs/own-network.md."""
    import torch

    images = torch.zeros(2, side, side, 3)
    made.eval()
    made(images, training=False)
    torch.onnx.export(made, (images,), file, dynamo=True, optimize=False, verbose=False)


def by_keras(made, file, side):
    import numpy as np

    made(np.zeros((1, side, side, 3), np.float32))  # it must have been called
    made.export(file, format="onnx", verbose=False)


def by_tf2onnx(made, file, side):
    import tensorflow as tf
    import tf2onnx

    function = tf.function(lambda x: made(x, training=False))
    signature = [tf.TensorSpec((None, side, side, 3), tf.float32, name="images")]
    tf2onnx.convert.from_function(function, input_signature=signature, opset=15, output_path=file)


EXPORTERS = {"pytorch": by_pytorch, "keras": by_keras, "tf2onnx": by_tf2onnx}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--out", required=True)
    parser.add_argument("--exporter", choices=EXPORTERS, default="keras")
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--side", type=int, default=64)
    o = parser.parse_args()
    os.environ["KERAS_BACKEND"] = "torch" if o.exporter == "pytorch" else "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    EXPORTERS[o.exporter](network(o.network, o.classes, o.side), o.out, o.side)


if __name__ == "__main__":
    main()
