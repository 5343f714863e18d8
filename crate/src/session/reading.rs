//! How the network wants its images, as far as its file says.
//!
//! A file says it in three ways, of which the first counts: in a property of ours, which a cut writes where the way was named or
//! found; in ONNX's own properties for images; or by arithmetic between its input and its first layer.

use super::Session;
use crate::error::{Error, Result};
use crate::image::Preset;
use crate::network::input_scale::{Scale, input_scale};
use crate::onnx::{self, pb};

/// The property that holds preprocessing as [`Preset::parse`] reads it.
const PROPERTY: &str = "channel_pruning.preprocessing";
/// Properties that the ONNX standard names, and what their values say in our words.
const STANDARD: [(&str, &[(&str, &str)]); 2] = [
    (
        "Image.NominalPixelRange",
        &[
            ("NominalRange_0_255", ";range=0..255"),
            ("Normalized_0_1", ";range=0..1"),
            ("Normalized_1_1", ";range=-1..1"),
        ],
    ),
    (
        "Image.BitmapPixelFormat",
        &[("Bgr8", ";order=bgr"), ("Bgra8", ";order=bgr")],
    ),
];
/// The side that stands for an open one where preprocessing is only read, not carried out.
const SIDE: usize = 224;

impl Session {
    /// The preprocessing that an earlier cut left in the file.
    pub fn carried_preset(&self) -> Option<&str> {
        let text = self.property(PROPERTY)?;
        Preset::parse(text, SIDE).is_ok().then_some(text)
    }

    /// Has all files that are written from now on say that images are read as `preset`.
    ///
    /// # Errors
    /// When `preset` is no preprocessing.
    pub fn carry_preset(&mut self, preset: &str) -> Result<()> {
        set(&mut self.model, preset).map_err(|e| e.in_file(&self.file))
    }

    /// The preprocessing that the file says; else one that fits the input's shape.
    pub fn guess_preset(&self) -> String {
        if let Some(carried) = self.carried_preset() {
            return carried.to_string();
        }
        let mut preset = Preset::guess(&self.input_shape()).to_string();
        let mut standard = String::new();
        for (key, values) in STANDARD {
            let value = self.property(key);
            let known = values.iter().find(|(known, _)| value == Some(known));
            standard += known.map_or("", |(_, meaning)| meaning);
        }
        if !standard.is_empty() {
            return preset + &standard;
        }
        preset += match input_scale(&self.analysis.graph) {
            Some(Scale::Bytes) => ";range=0..255",
            Some(Scale::Unit) => ";range=0..1",
            None => "",
        };
        preset
    }

    fn property(&self, key: &str) -> Option<&str> {
        let properties = &self.model.metadata_props;
        let found = properties.iter().find(|p| p.key == key)?;
        Some(&found.value)
    }
}

/// A network's file, saying that its images are read as `preset`.
///
/// # Errors
/// When it is no network, or `preset` is no preprocessing.
pub fn with_preset(file: &[u8], preset: &str) -> Result<Vec<u8>> {
    let mut model = onnx::decode(file)?;
    set(&mut model, preset)?;
    Ok(onnx::encode_like(&model, file))
}

fn set(model: &mut pb::ModelProto, preset: &str) -> Result<()> {
    Preset::parse(preset, SIDE).map_err(Error::new)?;
    let properties = &mut model.metadata_props;
    match properties.iter_mut().find(|p| p.key == PROPERTY) {
        Some(property) => property.value = preset.to_string(),
        None => properties.push(pb::StringStringEntryProto {
            key: PROPERTY.to_string(),
            value: preset.to_string(),
        }),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::PlanOptions;

    fn sample() -> Session {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../www/public/samples/mobilenetv1_025_fashion.onnx"
        );
        let bytes = std::fs::read(path).expect("the sample is there");
        Session::open("sample", &bytes).expect("opens")
    }

    #[test]
    fn a_cut_carries_how_images_are_read() {
        let mut session = sample();
        let options = PlanOptions::default();
        let plain = session.prune(&options).expect("prunes").bytes;
        assert!(session.carry_preset("imagenet;gamma=2").is_err());
        for preset in ["[-1,1];order=bgr", "[-1,1];fit=crop"] {
            session.carry_preset(preset).expect("is preprocessing");
            let pruned = session.prune(&options).expect("prunes");
            let again = Session::open("pruned", &pruned.bytes).expect("opens");
            assert_eq!(again.carried_preset(), Some(preset));
            assert_eq!(again.overview().preset, preset);
            assert_eq!(
                with_preset(&plain, preset).expect("is a file"),
                pruned.bytes
            );
        }
    }

    #[test]
    fn onnx_has_properties_for_it_too() {
        for (key, value, preset) in [
            (
                "Image.NominalPixelRange",
                "NominalRange_0_255",
                "fashion-mnist;range=0..255",
            ),
            ("Image.BitmapPixelFormat", "Bgr8", "fashion-mnist;order=bgr"),
            (
                "Image.NominalPixelRange",
                "NominalRange_16_235",
                "fashion-mnist",
            ),
            ("Image.BitmapPixelFormat", "Gray8", "fashion-mnist"),
            (PROPERTY, "no such thing", "fashion-mnist"),
            (PROPERTY, "[0,1]", "[0,1]"),
        ] {
            let mut session = sample();
            let property = pb::StringStringEntryProto {
                key: key.into(),
                value: value.into(),
            };
            session.model.metadata_props.push(property);
            assert_eq!(session.guess_preset(), preset, "{key}={value}");
            assert!(Preset::parse(preset, SIDE).is_ok());
        }
    }
}
