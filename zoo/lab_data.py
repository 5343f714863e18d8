"""Writes the page's built-in labelled data: 1,000 test images of Fashion-MNIST, the first 100 of each class.

    python zoo/lab_data.py [--source /usr/share/datasets/fashion-mnist]

The source holds the published files t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz (Debian: package
dataset-fashion-mnist). The result is the same to the byte every time.
"""

import argparse
import gzip
import struct
import zipfile
from pathlib import Path

PER_CLASS = 100
SAMPLES = Path(__file__).parent.parent / "www/public/samples"


def read(path: Path) -> tuple[list[int], bytes]:
    """Sizes and samples of an IDX file."""
    data = gzip.decompress(path.read_bytes())
    rank = data[3]
    start = 4 + 4 * rank
    return list(struct.unpack(f">{rank}I", data[4:start])), data[start:]


def idx(sizes: list[int], samples: bytes) -> bytes:
    return struct.pack(f">HBB{len(sizes)}I", 0, 8, len(sizes), *sizes) + samples


def terms() -> str:
    """The licence as it stands beside the samples."""
    text = (SAMPLES / "LICENSES.md").read_text()
    return "Fashion-MNIST\n" + text.split("## Fashion-MNIST\n", 1)[1].split("\n## ", 1)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    source = parser.parse_args().source
    (count, height, width), pixels = read(source / "t10k-images-idx3-ubyte.gz")
    _, labels = read(source / "t10k-labels-idx1-ubyte.gz")
    seen = [0] * 10
    chosen = []
    for index in range(count):
        if seen[labels[index]] < PER_CLASS:
            seen[labels[index]] += 1
            chosen.append(index)
    size = width * height
    images = b"".join(pixels[i * size : (i + 1) * size] for i in chosen)
    target = SAMPLES / "data" / "fashion-mnist-1000.zip"
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in [
            ("t10k-images-idx3-ubyte", idx([len(chosen), height, width], images)),
            ("t10k-labels-idx1-ubyte", idx([len(chosen)], bytes(labels[i] for i in chosen))),
            ("LICENSE.txt", terms().encode()),
        ]:
            entry = zipfile.ZipInfo(name, date_time=(2017, 8, 25, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    print(f"{target}: {len(chosen)} images, {target.stat().st_size} bytes")


main()
