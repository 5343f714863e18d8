//! How networks expect their pictures.

use super::{Layout, Target};

/// How a picture of another shape is brought to the target's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// The evaluation transform of ImageNet: resize, keeping the aspect, to [`Preset::cover`] of the target
    /// (for a square target the shorter side), then cut out the centre.
    ResizeThenCrop,
    /// Cut out the largest centred part of the target's aspect, then resize it.
    CropThenResize,
    /// Resize width and height alone, ignoring the aspect.
    Stretch,
    /// Resize, keeping the aspect, until the whole picture fits, and fill the rest with grey, as YOLO's detectors read it.
    Letterbox,
}

/// How samples between samples are found; both widen where a picture shrinks, as Pillow's do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// A tent over two samples at each side.
    #[default]
    Bilinear,
    /// Cubic convolution over four samples at each side (a = −0.5).
    Bicubic,
}

/// The arithmetic between an 8-bit sample and what the network reads: `(value / 255 − mean) / std`
/// per channel, in `f32` in this order, as torchvision's `ToTensor` and `Normalize` do it.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// The name it is asked for by.
    pub name: String,
    /// Per channel in the order R, G, B, in units of the full range.
    pub mean: [f32; 3],
    /// Like `mean`; not 0.
    pub std: [f32; 3],
    /// How an image of another shape is brought to size.
    pub framing: Framing,
    /// For [`Framing::ResizeThenCrop`]: the shorter side before and after the cut, 256 and 224 in ImageNet's.
    pub cover: (u32, u32),
    /// How samples between samples are found.
    pub interpolation: Interpolation,
    /// Blue first. `mean` and `std` keep the order R, G, B.
    pub bgr: bool,
}

const NAMES: [&str; 6] = [
    "imagenet",
    "imagenet-tf",
    "cifar10",
    "fashion-mnist",
    "[0,1]",
    "[-1,1]",
];

impl Preset {
    /// The names of the built-in presets.
    pub fn names() -> &'static [&'static str] {
        &NAMES
    }

    /// A built-in preset; `None` for an unknown name.
    ///
    /// * `imagenet`: the statistics of ImageNet, [`Framing::ResizeThenCrop`].
    /// * `imagenet-tf`: -1 to 1, as TensorFlow's networks read it, [`Framing::ResizeThenCrop`].
    /// * `cifar10`, `fashion-mnist`: the statistics of these data sets and
    ///   [`Framing::CropThenResize`], since their objects fill a square and lose more by distortion
    ///   than by a margin. Fashion-MNIST is white on black; pictures are not inverted.
    /// * `[0,1]`, `[-1,1]`: plain scaling and [`Framing::Stretch`], as Keras' `load_img` and the
    ///   detectors that use it do.
    pub fn by_name(name: &str) -> Option<Preset> {
        use Framing::*;
        let (mean, std, framing) = match name {
            "imagenet" => ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225], ResizeThenCrop),
            "imagenet-tf" => ([0.5; 3], [0.5; 3], ResizeThenCrop),
            "cifar10" => (
                [0.4914, 0.4822, 0.4465],
                [0.2470, 0.2435, 0.2616],
                CropThenResize,
            ),
            "fashion-mnist" => ([0.2860; 3], [0.3530; 3], CropThenResize),
            "[0,1]" => ([0.0; 3], [1.0; 3], Stretch),
            "[-1,1]" => ([0.5; 3], [0.5; 3], Stretch),
            _ => return None,
        };
        Some(Preset {
            name: name.into(),
            mean,
            std,
            framing,
            cover: (256, 224),
            interpolation: Interpolation::Bilinear,
            bgr: false,
        })
    }

    /// The preset that fits a model's input shape (either layout, `None` for an open dimension):
    ///
    /// | channels | size | preset |
    /// |---|---|---|
    /// | 3 | 32 × 32 | `cifar10` |
    /// | 1 | 28 × 28 | `fashion-mnist` |
    /// | 3 | square, 96 to 299 or 384, or left open | `imagenet` |
    /// | other | | `[0,1]` |
    ///
    /// Sizes of 300, 320, 416, 512 and 640 are mostly detectors', which scale plainly.
    pub fn guess(shape: &[Option<usize>]) -> &'static str {
        let Ok(target) = Target::from_shape(shape) else {
            return "[0,1]";
        };
        let sides = match target.layout {
            Layout::Nchw => &shape[2..],
            Layout::Nhwc => &shape[1..3],
        };
        let open = sides.iter().all(Option::is_none);
        match (target.channels, target.height, target.width) {
            (3, 32, 32) => "cifar10",
            (1, 28, 28) => "fashion-mnist",
            (3, ..) if open => "imagenet",
            (3, 96..=299 | 384, width) if width == target.height => "imagenet",
            _ => "[0,1]",
        }
    }

    /// Mean and deviation of the channels of a tensor with 3 or 1 channels, in the tensor's order.
    /// Grey is scaled by the averages of the three, which the grey presets have equal.
    pub(super) fn scaling(&self, channels: usize) -> Vec<(f32, f32)> {
        let average = |v: [f32; 3]| {
            if v[0] == v[1] && v[1] == v[2] {
                v[0] // Exactly: a sum of thirds would be off by a rounding.
            } else {
                v.iter().sum::<f32>() / 3.0
            }
        };
        let mut scaling: Vec<_> = match channels {
            1 => vec![(average(self.mean), average(self.std))],
            _ => self.mean.into_iter().zip(self.std).collect(),
        };
        if self.bgr {
            scaling.reverse();
        }
        scaling
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_preset() {
        for name in Preset::names() {
            let preset = Preset::by_name(name).unwrap();
            assert_eq!(preset.name, *name);
            assert!(preset.std.iter().all(|s| *s > 0.0));
        }
        assert_eq!(Preset::by_name("ImageNet"), None);
    }

    #[test]
    fn shapes_suggest_their_preset() {
        for (shape, name) in [
            (vec![1, 3, 32, 32], "cifar10"),
            (vec![0, 32, 32, 3], "cifar10"),
            (vec![0, 1, 28, 28], "fashion-mnist"),
            (vec![1, 28, 28, 1], "fashion-mnist"),
            (vec![1, 3, 224, 224], "imagenet"),
            (vec![1, 299, 299, 3], "imagenet"),
            (vec![0, 3, 0, 0], "imagenet"),
            (vec![1, 3, 384, 384], "imagenet"),
            (vec![1, 3, 240, 320], "[0,1]"),
            (vec![1, 3, 640, 640], "[0,1]"),
            (vec![1, 1, 224, 224], "[0,1]"),
            (vec![1, 64, 7, 7], "[0,1]"),
            (vec![1, 10], "[0,1]"),
        ] {
            // 0 stands for an open dimension.
            let open: Vec<_> = shape.iter().map(|&n| (n != 0).then_some(n)).collect();
            assert_eq!(Preset::guess(&open), name, "{shape:?}");
        }
    }

    #[test]
    fn scaling_follows_the_order_of_the_channels() {
        let mut preset = Preset::by_name("imagenet").unwrap();
        assert_eq!(preset.scaling(3)[0], (0.485, 0.229));
        preset.bgr = true;
        assert_eq!(preset.scaling(3)[0], (0.406, 0.225));
        let fashion = Preset::by_name("fashion-mnist").unwrap();
        assert_eq!(fashion.scaling(1), [(0.2860, 0.3530)]);
    }
}
