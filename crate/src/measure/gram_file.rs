//! Gram matrices as a file: machines that see different images write one each, their sum is what one machine would have found, and
//! a plan reads it in place of images.
//!
//! The file is a safetensors file (<https://github.com/huggingface/safetensors>), so that numpy and PyTorch read it as well. For
//! every reader that is followed, named like the tensor that it makes, there are three tensors:
//!
//! | name | type and shape | holds |
//! |---|---|---|
//! | `NAME/rows` | U64, \[groups\] | how many rows were added up |
//! | `NAME/sum` | F64, \[groups, width\] | Σ x |
//! | `NAME/square` | F64, \[groups, width, width\] | Σ x xᵀ |
//!
//! A row x is what the reader multiplies for one pixel of its output: inputs of a group, each with its taps. `__metadata__` has one
//! key, `gram`, with [`About`] as JSON.

use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::{SafeTensors, TensorView, serialize};
use safetensors::{Dtype, SafeTensorError};
use serde::{Deserialize, Serialize};

use super::gram::{Gram, Grams, WIDEST};
use super::stats::Origin;
use crate::channels::Reader;
use crate::error::{Error, Result};
use crate::network::Analysis;

/// The format of files; readers refuse another.
const FORMAT: &str = "gram 1";
const KEY: &str = "gram";

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// `gram 1`.
    pub format: String,
    /// How many images were run.
    pub images: u32,
    /// The network and the images.
    pub origin: Origin,
}

/// Gram matrices of one network on some images.
#[derive(Clone, Debug, PartialEq)]
pub struct GramFile {
    /// What they are of.
    pub about: About,
    /// Per reader, by the name of the tensor it makes: one matrix per group.
    readers: BTreeMap<String, Vec<Gram>>,
}

impl GramFile {
    /// Names what was summed.
    pub fn new(analysis: &Analysis, grams: Grams, images: u32, origin: Origin) -> GramFile {
        let readers = analysis.channels.readers.iter().zip(grams);
        let named = |(r, grams): (&Reader, Option<Vec<Gram>>)| {
            Some((analysis.graph.tensors[r.output].name.clone(), grams?))
        };
        GramFile {
            about: About {
                format: FORMAT.into(),
                images,
                origin,
            },
            readers: readers.filter_map(named).collect(),
        }
    }

    /// Layers that there are matrices of.
    pub fn layers(&self) -> usize {
        self.readers.len()
    }

    /// Images behind it, and images of the data sets they were taken of.
    pub fn seen(&self) -> (u64, u64) {
        self.about.origin.seen(self.about.images)
    }

    /// The matrices in the order of a network's readers.
    ///
    /// # Errors
    /// When a matrix has another size than the network's layer, or none is of this network.
    pub fn grams(&self, analysis: &Analysis) -> Result<Grams> {
        let find = |reader: &Reader| -> Result<Option<Vec<Gram>>> {
            let name = &analysis.graph.tensors[reader.output].name;
            let Some(grams) = self.readers.get(name) else {
                return Ok(None);
            };
            let width = reader.in_per_group() * reader.taps;
            let fits = grams.len() == reader.groups && grams.iter().all(|g| g.width() == width);
            match fits {
                true => Ok(Some(grams.clone())),
                false => Err(Error::new(format!(
                    "its matrices for {name} do not have the size of the network's layer"
                ))),
            }
        };
        let grams: Grams = analysis
            .channels
            .readers
            .iter()
            .map(find)
            .collect::<Result<_>>()?;
        match grams.iter().any(Option::is_some) {
            true => Ok(grams),
            false => Err(Error::new("measures no layer of this network")),
        }
    }

