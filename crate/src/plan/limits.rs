//! What single rows have to themselves: thresholds, shares, floors and multiples.
//!
//! A row is a site of Gaussians (see `statistics`), so the two normalisations of a depthwise pair may
//! have different thresholds: each says on its own whether its channels are pinned, and the four cases follow.

use crate::channels::CoupledId;
use crate::error::{Error, Result};
use crate::network::{Analysis, Thresholds};
use crate::report::{LayerLimits, PlanOptions};

/// The thresholds of a plan: its own, and those of single rows.
pub fn thresholds(analysis: &Analysis, options: &PlanOptions) -> Thresholds {
    let mut thresholds = Thresholds::same(options.threshold);
    for (limits, row) in limited(analysis, options) {
        if let Some(threshold) = limits.threshold {
            let count = analysis.statistics.site_channels();
            thresholds.set(channels(analysis, row), count, threshold);
        }
    }
    thresholds
}

/// Rejects limits outside their range, naming the layer.
pub fn validate(options: &PlanOptions) -> Result<()> {
    for limits in &options.layers {
        let layer = &limits.layer;
        let own = |what: &str| format!("{what} of layer {layer}");
        fraction(&own("the threshold"), limits.threshold.unwrap_or(0.0), true)?;
        fraction(&own("the share"), limits.share.unwrap_or(0.0), true)?;
        for (what, count) in [("floor", limits.floor), ("multiple", limits.multiple)] {
            if count == Some(0) {
                return Err(Error::new(format!(
                    "the {what} of layer {layer} must be at least 1"
                )));
            }
        }
    }
    Ok(())
}

/// Rejects what counts and is no fraction.
pub(super) fn fraction(what: &str, value: f64, counts: bool) -> Result<()> {
    if counts && !(0.0..=1.0).contains(&value) {
        return Err(Error::new(format!(
            "{what} must lie between 0 and 1, not {value}"
        )));
    }
    Ok(())
}

/// Rejects limits of layers that the network does not have.
pub fn resolve(analysis: &Analysis, options: &PlanOptions) -> Result<()> {
    let missing = |limits: &&LayerLimits| rows(analysis, &limits.layer).next().is_none();
    match options.layers.iter().find(missing) {
        Some(limits) => Err(Error::new(format!(
            "has no layer {} to limit: name a BatchNormalization, or the convolution that writes one",
            limits.layer
        ))),
        None => Ok(()),
    }
}

/// Shares of single rows with the classes they mean, the smallest first: of coupled rows it holds for both.
pub fn shares(analysis: &Analysis, options: &PlanOptions) -> Vec<(f64, Vec<CoupledId>)> {
    let own = |(limits, row): (&LayerLimits, usize)| Some((limits.share?, classes(analysis, row)));
    let mut shares: Vec<_> = limited(analysis, options).filter_map(own).collect();
    shares.sort_by(|a, b| a.0.total_cmp(&b.0));
    shares
}

/// Guards of one row.
pub struct RowGuard {
    /// Index of the row.
    pub row: usize,
    /// The coupled channels of the row.
    pub classes: Vec<CoupledId>,
    /// Fewest channels that it keeps.
    pub floor: usize,
    /// Kept counts are rounded up to a multiple of this.
    pub multiple: usize,
}

/// Rows that have a floor or a multiple to themselves.
pub fn guards(analysis: &Analysis, options: &PlanOptions) -> Vec<RowGuard> {
    limited(analysis, options)
        .filter(|(limits, _)| limits.floor.is_some() || limits.multiple.is_some())
        .map(|(limits, row)| RowGuard {
            row,
            classes: classes(analysis, row),
            floor: limits.floor.unwrap_or(1) as usize,
            multiple: limits.multiple.unwrap_or(1) as usize,
        })
        .collect()
}

/// Limits with the rows they are for.
fn limited<'a>(
    analysis: &'a Analysis,
    options: &'a PlanOptions,
) -> impl Iterator<Item = (&'a LayerLimits, usize)> {
    let rows =
        |limits: &'a LayerLimits| rows(analysis, &limits.layer).map(move |row| (limits, row));
    options.layers.iter().flat_map(rows)
}

/// Rows that a name means.
fn rows<'a>(analysis: &'a Analysis, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let graph = &analysis.graph;
    let sites = &analysis.statistics.sites;
    let written = move |row: &usize| {
        analysis.writers[*row].is_some_and(|l| graph.nodes[analysis.layers[l].node].name == name)
    };
    let itself = move |row: &usize| graph.nodes[sites[*row].node].name == name;
    (0..sites.len()).filter(move |row| itself(row) || written(row))
}

/// Site channels of a row.
fn channels(analysis: &Analysis, row: usize) -> std::ops::Range<usize> {
    let site = &analysis.statistics.sites[row];
    let start = site.offset as usize;
    start..start + site.gaussians.len()
}

fn classes(analysis: &Analysis, row: usize) -> Vec<CoupledId> {
    let class = |channel: usize| analysis.class_of_site(channel as u32);
    channels(analysis, row).map(class).collect()
}
