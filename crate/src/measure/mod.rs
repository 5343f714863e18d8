//! What pictures say about a network that is opened: measured Gaussians, zeros and histograms.

pub mod calibrate;
