//! Reading approvals: the list, the detail with its preview.

use super::{comments, drift, similar};
use crate::domain::approval::{
    Approval, ApprovalDetail, ApprovalFilter, ApprovalNow, ApprovalSort, ApprovalStatus, Preview,
};
use crate::domain::approval_query::ApprovalCriteria;
use crate::domain::catalogue;
use crate::domain::edit_fields::edit_fields;
use crate::domain::ids::{ApprovalId, RecordId};
use crate::domain::member::Permission;
use crate::domain::page::{DEFAULT_LIMIT, Page};
use crate::domain::params::given;
use crate::domain::record::Record;
use crate::domain::snooze::SnoozedToo;
use crate::domain::{AppError, AppResult, FieldError};
use crate::server::services::ctx::{Allowed, Holder, ReadApprovals};
use crate::server::services::gate;
use crate::server::storage::approvals::{Aside, ListQuery, SortKey, words};
use crate::server::storage::audit::{AuditQuery, Order};
use crate::server::storage::cursor;
use crate::server::storage::{Conn, Db};
use chrono::TimeDelta;
use serde_json::json;
use std::collections::HashMap;
use validator::Validate;

pub async fn list(
    by: &Allowed<ReadApprovals>,
    db: &Db,
    filter: &ApprovalFilter,
) -> AppResult<Page<Approval>> {
    filter.validate()?;
    let query = parse(by, db, filter).await?;
    let mut conn = db.read().await?;
    let rows = conn.approval_list(&query).await?;
    Ok(cursor::page(rows, query.limit, |last| {
        let time = if query.sort == ApprovalSort::CreatedAt { last.created_at } else { last.expires_at };
        let mut key = vec![json!(query.sort), json!(last.risk_level)];
        key.extend(cursor::time_and_id(time, last.id.0));
        key
    }))
}

pub async fn get(by: &Allowed<ReadApprovals>, db: &Db, id: ApprovalId) -> AppResult<Approval> {
    db.read().await?.approval_get(by.workspace(), id).await?.ok_or_else(|| AppError::not_found("approval"))
}

/// One approval, with how its records stand.
pub async fn now(by: &Allowed<ReadApprovals>, db: &Db, id: ApprovalId) -> AppResult<ApprovalNow> {
    let mut conn = db.read().await?;
    let approval =
        conn.approval_get(by.workspace(), id).await?.ok_or_else(|| AppError::not_found("approval"))?;
    let records =
        drift::records_of(&mut conn, by.workspace(), &approval.action_type, &approval.action_data).await?;
    let records = drift::stand(&mut conn, &approval, &records).await?;
    Ok(ApprovalNow { approval, records })
}

/// Everything the detail page shows, in one go.
pub async fn detail(by: &Allowed<ReadApprovals>, db: &Db, id: ApprovalId) -> AppResult<ApprovalDetail> {
    let mut conn = db.read().await?;
    let approval =
        conn.approval_get(by.workspace(), id).await?.ok_or_else(|| AppError::not_found("approval"))?;
    let found =
        drift::records_of(&mut conn, by.workspace(), &approval.action_type, &approval.action_data).await?;
    let records = drift::stand(&mut conn, &approval, &found).await?;
    let preview = preview_with(&mut conn, &approval, found).await?;
    let query =
        AuditQuery { approval: Some(id), order: Order::OldestFirst, limit: 200, ..AuditQuery::default() };
    let history = conn.audit_list(by.workspace(), &query).await?;
    let comments = comments::readable(by, &mut conn, id).await?;
    let (similar, difference) = similar::decided(&mut conn, &approval).await?;
    let facts = conn
        .gate_facts(by.workspace(), approval.agent_id, None, &approval.action_type)
        .await?
        .ok_or_else(|| AppError::not_found("approval"))?;
    let owner = facts.agent.as_ref().and_then(|agent| agent.owner_id);
    let starter = match approval.workflow_execution_id {
        Some(execution) => conn.execution_starter(by.workspace(), execution).await?,
        None => None,
    };
    let why_not = match &by.principal().holder {
        Holder::Agent { .. } => Some("Agents never decide.".to_owned()),
        Holder::Human { .. } if !by.principal().may(Permission::DecideApprovals) => {
            Some("Your role can look, not decide.".to_owned())
        }
        Holder::Human { user_id, .. } if approval.requested_by.id == user_id.0 => {
            Some("You asked for this; somebody else decides.".to_owned())
        }
        Holder::Human { user_id, .. } if owner == Some(*user_id) => {
            Some("This is your agent's request; somebody else decides.".to_owned())
        }
        Holder::Human { user_id, .. } if starter == Some(*user_id) => {
            Some("You started the execution that asks for this; somebody else decides.".to_owned())
        }
        Holder::Human { user_id, .. } if approval.votes.iter().any(|vote| vote.user_id == *user_id) => {
            Some("You have voted; others still have to.".to_owned())
        }
        Holder::Human { .. } if approval.status != ApprovalStatus::Pending => {
            Some("This is decided already.".to_owned())
        }
        Holder::Human { .. } => None,
    };
    let edit_fields = match gate::data_schema(&facts, &approval.action_type)? {
        Some(schema) if why_not.is_none() => edit_fields(&schema, &approval.action_data),
        _ => Vec::new(),
    };
    let aside_until = match by.principal().user_id() {
        Some(user) if approval.status == ApprovalStatus::Pending => {
            conn.snooze_get(by.workspace(), user, id).await?
        }
        _ => None,
    };
    // Whoever waits for a connection while holding one may wait for ever.
    drop(conn);
    let snoozed_until = match aside_until {
        Some(until) if until > db.now().await? => Some(until),
        _ => None,
    };
    Ok(ApprovalDetail {
        may_decide: why_not.is_none(),
        why_not,
        approval,
        preview,
        records,
        history,
        comments,
        similar,
        difference,
        edit_fields,
        snoozed_until,
    })
}

