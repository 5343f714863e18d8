//! Files that cannot be pruned: each gives one sentence that says what it is, and none a panic.

use crate::support::build::{Net, floats, int, ints, model, small, tensor, text, value};
use crate::support::{attempt, files, for_all};
use channel_pruning::Session;
use channel_pruning::internals::onnx::{self, pb};
use prost::Message;

/// The refusal of `bytes`, checked to be one sentence that names the file.
fn refusal(what: &str, bytes: &[u8]) -> String {
    let opened = attempt(|| Ok(Session::open("dropped.onnx", bytes).map(|_| ())));
    let error = match opened {
        Ok(Err(error)) => error.to_string(),
        Ok(Ok(())) => panic!("{what} was opened"),
        Err(panicked) => panic!("{what}: {panicked}"),
    };
    assert!(!error.contains('\n'), "{what}: more than one line: {error}");
    assert!(error.starts_with("dropped.onnx"), "{what}: {error}");
    assert!((20..400).contains(&error.len()), "{what}: {error}");
    error
}

fn says(what: &str, bytes: &[u8], words: &[&str]) {
    let error = refusal(what, bytes);
    let lower = error.to_lowercase();
    for word in words {
        assert!(
            lower.contains(&word.to_lowercase()),
            "{what}: \"{word}\" is not in: {error}"
        );
    }
}

fn bytes(change: impl FnOnce(&mut Net)) -> Vec<u8> {
    onnx::encode(&small(change))
}

#[test]
fn the_small_network_itself_opens() {
    Session::open("small.onnx", &bytes(|_| {})).unwrap();
}

#[test]
fn other_kinds_of_files() {
    let image = |name: &str| files::root().join("www/public/samples/images").join(name);
    let picture = std::fs::read_dir(image(""))
        .ok()
        .into_iter()
        .flatten()
        .flatten()
        .flat_map(|d| std::fs::read_dir(d.path()).into_iter().flatten().flatten())
        .map(|f| f.path())
        .find(|p| p.extension().is_some_and(|e| e == "png" || e == "jpg"));
    if let Some(path) = picture {
        says("a real picture", &files::read(&path), &["image"]);
    }
    says(
        "PNG",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06",
        &["PNG"],
    );
    says(
        "JPEG",
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
        &["JPEG"],
    );
    says("empty", b"", &["empty"]);
    let pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab\nsize 12345\n";
    says("LFS pointer", pointer.as_bytes(), &["LFS", "pointer"]);
    let text = "ir_version: 8\nproducer_name: \"pytorch\"\ngraph {\n  node {\n    op_type: \"Conv\"\n  }\n}\n";
    says("text model", text.as_bytes(), &["text"]);
    says("JSON", b"{\"graph\": {\"node\": []}}", &["text"]);
    says(
        "HTML",
        b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
        &["text"],
    );
    says("zip", b"PK\x03\x04\x14\0\0\0\0\0archive/data.pkl", &["ZIP"]);
    says("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03abc", &["gzip"]);
    says("zeros", &[0; 64], &["ONNX"]);
}

/// Cut anywhere, a file is not a model, and says that it is cut short or what is missing.
#[test]
fn truncated_files() {
    let whole = files::read(&files::sample("mobilenetv1_025_fashion.onnx"));
    let lengths = [
        1,
        2,
        3,
        7,
        16,
        100,
        1000,
        65_536,
        whole.len() / 2,
        whole.len() - 1000,
        whole.len() - 1,
    ];
    for length in lengths {
        let error = refusal(&format!("the first {length} bytes"), &whole[..length]);
        let known = ["cut short", "no graph", "ONNX"];
        assert!(
            known.iter().any(|k| error.contains(k)),
            "{length} bytes: {error}"
        );
    }
}

/// Skeletons and models with weights elsewhere lack the numbers that they promise.
#[test]
fn weights_that_are_not_there() {
    let external = bytes(|net| {
        let weight = &mut net.graph.initializer[0];
        weight.raw_data.clear();
        weight.data_location = Some(pb::tensor_proto::DataLocation::External as i32);
        weight.external_data = vec![pb::StringStringEntryProto {
            key: "location".into(),
            value: "weights.bin".into(),
        }];
    });
    says("external data", &external, &["weights.bin"]);
    let skeleton = files::read(&files::fixture("mobilenetv1_32_ts.onnx"));
    refusal("a skeleton", &skeleton);
    let short = bytes(|net| net.graph.initializer[0].raw_data.truncate(40));
    refusal("a tensor shorter than its shape", &short);
    let negative = bytes(|net| net.graph.initializer[0].dims[0] = -4);
    says("a negative dimension", &negative, &["negative"]);
}

