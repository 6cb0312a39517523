# The numbers that golden files do not hold because both sides compute them: tailor's counter-based random numbers
# (src/tailor/base/random.h) and the weights, images and labels made from them. The C++ side is formula.h.
import numpy as np

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15

# What a key is for: the first part folded into Key(seed).
WEIGHTS, IMAGES, LABELS, SIGNS = 1, 2, 3, 4


def mix64(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


class Key:
    def __init__(self, seed):
        self.state = mix64((seed + GOLDEN) & MASK)

    def part(self, *parts):
        """tailor::Key::with, once for each part."""
        key = Key(0)
        key.state = self.state
        for part in parts:
            factor = mix64((part + GOLDEN) & MASK) | 1
            key.state = mix64((key.state + GOLDEN * factor) & MASK)
        return key

    def bits(self, count):
        """Values 0 … count - 1 of the key, uint64 (numpy's products wrap around as C++'s do)."""
        x = np.uint64(self.state) + np.uint64(GOLDEN) * np.arange(1, count + 1, dtype=np.uint64)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))

    def uniform(self, count):
        return (self.bits(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def below(self, i, n):
        return (mix64((self.state + GOLDEN * (i + 1)) & MASK) * n) >> 64

    def signs(self, count):
        return np.where(self.bits(count) & np.uint64(1), 1.0, -1.0)


def weights(seed, tensor, count, offset, scale):
    """Initial values of the tensor-th parameter: offset + scale * (2 u - 1), rounded to float32 once."""
    u = Key(seed).part(WEIGHTS, tensor).uniform(count)
    return (offset + scale * (2.0 * u - 1.0)).astype(np.float32)


def label(seed, image, classes):
    return Key(seed).part(LABELS).below(image, classes)


def image(seed, index, shape, classes):
    """Noise u below 1/4, and below 1 in that cell of a 4 x 3 grid which the label names; [height][width][channels]."""
    height, width, channels = shape
    u = Key(seed).part(IMAGES, index).uniform(height * width * channels).reshape(shape)
    y, x = np.mgrid[0:height, 0:width]
    cell = (4 * y // height) * 3 + 3 * x // width == label(seed, index, classes)
    return np.where(cell[:, :, None], u, 0.25 * u).astype(np.float32)