    /// What both summed.
    ///
    /// # Errors
    /// When they are of different networks, read images in different ways, or share an image.
    pub fn merged(mut self, other: GramFile) -> Result<GramFile> {
        self.about.origin = self.about.origin.merged(other.about.origin)?;
        let images = self.about.images.checked_add(other.about.images);
        self.about.images = images.ok_or_else(|| Error::new("counts more images than can be"))?;
        let sizes = |file: &BTreeMap<String, Vec<Gram>>| -> Vec<(String, Vec<usize>)> {
            let widths = |grams: &Vec<Gram>| grams.iter().map(Gram::width).collect();
            file.iter()
                .map(|(name, grams)| (name.clone(), widths(grams)))
                .collect()
        };
        if sizes(&self.readers) != sizes(&other.readers) {
            return Err(Error::new("measures other layers than the files before it"));
        }
        let pairs = self.readers.values_mut().zip(other.readers.values());
        for (one, other) in pairs.flat_map(|(one, other)| one.iter_mut().zip(other)) {
            one.merge(other);
        }
        Ok(self)
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// When two tensors would have one name.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let about = serde_json::to_string(&self.about).map_err(|e| Error::new(e.to_string()))?;
        let mut content: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
        for (name, grams) in &self.readers {
            let (groups, width) = (grams.len(), grams.first().map_or(0, Gram::width));
            let rows = grams.iter().flat_map(|g| (g.rows as u64).to_le_bytes());
            let bytes = |part: fn(&Gram) -> &[f64]| -> Vec<u8> {
                let numbers = grams.iter().flat_map(|g| part(g).iter());
                numbers.flat_map(|v| v.to_le_bytes()).collect()
            };
            content.extend([
                (
                    format!("{name}/rows"),
                    Dtype::U64,
                    vec![groups],
                    rows.collect(),
                ),
                (
                    format!("{name}/sum"),
                    Dtype::F64,
                    vec![groups, width],
                    bytes(|g| g.sums().0),
                ),
                (
                    format!("{name}/square"),
                    Dtype::F64,
                    vec![groups, width, width],
                    bytes(|g| g.sums().1),
                ),
            ]);
        }
        let views = content.iter().map(|(name, kind, shape, bytes)| {
            Ok((name.as_str(), TensorView::new(*kind, shape.clone(), bytes)?))
        });
        let written =
            |e: SafeTensorError| Error::new(format!("Gram matrices cannot be written ({e})"));
        let views = views
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(written)?;
        let metadata = HashMap::from([(KEY.to_string(), about)]);
        serialize(views, Some(metadata)).map_err(written)
    }

    /// Whether bytes are such a file, and not the JSON of other parts: its header's length stands before its brace.
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.get(8) == Some(&b'{') && bytes.first() != Some(&b'{')
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// When they are no such file, or hold a number that is not finite.
    pub fn from_bytes(bytes: &[u8]) -> Result<GramFile> {
        let wrong = |why: String| Error::new(format!("is not a file of Gram matrices ({why})"));
        let unread = |e: SafeTensorError| wrong(e.to_string());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(unread)?;
        let about = header.metadata().as_ref().and_then(|m| m.get(KEY));
        let about = about.ok_or_else(|| wrong(format!("its metadata lacks {KEY}")))?;
        let about: About = serde_json::from_str(about).map_err(|e| wrong(e.to_string()))?;
        if about.format != FORMAT {
            return Err(wrong(format!(
                "its format is {}, not {FORMAT}",
                about.format
            )));
        }
        let file = SafeTensors::deserialize(bytes).map_err(unread)?;
        let mut readers = BTreeMap::new();
        for name in file.names() {
            let Some(reader) = name.strip_suffix("/rows") else {
                continue;
            };
            let get = |part: &str, kind: Dtype| {
                let name = format!("{reader}/{part}");
                let tensor = file.tensor(&name).map_err(unread)?;
                match tensor.dtype() == kind {
                    true => Ok(tensor),
                    false => Err(wrong(format!("{name} is not {kind:?}"))),
                }
            };
            let (rows, sum, square) = (
                get("rows", Dtype::U64)?,
                get("sum", Dtype::F64)?,
                get("square", Dtype::F64)?,
            );
            let width = sum.shape().get(1).copied().unwrap_or(0);
            let groups = rows.shape().first().copied().unwrap_or(0);
            let shapes = rows.shape() == [groups]
                && sum.shape() == [groups, width]
                && square.shape() == [groups, width, width];
            if !shapes || width == 0 || width > WIDEST {
                return Err(wrong(format!(
                    "the tensors of {reader} do not fit each other"
                )));
            }
            let (sum, square) = (numbers(sum.data()), numbers(square.data()));
            if sum.iter().chain(&square).any(|v| !v.is_finite()) {
                return Err(wrong(format!("{reader} has a number that is not finite")));
            }
            let rows = rows.data().as_chunks::<8>().0.iter();
            let parts = sum.chunks(width).zip(square.chunks(width * width));
            let made = rows.zip(parts).map(|(rows, (sum, square))| {
                Gram::from_sums(u64::from_le_bytes(*rows) as usize, sum, square)
            });
            readers.insert(reader.to_string(), made.collect());
        }
        Ok(GramFile { about, readers })
    }
}

fn numbers(bytes: &[u8]) -> Vec<f64> {
    let each = bytes.as_chunks::<8>().0.iter();
    each.map(|v| f64::from_le_bytes(*v)).collect()
}
