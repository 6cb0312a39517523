# Twins of made_up.h: pictures by a formula.
import numpy as np


def made_up(height, width, channels):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    return ((3 * x * x + 5 * y * y + 7 * x * y + 40 * c) % 256).astype(np.uint8)


def gradient(height, width, channels):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    return (4 * y + 3 * x + 40 * c).astype(np.uint8)
