//! Tells Cargo about the folders that macros read: a new file in one of them changes the program, and Cargo would
//! not see it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    let is_server = std::env::var_os("CARGO_FEATURE_SSR").is_some();
    let embeds = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    // A debug build reads the site from disk, and the browser's half makes it.
    if is_server && embeds {
        println!("cargo::rerun-if-changed=target/site");
    }
}
