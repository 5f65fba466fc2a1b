//! Teams and their members.

use super::agents::shown;
use super::change::{entry, note, same_version, taken, won};
use super::ctx::{Allowed, ReadTeams, WriteTeams};
use super::workspaces::team_freeze;
use crate::domain::agent::AgentStatus;
use crate::domain::event::Topic;
use crate::domain::ids::{AgentId, TeamId};
use crate::domain::page::Page;
use crate::domain::team::{
    MAX_MEMBERS, NewTeam, NewTeamMember, PatchTeam, Team, TeamFilter, TeamMember, TeamStatus,
};
use crate::domain::{AppError, AppResult};
use crate::server::storage::{AuditEntry, Conn, Db, Tx, cursor};
use serde_json::{Map, Value, json};
use validator::Validate;

/// By name.
pub async fn team_list(allowed: &Allowed<ReadTeams>, db: &Db, filter: &TeamFilter) -> AppResult<Page<Team>> {
    let limit = cursor::limit(filter.limit.as_deref())?;
    let after = cursor::after_text(filter.cursor.as_deref())?;
    let shown = shown(filter.status.as_deref(), TeamStatus::as_str)?;
    let department = match filter.department.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => {
            Some(text.parse().map_err(|fault: AppError| AppError::invalid("department", fault.to_string()))?)
        }
        None => None,
    };
    let mut conn = db.read().await?;
    let rows = conn.team_list(allowed.workspace(), shown, department, &after, limit + 1).await?;
    Ok(cursor::page(rows, limit, |last| vec![json!(last.name)]))
}

pub async fn team_get(allowed: &Allowed<ReadTeams>, db: &Db, team: TeamId) -> AppResult<Team> {
    find(&mut db.read().await?, allowed, team).await
}

pub async fn team_create(allowed: &Allowed<WriteTeams>, db: &Db, input: NewTeam) -> AppResult<Team> {
    team_create_with(allowed, db, input, Vec::new()).await
}

/// A team and agents in it: all of it or nothing. Each seat comes with its place in the input, where a fault of it is said.
pub async fn team_create_with(
    allowed: &Allowed<WriteTeams>,
    db: &Db,
    input: NewTeam,
    seats: Vec<(String, NewTeamMember)>,
) -> AppResult<Team> {
    input.validate()?;
    let mut tx = db.begin().await?;
    let id = tx
        .team_insert(allowed.workspace(), &input)
        .await
        .map_err(taken("/name", "is the name of another team"))?;
    let team = find(&mut tx, allowed, id).await?;
    let description = format!("Made the {} team {} ({})", team.department, team.name, team.autonomy_level);
    note_team(&mut tx, &team, entry(allowed, "team.created", description));
    for (place, seat) in seats {
        add(&mut tx, allowed, &team, seat, &place).await?;
    }
    let team = find(&mut tx, allowed, id).await?;
    tx.commit().await?;
    Ok(team)
}

/// `if_match`: the version that the caller saw. `frozen` turns the team's switch in the same transaction.
pub async fn team_patch(
    allowed: &Allowed<WriteTeams>,
    db: &Db,
    id: TeamId,
    input: PatchTeam,
    if_match: Option<i64>,
) -> AppResult<Team> {
    input.validate()?;
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    // The freeze takes the workspace's row before the team's; everybody in the same order.
    if input.frozen.is_some() {
        tx.workspace_lock(workspace).await?;
    }
    let mut team = find(&mut tx, allowed, id).await?;
    same_version(if_match, team.version)?;
    let before = team.clone();
    if let Some(status) = input.status {
        team.status = status;
    }
    team.name = input.name.unwrap_or(team.name);
    team.description = input.description.unwrap_or(team.description);
    team.department = input.department.unwrap_or(team.department);
    team.autonomy_level = input.autonomy_level.unwrap_or(team.autonomy_level);
    team.approval_required = input.approval_required.unwrap_or(team.approval_required);
    team.required_approvals = input.required_approvals.unwrap_or(team.required_approvals);
    if team != before {
        won(tx
            .team_update(workspace, &team)
            .await
            .map_err(taken("/name", "is the name of another team"))?)?;
        let mut changed = entry(allowed, "team.changed", what_changed(&before, &team));
        changed.result = told(&before, &team);
        note_team(&mut tx, &team, changed);
    }
    if let Some(frozen) = input.frozen {
        team_freeze(&mut tx, allowed, &team, frozen).await?;
    }
    let team = find(&mut tx, allowed, id).await?;
    tx.commit().await?;
    Ok(team)
}

/// What of a change people are told: the status and the autonomy, each before and after.
fn told(before: &Team, after: &Team) -> Option<Value> {
    let mut changed = Map::new();
    if before.status != after.status {
        changed.insert("status".to_owned(), json!([before.status, after.status]));
    }
    if before.autonomy_level != after.autonomy_level {
        changed.insert("autonomyLevel".to_owned(), json!([before.autonomy_level, after.autonomy_level]));
    }
    (!changed.is_empty()).then_some(Value::Object(changed))
}

