//! All integration tests that need nothing of their own, in one program: the network runtime is linked once, not once a file.
//!
//! `cargo test --test suite -- removable` runs those of `removable.rs`.

#[path = "../support/mod.rs"]
mod support;

mod architectures;
mod branches;
mod command;
mod damage;
mod dead;
mod engine;
mod files;
mod lab;
mod limits;
mod panels;
mod parts;
mod precision;
mod preprocessing;
mod proof;
mod reconstruction;
mod reconstruction_loss;
mod reference;
mod removable;
mod repair;
mod repair_networks;
mod shrink;
mod spellings;
mod third_party;
mod written;