#[test]
fn models_of_a_kind_that_is_refused() {
    says("a model without graph", &[8, 8], &["graph"]);
    says("no nodes", &bytes(|net| net.graph.node.clear()), &["nodes"]);
    says(
        "no outputs",
        &bytes(|net| net.graph.output.clear()),
        &["outputs"],
    );
    says(
        "no inputs",
        &bytes(|net| net.graph.input.clear()),
        &["input"],
    );
    let zero = |net: &mut Net| net.graph.input[0] = sized("input", &[1, 3, 0, 6]);
    says("0-dimension input", &bytes(zero), &["0", "input"]);
    let zero = |net: &mut Net| net.graph.input[0] = sized("input", &[0, 3, 6, 6]);
    // A batch of 0 is how some exporters spell "any".
    Session::open("batch.onnx", &bytes(zero)).unwrap();

    for op in [
        "QuantizeLinear",
        "DequantizeLinear",
        "DynamicQuantizeLinear",
    ] {
        let quantised = bytes(|net| {
            let scale = net.scalar(0.1);
            let y = net.op(op, &["input", &scale], vec![]);
            net.output(&y);
        });
        says(op, &quantised, &["quantised", op]);
    }
    for op in [
        "QLinearConv",
        "QLinearMatMul",
        "ConvInteger",
        "MatMulInteger",
    ] {
        let quantised = bytes(|net| {
            let y = net.op(op, &["input"], vec![]);
            net.output(&y);
        });
        says(op, &quantised, &["quantised", op]);
    }
    for op in ["If", "Loop", "Scan"] {
        let flow = bytes(|net| {
            let y = net.op(op, &["input"], vec![]);
            net.output(&y);
        });
        says(op, &flow, &[op, "control flow"]);
    }
    let nothing = onnx::encode(&{
        let mut net = Net::new("input", &[1, 3, 6, 6]);
        let y = net.op("Relu", &["input"], vec![]);
        net.output(&y);
        model(net.graph, 13)
    });
    says("nothing to prune", &nothing, &["nothing to prune"]);
}

/// Dimensions as given, so that 0 is 0.
fn sized(name: &str, shape: &[i64]) -> pb::ValueInfoProto {
    use pb::tensor_shape_proto::{Dimension, dimension::Value as Dim};
    let ones = vec![1; shape.len()];
    let mut value = value(name, &ones);
    if let Some(pb::TypeProto {
        value: Some(pb::type_proto::Value::TensorType(kind)),
        ..
    }) = &mut value.r#type
    {
        let dim = |n: &i64| Dimension {
            value: Some(Dim::DimValue(*n)),
            ..Default::default()
        };
        kind.shape.as_mut().expect("a shape").dim = shape.iter().map(dim).collect();
    }
    value
}

/// Graphs that contradict themselves: an error or not, but never a panic.
#[test]
fn normalisation_in_the_form_of_training() {
    let trained = |change: &dyn Fn(&mut pb::NodeProto), opset: i64| {
        let mut model = small(|net| {
            let four = net.weight(&[4], &[1.0; 4]);
            let mut norm = crate::support::build::node(
                "BatchNormalization",
                "norm",
                &["Relu_3.0", &four, &four, &four, &four],
                &["normal"],
                vec![],
            );
            change(&mut norm);
            net.graph.node.push(norm);
        });
        model.opset_import[0].version = opset;
        onnx::encode(&model)
    };
    let attribute = trained(&|n| n.attribute.push(int("training_mode", 1)), 15);
    says("training_mode", &attribute, &["norm", "training", "eval"]);
    let outputs = trained(&|n| n.output.push("mean".into()), 9);
    says(
        "outputs of training",
        &outputs,
        &["norm", "training", "eval"],
    );
    Session::open(
        "plain.onnx",
        &trained(&|n| n.output.push(String::new()), 15),
    )
    .unwrap();
}

#[test]
fn contradictory_graphs() {
    type Change = fn(&mut Net);
    let changes: [(&str, Change); 12] = [
        ("a kernel larger than the map", |n| {
            n.graph.initializer[0].dims = vec![4, 3, 9, 1]
        }),
        ("a node that reads itself", |n| {
            n.graph.node[0].input[0] = "Conv_2.0".into()
        }),
        ("a tensor nobody makes", |n| {
            n.graph.node[1].input[0] = "nowhere".into()
        }),
        ("a node without inputs", |n| n.graph.node[0].input.clear()),
        ("a node without outputs", |n| n.graph.node[1].output.clear()),
        ("two nodes of one output", |n| {
            n.graph.node[1].output[0] = n.graph.node[0].output[0].clone()
        }),
        ("groups that do not divide", |n| {
            n.graph.node[0].attribute.push(int("group", 2))
        }),
        ("groups of 0", |n| {
            n.graph.node[0].attribute.push(int("group", 0))
        }),
        ("strides of 0", |n| {
            n.graph.node[0].attribute.push(ints("strides", &[0, 0]))
        }),
        ("unknown padding", |n| {
            n.graph.node[0].attribute.push(text("auto_pad", "MAYBE"))
        }),
        ("an input of no type", |n| n.graph.input[0].r#type = None),
        ("a constant of no value", |n| {
            n.op(
                "Constant",
                &[],
                vec![tensor("value", floats("t", &[0], &[]))],
            );
        }),
    ];
    for_all(&changes, |(what, change)| {
        let opened = attempt(|| Ok(Session::open("odd.onnx", &bytes(change)).map(|_| ())));
        match opened {
            Err(panicked) => Err(format!("{what}: {panicked}")),
            Ok(Err(e)) if e.to_string().contains('\n') => Err(format!("{what}: {e}")),
            Ok(_) => Ok(()),
        }
    });
}

/// Decoding and encoding again loses nothing the file says.
#[test]
fn round_trip_of_a_model() {
    for file in files::SAMPLES {
        let bytes = files::read(&files::sample(file));
        let model = onnx::decode(&bytes).unwrap();
        let again = onnx::encode(&model);
        assert!(onnx::decode(&again).unwrap() == model, "{file}");
        // Written once by us, it stays as it is to the byte.
        assert!(
            onnx::encode(&onnx::decode(&again).unwrap()) == again,
            "{file}"
        );
        assert_eq!(
            pb::ModelProto::decode(bytes.as_slice()).unwrap(),
            model,
            "{file}"
        );
    }
}
