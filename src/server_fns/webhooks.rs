//! Webhooks: where a `webhook` executor sends approved actions, and where notices go.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::{WebhookDeliveryId, WebhookId};
use crate::domain::page::{Page, PageQuery};
use crate::domain::webhook::{
    CreatedWebhook, NewWebhook, PatchWebhook, SetWebhookNotices, Webhook, WebhookDelivery,
};
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

/// Sets which notices a webhook gets, and how they are written: all of it anew.
#[server(name = WebhookSetNotices, prefix = "/api/fn", endpoint = "webhooks/set-notices", protocol = JsonOrForm)]
pub async fn webhook_set_notices(
    id: WebhookId,
    version: Option<i64>,
    #[server(default)] input: SetWebhookNotices,
) -> Result<Webhook, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, webhooks};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let webhook = webhooks::webhook_set_notices(&by, &state.db, id, input, version).await?;
        reply::go_to(&format!("/settings/webhooks/{id}?done=saved"));
        Ok(webhook)
    })
    .await
}

/// Gives a webhook a new secret, which only this answer shows. The old one signs too for 24 hours.
#[server(name = WebhookRotate, prefix = "/api/fn", endpoint = "webhooks/rotate", protocol = JsonOrForm)]
pub async fn webhook_rotate(id: WebhookId, version: Option<i64>) -> Result<CreatedWebhook, AppError> {
    use super::shown_once::{ShownOnce, hand_over};
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, webhooks};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let rotated = webhooks::webhook_rotate(&by, &state.db, id, version).await?;
        let (name, secret) = (rotated.webhook.name.clone(), rotated.secret.clone());
        hand_over(&state, &ShownOnce { noun: "webhook".to_owned(), name, secret });
        reply::go_to(&format!("/settings/webhooks/{id}"));
        Ok(rotated)
    })
    .await
}

/// The notices that went to a webhook or are on their way, the newest first.
#[server(name = WebhookDeliveries, prefix = "/api/fn", endpoint = "webhooks/deliveries", protocol = JsonOrForm)]
pub async fn webhook_deliveries(
    id: WebhookId,
    #[server(default)] query: PageQuery,
) -> Result<Page<WebhookDelivery>, AppError> {
    use super::door;
    use crate::server::services::{ctx::Administer, webhooks};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(webhooks::webhook_deliveries(&by, &state.db, id, &query)).await
}

/// Sends a notice that was delivered or given up once more, under the same id.
#[server(name = WebhookReplay, prefix = "/api/fn", endpoint = "webhooks/replay", protocol = JsonOrForm)]
pub async fn webhook_replay(id: WebhookDeliveryId) -> Result<WebhookDelivery, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, webhooks};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let delivery = webhooks::webhook_replay(&by, &state.db, id).await?;
        reply::go_to("/settings/webhooks?done=replayed");
        Ok(delivery)
    })
    .await
}
