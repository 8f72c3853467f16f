//! Examples and laws of the domain, from outside.

mod catalog;
mod make;
