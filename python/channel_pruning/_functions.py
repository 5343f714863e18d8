"""One function for each command."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterable,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    TypedDict,
    TypeVar,
    Union,
)

from . import _core
from ._data import Images, ImagesLike, count, gather, is_path
from ._values import Calibration, Evaluation, Grams

if TYPE_CHECKING:
    import onnx
    from typing_extensions import Unpack

#: A path, the bytes of a file, or an ``onnx.ModelProto``.
Model = Union[str, "os.PathLike[str]", bytes, "onnx.ModelProto"]
#: What ``--json`` prints: numbers, strings, lists and dicts.
Report = Dict[str, Any]
#: ``progress(part, what)`` with the part done in 0..1 and what is being done; or a tqdm bar.
Progress = Any

M = TypeVar("M", bound=Model)
_log = logging.getLogger("channel_pruning")
#: Names that stand for what is in memory.
_MODEL, _OTHER, _OUT = "model.onnx", "other.onnx", "out.onnx"
_STATS, _PART, _TABLE, _GRAMS = "stats.json", "part.json", "curve.csv", "sums.safetensors"


class PlanOptions(TypedDict, total=False):
    """What decides a plan. Thresholds and shares lie in 0..1, targets are percent."""

    criterion: str
    """probability (default), recommended, sigma, influence, slimming, l1, fpgm, apoz, random, reconstruction."""
    threshold: float
    """For ``probability``: channels with P ≥ threshold are removed."""
    share: float
    """For the others: the fraction of the removable channels that is removed."""
    target_macs: float
    """In place of either: percent of the MACs to remove."""
    target_params: float
    """The same for the parameters."""
    max_loss: float
    """In place of either: percentage points of accuracy on ``images`` that may be lost."""
    min_agreement: float
    """In place of either: percent of ``images`` on which both networks must name the same class."""
    compensation: str
    """What replaces removed channels: none, shift (default), mean, moments, merge."""
    per: str
    """What a share's scores are weighed by: own (default), channel, mac, parameter, cost."""
    seed: int
    """Of the random criterion."""
    floor: int
    """Fewest channels a layer keeps."""
    multiple: int
    """Kept channel counts are rounded up to a multiple of this."""
    locked: Sequence[str]
    """Nodes whose output channels stay."""
    layers: Mapping[str, Mapping[str, float]]
    """Limits of single layers by node: threshold, share, floor, multiple."""
    stats: Report
    """What :func:`calibrate` measured."""
    blocks: bool
    """With ``reconstruction``: whole residual branches may leave where that costs the output less."""
    grams: Grams
    """What :func:`grams` summed, in place of ``images``: for ``reconstruction``, and for the compensation ``merge``."""


def _tick(progress: Progress) -> Optional[Callable[[float, str], object]]:
    if progress is None or not hasattr(progress, "update"):
        return progress  # type: ignore[no-any-return]
    # A bar of tqdm, or of its kind: it counts up to its total.
    total = progress.total or 100
    progress.total = total

    def tick(part: float, what: str) -> None:
        if hasattr(progress, "set_description"):
            progress.set_description(what, refresh=False)
        progress.update(total * part - progress.n)

    return tick


def _is_proto(model: object) -> bool:
    return hasattr(model, "SerializeToString")


