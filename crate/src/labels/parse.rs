//! Label files as people have them.

use serde_json::Value;

/// Class names from a text: one a line, or JSON.
///
/// * Lines may begin with a synset identifier (`n01440764 tench, Tinca tinca`), which is dropped.
///   Blank lines at both ends are dropped; one in between keeps its place, so that the numbering
///   of what follows holds.
/// * JSON may be an array of names, an object from index to name, or Keras' object from index to
///   `[identifier, name]`. Text that looks like JSON but is not, or not of these forms, is read
///   as lines.
///
/// Never fails: an empty text gives no names.
pub fn from_text(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('\u{feff}');
    if let Some(names) = from_json(text) {
        return names;
    }
    let mut names: Vec<String> = text.lines().map(without_wnid).collect();
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    let blank = names.iter().take_while(|name| name.is_empty()).count();
    names.drain(..blank);
    names
}

/// The line without the synset identifier before its name.
fn without_wnid(line: &str) -> String {
    let line = line.trim();
    let Some((head, tail)) = line.split_once([' ', '\t', ',', ':']) else {
        return line.to_owned();
    };
    let name = tail.trim();
    let name = if is_wnid(head) && !name.is_empty() {
        name
    } else {
        line
    };
    name.to_owned()
}

/// Whether the text is `n` and eight digits.
fn is_wnid(text: &str) -> bool {
    let digits = text.strip_prefix('n').unwrap_or_default();
    digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit())
}

fn from_json(text: &str) -> Option<Vec<String>> {
    if !text.trim_start().starts_with(['[', '{']) {
        return None;
    }
    match serde_json::from_str(text).ok()? {
        Value::Array(values) => values.iter().map(name_of).collect(),
        Value::Object(map) => {
            let mut indexed = map
                .iter()
                .map(|(key, value)| Some((key.trim().parse().ok()?, name_of(value)?)))
                .collect::<Option<Vec<(usize, String)>>>()?;
            indexed.sort();
            // A gap would shift every later name onto the wrong output.
            let dense = indexed.iter().enumerate().all(|(i, (key, _))| i == *key);
            dense.then(|| indexed.into_iter().map(|(_, name)| name).collect())
        }
        _ => None,
    }
}

/// A name, given as a string, a number, or `[identifier, name]`.
fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(without_wnid(name)),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(pair) => pair.last()?.as_str().map(|name| name.trim().to_owned()),
        _ => None,
    }
}
