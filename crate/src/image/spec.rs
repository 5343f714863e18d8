//! Preprocessing in one line of text: a preset to start from, and what is different.
//!
//! `imagenet;order=bgr;range=0..255;mean=104,117,123` is a preset's name, then any of
//!
//! | key | value |
//! |---|---|
//! | `range` | `LOW..HIGH`: what 0 and 255 become before mean and deviation (0..1); by itself, neither is then used |
//! | `mean`, `std` | one number or `R,G,B`, in units of the range |
//! | `order` | `rgb` or `bgr` |
//! | `resize` | the shorter side before the cut |
//! | `crop` | the side of the cut, by default the network's; only `resize / crop` matters, since the network says how large its input is |
//! | `fit` | `crop`, `stretch` or `letterbox` |
//! | `interpolation` | `bilinear` or `bicubic` |

use super::{Framing, Interpolation, Preset};

/// Names of the keys.
pub const KEYS: [&str; 8] = [
    "mean",
    "std",
    "range",
    "order",
    "resize",
    "crop",
    "fit",
    "interpolation",
];
/// The longest side that makes sense.
const MAX_SIDE: u32 = 16_384;

/// The text before the first `;`.
pub fn base(text: &str) -> &str {
    text.split(';').next().unwrap_or(text)
}

impl Preset {
    /// Reads the text; `side` is the network's, for a `resize` without a `crop`.
    ///
    /// # Errors
    /// One sentence that names what is wrong.
    pub fn parse(text: &str, side: usize) -> Result<Preset, String> {
        let name = base(text);
        let mut preset = Preset::by_name(name).ok_or_else(|| {
            let known = Preset::names().join(", ");
            format!("there is no preset {name}; there are {known}")
        })?;
        preset.name = text.to_string();
        let (mut range, mut mean, mut std) = (None, None, None);
        let (mut resize, mut crop, mut fit) = (None, None, None);
        for part in text.split(';').skip(1) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let wrong = |form: &str| format!("{key} takes {form}, not {value}");
            match key {
                "mean" => mean = Some(three(value).ok_or_else(|| wrong("one number or R,G,B"))?),
                "std" => {
                    let positive = three(value).filter(|v| v.iter().all(|s| *s > 0.0));
                    std = Some(positive.ok_or_else(|| wrong("positive numbers, one or R,G,B"))?);
                }
                "range" => range = Some(ends(value).ok_or_else(|| wrong("LOW..HIGH"))?),
                "order" => match value {
                    "rgb" => preset.bgr = false,
                    "bgr" => preset.bgr = true,
                    _ => return Err(wrong("rgb or bgr")),
                },
                "resize" => resize = Some(pixels(value).ok_or_else(|| wrong("a side in pixels"))?),
                "crop" => crop = Some(pixels(value).ok_or_else(|| wrong("a side in pixels"))?),
                "fit" => match value {
                    "crop" | "stretch" | "letterbox" => fit = Some(value),
                    _ => return Err(wrong("crop, stretch or letterbox")),
                },
                "interpolation" => match value {
                    "bilinear" => preset.interpolation = Interpolation::Bilinear,
                    "bicubic" => preset.interpolation = Interpolation::Bicubic,
                    _ => return Err(wrong("bilinear or bicubic")),
                },
                _ => {
                    let keys = KEYS.join(", ");
                    return Err(format!("preprocessing has no {key}; there are {keys}"));
                }
            }
        }
        preset.scale(range, mean, std);
        preset.frame(fit, resize, crop, side)?;
        Ok(preset)
    }

    fn scale(&mut self, range: Option<(f32, f32)>, mean: Option<[f32; 3]>, std: Option<[f32; 3]>) {
        let Some((low, high)) = range else {
            self.mean = mean.unwrap_or(self.mean);
            self.std = std.unwrap_or(self.std);
            return;
        };
        let (mean, std) = (mean.unwrap_or([0.0; 3]), std.unwrap_or([1.0; 3]));
        // (low + (high − low) u − m) / s in terms of u.
        self.mean = mean.map(|m| (m - low) / (high - low));
        self.std = std.map(|s| s / (high - low));
    }

    fn frame(
        &mut self,
        fit: Option<&str>,
        resize: Option<u32>,
        crop: Option<u32>,
        side: usize,
    ) -> Result<(), String> {
        if resize.is_some() || crop.is_some() {
            if let Some(fit @ ("stretch" | "letterbox")) = fit {
                return Err(format!(
                    "fit={fit} shows the whole picture, so it has neither resize nor crop"
                ));
            }
            let cut = crop.unwrap_or(u32::try_from(side).unwrap_or(MAX_SIDE).max(1));
            let whole = resize.unwrap_or(cut);
            if whole < cut {
                return Err(format!(
                    "a picture of {whole} pixels has no part of {cut} pixels"
                ));
            }
            self.framing = Framing::ResizeThenCrop;
            self.cover = (whole, cut);
            return Ok(());
        }
        match fit {
            Some("stretch") => self.framing = Framing::Stretch,
            Some("letterbox") => self.framing = Framing::Letterbox,
            // Presets that crop already keep how.
            Some("crop") if matches!(self.framing, Framing::Stretch | Framing::Letterbox) => {
                self.framing = Framing::CropThenResize;
            }
            _ => (),
        }
        Ok(())
    }
}

