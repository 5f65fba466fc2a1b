//! The workspace: its freeze, whose mail is internal, which reasons it offers, what it keeps.

use super::codec::JsonOrForm;
use super::inputs::{WholeOrBlank, Words};
use crate::domain::AppError;
use crate::domain::workspace::{
    AuditRetention, HistoryRetention, InternalDomains, PresetReasons, SetFreeze, Workspace,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// [`InternalDomains`]; they may be one text with a domain on each line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DomainsForm {
    pub domains: Words,
}

/// [`PresetReasons`] as one text with a reason on each line. Blank lines, and spaces around a reason, are left out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReasonsForm {
    pub reasons: String,
}

/// [`AuditRetention`] or [`HistoryRetention`]; a blank number keeps them for ever.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetentionForm {
    #[serde(default)]
    pub days: WholeOrBlank,
}

impl From<ReasonsForm> for PresetReasons {
    fn from(form: ReasonsForm) -> Self {
        let lines = form.reasons.lines().map(str::trim).filter(|line| !line.is_empty());
        Self { reasons: lines.map(str::to_owned).collect() }
    }
}

#[server(name = WorkspaceGet, prefix = "/api/fn", endpoint = "workspace/get", protocol = JsonOrForm)]
pub async fn workspace_get() -> Result<Workspace, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadSettings, workspaces};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(workspaces::workspace_get(&by, &state.db)).await
}

/// Stops all automatic execution and dispatch, and the expiry clocks; or lets them go on.
#[server(name = WorkspaceFreeze, prefix = "/api/fn", endpoint = "workspace/freeze", protocol = JsonOrForm)]
pub async fn workspace_freeze(input: SetFreeze) -> Result<Workspace, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, workspaces};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let workspace = workspaces::workspace_freeze(&by, &state.db, input).await?;
        reply::go_to("/settings/workspace?done=freeze");
        Ok(workspace)
    })
    .await
}

/// The domains whose mail addresses are the workspace's own people.
#[server(name = WorkspaceDomains, prefix = "/api/fn", endpoint = "workspace/domains", protocol = JsonOrForm)]
pub async fn internal_domains() -> Result<InternalDomains, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadSettings, workspaces};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(workspaces::internal_domains_get(&by, &state.db)).await
}

#[server(name = WorkspaceSetDomains, prefix = "/api/fn", endpoint = "workspace/set-domains", protocol = JsonOrForm)]
pub async fn set_internal_domains(input: DomainsForm) -> Result<InternalDomains, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, workspaces};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let domains = InternalDomains { domains: input.domains.0 };
        let domains = workspaces::internal_domains_set(&by, &state.db, domains).await?;
        reply::go_to("/settings/workspace?done=domains");
        Ok(domains)
    })
    .await
}

/// What a person who rejects can choose from.
#[server(name = WorkspaceReasons, prefix = "/api/fn", endpoint = "workspace/reasons", protocol = JsonOrForm)]
pub async fn preset_reasons() -> Result<PresetReasons, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadSettings, workspaces};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(workspaces::preset_reasons_get(&by, &state.db)).await
}

#[server(name = WorkspaceSetReasons, prefix = "/api/fn", endpoint = "workspace/set-reasons", protocol = JsonOrForm)]
pub async fn set_preset_reasons(input: ReasonsForm) -> Result<PresetReasons, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, workspaces};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let reasons = workspaces::preset_reasons_set(&by, &state.db, input.into()).await?;
        reply::go_to("/settings/workspace?done=reasons");
        Ok(reasons)
    })
    .await
}

/// For how long audit rows are kept.
#[server(name = WorkspaceRetention, prefix = "/api/fn", endpoint = "workspace/retention", protocol = JsonOrForm)]
pub async fn audit_retention() -> Result<AuditRetention, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadSettings, workspaces};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(workspaces::audit_retention_get(&by, &state.db)).await
}

#[server(name = WorkspaceSetRetention, prefix = "/api/fn", endpoint = "workspace/set-retention", protocol = JsonOrForm)]
pub async fn set_audit_retention(input: RetentionForm) -> Result<AuditRetention, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, workspaces};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let kept =
            workspaces::audit_retention_set(&by, &state.db, AuditRetention { days: input.days.0 }).await?;
        reply::go_to("/settings/workspace?done=retention");
        Ok(kept)
    })
    .await
}

/// For how long executions and messages are kept.
#[server(name = WorkspaceHistory, prefix = "/api/fn", endpoint = "workspace/history", protocol = JsonOrForm)]
pub async fn history_retention() -> Result<HistoryRetention, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadSettings, workspaces};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(workspaces::history_retention_get(&by, &state.db)).await
}

#[server(name = WorkspaceSetHistory, prefix = "/api/fn", endpoint = "workspace/set-history", protocol = JsonOrForm)]
pub async fn set_history_retention(input: RetentionForm) -> Result<HistoryRetention, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, workspaces};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let kept = workspaces::history_retention_set(&by, &state.db, HistoryRetention { days: input.days.0 })
            .await?;
        reply::go_to("/settings/workspace?done=history");
        Ok(kept)
    })
    .await
}
