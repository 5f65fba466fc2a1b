//! Records: the business objects that built-in actions read and change.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::RecordId;
use crate::domain::page::Page;
use crate::domain::record::{NewRecord, PatchRecord, Record, RecordFilter};
use leptos::prelude::*;

/// The records, last changed first.
#[server(name = RecordList, prefix = "/api/fn", endpoint = "records/list", protocol = JsonOrForm)]
pub async fn record_list(#[server(default)] filter: RecordFilter) -> Result<Page<Record>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadRecords, records};
    let (state, by) = door::allowed::<ReadRecords>().await?;
    door::answer(records::record_list(&by, &state.db, &filter)).await
}

#[server(name = RecordGet, prefix = "/api/fn", endpoint = "records/get", protocol = JsonOrForm)]
pub async fn record_get(id: RecordId) -> Result<Record, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadRecords, records};
    let (state, by) = door::allowed::<ReadRecords>().await?;
    door::answer(records::record_get(&by, &state.db, id)).await
}

/// Makes a record. Values of `data` may be texts, as [`crate::domain::record_form`] reads them.
#[server(name = RecordCreate, prefix = "/api/fn", endpoint = "records/create", protocol = JsonOrForm)]
pub async fn record_create(input: NewRecord) -> Result<Record, AppError> {
    use super::{door, reply};
    use crate::domain::record_form;
    use crate::server::services::{ctx::WriteRecords, records};
    let (state, by) = door::allowed::<WriteRecords>().await?;
    door::answer(async {
        let data = record_form::read(input.kind, &input.data, &Default::default())?;
        let record = records::record_create(&by, &state.db, NewRecord { data, ..input }).await?;
        reply::go_to(&format!("/records/{}?done=created", record.id));
        Ok(record)
    })
    .await
}

/// Changes a record. Values of `data` may be texts; a blank one clears its field, an absent one stays. `version`:
/// the one that the caller saw; another one is refused.
#[server(name = RecordPatch, prefix = "/api/fn", endpoint = "records/patch", protocol = JsonOrForm)]
pub async fn record_patch(
    id: RecordId,
    version: Option<i64>,
    input: PatchRecord,
) -> Result<Record, AppError> {
    use super::{door, reply};
    use crate::domain::record_form;
    use crate::server::services::ctx::{ReadRecords, WriteRecords};
    use crate::server::services::records;
    let (state, by) = door::allowed::<WriteRecords>().await?;
    let (_, reader) = door::allowed::<ReadRecords>().await?;
    door::answer(async {
        let before = records::record_get(&reader, &state.db, id).await?;
        let data = match &input.data {
            Some(data) => Some(record_form::read(before.kind, data, &before.data)?),
            None => None,
        };
        let record =
            records::record_patch(&by, &state.db, id, PatchRecord { data, ..input }, version).await?;
        reply::go_to(&format!("/records/{id}?done=saved"));
        Ok(record)
    })
    .await
}

#[server(name = RecordDelete, prefix = "/api/fn", endpoint = "records/delete", protocol = JsonOrForm)]
pub async fn record_delete(id: RecordId, version: Option<i64>) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteRecords, records};
    let (state, by) = door::allowed::<WriteRecords>().await?;
    door::answer(async {
        records::record_delete(&by, &state.db, id, version).await?;
        reply::go_to("/records?done=deleted");
        Ok(())
    })
    .await
}
