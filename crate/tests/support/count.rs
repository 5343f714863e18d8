//! Parameters and multiply-adds counted from a written model, node by node, apart from the core's
//! own table: no coupling, no axes, only the sizes of tensors.

use channel_pruning::internals::graph::Graph;
use channel_pruning::internals::onnx::pb;

/// (parameters, MACs). `counted` lists (node, slot) of per-channel constants in the original;
/// `original` tells nodes that the surgery added.
pub fn count(
    model: &pb::ModelProto,
    original: &pb::ModelProto,
    counted: &[(String, usize)],
) -> (u64, u64) {
    let graph = Graph::new(model).expect("analyses");
    let nodes = original
        .graph
        .as_ref()
        .map_or(&[][..], |g| g.node.as_slice());
    let known: std::collections::HashSet<&str> = nodes.iter().map(|n| n.name.as_str()).collect();
    // Sums of computed tensors only: what is constant in them now came in place of a dead branch.
    let analysed = Graph::new(original).expect("analyses");
    let computed = |k: usize| {
        let mut inputs = analysed.nodes[k].inputs.iter().flatten();
        inputs.all(|t| !analysed.is_constant(*t))
    };
    let sums: std::collections::HashSet<&str> = (0..nodes.len())
        .filter(|k| matches!(nodes[*k].op_type.as_str(), "Add" | "Sum") && computed(*k))
        .map(|k| nodes[k].name.as_str())
        .collect();
    let (mut params, mut macs) = (0, 0);
    for (index, node) in graph.nodes.iter().enumerate() {
        let shape = |slot: usize| -> Vec<u64> {
            let tensor = graph.input(index, slot);
            let shape = tensor.and_then(|t| graph.shape(t)).unwrap_or_default();
            shape.iter().map(|d| *d as u64).collect()
        };
        let size = |slot: usize| -> u64 {
            match graph.input(index, slot) {
                Some(tensor) if graph.is_constant(tensor) => shape(slot).iter().product(),
                _ => 0,
            }
        };
        let out: Vec<u64> = graph
            .output(index)
            .and_then(|t| graph.shape(t))
            .unwrap_or_default()
            .iter()
            .map(|d| *d as u64)
            .collect();
        let after = |s: &[u64], from: usize| s.iter().skip(from).product::<u64>();
        match node.op.as_str() {
            "Conv" => {
                params += size(1) + size(2);
                macs += after(&out, 1) * after(&shape(1), 1);
            }
            "ConvTranspose" => {
                params += size(1) + size(2);
                macs += after(&shape(0), 1) * after(&shape(1), 1);
            }
            "Gemm" | "MatMul" => {
                params += size(1) + if node.op == "Gemm" { size(2) } else { 0 };
                macs += after(&out, 1) * shape(0).last().copied().unwrap_or(0);
            }
            "BatchNormalization" => params += size(1) + size(2),
            "Add" if !known.contains(node.name.as_str()) => params += size(0) + size(1),
            "Add" | "Sum" if sums.contains(node.name.as_str()) => {
                let sizes = (0..node.inputs.len()).map(size);
                params += sizes.filter(|n| *n > 1).sum::<u64>();
            }
            _ => {}
        }
        for (_, slot) in counted.iter().filter(|(name, _)| *name == node.name) {
            params += size(*slot);
        }
    }
    (params, macs)
}
