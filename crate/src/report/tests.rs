//! The JSON Schema in the documents says what the types say.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::{Evaluation, EvaluationPart, ImageReport, Inspect, PlannedReport, ShrinkReport};
use crate::measure::stats::Stats;

/// Relative to the repository.
const FILE: &str = "docs/json.schema.json";

/// One document for all commands; each is named under `$defs`, and the root is any of them.
fn schema() -> Value {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    fn root<T: JsonSchema>(generator: &mut SchemaGenerator, title: &str) -> Value {
        let reference = generator.subschema_for::<T>().to_value();
        json!({ "title": title, "$ref": reference["$ref"] })
    }
    let generator = &mut generator;
    let run = json!({
        "title": "prune run",
        "type": "array",
        "items": root::<ImageReport>(generator, "one image"),
    });
    let roots = [
        root::<Inspect>(generator, "prune inspect"),
        // A repair has the plan's fields; `guard` and `solved` are absent there.
        root::<PlannedReport>(generator, "prune plan, prune apply, prune repair"),
        root::<ShrinkReport>(generator, "prune shrink"),
        run,
        root::<Evaluation>(generator, "prune eval, prune merge"),
        root::<EvaluationPart>(generator, "the file of prune eval -o"),
        root::<Stats>(generator, "the file of prune calibrate"),
    ];
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What prune prints with --json",
        "anyOf": roots,
        "$defs": generator.take_definitions(true),
    })
}

/// `UPDATE_SCHEMA=1 cargo test --lib json_schema` writes the file anew.
#[test]
fn the_json_schema_in_the_documents_is_that_of_the_types() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(FILE);
    let now = serde_json::to_string_pretty(&schema()).expect("is JSON") + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &now).expect("can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == now,
        "{FILE} is not what the types say; write it with UPDATE_SCHEMA=1 cargo test --lib json_schema"
    );
}
