//! How teams work beside their autonomy: reading it, changing it.

use super::change::{entry, note, same_version, won};
use super::ctx::{Allowed, ReadTeams, WriteTeams};
use super::executions::line;
use crate::domain::event::Topic;
use crate::domain::ids::TeamId;
use crate::domain::team_config::TeamConfig;
use crate::domain::{AppError, AppResult};
use crate::server::storage::{Conn, Db};
use chrono_tz::Tz;
use validator::Validate;

/// How a team works, and the version of the team.
pub async fn team_config_get(by: &Allowed<ReadTeams>, db: &Db, id: TeamId) -> AppResult<(TeamConfig, i64)> {
    find(&mut db.read().await?, by, id).await
}

/// Replaces all of it, and lets in whoever waited for what no longer counts. `if_match`: the version of the team
/// that the caller saw. Answers with the version that it has now.
pub async fn team_config_set(
    by: &Allowed<WriteTeams>,
    db: &Db,
    id: TeamId,
    config: TeamConfig,
    if_match: Option<i64>,
) -> AppResult<(TeamConfig, i64)> {
    check(&config)?;
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    // No execution is taken further meanwhile, so that each may trust what it reads of who has to wait.
    tx.workspace_lock(workspace).await?;
    let (before, version) = find(&mut tx, by, id).await?;
    same_version(if_match, version)?;
    if config == before {
        return Ok((config, version));
    }
    let team = tx.team_get(workspace, id).await?.ok_or_else(|| AppError::not_found("team"))?;
    won(tx.team_set_config(workspace, id, version, &config).await?)?;
    let text = format!("Changed how the team {} works: {}", team.name, what_changed(&before, &config));
    let mut row = entry(by, "team.config_changed", text);
    row.team_id = Some(id);
    note(&mut tx, Topic::Team, id.0, row);
    line::let_in(&mut tx, workspace, id, &config).await?;
    tx.commit().await?;
    Ok((config, version + 1))
}

async fn find<P>(conn: &mut Conn, by: &Allowed<P>, id: TeamId) -> AppResult<(TeamConfig, i64)> {
    conn.team_config(by.workspace(), id).await?.ok_or_else(|| AppError::not_found("team"))
}

fn check(config: &TeamConfig) -> AppResult<()> {
    config.validate()?;
    match &config.working_hours {
        Some(hours) if hours.zone.parse::<Tz>().is_err() => {
            Err(AppError::invalid("/workingHours/zone", "must be a time zone such as Europe/Vienna"))
        }
        _ => Ok(()),
    }
}

fn what_changed(before: &TeamConfig, after: &TeamConfig) -> String {
    let mut parts = Vec::new();
    if before.working_hours != after.working_hours {
        let words = after.working_hours.as_ref().map(|hours| hours.words());
        parts.push(format!("working hours: {}", words.as_deref().unwrap_or("always")));
    }
    if before.concurrent_tasks != after.concurrent_tasks {
        let words = after.concurrent_tasks.map(|most| most.to_string());
        parts.push(format!("tasks at once: {}", words.as_deref().unwrap_or("any number")));
    }
    if before.escalation != after.escalation {
        let told = after.escalation.unwrap_or_default();
        parts.push(format!("{} are told of what waits after {} % of its time", told.to, told.after_percent));
    }
    if before.capabilities != after.capabilities {
        let list = after.capabilities.join(", ");
        parts.push(format!("capabilities: {}", if list.is_empty() { "none" } else { &list }));
    }
    parts.join("; ")
}
