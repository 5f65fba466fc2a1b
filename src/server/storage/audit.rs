//! Reading `agent_action_audit_log`. Writing is `Tx::audit`.

use super::{Arg, Conn, CorruptRow, StorageError, Ts};
use crate::args;
use crate::domain::approval::ActorRef;
use crate::domain::audit::AuditRow;
use crate::domain::ids::{AgentId, ApprovalId, AuditId, TeamId, WorkspaceId};
use crate::domain::risk::RiskLevel;
use crate::domain::workspace::Department;
use chrono::{DateTime, Utc};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    seq: Option<i64>,
    workspace_id: Uuid,
    team_id: Option<Uuid>,
    agent_id: Option<Uuid>,
    actor_kind: String,
    actor_id: Uuid,
    actor_name: String,
    event: String,
    action_type: Option<String>,
    action_data: Option<String>,
    description: String,
    approval_id: Option<Uuid>,
    risk_level: Option<String>,
    was_automatic: bool,
    success: Option<bool>,
    error: Option<String>,
    result: Option<String>,
    duration_ms: Option<i64>,
    executed_at: Ts,
    prev_hash: Option<String>,
    hash: Option<String>,
}

const COLUMNS: &str = crate::sql!(
    "SELECT id, seq, workspace_id, team_id, agent_id, actor_kind, actor_id, actor_name, event, action_type, ",
    "action_data, description, approval_id, risk_level, was_automatic, success, error, result, duration_ms, ",
    "executed_at, prev_hash, hash FROM agent_action_audit_log"
);

/// A parsed filter of the audit list. `None`: no such condition.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    pub team: Option<TeamId>,
    pub agent: Option<AgentId>,
    pub approval: Option<ApprovalId>,
    pub actor: Option<Uuid>,
    pub department: Option<Department>,
    pub reviewer: Option<Uuid>,
    pub opened: Option<bool>,
    pub event: Option<String>,
    pub action_type: Option<String>,
    pub risk: Option<RiskLevel>,
    pub automatic: Option<bool>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub after: Option<(DateTime<Utc>, Uuid)>,
    pub oldest_first: bool,
    pub limit: u32,
}

impl Conn {
    /// Up to `limit + 1` rows, newest first unless asked otherwise.
    pub async fn audit_list(
        &mut self,
        workspace: WorkspaceId,
        query: &AuditQuery,
    ) -> Result<Vec<AuditRow>, StorageError> {
        let (sql, args) = statement(workspace, query);
        Ok(self
            .fetch_all::<Row>(sql, args)
            .await?
            .into_iter()
            .map(AuditRow::try_from)
            .collect::<Result<_, _>>()?)
    }
}

