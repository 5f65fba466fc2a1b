//! The rules of the house (DESIGN.md, The house) as a test: who may name whom, and how files look.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

struct Source {
    /// Relative to `src/`, with `/`.
    path: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source { path: name, text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    assert!(found.len() > 100, "the walk found only {} files", found.len());
    found
}

/// Lines of code: comments and the unit tests at the foot of a file left out.
fn code(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    source
        .text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Every use of `word` must be in a place that `allowed` names.
fn only_in(word: &str, allowed: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources() {
        let may = source.path.starts_with("tests/")
            || source.path.starts_with("bin/")
            || allowed.iter().any(|place| source.path.starts_with(place));
        if may {
            continue;
        }
        for (number, line) in code(&source) {
            if line.contains(word) {
                faults.push(format!("src/{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    faults
}

#[track_caller]
fn none(faults: Vec<String>, rule: &str) {
    assert!(faults.is_empty(), "{rule}\n{}", faults.join("\n"));
}

#[test]
fn sql_lives_in_storage() {
    none(
        only_in("sqlx::", &["server/storage/", "main.rs"]),
        "sqlx is used in server/storage/ and main.rs only",
    );
    none(only_in("sql!(", &["server/storage/"]), "statements are written in server/storage/ only");
}

#[test]
fn http_lives_in_http() {
    let allowed = ["server/http/", "server/state.rs", "main.rs"];
    none(
        only_in("axum::", &[&allowed[..], &["server_fns/"]].concat()),
        "axum is used in server/http/ and state.rs only",
    );
    none(
        only_in("leptos_axum::", &[&allowed[..], &["server_fns/"]].concat()),
        "leptos_axum is used in server/http/ and server_fns/ only",
    );
}

#[test]
fn gates_are_at_the_edges() {
    none(
        only_in("feature = \"ssr\"", &["lib.rs", "main.rs", "server_fns/", "ui/hooks/"]),
        "cfg(feature = \"ssr\") is in lib.rs, main.rs, server_fns/ and ui/hooks/ only",
    );
    none(only_in("target_arch", &["ui/hooks/"]), "the target is asked for in ui/hooks/ only");
}

#[test]
fn time_and_ids_are_injected() {
    for word in ["Utc::now(", "Local::now(", "SystemTime::now(", "Uuid::now_v7("] {
        none(only_in(word, &["server/clock.rs"]), &format!("{word}) is called in server/clock.rs only"));
    }
}

#[test]
fn layers_point_one_way() {
    let faults: Vec<String> = sources()
        .iter()
        .flat_map(|source| {
            let forbidden: &[&str] = match source.path.split('/').next() {
                Some("domain") => &["crate::server", "crate::ui", "crate::server_fns"],
                Some("ui") => &["crate::server::"],
                Some("server") if source.path.starts_with("server/storage/") => {
                    &["crate::server::services", "crate::server::http", "crate::server::engine", "crate::ui"]
                }
                Some("server") if source.path.starts_with("server/services/") => {
                    &["crate::server::http", "crate::ui"]
                }
                _ => &[],
            };
            code(source)
                .filter(|(_, line)| forbidden.iter().any(|word| line.contains(word)))
                .map(|(number, line)| format!("src/{}:{number}: {}", source.path, line.trim()))
                .collect::<Vec<_>>()
        })
        .collect();
    none(faults, "ui → server_fns → services → storage, and everyone may use domain; never backwards");
}

#[test]
fn each_file_says_what_lives_there() {
    let faults = sources()
        .iter()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| format!("src/{}", source.path))
        .collect();
    none(faults, "a file begins with a //! line that says what lives there");
}

#[test]
fn files_stay_small() {
    let faults = sources()
        .iter()
        .filter(|source| !source.path.starts_with("tests/"))
        .map(|source| (source.text.lines().count(), &source.path))
        .filter(|(lines, _)| *lines > 460)
        .map(|(lines, path)| format!("src/{path}: {lines} lines"))
        .collect();
    none(faults, "a file past 460 lines is two files");
}

#[test]
fn nothing_is_left_unfinished() {
    for word in ["todo!(", "unimplemented!(", "FIXME", "dbg!("] {
        none(only_in(word, &[]), &format!("{word} is no finished work"));
    }
}
