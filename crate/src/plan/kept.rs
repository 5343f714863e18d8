//! Why a dead channel stays.

use std::collections::BTreeMap;

use crate::channels::CoupledId;
use crate::network::{Analysis, Constants};

/// Why a dead channel stays.
pub fn why_kept(
    analysis: &Analysis,
    class: CoupledId,
    guarded: &BTreeMap<CoupledId, &str>,
    constants: &Constants,
) -> String {
    if let Some(why) = guarded.get(&class) {
        return (*why).to_string();
    }
    if let Some(obstacle) = analysis.obstacle(class) {
        return obstacle;
    }
    let varying = analysis
        .reads
        .of(class)
        .iter()
        .find(|r| constants.value[r.channel_id.index()].is_nan());
    match varying {
        Some(read) => {
            let reader = &analysis.channels.readers[read.reader as usize];
            let name = &analysis.graph.nodes[reader.node].name;
            format!("{name} reads it where it is not constant: a coupled channel is alive")
        }
        None => "its constant is not 0 and would end at zero-padded borders, so removing it would not be lossless".into(),
    }
}