/// What decides about approvals is spelled out; the rest is named.
fn what_changed(before: &Team, after: &Team) -> String {
    let mut parts = Vec::new();
    if before.autonomy_level != after.autonomy_level {
        parts.push(format!("autonomy from {} to {}", before.autonomy_level, after.autonomy_level));
    }
    if before.approval_required != after.approval_required {
        let list = after.approval_required.join(", ");
        parts.push(format!("always asks before: {}", if list.is_empty() { "nothing" } else { &list }));
    }
    if before.required_approvals != after.required_approvals {
        parts.push(format!(
            "approvals needed from {} to {}",
            before.required_approvals, after.required_approvals
        ));
    }
    if before.status != after.status {
        parts.push(format!("from {} to {}", before.status, after.status));
    }
    if before.name != after.name {
        parts.push(format!("name from {}", before.name));
    }
    if before.department != after.department {
        parts.push(format!("department from {} to {}", before.department, after.department));
    }
    if before.description != after.description {
        parts.push("description".to_owned());
    }
    format!("Changed the team {}: {}", after.name, parts.join("; "))
}

/// Removes a team that no approval ever named, with its memberships. Another is archived instead.
pub async fn team_delete(
    allowed: &Allowed<WriteTeams>,
    db: &Db,
    id: TeamId,
    if_match: Option<i64>,
) -> AppResult<()> {
    if remove(allowed, db, id, if_match).await? {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let mut team = find(&mut tx, allowed, id).await?;
    same_version(if_match, team.version)?;
    if team.status == TeamStatus::Archived {
        return Ok(());
    }
    team.status = TeamStatus::Archived;
    won(tx.team_update(allowed.workspace(), &team).await?)?;
    let description = format!("Archived the team {}", team.name);
    note_team(&mut tx, &team, entry(allowed, "team.archived", description));
    tx.commit().await?;
    Ok(())
}

/// `false`: an approval names the team, and nothing was changed.
async fn remove(
    allowed: &Allowed<WriteTeams>,
    db: &Db,
    id: TeamId,
    if_match: Option<i64>,
) -> AppResult<bool> {
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    let team = find(&mut tx, allowed, id).await?;
    same_version(if_match, team.version)?;
    if tx.team_has_acted(workspace, id).await? {
        return Ok(false);
    }
    match tx.team_delete(workspace, id, team.version).await {
        // An approval named it between the look and now.
        Err(fault) if fault.is_foreign_key_violation() => return Ok(false),
        deleted => won(deleted?)?,
    }
    let description = format!("Removed the team {}, which had never acted", team.name);
    note_team(&mut tx, &team, entry(allowed, "team.deleted", description));
    tx.commit().await?;
    Ok(true)
}

/// Coordinators first, then by priority.
pub async fn team_member_list(
    allowed: &Allowed<ReadTeams>,
    db: &Db,
    team: TeamId,
) -> AppResult<Vec<TeamMember>> {
    let mut conn = db.read().await?;
    find(&mut conn, allowed, team).await?;
    Ok(conn.team_member_list(allowed.workspace(), team).await?)
}

/// Adds an agent of the workspace to a team.
pub async fn team_member_add(
    allowed: &Allowed<WriteTeams>,
    db: &Db,
    team: TeamId,
    input: NewTeamMember,
) -> AppResult<TeamMember> {
    input.validate()?;
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    let held = tx.team_lock(workspace, team).await?;
    let found = find(&mut tx, allowed, team).await?;
    if !held {
        return Err(AppError::refused("An archived team takes no members."));
    }
    if found.member_count >= MAX_MEMBERS {
        return Err(AppError::refused(format!("A team has at most {MAX_MEMBERS} members.")));
    }
    let member = add(&mut tx, allowed, &found, input, "/agentId").await?;
    tx.commit().await?;
    Ok(member)
}

/// Puts an agent into a team. `place`: where the input names it.
async fn add(
    tx: &mut Tx,
    allowed: &Allowed<WriteTeams>,
    team: &Team,
    seat: NewTeamMember,
    place: &str,
) -> AppResult<TeamMember> {
    let workspace = allowed.workspace();
    let agent = tx.agent_get(workspace, seat.agent_id).await?;
    let agent = agent.ok_or_else(|| AppError::invalid(place, "is not an agent of this workspace"))?;
    if agent.status == AgentStatus::Archived {
        return Err(AppError::refused(format!("The agent {} is archived.", agent.name)));
    }
    tx.team_member_insert(workspace, team.id, &seat)
        .await
        .map_err(taken(place, "is in this team already"))?;
    let description = format!("Put {} into the team {} as {}", agent.name, team.name, seat.role);
    let mut entry = entry(allowed, "team.member_added", description);
    entry.agent_id = Some(agent.id);
    note_team(tx, team, entry);
    Ok(TeamMember {
        team_id: team.id,
        agent_id: agent.id,
        agent_name: agent.name,
        role: seat.role,
        priority: seat.priority,
        created_at: tx.now(),
    })
}

pub async fn team_member_remove(
    allowed: &Allowed<WriteTeams>,
    db: &Db,
    team: TeamId,
    agent: AgentId,
) -> AppResult<()> {
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    let found = find(&mut tx, allowed, team).await?;
    if !tx.team_member_delete(workspace, team, agent).await? {
        return Err(AppError::not_found("member of the team"));
    }
    let mut entry =
        entry(allowed, "team.member_removed", format!("Took an agent out of the team {}", found.name));
    entry.agent_id = Some(agent);
    note_team(&mut tx, &found, entry);
    tx.commit().await?;
    Ok(())
}

async fn find<P>(conn: &mut Conn, allowed: &Allowed<P>, team: TeamId) -> AppResult<Team> {
    conn.team_get(allowed.workspace(), team).await?.ok_or_else(|| AppError::not_found("team"))
}

fn note_team(tx: &mut Tx, team: &Team, mut entry: AuditEntry) {
    entry.team_id = Some(team.id);
    note(tx, Topic::Team, team.id.0, entry);
}
