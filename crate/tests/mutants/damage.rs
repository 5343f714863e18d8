//! How files are damaged: bytes of any file, and fields of decoded networks.

use channel_pruning::internals::onnx::pb;

use crate::support::rng::Rng;

/// Changes bytes: one bit, one byte, a run taken out, doubled or overwritten, the end cut off.
pub fn damage(rng: &mut Rng, data: &mut Vec<u8>) {
    if data.is_empty() {
        return;
    }
    let at = rng.below(data.len());
    let end = (at + 1 + rng.below(16)).min(data.len());
    match rng.below(7) {
        0 => data[at] ^= 1 << rng.below(8),
        1 => data[at] = rng.next() as u8,
        2 if rng.chance(0.2) => data.truncate(at),
        3 => drop(data.drain(at..end)),
        4 => {
            let copy = data[at..end].to_vec();
            let to = rng.below(data.len());
            data.splice(to..to, copy);
        }
        5 => {
            // A number in the variable-length form of protobuf, as large as they come.
            let large: Vec<u8> = (0..rng.below(9)).map(|_| 0xff).chain([0x7f]).collect();
            data.splice(at..end, large);
        }
        _ => data[at..end].fill(*rng.pick(&[0, 1, 0x7f, 0x80, 0xff])),
    }
}

/// Numbers at which sizes overflow, and their neighbours.
fn awkward(rng: &mut Rng, old: i64) -> i64 {
    const EDGES: [i64; 18] = [
        -1,
        0,
        1,
        2,
        3,
        7,
        64,
        255,
        256,
        1000,
        65_535,
        65_536,
        1 << 20,
        1 << 26,
        i32::MAX as i64,
        1 << 31,
        1 << 40,
        i64::MAX,
    ];
    match rng.below(5) {
        0 => old.wrapping_add(1),
        1 => old.wrapping_sub(1),
        2 => old.wrapping_mul(*rng.pick(&[2, -1, 3, 1 << 16])),
        3 => i64::MIN,
        _ => *rng.pick(&EDGES),
    }
}

fn one(rng: &mut Rng, values: &mut [i64]) {
    if !values.is_empty() {
        let at = rng.below(values.len());
        values[at] = awkward(rng, values[at]);
    }
}

/// Changes a decoded network in one place: dimensions, attributes, names, wiring, lengths, types.
pub fn alter(rng: &mut Rng, model: &mut pb::ModelProto) {
    if rng.chance(0.02)
        && let Some(opset) = model.opset_import.first_mut()
    {
        opset.version = awkward(rng, opset.version);
        return;
    }
    let Some(graph) = &mut model.graph else {
        return;
    };
    if graph.node.is_empty() {
        return;
    }
    let names: Vec<String> = graph
        .node
        .iter()
        .flat_map(|n| n.output.clone())
        .chain(graph.initializer.iter().map(|t| t.name.clone()))
        .collect();
    let ops: Vec<String> = graph.node.iter().map(|n| n.op_type.clone()).collect();
    let (at, other) = (rng.below(graph.node.len()), rng.below(graph.node.len()));
    match rng.below(12) {
        0 => shape(rng, graph),
        1 | 2 => {
            let with: Vec<usize> = (0..graph.node.len())
                .filter(|i| !graph.node[*i].attribute.is_empty())
                .collect();
            if !with.is_empty() {
                let node = *rng.pick(&with);
                attribute(rng, &mut graph.node[node]);
            }
        }
        3 | 4 => stored(rng, graph),
        5 => {
            graph.node[at].op_type = if rng.chance(0.5) {
                rng.pick(&ops).clone()
            } else {
                (*rng.pick(&OPERATORS)).into()
            }
        }
        6 => {
            let node = &mut graph.node[at];
            if !node.input.is_empty() {
                let slot = rng.below(node.input.len());
                node.input[slot] = if rng.chance(0.1) {
                    String::new()
                } else {
                    rng.pick(&names).clone()
                };
            }
        }
        7 => {
            let node = &mut graph.node[at];
            match rng.below(4) {
                0 => drop(node.input.pop()),
                1 => node.input.push(rng.pick(&names).clone()),
                2 => drop(node.output.pop()),
                _ => node.output.push(format!("more{}", rng.below(99))),
            }
        }
        8 => drop(graph.node.remove(at)),
        9 => {
            let copy = graph.node[other].clone();
            graph.node.insert(at, copy);
        }
        10 => {
            let node = &mut graph.node[at];
            match rng.below(3) {
                0 => node.name.clear(),
                1 => node.domain = "com.example".into(),
                _ => node.name = "\u{0}\n".repeat(1 + rng.below(40)),
            }
        }
        _ => graph.node.swap(at, other),
    }
}

