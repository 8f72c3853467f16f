//! What is made of files people have.

mod exports;
mod mixed;
mod seen;
