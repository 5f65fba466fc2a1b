//! Every `sql!` of `src/server/storage` compiles on the engines that it is for.
//!
//! A statement is for both engines, but for the two of `dialect(sql!(…), sql!(…))` (SQLite's, then PostgreSQL's) and
//! those whose macro begins with the comment `/* sqlite */` or `/* postgres */`.

use crate::db::databases;
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    Both,
    Sqlite,
    Postgres,
}

#[derive(Debug, PartialEq, Eq)]
struct Found {
    line: usize,
    engines: For,
    sql: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Text(String),
    Comment(String),
    Word(String),
    Mark(char),
}

/// Rust source as far as this search needs it.
fn tokens(source: &str) -> Vec<(usize, Token)> {
    let mut found = Vec::new();
    let mut chars = source.chars().peekable();
    let mut line = 1;
    while let Some(c) = chars.next() {
        let at = line;
        match c {
            '\n' => line += 1,
            '/' if chars.peek() == Some(&'/') => {
                while chars.peek().is_some_and(|c| *c != '\n') {
                    chars.next();
                }
            }
            '/' if chars.peek() == Some(&'*') => {
                let mut text = String::new();
                chars.next();
                while !text.ends_with("*/") {
                    text.push(chars.next().expect("a comment ends"));
                }
                line += text.matches('\n').count();
                found.push((at, Token::Comment(text.trim_end_matches("*/").trim().to_owned())));
            }
            '"' => {
                let mut text = String::new();
                loop {
                    match chars.next().expect("a text ends") {
                        '"' => break,
                        '\\' => match chars.next().expect("an escape ends") {
                            'n' => text.push('\n'),
                            't' => text.push('\t'),
                            '\n' => {
                                line += 1;
                                while chars.peek().is_some_and(|c| c.is_whitespace()) {
                                    line += usize::from(chars.next() == Some('\n'));
                                }
                            }
                            other => text.push(other),
                        },
                        other => {
                            line += usize::from(other == '\n');
                            text.push(other);
                        }
                    }
                }
                found.push((at, Token::Text(text)));
            }
            // A character, or the name of a lifetime.
            '\'' => {
                if chars.next() == Some('\\') {
                    chars.next();
                }
                if chars.peek() == Some(&'\'') {
                    chars.next();
                }
            }
            c if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    word.push(c);
                }
                found.push((at, Token::Word(word)));
            }
            c if c.is_whitespace() => {}
            c => found.push((at, Token::Mark(c))),
        }
    }
    found
}

fn is_word(token: Option<&(usize, Token)>, word: &str) -> bool {
    matches!(token, Some((_, Token::Word(found))) if found == word)
}

fn is_mark(token: Option<&(usize, Token)>, mark: char) -> bool {
    matches!(token, Some((_, Token::Mark(found))) if *found == mark)
}

/// The statements of one file.
fn statements(source: &str) -> Vec<Found> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    // How many statements of a `dialect(` are still to come.
    let mut of_dialect = 0;
    for start in 0..tokens.len() {
        if is_word(tokens.get(start), "dialect") && is_mark(tokens.get(start + 1), '(') {
            let mut next = start + 2;
            while matches!(tokens.get(next), Some((_, Token::Comment(_)))) {
                next += 1;
            }
            if is_word(tokens.get(next), "sql") {
                of_dialect = 2;
            }
        }
        let is_macro = is_word(tokens.get(start), "sql")
            && is_mark(tokens.get(start + 1), '!')
            && is_mark(tokens.get(start + 2), '(');
        if !is_macro {
            continue;
        }
        let mut engines = match of_dialect {
            2 => For::Sqlite,
            1 => For::Postgres,
            _ => For::Both,
        };
        of_dialect = usize::saturating_sub(of_dialect, 1);
        let mut sql = String::new();
        for (line, token) in &tokens[start + 3..] {
            match token {
                Token::Text(text) => sql.push_str(text),
                Token::Comment(engine) if engine == "sqlite" => engines = For::Sqlite,
                Token::Comment(engine) if engine == "postgres" => engines = For::Postgres,
                Token::Comment(_) | Token::Mark(',') => {}
                Token::Mark(')') => break,
                other => panic!("line {line}: {other:?} in sql!"),
            }
        }
        found.push(Found { line: tokens[start].0, engines, sql });
    }
    found
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn the_search_knows_what_a_statement_is_for() {
    let source = r#"
        //! "sql!(" in a comment, and 'x' and '\'' and a lifetime &'a str
        fn f<'a>() {
            one(sql!("SELECT 1 ", "FROM \"a\""), args![]);
            let sql = conn.dialect(
                // why
                sql!("SELECT 2"),
                sql!("SELECT 3", ),
            );
            two(sql!(/* postgres */ "SELECT 4"));
            three(sql!("SELECT 5"));
        }"#;
    let found: Vec<_> = statements(source).into_iter().map(|found| (found.engines, found.sql)).collect();
    let expected = [
        (For::Both, "SELECT 1 FROM \"a\""),
        (For::Sqlite, "SELECT 2"),
        (For::Postgres, "SELECT 3"),
        (For::Postgres, "SELECT 4"),
        (For::Both, "SELECT 5"),
    ];
    assert_eq!(found, expected.map(|(engines, sql)| (engines, sql.to_owned())));
}

#[tokio::test]
async fn every_statement_prepares() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/storage");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    // mod.rs defines the macro and has no statement.
    files.retain(|file| *file != root.join("mod.rs"));
    let all: Vec<_> = files
        .iter()
        .flat_map(|file| {
            let source = std::fs::read_to_string(file).unwrap();
            let name = file.strip_prefix(&root).unwrap().display().to_string();
            statements(&source).into_iter().map(move |found| (format!("{name}:{}", found.line), found))
        })
        .collect();
    assert!(all.len() > 80, "only {} statements found", all.len());
    let mut faults = Vec::new();
    for test in databases().await {
        let node = test.node().await;
        let skipped = if test.is_postgres() { For::Sqlite } else { For::Postgres };
        for (place, found) in all.iter().filter(|(_, found)| found.engines != skipped) {
            // A connection each: a fault on PostgreSQL would otherwise spoil the ones after it.
            let mut conn = node.read().await.unwrap();
            if let Err(fault) = conn.prepare(found.sql.clone()).await {
                faults.push(format!("{} at {place}: {fault}\n  {}", test.name, found.sql));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
