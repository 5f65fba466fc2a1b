//! The profiles of agents: what they are told, are good at, may use and do without a model.

use super::change::{entry, note, same_version, won};
use super::ctx::{Allowed, ReadAgents, WriteAgents};
use super::workflows::template;
use super::workflows::text::{read, yaml};
use crate::domain::agent_profile::AgentProfile;
use crate::domain::error::FieldError;
use crate::domain::event::Topic;
use crate::domain::ids::AgentId;
use crate::domain::playbook::Playbook;
use crate::domain::{AppError, AppResult};
use crate::server::storage::Db;
use validator::Validate;

pub async fn agent_profile_get(by: &Allowed<ReadAgents>, db: &Db, id: AgentId) -> AppResult<AgentProfile> {
    let found = db.read().await?.agent_profile(by.workspace(), id).await?;
    found.ok_or_else(|| AppError::not_found("agent"))
}

/// Replaces the whole profile. `if_match`: the version of the agent that the caller saw.
pub async fn agent_profile_set(
    by: &Allowed<WriteAgents>,
    db: &Db,
    id: AgentId,
    profile: AgentProfile,
    if_match: Option<i64>,
) -> AppResult<AgentProfile> {
    check(&profile)?;
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    let agent = tx.agent_get(workspace, id).await?.ok_or_else(|| AppError::not_found("agent"))?;
    same_version(if_match, agent.version)?;
    won(tx.agent_set_profile(workspace, id, agent.version, &profile).await?)?;
    let mut row = entry(by, "agent.profile_changed", format!("Changed what the agent {} does", agent.name));
    row.agent_id = Some(id);
    note(&mut tx, Topic::Agent, id.0, row);
    tx.commit().await?;
    Ok(profile)
}

/// A playbook as YAML.
pub fn playbook_yaml(playbook: &Playbook) -> AppResult<String> {
    yaml(playbook)
}

/// Reads a playbook that people wrote; a blank text is none. Errors are at `/playbook`.
pub fn playbook_parse(text: &str) -> AppResult<Option<Playbook>> {
    if text.trim().is_empty() { Ok(None) } else { read(text, "/playbook").map(Some) }
}

/// Refuses a profile with a faulty playbook, each fault at its place.
pub fn check(profile: &AgentProfile) -> AppResult<()> {
    profile.validate()?;
    let Some(playbook) = &profile.playbook else { return Ok(()) };
    let mut errors = playbook.faults();
    if errors.is_empty() {
        let found = template::faults(&playbook.definition()).into_iter();
        errors
            .extend(found.map(|fault| FieldError::new(format!("/playbook{}", fault.pointer), fault.detail)));
    }
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid { errors }) }
}
