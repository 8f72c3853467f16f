//! Tests of the lake from outside, in one binary: it links the engine once.

mod desk;
mod files;
mod inspect;
mod rules;
mod same_meaning;
mod standing;
mod summaries;
mod support;
