"""Five networks built on depthwise separable convolutions.

Every network takes a width multiplier, the number of classes, the number of input
channels, and `small`: true for images of about 32x32 (the stem keeps the resolution,
or halves it once), false for the ImageNet layout of the paper.
"""

import torch
from torch import nn
from torch.nn import functional as F


def round_to(channels, divisor):
    """The nearest multiple of `divisor`, never more than 10 % below `channels`."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded if rounded >= 0.9 * channels else rounded + divisor


def round_up(channels, divisor):
    return -(-channels // divisor) * divisor


def conv_norm(inputs, outputs, kernel=1, stride=1, groups=1, activation=nn.ReLU):
    """Convolution without bias, BatchNorm, activation (None: linear)."""
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    if activation is not None:
        layers.append(activation())
    return nn.Sequential(*layers)


def depthwise(channels, kernel=3, stride=1, activation=nn.ReLU):
    """One filter per channel."""
    return conv_norm(channels, channels, kernel, stride, channels, activation)


def channel_shuffle(x, groups):
    """Deal the channels of each group out to all groups."""
    batch, channels, height, width = x.shape
    x = x.view(batch, groups, channels // groups, height, width)
    return x.transpose(1, 2).reshape(batch, channels, height, width)


class MobileNetV1(nn.Module):
    """Howard et al. 2017, arXiv:1704.04861: depthwise, then pointwise, thirteen times."""

    BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
    BLOCKS += [(512, 1)] * 5 + [(1024, 2), (1024, 1)]

    def __init__(self, width=1.0, classes=1000, image_channels=3, small=False):
        super().__init__()
        channels = int(32 * width)
        layers = [conv_norm(image_channels, channels, 3, 1 if small else 2)]
        for outputs, stride in self.BLOCKS:
            outputs = int(outputs * width)
            layers += [depthwise(channels, 3, stride), conv_norm(channels, outputs)]
            channels = outputs
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project linearly; add the input where shapes agree."""

    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        layers = [] if expansion == 1 else [conv_norm(inputs, hidden, activation=nn.ReLU6)]
        layers.append(depthwise(hidden, 3, stride, nn.ReLU6))
        layers.append(conv_norm(hidden, outputs, activation=None))
        self.branch = nn.Sequential(*layers)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.branch(x) if self.residual else self.branch(x)


class MobileNetV2(nn.Module):
    """Sandler et al. 2018, arXiv:1801.04381."""

    # expansion, channels, repeats, stride of the first
    STAGES = [
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ]

    def __init__(self, width=1.0, classes=1000, image_channels=3, small=False):
        super().__init__()
        channels = round_to(32 * width, 8)
        stem = conv_norm(image_channels, channels, 3, 1 if small else 2, activation=nn.ReLU6)
        layers = [stem]
        for expansion, outputs, repeats, stride in self.STAGES:
            outputs = round_to(outputs * width, 8)
            for repeat in range(repeats):
                first = stride if repeat == 0 else 1
                layers.append(InvertedResidual(channels, outputs, first, expansion))
                channels = outputs
        # The paper keeps 1280 below width 1; a narrow network for ten classes need not.
        head = round_to(1280 * width, 8)
        layers.append(conv_norm(channels, head, activation=nn.ReLU6))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(head, classes)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


class ShuffleUnitV1(nn.Module):
    """Grouped 1x1, shuffle, linear depthwise, grouped linear 1x1, beside a shortcut."""

    def __init__(self, inputs, outputs, stride, groups, first_groups):
        super().__init__()
        hidden = outputs // 4
        self.stride = stride
        self.groups = groups
        self.reduce = conv_norm(inputs, hidden, groups=first_groups)
        self.filter = depthwise(hidden, 3, stride, activation=None)
        branch_outputs = outputs - inputs if stride == 2 else outputs
        self.expand = conv_norm(hidden, branch_outputs, groups=groups, activation=None)

    def forward(self, x):
        branch = channel_shuffle(self.reduce(x), self.groups)
        branch = self.expand(self.filter(branch))
        if self.stride == 2:
            return F.relu(torch.cat([branch, F.avg_pool2d(x, 3, 2, 1)], 1))
        return F.relu(x + branch)


class ShuffleNetV1(nn.Module):
    """Zhang et al. 2018, arXiv:1707.01083."""

    FIRST_STAGE = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
    REPEATS = [4, 8, 4]

    def __init__(self, width=1.0, classes=1000, image_channels=3, small=False, groups=3):
        super().__init__()
        channels = 24
        self.stem = conv_norm(image_channels, channels, 3, 1 if small else 2)
        self.pool = nn.Identity() if small else nn.MaxPool2d(3, 2, 1)
        layers = []
        for stage, repeats in enumerate(self.REPEATS):
            outputs = int(self.FIRST_STAGE[groups] * width) * 2**stage
            for repeat in range(repeats):
                # The very first 1x1 has few inputs: the paper leaves it ungrouped.
                first_groups = groups if layers else 1
                stride = 2 if repeat == 0 else 1
                layers.append(ShuffleUnitV1(channels, outputs, stride, groups, first_groups))
                channels = outputs
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x):
        x = self.features(self.pool(self.stem(x)))
        return self.classifier(x.mean((2, 3)))


