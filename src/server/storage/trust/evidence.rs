//! What trust rests on: people's decisions, setbacks, and what the last 30 days would have been under a grant.

use super::{TrustKey, approvals};
use crate::domain::ids::{ApprovalId, TrustGrantId, UserId, WorkspaceId};
use crate::domain::risk::RiskLevel;
use crate::domain::trust::{EVIDENCE_KEPT, Past, Setback, TrustEvidence, TrustSimulation};
use crate::server::storage::read::{At, all};
use crate::server::storage::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct PastRow {
    approval_id: Uuid,
    risk_level: String,
    approved: bool,
    edited: bool,
    undone: bool,
    created_at: Ts,
}

impl TryFrom<PastRow> for Past {
    type Error = CorruptRow;

    fn try_from(row: PastRow) -> Result<Self, CorruptRow> {
        let at = At { table: "approval_patterns", row: row.approval_id };
        Ok(Self {
            approval: ApprovalId(row.approval_id),
            risk: at.word("risk_level", &row.risk_level)?,
            approved: row.approved,
            edited: row.edited,
            undone: row.undone,
            at: row.created_at.into(),
        })
    }
}

#[derive(sqlx::FromRow)]
struct EvidenceRow {
    id: Uuid,
    sentence: Option<String>,
    description: String,
    risk_level: String,
    agent_name: Option<String>,
    reviewer_name: Option<String>,
    reviewed_at: Option<Ts>,
    outcome: String,
}

impl TryFrom<EvidenceRow> for TrustEvidence {
    type Error = CorruptRow;

    fn try_from(row: EvidenceRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agent_pending_actions", row: row.id };
        Ok(Self {
            approval_id: ApprovalId(row.id),
            sentence: row.sentence.unwrap_or(row.description),
            risk_level: at.word("risk_level", &row.risk_level)?,
            agent_name: row.agent_name,
            reviewer_name: row.reviewer_name,
            reviewed_at: row.reviewed_at.map(Into::into),
            outcome: at.word("outcome", &row.outcome)?,
        })
    }
}

/// One group of the simulation.
#[derive(sqlx::FromRow)]
struct Group {
    status: String,
    edited: bool,
    failed: bool,
    count: i64,
}

impl Conn {
    /// The last decisions on what agents of a semi-autonomous team asked for, newest first; none for another team.
    pub async fn trust_history(
        &mut self,
        key: TrustKey<'_>,
        since: DateTime<Utc>,
    ) -> Result<Vec<Past>, StorageError> {
        let rows: Vec<PastRow> = self
            .fetch_all(
                sql!(
                    "SELECT p.approval_id, p.risk_level, p.approved, p.edited, p.undone, p.created_at ",
                    "FROM agent_teams t JOIN approval_patterns p ON p.workspace_id = t.workspace_id AND p.team_id = t.id ",
                    "JOIN agent_pending_actions a ON a.id = p.approval_id AND a.requested_by_kind = 'agent' ",
                    "WHERE t.workspace_id = $1 AND t.id = $2 AND t.autonomy_level = 'semi_autonomous' ",
                    "AND p.workspace_id = $1 AND p.team_id = $2 AND p.action_type = $3 AND p.created_at > $4 ",
                    "ORDER BY p.created_at DESC, p.id DESC LIMIT $5"
                ),
                args![key.workspace, key.team, key.action_type, since, EVIDENCE_KEPT as i64],
            )
            .await?;
        Ok(all(rows)?)
    }

    /// The last setback, or the end of the last suggestion or grant: evidence counts only after it. Exact until the
    /// commit only under [`Tx::trust_lock`].
    pub async fn trust_since(&mut self, key: TrustKey<'_>) -> Result<Option<DateTime<Utc>>, StorageError> {
        let (setback, ended): (Option<Ts>, Option<Ts>) = self
            .fetch_one(
                sql!(
                    "SELECT (SELECT MAX(created_at) FROM trust_setbacks ",
                    "WHERE workspace_id = $1 AND team_id = $2 AND action_type = $3) AS setback, ",
                    "(SELECT MAX(ended_at) FROM trust_grants ",
                    "WHERE workspace_id = $1 AND team_id = $2 AND action_type = $3) AS ended"
                ),
                args![key.workspace, key.team, key.action_type],
            )
            .await?;
        Ok(setback.max(ended).map(Into::into))
    }

