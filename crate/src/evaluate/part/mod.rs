//! Evaluations as values that can be merged: `prune eval --shard K/N -o PART` on many machines, `prune merge` on one.
//!
//! A part keeps what was seen of each image and not what was counted, so that merging is a union: it does not matter in which order
//! parts are merged, nor whether one comes twice, and the figures of the whole are those of a single run to the last bit. Images are
//! told apart by their data set and their place in it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::judge::Judge;
use super::record::{Record, Seen};
use super::summary;
use crate::digest;
use crate::error::{Error, Result};
use crate::measure::stats::same_reading;
use crate::report::{
    EVALUATION_FORMAT, EVALUATION_VERSION, Evaluation, EvaluationPart, JudgedData, JudgedFile,
    Matching, RecordColumns,
};

/// Digits of a digest in a sentence.
const SHOWN: usize = 12;

/// What is read first: whether the rest can be understood.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// A network's file, by its name and its bytes.
pub fn judged_file(name: &str, bytes: &[u8]) -> JudgedFile {
    JudgedFile {
        file: name.into(),
        sha256: digest::of(bytes),
    }
}

/// What `judge` saw of some of its images. `preset` is how it reads pictures.
///
/// # Errors
/// When the first or the last image cannot be read.
pub fn part(
    judge: &Judge,
    records: &[Record],
    preset: &str,
    model: JudgedFile,
    against: Option<JudgedFile>,
) -> Result<EvaluationPart> {
    let classes = records.iter().filter_map(|record| record.class);
    Ok(EvaluationPart {
        format: EVALUATION_FORMAT.into(),
        version: EVALUATION_VERSION,
        model,
        against,
        classes: judge.classes() as u32,
        preprocessing: (!judge.data.is_prepared()).then(|| preset.to_string()),
        labels: classes.map(|class| (class, judge.label(class))).collect(),
        data: vec![JudgedData {
            sha256: judge.data.digest().map_err(Error::new)?,
            images: judge.images() as u32,
            matching: judge.matching(),
            records: columns(records),
        }],
    })
}

/// Reads a part, and holds it to what every part keeps to.
///
/// # Errors
/// One sentence that says what is wrong.
pub fn read(bytes: &[u8]) -> Result<EvaluationPart> {
    let foreign =
        |e: serde_json::Error| Error::new(format!("is not a file of `prune eval -o` ({e})"));
    let head: Head = serde_json::from_slice(bytes).map_err(foreign)?;
    if head.format != EVALUATION_FORMAT {
        let format: String = head.format.chars().take(40).collect();
        return Err(Error::new(format!(
            "holds \"{format}\" and not \"{EVALUATION_FORMAT}\""
        )));
    }
    if head.version != EVALUATION_VERSION {
        return Err(Error::new(format!(
            "is of version {} of its format, and this program reads version {EVALUATION_VERSION}",
            head.version
        )));
    }
    let part: EvaluationPart = serde_json::from_slice(bytes).map_err(foreign)?;
    for data in &part.data {
        checked(&part, data)?;
    }
    Ok(part)
}

/// What both parts saw.
///
/// # Errors
/// When they judge different networks, read pictures in different ways, or contradict each other.
pub fn merged(one: EvaluationPart, other: EvaluationPart) -> Result<EvaluationPart> {
    same_network("another network", Some(&one.model), Some(&other.model))?;
    let (a, b) = (one.against.as_ref(), other.against.as_ref());
    same_network("against another network", a, b)?;
    if one.classes != other.classes {
        return Err(Error::new("counts other classes than the parts before it"));
    }
    let (before, now) = (&one.preprocessing, &other.preprocessing);
    same_reading("parts", before.as_deref(), now.as_deref())?;
    let mut labels = one.labels;
    for (class, name) in other.labels {
        let known = labels.entry(class).or_insert_with(|| name.clone());
        // Whichever comes first.
        *known = known.clone().min(name);
    }
    let mut sets: BTreeMap<String, JudgedData> = BTreeMap::new();
    for data in one.data.into_iter().chain(other.data) {
        let data = match sets.remove(&data.sha256) {
            Some(known) => union(known, data)?,
            None => data,
        };
        sets.insert(data.sha256.clone(), data);
    }
    // Names of files may differ where the files are the same.
    let least = |a: JudgedFile, b: JudgedFile| if b.file < a.file { b } else { a };
    Ok(EvaluationPart {
        model: least(one.model, other.model),
        against: one.against.zip(other.against).map(|(a, b)| least(a, b)),
        labels,
        data: sets.into_values().collect(),
        format: one.format,
        version: one.version,
        classes: one.classes,
        preprocessing: one.preprocessing,
    })
}

/// The figures of what a part saw.
///
/// # Errors
/// When the part contradicts itself.
pub fn reported(part: &EvaluationPart) -> Result<Evaluation> {
    let mut records = Vec::new();
    for data in &part.data {
        records.append(&mut checked(part, data)?);
    }
    let label = |class: u32| {
        let known = part.labels.get(&class);
        known.cloned().unwrap_or_else(|| format!("class {class}"))
    };
    let matchings = part.data.iter().filter_map(|data| data.matching.clone());
    Ok(Evaluation {
        matching: matchings.reduce(both),
        ..summary::report(&records, &label)
    })
}

