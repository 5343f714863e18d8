//! What people read on a terminal, and JSON for scripts.

use channel_pruning::error::{Error, Result};
use channel_pruning::report::{Change, Overview, Plan};
use serde::Serialize;

pub fn json<T: Serialize>(value: &T) -> Result<()> {
    let text = serde_json::to_string(value).map_err(|e| Error::new(e.to_string()))?;
    println!("{text}");
    Ok(())
}

/// 1234567 → "1,234,567".
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
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
    println!(
        "  {label:<12} {:>14} → {:>14}   −{percent:.1} %",
        thousands(c.before),
        thousands(c.after)
    );
}

pub fn overview(o: &Overview) -> Result<()> {
    println!("{} ({}, opset {})", o.file, o.model.producer, o.model.opset);
    for (what, values) in [("input", &o.model.inputs), ("output", &o.model.outputs)] {
        for v in values {
            println!(
                "  {what:<7} {} {} [{}]",
                v.name,
                v.elem_type,
                v.shape.join(", ")
            );
        }
    }
    println!(
        "  {} parameters, {} MACs, {} coupled channels",
        thousands(o.params),
        thousands(o.macs),
        thousands(o.channels)
    );
    if let Some(folded) = &o.folded {
        println!("  {folded}");
    }
    println!("\n{} normalised rows", o.sites.len());
    for site in &o.sites {
        println!(
            "  {:>5} channels  {:<16} {}",
            site.channels, site.activation, site.norm
        );
    }
    println!("\n{} depthwise pairs", o.pairs.len());
    if !o.not_prunable.is_empty() {
        println!("\nnot pruned, because");
        for reason in &o.not_prunable {
            println!("  {}: {}", reason.node, reason.reason);
        }
    }
    Ok(())
}

pub fn plan(p: &Plan) -> Result<()> {
    let name = |v: &dyn erased::Named| v.name();
    let knob = match (p.threshold, p.share) {
        (Some(t), _) => format!("threshold {t}"),
        (_, Some(s)) => format!("share {s}"),
        _ => String::new(),
    };
    println!(
        "{} at {knob}, compensation {}",
        name(&p.criterion),
        name(&p.compensation)
    );
    change("channels", p.channels);
    change("parameters", p.params);
    change("MACs", p.macs);
    change("bytes", p.bytes);
    let c = p.cases;
    println!(
        "  pairs: {} keep, {} output dead, {} input dead, {} both dead",
        c.keep, c.output_dead, c.input_dead, c.both_dead
    );
    for (title, rows) in [
        (
            "withheld",
            p.withheld
                .iter()
                .map(|w| format!("{} × {}: {}", w.channels, w.node, w.reason))
                .collect::<Vec<_>>(),
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
            println!("{title}");
            rows.iter().for_each(|r| println!("  {r}"));
        }
    }
    if let Some(check) = p.check {
        println!(
            "check: max |Δ| {:.2e} against the masked twin, outputs up to {:.3}, {} samples",
            check.max_abs_diff, check.max_abs_output, check.samples
        );
    }
    Ok(())
}

mod erased {
    /// The JSON name of an enum value.
    pub trait Named {
        fn name(&self) -> String;
    }
    impl<T: serde::Serialize> Named for T {
        fn name(&self) -> String {
            serde_json::to_value(self)
                .ok()
                .and_then(|v| v.as_str().map(str::to_string))
                .unwrap_or_default()
        }
    }
}
