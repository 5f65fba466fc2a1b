//! Reading the audit trail.

use super::approvals::read::page_limit;
use super::ctx::{Allowed, ReadAudit};
use crate::domain::audit::{AuditFilter, AuditRow};
use crate::domain::chain::ChainRow;
use crate::domain::page::Page;
use crate::domain::params::{given, parsed, words_of};
use crate::domain::{AppError, AppResult};
use crate::server::storage::approvals::words;
use crate::server::storage::audit::{AuditQuery, Order};
use crate::server::storage::{Db, cursor};
use chrono::{DateTime, Utc};
use futures::stream::{self, Stream};
use validator::Validate;

/// Rows of an export that are in memory at once. One may hold 256 KiB of data.
const EXPORT_ROWS: u32 = 128;

pub async fn list(by: &Allowed<ReadAudit>, db: &Db, filter: &AuditFilter) -> AppResult<Page<AuditRow>> {
    filter.validate()?;
    let query = parse(filter)?;
    let rows = db.read().await?.audit_list(by.workspace(), &query).await?;
    Ok(cursor::page(rows, query.limit, |last| cursor::time_and_id(last.executed_at, last.id.0)))
}

/// The same page with every column as it is kept.
pub async fn list_exact(by: &Allowed<ReadAudit>, db: &Db, filter: &AuditFilter) -> AppResult<Page<ChainRow>> {
    filter.validate()?;
    let query = parse(filter)?;
    let rows = db.read().await?.audit_list_exact(by.workspace(), &query).await?;
    Ok(cursor::page(rows, query.limit, |last| cursor::time_and_id(last.executed_at, last.id)))
}

/// Everything that fits a filter, the newest first, some rows at a time: the next ones are read when they are asked
/// for, and no connection is held in between.
///
/// What is sealed while it runs is left out, so that the numbers in it have no gaps but those of the filter.
pub async fn export(
    by: &Allowed<ReadAudit>,
    db: &Db,
    filter: &AuditFilter,
) -> AppResult<impl Stream<Item = AppResult<Vec<ChainRow>>> + Send + use<>> {
    filter.validate()?;
    let (db, workspace) = (db.clone(), by.workspace());
    let head = db.read().await?.chain_head(workspace).await?;
    let sealed_to = Some(head.map_or(0, |head| head.mark.seq));
    let query = AuditQuery { sealed_to, limit: EXPORT_ROWS, ..parse(filter)? };
    Ok(stream::try_unfold(Some(query), move |query| {
        let db = db.clone();
        async move {
            let Some(query) = query else { return Ok(None) };
            let mut rows = db.read().await?.audit_walk(workspace, &query).await?;
            let more = rows.len() > query.limit as usize;
            rows.truncate(query.limit as usize);
            let after = rows.last().map(|last| (last.executed_at, last.id));
            Ok(Some((rows, more.then_some(AuditQuery { after, ..query }))))
        }
    }))
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
        words: words_of("q", filter.q.as_deref(), &mut errors).as_deref().map(words).unwrap_or_default(),
        sealed_to: None,
        after: None,
        order: Order::NewestFirst,
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
