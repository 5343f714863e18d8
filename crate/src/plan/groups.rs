//! Grouped convolutions lose equally many channels per group, on both sides at once.
//!
//! Each side of a grouped convolution partitions classes into groups; a class may lie in several
//! partitions (a shuffle between two grouped convolutions, a residual stream through all of them).
//! Candidates that lie in the same groups everywhere form a *cell*. How many of each cell may go is
//! a small integer program: equal sums over the groups of every partition, as many as possible. For
//! two partitions it is the maximum flow on the table of (group of the writer, group of the reader).
//! Within a cell the likeliest-dead go first.

use std::collections::{BTreeMap, HashMap};

use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem};

use super::branches::Branches;
use crate::channels::CoupledId;
use crate::network::Analysis;

/// Classes of each group of one side of a grouped convolution.
type Partition<'a> = Vec<&'a [CoupledId]>;

/// The groups that a class lies in.
type Signature = Vec<Membership>;

/// How often a coupled channel lies in a group of a partition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Membership {
    partition: usize,
    group: usize,
    times: u32,
}

/// The distinct partitions of a network.
fn partitions<'a>(analysis: &'a Analysis, branches: &Branches) -> Vec<Partition<'a>> {
    let mut found: Vec<Partition<'_>> = Vec::new();
    for layer in analysis
        .layers
        .iter()
        .filter(|l| !l.depthwise && l.groups > 1 && !branches.dead(l.node))
    {
        for side in [&layer.inputs, &layer.outputs] {
            let groups: Partition<'_> = side.chunks((side.len() / layer.groups).max(1)).collect();
            if !found.contains(&groups) {
                found.push(groups);
            }
        }
    }
    found
}

/// Takes candidates back until all groups are equal; returns those taken back. As few as possible.
pub fn balance(
    analysis: &Analysis,
    scores: &[f64],
    branches: &Branches,
    removed: &mut [bool],
) -> Vec<CoupledId> {
    let partitions = partitions(analysis, branches);
    if partitions.is_empty() {
        return Vec::new();
    }
    let mut member: HashMap<CoupledId, Signature> = HashMap::new();
    for (p, partition) in partitions.iter().enumerate() {
        for (g, group) in partition.iter().enumerate() {
            for class in group.iter().filter(|c| removed[c.index()]) {
                let signature = member.entry(*class).or_default();
                match signature.last_mut() {
                    Some(last) if (last.partition, last.group) == (p, g) => last.times += 1,
                    _ => signature.push(Membership {
                        partition: p,
                        group: g,
                        times: 1,
                    }),
                }
            }
        }
    }
    // A cell's classes, likeliest-dead first.
    let mut cells: BTreeMap<Signature, Vec<CoupledId>> = BTreeMap::new();
    for (class, signature) in member {
        cells.entry(signature).or_default().push(class);
    }
    for classes in cells.values_mut() {
        classes.sort_by(|a, b| {
            scores[a.index()]
                .total_cmp(&scores[b.index()])
                .then(a.cmp(b))
        });
    }
    let mut back: Vec<CoupledId> = Vec::new();
    for component in components(&partitions, cells) {
        let counts = solve(&partitions, &component);
        for ((_, classes), count) in component.iter().zip(counts) {
            back.extend(&classes[count.min(classes.len())..]);
        }
    }
    for class in &back {
        removed[class.index()] = false;
    }
    back
}

type Cell = (Signature, Vec<CoupledId>);

/// Splits the cells into sets that share no partition; each is a program of its own.
fn components(
    partitions: &[Partition<'_>],
    cells: BTreeMap<Signature, Vec<CoupledId>>,
) -> Vec<Vec<Cell>> {
    let mut leader: Vec<usize> = (0..partitions.len()).collect();
    fn find(leader: &[usize], mut p: usize) -> usize {
        while leader[p] != p {
            p = leader[p];
        }
        p
    }
    for signature in cells.keys() {
        let first = find(&leader, signature[0].partition);
        for member in signature {
            let other = find(&leader, member.partition);
            let (low, high) = (first.min(other), first.max(other));
            leader[high] = low;
        }
    }
    let mut split: BTreeMap<usize, Vec<Cell>> = BTreeMap::new();
    for cell in cells {
        split
            .entry(find(&leader, cell.0[0].partition))
            .or_default()
            .push(cell);
    }
    split.into_values().collect()
}

/// How many of each cell go. Two rounds: the first finds how many each partition can lose per group,
/// the second spends exactly that (for two partitions its solution is integral).
fn solve(partitions: &[Partition<'_>], cells: &[Cell]) -> Vec<usize> {
    let free = program(partitions, cells, None);
    let Some(relaxed) = free else {
        return vec![0; cells.len()];
    };
    if relaxed.iter().all(|r| (r - r.round()).abs() < 1e-6) {
        return relaxed.iter().map(|r| r.round() as usize).collect();
    }
    let mut budget: BTreeMap<usize, f64> = BTreeMap::new();
    for ((signature, _), count) in cells.iter().zip(&relaxed) {
        for it in signature.iter().filter(|it| it.group == 0) {
            *budget.entry(it.partition).or_default() += f64::from(it.times) * count;
        }
    }
    for count in budget.values_mut() {
        *count = (*count + 1e-6).floor();
    }
    let exact = program(partitions, cells, Some(&budget)).unwrap_or(relaxed);
    exact.iter().map(|r| (r + 1e-6).floor() as usize).collect()
}

/// The linear relaxation; `budget` fixes what each partition loses per group.
fn program(
    partitions: &[Partition<'_>],
    cells: &[Cell],
    budget: Option<&BTreeMap<usize, f64>>,
) -> Option<Vec<f64>> {
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let counts: Vec<_> = cells
        .iter()
        .map(|(_, classes)| problem.add_var(1.0, (0.0, classes.len() as f64)))
        .collect();
    let mut sums: BTreeMap<(usize, usize), LinearExpr> = BTreeMap::new();
    let mut used: Vec<usize> = cells
        .iter()
        .flat_map(|(s, _)| s.iter().map(|it| it.partition))
        .collect();
    used.sort_unstable();
    used.dedup();
    for p in &used {
        for g in 0..partitions[*p].len() {
            sums.insert((*p, g), LinearExpr::empty());
        }
    }
    for ((signature, _), count) in cells.iter().zip(&counts) {
        for it in signature {
            let sum = sums.get_mut(&(it.partition, it.group))?;
            sum.add(*count, f64::from(it.times));
        }
    }
    for p in &used {
        let size = partitions[*p].iter().map(|g| g.len()).min().unwrap_or(1);
        // One channel per group survives.
        let most = size.saturating_sub(1) as f64;
        let each = problem.add_var(0.0, (0.0, most));
        for g in 0..partitions[*p].len() {
            let mut sum = sums.remove(&(*p, g))?;
            sum.add(each, -1.0);
            problem.add_constraint(sum, ComparisonOp::Eq, 0.0);
        }
        if let Some(count) = budget.and_then(|b| b.get(p)) {
            problem.add_constraint([(each, 1.0)], ComparisonOp::Eq, *count);
        }
    }
    let solution = problem.solve().ok()?.into_solution().ok()?;
    Some(counts.iter().map(|c| solution.var_value(*c)).collect())
}