/// What will happen, with the records as they are now.
pub async fn preview_of(conn: &mut Conn, approval: &Approval) -> AppResult<Preview> {
    let records =
        drift::records_of(conn, approval.workspace_id, &approval.action_type, &approval.action_data).await?;
    preview_with(conn, approval, records).await
}

async fn preview_with(conn: &mut Conn, approval: &Approval, records: Vec<Record>) -> AppResult<Preview> {
    let records: HashMap<RecordId, Record> = records.into_iter().map(|record| (record.id, record)).collect();
    let title = match catalogue::find(&approval.action_type) {
        Some(_) => None,
        None => conn
            .gate_facts(approval.workspace_id, None, None, &approval.action_type)
            .await?
            .and_then(|facts| facts.action_type)
            .map(|own| own.title),
    };
    Ok(catalogue::preview(&approval.action_type, title.as_deref(), &approval.action_data, &|id| {
        records.get(&id).cloned()
    }))
}

/// How many wait for a decision, counted to at most 1,000; for a member, without what they put aside.
pub async fn count_pending(by: &Allowed<ReadApprovals>, db: &Db) -> AppResult<i64> {
    let without = match by.principal().user_id() {
        Some(user) => Some((user, db.now().await?)),
        None => None,
    };
    Ok(db.read().await?.approval_count_pending(by.workspace(), without, 1000).await?)
}

async fn parse(by: &Allowed<ReadApprovals>, db: &Db, filter: &ApprovalFilter) -> AppResult<ListQuery> {
    let mut errors = Vec::new();
    let meant = ApprovalCriteria::read(filter, &mut errors);
    let mut query = ListQuery {
        workspace_id: by.workspace(),
        status: meant.status,
        risk: meant.risk,
        team: meant.team,
        agent: meant.agent,
        action_type: meant.action_type,
        department: meant.department,
        words: meant.q.as_deref().map(words).unwrap_or_default(),
        expires_before: None,
        outcome: meant.outcome,
        external_ref: meant.external_ref,
        aside: None,
        after: None,
        sort: meant.sort,
        limit: page_limit(filter.limit.as_deref(), &mut errors),
    };
    if let (Some(user), Some(ApprovalStatus::Pending)) = (by.principal().user_id(), query.status) {
        query.aside = match meant.snoozed {
            None => Some(Aside::Without(user, db.now().await?)),
            Some(SnoozedToo::Only) => Some(Aside::Only(user, db.now().await?)),
            Some(SnoozedToo::All) => None,
        };
    }
    if let Some(text) = given(filter.cursor.as_deref()) {
        match sort_key(text, query.sort) {
            Some(key) => query.after = Some(key),
            None => errors.push(FieldError::new("cursor", "is not a cursor of this list with this sort")),
        }
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid { errors });
    }
    if let Some(seconds) = meant.expiring_within {
        query.expires_before = Some(db.now().await? + TimeDelta::seconds(seconds));
    }
    Ok(query)
}

fn sort_key(text: &str, sort: ApprovalSort) -> Option<SortKey> {
    let [of, risk, micros, id] = cursor::decode(text).ok()?;
    (of == json!(sort)).then_some(())?;
    Some(SortKey {
        risk: serde_json::from_value(risk).ok()?,
        time: chrono::DateTime::from_timestamp_micros(micros.as_i64()?)?,
        id: serde_json::from_value(id).ok()?,
    })
}

/// The page size, or a note of what is wrong with it.
pub fn page_limit(text: Option<&str>, errors: &mut Vec<FieldError>) -> u32 {
    cursor::limit(text).unwrap_or_else(|error| {
        errors.extend_from_slice(error.errors());
        DEFAULT_LIMIT
    })
}
