//! The workspace: what it is, whose mail is internal, which reasons it offers, what it keeps, and the freeze of it or of
//! one of its teams.

use super::change::{entry, note};
use super::ctx::{Administer, Allowed, ReadSettings, WriteTeams};
use crate::domain::event::Topic;
use crate::domain::ids::TeamId;
use crate::domain::team::Team;
use crate::domain::workspace::{
    AuditRetention, HistoryRetention, InternalDomains, PresetReasons, SetFreeze, Workspace,
};
use crate::domain::{AppError, AppResult};
use crate::server::storage::workspaces::FreezeScope;
use crate::server::storage::{Conn, Db, NewJob, Tx};
use serde_json::json;
use validator::Validate;

pub async fn workspace_get(allowed: &Allowed<ReadSettings>, db: &Db) -> AppResult<Workspace> {
    find(&mut db.read().await?, allowed).await
}

pub async fn internal_domains_get(allowed: &Allowed<ReadSettings>, db: &Db) -> AppResult<InternalDomains> {
    let domains = db.read().await?.workspace_internal_domains(allowed.workspace()).await?;
    Ok(InternalDomains { domains })
}

/// Mail to any other domain is to an external recipient, which raises the risk.
pub async fn internal_domains_set(
    allowed: &Allowed<Administer>,
    db: &Db,
    input: InternalDomains,
) -> AppResult<InternalDomains> {
    input.validate()?;
    let workspace = allowed.workspace();
    let mut domains = input.domains;
    domains.sort();
    domains.dedup();
    let mut tx = db.begin().await?;
    tx.workspace_set_internal_domains(workspace, &domains).await?;
    let description = match domains.as_slice() {
        [] => "No domain counts as internal any more".to_owned(),
        some => format!("Internal domains: {}", some.join(", ")),
    };
    let entry = entry(allowed, "workspace.domains_set", description);
    note(&mut tx, Topic::Workspace, workspace.0, entry);
    tx.commit().await?;
    Ok(InternalDomains { domains })
}

/// What a person who rejects can choose from.
pub async fn preset_reasons_get(allowed: &Allowed<ReadSettings>, db: &Db) -> AppResult<PresetReasons> {
    Ok(db.read().await?.workspace_preset_reasons(allowed.workspace()).await?)
}

pub async fn preset_reasons_set(
    allowed: &Allowed<Administer>,
    db: &Db,
    input: PresetReasons,
) -> AppResult<PresetReasons> {
    input.validate()?;
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    tx.workspace_set_preset_reasons(workspace, &input).await?;
    let description = match input.reasons.as_slice() {
        [] => "No reason is offered any more to who rejects".to_owned(),
        some => format!("Reasons offered to who rejects: {}", some.join("; ")),
    };
    note(&mut tx, Topic::Workspace, workspace.0, entry(allowed, "workspace.reasons_set", description));
    tx.commit().await?;
    Ok(input)
}

/// For how long audit rows are kept.
pub async fn audit_retention_get(allowed: &Allowed<ReadSettings>, db: &Db) -> AppResult<AuditRetention> {
    let days = db.read().await?.workspace_audit_retention(allowed.workspace()).await?;
    Ok(AuditRetention { days })
}

pub async fn audit_retention_set(
    allowed: &Allowed<Administer>,
    db: &Db,
    input: AuditRetention,
) -> AppResult<AuditRetention> {
    input.validate()?;
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    tx.workspace_set_audit_retention(workspace, input.days).await?;
    let description = match input.days {
        None => "Audit rows are kept for ever".to_owned(),
        Some(days) => format!("Audit rows are kept for {days} days"),
    };
    note(&mut tx, Topic::Workspace, workspace.0, entry(allowed, "workspace.retention_set", description));
    tx.commit().await?;
    Ok(input)
}

/// For how long executions that ended and threads that fell silent are kept.
pub async fn history_retention_get(allowed: &Allowed<ReadSettings>, db: &Db) -> AppResult<HistoryRetention> {
    let days = db.read().await?.workspace_history_retention(allowed.workspace()).await?;
    Ok(HistoryRetention { days })
}

pub async fn history_retention_set(
    allowed: &Allowed<Administer>,
    db: &Db,
    input: HistoryRetention,
) -> AppResult<HistoryRetention> {
    input.validate()?;
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    tx.workspace_set_history_retention(workspace, input.days).await?;
    let description = match input.days {
        None => "Executions and messages are kept for ever".to_owned(),
        Some(days) => format!("Executions and messages are kept for {days} days"),
    };
    note(&mut tx, Topic::Workspace, workspace.0, entry(allowed, "workspace.history_set", description));
    tx.commit().await?;
    Ok(input)
}

/// Stops all automatic execution and dispatch in the workspace at once, and its expiry clocks; or lets them go on.
/// Setting what is set already changes nothing.
pub async fn workspace_freeze(
    allowed: &Allowed<Administer>,
    db: &Db,
    input: SetFreeze,
) -> AppResult<Workspace> {
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    if freeze(&mut tx, allowed, FreezeScope::Workspace, input.frozen).await? {
        let (event, description) = match input.frozen {
            true => ("workspace.frozen", "Froze all automatic work of the workspace"),
            false => ("workspace.unfrozen", "Let the workspace's automatic work go on"),
        };
        note(&mut tx, Topic::Workspace, workspace.0, entry(allowed, event, description));
    }
    let found = find(&mut tx, allowed).await?;
    tx.commit().await?;
    Ok(found)
}

/// The same for one team, inside the transaction of its change.
pub(super) async fn team_freeze(
    tx: &mut Tx,
    allowed: &Allowed<WriteTeams>,
    team: &Team,
    frozen: bool,
) -> AppResult<()> {
    if freeze(tx, allowed, FreezeScope::Team(team.id), frozen).await? {
        let (event, description) = match frozen {
            true => ("team.frozen", format!("Froze all automatic work of the team {}", team.name)),
            false => ("team.unfrozen", format!("Let the automatic work of the team {} go on", team.name)),
        };
        let mut entry = entry(allowed, event, description);
        entry.team_id = Some(team.id);
        note(tx, Topic::Team, team.id.0, entry);
    }
    Ok(())
}

/// Turns one switch, with the clocks that hang on it. `false`: it stood there already.
async fn freeze<P>(tx: &mut Tx, allowed: &Allowed<P>, scope: FreezeScope, frozen: bool) -> AppResult<bool> {
    let workspace = allowed.workspace();
    // Whether a clock runs hangs on two rows, the workspace's and the team's: one change of either at a time.
    tx.workspace_lock(workspace).await?;
    if !tx.freeze_set(workspace, scope, frozen).await? {
        return Ok(false);
    }
    if frozen {
        tx.expiry_pause(workspace, scope).await?;
        return Ok(true);
    }
    tx.expiry_resume(workspace, scope).await?;
    let team: Option<TeamId> = match scope {
        FreezeScope::Workspace => None,
        FreezeScope::Team(team) => Some(team),
    };
    let run_at = tx.now();
    tx.enqueue(NewJob {
        workspace_id: workspace,
        queue: "default",
        kind: "approvals.thaw",
        payload: json!({"workspaceId": workspace, "teamId": team}),
        priority: 0,
        run_at,
        max_attempts: 10,
        dedupe_key: Some(match team {
            Some(team) => format!("{workspace}/{team}"),
            None => workspace.to_string(),
        }),
    });
    Ok(true)
}

async fn find<P>(conn: &mut Conn, allowed: &Allowed<P>) -> AppResult<Workspace> {
    conn.workspace_get(allowed.workspace()).await?.ok_or_else(|| AppError::not_found("workspace"))
}
