//! Values of single options, read and held to their range.

use crate::dataset::Shard;
use crate::report::{LayerLimits, Step};
use lexopt::prelude::*;

/// `NODE:threshold=0.9,floor=8`. Node names may contain colons.
pub fn limits(parser: &mut lexopt::Parser) -> Result<LayerLimits, lexopt::Error> {
    let value = parser.value()?.string()?;
    let form = || format!("--layer takes NODE:threshold=T,share=S,floor=N,multiple=N, not {value}");
    let (layer, list) = value.rsplit_once(':').ok_or_else(form)?;
    let mut limits = LayerLimits {
        layer: layer.into(),
        ..LayerLimits::default()
    };
    for item in list.split(',') {
        let (key, number) = item.split_once('=').ok_or_else(form)?;
        let fraction = || number.parse().ok().filter(|n| (0.0..=1.0).contains(n));
        let count = || number.parse().ok().filter(|n| *n > 0);
        match key {
            "threshold" => limits.threshold = Some(fraction().ok_or_else(form)?),
            "share" => limits.share = Some(fraction().ok_or_else(form)?),
            "floor" => limits.floor = Some(count().ok_or_else(form)?),
            "multiple" => limits.multiple = Some(count().ok_or_else(form)?),
            _ => return Err(form().into()),
        }
    }
    Ok(limits)
}

pub fn percent(parser: &mut lexopt::Parser, option: &str) -> Result<f64, lexopt::Error> {
    let value: f64 = parser.value()?.parse()?;
    if (0.0..=100.0).contains(&value) {
        Ok(value)
    } else {
        Err(format!("--{option} must lie between 0 and 100, not {value}").into())
    }
}

/// Names with commas between them.
pub fn list<T: serde::de::DeserializeOwned>(
    parser: &mut lexopt::Parser,
    option: &str,
) -> Result<Vec<T>, lexopt::Error> {
    let value = parser.value()?.string()?;
    let known = |name: &str| {
        serde_json::from_value(name.trim().into())
            .map_err(|_| format!("--{option} does not know {name}").into())
    };
    value.split(',').map(known).collect()
}

pub fn named<T: serde::de::DeserializeOwned>(
    parser: &mut lexopt::Parser,
    option: &str,
) -> Result<T, lexopt::Error> {
    let value = parser.value()?.string()?;
    serde_json::from_value(value.clone().into())
        .map_err(|_| format!("--{option} does not know {value}").into())
}

/// A list of steps, separated by commas.
pub fn steps(parser: &mut lexopt::Parser) -> Result<Vec<Step>, lexopt::Error> {
    let value = parser.value()?.string()?;
    let one = |name: &str| {
        serde_json::from_value(name.trim().into())
            .map_err(|_| format!("--steps does not know {name}").into())
    };
    value.split(',').map(one).collect()
}

pub fn fraction(parser: &mut lexopt::Parser, option: &str) -> Result<f64, lexopt::Error> {
    let value: f64 = parser.value()?.parse()?;
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else {
        Err(format!("--{option} must lie between 0 and 1, not {value}").into())
    }
}

pub fn count(parser: &mut lexopt::Parser, option: &str) -> Result<u32, lexopt::Error> {
    let value = positive(parser, option)?;
    u32::try_from(value).map_err(|_| format!("--{option} is too large").into())
}

pub fn positive(parser: &mut lexopt::Parser, option: &str) -> Result<usize, lexopt::Error> {
    let value: usize = parser.value()?.parse()?;
    if value > 0 {
        Ok(value)
    } else {
        Err(format!("--{option} must be at least 1").into())
    }
}

/// `K/N`.
pub fn shard(parser: &mut lexopt::Parser) -> Result<Shard, lexopt::Error> {
    let value = parser.value()?.string()?;
    Shard::parse(&value)
        .ok_or_else(|| format!("--shard takes K/N with K from 1 to N, not {value}").into())
}
