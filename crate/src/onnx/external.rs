//! Weights kept in a second file are brought into the model when it is opened.

use std::collections::HashMap;

use super::pb::{self, tensor_proto::DataLocation};
use crate::error::{Error, Result};

/// Replaces external tensors by inline ones; `load` gives a file's bytes by the name in the model.
///
/// # Errors
/// Names the file that is missing or too short.
pub fn inline(model: &mut pb::ModelProto, load: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<()> {
    let Some(graph) = &mut model.graph else {
        return Ok(());
    };
    let mut files: HashMap<String, Vec<u8>> = HashMap::new();
    let constants = graph
        .node
        .iter_mut()
        .flat_map(|n| &mut n.attribute)
        .filter_map(|a| a.t.as_mut());
    for tensor in graph.initializer.iter_mut().chain(constants) {
        if tensor.data_location != Some(DataLocation::External as i32) {
            continue;
        }
        let entry = |key: &str| {
            tensor
                .external_data
                .iter()
                .find(|e| e.key == key)
                .map(|e| e.value.clone())
        };
        let name = entry("location").unwrap_or_default();
        let number = |key: &str| entry(key).and_then(|v| v.parse::<usize>().ok());
        let (offset, length) = (number("offset").unwrap_or(0), number("length"));
        if !files.contains_key(&name) {
            let bytes = load(&name).ok_or_else(|| {
                Error::new(format!(
                    "keeps its weights in another file, {name}; open both files together"
                ))
            })?;
            files.insert(name.clone(), bytes);
        }
        let bytes = &files[&name];
        let end = length.map_or(bytes.len(), |l| offset.saturating_add(l));
        let slice = bytes.get(offset..end).ok_or_else(|| {
            Error::new(format!(
                "keeps tensor {} in {name}, which is too short",
                tensor.name
            ))
        })?;
        tensor.raw_data = slice.to_vec();
        tensor.external_data.clear();
        tensor.data_location = None;
    }
    Ok(())
}
