# Makes golden.json: small picture files of all formats with the pixels that Pillow sees in them, and pictures that
# Pillow scaled. Run by a developer when a case is added; the tests need neither Python nor Pillow.
#
#   python -m venv build/pillow && build/pillow/bin/pip install 'pillow<13' numpy tifffile imagecodecs
#   build/pillow/bin/python tests/data/pictures/make_golden.py
#
# Pictures are made up by the formula of made_up.h. Where Pillow cannot read a kind of file, or treats its samples in a
# way of its own (16 bits), the pixels are computed here from the samples that went in; "by" says which. Pixels that are
# the formula's are not written down.
import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL
import tifffile
from imagecodecs import png_encode
from PIL import Image, ImageOps

from made_up import gradient, made_up

HERE = Path(__file__).resolve().parent
GROUND = (200, 40, 90)  # behind what is transparent


def image(pixels):
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def saved(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def seen_by_pillow(content):
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    if picture.mode in ("LA", "PA", "RGBA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        behind = Image.new("RGB", picture.size, GROUND)
        behind.paste(picture, mask=picture.getchannel("A"))
        picture = behind
    elif picture.mode not in ("1", "L"):
        picture = picture.convert("RGB")
    else:
        picture = picture.convert("L")
    pixels = np.asarray(picture)
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def text(values):
    return base64.b64encode(bytes(values)).decode()


FILES = []


# `levels`: how far a pixel may be off, where decoders or roundings may differ.
def add(name, content, pixels=None, levels=0):
    by = "Pillow" if pixels is None else "samples"
    pixels = seen_by_pillow(content) if pixels is None else pixels
    if pixels.shape[2] == 3 and (pixels == pixels[:, :, :1]).all():
        pixels = pixels[:, :, :1]  # a grey palette
    FILES.append(
        {
            "name": name,
            "by": by,
            "levels": levels,
            "shape": list(pixels.shape),
            "pixels": "made_up" if (pixels == made_up(*pixels.shape)).all() else text(pixels.tobytes()),
            "file": text(content),
        }
    )


def to_8(samples):
    return ((samples.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)


def exif(orientation):
    tags = Image.Exif()
    tags[0x112] = orientation
    return tags


def png():
    grey, colour = made_up(5, 6, 1), made_up(5, 6, 3)
    add("png grey", saved(image(grey), "PNG"))
    add("png colour", saved(image(colour), "PNG"))
    for bits in 1, 2, 4:
        add(f"png palette of {bits} bits", saved(image(colour).quantize(2**bits), "PNG", bits=bits))
    add("png grey palette", saved(image(grey).quantize(8), "PNG"))
    add("png bits", saved(image(grey).convert("1"), "PNG"))
    add("png palette and transparency", saved(image(colour).quantize(8), "PNG", transparency=bytes([0, 90, 180])))
    add("png colour and alpha", saved(image(made_up(5, 6, 4)), "PNG"))
    add("png grey and alpha", saved(Image.fromarray(made_up(5, 6, 2), "LA"), "PNG"))
    add("png one transparent colour", saved(image(colour), "PNG", transparency=tuple(map(int, colour[2, 3]))))
    wide = (made_up(5, 6, 1).astype(np.uint16) << 8) + made_up(5, 6, 3)[:, :, 1:2]
    add("png grey of 16 bits", saved(Image.fromarray(wide[:, :, 0]), "PNG"), to_8(wide))
    both = (colour.astype(np.uint16) << 8) + colour[:, :, ::-1]
    add("png colour of 16 bits", png_encode(both), to_8(both))
    deep = (made_up(5, 6, 4).astype(np.uint16) << 8) + 99
    add("png alpha of 16 bits", png_encode(deep), levels=1)
    add("png interlaced", interlaced(made_up(9, 10, 1)))
    add("png gamma that is ignored", gamma(saved(image(colour), "PNG")), colour)
    add("png lying", saved(image(colour), "PNG", exif=exif(6)))


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def gamma(content):
    return content[:33] + chunk(b"gAMA", struct.pack(">I", 100000)) + content[33:]


# Adam7: the passes' first row and column, and their steps.
def interlaced(grey):
    height, width, _ = grey.shape
    rows = b""
    for y, x, down, across in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]:
        rows += b"".join(b"\0" + row.tobytes() for row in grey[y::down, x::across, 0])
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg():
    add("jpeg grey", saved(image(gradient(9, 10, 1)), "JPEG", quality=90), levels=1)
    colour = image(gradient(9, 10, 3))
    add("jpeg colour", saved(colour, "JPEG", quality=90), levels=1)
    add("jpeg progressive, lying", saved(colour, "JPEG", quality=90, progressive=True, exif=exif(8)), levels=1)
    add("jpeg cmyk", saved(colour.convert("CMYK"), "JPEG", quality=90), levels=1)


def webp():
    colour = image(made_up(5, 6, 3))
    add("webp lossless", saved(colour, "WEBP", lossless=True))
    add("webp lossy, lying", saved(image(gradient(9, 10, 3)), "WEBP", quality=90, exif=exif(3)), levels=1)
    add("webp alpha", saved(image(made_up(5, 6, 4)), "WEBP", lossless=True, exact=True))
    # The first frame does not cover the picture.
    frames = [Image.new("RGBA", (6, 5)), Image.new("RGBA", (6, 5), (9, 8, 7, 255))]
    frames[0].paste(colour.crop((2, 2, 5, 4)), (2, 2))
    seen = np.full((5, 6, 3), GROUND, np.uint8)
    seen[2:4, 2:5] = made_up(5, 6, 3)[2:4, 2:5]
    add("webp animated", saved(frames[0], "WEBP", lossless=True, save_all=True, append_images=frames[1:]), seen)


def gif():
    colour = image(made_up(5, 6, 3)).quantize(16)
    add("gif colour", saved(colour, "GIF"))
    add("gif interlaced", saved(image(made_up(16, 17, 1)).quantize(3), "GIF", interlace=True))
    add("gif grey", saved(image(made_up(5, 6, 1)).quantize(8), "GIF"))
    add("gif transparency", saved(colour, "GIF", transparency=3))
    add("gif animated", saved(colour, "GIF", save_all=True, append_images=[Image.new("P", (6, 5), 2)]))
    # A frame of 6 x 5 at (2, 1) of a screen of 9 x 7, then one that goes beyond a screen of 5 x 4.
    whole = saved(colour, "GIF", transparency=3)
    at = whole.index(b",\0\0\0\0\x06\0\x05\0")
    moved = bytearray(whole)
    moved[6:10], moved[at + 1 : at + 5] = struct.pack("<HH", 9, 7), struct.pack("<HH", 2, 1)
    add("gif small frame", bytes(moved))
    moved[6:10] = struct.pack("<HH", 5, 4)
    add("gif frame beyond the screen", bytes(moved))


def bmp_file(header, pixels, palette=b"", masks=b""):
    begin = 14 + len(header) + len(masks) + len(palette)
    return struct.pack("<2sIHHI", b"BM", begin + len(pixels), 0, 0, begin) + header + masks + palette + pixels


def bmp_header(width, height, bits, compression=0, colours=0, size=40, rest=b""):
    head = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, compression, 0, 2835, 2835, colours, 0)
    return (head + rest).ljust(size, b"\0")


def bmp_rows(rows):
    return b"".join(bytes(row).ljust((len(row) + 3) // 4 * 4, b"\0") for row in rows)


def bmp():
    colour = made_up(5, 6, 3)
    add("bmp 24 bits", saved(image(colour), "BMP"))
    add("bmp grey", saved(image(made_up(5, 6, 1)), "BMP"))
    add("bmp 1 bit", saved(image(made_up(5, 6, 1)).convert("1"), "BMP"))
    add("bmp palette", saved(image(colour).quantize(200), "BMP"))
    bgr = colour[:, :, ::-1]
    down = bmp_rows(row.tobytes() for row in bgr)
    add("bmp top-down", bmp_file(bmp_header(6, -5, 24), down))
    core = struct.pack("<IHHHH", 12, 6, 5, 1, 24)
    add("bmp os/2", bmp_file(core, bmp_rows(row.tobytes() for row in bgr[::-1])))
    four = [(0, 0, 0), (250, 20, 30), (10, 200, 5), (99, 98, 97)]
    palette = b"".join(bytes((b, g, r, 0)) for r, g, b in four)
    numbers = made_up(5, 6, 1)[:, :, 0] % 4
    nibbles = [bytes(a << 4 | b for a, b in zip(row[::2], row[1::2])) for row in numbers[::-1].tolist()]
    add("bmp 4 bits", bmp_file(bmp_header(6, 5, 4, colours=4), bmp_rows(nibbles), palette))
    core = struct.pack("<IHHHH", 12, 6, 5, 1, 4)
    small = b"".join(bytes((b, g, r)) for r, g, b in (four * 4))
    add("bmp os/2, 4 bits", bmp_file(core, bmp_rows(nibbles), small))
    pairs = [bytes(a << 6 | b << 4 | c << 2 | d for a, b, c, d in zip(*[iter([*row, 0, 0])] * 4)) for row in numbers[::-1].tolist()]
    seen = np.array(four, np.uint8)[numbers]
    add("bmp 2 bits", bmp_file(bmp_header(6, 5, 2, colours=4), bmp_rows(pairs), palette), seen)
    short = struct.pack("<IiiHH", 16, 6, 5, 1, 2)
    add("bmp os/2 2.x, 2 bits", bmp_file(short, bmp_rows(pairs), palette), seen)
    # Runs, plain pixels, a move, the end of a line: 6 x 4, from below.
    runs = bytes([3, 1, 0, 3, 2, 3, 1, 0, 0, 0, 6, 2, 0, 0, 0, 2, 2, 1, 4, 3, 0, 1])
    add("bmp runs of 8 bits", bmp_file(bmp_header(6, 4, 8, 1, 4), runs, palette))
    runs = bytes([9, 1, 0, 0, 6, 2, 0, 0, 4, 3, 0, 4, 1, 0, 3, 0, 0, 0, 6, 3, 0, 1])
    seen = np.array([[3] * 6, [3, 3, 3, 3, 1, 0], [2] * 6, [1] * 6])
    add("bmp runs that are too long", bmp_file(bmp_header(6, 4, 8, 1, 4), runs, palette), np.array(four, np.uint8)[seen])
    runs = bytes([4, 0x12, 0, 3, 0x31, 0x20, 0, 0, 6, 0x22, 0, 0, 0, 2, 2, 1, 4, 0x30, 0, 1])
    seen = np.zeros((4, 7), int)
    seen[3] = [1, 2, 1, 2, 3, 1, 2]
    seen[2, :6] = 2
    seen[0, 2:6] = [3, 0, 3, 0]
    add("bmp runs of 4 bits", bmp_file(bmp_header(7, 4, 4, 2, 4), runs, palette), np.array(four, np.uint8)[seen])
    r, g, b = (colour[:, :, c].astype(np.uint32) for c in range(3))
    rounded = lambda v, n: (((v >> (8 - n)) * 255 + ((1 << n) - 1) // 2) // ((1 << n) - 1)).astype(np.uint8)
    five = (r >> 3 << 10 | g >> 3 << 5 | b >> 3).astype("<u2")
    add("bmp 16 bits", bmp_file(bmp_header(6, 5, 16), bmp_rows(row.tobytes() for row in five[::-1])), levels=1)
    six = (r >> 3 << 11 | g >> 2 << 5 | b >> 3).astype("<u2")
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    rows = bmp_rows(row.tobytes() for row in six[::-1])
    add("bmp 16 bits, masks", bmp_file(bmp_header(6, 5, 16, 3), rows, masks=masks), levels=1)
    add("bmp 32 bits", bmp_file(bmp_header(6, 5, 32), (r << 16 | g << 8 | b)[::-1].astype("<u4").tobytes()))
    alpha = made_up(5, 6, 4)[:, :, 3].astype(np.uint32)
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    rows = (alpha << 24 | r << 16 | g << 8 | b)[::-1].astype("<u4").tobytes()
    for size in 108, 124:
        add(f"bmp alpha, header of {size}", bmp_file(bmp_header(6, 5, 32, 3, size=size, rest=masks), rows))
    ten = (r << 2 << 20 | g << 2 << 10 | b << 2).astype("<u4")
    masks = struct.pack("<III", 0x3FF00000, 0xFFC00, 0x3FF)
    exact = ((colour.astype(np.uint32) * 4 * 255 + 511) // 1023).astype(np.uint8)
    add("bmp 10 bits each", bmp_file(bmp_header(6, 5, 32, 3), ten[::-1].tobytes(), masks=masks), exact)


def pnm():
    grey, colour = made_up(3, 9, 1), made_up(3, 9, 3)
    listed = lambda values: " ".join(map(str, values.ravel().tolist())).encode()
    bits = image(grey).convert("1")
    add("pnm p1", b"P1 # bits\n9 3\n" + "".join("10"[int(v)] for v in np.asarray(bits).ravel()).encode())
    add("pnm p2", b"P2\n# grey\n9 3 255\n" + listed(grey))
    add("pnm p3", b"P3 9 3\n255\n" + listed(colour) + b"\n")
    add("pnm p4", saved(bits, "PPM"))
    add("pnm p5", saved(image(grey), "PPM"))
    add("pnm p6", saved(image(colour), "PPM"))
    add("pnm p6, largest 15", b"P6 9 3 15\n" + (colour % 16).tobytes())
    wide = (grey.astype(np.uint16) << 8) + colour[:, :, 2:]
    add("pnm p5 of 16 bits", b"P5 9 3 65535\n" + wide.astype(">u2").tobytes(), to_8(wide))
    # Bytes after the last pixel, as of a second picture.
    add("pnm two pictures", 2 * saved(image(grey), "PPM"), grey)


def tiff_file(pixels, **options):
    out = io.BytesIO()
    tifffile.imwrite(out, pixels, **{"metadata": None, "software": False, **options})
    return out.getvalue()


def tiff():
    grey, colour = made_up(5, 6, 1), made_up(5, 6, 3)
    for kind in "raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "zstd", "lzma":
        add(f"tiff {kind}", saved(image(colour), "TIFF", compression=None if kind == "raw" else kind))
    add("tiff fax", saved(image(grey).convert("1"), "TIFF", compression="group4"))
    add("tiff bits", saved(image(grey).convert("1"), "TIFF"))
    add("tiff jpeg", saved(image(gradient(16, 16, 3)), "TIFF", compression="jpeg", quality=90), levels=2)
    add("tiff grey", saved(image(grey), "TIFF"))
    add("tiff palette", saved(image(colour).quantize(16), "TIFF"))
    add("tiff colour and alpha", saved(image(made_up(5, 6, 4)), "TIFF"))
    add("tiff cmyk", saved(image(made_up(5, 6, 4)).convert("CMYK"), "TIFF"))
    add("tiff two pages", saved(image(colour), "TIFF", save_all=True, append_images=[image(grey)]))
    for orientation in 3, 6:
        add(f"tiff orientation {orientation}", saved(image(colour), "TIFF", tiffinfo={0x112: orientation}))
    white = tiff_file(grey[:, :, 0], photometric="miniswhite")
    add("tiff white is 0", white, 255 - grey)
    large, pixels = made_up(17, 18, 3), made_up(17, 18, 1)
    add("tiff tiles", tiff_file(large, tile=(16, 16), photometric="rgb", compression="zlib"), large)
    add("tiff grey tiles", tiff_file(pixels[:, :, 0], tile=(16, 32), compression="lzw"), pixels)
    apart = np.ascontiguousarray(colour.transpose(2, 0, 1))
    add("tiff planes", tiff_file(apart, photometric="rgb", planarconfig="separate"), colour)
    tiles = tiff_file(apart, photometric="rgb", planarconfig="separate", tile=(16, 16), compression="zlib")
    add("tiff planes of tiles", tiles, colour)
    wide = (colour.astype(np.uint16) << 8) + colour[:, :, ::-1]
    add("tiff colour of 16 bits", tiff_file(wide, photometric="rgb"), to_8(wide))
    big = tiff_file(wide, photometric="rgb", byteorder=">", predictor=True, compression="lzw", rowsperstrip=3)
    add("tiff 16 bits, big-endian, predictor", big, to_8(wide))
    add("tiff grey of 16 bits", tiff_file(wide[:, :, 0], photometric="minisblack"), to_8(wide[:, :, :1]))
    add("tiff big", tiff_file(colour, photometric="rgb", bigtiff=True), colour)
    four = (grey[:, :, 0] % 16).astype(np.uint8)
    add("tiff 4 bits", tiff_file(four, bitspersample=4, photometric="minisblack"), four[:, :, None] * 17)
    twelve = (made_up(5, 6, 1)[:, :, 0].astype(np.uint16) << 4) + 5
    exact = ((twelve.astype(np.uint32) * 255 + 2047) // 4095).astype(np.uint8)
    packed = tiff_file(twelve, bitspersample=12, photometric="minisblack")
    add("tiff 12 bits", packed, exact[:, :, None])
    alpha = made_up(5, 6, 4)
    alpha[:, :, :3] = (alpha[:, :, :3].astype(int) * alpha[:, :, 3:] + 127) // 255  # multiplied in
    behind = np.array(GROUND) * (255 - alpha[:, :, 3:].astype(int)) / 255
    over = np.minimum(255, np.rint(alpha[:, :, :3] + behind)).astype(np.uint8)
    add("tiff alpha multiplied in", tiff_file(alpha, photometric="rgb", extrasamples=["assocalpha"]), over, levels=1)
    five = made_up(5, 6, 5)
    near = tiff_file(five, photometric="rgb", extrasamples=["unspecified", "unspecified"], planarconfig="contig")
    add("tiff more bands", near, five[:, :, :3])
    ycc = np.asarray(image(gradient(9, 10, 3)).convert("YCbCr"))
    add("tiff ycbcr", tiff_file(ycc, photometric="ycbcr", subsampling=(1, 1)), gradient(9, 10, 3), levels=2)


# Scaled by Pillow: made_up(height, width, channels) to a size; None for the whole picture, else the box that is
# scaled before (torchvision's CenterCrop comes after scaling: see `cropped`).
def resized():
    cases = []
    for height, width, channels, to_height, to_width in [
        (31, 47, 3, 8, 12),
        (31, 47, 1, 8, 12),
        (5, 7, 3, 12, 15),
        (64, 64, 1, 7, 9),
        (5, 90, 3, 9, 10),
        (90, 5, 1, 3, 40),
        (33, 20, 3, 33, 3),
        (33, 20, 1, 10, 20),
        (1, 2, 1, 4, 8),
        (3, 3, 3, 1, 1),
        (200, 300, 1, 16, 16),
        (12, 12, 1, 11, 13),
    ]:
        scaled = image(made_up(height, width, channels)).resize((to_width, to_height), Image.Resampling.BILINEAR)
        cases.append({"shape": [height, width, channels], "fit": "stretch", "to": [to_height, to_width, channels],
                      "pixels": text(scaled.tobytes())})
    return cases


# torchvision's Resize(size) and CenterCrop(size), from their documentation: the shorter side becomes `size`, the
# other int(size * long / short); the crop begins at int(round((side - size) / 2)).
def cropped():
    cases = []
    for height, width, channels, size in [(31, 47, 3, 8), (47, 32, 1, 9), (20, 21, 3, 32), (60, 37, 1, 10), (20, 26, 1, 10), (30, 41, 3, 11)]:
        long = int(size * max(height, width) / min(height, width))
        scaled = (size, long) if height <= width else (long, size)
        picture = image(made_up(height, width, channels)).resize(scaled[::-1], Image.Resampling.BILINEAR)
        top, left = (int(round((side - size) / 2)) for side in scaled)
        picture = picture.crop((left, top, left + size, top + size))
        cases.append({"shape": [height, width, channels], "fit": "crop", "to": [size, size, channels],
                      "pixels": text(picture.tobytes())})
    return cases


# Grey as Pillow's "L", then scaled.
def grey():
    cases = []
    for height, width, to in [(16, 16, 16), (31, 47, 12)]:
        picture = image(made_up(height, width, 3)).convert("L").resize((to, to), Image.Resampling.BILINEAR)
        cases.append({"shape": [height, width, 3], "fit": "stretch", "to": [to, to, 1], "pixels": text(picture.tobytes())})
    return cases


def lines(items):
    return "[\n" + ",\n".join(json.dumps(item) for item in items) + "\n]"


if __name__ == "__main__":
    for make in png, jpeg, webp, gif, bmp, pnm, tiff:
        make()
    made_by = f"make_golden.py, Pillow {PIL.__version__}, tifffile {tifffile.__version__}"
    content = f'{{"made_by": {json.dumps(made_by)}, "ground": {list(GROUND)},\n"files": {lines(FILES)},\n'
    content += f'"fits": {lines(resized() + cropped() + grey())}}}\n'
    (HERE / "golden.json").write_text(content)
    for entry in FILES:
        print(f'{entry["name"]:40} {entry["by"]:8} {entry["shape"]} {len(entry["file"])}')
    print(len(content), "bytes")
