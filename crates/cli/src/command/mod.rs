//! The commands, one file each.

pub mod audit;
pub mod backup;
pub mod bundle;
pub mod business;
pub mod classify;
pub mod completions;
pub mod customer;
pub mod dedupe;
pub mod definitions;
pub mod demo;
pub mod doctor;
pub mod everything;
pub mod features;
pub mod field;
pub mod import;
pub mod man;
pub mod member;
pub mod profiling;
pub mod reading;
pub mod records;
pub mod restore;
pub mod segment;
pub mod serve;
pub mod user;