/// The statement for a query. Fragments are fixed here; data travels as arguments only.
pub fn statement(workspace: WorkspaceId, query: &AuditQuery) -> (String, Vec<Arg>) {
    let mut args: Vec<Arg> = args![workspace];
    let mut sql = format!("{COLUMNS} WHERE workspace_id = $1");
    let mut and = |condition: &str, values: Vec<Arg>| {
        let mut condition = condition.to_owned();
        for value in values {
            args.push(value);
            condition = condition.replacen('?', &format!("${}", args.len()), 1);
        }
        sql.push_str(" AND ");
        sql.push_str(&condition);
    };
    if let Some(team) = query.team {
        and("team_id = ?", args![team]);
    }
    if let Some(agent) = query.agent {
        and("agent_id = ?", args![agent]);
    }
    if let Some(approval) = query.approval {
        and("approval_id = ?", args![approval]);
    }
    if let Some(actor) = query.actor {
        and("actor_id = ?", args![actor]);
    }
    if let Some(department) = query.department {
        let teams =
            "team_id IN (SELECT d.id FROM agent_teams d WHERE d.workspace_id = $1 AND d.department = ?)";
        match department {
            // What has no team is general.
            Department::General => {
                and(&format!("({teams} OR team_id IS NULL)"), args![department.as_str()]);
            }
            _ => and(teams, args![department.as_str()]),
        }
    }
    if let Some(reviewer) = query.reviewer {
        // An undoing is about an approval that was taken back, all else about one that was not.
        let given = "EXISTS (SELECT 1 FROM approval_patterns p WHERE p.workspace_id = $1 \
             AND p.approval_id = agent_action_audit_log.approval_id AND p.reviewer_id = ? AND p.approved = ? \
             AND p.undone = (agent_action_audit_log.event = 'approval.undone'))";
        and(given, args![reviewer, true]);
    }
    if let Some(opened) = query.opened {
        let had_opened = "EXISTS (SELECT 1 FROM approval_opens o WHERE o.workspace_id = $1 \
             AND o.approval_id = agent_action_audit_log.approval_id AND o.user_id = agent_action_audit_log.actor_id \
             AND o.first_opened_at <= agent_action_audit_log.executed_at)";
        and(&format!("{}{had_opened}", if opened { "" } else { "NOT " }), args![]);
        and("event IN (?, ?)", args!["approval.approved", "approval.rejected"]);
    }
    if let Some(events) = query.event.as_deref() {
        let (condition, values) = of_events(events);
        and(&condition, values);
    }
    if let Some(action_type) = &query.action_type {
        and("action_type = ?", args![action_type]);
    }
    if let Some(risk) = query.risk {
        and("risk_level = ?", args![risk.as_str()]);
    }
    if let Some(automatic) = query.automatic {
        and("was_automatic = ?", args![automatic]);
    }
    if let Some(from) = query.from {
        and("executed_at >= ?", args![from]);
    }
    if let Some(to) = query.to {
        and("executed_at < ?", args![to]);
    }
    if let Some((time, id)) = query.after {
        and(
            if query.oldest_first { "(executed_at, id) > (?, ?)" } else { "(executed_at, id) < (?, ?)" },
            args![time, id],
        );
    }
    sql.push_str(if query.oldest_first {
        " ORDER BY executed_at, id"
    } else {
        " ORDER BY executed_at DESC, id DESC"
    });
    args.push(Arg::from(i64::from(query.limit) + 1));
    sql.push_str(&format!(" LIMIT ${}", args.len()));
    (sql, args)
}

/// The condition of one event, or of several with commas between them. "approval" means "approval.…"; the character
/// after '.' is '/'.
fn of_events(events: &str) -> (String, Vec<Arg>) {
    let words: Vec<&str> = events.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    // Several are found by walking the list in its order: an engine that took each from its index would sort them all.
    let column = if words.len() > 1 { "(event || '')" } else { "event" };
    let (mut conditions, mut values) = (Vec::new(), Vec::new());
    for word in words {
        if word.contains('.') {
            conditions.push(format!("{column} = ?"));
            values.extend(args![word]);
        } else {
            conditions.push(format!("({column} >= ? AND {column} < ?)"));
            values.extend(args![format!("{word}."), format!("{word}/")]);
        }
    }
    match conditions.is_empty() {
        true => ("1 = 0".to_owned(), values),
        false => (format!("({})", conditions.join(" OR ")), values),
    }
}

impl TryFrom<Row> for AuditRow {
    type Error = CorruptRow;

    fn try_from(row: Row) -> Result<Self, CorruptRow> {
        let id = row.id;
        let fault = |column: &'static str, cause: String| {
            CorruptRow::new("agent_action_audit_log", column, id, cause)
        };
        let json = |column: &'static str, text: Option<String>| {
            text.map(|text| serde_json::from_str(&text))
                .transpose()
                .map_err(|cause| fault(column, cause.to_string()))
        };
        Ok(Self {
            id: AuditId(id),
            seq: row.seq,
            workspace_id: WorkspaceId(row.workspace_id),
            team_id: row.team_id.map(TeamId),
            agent_id: row.agent_id.map(AgentId),
            actor: ActorRef {
                kind: row.actor_kind.parse().map_err(|cause| fault("actor_kind", format!("{cause}")))?,
                id: row.actor_id,
                name: row.actor_name,
            },
            event: row.event,
            action_type: row.action_type,
            action_data: json("action_data", row.action_data)?,
            description: row.description,
            approval_id: row.approval_id.map(ApprovalId),
            risk_level: row
                .risk_level
                .map(|text| text.parse())
                .transpose()
                .map_err(|cause| fault("risk_level", format!("{cause}")))?,
            was_automatic: row.was_automatic,
            success: row.success,
            error: row.error,
            result: json("result", row.result)?,
            duration_ms: row.duration_ms,
            executed_at: row.executed_at.into(),
            prev_hash: row.prev_hash,
            hash: row.hash,
        })
    }
}
