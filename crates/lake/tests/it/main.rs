//! Tests of the lake from outside, in one binary: it links the engine once.

mod desk;
mod files;
mod hostile;
mod inspect;
mod rules;
mod same_meaning;
mod standing;
mod summaries;
mod support;