fn three(text: &str) -> Option<[f32; 3]> {
    let numbers: Vec<f32> = text
        .split(',')
        .map(|n| n.trim().parse::<f32>().ok().filter(|n| n.is_finite()))
        .collect::<Option<_>>()?;
    match numbers[..] {
        [one] => Some([one; 3]),
        [r, g, b] => Some([r, g, b]),
        _ => None,
    }
}

fn ends(text: &str) -> Option<(f32, f32)> {
    let (low, high) = text.split_once("..")?;
    let number = |t: &str| t.trim().parse::<f32>().ok().filter(|n| n.is_finite());
    let (low, high) = (number(low)?, number(high)?);
    (low < high).then_some((low, high))
}

fn pixels(text: &str) -> Option<u32> {
    text.trim()
        .parse()
        .ok()
        .filter(|n| (1..=MAX_SIDE).contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_whole_text() {
        for name in Preset::names() {
            assert_eq!(Preset::parse(name, 224), Ok(Preset::by_name(name).unwrap()));
        }
    }

    #[test]
    fn ranges_only_change_the_units() {
        let caffe = "imagenet;range=0..255;mean=124,117,104;order=bgr";
        let preset = Preset::parse(caffe, 224).unwrap();
        assert!(preset.bgr);
        assert_eq!(preset.mean, [124.0, 117.0, 104.0].map(|m| m / 255.0));
        assert_eq!(preset.std, [1.0 / 255.0; 3]);
        let plain = Preset::parse("imagenet;range=-1..1", 224).unwrap();
        let known = Preset::by_name("imagenet-tf").unwrap();
        assert_eq!((plain.mean, plain.std), (known.mean, known.std));
        let one = Preset::parse("cifar10;std=0.5", 32).unwrap();
        assert_eq!(one.std, [0.5; 3]);
        assert_eq!(one.mean, Preset::by_name("cifar10").unwrap().mean);
    }

    #[test]
    fn framing_is_free() {
        let framed = |text: &str| {
            let preset = Preset::parse(text, 160).unwrap();
            (preset.framing, preset.cover)
        };
        assert_eq!(
            framed("[0,1];resize=182"),
            (Framing::ResizeThenCrop, (182, 160))
        );
        let both = "[0,1];resize=256;crop=224;interpolation=bicubic";
        assert_eq!(framed(both), (Framing::ResizeThenCrop, (256, 224)));
        assert_eq!(framed("imagenet;fit=letterbox").0, Framing::Letterbox);
        assert_eq!(framed("imagenet;fit=crop").0, Framing::ResizeThenCrop);
        assert_eq!(framed("[0,1];fit=crop").0, Framing::CropThenResize);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("image-net", "no preset image-net"),
            ("imagenet;mean=1,2", "mean takes one number"),
            ("imagenet;std=0", "std takes positive"),
            ("imagenet;std=nan", "std takes positive"),
            ("imagenet;range=1..0", "range takes LOW..HIGH"),
            ("imagenet;order=gbr", "order takes rgb or bgr"),
            ("imagenet;resize=0", "resize takes a side"),
            ("imagenet;resize=99999999999", "resize takes a side"),
            ("imagenet;resize=100;crop=200", "no part of 200 pixels"),
            ("imagenet;fit=stretch;resize=256", "neither resize nor crop"),
            ("imagenet;fit=wide", "fit takes crop"),
            ("imagenet;interpolation=nearest", "interpolation takes"),
            ("imagenet;gamma=2", "has no gamma"),
            ("imagenet;mean", "mean takes"),
        ] {
            let sentence = Preset::parse(text, 224).unwrap_err();
            assert!(sentence.contains(part), "{text}: {sentence}");
        }
    }
}
