//! What people read on a terminal, and JSON for scripts.

use std::io::Write;

use crate::Stats;
use crate::measure::gram_file::GramFile;
use crate::report::{
    Change, Closeness, Evaluation, Guarded, ImageReport, Latency, Overview, Plan, PlannedReport,
    RepairReport,
};
use crate::{Error, Result};
use serde::Serialize;

use super::args::Command;
use super::budget::Budget;
use super::host::Host;

/// Prints a line.
macro_rules! say {
    ($($arg:tt)*) => {
        written(writeln!(std::io::stdout(), $($arg)*))
    };
}

/// A reader that has closed the pipe (`| head`) ends the program quietly; a full disk does not.
fn written(result: std::io::Result<()>) {
    if let Err(error) = result {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        eprintln!("prune: the output cannot be written: {error}");
        std::process::exit(1);
    }
}

mod shrunk;
pub use shrunk::shrunk;

pub fn json<T: Serialize>(host: &Host, value: &T) -> Result<()> {
    let text = serde_json::to_string(value).map_err(|e| Error::new(e.to_string()))?;
    if !host.keep_printed(&text) {
        say!("{text}");
    }
    Ok(())
}

pub fn predictions(rows: &[ImageReport]) -> Result<()> {
    for row in rows {
        say!("{}  ({:.1} ms)", row.image, row.prediction.milliseconds);
        for top in &row.prediction.top {
            say!("  {:>6.2} %  {}", 100.0 * top.probability, top.label);
        }
        if row.prediction.top.is_empty() {
            for output in &row.prediction.outputs {
                say!("  {} [{}]", output.name, output.shape.join(", "));
            }
        }
    }
    Ok(())
}

pub fn measured(stats: &Stats) -> Result<()> {
    say!(
        "measured {} tensors on {} images",
        stats.tensors.len(),
        stats.images
    );
    Ok(())
}

pub fn summed(file: &GramFile) -> Result<()> {
    say!(
        "Gram matrices of {} layers on {} images",
        file.layers(),
        file.about.images
    );
    Ok(())
}

pub fn evaluation(e: &Evaluation) -> Result<()> {
    say!("{} images", e.images);
    let line = |what: &str, accuracy: [Option<f64>; 2], interval, latency: Option<Latency>| {
        let mut parts = Vec::new();
        if let Some((accuracy, interval)) = accuracy[0].zip(interval) {
            parts.push(format!("accuracy {}", share(accuracy, interval)));
        }
        parts.extend(accuracy[1].map(|top5| format!("top-5 {:.2} %", 100.0 * top5)));
        parts.extend(latency.map(|l| format!("{:.2} ms an image", l.median)));
        say!("  {what:<9} {}", parts.join(", "));
    };
    line(
        "original",
        [e.accuracy, e.top5],
        e.accuracy_interval,
        e.latency_ms,
    );
    if let Some(a) = &e.against {
        line(
            "against",
            [a.accuracy, a.top5],
            a.accuracy_interval,
            a.latency_ms,
        );
        if let Some((difference, [low, high])) = a.difference.zip(a.difference_interval) {
            say!(
                "  difference {:+.2} points [{:+.2}, {:+.2}]: {} lost, {} won",
                100.0 * difference,
                100.0 * low,
                100.0 * high,
                a.lost.unwrap_or(0),
                a.won.unwrap_or(0)
            );
        }
        say!(
            "  agreement {}, mean KL {:.5}",
            share(a.agreement, a.agreement_interval),
            a.mean_kl
        );
    }
    say!("  in brackets: 95 % intervals");
    Ok(())
}

/// A share with its interval, in percent.
fn share(value: f64, [low, high]: [f64; 2]) -> String {
    format!(
        "{:.2} % [{:.2}, {:.2}]",
        100.0 * value,
        100.0 * low,
        100.0 * high
    )
}

pub fn planned(command: &Command, p: &Plan, budget: &Budget) -> Result<()> {
    if command.json {
        return json(
            &command.host,
            &PlannedReport {
                plan: p.clone(),
                guard: budget.guarded.clone(),
                solved: budget.solved.clone(),
            },
        );
    }
    plan(p)?;
    budget.guarded.as_ref().map_or(Ok(()), kept)
}

/// What a search for the largest pruning within a limit found.
fn kept(guard: &Guarded) -> Result<()> {
    let limit = match (guard.max_loss, guard.min_agreement) {
        (Some(loss), _) => format!("loses at most {} points", percent(loss)),
        (_, agreement) => format!("agrees on {} %", percent(agreement.unwrap_or(0.0))),
    };
    say!(
        "\nthe largest of {} plans tried that {limit} on",
        guard.plans
    );
    evaluation(&guard.evaluation)?;
    say!(
        "{}",
        match guard.sure {
            true => "the whole interval keeps to the limit",
            false =>
                "the interval reaches beyond the limit: on other images it may be missed; more images say more",
        }
    );
    Ok(())
}

/// A limit as it was typed: 0.0014 is 0.14, not 0.13999999999999999.
fn percent(fraction: f64) -> f64 {
    (1e8 * fraction).round() / 1e6
}

