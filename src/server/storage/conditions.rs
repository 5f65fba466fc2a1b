//! The WHERE of a list whose filters come and go: conditions with a question mark for each value, numbered as they come.

use super::Arg;

/// Fragments are fixed in the code; data travels as arguments only.
pub(super) struct Conditions {
    pub sql: String,
    pub args: Vec<Arg>,
}

impl Conditions {
    /// `first` names its values itself, as `$1`, `$2`, …
    pub fn new(first: &str, args: Vec<Arg>) -> Self {
        Self { sql: first.to_owned(), args }
    }

    pub fn and(&mut self, condition: &str, values: Vec<Arg>) {
        let condition = self.numbered(condition, values);
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition);
    }

    /// Keeps the values and writes their numbers in place of the question marks.
    pub fn numbered(&mut self, condition: &str, values: Vec<Arg>) -> String {
        let mut condition = condition.to_owned();
        for value in values {
            self.args.push(value);
            condition = condition.replacen('?', &format!("${}", self.args.len()), 1);
        }
        condition
    }
}
