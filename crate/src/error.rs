//! One sentence per failure, naming the file, the node and the reason, as far as they are known.

use std::fmt;

/// Why something could not be done. Displays as `FILE: node NAME: REASON`, or `FILE is …`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct Error {
    /// The file, where it is known.
    pub file: Option<String>,
    /// The node of the network, where there is one.
    pub node: Option<String>,
    /// What is wrong.
    pub reason: String,
}

/// What can fail with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure that concerns the whole file.
    pub fn new(reason: impl Into<String>) -> Self {
        Error {
            file: None,
            node: None,
            reason: reason.into(),
        }
    }

    /// A failure at one node.
    pub fn at(node: impl Into<String>, reason: impl Into<String>) -> Self {
        Error {
            file: None,
            node: Some(node.into()),
            reason: reason.into(),
        }
    }

    /// Adds the file's name, where the caller knows it.
    pub fn in_file(mut self, file: &str) -> Self {
        self.file.get_or_insert_with(|| file.to_string());
        self
    }
}

/// Runs what the inference engine may answer by panicking, as it does on some damaged files: then
/// `reason` is the error. WebAssembly cannot catch a panic; there the page starts another worker.
pub(crate) fn caught<T>(reason: &str, job: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(job))
        .unwrap_or_else(|_| Err(Error::new(reason)))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // "x.onnx is a PNG image", but "x.onnx: node conv1: …".
        let predicate = matches!(
            self.reason.split(' ').next(),
            Some("is" | "has" | "holds" | "keeps" | "declares")
        );
        if let Some(file) = &self.file {
            let colon = if predicate && self.node.is_none() {
                ""
            } else {
                ":"
            };
            write!(f, "{file}{colon} ")?;
        }
        if let Some(node) = &self.node {
            write!(f, "node {node}: ")?;
        }
        // A reason may quote another library; keep it to one line.
        f.write_str(&self.reason.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}
