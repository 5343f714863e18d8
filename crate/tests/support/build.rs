//! Building ONNX graphs by hand, a node at a time.

use channel_pruning::internals::onnx::pb;

use super::rng::Rng;

use pb::attribute_proto::AttributeType;
use pb::tensor_proto::DataType;
use pb::tensor_shape_proto::{Dimension, dimension::Value as Dim};

pub fn int(name: &str, value: i64) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        i: value,
        r#type: AttributeType::Int as i32,
        ..Default::default()
    }
}

pub fn ints(name: &str, values: &[i64]) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        ints: values.to_vec(),
        r#type: AttributeType::Ints as i32,
        ..Default::default()
    }
}

pub fn float(name: &str, value: f32) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        f: value,
        r#type: AttributeType::Float as i32,
        ..Default::default()
    }
}

pub fn text(name: &str, value: &str) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        s: value.as_bytes().to_vec(),
        r#type: AttributeType::String as i32,
        ..Default::default()
    }
}

pub fn tensor(name: &str, value: pb::TensorProto) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        t: Some(value),
        r#type: AttributeType::Tensor as i32,
        ..Default::default()
    }
}

pub fn floats(name: &str, dims: &[usize], values: &[f32]) -> pb::TensorProto {
    assert_eq!(dims.iter().product::<usize>(), values.len(), "{name}");
    let mut tensor = pb::TensorProto {
        name: name.into(),
        dims: dims.iter().map(|d| *d as i64).collect(),
        data_type: DataType::Float as i32,
        ..Default::default()
    };
    set_floats(&mut tensor, values);
    tensor
}

pub fn set_floats(tensor: &mut pb::TensorProto, values: &[f32]) {
    tensor.float_data.clear();
    tensor.raw_data = values.iter().flat_map(|v| v.to_le_bytes()).collect();
}

/// The numbers of a float32 tensor, however they are stored.
pub fn floats_of(tensor: &pb::TensorProto) -> Vec<f32> {
    if !tensor.float_data.is_empty() {
        return tensor.float_data.clone();
    }
    let word = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    tensor.raw_data.chunks(4).map(word).collect()
}

pub fn integers(name: &str, dims: &[usize], values: &[i64]) -> pb::TensorProto {
    pb::TensorProto {
        name: name.into(),
        dims: dims.iter().map(|d| *d as i64).collect(),
        data_type: DataType::Int64 as i32,
        raw_data: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        ..Default::default()
    }
}

/// A graph input or output; a size of 0 stands for the symbol "N".
pub fn value(name: &str, shape: &[usize]) -> pb::ValueInfoProto {
    let dim = |n: &usize| Dimension {
        value: Some(match n {
            0 => Dim::DimParam("N".into()),
            n => Dim::DimValue(*n as i64),
        }),
        ..Default::default()
    };
    pb::ValueInfoProto {
        name: name.into(),
        r#type: Some(pb::TypeProto {
            value: Some(pb::type_proto::Value::TensorType(pb::type_proto::Tensor {
                elem_type: DataType::Float as i32,
                shape: Some(pb::TensorShapeProto {
                    dim: shape.iter().map(dim).collect(),
                }),
            })),
            ..Default::default()
        }),
        ..Default::default()
    }
}

pub fn node(
    op: &str,
    name: &str,
    inputs: &[&str],
    outputs: &[&str],
    attributes: Vec<pb::AttributeProto>,
) -> pb::NodeProto {
    pb::NodeProto {
        op_type: op.into(),
        name: name.into(),
        input: inputs.iter().map(|s| (*s).into()).collect(),
        output: outputs.iter().map(|s| (*s).into()).collect(),
        attribute: attributes,
        ..Default::default()
    }
}

pub fn model(graph: pb::GraphProto, opset: i64) -> pb::ModelProto {
    pb::ModelProto {
        ir_version: if opset < 9 { 3 } else { 8 },
        opset_import: vec![pb::OperatorSetIdProto {
            domain: String::new(),
            version: opset,
        }],
        producer_name: "channel-pruning tests".into(),
        graph: Some(graph),
        ..Default::default()
    }
}

/// Collects nodes and weights; operators return the name of their first output.
#[derive(Default)]
pub struct Net {
    pub graph: pb::GraphProto,
    names: usize,
}

impl Net {
    pub fn new(input: &str, shape: &[usize]) -> Net {
        let mut net = Net::default();
        net.graph.name = "net".into();
        net.graph.input.push(value(input, shape));
        net
    }

    pub fn fresh(&mut self, base: &str) -> String {
        self.names += 1;
        format!("{base}_{}", self.names)
    }

    pub fn weight(&mut self, dims: &[usize], values: &[f32]) -> String {
        let name = self.fresh("w");
        self.graph.initializer.push(floats(&name, dims, values));
        name
    }

    pub fn ints(&mut self, values: &[i64]) -> String {
        let name = self.fresh("i");
        let tensor = integers(&name, &[values.len()], values);
        self.graph.initializer.push(tensor);
        name
    }

    pub fn scalar(&mut self, value: f32) -> String {
        self.weight(&[], &[value])
    }

    pub fn op(&mut self, op: &str, inputs: &[&str], attributes: Vec<pb::AttributeProto>) -> String {
        self.ops(op, inputs, 1, attributes).remove(0)
    }

    pub fn ops(
        &mut self,
        op: &str,
        inputs: &[&str],
        outputs: usize,
        attributes: Vec<pb::AttributeProto>,
    ) -> Vec<String> {
        let name = self.fresh(op);
        let outs: Vec<String> = (0..outputs).map(|k| format!("{name}.{k}")).collect();
        let refs: Vec<&str> = outs.iter().map(String::as_str).collect();
        self.graph
            .node
            .push(node(op, &name, inputs, &refs, attributes));
        outs
    }

    /// The name of the node added last.
    pub fn last(&self) -> String {
        self.graph
            .node
            .last()
            .map_or(String::new(), |n| n.name.clone())
    }

    pub fn output(&mut self, name: &str) {
        // Without a type: the engine infers it.
        self.graph.output.push(pb::ValueInfoProto {
            name: name.into(),
            ..Default::default()
        });
    }
}

/// A network of one convolution, changed before it is written.
pub fn small(change: impl FnOnce(&mut Net)) -> pb::ModelProto {
    let mut net = Net::new("input", &[1, 3, 6, 6]);
    let mut rng = Rng::new(5);
    let weight = net.weight(&[4, 3, 3, 3], &rng.normals(108, 0.2));
    let x = net.op("Conv", &["input", &weight], vec![ints("pads", &[1; 4])]);
    let x = net.op("Relu", &[&x], vec![]);
    let weight = net.weight(&[2, 4, 1, 1], &rng.normals(8, 0.5));
    let x = net.op("Conv", &[&x, &weight], vec![]);
    net.output(&x);
    change(&mut net);
    model(net.graph, 13)
}
