//! Records, changed by people and tokens directly. What agents' actions change goes through the gate, not through here.

use super::change::{entry, lost, note, same_version, won};
use super::ctx::{Allowed, ReadRecords, WriteRecords};
use crate::domain::canonical::Data;
use crate::domain::event::Topic;
use crate::domain::ids::RecordId;
use crate::domain::page::Page;
use crate::domain::record::{NewRecord, PatchRecord, Record, RecordFilter};
use crate::domain::{AppError, AppResult, record_kinds};
use crate::server::storage::records::RecordPage;
use crate::server::storage::{Conn, Db, cursor};
use serde_json::json;
use validator::Validate;

/// Latest change first. `q` is the beginning of a title, in any case.
pub async fn record_list(
    allowed: &Allowed<ReadRecords>,
    db: &Db,
    filter: &RecordFilter,
) -> AppResult<Page<Record>> {
    filter.validate()?;
    let kind = match filter.kind.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => {
            Some(text.parse().map_err(|fault: AppError| AppError::invalid("kind", fault.to_string()))?)
        }
        None => None,
    };
    let limit = cursor::limit(filter.limit.as_deref())?;
    let page = RecordPage {
        kind,
        title: cursor::filter("q", filter.q.as_deref())?.unwrap_or(""),
        before: cursor::before_time(filter.cursor.as_deref())?,
        limit: limit + 1,
    };
    let rows = db.read().await?.record_list(allowed.workspace(), &page).await?;
    Ok(cursor::page(rows, limit, |last| cursor::time_and_id(last.updated_at, last.id.0)))
}

pub async fn record_get(allowed: &Allowed<ReadRecords>, db: &Db, record: RecordId) -> AppResult<Record> {
    find(&mut db.read().await?, allowed, record).await
}

pub async fn record_create(allowed: &Allowed<WriteRecords>, db: &Db, input: NewRecord) -> AppResult<Record> {
    input.validate()?;
    record_kinds::validate(input.kind, &input.data)?;
    let mut tx = db.begin().await?;
    let record = tx.record_insert(allowed.workspace(), input.kind, &input.title, &input.data).await?;
    let mut entry = entry(allowed, "record.created", format!("Made the {} {}", record.kind, record.title));
    entry.result = Some(json!({"recordId": record.id, "version": record.version}));
    note(&mut tx, Topic::Record, record.id.0, entry);
    tx.commit().await?;
    Ok(record)
}

/// `if_match`: the version that the caller saw.
pub async fn record_patch(
    allowed: &Allowed<WriteRecords>,
    db: &Db,
    id: RecordId,
    input: PatchRecord,
    if_match: Option<i64>,
) -> AppResult<Record> {
    input.validate()?;
    let mut tx = db.begin().await?;
    let before = find(&mut tx, allowed, id).await?;
    same_version(if_match, before.version)?;
    let title = input.title.unwrap_or_else(|| before.title.clone());
    let data = match &input.data {
        Some(patch) => record_kinds::merge(&before.data, patch)?,
        None => before.data.clone(),
    };
    if title == before.title && data == before.data {
        return Ok(before);
    }
    record_kinds::validate(before.kind, &data)?;
    let after = tx.record_update(allowed.workspace(), &before, &title, &data).await?.ok_or_else(lost)?;
    let fields = changed_fields(&before, &title, &data);
    let description = format!("Changed the {} {}: {}", before.kind, before.title, fields.join(", "));
    let mut entry = entry(allowed, "record.changed", description);
    entry.result = Some(json!({"recordId": id, "version": after.version, "fields": fields}));
    note(&mut tx, Topic::Record, id.0, entry);
    tx.commit().await?;
    Ok(after)
}

fn changed_fields<'a>(before: &'a Record, title: &str, data: &'a Data) -> Vec<&'a str> {
    let (old, new) = (before.data.as_map(), data.as_map());
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    let set = new.iter().filter(|(key, value)| old.get(*key) != Some(value)).map(|(key, _)| key);
    let title = (title != before.title).then_some("title");
    title.into_iter().chain(set.chain(gone).map(String::as_str)).collect()
}

/// `if_match`: the version that the caller saw.
pub async fn record_delete(
    allowed: &Allowed<WriteRecords>,
    db: &Db,
    id: RecordId,
    if_match: Option<i64>,
) -> AppResult<()> {
    let mut tx = db.begin().await?;
    let record = find(&mut tx, allowed, id).await?;
    same_version(if_match, record.version)?;
    won(tx.record_delete(allowed.workspace(), id, record.version).await?)?;
    let mut entry = entry(allowed, "record.deleted", format!("Deleted the {} {}", record.kind, record.title));
    entry.result = Some(json!({"recordId": id, "version": record.version}));
    note(&mut tx, Topic::Record, id.0, entry);
    tx.commit().await?;
    Ok(())
}

async fn find<P>(conn: &mut Conn, allowed: &Allowed<P>, record: RecordId) -> AppResult<Record> {
    conn.record_get(allowed.workspace(), record).await?.ok_or_else(|| AppError::not_found("record"))
}
