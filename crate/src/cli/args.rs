//! Arguments to a [`Command`]. Anything wrong here is wrong usage: exit code 2.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::dataset::Shard;
use crate::image::{KEYS, Preset};
use crate::report::{Compensation, Criterion, Per, PlanOptions, Step};
use lexopt::prelude::*;

use super::help::HELP;
use super::host::Host;
use super::values::{count, fraction, limits, list, named, percent, positive, shard, steps};

const KNOWN: [&str; 10] = [
    "shrink",
    "inspect",
    "plan",
    "apply",
    "run",
    "eval",
    "calibrate",
    "repair",
    "sweep",
    "merge",
];

pub enum Parsed {
    Help(String),
    Run(Box<Command>),
}

/// What decides the threshold or share in place of a number; in percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    Macs(f64),
    Params(f64),
    MaxLoss(f64),
    MinAgreement(f64),
}

/// How images are read.
#[derive(Debug)]
pub struct Reading {
    pub preset: String,
    /// It was named, or found on labelled images; else it is a guess.
    pub sure: bool,
}

#[derive(Debug, Default)]
pub struct Command {
    pub name: String,
    pub model: PathBuf,
    pub images: Vec<PathBuf>,
    pub options: PlanOptions,
    pub output: Option<PathBuf>,
    pub twin: Option<PathBuf>,
    pub stats: Option<PathBuf>,
    /// Gram matrices: written by `calibrate`, read by the others.
    pub grams: Option<PathBuf>,
    pub against: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub limit: Option<usize>,
    /// Which part of the images.
    pub shard: Option<Shard>,
    pub image_count: Option<usize>,
    pub preset: Option<String>,
    /// What differs from the preset, as `key=value`.
    pub preprocessing: Vec<String>,
    /// How images are read, once that was asked.
    pub reading: std::sync::OnceLock<Reading>,
    pub labels: Option<String>,
    pub top: usize,
    pub steps: Vec<Step>,
    pub json: bool,
    /// Whole residual branches may leave.
    pub blocks: bool,
    /// `calibrate` counts how values are spread, too.
    pub histograms: bool,
    pub target: Option<Target>,
    /// Of a sweep.
    pub criteria: Vec<Criterion>,
    pub compensations: Vec<Compensation>,
    pub points: Option<usize>,
    /// What the command stands on.
    pub host: Host,
}

/// Which options each command takes besides `--json`.
fn allowed(command: &str, option: &str) -> bool {
    let plan = matches!(
        option,
        "criterion"
            | "threshold"
            | "share"
            | "compensation"
            | "per"
            | "seed"
            | "floor"
            | "multiple"
            | "lock"
            | "layer"
            | "stats"
            | "grams"
            | "blocks"
    );
    match command {
        "inspect" => option == "stats",
        "shrink" => matches!(
            option,
            "macs"
                | "params"
                | "max-loss"
                | "min-agreement"
                | "images"
                | "multiple"
                | "output"
                | "preset"
                | "grams"
                | "blocks"
        ),
        "plan" | "apply" if measured(option) || target(option) => true,
        "plan" => plan,
        "apply" => plan || matches!(option, "output" | "twin"),
        "repair" if matches!(option, "target-macs" | "target-params") => true,
        "sweep" => matches!(
            option,
            "criteria"
                | "compensations"
                | "points"
                | "output"
                | "data"
                | "limit"
                | "images"
                | "preset"
                | "stats"
                | "seed"
                | "floor"
                | "multiple"
                | "lock"
                | "layer"
                | "per"
        ),
        "repair" => plan || matches!(option, "output" | "data" | "images" | "preset" | "steps"),
        "run" => matches!(option, "preset" | "labels" | "top"),
        "eval" => matches!(
            option,
            "against" | "data" | "limit" | "preset" | "shard" | "output"
        ),
        "merge" => option == "output",
        "calibrate" => matches!(
            option,
            "output" | "data" | "images" | "preset" | "shard" | "grams" | "histograms"
        ),
        _ => false,
    }
}

/// Options of plans that look at images.
fn measured(option: &str) -> bool {
    matches!(option, "data" | "images" | "limit" | "preset")
}

