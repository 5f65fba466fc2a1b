//! An edit as the fields of a form, instead of as whole data.

use super::decide::{Bulk, approve};
use crate::domain::approval::{Approval, Decide, Decided};
use crate::domain::canonical::Data;
use crate::domain::edit_fields::{at_fields, read_fields};
use crate::domain::ids::ApprovalId;
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{Allowed, Approver, DecideApprovals};
use crate::server::services::gate;
use crate::server::storage::{Conn, Db};
use std::collections::BTreeMap;
use validator::Validate;

/// Texts by the names of their fields.
pub type Fields = BTreeMap<String, String>;

/// Approves with what was sent for the fields of the data, as [`super::decide::decide`] does with whole data. The
/// fields are read against the data that the decision's hash names. Their faults are at `/editedFields/<name>`.
pub async fn decide(
    by: &Allowed<DecideApprovals>,
    db: &Db,
    id: ApprovalId,
    decision: Decide,
    sent: Fields,
) -> AppResult<Decided> {
    decision.validate()?;
    let refused = |why: &str| Err(AppError::invalid("/editedFields", why));
    if decision.edited_action_data.is_some() {
        return refused("send editedFields or editedActionData, not both");
    }
    if !decision.approved {
        return refused("a rejection cannot change the data");
    }
    let decided = approve(&Approver::new(by)?, db, id, decision, Some(&sent), Bulk::No).await;
    decided.map_err(|error| at_fields(error, "/editedActionData", &sent))
}

/// The data that the fields make of the present data.
pub(super) async fn edited(conn: &mut Conn, approval: &Approval, sent: &Fields) -> AppResult<Data> {
    let facts = conn
        .gate_facts(approval.workspace_id, approval.agent_id, approval.team_id, &approval.action_type)
        .await?
        .ok_or_else(|| AppError::not_found("workspace"))?;
    let schema = gate::data_schema(&facts, &approval.action_type)?.unwrap_or_default();
    read_fields(&schema, &approval.action_data, sent)
}