class _Call:
    """A command that is being put together."""

    def __init__(self, command: str, model: Model) -> None:
        self.files: List[Tuple[str, bytes]] = []
        self.args = [command, self.model(model, _MODEL)]

    def model(self, model: Model, stand_in: str) -> str:
        if is_path(model):
            return os.fspath(model)  # type: ignore[arg-type]
        content = model.SerializeToString() if _is_proto(model) else model  # type: ignore[union-attr]
        if not isinstance(content, (bytes, bytearray, memoryview)):
            raise _core.Error(
                f"a model is a path, bytes or an onnx.ModelProto, not {type(model).__name__}"
            )
        self.files.append((stand_in, bytes(content)))
        return stand_in

    def option(self, name: str, value: object) -> None:
        if value is not None:
            # repr keeps every bit of a float, numpy's too.
            text = repr(float(value)) if isinstance(value, float) else str(value)
            self.args += [f"--{name}={text}"]

    def shard(self, shard: Optional[Tuple[int, int]]) -> None:
        if shard is not None:
            self.option("shard", f"{shard[0]}/{shard[1]}")

    def plan(self, options: Mapping[str, Any]) -> None:
        unknown = set(options) - set(PlanOptions.__annotations__)
        if unknown:
            raise TypeError(f"there is no option {sorted(unknown)[0]}")
        for name, value in options.items():
            if name == "locked":
                for node in value:
                    self.option("lock", node)
            elif name == "layers":
                for node, limits in value.items():
                    self.option("layer", f"{node}:" + ",".join(f"{k}={v}" for k, v in limits.items()))
            elif name == "stats" and value is not None:
                self.files.append((_STATS, json.dumps(value).encode()))
                self.option("stats", _STATS)
            elif name == "grams":
                self.grams(value)
            elif name == "blocks":
                self.flag(name, value)
            else:
                self.option(name.replace("_", "-"), value)

    def flag(self, name: str, wanted: bool) -> None:
        if wanted:
            self.args.append(f"--{name}")

    def grams(self, grams: Optional[Grams]) -> None:
        if grams is not None:
            self.files.append((_GRAMS, grams.part))
            self.option("grams", _GRAMS)

    def run(
        self, images: Optional[Images] = None, progress: Progress = None
    ) -> Tuple[str, Dict[str, bytes]]:
        printed, files, notes = _core.call(self.args, self.files, images, _tick(progress))
        for note in notes:
            _log.info(note)
        return printed, files

    def report(self, images: Optional[Images] = None, progress: Progress = None) -> Report:
        self.args.append("--json")
        report: Report = json.loads(self.run(images, progress)[0])
        return report

    def smaller(
        self, like: Model, images: Optional[Images], progress: Progress
    ) -> Tuple[Any, Report]:
        self.args += ["-o", _OUT, "--json"]
        printed, files = self.run(images, progress)
        content: Any = files[_OUT]
        if _is_proto(like):
            content = type(like).FromString(content)  # type: ignore[union-attr]
        return content, json.loads(printed)


if TYPE_CHECKING:
    from typing import overload

    Path = Union[str, "os.PathLike[str]", bytes]

    @overload
    def shrink(
        model: Path, *, macs: Optional[float] = ..., params: Optional[float] = ..., max_loss: Optional[float] = ...,
        min_agreement: Optional[float] = ..., images: Optional[ImagesLike] = ..., labels: Optional[Iterable[int]] = ...,
        multiple: Optional[int] = ..., blocks: bool = ..., grams: Optional[Grams] = ..., preset: Optional[str] = ...,
        progress: Progress = ...,
    ) -> Tuple[bytes, Report]: ...
    @overload
    def shrink(
        model: onnx.ModelProto, *, macs: Optional[float] = ..., params: Optional[float] = ..., max_loss: Optional[float] = ...,
        min_agreement: Optional[float] = ..., images: Optional[ImagesLike] = ..., labels: Optional[Iterable[int]] = ...,
        multiple: Optional[int] = ..., blocks: bool = ..., grams: Optional[Grams] = ..., preset: Optional[str] = ...,
        progress: Progress = ...,
    ) -> Tuple[onnx.ModelProto, Report]: ...


def shrink(  # type: ignore[misc]
    model: Model,
    *,
    macs: Optional[float] = None,
    params: Optional[float] = None,
    max_loss: Optional[float] = None,
    min_agreement: Optional[float] = None,
    images: Optional[ImagesLike] = None,
    labels: Optional[Iterable[int]] = None,
    multiple: Optional[int] = None,
    blocks: bool = False,
    grams: Optional[Grams] = None,
    preset: Optional[str] = None,
    progress: Progress = None,
) -> Tuple[Any, Report]:
    """A smaller network; criterion, compensation and repair are chosen by what is at hand.

    Args:
        model: a path, bytes, or an ``onnx.ModelProto``.
        macs, params: percent of the multiply-adds or parameters to remove. Name one target.
        max_loss: percentage points of accuracy that may be lost on labelled ``images``.
        min_agreement: percent of ``images`` on which both networks must name the same class.
        images: unlabelled images, 32 or more: four fifths (250 at most) are fitted to, the rest says what it cost.
        labels: for arrays and PIL images, the right output of each image, as an index.
        multiple: kept channel counts are rounded up to a multiple of this.
        blocks: whole residual branches may leave, too.
        grams: in place of ``images``, what :func:`grams` summed, on other machines perhaps.
        preset: how pictures are read, as ``imagenet`` or ``imagenet;order=bgr``; not for arrays.
        progress: called as ``progress(part, what)``, or a tqdm bar.

    Returns:
        The smaller network (``bytes``, or a ``ModelProto`` where one went in), and the report of
        ``prune shrink --json``: ``macs``, ``params``, ``agreement``, ``accuracy`` with intervals, ``choice``, ``check``, ``repair``.

    Raises:
        Error: where the model cannot be read or pruned, or nothing passes the check.
    """
    call = _Call("shrink", model)
    call.option("macs", macs)
    call.option("params", params)
    call.option("max-loss", max_loss)
    call.option("min-agreement", min_agreement)
    call.option("multiple", multiple)
    call.flag("blocks", blocks)
    call.grams(grams)
    data = None
    if images is not None:
        path, data = gather(images, labels)
        call.option("images", path)
        call.option("preset", preset)
    return call.smaller(model, data, progress)


