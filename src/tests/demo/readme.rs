//! The README's lists against the code.

use countersign::server::config::table::SETTINGS;
use std::fs;
use std::path::Path;

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

#[test]
fn every_server_function_is_listed_and_nothing_else() {
    let readme = text("README.md");
    let mut endpoints = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server_fns")).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        let names = source.split("endpoint = \"").skip(1).filter_map(|rest| rest.split('"').next());
        endpoints.extend(names.map(str::to_owned));
    }
    assert!(endpoints.len() >= 14, "{endpoints:?}");
    for endpoint in &endpoints {
        assert!(readme.contains(&format!("`{endpoint}`")), "README.md does not list {endpoint}");
    }
    let section =
        readme.split("### Server functions").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let listed = section.lines().filter(|line| line.starts_with("| ")).flat_map(|line| line.split('`'));
    for word in listed.filter(|word| word.contains('/') && !word.starts_with('/')) {
        assert!(
            endpoints.iter().any(|endpoint| endpoint == word),
            "README.md lists {word}, which does not exist"
        );
    }
}

#[test]
fn every_setting_is_in_the_table() {
    let readme = text("README.md");
    for setting in SETTINGS {
        let (key, variable) = (format!("| `{}` |", setting.key), format!("`{}`", setting.variable()));
        assert!(readme.contains(&key) && readme.contains(&variable), "{}", setting.key);
    }
}

#[test]
fn it_names_no_machine() {
    for path in ["README.md", "project_status.md"] {
        let text = text(path);
        for word in ["/home/", "/root", "/work/", "/tmp/", "https://github", "http://localhost"] {
            assert!(!text.contains(word), "{path} contains {word}");
        }
    }
}
