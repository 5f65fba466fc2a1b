//! The webhooks that start workflows: where they go, and their secrets.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::WorkflowId;
use crate::domain::workflow::hook::{WorkflowHook, WorkflowSecret};
use leptos::prelude::*;

/// Where a workflow's webhooks go, and how the secret that signs them stands.
#[server(name = WorkflowHookGet, prefix = "/api/fn", endpoint = "workflows/hook", protocol = JsonOrForm)]
pub async fn workflow_hook(id: WorkflowId) -> Result<WorkflowHook, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadWorkflows, workflows};
    let (state, by) = door::allowed::<ReadWorkflows>().await?;
    door::answer(workflows::hook::hook_get(&by, &state.db, id, &state.config.public_url())).await
}

/// Makes the secret that signs webhooks for a workflow, or a new one, which only this answer shows. The one before it
/// counts for 24 hours more.
#[server(name = WorkflowMakeSecret, prefix = "/api/fn", endpoint = "workflows/secret", protocol = JsonOrForm)]
pub async fn workflow_make_secret(id: WorkflowId) -> Result<WorkflowSecret, AppError> {
    use super::shown_once::{ShownOnce, hand_over};
    use super::{door, reply};
    use crate::server::services::{ctx::WriteWorkflows, workflows};
    let (state, by) = door::allowed::<WriteWorkflows>().await?;
    door::answer(async {
        let made = workflows::hook::hook_secret(&by, &state.db, id, &state.config.public_url()).await?;
        // The page that shows it is the workflow's own.
        let (noun, name) = ("workflow".to_owned(), "this workflow".to_owned());
        hand_over(&state, &ShownOnce { noun, name, secret: made.secret.clone() });
        reply::go_to(&format!("/workflows/{id}"));
        Ok(made)
    })
    .await
}
