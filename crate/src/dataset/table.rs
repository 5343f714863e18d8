//! A table of files and labels: CSV, also with semicolons or tabs.

use std::collections::{BTreeSet, HashMap};

use super::entry::Entry;
use super::layout;
use super::pictures::Files;
use super::source::Found;

/// Tables of more bytes are refused.
const MAX_BYTES: u64 = 256 << 20;

const FILE: [&str; 7] = ["file", "filename", "path", "image", "img", "name", "id"];
const LABEL: [&str; 6] = ["label", "class", "target", "category", "labels", "y"];

pub(super) fn is_table(name: &str) -> bool {
    let end = name.rsplit_once('.').map(|(_, end)| end);
    end.is_some_and(|end| end.eq_ignore_ascii_case("csv") || end.eq_ignore_ascii_case("tsv"))
        && !name.split('/').any(|part| part.starts_with('.'))
}

/// The table among the files of a folder, if there is exactly one.
pub(super) fn find(files: &[Entry]) -> Option<&Entry> {
    let mut tables = files.iter().filter(|file| is_table(&file.name));
    let first = tables.next();
    first.filter(|_| tables.next().is_none())
}

/// Whether a table names images of this folder in its first rows; there may be a table of something else.
pub(super) fn concerns(table: &Entry, files: &[Entry]) -> bool {
    let text = table.bytes(MAX_BYTES).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let rows = rows(table, text.trim_start_matches('\u{feff}')).unwrap_or_default();
    let find = finder(files, folder(table));
    let mut cells = rows.iter().take(2).flatten();
    cells.any(|cell| find(cell).is_some())
}

fn folder(table: &Entry) -> &str {
    let above = table.name.strip_suffix(table.file_name());
    above.unwrap_or_default()
}

/// Images that a table names, relative to itself. Labels that are all numbers are the network's outputs; else they are
/// class names, sorted.
pub(super) fn open(table: &Entry, files: &[Entry]) -> Result<Found, String> {
    let text = table.bytes(MAX_BYTES)?;
    let text = String::from_utf8_lossy(&text);
    let rows = rows(table, text.trim_start_matches('\u{feff}'))?;
    let find = finder(files, folder(table));
    let (body, columns) = columns(table, &rows, &find)?;
    let mut named = Vec::new();
    for row in body {
        let field = |column: usize| row.get(column).map_or("", |f| f.trim());
        let (file, label) = (field(columns.0), field(columns.1));
        if file.is_empty() && label.is_empty() {
            continue;
        }
        let index = find(file)
            .ok_or_else(|| table.failed(format_args!("names {file}, which is not there.")))?;
        if label.is_empty() {
            return Err(table.failed(format_args!("gives {file} no label.")));
        }
        named.push((index, label));
    }
    if named.is_empty() {
        return Err(table.failed("the table names no images."));
    }
    let numbers: Option<Vec<usize>> = named.iter().map(|(_, label)| label.parse().ok()).collect();
    let most = numbers.as_ref().and_then(|n| n.iter().copied().max());
    let (classes, class): (Vec<String>, Vec<usize>) = match (numbers, most) {
        (Some(numbers), Some(most)) if most < 100_000 => {
            ((0..=most).map(|n| n.to_string()).collect(), numbers)
        }
        _ => {
            let names: BTreeSet<&str> = named.iter().map(|(_, label)| *label).collect();
            let names: Vec<&str> = names.into_iter().collect();
            let place = |label: &str| names.binary_search(&label).unwrap_or(0);
            let class = named.iter().map(|(_, label)| place(label)).collect();
            (names.iter().map(ToString::to_string).collect(), class)
        }
    };
    let labels = named.iter().zip(class);
    Ok(Found {
        kind: "pictures with a table of labels".into(),
        classes,
        labels: labels.map(|((i, _), class)| (*i, Some(class))).collect(),
        source: Box::new(Files::new(files.to_vec())),
    })
}

fn rows(table: &Entry, text: &str) -> Result<Vec<csv::StringRecord>, String> {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|b| *b == separator).count();
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(|s| count(*s));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator.unwrap_or(b','))
        .from_reader(text.as_bytes());
    let rows: Result<Vec<_>, csv::Error> = reader.records().collect();
    rows.map_err(|e| table.failed(e))
}

/// The image that a table's cell means: its path, else its name without folders, else without the ending.
fn finder(files: &[Entry], folder: &str) -> impl Fn(&str) -> Option<usize> {
    let mut known: HashMap<String, Option<usize>> = HashMap::new();
    let images = files.iter().enumerate();
    let images = images.filter(|(_, file)| layout::is_image(&file.name));
    for (index, file) in images {
        let stem = |name: &str| name.rsplit_once('.').map_or(name, |(s, _)| s).to_owned();
        let relative = file.name.strip_prefix(folder).unwrap_or(&file.name);
        let short = file.file_name();
        let names = [
            relative.to_owned(),
            stem(relative),
            short.to_owned(),
            stem(short),
        ];
        let names: BTreeSet<String> = names.into_iter().collect();
        for name in names {
            // What two files are called means neither; a full path is never doubtful.
            let doubtful = name != relative;
            let slot = known.entry(name).or_insert(Some(index));
            if *slot != Some(index) {
                *slot = if doubtful { None } else { Some(index) };
            }
        }
    }
    move |cell: &str| {
        let path = cell.trim().replace('\\', "/");
        let path = path.trim_start_matches("./");
        let short = path.rsplit('/').next().unwrap_or(path);
        let whole = known.get(path).copied();
        whole.or_else(|| known.get(short).copied()).flatten()
    }
}

/// Rows below a header, if there is one, and the columns of file and label.
fn columns<'a>(
    table: &Entry,
    rows: &'a [csv::StringRecord],
    find: &impl Fn(&str) -> Option<usize>,
) -> Result<(&'a [csv::StringRecord], (usize, usize)), String> {
    let Some(first) = rows.first() else {
        return Err(table.failed("the table is empty."));
    };
    let two = |count: usize| match count {
        0 | 1 => Err(table.failed("the table needs two columns: file and label.")),
        _ => Ok(()),
    };
    two(first.len())?;
    // A first row that names an image is no header.
    if first.iter().any(|cell| find(cell).is_some()) {
        let file = first.iter().position(|cell| find(cell).is_some());
        let file = file.unwrap_or(0);
        return Ok((rows, (file, usize::from(file == 0))));
    }
    let position = |names: &[&str]| {
        names.iter().find_map(|name| {
            first
                .iter()
                .position(|cell| cell.trim().eq_ignore_ascii_case(name))
        })
    };
    let file = position(&FILE).unwrap_or(0);
    let label = position(&LABEL).filter(|l| *l != file);
    Ok((&rows[1..], (file, label.unwrap_or(usize::from(file == 0)))))
}
