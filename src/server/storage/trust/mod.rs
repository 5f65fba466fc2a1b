//! `trust_grants`: suggestions of trust, grants, and what became of them. What they rest on is in `evidence.rs`.
//!
//! Whoever may change what is true of one team and action type takes [`Tx::trust_lock`] first, so that a suggestion,
//! an acceptance and a setback never pass each other unseen. The gate only reads, under [`Tx::trust_hold`].

mod evidence;

use super::db::Engine;
use super::read::{At, all};
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::ids::{ApprovalId, TeamId, TrustGrantId, UserId, WorkspaceId};
use crate::domain::trust::{Evidence, LASTS, TrustEnd, TrustGrant, TrustStatus};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Everything a grant is read with; a `WHERE` follows.
const COLUMNS: &str = sql!(
    "SELECT g.id, g.team_id, t.name AS team_name, g.action_type, g.risk_level, g.status, g.approvals_in_row, ",
    "g.suggested_at, g.expires_at, g.decided_by, d.name AS decided_by_name, g.decided_at, g.ended_at, ",
    "g.ended_reason, e.name AS ended_by_name, g.note, g.version FROM trust_grants g ",
    "JOIN agent_teams t ON t.id = g.team_id LEFT JOIN users d ON d.id = g.decided_by ",
    "LEFT JOIN users e ON e.id = g.ended_by"
);

#[derive(sqlx::FromRow)]
struct GrantRow {
    id: Uuid,
    team_id: Uuid,
    team_name: String,
    action_type: String,
    risk_level: String,
    status: String,
    approvals_in_row: i64,
    suggested_at: Ts,
    expires_at: Ts,
    decided_by: Option<Uuid>,
    decided_by_name: Option<String>,
    decided_at: Option<Ts>,
    ended_at: Option<Ts>,
    ended_reason: Option<String>,
    ended_by_name: Option<String>,
    note: Option<String>,
    version: i64,
}

impl TryFrom<GrantRow> for TrustGrant {
    type Error = CorruptRow;

    fn try_from(row: GrantRow) -> Result<Self, CorruptRow> {
        let at = At { table: "trust_grants", row: row.id };
        Ok(Self {
            id: TrustGrantId(row.id),
            team_id: TeamId(row.team_id),
            team_name: row.team_name,
            action_type: row.action_type,
            risk_level: at.word("risk_level", &row.risk_level)?,
            status: at.word("status", &row.status)?,
            approvals_in_row: row.approvals_in_row,
            suggested_at: row.suggested_at.into(),
            expires_at: row.expires_at.into(),
            decided_by: row.decided_by.map(UserId),
            decided_by_name: row.decided_by_name,
            decided_at: row.decided_at.map(Into::into),
            ended_at: row.ended_at.map(Into::into),
            ended_reason: row.ended_reason.map(|text| at.word("ended_reason", &text)).transpose()?,
            ended_by_name: row.ended_by_name,
            note: row.note,
            version: row.version,
        })
    }
}

/// One team and action type: what trust is about.
#[derive(Clone, Copy, Debug)]
pub struct TrustKey<'a> {
    pub workspace: WorkspaceId,
    pub team: TeamId,
    pub action_type: &'a str,
}

/// Which grants a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownTrust {
    /// Suggested and accepted.
    Live,
    All,
    Only(TrustStatus),
}

impl Conn {
    /// Newest first, from before the id `before`.
    pub async fn trust_list(
        &mut self,
        workspace: WorkspaceId,
        team: Option<TeamId>,
        shown: ShownTrust,
        before: Uuid,
        limit: u32,
    ) -> Result<Vec<TrustGrant>, StorageError> {
        // The words of the partial index, so that the list of what is live never reads what is over.
        let status = match shown {
            ShownTrust::Live => "AND g.status IN ('suggested', 'accepted') ",
            ShownTrust::All | ShownTrust::Only(_) => "",
        };
        let only = match shown {
            ShownTrust::Only(status) => Some(status.as_str()),
            ShownTrust::Live | ShownTrust::All => None,
        };
        let sql = format!(
            "{COLUMNS} WHERE g.workspace_id = $1 AND g.id < $2 {status}\
             AND (g.team_id = $3 OR $3 IS NULL) AND (g.status = $4 OR $4 IS NULL) ORDER BY g.id DESC LIMIT $5"
        );
        let rows: Vec<GrantRow> =
            self.fetch_all(sql, args![workspace, before, team, only, i64::from(limit)]).await?;
        Ok(all(rows)?)
    }

    pub async fn trust_get(
        &mut self,
        workspace: WorkspaceId,
        id: TrustGrantId,
    ) -> Result<Option<TrustGrant>, StorageError> {
        let sql = format!("{COLUMNS} WHERE g.workspace_id = $1 AND g.id = $2");
        let row: Option<GrantRow> = self.fetch_optional(sql, args![workspace, id]).await?;
        Ok(row.map(TrustGrant::try_from).transpose()?)
    }

    /// What is suggested and what is accepted: one of each at most.
    pub async fn trust_live(&mut self, key: TrustKey<'_>) -> Result<Vec<TrustGrant>, StorageError> {
        let sql = format!(
            "{COLUMNS} WHERE g.workspace_id = $1 AND g.team_id = $2 AND g.action_type = $3 AND g.ended_at IS NULL"
        );
        let rows: Vec<GrantRow> =
            self.fetch_all(sql, args![key.workspace, key.team, key.action_type]).await?;
        Ok(all(rows)?)
    }
}

