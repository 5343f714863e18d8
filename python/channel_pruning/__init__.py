"""Makes convolutional image networks in ONNX files smaller, without training.

    import channel_pruning as cp
    small, report = cp.shrink("mobilenet.onnx", macs=40, images="photos/")

A *model* is a path, the bytes of a file, or an ``onnx.ModelProto``.
What comes back as a model is a ``ModelProto`` where one went in, and else ``bytes``, which
``onnxruntime.InferenceSession`` takes as they are.

*Images* are a folder or an archive, a list of paths, a list of PIL images, a float array of shape
(N, C, H, W) that is preprocessed already, or an iterable of such batches: a PyTorch ``DataLoader``, also one
that gives (images, labels). Paths and PIL images are preprocessed here, as ``preset`` says; arrays are not touched.

Shares, probabilities, accuracies and thresholds lie in 0..1. ``macs``, ``params``, ``target_macs``, ``target_params``, ``max_loss``
and ``min_agreement`` are percent, as on the command line. MACs are multiply-adds of one image; bytes are those of the file.

A *report* is what the command of the same name prints with ``--json``; ``docs/json.schema.json`` of the repository describes it.
Those of ``evaluate``, ``calibrate`` and ``grams`` can be added: ``a + b`` is what one run over the images of both finds.
Remarks that the command line writes beside its result go to the logger ``channel_pruning``.
"""

from ._core import Error, __version__
from ._data import Batch, ImagesLike
from ._functions import (
    Model,
    PlanOptions,
    Report,
    apply,
    calibrate,
    evaluate,
    grams,
    inspect,
    plan,
    repair,
    shrink,
    sweep,
)
from ._values import Calibration, Evaluation, Grams

__all__ = [
    "Batch",
    "Calibration",
    "Error",
    "Evaluation",
    "Grams",
    "ImagesLike",
    "Model",
    "PlanOptions",
    "Report",
    "__version__",
    "apply",
    "calibrate",
    "evaluate",
    "grams",
    "inspect",
    "plan",
    "repair",
    "shrink",
    "sweep",
]
