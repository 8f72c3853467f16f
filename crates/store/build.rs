//! A new migration file is a change of the crate.
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
