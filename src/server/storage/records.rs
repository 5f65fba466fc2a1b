//! Records: the business objects that built-in actions read and change.

use super::db::Engine;
use super::read::{At, all};
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::canonical::Data;
use crate::domain::ids::{RecordId, WorkspaceId};
use crate::domain::record::{Record, RecordKind};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

#[derive(FromRow)]
struct RecordRow {
    id: Uuid,
    kind: String,
    title: String,
    data: String,
    version: i64,
    created_at: Ts,
    updated_at: Ts,
}

impl TryFrom<RecordRow> for Record {
    type Error = CorruptRow;

    fn try_from(row: RecordRow) -> Result<Self, CorruptRow> {
        let at = At { table: "records", row: row.id };
        Ok(Self {
            id: RecordId(row.id),
            kind: at.word("kind", &row.kind)?,
            data: at.json("data", &row.data)?,
            title: row.title,
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        })
    }
}

/// What a page of records shows.
#[derive(Clone, Debug)]
pub struct RecordPage<'a> {
    pub kind: Option<RecordKind>,
    /// The beginning of the title, in any case; empty: any title.
    pub title: &'a str,
    /// Only what was changed before this, then by id.
    pub before: (DateTime<Utc>, Uuid),
    pub limit: u32,
}

/// How titles are compared.
fn title_key(title: &str) -> String {
    title.to_lowercase()
}

/// The LIKE pattern of every title that begins with `prefix`, with `!` as its escape.
fn beginning_with(prefix: &str) -> String {
    let mut pattern = String::with_capacity(prefix.len() + 1);
    for c in title_key(prefix).chars() {
        if matches!(c, '!' | '%' | '_') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

const SOME_SQLITE: &str = sql!(
    /* sqlite */
    "SELECT id, kind, title, data, version, created_at, updated_at FROM records ",
    "WHERE workspace_id = $1 AND id IN (SELECT unhex(value) FROM json_each($2))"
);

const SOME_POSTGRES: &str = sql!(
    /* postgres */
    "SELECT id, kind, title, data, version, created_at, updated_at FROM records WHERE workspace_id = $1 ",
    "AND id IN (SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($2 AS JSON)))"
);

impl Conn {
    pub async fn record_get(
        &mut self,
        workspace: WorkspaceId,
        record: RecordId,
    ) -> Result<Option<Record>, StorageError> {
        let row: Option<RecordRow> = self
            .fetch_optional(
                sql!(
                    "SELECT id, kind, title, data, version, created_at, updated_at FROM records ",
                    "WHERE workspace_id = $1 AND id = $2"
                ),
                args![workspace, record],
            )
            .await?;
        Ok(row.map(Record::try_from).transpose()?)
    }

    /// Those of `ids` that the workspace has, in one statement, in no order.
    pub async fn records_by_ids(
        &mut self,
        workspace: WorkspaceId,
        ids: &[RecordId],
    ) -> Result<Vec<Record>, StorageError> {
        let sql = self.dialect(SOME_SQLITE, SOME_POSTGRES);
        let rows: Vec<RecordRow> =
            self.fetch_all(sql, args![workspace, Arg::ids(ids.iter().copied())]).await?;
        Ok(all(rows)?)
    }

    /// Latest change first.
    pub async fn record_list(
        &mut self,
        workspace: WorkspaceId,
        page: &RecordPage<'_>,
    ) -> Result<Vec<Record>, StorageError> {
        let (before, before_id) = page.before;
        let (title, limit) = (beginning_with(page.title), i64::from(page.limit));
        let rows: Vec<RecordRow> = match page.kind {
            Some(kind) => {
                self.fetch_all(
                    sql!(
                        "SELECT id, kind, title, data, version, created_at, updated_at FROM records ",
                        "WHERE workspace_id = $1 AND kind = $6 AND (updated_at, id) < ($2, $3) ",
                        "AND title_key LIKE $4 ESCAPE '!' ORDER BY updated_at DESC, id DESC LIMIT $5"
                    ),
                    args![workspace, before, before_id, title, limit, kind.as_str()],
                )
                .await?
            }
            None => {
                self.fetch_all(
                    sql!(
                        "SELECT id, kind, title, data, version, created_at, updated_at FROM records ",
                        "WHERE workspace_id = $1 AND (updated_at, id) < ($2, $3) ",
                        "AND title_key LIKE $4 ESCAPE '!' ORDER BY updated_at DESC, id DESC LIMIT $5"
                    ),
                    args![workspace, before, before_id, title, limit],
                )
                .await?
            }
        };
        Ok(all(rows)?)
    }
}

impl Tx {
    /// Those of `ids` that the workspace has, as they stay until the end of this transaction. On SQLite nobody else
    /// writes meanwhile.
    pub async fn records_held(
        &mut self,
        workspace: WorkspaceId,
        ids: &[RecordId],
    ) -> Result<Vec<Record>, StorageError> {
        let sql = match self.engine() {
            Engine::Sqlite => SOME_SQLITE.to_owned(),
            // In order, so that two who lock the same ones wait for each other instead of forever.
            Engine::Postgres => format!("{SOME_POSTGRES} ORDER BY id FOR SHARE"),
        };
        let rows: Vec<RecordRow> =
            self.fetch_all(sql, args![workspace, Arg::ids(ids.iter().copied())]).await?;
        Ok(all(rows)?)
    }

    /// `data` must have passed the checks of its kind.
    pub async fn record_insert(
        &mut self,
        workspace: WorkspaceId,
        kind: RecordKind,
        title: &str,
        data: &Data,
    ) -> Result<Record, StorageError> {
        let (id, now) = (RecordId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO records (id, workspace_id, kind, title, title_key, data, created_at, updated_at) ",
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $7)"
            ),
            args![id, workspace, kind.as_str(), title, title_key(title), Arg::json(data), now],
        )
        .await?;
        Ok(Record {
            id,
            kind,
            title: title.to_owned(),
            data: data.clone(),
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }

    /// Writes title and data, which must have passed the checks of the kind, over the version that was read, and
    /// returns the record as it is then. `None`: its version is no longer that one.
    pub async fn record_update(
        &mut self,
        workspace: WorkspaceId,
        read: &Record,
        title: &str,
        data: &Data,
    ) -> Result<Option<Record>, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE records SET title = $4, title_key = $5, data = $6, version = version + 1, ",
                    "updated_at = $7 WHERE workspace_id = $1 AND id = $2 AND version = $3"
                ),
                args![workspace, read.id, read.version, title, title_key(title), Arg::json(data), now],
            )
            .await?;
        Ok((changed == 1).then(|| Record {
            title: title.to_owned(),
            data: data.clone(),
            version: read.version + 1,
            updated_at: now,
            ..read.clone()
        }))
    }

    /// `false`: there is no such record, or its version is no longer the one that was read.
    pub async fn record_delete(
        &mut self,
        workspace: WorkspaceId,
        record: RecordId,
        version: i64,
    ) -> Result<bool, StorageError> {
        let deleted = self
            .execute(
                sql!("DELETE FROM records WHERE workspace_id = $1 AND id = $2 AND version = $3"),
                args![workspace, record, version],
            )
            .await?;
        Ok(deleted == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_taken_word_for_word() {
        assert_eq!(beginning_with(""), "%");
        assert_eq!(beginning_with("50% Off_!"), "50!% off!_!!%");
    }
}
