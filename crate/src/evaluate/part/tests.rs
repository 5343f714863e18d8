//! Unions of parts, and parts that are refused.

use super::*;

fn record(index: u32) -> Record {
    let seen = |best, rank| Seen { best, rank };
    let class = (index != 3).then_some(index % 4);
    Record {
        index,
        class,
        original: seen(index % 4, class.map(|_| 0)),
        other: Some((
            seen(1, class.map(|c| c.min(2))),
            0.1 * f64::from(index) + 1e-3,
        )),
    }
}

fn of(records: &[Record], set: &str) -> EvaluationPart {
    let file = |name: &str| judged_file(name, name.as_bytes());
    EvaluationPart {
        format: EVALUATION_FORMAT.into(),
        version: EVALUATION_VERSION,
        model: file("a.onnx"),
        against: Some(file("b.onnx")),
        classes: 4,
        preprocessing: Some("[0,1]".into()),
        labels: (0..4).map(|c| (c, format!("<{c}>"))).collect(),
        data: vec![JudgedData {
            sha256: set.into(),
            images: 10,
            matching: None,
            records: columns(records),
        }],
    }
}

fn all() -> Vec<Record> {
    (0..10).map(record).collect()
}

#[test]
fn parts_are_the_whole_in_any_order_and_any_number_of_times() {
    let whole = of(&all(), "s");
    let [a, b, c] = [&all()[..4], &all()[4..7], &all()[7..]].map(|r| of(r, "s"));
    let sum = |parts: &[&EvaluationPart]| {
        let parts = parts.iter().map(|p| Ok((*p).clone()));
        parts.reduce(|a, b| merged(a?, b?)).unwrap().unwrap()
    };
    assert_eq!(sum(&[&a, &b, &c]), whole);
    assert_eq!(sum(&[&c, &a, &b, &a]), whole);
    let figures = reported(&whole).unwrap();
    assert_eq!(figures.images, 10);
    assert_eq!(seen(&a), (4, 10));
    // To the last bit, also after a file in between.
    let again = read(&serde_json::to_vec(&sum(&[&b, &c, &a])).unwrap()).unwrap();
    assert_eq!(reported(&again).unwrap(), figures);
}

#[test]
fn images_of_two_data_sets_are_not_the_same() {
    let both = merged(of(&all()[..5], "s"), of(&all()[..5], "t")).unwrap();
    assert_eq!(reported(&both).unwrap().images, 10);
    assert_eq!(seen(&both), (10, 20));
    let swapped = merged(of(&all()[..5], "t"), of(&all()[..5], "s")).unwrap();
    assert_eq!(swapped, both);
}

#[test]
fn what_does_not_belong_together_is_not_merged() {
    let part = of(&all(), "s");
    let refused = |change: &dyn Fn(&mut EvaluationPart)| {
        let mut other = part.clone();
        change(&mut other);
        merged(part.clone(), other).unwrap_err().to_string()
    };
    let network = refused(&|p| p.model = judged_file("c.onnx", b"c"));
    assert!(network.starts_with("judges another network (c.onnx, SHA-256 "));
    let other = refused(&|p| p.against = None);
    assert!(other.contains("against another network (none)"), "{other}");
    let read = refused(&|p| p.preprocessing = Some("imagenet".into()));
    assert!(
        read.contains("imagenet") && read.contains("[0,1]"),
        "{read}"
    );
    let seen = refused(&|p| p.data[0].records.best[2] = 3);
    assert!(seen.contains("image 2 of a data set"), "{seen}");
    refused(&|p| p.data[0].images = 11);
    refused(&|p| p.classes = 5);
}

#[test]
fn damaged_parts_are_refused_with_a_sentence() {
    let whole = serde_json::to_value(of(&all(), "s")).unwrap();
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value = whole.clone();
        change(&mut value);
        read(&serde_json::to_vec(&value).unwrap())
            .unwrap_err()
            .reason
    };
    assert!(refused(&|v| v["version"] = 2.into()).contains("version 2"));
    assert!(refused(&|v| v["format"] = "x".into()).contains("\"x\""));
    for (column, wrong) in [
        ("index", 10),
        ("index", 0),
        ("class", 4),
        ("best", 4),
        ("rank", 5),
        ("against_best", 9),
    ] {
        refused(&|v| v["data"][0]["records"][column][9] = wrong.into());
    }
    for column in [
        "index",
        "class",
        "best",
        "rank",
        "against_best",
        "against_rank",
        "kl",
    ] {
        let reason = refused(&|v| {
            let column = v["data"][0]["records"][column].as_array_mut();
            column.map(Vec::pop);
        });
        assert_eq!(reason, "has columns of different lengths");
    }
    for text in ["", "{", "[]", "nonsense", "{\"format\":1}"] {
        let reason = read(text.as_bytes()).unwrap_err().reason;
        assert!(reason.starts_with("is not a file of"), "{reason}");
    }
}