/// Operators whose sizes are operands, which are met when another becomes one of them.
const OPERATORS: [&str; 14] = [
    "Pad",
    "Expand",
    "Tile",
    "Resize",
    "ConstantOfShape",
    "Range",
    "Slice",
    "Gather",
    "Reshape",
    "Split",
    "DepthToSpace",
    "ConvTranspose",
    "MaxPool",
    "OneHot",
];

/// Dimensions of an input or of a shape note.
fn shape(rng: &mut Rng, graph: &mut pb::GraphProto) {
    use pb::tensor_shape_proto::dimension::Value as Dim;
    let infos = if rng.chance(0.8) || graph.value_info.is_empty() {
        &mut graph.input
    } else {
        &mut graph.value_info
    };
    if infos.is_empty() {
        return;
    }
    let at = rng.below(infos.len());
    let Some(pb::TypeProto {
        value: Some(pb::type_proto::Value::TensorType(tensor)),
        ..
    }) = &mut infos[at].r#type
    else {
        return;
    };
    let Some(shape) = &mut tensor.shape else {
        return;
    };
    match rng.below(5) {
        0 => shape.dim.push(Default::default()),
        1 => drop(shape.dim.pop()),
        _ if shape.dim.is_empty() => {}
        2 => {
            let axis = rng.below(shape.dim.len());
            shape.dim[axis].value = Some(Dim::DimParam("n".into()));
        }
        _ => {
            let axis = rng.below(shape.dim.len());
            let old = match shape.dim[axis].value {
                Some(Dim::DimValue(n)) => n,
                _ => 1,
            };
            shape.dim[axis].value = Some(Dim::DimValue(awkward(rng, old)));
        }
    }
}

fn attribute(rng: &mut Rng, node: &mut pb::NodeProto) {
    let at = rng.below(node.attribute.len());
    let attribute = &mut node.attribute[at];
    match rng.below(6) {
        0 => drop(node.attribute.remove(at)),
        1 => attribute.ints.push(awkward(rng, 1)),
        2 => drop(attribute.ints.pop()),
        3 => attribute.f = *rng.pick(&[0.0, -1.0, f32::NAN, f32::INFINITY, f32::MAX, 1e-45]),
        4 => {
            attribute.s = rng
                .pick(&[&b"SAME_UPPER"[..], b"reflect", b"nearest", b"\xff"])
                .to_vec()
        }
        _ => {
            attribute.i = awkward(rng, attribute.i);
            one(rng, &mut attribute.ints);
            if let Some(tensor) = &mut attribute.t {
                numbers(rng, tensor);
            }
        }
    }
}

/// An initializer's dimensions, type, length or numbers; small ones, which are sizes, before weights.
fn stored(rng: &mut Rng, graph: &mut pb::GraphProto) {
    if graph.initializer.is_empty() {
        return;
    }
    let few: Vec<usize> = (0..graph.initializer.len())
        .filter(|i| graph.initializer[*i].data_type == 7)
        .collect();
    let at = if rng.chance(0.6) && !few.is_empty() {
        *rng.pick(&few)
    } else {
        rng.below(graph.initializer.len())
    };
    let tensor = &mut graph.initializer[at];
    match rng.below(7) {
        0 => tensor.dims.reverse(),
        1 => tensor.dims.push(awkward(rng, 1)),
        2 => drop(tensor.dims.pop()),
        3 => one(rng, &mut tensor.dims),
        4 => tensor.data_type = *rng.pick(&[1, 6, 7, 9, 10, 11, 16, 99]),
        _ => numbers(rng, tensor),
    }
}

/// One number of an integer tensor, or one weight.
fn numbers(rng: &mut Rng, tensor: &mut pb::TensorProto) {
    one(rng, &mut tensor.int64_data);
    let width = if tensor.data_type == 7 { 8 } else { 4 };
    let count = tensor.raw_data.len() / width;
    if count == 0 {
        return;
    }
    let at = rng.below(count) * width;
    if width == 8 {
        let old = i64::from_le_bytes(tensor.raw_data[at..at + 8].try_into().expect("eight bytes"));
        tensor.raw_data[at..at + 8].copy_from_slice(&awkward(rng, old).to_le_bytes());
    } else {
        let value: f32 = *rng.pick(&[0.0, f32::NAN, f32::INFINITY, -f32::MAX, 1e30]);
        tensor.raw_data[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
}
