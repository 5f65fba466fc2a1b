//! Agents: list, make, change, remove.

use super::change::{entry, note, same_version, taken, won};
use super::ctx::{Allowed, ReadAgents, WriteAgents};
use crate::domain::agent::{Agent, AgentFilter, AgentStatus, NewAgent, PatchAgent};
use crate::domain::event::Topic;
use crate::domain::ids::{AgentId, UserId};
use crate::domain::member::Permission;
use crate::domain::page::Page;
use crate::domain::{AppError, AppResult};
use crate::server::storage::agents::Shown;
use crate::server::storage::{AuditEntry, Conn, Db, Tx, cursor};
use serde_json::json;
use std::str::FromStr;
use validator::Validate;

/// By name.
pub async fn agent_list(
    allowed: &Allowed<ReadAgents>,
    db: &Db,
    filter: &AgentFilter,
) -> AppResult<Page<Agent>> {
    let limit = cursor::limit(filter.limit.as_deref())?;
    let after = cursor::after_text(filter.cursor.as_deref())?;
    let shown = shown(filter.status.as_deref(), AgentStatus::as_str)?;
    let rows = db.read().await?.agent_list(allowed.workspace(), shown, &after, limit + 1).await?;
    Ok(cursor::page(rows, limit, |last| vec![json!(last.name)]))
}

/// Reads the filter `status`, the same for agents and teams.
pub(super) fn shown<S: FromStr<Err = AppError>>(
    text: Option<&str>,
    word: impl FnOnce(S) -> &'static str,
) -> AppResult<Shown<&'static str>> {
    match text {
        None | Some("") => Ok(Shown::Current),
        Some("all") => Ok(Shown::All),
        Some(text) => match text.parse() {
            Ok(status) => Ok(Shown::Only(word(status))),
            Err(fault) => Err(AppError::invalid("status", fault.to_string())),
        },
    }
}

pub async fn agent_get(allowed: &Allowed<ReadAgents>, db: &Db, agent: AgentId) -> AppResult<Agent> {
    find(&mut db.read().await?, allowed, agent).await
}

/// Makes an active agent. Its owner is the person who asks; an admin may name another member. The owner cannot
/// approve what the agent asks for, so that naming somebody else would be a way around promise 6.
pub async fn agent_create(allowed: &Allowed<WriteAgents>, db: &Db, mut input: NewAgent) -> AppResult<Agent> {
    input.validate()?;
    let mut tx = db.begin().await?;
    input.owner_id = Some(owner(&mut tx, allowed, input.owner_id).await?);
    let id = tx
        .agent_insert(allowed.workspace(), &input)
        .await
        .map_err(taken("/name", "is the name of another agent"))?;
    let agent = find(&mut tx, allowed, id).await?;
    let description = format!("Made the {} agent {}", agent.kind, agent.name);
    note_agent(&mut tx, &agent, entry(allowed, "agent.created", description));
    tx.commit().await?;
    Ok(agent)
}

async fn owner(tx: &mut Tx, allowed: &Allowed<WriteAgents>, named: Option<UserId>) -> AppResult<UserId> {
    let principal = allowed.principal();
    let own = principal.user_id().ok_or_else(|| AppError::forbidden("Only people make agents."))?;
    let Some(named) = named.filter(|named| *named != own) else { return Ok(own) };
    if !principal.may(Permission::Administer) {
        return Err(AppError::forbidden("Only an admin makes an agent that somebody else owns."));
    }
    match tx.member_get(allowed.workspace(), named).await? {
        Some(member) if member.disabled_at.is_none() => Ok(named),
        Some(_) | None => Err(AppError::invalid("/ownerId", "is not a member of this workspace")),
    }
}

/// `if_match`: the version that the caller saw.
pub async fn agent_patch(
    allowed: &Allowed<WriteAgents>,
    db: &Db,
    id: AgentId,
    input: PatchAgent,
    if_match: Option<i64>,
) -> AppResult<Agent> {
    input.validate()?;
    let mut tx = db.begin().await?;
    let mut agent = find(&mut tx, allowed, id).await?;
    same_version(if_match, agent.version)?;
    let before = agent.clone();
    if let Some(status) = input.status {
        if !agent.status.may_become(status) {
            return Err(AppError::refused(format!(
                "An agent that is {} cannot become {status}.",
                agent.status
            )));
        }
        agent.status = status;
    }
    agent.name = input.name.unwrap_or(agent.name);
    agent.description = input.description.unwrap_or(agent.description);
    if agent == before {
        return Ok(agent);
    }
    won(tx
        .agent_update(allowed.workspace(), &agent)
        .await
        .map_err(taken("/name", "is the name of another agent"))?)?;
    let agent = find(&mut tx, allowed, id).await?;
    let description = match before.status == agent.status {
        true => format!("Changed the agent {}", agent.name),
        false => format!("Made the agent {} {}, which was {}", agent.name, agent.status, before.status),
    };
    note_agent(&mut tx, &agent, entry(allowed, "agent.changed", description));
    tx.commit().await?;
    Ok(agent)
}

/// Removes an agent that never acted, with its tokens. One that did is archived instead, because approvals and the
/// audit trail name it: it leaves its teams, and its tokens stop working while it is archived.
pub async fn agent_delete(
    allowed: &Allowed<WriteAgents>,
    db: &Db,
    id: AgentId,
    if_match: Option<i64>,
) -> AppResult<()> {
    if remove(allowed, db, id, if_match).await? {
        return Ok(());
    }
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    let mut agent = find(&mut tx, allowed, id).await?;
    same_version(if_match, agent.version)?;
    if agent.status == AgentStatus::Archived {
        return Ok(());
    }
    agent.status = AgentStatus::Archived;
    won(tx.agent_update(workspace, &agent).await?)?;
    tx.agent_leave_teams(workspace, id).await?;
    let description = format!("Archived the agent {}", agent.name);
    note_agent(&mut tx, &agent, entry(allowed, "agent.archived", description));
    tx.commit().await?;
    Ok(())
}

/// `false`: the agent has acted, and nothing was changed.
async fn remove(
    allowed: &Allowed<WriteAgents>,
    db: &Db,
    id: AgentId,
    if_match: Option<i64>,
) -> AppResult<bool> {
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    let agent = find(&mut tx, allowed, id).await?;
    same_version(if_match, agent.version)?;
    if tx.agent_has_acted(workspace, id).await? {
        return Ok(false);
    }
    tx.agent_leave_teams(workspace, id).await?;
    tx.tokens_delete_of_agent(workspace, id).await?;
    match tx.agent_delete(workspace, id, agent.version).await {
        // It acted between the look and now.
        Err(fault) if fault.is_foreign_key_violation() => return Ok(false),
        deleted => won(deleted?)?,
    }
    let description = format!("Removed the agent {}, which had never acted", agent.name);
    note_agent(&mut tx, &agent, entry(allowed, "agent.deleted", description));
    tx.commit().await?;
    Ok(true)
}

async fn find<P>(conn: &mut Conn, allowed: &Allowed<P>, agent: AgentId) -> AppResult<Agent> {
    conn.agent_get(allowed.workspace(), agent).await?.ok_or_else(|| AppError::not_found("agent"))
}

fn note_agent(tx: &mut Tx, agent: &Agent, mut entry: AuditEntry) {
    entry.agent_id = Some(agent.id);
    note(tx, Topic::Agent, agent.id.0, entry);
}
