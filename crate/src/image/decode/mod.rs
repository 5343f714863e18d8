//! Compressed bytes to 8-bit RGB.

use std::io::Cursor;

use ::image::metadata::Orientation;
use ::image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage,
};

/// Pictures of more pixels are refused: 100 megapixels.
pub const MAX_PIXELS: u64 = 100_000_000;

/// What decoders may allocate, in bytes: [`MAX_PIXELS`] of 8-bit RGBA and some working space.
const MAX_DECODER_BYTES: u64 = 512 << 20;

/// A decoded picture: `width × height` pixels of 8-bit RGB, row by row from the top left, without
/// padding, so `rgb.len() == width * height * 3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Red, green and blue of each pixel, row by row.
    pub rgb: Vec<u8>,
}

impl Image {
    /// Decodes a PNG, JPEG or WebP file, recognised by its content.
    ///
    /// * The orientation in EXIF is applied, as every viewer does.
    /// * Grey becomes R = G = B; 16-bit samples are rounded to 8; colour profiles are ignored.
    /// * Transparent pixels are put on white, the ground on which a page or a viewer shows them
    ///   (what lies in the hidden colour channels is arbitrary, often black).
    /// * Of an animation the first frame is taken.
    /// * A JPEG cut short within its pixels is taken as far as it goes, as browsers do.
    ///
    /// Errors are one sentence: another format, damaged data, or more than [`MAX_PIXELS`] pixels,
    /// which is refused before the pixels are allocated.
    pub fn decode(bytes: &[u8]) -> Result<Image, String> {
        let format = sniff(bytes)?;
        let name = format_name(format);
        let failed = |error: ImageError| match error {
            ImageError::Limits(_) => format!("This {name} image needs too much memory to decode."),
            _ => damaged(&name, &error),
        };
        let mut decoder = ImageReader::with_format(Cursor::new(bytes), format)
            .into_decoder()
            .map_err(failed)?;
        let (width, height) = decoder.dimensions();
        if width == 0 || height == 0 {
            return Err(format!("This {name} image has no pixels."));
        }
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(format!(
                "This {name} image has {width} × {height} pixels; at most {} megapixels are accepted.",
                MAX_PIXELS / 1_000_000
            ));
        }
        // Samples of 16 bits can need more than their count suggests.
        if decoder.total_bytes() > MAX_DECODER_BYTES {
            return Err(format!(
                "This {name} image needs too much memory to decode."
            ));
        }
        let mut limits = Limits::no_limits();
        limits.max_alloc = Some(MAX_DECODER_BYTES);
        decoder.set_limits(limits).map_err(failed)?;
        // Damaged EXIF is no reason to refuse the picture.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
        picture.apply_orientation(orientation);
        Ok(Image::from_dynamic(picture))
    }

    /// A picture of 8-bit grey samples, row by row: `grey.len()` must be `width * height`.
    pub fn from_grey(width: usize, height: usize, grey: &[u8]) -> Result<Image, String> {
        if width.checked_mul(height) != Some(grey.len()) {
            return Err(format!(
                "{} grey samples do not make an image of {width} × {height} pixels.",
                grey.len()
            ));
        }
        let rgb = grey.iter().flat_map(|&value| [value; 3]).collect();
        Ok(Image { width, height, rgb })
    }

    fn from_dynamic(picture: DynamicImage) -> Image {
        let rgb = if picture.color().has_alpha() {
            on_white(picture.into_rgba8())
        } else {
            picture.into_rgb8()
        };
        Image {
            width: rgb.width() as usize,
            height: rgb.height() as usize,
            rgb: rgb.into_raw(),
        }
    }
}

/// The decoder's reason in one line: some of them hold line breaks.
fn damaged(format: &str, error: &ImageError) -> String {
    let reason = error.to_string();
    let reason: Vec<_> = reason.split_whitespace().collect();
    format!(
        "This {format} image is damaged or incomplete ({}).",
        reason.join(" ")
    )
}

/// Composites on white, rounding to nearest.
fn on_white(picture: RgbaImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let [r, g, b, a] = picture.get_pixel(x, y).0;
        let alpha = u32::from(a);
        let blend = |c: u8| ((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        ::image::Rgb([blend(r), blend(g), blend(b)])
    })
}

/// The format by the first bytes.
fn sniff(bytes: &[u8]) -> Result<ImageFormat, String> {
    if bytes.is_empty() {
        return Err("The image file is empty.".into());
    }
    match ::image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => Ok(format),
        Ok(format) => Err(format!(
            "This is a {} image; only PNG, JPEG and WebP can be read.",
            format_name(format)
        )),
        Err(_) => Err("This is not a PNG, JPEG or WebP image.".into()),
    }
}

fn format_name(format: ImageFormat) -> String {
    match format {
        ImageFormat::WebP => "WebP".into(),
        other => format!("{other:?}").to_uppercase(),
    }
}

#[cfg(test)]
mod tests;
