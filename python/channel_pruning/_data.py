"""Images of any kind to what the core takes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Iterable, List, Optional, Protocol, Sequence, Tuple, Union

from ._core import Error

if TYPE_CHECKING:
    from PIL.Image import Image as Picture


class Batch(Protocol):
    """An array of shape (N, C, H, W): NumPy's, PyTorch's, or another that ``numpy.asarray`` takes."""

    @property
    def shape(self) -> Any: ...


ImagesLike = Union[
    str,
    "os.PathLike[str]",
    Sequence[Union[str, "os.PathLike[str]"]],
    "Sequence[Picture]",
    Batch,
    Iterable[Any],
]

#: Kind (files, pixels, tensors), items and labels, as the core takes them.
Images = Tuple[str, List[Any], Optional[List[int]]]

#: Images that are taken of an iterable at the most, unless a limit says otherwise: it may have no end.
MOST = 2000


def is_path(value: object) -> bool:
    """Whether a value names a file or folder."""
    return isinstance(value, (str, os.PathLike))


def _is_picture(value: object) -> bool:
    # Pillow need not be installed; whoever has a picture has it.
    return hasattr(value, "convert") and hasattr(value, "tobytes") and hasattr(value, "mode")


def _is_array(value: object) -> bool:
    return hasattr(value, "shape") and hasattr(value, "dtype")


def _labels(labels: Optional[Iterable[Any]]) -> Optional[List[int]]:
    if labels is None:
        return None
    found = [int(label) for label in labels]
    if any(label < 0 for label in found):
        raise Error("labels are places among the network's outputs, so none is negative")
    return found


def _tensor(batch: Any) -> Tuple[List[int], bytes]:
    """Shape and bytes of a batch."""
    import numpy

    if hasattr(batch, "detach"):
        batch = batch.detach().cpu()
    array = numpy.asarray(batch)
    if array.ndim == 3:
        array = array[None]
    if array.ndim != 4:
        raise Error(f"a batch of images has the shape (N, C, H, W), not {array.shape}")
    if array.dtype.kind in "ub":
        raise Error(
            "the array holds whole numbers: give preprocessed numbers as floats, or pictures as PIL images"
        )
    array = numpy.ascontiguousarray(array, dtype="<f4")
    return list(array.shape), array.tobytes()


def _read(path: Any) -> Tuple[str, bytes]:
    name = os.fspath(path)
    try:
        with open(name, "rb") as file:
            return str(name), file.read()
    except OSError as error:
        raise Error(f"{name}: {error.strerror}") from error


def _batches(images: Any, limit: int) -> Tuple[List[Tuple[List[int], bytes]], Optional[List[int]]]:
    batches: List[Tuple[List[int], bytes]] = []
    labels: List[int] = []
    count = 0
    for batch in images:
        truth = None
        if isinstance(batch, dict):
            raise Error("a batch is an array, or (images, labels), not a dict")
        if isinstance(batch, (tuple, list)) and batch and _is_array(batch[0]):
            batch, truth = batch[0], batch[1] if len(batch) > 1 else None
        shape, content = _tensor(batch)
        if count + shape[0] > limit:
            # Four bytes a number.
            each = len(content) // shape[0]
            shape = [limit - count, *shape[1:]]
            content = content[: each * shape[0]]
        batches.append((shape, content))
        if truth is not None:
            labels += _labels(truth) or []
        count += shape[0]
        if count >= limit:
            break
    return batches, labels[:count] if labels else None


def gather(
    images: ImagesLike, labels: Optional[Iterable[int]] = None, limit: Optional[int] = None
) -> Tuple[str, Optional[Images]]:
    """A path for the command line, or its stand-in and the images themselves."""
    given = _labels(labels)
    if is_path(images):
        if given is not None:
            raise Error("a folder's labels are the names of its folders, or a table in it; leave labels out")
        return os.fspath(images), None  # type: ignore[arg-type]
    most = MOST if limit is None else limit
    try:
        if _is_array(images):
            found: Images = ("tensors", [_tensor(images)], given)
        elif isinstance(images, (list, tuple)) and images and is_path(images[0]):
            if given is not None:
                raise Error("paths have their labels by their folders or a table; leave labels out")
            found = ("files", [_read(path) for path in images], None)
        elif isinstance(images, (list, tuple)) and images and _is_picture(images[0]):
            pictures = [image.convert("RGB") for image in images]
            found = ("pixels", [(p.width, p.height, p.tobytes()) for p in pictures], given)
        else:
            batches, truth = _batches(images, most)
            found = ("tensors", batches, given if given is not None else truth)
    except TypeError as error:
        raise Error(
            "images are a folder, paths, PIL images, a float array (N, C, H, W), or an iterable of such batches"
        ) from error
    return "images", found


def count(images: Images) -> int:
    """How many images were gathered."""
    kind, items, _ = images
    return sum(shape[0] for shape, _ in items) if kind == "tensors" else len(items)
