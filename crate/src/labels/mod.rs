//! Class names: the label sets people's networks were trained on, and label files of their own.
//!
//! Each built-in set is a text file with one name a line, in the order of the network's outputs.
//! ImageNet-1k is in the order of the ILSVRC 2012 synset identifiers (sorted), each under its first
//! synonym; CIFAR-100 has the fine labels, which are alphabetical.

mod parse;

pub use parse::from_text;

const IMAGENET: &str = include_str!("imagenet.txt");
const IMAGENET_WNID: &str = include_str!("imagenet-wnid.txt");
const CIFAR10: &str = include_str!("cifar10.txt");
const CIFAR100: &str = include_str!("cifar100.txt");
const FASHION_MNIST: &str = include_str!("fashion-mnist.txt");

/// Names of all built-in sets, as [`by_name`] takes them.
const NAMES: [&str; 5] = [
    "imagenet",
    "imagenet-1001",
    "cifar10",
    "cifar100",
    "fashion-mnist",
];

/// An ordered list of class names: the name of output `i` is `classes[i]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Name of the set, one of [`names`], or what the caller calls a set of the user's.
    pub name: String,
    /// Names in the order of the outputs.
    pub classes: Vec<String>,
}

impl Labels {
    /// A set of the user's own, for example from [`from_text`].
    pub fn new(name: impl Into<String>, classes: Vec<String>) -> Labels {
        Labels {
            name: name.into(),
            classes,
        }
    }

    /// Number of classes.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// The name of output `index`; `None` beyond the end and for an empty name.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.classes
            .get(index)
            .map(String::as_str)
            .filter(|name| !name.is_empty())
    }

    /// The output that a folder's name means: case, spaces, `_` and `-` do not matter, and the
    /// ImageNet sets also know their synset identifiers (`n01440764`). So a folder with some of
    /// the classes can be scored too, where counting folders would give wrong outputs.
    pub fn position(&self, class: &str) -> Option<usize> {
        let wanted = plain(class);
        let exact = self.classes.iter().position(|name| name == class);
        let found = exact.or_else(|| self.classes.iter().position(|name| plain(name) == wanted));
        let offset = match self.name.as_str() {
            "imagenet" => 0,
            "imagenet-1001" => 1,
            _ => return found,
        };
        let wnid = || IMAGENET_WNID.lines().position(|id| id == wanted);
        found.or_else(|| wnid().map(|index| index + offset))
    }
}

/// A name without what folder names change.
fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| !matches!(c, ' ' | '_' | '-'));
    kept.flat_map(char::to_lowercase).collect()
}

/// Names of all built-in sets.
pub fn names() -> &'static [&'static str] {
    &NAMES
}

/// A built-in set: `imagenet` (1,000 classes), `imagenet-1001` (the same behind a `background`
/// class, as TensorFlow's networks have it), `cifar10`, `cifar100` (fine), `fashion-mnist`.
/// `None` for any other name, including the `none` of [`guess`].
pub fn by_name(name: &str) -> Option<Labels> {
    let (first, text) = match name {
        "imagenet" => (None, IMAGENET),
        "imagenet-1001" => (Some("background"), IMAGENET),
        "cifar10" => (None, CIFAR10),
        "cifar100" => (None, CIFAR100),
        "fashion-mnist" => (None, FASHION_MNIST),
        _ => return None,
    };
    let classes = first.into_iter().chain(text.lines());
    Some(Labels::new(name, classes.map(str::to_owned).collect()))
}

/// The set that a network with `outputs` outputs, whose images are prepared with `preset` (see
/// [`crate::image::Preset`]), most likely has; `none` where any guess could show wrong names.
///
/// 1,000 and 1,001 outputs are ImageNet's whatever the preset. Ten outputs are ambiguous, so the
/// preset must name the data set; 100 are CIFAR-100 unless the preset speaks of other data.
pub fn guess(outputs: usize, preset: &str) -> &'static str {
    match (outputs, crate::image::base(preset)) {
        (1000, _) => "imagenet",
        (1001, _) => "imagenet-1001",
        (10, "cifar10") => "cifar10",
        (10, "fashion-mnist") => "fashion-mnist",
        (100, "imagenet" | "fashion-mnist") => "none",
        (100, _) => "cifar100",
        _ => "none",
    }
}

#[cfg(test)]
mod tests;
