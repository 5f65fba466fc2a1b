//! Webhooks: where a `webhook` executor sends approved actions.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::WebhookId;
use crate::domain::page::{Page, PageQuery};
use crate::domain::webhook::{CreatedWebhook, NewWebhook, PatchWebhook, Webhook};
use leptos::prelude::*;

/// The webhooks, by name.
#[server(name = WebhookList, prefix = "/api/fn", endpoint = "webhooks/list", protocol = JsonOrForm)]
pub async fn webhook_list(#[server(default)] query: PageQuery) -> Result<Page<Webhook>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadSettings, webhooks};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(webhooks::webhook_list(&by, &state.db, &query)).await
}

#[server(name = WebhookGet, prefix = "/api/fn", endpoint = "webhooks/get", protocol = JsonOrForm)]
pub async fn webhook_get(id: WebhookId) -> Result<Webhook, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadSettings, webhooks};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(webhooks::webhook_get(&by, &state.db, id)).await
}

/// Makes a webhook. The answer is the only one that shows its secret.
#[server(name = WebhookCreate, prefix = "/api/fn", endpoint = "webhooks/create", protocol = JsonOrForm)]
pub async fn webhook_create(input: NewWebhook) -> Result<CreatedWebhook, AppError> {
    use super::shown_once::{ShownOnce, hand_over};
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, webhooks};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let created = webhooks::webhook_create(&by, &state.db, input, &state.config.webhooks.guard()).await?;
        let (name, secret) = (created.webhook.name.clone(), created.secret.clone());
        hand_over(&state, &ShownOnce { noun: "webhook".to_owned(), name, secret });
        reply::go_to("/settings/webhooks");
        Ok(created)
    })
    .await
}

/// Changes a webhook. `version`: the one that the caller saw; another one is refused.
#[server(name = WebhookPatch, prefix = "/api/fn", endpoint = "webhooks/patch", protocol = JsonOrForm)]
pub async fn webhook_patch(
    id: WebhookId,
    version: Option<i64>,
    input: PatchWebhook,
) -> Result<Webhook, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, webhooks};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let webhook =
            webhooks::webhook_patch(&by, &state.db, id, input, version, &state.config.webhooks.guard())
                .await?;
        reply::go_to(&format!("/settings/webhooks/{id}?done=saved"));
        Ok(webhook)
    })
    .await
}

/// Refused while an action type is performed by it.
#[server(name = WebhookDelete, prefix = "/api/fn", endpoint = "webhooks/delete", protocol = JsonOrForm)]
pub async fn webhook_delete(id: WebhookId, version: Option<i64>) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, webhooks};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        webhooks::webhook_delete(&by, &state.db, id, version).await?;
        reply::go_to("/settings/webhooks?done=deleted");
        Ok(())
    })
    .await
}
