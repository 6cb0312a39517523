# Fashion-MNIST (or any data set in its four files) for the peers: the IDX files, gzipped or not, as numpy arrays.
import gzip
import struct
from pathlib import Path

import numpy as np

PLACE = "/usr/share/datasets/fashion-mnist"  # of the distribution's package dataset-fashion-mnist


def read_idx(folder, stem):
    for name in (f"{stem}.gz", stem):
        file = Path(folder) / name
        if file.exists():
            data = gzip.open(file).read() if name.endswith(".gz") else file.read_bytes()
            break
    else:
        raise SystemExit(f"{folder}: no {stem} or {stem}.gz; install dataset-fashion-mnist or name a folder with --data")
    dimensions = data[3]
    shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def chosen(folder, part):
    """Training images by their numbers or as a slice: uint8 [count, height, width] and int64 labels."""
    images, labels = read_idx(folder, "train-images-idx3-ubyte"), read_idx(folder, "train-labels-idx1-ubyte")
    return images[part].copy(), labels[part].astype(np.int64)


def training_part(folder, count):
    """The first `count` training images."""
    return chosen(folder, slice(count))


def validation_part(folder, count):
    """The last `count` training images; the test images stay where they are."""
    return chosen(folder, slice(-count, None))
