//! The row, and how it becomes the domain's approval.

use crate::domain::approval::{ActorRef, Approval};
use crate::domain::attending::Attending;
use crate::domain::canonical::Data;
use crate::domain::catalogue::{self, Executor, SeenRecord};
use crate::domain::ids::{AgentId, ApprovalId, ExecutionId, TeamId, TrustGrantId, UserId, WorkspaceId};
use crate::domain::outcome::Outcome;
use crate::server::storage::{Arg, CorruptRow, StorageError, Ts, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// Everything an approval is read with; a `WHERE` follows.
pub(super) const COLUMNS: &str = sql!(
    "SELECT a.id, a.workspace_id, a.team_id, a.agent_id, a.workflow_execution_id, a.action_type, a.action_data, ",
    "a.original_data, a.description, a.risk_level, a.risk_reasons, a.gate_reasons, a.executor, a.status, ",
    "a.reviewed_by, a.reviewed_at, a.review_notes, a.expires_at, a.expiry_paused_at, a.created_at, a.args_hash, ",
    "a.version, a.required_approvals, a.requested_by_kind, a.requested_by_id, a.requested_by_name, a.external_ref, ",
    "a.hold_until, a.outcome, a.fence, a.outcome_attempts, a.outcome_started_at, a.outcome_finished_at, ",
    "a.outcome_error, a.outcome_result, a.claimed_at, a.claimed_by, a.decision_key, t.name AS team_name, g.name AS agent_name, ",
    "g.owner_id AS agent_owner_id, u.name AS reviewer_name, a.sentence, a.comment_count, ",
    "a.attending_by, a.attending_name, a.attending_until, a.trust_grant_id ",
    "FROM agent_pending_actions a ",
    "LEFT JOIN agent_teams t ON t.id = a.team_id ",
    "LEFT JOIN agents g ON g.id = a.agent_id ",
    "LEFT JOIN users u ON u.id = a.reviewed_by"
);

#[derive(sqlx::FromRow)]
pub(super) struct ApprovalRow {
    id: Uuid,
    workspace_id: Uuid,
    team_id: Option<Uuid>,
    agent_id: Option<Uuid>,
    workflow_execution_id: Option<Uuid>,
    action_type: String,
    action_data: String,
    original_data: Option<String>,
    description: String,
    risk_level: String,
    risk_reasons: String,
    gate_reasons: String,
    executor: String,
    status: String,
    reviewed_by: Option<Uuid>,
    reviewed_at: Option<Ts>,
    review_notes: Option<String>,
    expires_at: Ts,
    expiry_paused_at: Option<Ts>,
    created_at: Ts,
    args_hash: String,
    version: i64,
    required_approvals: i64,
    requested_by_kind: String,
    requested_by_id: Uuid,
    requested_by_name: String,
    external_ref: Option<String>,
    hold_until: Option<Ts>,
    outcome: String,
    fence: i64,
    outcome_attempts: i64,
    outcome_started_at: Option<Ts>,
    outcome_finished_at: Option<Ts>,
    outcome_error: Option<String>,
    outcome_result: Option<String>,
    claimed_at: Option<Ts>,
    claimed_by: Option<Uuid>,
    decision_key: Option<String>,
    team_name: Option<String>,
    agent_name: Option<String>,
    agent_owner_id: Option<Uuid>,
    reviewer_name: Option<String>,
    sentence: Option<String>,
    comment_count: i64,
    attending_by: Option<Uuid>,
    attending_name: Option<String>,
    attending_until: Option<Ts>,
    trust_grant_id: Option<Uuid>,
}

/// An approval with the facts that a decision or a performer needs and that the API does not show.
#[derive(Clone, Debug)]
pub struct Deciding {
    pub approval: Approval,
    pub executor: Executor,
    pub agent_owner_id: Option<UserId>,
    /// Who started the execution one of whose steps asks.
    pub execution_starter: Option<UserId>,
    pub claimed_by: Option<AgentId>,
    /// The idempotency key of the request that decided.
    pub decision_key: Option<String>,
    pub fence: i64,
}

fn word<T: FromStr>(id: Uuid, column: &'static str, text: &str) -> Result<T, CorruptRow>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|cause| CorruptRow::new("agent_pending_actions", column, id, cause))
}

fn json<T: serde::de::DeserializeOwned>(id: Uuid, column: &'static str, text: &str) -> Result<T, CorruptRow> {
    serde_json::from_str(text).map_err(|cause| CorruptRow::new("agent_pending_actions", column, id, cause))
}

impl TryFrom<ApprovalRow> for Deciding {
    type Error = CorruptRow;

    fn try_from(row: ApprovalRow) -> Result<Self, CorruptRow> {
        let executor = word(row.id, "executor", &row.executor)?;
        let agent_owner_id = row.agent_owner_id.map(UserId);
        let claimed_by = row.claimed_by.map(AgentId);
        let fence = row.fence;
        let decision_key = row.decision_key.clone();
        let approval = row.try_into()?;
        Ok(Self {
            approval,
            executor,
            agent_owner_id,
            execution_starter: None,
            claimed_by,
            decision_key,
            fence,
        })
    }
}

impl TryFrom<ApprovalRow> for Approval {
    type Error = CorruptRow;

    fn try_from(row: ApprovalRow) -> Result<Self, CorruptRow> {
        let id = row.id;
        let data: Data = json(id, "action_data", &row.action_data)?;
        Ok(Self {
            id: ApprovalId(id),
            workspace_id: WorkspaceId(row.workspace_id),
            team_id: row.team_id.map(TeamId),
            agent_id: row.agent_id.map(AgentId),
            workflow_execution_id: row.workflow_execution_id.map(ExecutionId),
            // Kept with every approval since schema version 2.
            sentence: row.sentence.unwrap_or_else(|| catalogue::sentence(&row.action_type, None, &data)),
            action_data: data,
            original_data: row.original_data.map(|text| json(id, "original_data", &text)).transpose()?,
            action_type: row.action_type,
            description: row.description,
            risk_level: word(id, "risk_level", &row.risk_level)?,
            risk_reasons: json(id, "risk_reasons", &row.risk_reasons)?,
            gate_reasons: json(id, "gate_reasons", &row.gate_reasons)?,
            trust_grant_id: row.trust_grant_id.map(TrustGrantId),
            status: word(id, "status", &row.status)?,
            reviewed_by: row.reviewed_by.map(UserId),
            reviewed_at: row.reviewed_at.map(Into::into),
            review_notes: row.review_notes,
            expires_at: row.expires_at.into(),
            expiry_paused: row.expiry_paused_at.is_some(),
            created_at: row.created_at.into(),
            args_hash: row.args_hash,
            version: row.version,
            required_approvals: row.required_approvals,
            votes: Vec::new(),
            requested_by: ActorRef {
                kind: word(id, "requested_by_kind", &row.requested_by_kind)?,
                id: row.requested_by_id,
                name: row.requested_by_name,
            },
            external_ref: row.external_ref,
            hold_until: row.hold_until.map(Into::into),
            outcome: Outcome {
                status: word(id, "outcome", &row.outcome)?,
                attempts: row.outcome_attempts,
                started_at: row.outcome_started_at.map(Into::into),
                finished_at: row.outcome_finished_at.map(Into::into),
                error: row.outcome_error,
                result: row.outcome_result.map(|text| json(id, "outcome_result", &text)).transpose()?,
            },
            team_name: row.team_name,
            agent_name: row.agent_name,
            reviewer_name: row.reviewer_name,
            claimed_at: row.claimed_at.map(Into::into),
            comment_count: row.comment_count,
            attending: match (row.attending_by, row.attending_name, row.attending_until) {
                (Some(user), Some(name), Some(until)) => {
                    Some(Attending { user_id: UserId(user), name, until: until.into() })
                }
                _ => None,
            },
        })
    }
}

/// An approval before it is written.
#[derive(Clone, Debug)]
pub struct NewApproval {
    pub approval: Approval,
    pub executor: Executor,
    pub idempotency_key: Option<String>,
    /// When the clock already stands still at birth.
    pub expiry_paused_at: Option<DateTime<Utc>>,
    /// The records that it is about, as they are.
    pub seen: Vec<SeenRecord>,
}

/// Position in "worst first": 0 is critical.
pub(in crate::server::storage) fn risk_order(level: crate::domain::risk::RiskLevel) -> i64 {
    3 - level as i64
}

/// Words for full-text search, at most 20,000 bytes.
pub(in crate::server::storage) fn search_words(texts: &[&str]) -> String {
    const MOST: usize = 20_000;
    let each: Vec<String> = texts.iter().map(|text| fold(&text[..text.floor_char_boundary(MOST)])).collect();
    let mut words = each.join(" ");
    words.truncate(words.floor_char_boundary(MOST));
    words
}

/// Lower case, without accents, everything but letters and digits as space: both engines cut words at the same
/// places, and "Muller" finds "Müller".
pub(super) fn fold(text: &str) -> String {
    let accent = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    let plain = text.nfkd().filter(|c| !accent(c)).flat_map(char::to_lowercase).filter(|c| !accent(c));
    plain.map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect()
}

impl Tx {
    /// Writes a new approval. `false`: a repeat of a request that is already kept (same `externalRef` or key).
    pub async fn approval_insert(&mut self, new: &NewApproval) -> Result<bool, StorageError> {
        let a = &new.approval;
        let data = a.action_data.canonical();
        let search = search_words(&[
            &a.description,
            &a.action_type,
            a.agent_name.as_deref().unwrap_or_default(),
            a.team_name.as_deref().unwrap_or_default(),
            &data,
        ]);
        let inserted = self
            .execute(
                sql!(
                    "INSERT INTO agent_pending_actions (id, workspace_id, team_id, agent_id, workflow_execution_id, ",
                    "action_type, action_data, description, risk_level, risk_order, risk_reasons, gate_reasons, ",
                    "executor, status, expires_at, expiry_paused_at, created_at, args_hash, required_approvals, ",
                    "requested_by_kind, requested_by_id, requested_by_name, external_ref, idempotency_key, outcome, ",
                    "search, reviewed_at, seen_records, sentence, trust_grant_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, ",
                    "$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30) ",
                    "ON CONFLICT DO NOTHING"
                ),
                args![
                    a.id,
                    a.workspace_id,
                    a.team_id,
                    a.agent_id,
                    a.workflow_execution_id,
                    a.action_type.as_str(),
                    data,
                    a.description.as_str(),
                    a.risk_level.as_str(),
                    risk_order(a.risk_level),
                    Arg::json(&a.risk_reasons),
                    Arg::json(&a.gate_reasons),
                    new.executor.as_str(),
                    a.status.as_str(),
                    a.expires_at,
                    new.expiry_paused_at,
                    a.created_at,
                    a.args_hash.as_str(),
                    a.required_approvals,
                    a.requested_by.kind.as_str(),
                    a.requested_by.id,
                    a.requested_by.name.as_str(),
                    a.external_ref.as_deref(),
                    new.idempotency_key.as_deref(),
                    a.outcome.status.as_str(),
                    search,
                    a.reviewed_at,
                    Arg::json(&new.seen),
                    a.sentence.as_str(),
                    a.trust_grant_id
                ],
            )
            .await?;
        Ok(inserted == 1)
    }
}
