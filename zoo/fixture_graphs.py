"""Small networks built node by node, in the forms that other exporters write."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

GRAPHS = {}


def fixture(build):
    GRAPHS[build.__name__] = build
    return build


class Graph:
    """Collects nodes and weights; every method returns the name of its output."""

    def __init__(self, opset, ir_version=8):
        self.opset, self.ir_version = opset, ir_version
        self.nodes, self.weights, self.inputs = [], [], []
        self.random = np.random.default_rng(7)

    def input(self, name, *shape):
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def __call__(self, op, *inputs, outputs=1, **attributes):
        names = [f"{op.lower()}_{len(self.nodes)}_{k}" for k in range(outputs)]
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, names, name, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, values, dtype=np.float32):
        name = f"const_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.array(values, dtype), name))
        return name

    def ints(self, *values):
        return self.constant(values, np.int64)

    def weight(self, *shape):
        fan_in = max(1, int(np.prod(shape[1:])))
        return self.constant(self.random.standard_normal(shape) / np.sqrt(fan_in))

    def positive(self, *shape):
        return self.constant(self.random.uniform(0.5, 1.5, shape))

    def conv(self, x, inputs, outputs, kernel=1, stride=1, group=1, bias=False, **more):
        if "auto_pad" not in more:
            more.setdefault("pads", [kernel // 2] * 4)
        weights = [self.weight(outputs, inputs // group, kernel, kernel)]
        if bias:
            weights.append(self.weight(outputs))
        shape = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "group": group}
        return self("Conv", x, *weights, **shape, **more)

    def norm(self, x, channels):
        vectors = [self.positive(channels), self.weight(channels), self.weight(channels)]
        return self("BatchNormalization", x, *vectors, self.positive(channels), epsilon=1e-5)

    def conv_norm(self, x, inputs, outputs, kernel=1, stride=1, group=1, act="Relu", **more):
        x = self.norm(self.conv(x, inputs, outputs, kernel, stride, group, **more), outputs)
        return self(act, x) if act else x

    def silu(self, x):
        return self("Mul", x, self("Sigmoid", x))

    def gemm(self, x, inputs, outputs):
        return self("Gemm", x, self.weight(outputs, inputs), self.weight(outputs), transB=1)

    def finish(self, *outputs, producer="by hand", weights_are_inputs=False):
        """Each output a name or (name, new name)."""
        values = []
        for index, old in enumerate(outputs):
            new = f"output_{index}"
            self.nodes[-1 if len(outputs) == 1 else self.producer(old)].output[0] = new
            for node in self.nodes:
                for slot, name in enumerate(node.input):
                    if name == old:
                        node.input[slot] = new
            values.append(helper.make_tensor_value_info(new, TensorProto.FLOAT, None))
        inputs = list(self.inputs)
        if weights_are_inputs:
            for t in self.weights:
                inputs.append(helper.make_tensor_value_info(t.name, t.data_type, t.dims))
        graph = helper.make_graph(self.nodes, "graph", inputs, values, self.weights)
        opset = [helper.make_opsetid("", self.opset)]
        model = helper.make_model(graph, opset_imports=opset, producer_name=producer)
        model.ir_version = self.ir_version
        model = onnx.shape_inference.infer_shapes(model)
        onnx.checker.check_model(model, full_check=True)
        return model

    def producer(self, name):
        return next(i for i, node in enumerate(self.nodes) if name in node.output)


@fixture
def nhwc_tf2onnx():
    """Every convolution between two Transposes; constants, Concat, Pad and mean in NHWC."""
    g = Graph(13)
    x = g.input("input_1", "batch", 32, 32, 3)

    def conv(x, inputs, outputs, kernel=1, stride=1, group=1, **more):
        x = g("Transpose", x, perm=[0, 3, 1, 2])
        x = g.conv(x, inputs, outputs, kernel, stride, group, **more)
        return g("Transpose", x, perm=[0, 2, 3, 1])

    def norm(x, channels):
        x = g("Transpose", x, perm=[0, 3, 1, 2])
        return g("Transpose", g.norm(x, channels), perm=[0, 2, 3, 1])

    def relu6(x):
        return g("Clip", x, g.constant(0.0), g.constant(6.0))

    x = g("Pad", x, g.ints(0, 0, 0, 0, 0, 1, 1, 0), g.constant(0.0))
    x = relu6(norm(conv(x, 3, 16, 3, 2, pads=[0, 0, 0, 0]), 16))
    x = relu6(norm(conv(x, 16, 16, 3, 1, 16, auto_pad="SAME_UPPER"), 16))
    x = relu6(norm(conv(x, 16, 32), 32))
    y = relu6(norm(conv(x, 32, 32, 3, 1, 32, auto_pad="SAME_UPPER"), 32))
    y = norm(conv(y, 32, 32), 32)
    x = g("Add", x, y)
    # BatchNorm that the optimiser turned into Mul and Add, and a BiasAdd: vectors on the last axis.
    z = conv(x, 32, 24)
    z = g("Relu", g("Add", g("Mul", z, g.positive(24)), g.weight(24)))
    w = g("Relu", g("Add", conv(x, 32, 8), g.weight(8)))
    x = g("Concat", z, w, axis=3)
    x = relu6(norm(conv(x, 32, 64, 3, 2, auto_pad="SAME_UPPER"), 64))
    x = g("ReduceMean", x, axes=[1, 2], keepdims=0)
    x = g("Add", g("MatMul", x, g.weight(64, 10)), g.weight(10))
    return g.finish(g("Softmax", x, axis=-1), producer="tf2onnx")


@fixture
def caffe2_bn_mul_add():
    """BatchNorm with the affine part as Mul and Add behind it; IR 3, weights as inputs."""
    g = Graph(9, ir_version=3)
    x = g.input("data_0", 1, 3, 32, 32)

    def scale(x, channels):
        x = g.norm(x, channels)
        x = g("Mul", x, g("Unsqueeze", g.positive(channels), axes=[1, 2]))
        return g("Add", x, g("Unsqueeze", g.weight(channels), axes=[1, 2]))

    x = g("Relu", scale(g.conv(x, 3, 16, 3, 2), 16))
    x = g("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    x = g("Relu", scale(g.conv(x, 16, 16, 3, 1, 16), 16))
    x = g("Relu", scale(g.conv(x, 16, 40), 40))
    y = g("Relu", scale(g.conv(x, 40, 16), 16))
    y = scale(g.conv(y, 16, 40, 3), 40)
    x = g("Relu", g("Sum", x, y))
    x = g("AveragePool", x, kernel_shape=[8, 8])
    x = g("Dropout", x, ratio=0.5)
    x = g("Reshape", x, g.ints(1, 40))
    x = g("Softmax", g.gemm(x, 40, 10), axis=1)
    return g.finish(x, producer="onnx-caffe2", weights_are_inputs=True)


@fixture
def prelu_face():
    """A face embedding: PRelu, a linear global depthwise convolution, BatchNorm on features."""
    g = Graph(11, ir_version=6)
    x = g.input("data", "None", 3, 56, 56)
    x = g("Mul", g("Sub", x, g.constant(127.5)), g.constant(0.0078125))

    def block(x, inputs, outputs, kernel=1, stride=1, group=1):
        x = g.conv_norm(x, inputs, outputs, kernel, stride, group, act=None)
        return g("PRelu", x, g.weight(outputs, 1, 1))

    x = block(x, 3, 32, 3, 2)
    x = block(x, 32, 32, 3, 1, 32)
    for _ in range(2):
        y = block(x, 32, 64)
        y = block(y, 64, 64, 3, 1, 64)
        x = g("Add", x, g.conv_norm(y, 64, 32, act=None))
    # A shared slope: one number for all channels.
    x = g("PRelu", g.conv_norm(x, 32, 64, 3, 2, act=None), g.weight(1, 1, 1))
    x = g.conv_norm(x, 64, 96)
    x = g.conv_norm(x, 96, 96, 14, 1, 96, act=None, pads=[0, 0, 0, 0])
    x = g("Flatten", g("Dropout", x, ratio=0.4))
    return g.finish(g.norm(g.gemm(x, 96, 64), 64), producer="mxnet")


def hard_swish_parts(g, x):
    gate = g("Clip", g("Add", x, g.constant(3.0)), g.constant(0.0), g.constant(6.0))
    return g("Div", g("Mul", x, gate), g.constant(6.0))


@fixture
def se_hardswish_parts():
    """MobileNetV3 blocks with hard swish and hard sigmoid as Add, Clip, Mul, Div."""
    g = Graph(11, ir_version=6)
    x = g.input("input", 1, 3, 32, 32)
    x = hard_swish_parts(g, g.conv_norm(x, 3, 16, 3, 2, act=None))
    for hidden in (48, 72):
        y = hard_swish_parts(g, g.conv_norm(x, 16, hidden, act=None))
        y = hard_swish_parts(g, g.conv_norm(y, hidden, hidden, 5, 1, hidden, act=None))
        s = g.conv(g("GlobalAveragePool", y), hidden, 8, bias=True)
        s = g.conv(g("Relu", s), 8, hidden, bias=True)
        s = g("Clip", g("Add", s, g.constant(3.0)), g.constant(0.0), g.constant(6.0))
        y = g("Mul", y, g("Div", s, g.constant(6.0)))
        x = g("Add", x, g.conv_norm(y, hidden, 16, act=None))
    x = hard_swish_parts(g, g.conv_norm(x, 16, 96, act=None))
    x = g("Flatten", g("GlobalAveragePool", x))
    x = hard_swish_parts(g, g.gemm(x, 96, 64))
    return g.finish(g.gemm(x, 64, 10))


@fixture
def se_hardswish_op():
    """HardSwish and HardSigmoid nodes; the gate by convolutions, by Gemm, and by MatMul."""
    g = Graph(17)
    x = g.input("input", "batch", 3, 32, 32)
    x = g.conv_norm(x, 3, 16, 3, 2, act="HardSwish")

    def by_conv(y, c):
        s = g.conv(g("ReduceMean", y, axes=[2, 3], keepdims=1), c, 8, bias=True)
        s = g.conv(g("Relu", s), 8, c, bias=True)
        return g("HardSigmoid", s, alpha=1 / 6, beta=0.5)

    def by_gemm(y, c):
        s = g.gemm(g("Flatten", g("GlobalAveragePool", y)), c, 8)
        s = g("Sigmoid", g.gemm(g("Relu", s), 8, c))
        s = g("Unsqueeze", s, g.ints(2, 3))
        return g("Expand", s, g("Shape", y))

    def by_matmul(y, c):
        s = g("Squeeze", g("GlobalAveragePool", y), g.ints(2, 3))
        s = g("Add", g("MatMul", s, g.weight(c, 8)), g.weight(8))
        s = g("Sigmoid", g("MatMul", g("Relu", s), g.weight(8, c)))
        return g("Reshape", s, g.ints(0, -1, 1, 1))

    for hidden, gate in ((48, by_conv), (40, by_gemm), (56, by_matmul)):
        y = g.conv_norm(x, 16, hidden, act="HardSwish")
        y = g.conv_norm(y, hidden, hidden, 3, 1, hidden)
        y = g("Mul", gate(y, hidden), y)
        x = g("Add", g.conv_norm(y, hidden, 16, act=None), x)
    x = g.silu(g.conv_norm(x, 16, 72, act=None))
    x = g("Squeeze", g("GlobalAveragePool", x), g.ints(2, 3))
    return g.finish(g.gemm(x, 72, 10))


@fixture
def detector_heads():
    """A detector: Split and Slice, spatial pyramid, Resize, ConvTranspose, two scales, four outputs."""
    g = Graph(13)
    x = g.input("images", 1, 3, 64, 64)
    block = lambda x, i, o, k=1, s=1: g.silu(g.conv_norm(x, i, o, k, s, act=None))
    x = block(x, 3, 16, 3, 2)
    x = block(x, 16, 32, 3, 2)
    a, b = g("Split", block(x, 32, 32), g.ints(12, 20), outputs=2, axis=1)
    c = g.conv_norm(b, 20, 20, 3)
    d = g.conv_norm(c, 20, 20, 3, act=None)
    fine = block(g("Concat", a, b, c, g("Add", b, d), axis=1), 72, 32)
    x = block(fine, 32, 64, 3, 2)
    x = g.conv_norm(x, 64, 24)
    pool = lambda x: g("MaxPool", x, kernel_shape=[5, 5], strides=[1, 1], pads=[2, 2, 2, 2])
    p, pp = pool(x), pool(pool(x))
    coarse = g("LeakyRelu", g.conv_norm(g("Concat", x, p, pp, axis=1), 72, 48, act=None), alpha=0.1)
    up = g.conv_norm(coarse, 48, 24)
    up = g("Resize", up, "", g.constant([1, 1, 2, 2]), mode="nearest")
    across = g("ConvTranspose", coarse, g.weight(48, 16, 2, 2), kernel_shape=[2, 2], strides=[2, 2])
    across = g("LeakyRelu", g.norm(across, 16), alpha=0.1)
    half = g("Slice", fine, g.ints(0), g.ints(16), g.ints(1))
    rest = g("Slice", fine, g.ints(16), g.ints(2**31), g.ints(1), g.ints(1))
    fine = g.conv_norm(g("Concat", up, across, half, g("Relu", rest), axis=1), 72, 40, 3)
    outputs = []
    for feature, channels, cells in ((fine, 40, 256), (coarse, 48, 64)):
        tower = g.conv_norm(feature, channels, channels, 3, 1, channels)
        box = g.conv(tower, channels, 12, bias=True)
        box = g("Reshape", box, g.ints(1, 3, 4, cells))
        outputs.append(g("Transpose", box, perm=[0, 1, 3, 2]))
        score = g.conv(g.conv_norm(tower, channels, 24), 24, 6, bias=True)
        score = g("Reshape", g("Transpose", score, perm=[0, 2, 3, 1]), g.ints(1, -1, 2))
        outputs.append(g("Sigmoid", score))
    return g.finish(*outputs)


@fixture
def densenet_concat():
    """BatchNorm before the convolution, everything concatenated; readers of overlapping parts."""
    g = Graph(12, ir_version=7)
    x = g.conv_norm(g.input("input", 1, 3, 32, 32), 3, 16, 3, 1)
    channels = 16
    for _ in range(2):
        for _ in range(3):
            y = g("Relu", g.norm(x, channels))
            y = g("Relu", g.norm(g.conv(y, channels, 32), 32))
            x = g("Concat", x, g.conv(y, 32, 8, 3), axis=1)
            channels += 8
        x = g.conv(g("Relu", g.norm(x, channels)), channels, 20)
        x = g("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
        channels = 20
    x = g("GlobalAveragePool", g("Relu", g.norm(x, channels)))
    x = g.conv(x, channels, 10, bias=True)
    return g.finish(g("Flatten", x))


@fixture
def twice_concat():
    """The same tensor concatenated twice, added to itself, cut and put together again."""
    g = Graph(13)
    x = g.conv_norm(g.input("input", 1, 3, 16, 16), 3, 12, 3)
    x = g.conv_norm(g("Concat", x, x, axis=1), 24, 20)
    x = g.conv_norm(g("Concat", x, g("Add", x, x), x, axis=1), 60, 18)
    a, b = g("Split", x, g.ints(6, 12), outputs=2, axis=1)
    x = g("Concat", b, a, b, axis=1)
    x = g.conv_norm(x, 30, 30, 3, 1, 30)
    x = g.conv_norm(x, 30, 16)
    # CReLU: a channel and its negative.
    x = g("Relu", g("Concat", x, g("Neg", x), axis=1))
    x = g("Flatten", g("GlobalMaxPool", x))
    return g.finish(g.gemm(x, 32, 5))


@fixture
def shuffle_forms():
    """One grouped network, five ways to write the shuffle, groups that do not line up."""
    g = Graph(13)
    x = g.conv_norm(g.input("input", "batch", 3, 16, 16), 3, 24, 3)

    def with_wildcards(x):
        x = g("Reshape", x, g.ints(0, 2, -1, 16, 16))
        return g("Reshape", g("Transpose", x, perm=[0, 2, 1, 3, 4]), g.ints(0, -1, 16, 16))

    def by_gather(x):
        return g("Gather", x, g.constant(np.arange(24).reshape(3, 8).T.ravel(), np.int64), axis=1)

    def flat(x):
        x = g("Reshape", x, g.ints(-1, 4, 6, 256))
        return g("Reshape", g("Transpose", x, perm=[0, 2, 1, 3]), g.ints(-1, 24, 16, 16))

    def by_split(x):
        parts = g("Split", x, outputs=4, axis=1)
        return g("Concat", parts[0], parts[2], parts[1], parts[3], axis=1)

    def by_shape(x):
        shape = g("Shape", x)
        batch, height, width = (g("Gather", shape, g.constant(i, np.int64)) for i in (0, 2, 3))
        batch, height, width = (g("Unsqueeze", v, g.ints(0)) for v in (batch, height, width))
        channels = g("Gather", shape, g.constant(1, np.int64))
        part = g("Unsqueeze", g("Div", channels, g.constant(3, np.int64)), g.ints(0))
        x = g("Reshape", x, g("Concat", batch, g.ints(3), part, height, width, axis=0))
        x = g("Transpose", x, perm=[0, 2, 1, 3, 4])
        return g("Reshape", x, g("Concat", batch, g.ints(-1), height, width, axis=0))

    steps = (
        (with_wildcards, 2, 2),
        (by_gather, 3, 4),
        (flat, 4, 6),
        (by_split, 4, 2),
        (by_shape, 3, 3),
    )
    for shuffle, before, after in steps:
        y = shuffle(g.conv_norm(x, 24, 24, group=before))
        y = g.conv_norm(y, 24, 24, 3, 1, 24, act=None)
        x = g("Relu", g("Add", x, g.conv_norm(y, 24, 24, group=after, act=None)))
    x = g("ReduceMean", x, axes=[-1, -2], keepdims=0)
    return g.finish(g.gemm(x, 24, 10))


@fixture
def residual_pad():
    """Parameter-free shortcuts: strided Slice and a Pad of the channels."""
    g = Graph(13)
    x = g.conv_norm(g.input("input", 1, 3, 32, 32), 3, 16, 3)
    channels = 16
    for outputs in (32, 48):
        y = g.conv_norm(x, channels, outputs, 3, 2)
        y = g.conv_norm(y, outputs, outputs, 3, act=None)
        x = g("Slice", x, g.ints(0, 0), g.ints(2**31, 2**31), g.ints(2, 3), g.ints(2, 2))
        side = (outputs - channels) // 2
        x = g("Pad", x, g.ints(0, side, 0, 0, 0, side, 0, 0))
        x = g("Relu", g("Add", y, x))
        y = g.conv_norm(g.conv_norm(x, outputs, outputs, 3), outputs, outputs, 3, act=None)
        x = g("Relu", g("Add", y, x))
        channels = outputs
    x = g("Reshape", g("AveragePool", x, kernel_shape=[8, 8]), g.ints(1, -1))
    return g.finish(g.gemm(x, 48, 10))


@fixture
def vgg_flatten():
    """Opset 7: Clip by attributes, Upsample, auto_pad, features of H x W > 1 flattened, transB = 0."""
    g = Graph(7, ir_version=3)
    x = g.input("data", 1, 1, 28, 28)
    clip = lambda x: g("Clip", x, min=0.0, max=6.0)
    x = clip(g.conv_norm(x, 1, 16, 3, 2, act=None, auto_pad="SAME_UPPER"))
    x = clip(g.conv_norm(x, 16, 16, 3, 1, 16, act=None, auto_pad="SAME_LOWER"))
    x = g.conv_norm(x, 16, 32, 3, 2, auto_pad="VALID")
    x = g("Upsample", x, scales=[1.0, 1.0, 2.0, 2.0], mode="nearest")
    x = g.conv_norm(x, 32, 24, 3)
    x = g("MaxPool", x, kernel_shape=[3, 3], strides=[3, 3])
    x = g("Dropout", g("Flatten", x, axis=1), ratio=0.5)
    x = g("Relu", g("Gemm", x, g.weight(24 * 16, 50), g.weight(50)))
    x = g("Gemm", x, g.weight(50, 10), g.weight(10))
    return g.finish(g("Softmax", x, axis=1), producer="old", weights_are_inputs=True)


@fixture
def conv1d_audio():
    """One spatial axis, a Conv2d of height 1 behind Unsqueeze, two inputs."""
    g = Graph(14)
    x, side = g.input("signal", 1, 4, 64), g.input("conditions", 1, 6)

    def conv(x, inputs, outputs, kernel, stride=1, group=1):
        w = g.weight(outputs, inputs // group, kernel)
        pads = [kernel // 2] * 2
        return g("Conv", x, w, kernel_shape=[kernel], strides=[stride], pads=pads, group=group)

    x = g("Relu", g.norm(conv(x, 4, 16, 9, 2), 16))
    x = g("Relu", g.norm(conv(x, 16, 16, 5, 1, 16), 16))
    x = g("Relu", g.norm(conv(x, 16, 24, 1), 24))
    gate = g("Sigmoid", g.gemm(side, 6, 24))
    x = g("Mul", x, g("Unsqueeze", gate, g.ints(2)))
    x = g("Unsqueeze", x, g.ints(2))
    x = g("Conv", x, g.weight(32, 24, 1, 3), kernel_shape=[1, 3], pads=[0, 1, 0, 1])
    x = g("Squeeze", g("Relu", g.norm(x, 32)), g.ints(2))
    x = g("ReduceMax", x, axes=[2], keepdims=0)
    return g.finish(g.gemm(x, 32, 4))
