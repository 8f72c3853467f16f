//! Makes sure the folder of the built web app exists, so that this crate compiles before Node has ever run; and embeds it
//! anew when it was built again.

fn main() {
    let dist = std::path::PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate lies")).join("../../web/dist");
    if let Err(e) = std::fs::create_dir_all(&dist) {
        println!("cargo:warning=cannot create {}: {e}", dist.display());
    }
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../../web/dist");
}