/// Options that stand in place of a threshold or share.
fn target(option: &str) -> bool {
    matches!(
        option,
        "target-macs" | "target-params" | "max-loss" | "min-agreement"
    )
}

pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Parsed, lexopt::Error> {
    let mut parser = lexopt::Parser::from_args(args);
    let mut command = Command {
        top: 5,
        steps: vec![Step::Refit],
        ..Command::default()
    };
    let mut chosen = (false, false);
    let mut given = Vec::new();
    // `--images` is where they are for shrink, and how many for the others.
    let mut images = None;
    let mut positional = Vec::new();
    while let Some(arg) = parser.next()? {
        let option = match &arg {
            Short('h') | Long("help") => return Ok(Parsed::Help(HELP.into())),
            Short('V') | Long("version") => {
                return Ok(Parsed::Help(format!(
                    "prune {}\n",
                    env!("CARGO_PKG_VERSION")
                )));
            }
            Short('o') => "output".to_string(),
            Long(name) => (*name).to_string(),
            Value(_) => {
                if let Value(value) = arg {
                    positional.push(value);
                }
                continue;
            }
            other => return Err(other.clone().unexpected()),
        };
        if option == "json" {
            command.json = true;
            continue;
        }
        given.push(option.clone());
        match option.as_str() {
            "criterion" => {
                command.options.criterion = named::<Criterion>(&mut parser, "criterion")?
            }
            "compensation" => {
                command.options.compensation = named::<Compensation>(&mut parser, "compensation")?
            }
            "threshold" => {
                command.options.threshold = fraction(&mut parser, "threshold")?;
                chosen.0 = true;
            }
            "share" => {
                command.options.share = fraction(&mut parser, "share")?;
                chosen.1 = true;
            }
            "per" => command.options.per = named::<Per>(&mut parser, "per")?,
            "seed" => command.options.seed = parser.value()?.parse()?,
            "floor" => command.options.floor = count(&mut parser, "floor")?,
            "multiple" => command.options.multiple = count(&mut parser, "multiple")?,
            "lock" => command.options.locked.push(parser.value()?.string()?),
            "layer" => command.options.layers.push(limits(&mut parser)?),
            "stats" => command.stats = Some(parser.value()?.into()),
            "blocks" => command.blocks = true,
            "histograms" => command.histograms = true,
            "grams" => command.grams = Some(parser.value()?.into()),
            "output" => command.output = Some(parser.value()?.into()),
            "twin" => command.twin = Some(parser.value()?.into()),
            "against" => command.against = Some(parser.value()?.into()),
            "data" => command.data = Some(parser.value()?.into()),
            "limit" => command.limit = Some(positive(&mut parser, "limit")?),
            "shard" => command.shard = Some(shard(&mut parser)?),
            "images" => images = Some(parser.value()?),
            "preset" => command.preset = Some(parser.value()?.string()?),
            key if KEYS.contains(&key) => {
                let value = parser.value()?.string()?;
                let text = format!("{key}={value}");
                // Here it is wrong usage; with its preset it is read again.
                Preset::parse(&format!("imagenet;{text}"), 1)?;
                command.preprocessing.push(text);
            }
            "labels" => command.labels = Some(parser.value()?.string()?),
            "steps" => command.steps = steps(&mut parser)?,
            name if target(name) || matches!(name, "macs" | "params") => {
                let percent = percent(&mut parser, name)?;
                let target = match name {
                    "macs" | "target-macs" => Target::Macs(percent),
                    "params" | "target-params" => Target::Params(percent),
                    "max-loss" => Target::MaxLoss(percent),
                    _ => Target::MinAgreement(percent),
                };
                if command.target.replace(target).is_some() {
                    return Err("only one target can be kept to at a time".into());
                }
            }
            "criteria" => command.criteria = list(&mut parser, "criteria")?,
            "compensations" => command.compensations = list(&mut parser, "compensations")?,
            "points" => command.points = Some(positive(&mut parser, "points")?),
            "top" => command.top = positive(&mut parser, "top")?,
            _ => return Err(format!("unknown option --{option}").into()),
        }
    }
    let mut positional = positional.into_iter();
    let Some(name) = positional.next() else {
        return Err("a command is missing".into());
    };
    command.name = name.string()?;
    match (images, command.name.as_str()) {
        (Some(path), "shrink") => command.data = Some(path.into()),
        (Some(count), _) => {
            let parsed: usize = count.parse()?;
            if parsed == 0 {
                return Err("--images must be at least 1".into());
            }
            command.image_count = Some(parsed);
        }
        (None, _) => (),
    }
    command.model = positional.next().map(PathBuf::from).unwrap_or_default();
    command.images = positional.map(PathBuf::from).collect();
    let wrong = |option: &&String| {
        let as_preset = KEYS.contains(&option.as_str()) && allowed(&command.name, "preset");
        !as_preset && !allowed(&command.name, option)
    };
    if let Some(option) = given.iter().find(wrong)
        && KNOWN.contains(&command.name.as_str())
    {
        return Err(format!("`prune {}` has no option --{option}", command.name).into());
    }
    complete(&command, chosen)?;
    Ok(Parsed::Run(Box::new(command)))
}

