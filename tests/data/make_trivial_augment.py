# Prints the table of trivial_augment_test.cc: the SHA-256 of what Pillow makes of pictures with TrivialAugmentWide's
# operations, all strengths, both signs. Run by a developer when a case is added; the tests need neither Python nor Pillow.
#
#   python -m venv build/pillow && build/pillow/bin/pip install 'pillow<13' numpy
#   build/pillow/bin/python tests/data/make_trivial_augment.py
import hashlib
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parent / "pictures"))
from made_up import gradient, made_up  # noqa: E402


def moved(image, *matrix):
    return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.NEAREST)


def enhanced(kind):
    return lambda image, share: kind(image).enhance(1 + 0.99 * share)


OPERATIONS = {
    "identity": lambda image, share: image,
    "shear_x": lambda image, share: moved(image, 1, 0.99 * share, 0, 0, 1, 0),
    "shear_y": lambda image, share: moved(image, 1, 0, 0, 0.99 * share, 1, 0),
    "translate_x": lambda image, share: moved(image, 1, 0, -int(32 * share), 0, 1, 0),
    "translate_y": lambda image, share: moved(image, 1, 0, 0, 0, 1, -int(32 * share)),
    "rotate": lambda image, share: image.rotate(135 * share, Image.Resampling.NEAREST),
    "brightness": enhanced(ImageEnhance.Brightness),
    "colour": enhanced(ImageEnhance.Color),
    "contrast": enhanced(ImageEnhance.Contrast),
    "sharpness": enhanced(ImageEnhance.Sharpness),
    "posterize": lambda image, share: ImageOps.posterize(image, 8 - round(6 * abs(share))),
    "solarize": lambda image, share: ImageOps.solarize(image, 255 - 8.5 * round(30 * abs(share))),
    "autocontrast": lambda image, share: ImageOps.autocontrast(image),
    "equalize": lambda image, share: ImageOps.equalize(image),
}
PICTURES = [(made_up, 32, 32, 3), (made_up, 9, 11, 3), (made_up, 28, 28, 1), (gradient, 24, 20, 3), (made_up, 2, 1, 3)]

for make, *shape in PICTURES:
    pixels = make(*shape)
    image = Image.fromarray(pixels[:, :, 0] if shape[2] == 1 else pixels)
    hashes = []
    for name, operation in OPERATIONS.items():
        digest = hashlib.sha256()
        for strength in range(31):
            for sign in (1, -1):
                digest.update(np.asarray(operation(image, sign * strength / 30)).tobytes())
        hashes.append(f'"{digest.hexdigest()[:16]}"')
    print(f"    {{{make.__name__}({', '.join(map(str, shape))}), {{{', '.join(hashes)}}}}},")