def inspect(model: Model, *, stats: Optional[Report] = None) -> Report:
    """What is known of a network: layers, rows of channels, costs, what cannot be pruned and why (``prune inspect --json``)."""
    call = _Call("inspect", model)
    call.plan({} if stats is None else {"stats": stats})
    return call.report()


def _measured(
    call: _Call,
    images: Optional[ImagesLike],
    labels: Optional[Iterable[int]],
    options: Mapping[str, Any],
    preset: Optional[str],
) -> Optional[Images]:
    if images is None:
        return None
    path, data = gather(images, labels)
    call.option("data", path)
    call.option("preset", preset)
    # All that were given count; on the command line a folder may hold more than was meant.
    if data is not None and not {"max_loss", "min_agreement"} & set(options):
        call.option("images", count(data))
    return data


def plan(
    model: Model,
    *,
    images: Optional[ImagesLike] = None,
    labels: Optional[Iterable[int]] = None,
    preset: Optional[str] = None,
    progress: Progress = None,
    **options: Unpack[PlanOptions],
) -> Report:
    """What a plan would remove and save, without carrying it out (``prune plan --json``).

    ``images`` are needed for ``apoz``, ``reconstruction``, ``max_loss`` and ``min_agreement``, and where BatchNormalization was
    folded away. ``options`` are those of :class:`PlanOptions`.
    """
    call = _Call("plan", model)
    call.plan(options)
    data = _measured(call, images, labels, options, preset)
    return call.report(data, progress)


def apply(
    model: M,
    *,
    images: Optional[ImagesLike] = None,
    labels: Optional[Iterable[int]] = None,
    preset: Optional[str] = None,
    progress: Progress = None,
    **options: Unpack[PlanOptions],
) -> Tuple[Any, Report]:
    """Carries a plan out; the result is compared with the masked original before it is returned (``prune apply``).

    Returns the smaller network, ``bytes`` or a ``ModelProto`` as for :func:`shrink`, and the plan with its ``check``.
    """
    call = _Call("apply", model)
    call.plan(options)
    data = _measured(call, images, labels, options, preset)
    return call.smaller(model, data, progress)


def repair(
    model: M,
    *,
    images: ImagesLike,
    steps: Sequence[str] = ("refit",),
    preset: Optional[str] = None,
    progress: Progress = None,
    **options: Unpack[PlanOptions],
) -> Tuple[Any, Report]:
    """Carries a plan out and refits what is left to unlabelled images, without gradients (``prune repair``).

    Args:
        images: 16 or more; some are held back, and a refit that does not carry over to them is refused.
        steps: ``refit``, ``recalibrate`` or both, in this order.
    """
    call = _Call("repair", model)
    call.plan(options)
    data = _measured(call, images, None, options, preset)
    call.option("steps", ",".join(steps))
    return call.smaller(model, data, progress)


def calibrate(
    model: Model,
    *,
    images: ImagesLike,
    limit: Optional[int] = None,
    shard: Optional[Tuple[int, int]] = None,
    histograms: bool = False,
    preset: Optional[str] = None,
    progress: Progress = None,
) -> Calibration:
    """Mean and standard deviation of every channel on images, for networks whose BatchNormalization was folded away.

    Give the result to :func:`plan` or :func:`apply` as ``stats``. Results of different images can be added.

    Args:
        limit: images that are taken; 64 of a folder, all of those in memory.
        shard: ``(k, n)`` measures only part k of n of them, counted from 1.
        histograms: also count how the values of each channel are spread, where β and γ in the file say the range.
    """
    call, data = _measuring(model, images, limit, shard, preset)
    call.args += ["-o", _STATS]
    call.flag("histograms", histograms)
    part = call.run(data, progress)[1][_STATS]
    return Calibration(json.loads(part), part)


