"""Reports that can be added: what many machines find is, together, what one finds."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Iterable, List, Tuple, Type, TypeVar, Union

from . import _core

S = TypeVar("S", bound="_Sum")
Where = Union[str, "os.PathLike[str]"]
_WHOLE = "whole.json"


class _Sum(Dict[str, Any]):
    """A report with a value behind it that ``prune merge`` takes."""

    part: bytes
    """The file that ``-o`` of the command line writes."""

    def __init__(self, report: Dict[str, Any], part: bytes) -> None:
        super().__init__(report)
        self.part = part

    @classmethod
    def of(cls: Type[S], parts: Iterable[bytes]) -> S:
        """What the contents of files are together."""
        files = [(f"part {k + 1}", bytes(part)) for k, part in enumerate(parts)]
        if not files:
            raise _core.Error("there is no part to merge")
        args = ["merge", *(name for name, _ in files), "-o", _WHOLE, "--json"]
        printed, written, _ = _core.call(args, files, None, None)
        return cls(json.loads(printed), written[_WHOLE])

    @classmethod
    def load(cls: Type[S], *paths: Where) -> S:
        """Reads files of :meth:`save` or of the command line, and merges them."""
        parts: List[bytes] = []
        for path in paths:
            try:
                with open(path, "rb") as file:
                    parts.append(file.read())
            except OSError as error:
                raise _core.Error(f"{os.fspath(path)}: {error.strerror}") from error
        return cls.of(parts)

    def save(self, path: Where) -> None:
        """Writes the file that ``prune merge`` takes."""
        with open(path, "wb") as file:
            file.write(self.part)

    def __add__(self: S, other: S) -> S:
        if type(other) is not type(self):
            return NotImplemented
        return type(self).of([self.part, other.part])

    def __radd__(self: S, other: Any) -> S:
        # `sum` begins with 0.
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (dict(self), self.part)


class Evaluation(_Sum):
    """What :func:`evaluate` found. ``a + b`` is the evaluation of the images of both, each counted once: its figures are those of a
    single run to the last bit where both are parts of one data set. Sums have no ``latency_ms``."""


class Calibration(_Sum):
    """What :func:`calibrate` measured. ``a + b`` is the measurement of the images of both, which must not share one: means and
    deviations are those of a single run to 1e-9."""


class Grams(_Sum):
    """What :func:`grams` summed: ``format``, ``images``, ``origin``; the matrices are in ``part``. ``a + b`` is the sum over the images
    of both, which must not share one: those of a single run to 1e-9."""