/// Images that the part saw, and images of the data sets that it took them of.
pub fn seen(part: &EvaluationPart) -> (u64, u64) {
    let sum = |count: &dyn Fn(&JudgedData) -> u64| part.data.iter().map(count).sum();
    (
        sum(&|data| data.records.index.len() as u64),
        sum(&|data| u64::from(data.images)),
    )
}

/// What two data sets say of their classes, as of one.
fn both(one: Matching, other: Matching) -> Matching {
    Matching {
        by_name: one.by_name && other.by_name,
        labels: one
            .labels
            .filter(|name| Some(name) == other.labels.as_ref()),
        missing: one.missing.or(other.missing),
        classes: one.classes.max(other.classes),
    }
}

fn same_network(what: &str, one: Option<&JudgedFile>, other: Option<&JudgedFile>) -> Result<()> {
    if one.map(|file| &file.sha256) == other.map(|file| &file.sha256) {
        return Ok(());
    }
    let shown = |file: Option<&JudgedFile>| match file {
        Some(JudgedFile { file, sha256 }) => {
            let short: String = sha256.chars().take(SHOWN).collect();
            format!("{file}, SHA-256 {short}…")
        }
        None => "none".into(),
    };
    Err(Error::new(format!(
        "judges {what} ({}) than the parts before it ({})",
        shown(other),
        shown(one)
    )))
}

/// Images of one data set, each once.
fn union(one: JudgedData, other: JudgedData) -> Result<JudgedData> {
    let mut records = BTreeMap::new();
    for record in taken(&one.records)?
        .into_iter()
        .chain(taken(&other.records)?)
    {
        let before = records.insert(record.index, record);
        // KL may be no number, which equals nothing.
        let bits = |record: Record| record.pack().map(f64::to_bits);
        if before.is_some_and(|before| bits(before) != bits(record)) {
            return Err(Error::new(format!(
                "has image {} of a data set, as a part before it has, and saw something else",
                record.index
            )));
        }
    }
    let records: Vec<Record> = records.into_values().collect();
    if one.images != other.images {
        return Err(Error::new(
            "counts other images in a data set than the parts before it",
        ));
    }
    Ok(JudgedData {
        matching: one.matching.or(other.matching),
        records: columns(&records),
        ..one
    })
}

/// The records of one data set of a part, held to its numbers.
fn checked(part: &EvaluationPart, data: &JudgedData) -> Result<Vec<Record>> {
    let records = taken(&data.records)?;
    let sorted = records.is_sorted_by(|a, b| a.index < b.index);
    if !sorted || records.last().is_some_and(|r| r.index >= data.images) {
        return Err(Error::new(format!(
            "names images that are not in order, or not among the {} of their data set",
            data.images
        )));
    }
    let compared = part.against.is_some();
    let classes = part.classes;
    let fits = |class: Option<u32>, seen: Seen| {
        // What is no number comes behind all classes.
        let rank = seen.rank.is_none_or(|rank| rank <= classes);
        rank && seen.best < classes && seen.rank.is_some() == class.is_some()
    };
    let sound = |record: &Record| {
        record.class.is_none_or(|class| class < classes)
            && record.other.is_some() == compared
            && fits(record.class, record.original)
            && record
                .other
                .is_none_or(|(seen, _)| fits(record.class, seen))
    };
    match records.iter().find(|record| !sound(record)) {
        Some(record) => Err(Error::new(format!(
            "says of image {} what cannot be said of {classes} classes",
            record.index
        ))),
        None => Ok(records),
    }
}

/// Records as columns. The inverse of [`taken`].
fn columns(records: &[Record]) -> RecordColumns {
    let mut columns = RecordColumns::default();
    for record in records {
        columns.index.push(record.index);
        columns.class.push(record.class);
        columns.best.push(record.original.best);
        columns.rank.push(record.original.rank);
        if let Some((seen, kl)) = record.other {
            columns.against_best.push(seen.best);
            columns.against_rank.push(seen.rank);
            columns.kl.push(kl.is_finite().then_some(kl));
        }
    }
    columns
}

fn taken(columns: &RecordColumns) -> Result<Vec<Record>> {
    let images = columns.index.len();
    let compared = !columns.against_best.is_empty();
    let own = [columns.class.len(), columns.best.len(), columns.rank.len()];
    let others = [
        columns.against_best.len(),
        columns.against_rank.len(),
        columns.kl.len(),
    ];
    let expected = if compared { images } else { 0 };
    if own != [images; 3] || others != [expected; 3] {
        return Err(Error::new("has columns of different lengths"));
    }
    let other = |k: usize| {
        let best = columns.against_best[k];
        let rank = columns.against_rank[k];
        (Seen { best, rank }, columns.kl[k].unwrap_or(f64::NAN))
    };
    let record = |k: usize| Record {
        index: columns.index[k],
        class: columns.class[k],
        original: Seen {
            best: columns.best[k],
            rank: columns.rank[k],
        },
        other: compared.then(|| other(k)),
    };
    Ok((0..images).map(record).collect())
}

#[cfg(test)]
mod tests;