impl Tx {
    /// Until the end of the transaction nobody else changes what is true of this team and type. SQLite has one writer
    /// at a time anyway.
    pub async fn trust_lock(&mut self, key: TrustKey<'_>) -> Result<(), StorageError> {
        if self.engine() == Engine::Postgres {
            let name = format!("trust/{}/{}/{}", key.workspace, key.team, key.action_type);
            self.execute(
                sql!(/* postgres */ "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"),
                args![name],
            )
            .await?;
        }
        Ok(())
    }

    /// Whether the grant still stands, and until the end of the transaction it does: whoever ends it waits. `false`:
    /// it ended since it was looked at.
    pub async fn trust_hold(
        &mut self,
        workspace: WorkspaceId,
        id: TrustGrantId,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let sql = self.dialect(
            sql!(
                "SELECT id FROM trust_grants WHERE workspace_id = $1 AND id = $2 AND status = 'accepted' ",
                "AND expires_at > $3"
            ),
            sql!(
                "SELECT id FROM trust_grants WHERE workspace_id = $1 AND id = $2 AND status = 'accepted' ",
                "AND expires_at > $3 FOR SHARE"
            ),
        );
        let row: Option<(Uuid,)> = self.fetch_optional(sql, args![workspace, id, now]).await?;
        Ok(row.is_some())
    }

    /// `None`: there is a suggestion already.
    pub async fn trust_suggest(
        &mut self,
        key: TrustKey<'_>,
        found: &Evidence,
    ) -> Result<Option<TrustGrantId>, StorageError> {
        let (id, now) = (TrustGrantId(self.id()), self.now());
        let inserted = self
            .execute(
                sql!(
                    "INSERT INTO trust_grants (id, workspace_id, team_id, action_type, risk_level, status, evidence, ",
                    "approvals_in_row, suggested_at, expires_at) ",
                    "VALUES ($1, $2, $3, $4, $5, 'suggested', $6, $7, $8, $9) ON CONFLICT DO NOTHING"
                ),
                args![
                    id,
                    key.workspace,
                    key.team,
                    key.action_type,
                    found.risk.as_str(),
                    Arg::json(&found.approvals),
                    found.approvals.len() as i64,
                    now,
                    found.good_until
                ],
            )
            .await?;
        Ok((inserted == 1).then_some(id))
    }

    /// Rests an open suggestion on newer evidence. Another risk is another suggestion: a new version.
    pub async fn trust_renew(
        &mut self,
        workspace: WorkspaceId,
        id: TrustGrantId,
        found: &Evidence,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "UPDATE trust_grants SET version = CASE WHEN risk_level = $3 THEN version ELSE version + 1 END, ",
                "risk_level = $3, evidence = $4, approvals_in_row = $5, expires_at = $6 ",
                "WHERE workspace_id = $1 AND id = $2 AND status = 'suggested'"
            ),
            args![
                workspace,
                id,
                found.risk.as_str(),
                Arg::json(&found.approvals),
                found.approvals.len() as i64,
                found.good_until
            ],
        )
        .await?;
        Ok(())
    }

    /// `suggested → accepted`, of the version that was seen; it lapses after [`LASTS`].
    pub async fn trust_accept(
        &mut self,
        workspace: WorkspaceId,
        seen: &TrustGrant,
        by: UserId,
        found: &Evidence,
    ) -> Result<Option<DateTime<Utc>>, StorageError> {
        let now = self.now();
        let until = now + LASTS;
        let changed = self
            .execute(
                sql!(
                    "UPDATE trust_grants SET status = 'accepted', decided_by = $4, decided_at = $5, expires_at = $6, ",
                    "evidence = $7, approvals_in_row = $8, version = version + 1 WHERE workspace_id = $1 AND id = $2 ",
                    "AND version = $3 AND status = 'suggested' AND expires_at > $5"
                ),
                args![
                    workspace,
                    seen.id,
                    seen.version,
                    by,
                    now,
                    until,
                    Arg::json(&found.approvals),
                    found.approvals.len() as i64
                ],
            )
            .await?;
        Ok((changed == 1).then_some(until))
    }

    /// `suggested → declined`, of the version that was seen.
    pub async fn trust_decline(
        &mut self,
        workspace: WorkspaceId,
        seen: &TrustGrant,
        by: UserId,
        note: Option<&str>,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE trust_grants SET status = 'declined', decided_by = $4, decided_at = $5, ended_at = $5, ",
                    "note = $6, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND version = $3 AND status = 'suggested'"
                ),
                args![workspace, seen.id, seen.version, by, now, note],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Ends what is live, as `ended` says. `false`: it is no longer as it was seen.
    pub async fn trust_end(
        &mut self,
        workspace: WorkspaceId,
        seen: &TrustGrant,
        ended: &Ended<'_>,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE trust_grants SET status = $4, ended_at = $5, ended_reason = $6, ended_by = $7, note = $8, ",
                    "version = version + 1 WHERE workspace_id = $1 AND id = $2 AND status = $3"
                ),
                args![
                    workspace,
                    seen.id,
                    seen.status.as_str(),
                    ended.status.as_str(),
                    now,
                    ended.reason.as_str(),
                    ended.by,
                    ended.note
                ],
            )
            .await?;
        Ok(changed == 1)
    }
}

/// How something live ends.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    pub status: TrustStatus,
    pub reason: TrustEnd,
    /// The person, where one says so.
    pub by: Option<UserId>,
    pub note: Option<&'a str>,
}

/// The ids kept as JSON text.
fn approvals(id: TrustGrantId, text: &str) -> Result<Vec<ApprovalId>, CorruptRow> {
    At { table: "trust_grants", row: id.0 }.json("evidence", text)
}