    /// The approvals that a suggestion or a grant rests on, newest first.
    pub async fn trust_evidence(
        &mut self,
        workspace: WorkspaceId,
        id: TrustGrantId,
    ) -> Result<Vec<TrustEvidence>, StorageError> {
        let ids = self.trust_evidence_ids(workspace, id).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT a.id, a.sentence, a.description, a.risk_level, g.name AS agent_name, u.name AS reviewer_name, \
             a.reviewed_at, a.outcome FROM agent_pending_actions a LEFT JOIN agents g ON g.id = a.agent_id \
             LEFT JOIN users u ON u.id = a.reviewed_by WHERE a.workspace_id = $1 AND a.id IN ({})",
            places(2, ids.len())
        );
        let mut args = args![workspace];
        args.extend(ids.iter().copied().map(Arg::from));
        let rows: Vec<EvidenceRow> = self.fetch_all(sql, args).await?;
        let mut found: Vec<TrustEvidence> = all(rows)?;
        found.sort_by_key(|one| ids.iter().position(|id| *id == one.approval_id));
        Ok(found)
    }

    async fn trust_evidence_ids(
        &mut self,
        workspace: WorkspaceId,
        id: TrustGrantId,
    ) -> Result<Vec<ApprovalId>, StorageError> {
        let row: Option<(String,)> = self
            .fetch_optional(
                sql!("SELECT evidence FROM trust_grants WHERE workspace_id = $1 AND id = $2"),
                args![workspace, id],
            )
            .await?;
        let ids = row.map(|(text,)| approvals(id, &text)).transpose()?;
        Ok(ids.unwrap_or_default())
    }

    /// The name of an agent of this person's that is in the team, or whose approvals are the evidence.
    pub async fn trust_own_agent(
        &mut self,
        key: TrustKey<'_>,
        id: TrustGrantId,
        user: UserId,
    ) -> Result<Option<String>, StorageError> {
        let ids = self.trust_evidence_ids(key.workspace, id).await?;
        let of_evidence = match ids.len() {
            0 => "FALSE".to_owned(),
            count => format!(
                "EXISTS (SELECT 1 FROM agent_pending_actions a WHERE a.agent_id = g.id AND a.id IN ({}))",
                places(4, count)
            ),
        };
        let sql = format!(
            "SELECT g.name FROM agents g WHERE g.workspace_id = $1 AND g.owner_id = $3 AND ({of_evidence} OR EXISTS \
             (SELECT 1 FROM agent_team_members m WHERE m.workspace_id = $1 AND m.team_id = $2 AND m.agent_id = g.id)) \
             ORDER BY g.name LIMIT 1"
        );
        let mut args = args![key.workspace, key.team, user];
        args.extend(ids.into_iter().map(Arg::from));
        let row: Option<(String,)> = self.fetch_optional(sql, args).await?;
        Ok(row.map(|(name,)| name))
    }

    /// What agents of the team asked people for since then, that a grant up to `risk` would have let run, by what
    /// became of it. Reads along the index of the team's approvals; what the gate let through is not among them.
    pub async fn trust_simulate(
        &mut self,
        key: TrustKey<'_>,
        risk: RiskLevel,
        since: DateTime<Utc>,
    ) -> Result<TrustSimulation, StorageError> {
        // 0 is critical, 3 is low, which runs by itself without a grant.
        let worst = 3 - risk as i64;
        let groups: Vec<Group> = self
            .fetch_all(
                sql!(
                    "SELECT status, (original_data IS NOT NULL) AS edited, (outcome = 'failed') AS failed, ",
                    "COUNT(*) AS count FROM agent_pending_actions WHERE workspace_id = $1 AND team_id = $2 ",
                    "AND status IN ('pending', 'approved', 'rejected', 'expired', 'withdrawn') AND expires_at >= $4 ",
                    "AND created_at >= $4 AND action_type = $3 AND risk_order >= $5 AND risk_order < 3 ",
                    "AND required_approvals = 1 AND requested_by_kind = 'agent' GROUP BY 1, 2, 3"
                ),
                args![key.workspace, key.team, key.action_type, since, worst],
            )
            .await?;
        let (undone,): (i64,) = self
            .fetch_one(
                sql!(
                    "SELECT COUNT(*) FROM approval_patterns WHERE workspace_id = $1 AND team_id = $2 ",
                    "AND action_type = $3 AND created_at >= $4 AND undone"
                ),
                args![key.workspace, key.team, key.action_type, since],
            )
            .await?;
        let mut found = TrustSimulation { undone, ..TrustSimulation::default() };
        for Group { status, edited, failed, count } in groups {
            found.actions += count;
            match (status.as_str(), edited) {
                ("approved", false) => found.approved += count,
                ("approved", true) => found.edited += count,
                ("rejected", _) => found.rejected += count,
                _ => found.undecided += count,
            }
            if failed {
                found.failed += count;
            }
        }
        Ok(found)
    }

    /// How many actions ran by this grant, counted to at most `most`.
    pub async fn trust_ran(
        &mut self,
        workspace: WorkspaceId,
        id: TrustGrantId,
        most: i64,
    ) -> Result<i64, StorageError> {
        let (count,): (i64,) = self
            .fetch_one(
                sql!(
                    "SELECT COUNT(*) FROM (SELECT 1 AS one FROM agent_pending_actions ",
                    "WHERE workspace_id = $1 AND trust_grant_id = $2 LIMIT $3) AS ran"
                ),
                args![workspace, id, most],
            )
            .await?;
        Ok(count)
    }
}

impl Tx {
    /// Keeps what speaks against trust. The caller holds [`Tx::trust_lock`].
    pub async fn trust_setback(
        &mut self,
        key: TrustKey<'_>,
        approval: ApprovalId,
        kind: Setback,
    ) -> Result<(), StorageError> {
        let (id, now) = (self.id(), self.now());
        self.execute(
            sql!(
                "INSERT INTO trust_setbacks (id, workspace_id, team_id, action_type, approval_id, kind, created_at) ",
                "VALUES ($1, $2, $3, $4, $5, $6, $7)"
            ),
            args![id, key.workspace, key.team, key.action_type, approval, kind.as_str(), now],
        )
        .await?;
        Ok(())
    }
}

/// `$first, …` for `count` arguments.
fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}