def grams(
    model: Model,
    *,
    images: ImagesLike,
    limit: Optional[int] = None,
    shard: Optional[Tuple[int, int]] = None,
    preset: Optional[str] = None,
    progress: Progress = None,
) -> Grams:
    """Sums and sums of products of what every layer reads, on unlabelled images (``prune calibrate --grams``).

    Give the result to :func:`shrink`, :func:`plan` or :func:`apply` as ``grams``. Results of different images can be added, pickled
    and saved; ``safetensors.numpy.load(result.part)`` gives the matrices. ``limit`` and ``shard`` are those of :func:`calibrate`.
    """
    call, data = _measuring(model, images, limit, shard, preset)
    call.args += ["-o", _STATS]
    call.option("grams", _GRAMS)
    return Grams.of([call.run(data, progress)[1][_GRAMS]])


def _measuring(
    model: Model,
    images: ImagesLike,
    limit: Optional[int],
    shard: Optional[Tuple[int, int]],
    preset: Optional[str],
) -> Tuple[_Call, Optional[Images]]:
    call = _Call("calibrate", model)
    path, data = gather(images, None, limit)
    call.option("data", path)
    call.option("preset", preset)
    call.option("images", limit if limit is not None else data and count(data))
    call.shard(shard)
    return call, data


def evaluate(
    model: Model,
    against: Optional[Model] = None,
    *,
    images: ImagesLike,
    labels: Optional[Iterable[int]] = None,
    limit: Optional[int] = None,
    shard: Optional[Tuple[int, int]] = None,
    preset: Optional[str] = None,
    progress: Progress = None,
) -> Evaluation:
    """Accuracy of a network on labelled images, and how near another one is to it (``prune eval --json``).

    Without labels give ``against``: then there is agreement alone. Shares come with 95 % intervals; ``mean_kl`` is in nats.
    ``shard=(k, n)`` judges only part k of n, counted from 1; parts can be added with ``+`` and ``sum``, pickled and saved.
    """
    call = _Call("eval", model)
    if against is not None:
        call.option("against", call.model(against, _OTHER))
    path, data = gather(images, labels, limit)
    call.option("data", path)
    call.option("limit", limit)
    call.option("preset", preset)
    call.shard(shard)
    call.args += ["-o", _PART, "--json"]
    printed, files = call.run(data, progress)
    return Evaluation(json.loads(printed), files[_PART])


def sweep(
    model: Model,
    *,
    criteria: Sequence[str],
    compensations: Sequence[str],
    images: ImagesLike,
    labels: Optional[Iterable[int]] = None,
    points: int = 12,
    limit: Optional[int] = None,
    preset: Optional[str] = None,
    progress: Progress = None,
    seed: Optional[int] = None,
    floor: Optional[int] = None,
    multiple: Optional[int] = None,
    locked: Sequence[str] = (),
) -> List[Report]:
    """Accuracy and agreement against size, plan by plan (``prune sweep``).

    Returns a row for each plan: criterion, compensation, knob (the threshold or share), channels, params, macs, accuracy with its
    interval lo..hi, agreement, kl. Numbers that need labels are None without them.
    """
    call = _Call("sweep", model)
    call.option("criteria", ",".join(criteria))
    call.option("compensations", ",".join(compensations))
    path, data = gather(images, labels, limit)
    call.option("data", path)
    call.option("points", points)
    call.option("limit", limit)
    call.option("preset", preset)
    call.plan({k: v for k, v in {"seed": seed, "floor": floor, "multiple": multiple, "locked": locked}.items() if v is not None})
    call.args += ["-o", _TABLE]
    table = call.run(data, progress)[1][_TABLE].decode()
    words, whole = {"criterion", "compensation"}, {"channels", "params", "macs"}

    def cell(name: str, text: str) -> Union[str, int, float, None]:
        if name in words:
            return text
        return None if text == "" else int(text) if name in whole else float(text)

    return [{k: cell(k, v) for k, v in row.items()} for row in csv.DictReader(io.StringIO(table))]
