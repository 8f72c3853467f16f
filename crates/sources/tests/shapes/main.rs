//! What is made of files people have.

mod exports;
mod firms;
mod mixed;
mod seen;
