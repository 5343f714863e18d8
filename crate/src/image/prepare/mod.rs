//! A picture to a network's input.

use std::borrow::Cow;

use ndarray::ArrayD;

use super::resample::{Axis, resample};
use super::{Framing, Image, Layout, Preset, Target};

/// What surrounds a letterboxed picture, as YOLO's detectors have it.
const GREY: u8 = 114;

/// The tensor a network reads for one picture: shape [`Target::shape`] (batch 1), `f32`,
/// unit as the preset scales it.
///
/// The steps are grey (ITU-R 601 luma, for targets of one channel), framing, resize (antialiased
/// bilinear or bicubic, equal to Pillow's), scaling. A picture of exactly the target's size is neither resized
/// nor cropped, whatever the preset. Deterministic, and the same on every platform.
///
/// The picture must be as [`Image`] says (not empty); otherwise the tensor is zero.
pub fn prepare(image: &Image, preset: &Preset, target: &Target) -> ArrayD<f32> {
    let pixels = image.width.saturating_mul(image.height);
    let mut tensor = ArrayD::zeros(target.shape().to_vec());
    if pixels == 0 || Some(image.rgb.len()) != pixels.checked_mul(3) || tensor.is_empty() {
        return tensor;
    }
    let source = match target.channels {
        1 => Cow::Owned(luma(&image.rgb)),
        _ => Cow::Borrowed(image.rgb.as_slice()),
    };
    let framed = frame(source, image, preset, target);

    let channels = target.channels;
    let area = target.width * target.height;
    let values = tensor
        .as_slice_mut()
        .expect("a new array is contiguous and in standard order");
    for (channel, (mean, std)) in preset.scaling(channels).into_iter().enumerate() {
        let table: [f32; 256] = std::array::from_fn(|v| (v as f32 / 255.0 - mean) / std);
        let read = if preset.bgr {
            channels - 1 - channel
        } else {
            channel
        };
        let samples = framed.iter().skip(read).step_by(channels);
        let samples = samples.map(|&sample| table[usize::from(sample)]);
        match target.layout {
            Layout::Nchw => {
                let plane = &mut values[channel * area..(channel + 1) * area];
                plane.iter_mut().zip(samples).for_each(|(to, v)| *to = v);
            }
            Layout::Nhwc => {
                let plane = values.iter_mut().skip(channel).step_by(channels);
                plane.zip(samples).for_each(|(to, v)| *to = v);
            }
        }
    }
    tensor
}

/// Luma of ITU-R 601 in the fixed point of Pillow's `convert("L")`; exact for grey pixels.
fn luma(rgb: &[u8]) -> Vec<u8> {
    let weigh = |p: &[u8]| {
        let [r, g, b] = [u32::from(p[0]), u32::from(p[1]), u32::from(p[2])];
        ((r * 19_595 + g * 38_470 + b * 7_471 + 0x8000) >> 16) as u8
    };
    rgb.chunks_exact(3).map(weigh).collect()
}

/// Interleaved samples at the target's size.
fn frame<'a>(
    samples: Cow<'a, [u8]>,
    image: &Image,
    preset: &Preset,
    target: &Target,
) -> Cow<'a, [u8]> {
    if (image.width, image.height) == (target.width, target.height) {
        return samples;
    }
    let channels = target.channels;
    let way = preset.interpolation;
    let window = match preset.framing {
        Framing::Stretch => {
            let x = whole(image.width, target.width);
            let y = whole(image.height, target.height);
            resample(&samples, channels, way, x, y)
        }
        Framing::ResizeThenCrop => {
            let (width, height) = enlarged_cover(image, target, preset.cover);
            let x = centred(image.width, width, target.width);
            let y = centred(image.height, height, target.height);
            resample(&samples, channels, way, x, y)
        }
        Framing::CropThenResize => {
            let (width, height) = largest_part(image, target);
            let cut = crop(&samples, channels, image, width, height);
            let x = whole(width, target.width);
            let y = whole(height, target.height);
            resample(&cut, channels, way, x, y)
        }
        Framing::Letterbox => {
            let (width, height) = inscribed(image, target);
            let x = whole(image.width, width);
            let y = whole(image.height, height);
            let small = resample(&samples, channels, way, x, y);
            surround(&small, channels, (width, height), target)
        }
    };
    Cow::Owned(window)
}

