//! Reading the audit trail.

use super::approvals::read::page_limit;
use super::ctx::{Allowed, ReadAudit};
use crate::domain::audit::{AuditFilter, AuditRow};
use crate::domain::page::Page;
use crate::domain::params::{given, parsed, words_of};
use crate::domain::{AppError, AppResult};
use crate::server::storage::audit::AuditQuery;
use crate::server::storage::{Db, cursor};
use chrono::{DateTime, Utc};
use validator::Validate;

pub async fn list(by: &Allowed<ReadAudit>, db: &Db, filter: &AuditFilter) -> AppResult<Page<AuditRow>> {
    filter.validate()?;
    let query = parse(filter)?;
    let rows = db.read().await?.audit_list(by.workspace(), &query).await?;
    Ok(cursor::page(rows, query.limit, |last| cursor::time_and_id(last.executed_at, last.id.0)))
}

fn parse(filter: &AuditFilter) -> AppResult<AuditQuery> {
    let mut errors = Vec::new();
    let mut query = AuditQuery {
        team: parsed("teamId", filter.team_id.as_deref(), &mut errors),
        agent: parsed("agentId", filter.agent_id.as_deref(), &mut errors),
        approval: parsed("approvalId", filter.approval_id.as_deref(), &mut errors),
        reviewer: parsed("reviewerId", filter.reviewer_id.as_deref(), &mut errors),
        opened: parsed("opened", filter.opened.as_deref(), &mut errors),
        department: parsed("department", filter.department.as_deref(), &mut errors),
        actor: parsed("actorId", filter.actor_id.as_deref(), &mut errors),
        event: words_of("event", filter.event.as_deref(), &mut errors),
        action_type: words_of("actionType", filter.action_type.as_deref(), &mut errors),
        risk: parsed("riskLevel", filter.risk_level.as_deref(), &mut errors),
        automatic: parsed("automatic", filter.automatic.as_deref(), &mut errors),
        from: parsed::<DateTime<Utc>>("from", filter.from.as_deref(), &mut errors),
        to: parsed::<DateTime<Utc>>("to", filter.to.as_deref(), &mut errors),
        after: None,
        oldest_first: false,
        limit: page_limit(filter.limit.as_deref(), &mut errors),
    };
    if let Some(text) = given(filter.cursor.as_deref()) {
        match cursor::before_time(Some(text)) {
            Ok(after) => query.after = Some(after),
            Err(error) => errors.extend_from_slice(error.errors()),
        }
    }
    if errors.is_empty() { Ok(query) } else { Err(AppError::Invalid { errors }) }
}

/// Another workspace's team is no team here.
pub async fn require_team(
    mut conn: crate::server::storage::Conn,
    by: &Allowed<ReadAudit>,
    team: crate::domain::ids::TeamId,
) -> AppResult<()> {
    match conn.gate_facts(by.workspace(), None, Some(team), "").await?.and_then(|facts| facts.team) {
        Some(_) => Ok(()),
        None => Err(AppError::not_found("team")),
    }
}