pub fn swept(path: &std::path::Path, rows: usize, before: usize) -> Result<()> {
    say!("{}: {rows} rows added to {before}", path.display());
    Ok(())
}

/// 1234567 → "1,234,567".
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(d);
    }
    out
}

fn change(label: &str, c: Change) {
    let percent = if c.before == 0 {
        0.0
    } else {
        100.0 * (1.0 - c.after as f64 / c.before as f64)
    };
    say!(
        "  {label:<12} {:>14} → {:>14}   −{percent:.1} %",
        thousands(c.before),
        thousands(c.after)
    );
}

pub fn overview(o: &Overview) -> Result<()> {
    say!("{} ({}, opset {})", o.file, o.model.producer, o.model.opset);
    for (what, values) in [("input", &o.model.inputs), ("output", &o.model.outputs)] {
        for v in values {
            say!(
                "  {what:<7} {} {} [{}]",
                v.name,
                v.elem_type,
                v.shape.join(", ")
            );
        }
    }
    say!(
        "  {} parameters, {} MACs, {} coupled channels",
        thousands(o.params),
        thousands(o.macs),
        thousands(o.channels)
    );
    if let Some(folded) = &o.folded {
        say!("  {folded}");
    }
    say!("\n{} normalised rows", o.sites.len());
    for site in &o.sites {
        say!(
            "  {:>5} channels  {:<16} {}",
            site.channels,
            site.activation,
            site.norm
        );
    }
    say!("\n{} depthwise pairs", o.pairs.len());
    if !o.not_prunable.is_empty() {
        say!("\nnot pruned, because");
        for reason in &o.not_prunable {
            say!("  {}: {}", reason.node, reason.reason);
        }
    }
    Ok(())
}

pub fn plan(p: &Plan) -> Result<()> {
    let knob = match (p.threshold, p.share) {
        (Some(t), _) => format!("threshold {t}"),
        (_, Some(s)) => format!("share {s}"),
        _ => String::new(),
    };
    say!(
        "{} at {knob}, compensation {}",
        name(&p.criterion),
        name(&p.compensation)
    );
    change("channels", p.channels);
    change("parameters", p.params);
    change("MACs", p.macs);
    change("bytes", p.bytes);
    let c = p.cases;
    say!(
        "  pairs: {} keep, {} output dead, {} input dead, {} both dead",
        c.keep,
        c.output_dead,
        c.input_dead,
        c.both_dead
    );
    let t = p.tally;
    let dead = t.output_dead + t.input_dead + t.both_dead;
    say!(
        "  {} coupled channels = {} kept + {dead} removed by case + {} removed otherwise + {} withheld + {} outside pairs ({} of them removed)",
        t.channels,
        t.kept,
        t.removed_alive,
        t.withheld,
        t.outside_kept + t.outside_removed,
        t.outside_removed
    );
    for (title, rows) in [
        (
            "withheld",
            p.tally_withheld
                .iter()
                .map(|w| format!("{} × {}: {}", w.channels, w.node, w.reason))
                .collect::<Vec<_>>(),
        ),
        (
            "whole branches that leave",
            p.dead_branches
                .iter()
                .map(|r| format!("{}: {}", r.node, r.reason))
                .collect(),
        ),
        (
            "approximate",
            p.approximate
                .iter()
                .map(|r| format!("{}: {}", r.node, r.reason))
                .collect(),
        ),
        (
            "not pruned, because",
            p.not_prunable
                .iter()
                .map(|r| format!("{}: {}", r.node, r.reason))
                .collect(),
        ),
    ] {
        if !rows.is_empty() {
            say!("{title}");
            rows.iter().for_each(|r| say!("  {r}"));
        }
    }
    if let Some(check) = p.check {
        say!(
            "check: max |Δ| {:.2e} against the masked twin, outputs up to {:.3}, {} samples",
            check.max_abs_diff,
            check.max_abs_output,
            check.samples
        );
    }
    if let Some(repair) = &p.repair {
        repaired(repair);
    }
    Ok(())
}

fn repaired(r: &RepairReport) {
    say!(
        "repair: {} pictures, {} of them held back to judge by",
        r.images,
        r.held
    );
    let near = |c: &Closeness| match (c.agreement, c.mean_kl) {
        (Some(agreement), Some(kl)) => format!("agreement {:.1} %, KL {kl:.4}", 100.0 * agreement),
        _ => format!("relative error {:.2e}", c.error),
    };
    for step in &r.steps {
        let done = step.layers.iter().filter(|l| l.declined.is_none()).count();
        say!(
            "  {}: {done} of {} layers; {} -> {}",
            name(&step.step),
            step.layers.len(),
            near(&step.before),
            near(&step.after)
        );
        if let Some(reason) = &step.declined {
            say!("  not taken: {reason}");
        }
    }
    if let Some(warning) = &r.warning {
        say!("  {warning}");
    }
}

/// The JSON name of an enum value.
fn name<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|v| v.as_str().map(str::to_string))
        .unwrap_or_default()
}
