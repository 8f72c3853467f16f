//! Customers who are one: [`find`] looks for them in the background, [`queue`] is what people decide about, [`merges`] makes one of
//! two and takes that back, [`sides`] lays two beside one another.
//!
//! A merge changes no fact and moves no row: everything stays with the customer it came under and is read together
//! (`domain::merge`). So a merge taken back leaves everybody as they were, with what came since under their own identifiers.

pub mod find;
pub mod merges;
pub mod queue;
pub mod sides;
mod rows;

#[cfg(test)]
mod tests;
