//! The workspace: its freeze and whose mail is internal.

use super::codec::JsonOrForm;
use super::inputs::Words;
use crate::domain::AppError;
use crate::domain::workspace::{InternalDomains, SetFreeze, Workspace};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// [`InternalDomains`]; they may be one text with a domain on each line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DomainsForm {
    pub domains: Words,
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