fn complete(command: &Command, (threshold, share): (bool, bool)) -> Result<(), lexopt::Error> {
    let name = command.name.as_str();
    if !KNOWN.contains(&name) {
        return Err(format!("unknown command {name}").into());
    }
    if command.model.as_os_str().is_empty() {
        let what = if name == "merge" {
            "PART"
        } else {
            "MODEL.onnx"
        };
        return Err(format!("`prune {name}` needs a {what}").into());
    }
    if !matches!(name, "run" | "merge") && !command.images.is_empty() {
        return Err(format!(
            "`prune {name}` takes one model, not also {}",
            command.images[0].display()
        )
        .into());
    }
    if name == "run" && command.images.is_empty() {
        return Err("`prune run` needs at least one IMAGE".into());
    }
    if name == "shrink" && command.target.is_none() {
        return Err(
            "`prune shrink` needs --macs P, --params P, --max-loss P or --min-agreement P".into(),
        );
    }
    if matches!(name, "shrink" | "apply" | "repair" | "calibrate" | "sweep")
        && command.output.is_none()
    {
        return Err(format!("`prune {name}` needs -o FILE").into());
    }
    if matches!(name, "eval" | "repair" | "calibrate" | "sweep") && command.data.is_none() {
        return Err(format!("`prune {name}` needs --data PATH").into());
    }
    if command.grams.is_some() && command.data.is_some() && name != "calibrate" {
        let option = if name == "shrink" { "images" } else { "data" };
        return Err(format!("--grams stands in place of --{option}").into());
    }
    if command.blocks && name == "shrink" && command.data.is_none() && command.grams.is_none() {
        return Err("--blocks needs --images or --grams".into());
    }
    if command.blocks && name != "shrink" && command.options.criterion != Criterion::Reconstruction
    {
        return Err("--blocks goes with the criterion reconstruction".into());
    }
    if command.shard.is_some() && command.output.is_none() {
        return Err("--shard needs -o FILE: the part that `prune merge` takes".into());
    }
    budgeted(command, threshold || share)?;
    let by_probability = command.options.criterion == Criterion::Probability;
    if by_probability && share {
        return Err(
            "--share goes with criteria other than probability, which takes --threshold".into(),
        );
    }
    if !by_probability && threshold {
        return Err(
            "--threshold goes with the criterion probability; the others take --share".into(),
        );
    }
    Ok(())
}

/// Whether the options of targets and sweeps go together.
fn budgeted(command: &Command, chosen: bool) -> Result<(), lexopt::Error> {
    let name = command.name.as_str();
    if command.target.is_some() && chosen {
        return Err("a target stands in place of --threshold or --share".into());
    }
    let promised = matches!(
        command.target,
        Some(Target::MaxLoss(_) | Target::MinAgreement(_))
    );
    if promised && command.data.is_none() {
        let option = if name == "shrink" { "images" } else { "data" };
        return Err(format!("--max-loss and --min-agreement need --{option} PATH").into());
    }
    if command.limit.is_some() && matches!(name, "plan" | "apply") && !promised {
        return Err("--limit goes with --max-loss or --min-agreement".into());
    }
    if name == "sweep" && (command.criteria.is_empty() || command.compensations.is_empty()) {
        return Err("`prune sweep` needs --criteria and --compensations".into());
    }
    Ok(())
}
