//! Numeric kernels: slices in, values out. No I/O, no time, no chance.

mod fit;
mod kmeans;
pub mod linkage;

pub use fit::{ClusterFit, Fit, Range, fit};
pub use kmeans::{Cluster, Clusters, kmeans};