/// Which part of a picture the target shows: left, top, right, bottom in fractions of the picture. Beyond 0 and 1 lies what
/// surrounds a letterboxed one.
pub fn seen(image: &Image, preset: &Preset, target: &Target) -> [f64; 4] {
    if (image.width, image.height) == (target.width, target.height) {
        return [0.0, 0.0, 1.0, 1.0];
    }
    // The picture's size in the target's pixels.
    let (width, height) = match preset.framing {
        Framing::Stretch => (target.width as f64, target.height as f64),
        Framing::ResizeThenCrop => {
            let (width, height) = enlarged_cover(image, target, preset.cover);
            (width as f64, height as f64)
        }
        Framing::CropThenResize => {
            let (width, height) = largest_part(image, target);
            let whole =
                |all: usize, part: usize, side: usize| all as f64 * side as f64 / part as f64;
            (
                whole(image.width, width, target.width),
                whole(image.height, height, target.height),
            )
        }
        Framing::Letterbox => {
            let (width, height) = inscribed(image, target);
            (width as f64, height as f64)
        }
    };
    let side = |all: f64, part: f64| {
        let start = 0.5 * (1.0 - part / all.max(1.0));
        (start, 1.0 - start)
    };
    let (left, right) = side(width, target.width as f64);
    let (top, bottom) = side(height, target.height as f64);
    [left, top, right, bottom]
}

fn whole(source: usize, size: usize) -> Axis {
    Axis {
        source,
        size,
        start: 0,
        length: size,
    }
}

/// The centred `length` samples of an axis resized to `size`.
fn centred(source: usize, size: usize, length: usize) -> Axis {
    let size = size.max(length);
    // torchvision rounds half to even here, and so do we.
    let start = ((size - length) as f64 / 2.0).round_ties_even() as usize;
    Axis {
        source,
        size,
        start,
        length,
    }
}

/// Width and height of the picture once it fits into the target.
fn inscribed(image: &Image, target: &Target) -> (usize, usize) {
    let (w, h) = (image.width as u64, image.height as u64);
    let (tw, th) = (target.width as u64, target.height as u64);
    let nearest = |product: u64, by: u64| ((product + by / 2) / by).max(1) as usize;
    match tw * h <= th * w {
        true => (target.width, nearest(h * tw, w).min(target.height)),
        false => (nearest(w * th, h).min(target.width), target.height),
    }
}

/// The picture in the middle of the target, with grey around it.
fn surround(
    samples: &[u8],
    channels: usize,
    (width, height): (usize, usize),
    target: &Target,
) -> Vec<u8> {
    let mut whole = vec![GREY; target.width * target.height * channels];
    let (left, top) = ((target.width - width) / 2, (target.height - height) / 2);
    let rows = whole.chunks_exact_mut(target.width * channels).skip(top);
    for (to, from) in rows.zip(samples.chunks_exact(width * channels)) {
        to[left * channels..][..from.len()].copy_from_slice(from);
    }
    whole
}

/// The size, of the picture's aspect, that covers `cover.0 / cover.1` of the target; rounded down like
/// torchvision's `Resize`, which for a square target fixes the shorter side.
fn enlarged_cover(image: &Image, target: &Target, cover: (u32, u32)) -> (usize, usize) {
    let enlarged = |side: usize| side as u64 * u64::from(cover.0) / u64::from(cover.1);
    let (w, h) = (image.width as u64, image.height as u64);
    let (tw, th) = (enlarged(target.width), enlarged(target.height));
    let size = |side: u64| usize::try_from(side).unwrap_or(usize::MAX);
    // Which side is the tight one: compare tw / w with th / h.
    if tw * h >= th * w {
        (size(tw), size(tw * h / w))
    } else {
        (size(th * w / h), size(th))
    }
}

/// Width and height of the largest part of the picture with the target's aspect.
fn largest_part(image: &Image, target: &Target) -> (usize, usize) {
    let (w, h) = (image.width as u64, image.height as u64);
    let (tw, th) = (target.width as u64, target.height as u64);
    let nearest = |product: u64, by: u64| ((product + by / 2) / by).max(1);
    if w * th >= h * tw {
        (nearest(h * tw, th).min(w) as usize, image.height)
    } else {
        (image.width, nearest(w * th, tw).min(h) as usize)
    }
}

/// The centred part of `width × height` pixels.
fn crop(samples: &[u8], channels: usize, image: &Image, width: usize, height: usize) -> Vec<u8> {
    let left = (image.width - width) / 2 * channels;
    let top = (image.height - height) / 2;
    let rows = samples.chunks_exact(image.width * channels);
    rows.skip(top)
        .take(height)
        .flat_map(|row| &row[left..left + width * channels])
        .copied()
        .collect()
}

#[cfg(test)]
mod tests;
