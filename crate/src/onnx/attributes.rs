//! Attribute look-up on a node, with ONNX's defaults given by the caller.

use super::pb;

/// Reads attributes by name; a missing or differently typed attribute is `None`.
pub trait Attributes {
    /// The attribute of a name.
    fn attribute(&self, name: &str) -> Option<&pb::AttributeProto>;

    /// An integer.
    fn int(&self, name: &str) -> Option<i64> {
        self.attribute(name).map(|a| a.i)
    }
    /// A list of integers.
    fn ints(&self, name: &str) -> Option<&[i64]> {
        self.attribute(name).map(|a| a.ints.as_slice())
    }
    /// A number.
    fn float(&self, name: &str) -> Option<f32> {
        self.attribute(name).map(|a| a.f)
    }
    /// A text.
    fn text(&self, name: &str) -> Option<&str> {
        self.attribute(name)
            .and_then(|a| std::str::from_utf8(&a.s).ok())
    }
}

impl Attributes for pb::NodeProto {
    fn attribute(&self, name: &str) -> Option<&pb::AttributeProto> {
        self.attribute.iter().find(|a| a.name == name)
    }
}
