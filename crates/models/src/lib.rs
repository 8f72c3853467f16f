//! Numeric kernels: slices in, values out. No I/O, no time, no chance.

mod kmeans;
pub mod linkage;

pub use kmeans::{Cluster, Clusters, kmeans};
