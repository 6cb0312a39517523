# Keras' training and prediction speed on the default network, on TensorFlow or JAX: `fit` and `predict_on_batch`,
# with the augmentation vectorised over the batch in numpy. Prints JSON lines (reporting.py).
import argparse
import os

import numpy as np

import fashion_mnist
from reporting import describe, measure_passes


def options():
    parser = argparse.ArgumentParser(description="Trains (or predicts with) mnist_cnn in Keras and prints images per second.")
    parser.add_argument("--backend", choices=["tensorflow", "jax"], default="tensorflow")
    parser.add_argument("--mode", choices=["training", "prediction"], default="training")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32", help="bf16: mixed_bfloat16")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--images", type=int, default=40000, help="images of an epoch or pass")
    parser.add_argument("--epochs", type=int, default=2, help="the first is warm-up and not to be counted")
    parser.add_argument("--data", default=fashion_mnist.PLACE)
    parser.add_argument("--flip", type=float, default=0.5)
    parser.add_argument("--shift", type=int, default=2)
    parser.add_argument("--erasing", type=float, default=0.4)
    parser.add_argument("--erasing-area", type=float, default=0.33)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def limit_threads(o):
    """Before the backend is imported: JAX has no other way, and takes the cores it is allowed to use."""
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[: o.threads])
    os.environ["KERAS_BACKEND"] = o.backend
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    if o.backend == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(o.threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        return {"tensorflow": tf.__version__}
    import jax

    return {"jax": jax.__version__}


def augment(x, o, random):
    """As in pytorch_training.py, on a uint8 batch [n, h, w]."""
    n, height, width = x.shape
    rows, columns, s = np.arange(height), np.arange(width), o.shift
    dy, dx = random.integers(-s, s + 1, (2, n, 1))
    flipped = random.random((n, 1)) < o.flip
    source_columns = np.where(flipped, width - 1 - columns, columns) + dx + s
    padded = np.pad(x, ((0, 0), (s, s), (s, s)))
    x = padded[np.arange(n)[:, None, None], (rows + dy + s)[:, :, None], source_columns[:, None, :]]
    area = random.uniform(0.02, o.erasing_area, (n, 1)) * height * width
    ratio = np.exp(random.uniform(-1.2, 1.2, (n, 1)))
    h = np.clip(np.round(np.sqrt(area * ratio)), 1, height)
    w = np.clip(np.round(np.sqrt(area / ratio)), 1, width)
    top, left = np.floor(random.random((n, 1)) * (height - h + 1)), np.floor(random.random((n, 1)) * (width - w + 1))
    in_rows = (rows >= top) & (rows < top + h) & (random.random((n, 1)) < o.erasing)
    in_columns = (columns >= left) & (columns < left + w)
    return np.where(in_rows[:, :, None] & in_columns[:, None, :], 0, x)


def main():
    o = options()
    versions = limit_threads(o)
    import keras

    keras.utils.set_random_seed(o.seed)
    if o.precision == "bf16":
        keras.config.set_dtype_policy("mixed_bfloat16")
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, dtype="float32"),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True), loss, metrics=["accuracy"])
    part = fashion_mnist.training_part if o.mode == "training" else fashion_mnist.validation_part
    images, labels = part(o.data, o.images)
    random = np.random.default_rng(o.seed)

    class Batches(keras.utils.PyDataset):
        def __init__(self):
            super().__init__()
            self.order = random.permutation(len(images))

        def __len__(self):
            return -(-len(images) // o.batch)

        def __getitem__(self, i):
            chosen = self.order[i * o.batch : (i + 1) * o.batch]
            return augment(images[chosen], o, random)[..., None].astype(np.float32) / np.float32(255), labels[chosen]

    describe(f"keras-{o.backend}", {"keras": keras.__version__} | versions, vars(o) | {"parameters": model.count_params()})

    def train():
        history = model.fit(Batches(), epochs=1, verbose=0).history
        return {"train_loss": history["loss"][0], "train_accuracy": history["accuracy"][0]}

    def predict():
        correct = 0
        for first in range(0, len(images), o.batch):
            x = images[first : first + o.batch, :, :, None].astype(np.float32) / np.float32(255)
            correct += int((model.predict_on_batch(x).argmax(1) == labels[first : first + o.batch]).sum())
        return {"accuracy": correct / len(images)}

    measure_passes(o.epochs, len(images), train if o.mode == "training" else predict)


if __name__ == "__main__":
    main()