class ShuffleUnitV2(nn.Module):
    """Split the channels, transform one half, concatenate, shuffle."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        half = outputs // 2
        branch_inputs = inputs if stride == 2 else half
        self.branch = nn.Sequential(
            conv_norm(branch_inputs, half),
            depthwise(half, 3, stride, activation=None),
            conv_norm(half, half),
        )
        self.shortcut = None
        if stride == 2:
            self.shortcut = nn.Sequential(
                depthwise(inputs, 3, 2, activation=None),
                conv_norm(inputs, half),
            )

    def forward(self, x):
        if self.shortcut is None:
            kept, changed = x.chunk(2, 1)
        else:
            kept, changed = self.shortcut(x), x
        return channel_shuffle(torch.cat([kept, self.branch(changed)], 1), 2)


class ShuffleNetV2(nn.Module):
    """Ma et al. 2018, arXiv:1807.11164."""

    # 0.25 is not in the paper: half of its narrowest, for grey images of 28x28.
    STAGES = {
        0.25: [24, 48, 96, 512],
        0.5: [48, 96, 192, 1024],
        1.0: [116, 232, 464, 1024],
        1.5: [176, 352, 704, 1024],
        2.0: [244, 488, 976, 2048],
    }
    REPEATS = [4, 8, 4]

    def __init__(self, width=1.0, classes=1000, image_channels=3, small=False):
        super().__init__()
        channels = 24
        *stages, head = self.STAGES[width]
        self.stem = conv_norm(image_channels, channels, 3, 1 if small else 2)
        self.pool = nn.Identity() if small else nn.MaxPool2d(3, 2, 1)
        layers = []
        for outputs, repeats in zip(stages, self.REPEATS):
            for repeat in range(repeats):
                layers.append(ShuffleUnitV2(channels, outputs, 2 if repeat == 0 else 1))
                channels = outputs
        self.features = nn.Sequential(*layers)
        self.head = conv_norm(channels, head)
        self.classifier = nn.Linear(head, classes)

    def forward(self, x):
        x = self.head(self.features(self.pool(self.stem(x))))
        return self.classifier(x.mean((2, 3)))


class GhostModule(nn.Module):
    """Half of the channels by a 1x1 convolution, their cheap twins by a depthwise one."""

    def __init__(self, inputs, outputs, activation=nn.ReLU):
        super().__init__()
        half = outputs // 2
        self.primary = conv_norm(inputs, half, activation=activation)
        self.cheap = depthwise(half, activation=activation)

    def forward(self, x):
        primary = self.primary(x)
        return torch.cat([primary, self.cheap(primary)], 1)


class SqueezeExcite(nn.Module):
    """Hu et al. 2018, arXiv:1709.01507, with a hard sigmoid: a gate per channel."""

    def __init__(self, channels):
        super().__init__()
        squeezed = max(8, round_up(channels // 4, 4))
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.excite = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        gate = F.relu(self.squeeze(x.mean((2, 3), keepdim=True)))
        return x * F.hardsigmoid(self.excite(gate))


class GhostBottleneck(nn.Module):
    """Two Ghost modules; between them a strided depthwise and a gate where asked for."""

    def __init__(self, inputs, hidden, outputs, kernel, stride, gated):
        super().__init__()
        layers = [GhostModule(inputs, hidden)]
        if stride == 2:
            layers.append(depthwise(hidden, kernel, 2, activation=None))
        if gated:
            layers.append(SqueezeExcite(hidden))
        layers.append(GhostModule(hidden, outputs, activation=None))
        self.branch = nn.Sequential(*layers)
        self.shortcut = nn.Identity()
        if stride == 2 or inputs != outputs:
            self.shortcut = nn.Sequential(
                depthwise(inputs, kernel, stride, activation=None),
                conv_norm(inputs, outputs, activation=None),
            )

    def forward(self, x):
        return self.branch(x) + self.shortcut(x)


class GhostNet(nn.Module):
    """Han et al. 2020, arXiv:1911.11907."""

    # kernel, hidden channels, channels, gate, stride
    BLOCKS = [
        (3, 16, 16, False, 1),
        (3, 48, 24, False, 2),
        (3, 72, 24, False, 1),
        (5, 72, 40, True, 2),
        (5, 120, 40, True, 1),
        (3, 240, 80, False, 2),
        (3, 200, 80, False, 1),
        (3, 184, 80, False, 1),
        (3, 184, 80, False, 1),
        (3, 480, 112, True, 1),
        (3, 672, 112, True, 1),
        (5, 672, 160, True, 2),
        (5, 960, 160, False, 1),
        (5, 960, 160, True, 1),
        (5, 960, 160, False, 1),
        (5, 960, 160, True, 1),
    ]

    def __init__(self, width=1.0, classes=1000, image_channels=3, small=False):
        super().__init__()
        channels = round_to(16 * width, 4)
        layers = [conv_norm(image_channels, channels, 3, 1 if small else 2)]
        for index, (kernel, hidden, outputs, gated, stride) in enumerate(self.BLOCKS):
            hidden, outputs = round_to(hidden * width, 4), round_to(outputs * width, 4)
            if small and index == 1:
                stride = 1
            layers.append(GhostBottleneck(channels, hidden, outputs, kernel, stride, gated))
            channels = outputs
        last = round_to(960 * width, 4)
        layers.append(conv_norm(channels, last))
        self.features = nn.Sequential(*layers)
        self.head = nn.Conv2d(last, int(1280 * width), 1)
        self.classifier = nn.Linear(int(1280 * width), classes)

    def forward(self, x):
        x = self.features(x).mean((2, 3), keepdim=True)
        return self.classifier(F.relu(self.head(x)).flatten(1))


NETWORKS = {
    "mobilenetv1": MobileNetV1,
    "mobilenetv2": MobileNetV2,
    "shufflenetv1": ShuffleNetV1,
    "shufflenetv2": ShuffleNetV2,
    "ghostnet": GhostNet,
}
