//! The answers of built-in actions that read.

use crate::domain::catalogue::{ExportFormat, ReadQuery, StatusSubject};
use crate::domain::event::Topic;
use crate::domain::ids::{AgentId, ApprovalId, TeamId, WorkspaceId};
use crate::domain::memory::MemorySort;
use crate::domain::record::{Record, RecordKind};
use crate::domain::{AppError, record_kinds};
use crate::server::storage::approvals::words;
use crate::server::storage::memory::{MemoryQuery, Reader};
use crate::server::storage::records::RecordPage;
use crate::server::storage::{Tx, cursor};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Rows of one export; more is asked for in parts.
const EXPORT_MAX: u32 = 1000;

/// Why there is no answer.
pub enum Unanswered {
    Refused(String),
    Fault(AppError),
}

impl<E: Into<AppError>> From<E> for Unanswered {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}

/// `agent`: whose action it is; a person's sees all that people see.
pub async fn answer(
    tx: &mut Tx,
    workspace: WorkspaceId,
    agent: Option<AgentId>,
    query: ReadQuery,
) -> Result<Value, Unanswered> {
    match query {
        ReadQuery::Record { id } => match tx.record_get(workspace, id).await? {
            Some(record) => Ok(json!(record)),
            None => Err(Unanswered::Refused(format!("There is no record {id} in this workspace."))),
        },
        ReadQuery::List { kind, q, limit } => {
            let limit = u32::try_from(limit.clamp(1, 200)).unwrap_or(50);
            Ok(json!(list(tx, workspace, kind, q.as_deref().unwrap_or_default(), limit).await?))
        }
        ReadQuery::Status { subject, id } => status(tx, workspace, subject, id).await,
        ReadQuery::Analytics { from, to, department } => {
            let figures = tx.figures(workspace, from, to, department.map(|d| d.as_str())).await?;
            let total: i64 = figures.iter().map(|figure| figure.count).sum();
            let rows: Vec<Value> = figures
                .into_iter()
                .map(|f| json!({ "status": f.status, "outcome": f.outcome, "count": f.count }))
                .collect();
            Ok(json!({ "from": from, "to": to, "total": total, "figures": rows }))
        }
        ReadQuery::Availability { from, to } => availability(tx, workspace, from, to).await,
        ReadQuery::Memory { query, limit } => recall(tx, workspace, agent, &query, limit).await,
        ReadQuery::Export { kind, ids, format } => {
            let records = match ids {
                Some(ids) => tx.records_by_ids(workspace, &ids).await?,
                None => list(tx, workspace, kind, "", EXPORT_MAX).await?,
            };
            let records: Vec<Record> = records.into_iter().filter(|record| record.kind == kind).collect();
            match format {
                ExportFormat::Json => Ok(json!(records)),
                ExportFormat::Csv => Ok(Value::from(csv_of(kind, &records)?)),
            }
        }
    }
}

/// A search of the memory that the agent sees; what it finds counts as read.
async fn recall(
    tx: &mut Tx,
    workspace: WorkspaceId,
    agent: Option<AgentId>,
    query: &str,
    limit: i64,
) -> Result<Value, Unanswered> {
    let query = MemoryQuery {
        workspace,
        reader: agent.map_or(Reader::Person, Reader::Agent),
        now: tx.now(),
        tier: None,
        category: None,
        team: None,
        agent: None,
        tag: None,
        words: words(query),
        sort: MemorySort::Importance,
        after: None,
        limit: u32::try_from(limit.clamp(1, 100)).unwrap_or(20),
    };
    let found = tx.memory_recall(&query).await?;
    if let Some(first) = found.first() {
        tx.emit(workspace, Topic::Memory, first.id.0);
    }
    let rows = found.into_iter().map(|memory| {
        json!({
            "id": memory.id, "tier": memory.tier, "category": memory.category, "content": memory.content,
            "tags": memory.tags, "importance": memory.importance,
        })
    });
    Ok(rows.collect())
}

async fn list(
    tx: &mut Tx,
    workspace: WorkspaceId,
    kind: RecordKind,
    title: &str,
    limit: u32,
) -> Result<Vec<Record>, Unanswered> {
    let page = RecordPage { kind: Some(kind), title, before: cursor::before_time(None)?, limit };
    Ok(tx.record_list(workspace, &page).await?)
}

async fn status(
    tx: &mut Tx,
    workspace: WorkspaceId,
    subject: StatusSubject,
    id: Option<uuid::Uuid>,
) -> Result<Value, Unanswered> {
    let none = || Unanswered::Refused(format!("There is no such {subject} in this workspace."));
    if let (StatusSubject::Approval, Some(id)) = (subject, id) {
        let approval = tx.approval_get(workspace, ApprovalId(id)).await?.ok_or_else(none)?;
        return Ok(json!({ "status": approval.status, "outcome": approval.outcome.status }));
    }
    let (agent, team) = match subject {
        StatusSubject::Agent => (id.map(AgentId), None),
        StatusSubject::Team => (None, id.map(TeamId)),
        _ => (None, None),
    };
    let facts = tx.gate_facts(workspace, agent, team, "").await?.ok_or_else(none)?;
    match subject {
        StatusSubject::Workspace => {
            let pending = tx.approval_count_pending(workspace, None, 1000).await?;
            Ok(json!({ "frozen": facts.workspace_frozen, "pending": pending }))
        }
        StatusSubject::Agent => {
            let agent = facts.agent.ok_or_else(none)?;
            Ok(json!({ "name": agent.name, "status": agent.status }))
        }
        StatusSubject::Team => {
            let team = facts.team.ok_or_else(none)?;
            Ok(
                json!({ "name": team.name, "status": team.status, "autonomyLevel": team.autonomy, "frozen": team.frozen }),
            )
        }
        StatusSubject::Approval | StatusSubject::Execution => Err(none()),
    }
}

/// Busy spans between two times, from the calendar's events.
async fn availability(
    tx: &mut Tx,
    workspace: WorkspaceId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Value, Unanswered> {
    let time = |data: &Value, key: &str| {
        data.get(key).and_then(Value::as_str).and_then(|text| text.parse::<DateTime<Utc>>().ok())
    };
    let busy: Vec<Value> = tx
        .events_data(workspace)
        .await?
        .into_iter()
        .filter_map(|(title, data, _)| {
            let data: Value = serde_json::from_str(&data).ok()?;
            let (starts, ends) = (time(&data, "startsAt")?, time(&data, "endsAt")?);
            (starts < to && ends > from)
                .then(|| json!({ "title": title, "startsAt": starts, "endsAt": ends }))
        })
        .collect();
    Ok(json!({ "from": from, "to": to, "free": busy.is_empty(), "busy": busy }))
}

fn csv_of(kind: RecordKind, records: &[Record]) -> Result<String, Unanswered> {
    let refused = |cause: String| Unanswered::Refused(cause);
    let fields = record_kinds::fields(kind);
    let mut out = csv::Writer::from_writer(Vec::new());
    let header = ["id", "title"].into_iter().chain(fields.iter().map(|field| field.name));
    out.write_record(header).map_err(|e| refused(e.to_string()))?;
    for record in records {
        let cells = fields.iter().map(|field| match record.data.get(field.name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => inert(text),
            Some(other) => other.to_string(),
        });
        let row = [record.id.to_string(), inert(&record.title)].into_iter().chain(cells);
        out.write_record(row).map_err(|e| refused(e.to_string()))?;
    }
    let bytes = out.into_inner().map_err(|e| refused(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| refused(e.to_string()))
}

/// A cell that a spreadsheet would run as a formula is made plain text (OWASP, CSV injection).
pub fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
