//! Writes that are made with the commit, several in one message.

use super::Arg;

/// A write that nothing in its transaction reads back.
pub(super) struct Later {
    pub sql: &'static str,
    pub args: Vec<Arg>,
}

/// How many such writes go to SQLite's thread in one message: a message costs more than most of them.
pub(super) const TOGETHER: usize = 8;

/// One text for all of them, each with its own arguments; SQLite runs them one by one.
pub(super) fn joined(writes: Vec<Later>) -> (String, Vec<Arg>) {
    let (mut sql, mut args) = (String::new(), Vec::new());
    for write in writes {
        let mut parts = write.sql.split('$');
        sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = part.split_at(digits);
            sql.push('$');
            match number.parse::<usize>() {
                Ok(number) => sql.push_str(&(args.len() + number).to_string()),
                Err(_) => sql.push_str(number),
            }
            sql.push_str(rest);
        }
        sql.push_str("; ");
        args.extend(write.args);
    }
    (sql, args)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    #[test]
    fn joined_writes_keep_their_own_arguments() {
        let writes = vec![
            Later { sql: "UPDATE a SET x = $2 WHERE id = $1", args: args![1_i64, 2_i64] },
            Later { sql: "DELETE FROM b", args: args![] },
            Later { sql: "INSERT INTO c VALUES ($1, '$.path', $10)", args: args![3_i64] },
        ];
        let (sql, args) = joined(writes);
        assert_eq!(
            sql,
            "UPDATE a SET x = $2 WHERE id = $1; DELETE FROM b; INSERT INTO c VALUES ($3, '$.path', $12); "
        );
        assert_eq!(args.len(), 3);
    }
}
