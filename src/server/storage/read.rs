//! From columns to domain values, with an error that names the table, the column and the row.

use super::CorruptRow;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::str::FromStr;
use uuid::Uuid;

/// The place of a row, for errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub table: &'static str,
    pub row: Uuid,
}

impl At {
    /// A word of a closed list.
    pub fn word<T: FromStr<Err: Display>>(self, column: &'static str, text: &str) -> Result<T, CorruptRow> {
        text.parse().map_err(|cause| CorruptRow::new(self.table, column, self.row, cause))
    }

    /// A value kept as JSON text.
    pub fn json<T: DeserializeOwned>(self, column: &'static str, text: &str) -> Result<T, CorruptRow> {
        serde_json::from_str(text).map_err(|cause| CorruptRow::new(self.table, column, self.row, cause))
    }
}

/// Reads every row, or fails at the first that is corrupt.
pub(super) fn all<R, T: TryFrom<R, Error = CorruptRow>>(rows: Vec<R>) -> Result<Vec<T>, CorruptRow> {
    rows.into_iter().map(T::try_from).collect()
}
