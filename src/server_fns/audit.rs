//! The audit trail.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::audit::{AuditFilter, AuditRow};
use crate::domain::page::Page;
use leptos::prelude::*;

/// The audit trail, newest first.
#[server(name = AuditList, prefix = "/api/fn", endpoint = "audit/list", protocol = JsonOrForm)]
pub async fn audit_list(filter: AuditFilter) -> Result<Page<AuditRow>, AppError> {
    use super::door;
    use crate::server::services::{audit, ctx::ReadAudit};
    let (state, by) = door::allowed::<ReadAudit>().await?;
    door::answer(audit::list(&by, &state.db, &filter)).await
}
