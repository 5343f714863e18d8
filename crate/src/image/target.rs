//! The shape of the tensor a network takes.

use super::MAX_PIXELS;

/// Height and width where the model leaves both open: what ImageNet networks are trained at.
const DEFAULT_SIDE: usize = 224;

/// Order of the axes of a 4-dimensional tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Batch, channels, height, width: what PyTorch exports.
    Nchw,
    /// Batch, height, width, channels: what TensorFlow exports.
    Nhwc,
}

/// What a network's image input looks like, without the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Pixels, at least 1.
    pub width: usize,
    /// Pixels, at least 1.
    pub height: usize,
    /// 1 (grey) or 3 (colour).
    pub channels: usize,
    /// Where channels lie.
    pub layout: Layout,
}

impl Target {
    /// Reads a model's input shape; `None` is a dimension that the model leaves open.
    ///
    /// The axis with 1 or 3 entries is the channels', NCHW where both could be. Open dimensions: 3
    /// channels; a side takes the other side's size, both sides 224. The batch may be anything.
    ///
    /// Errors are one sentence: not 4 dimensions, no channel axis of 1 or 3, a dimension of 0, or
    /// more than [`MAX_PIXELS`] pixels.
    pub fn from_shape(shape: &[Option<usize>]) -> Result<Target, String> {
        let &[_, first, second, third] = shape else {
            return Err(format!(
                "The network's input has {} dimensions; an image input has 4 (batch, channels, height and width).",
                shape.len()
            ));
        };
        if shape.contains(&Some(0)) {
            return Err("The network's input has a dimension of size 0.".into());
        }
        let is_channels = |size: Option<usize>| matches!(size, Some(1 | 3));
        let (layout, channels, height, width) = if is_channels(first) {
            (Layout::Nchw, first, second, third)
        } else if is_channels(third) {
            (Layout::Nhwc, third, first, second)
        } else if first.is_none() {
            (Layout::Nchw, None, second, third)
        } else if third.is_none() {
            (Layout::Nhwc, None, first, second)
        } else {
            return Err(format!(
                "The network's input is {}; an image has 1 or 3 channels, on the second or the last axis.",
                describe(shape)
            ));
        };
        let side = height.or(width).unwrap_or(DEFAULT_SIDE);
        let target = Target {
            width: width.unwrap_or(side),
            height: height.unwrap_or(side),
            channels: channels.unwrap_or(3),
            layout,
        };
        if target.width.saturating_mul(target.height) as u64 > MAX_PIXELS {
            return Err(format!(
                "The network's input of {} × {} pixels is too large; at most {} megapixels are accepted.",
                target.width,
                target.height,
                MAX_PIXELS / 1_000_000
            ));
        }
        Ok(target)
    }

    /// Shape of the prepared tensor, batch 1.
    pub fn shape(&self) -> [usize; 4] {
        match self.layout {
            Layout::Nchw => [1, self.channels, self.height, self.width],
            Layout::Nhwc => [1, self.height, self.width, self.channels],
        }
    }
}

/// A shape in words, `?` for an open dimension.
fn describe(shape: &[Option<usize>]) -> String {
    let sizes = shape.iter().map(|size| match size {
        Some(size) => size.to_string(),
        None => "?".into(),
    });
    sizes.collect::<Vec<_>>().join(" × ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(shape: [usize; 4]) -> Result<Target, String> {
        // 9999 stands for an open dimension.
        Target::from_shape(&shape.map(|size| (size != 9999).then_some(size)))
    }

    #[test]
    fn both_layouts_are_told_apart() {
        let target = read([1, 3, 240, 320]).unwrap();
        assert_eq!(
            target,
            Target {
                width: 320,
                height: 240,
                channels: 3,
                layout: Layout::Nchw
            }
        );
        assert_eq!(target.shape(), [1, 3, 240, 320]);
        let target = read([9999, 28, 28, 1]).unwrap();
        assert_eq!((target.channels, target.layout), (1, Layout::Nhwc));
        assert_eq!(target.shape(), [1, 28, 28, 1]);
        assert_eq!(read([1, 3, 64, 3]).unwrap().layout, Layout::Nchw);
    }

    #[test]
    fn open_dimensions_get_sensible_sizes() {
        let open = 9999;
        for (shape, expected) in [
            ([open, 3, open, open], [1, 3, 224, 224]),
            ([1, 1, open, open], [1, 1, 224, 224]),
            ([1, 3, 48, open], [1, 3, 48, 48]),
            ([1, 3, open, 320], [1, 3, 320, 320]),
            ([open, open, open, open], [1, 3, 224, 224]),
            ([open, open, open, 3], [1, 224, 224, 3]),
            ([1, open, 96, 128], [1, 3, 96, 128]),
            ([1, 96, 128, open], [1, 96, 128, 3]),
        ] {
            assert_eq!(read(shape).unwrap().shape(), expected, "{shape:?}");
        }
    }

    #[test]
    fn what_is_no_image_is_refused_in_a_sentence() {
        let error = |shape: &[Option<usize>]| Target::from_shape(shape).unwrap_err();
        assert!(error(&[Some(1), Some(10)]).contains("2 dimensions"));
        assert!(error(&[]).contains("0 dimensions"));
        assert!(read([1, 3, 0, 32]).unwrap_err().contains("size 0"));
        let error = read([9999, 64, 7, 7]).unwrap_err();
        assert!(error.contains("? × 64 × 7 × 7"), "{error}");
        assert!(
            read([1, 3, usize::MAX, usize::MAX])
                .unwrap_err()
                .contains("too large")
        );
        assert!(
            read([1, 3, 20_000, 20_000])
                .unwrap_err()
                .contains("100 megapixels")
        );
    }
}
