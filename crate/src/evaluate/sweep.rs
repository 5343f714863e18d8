//! Accuracy against size, plan by plan, as a table that grows row by row and can be taken up again.

use std::collections::HashSet;

use super::Judge;
use super::budget::measure;
use crate::error::{Error, Result};
use crate::report::{Compensation, Criterion, PlanOptions};
use crate::session::{Knob, Session};

/// The first line of the table.
pub const HEADER: &str =
    "criterion,compensation,knob,channels,params,macs,accuracy,lo,hi,agreement,kl";

/// Curves that are wanted.
pub struct SweepRequest {
    /// What decides the order; one curve for each.
    pub criteria: Vec<Criterion>,
    /// What replaces removed channels; one curve for each.
    pub compensations: Vec<Compensation>,
    /// Plans per curve.
    pub points: usize,
    /// What all plans share: seed, floor, multiple, locked layers.
    pub options: PlanOptions,
}

/// Criterion, compensation and knob: what makes a row, as its cells say it.
type Key = (String, String, String);

/// Rows that an interrupted sweep has left.
#[derive(Default)]
pub struct Done {
    keys: HashSet<Key>,
    /// Bytes of the table that are whole lines; what follows was cut off.
    pub whole: usize,
}

impl Done {
    /// Reads a table.
    ///
    /// # Errors
    /// When the header or a row is not of this kind of table.
    pub fn read(text: &str) -> Result<Done> {
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut lines = text[..whole].lines();
        // A header cut off is no header yet.
        match lines.next() {
            Some(HEADER) => (),
            None if HEADER.starts_with(text) => return Ok(Done::default()),
            _ => {
                return Err(Error::new(
                    "is not a table of `prune sweep`: its first line is another",
                ));
            }
        }
        let mut keys = HashSet::new();
        for (number, line) in lines.enumerate() {
            let cells: Vec<&str> = line.split(',').collect();
            let figures = cells.iter().skip(2);
            let fits = cells.len() == HEADER.split(',').count()
                && figures
                    .filter(|c| !c.is_empty())
                    .all(|c| c.parse::<f64>().is_ok());
            if !fits {
                let reason = format!("has something else in line {}", number + 2);
                return Err(Error::new(reason));
            }
            keys.insert((cells[0].into(), cells[1].into(), cells[2].into()));
        }
        Ok(Done { keys, whole })
    }

    /// How many rows are there already.
    pub fn rows(&self) -> usize {
        self.keys.len()
    }
}

fn name<T: serde::Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_string()
}

/// Evaluates every requested plan that is not `done` yet; `row` gets each line as soon as it is known.
///
/// # Errors
/// When a plan cannot be made or evaluated, or `row` fails.
pub fn sweep(
    session: &mut Session,
    judge: &mut Judge,
    request: &SweepRequest,
    done: &Done,
    mut row: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
    let mut seen = done.keys.clone();
    for criterion in &request.criteria {
        let knob = Knob::of(*criterion);
        let mut options = request.options.clone();
        options.criterion = *criterion;
        let mut knobs = vec![knob.at(knob.along(0.0))];
        knobs.append(&mut session.sweep_knobs(&options, request.points)?);
        for compensation in &request.compensations {
            options.compensation = *compensation;
            for at in &knobs {
                knob.set(&mut options, *at);
                let key = (name(criterion), name(compensation), at.to_string());
                if seen.insert(key.clone()) {
                    row(&line(session, judge, &options, key)?)?;
                }
            }
        }
    }
    Ok(())
}

fn line(
    session: &mut Session,
    judge: &mut Judge,
    options: &PlanOptions,
    (criterion, compensation, at): Key,
) -> Result<String> {
    let (plan, evaluation) = measure(session, judge, options)?;
    let against = evaluation
        .against
        .ok_or_else(|| Error::new("nothing was compared"))?;
    let number = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
    let interval = against.accuracy_interval;
    let cells = [
        criterion,
        compensation,
        at,
        plan.channels.after.to_string(),
        plan.params.after.to_string(),
        plan.macs.after.to_string(),
        number(against.accuracy),
        number(interval.map(|i| i[0])),
        number(interval.map(|i| i[1])),
        against.agreement.to_string(),
        against.mean_kl.to_string(),
    ];
    Ok(cells.join(","))
}
