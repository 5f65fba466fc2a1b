//! Webhooks: where a `webhook` executor sends approved actions, and where notices go.

use super::change::{entry, note, same_version, taken, won};
use super::ctx::{Administer, Allowed, ReadSettings};
use super::notifications::webhook::deliver_job;
use super::secrets;
use crate::domain::event::Topic;
use crate::domain::ids::{WebhookDeliveryId, WebhookId};
use crate::domain::member::Permission;
use crate::domain::notification::NoticeKind;
use crate::domain::page::{Page, PageQuery};
use crate::domain::webhook::{
    CreatedWebhook, NewWebhook, PatchWebhook, SetWebhookNotices, Webhook, WebhookDelivery, WebhookFormat,
};
use crate::domain::{AppError, AppResult};
use crate::server::actions::outside::guard::{Guard, GuardSettings};
use crate::server::storage::{Conn, Db, cursor};
use chrono::TimeDelta;
use serde_json::json;
use validator::Validate;

/// After a rotation receivers have this long to learn the new secret.
const OLD_SECRET_LASTS: TimeDelta = TimeDelta::hours(24);

/// By name.
pub async fn webhook_list(
    allowed: &Allowed<ReadSettings>,
    db: &Db,
    query: &PageQuery,
) -> AppResult<Page<Webhook>> {
    let limit = cursor::limit(query.limit.as_deref())?;
    let after = cursor::after_text(query.cursor.as_deref())?;
    let rows = db.read().await?.webhook_list(allowed.workspace(), &after, limit + 1).await?;
    let page = cursor::page(rows, limit, |last| vec![json!(last.name)]);
    Ok(page.map(|webhook| shown(allowed, webhook)))
}

pub async fn webhook_get(allowed: &Allowed<ReadSettings>, db: &Db, webhook: WebhookId) -> AppResult<Webhook> {
    Ok(shown(allowed, find(&mut db.read().await?, allowed, webhook).await?))
}

/// The address of a Slack webhook is its secret: only who may change it sees all of it.
fn shown(allowed: &Allowed<ReadSettings>, mut webhook: Webhook) -> Webhook {
    if webhook.format == WebhookFormat::Slack && !allowed.principal().may(Permission::Administer) {
        let end = webhook.url.match_indices('/').nth(2).map_or(webhook.url.len(), |(end, _)| end);
        webhook.url.truncate(end);
        webhook.url.push_str("/…");
    }
    webhook
}

/// The answer is the only one that shows the secret.
pub async fn webhook_create(
    allowed: &Allowed<Administer>,
    db: &Db,
    input: NewWebhook,
    rules: &GuardSettings,
) -> AppResult<CreatedWebhook> {
    input.validate()?;
    check_url(&input.url, rules)?;
    let secret = secrets::webhook_key()?;
    let mut tx = db.begin().await?;
    let webhook = tx
        .webhook_insert(allowed.workspace(), &input.name, &input.url, &secret)
        .await
        .map_err(taken("/name", "is the name of another webhook"))?;
    let description = format!("Made the webhook {} to {}", webhook.name, webhook.url);
    note(&mut tx, Topic::Webhook, webhook.id.0, entry(allowed, "webhook.created", description));
    tx.commit().await?;
    Ok(CreatedWebhook { webhook, secret })
}

/// `if_match`: the version that the caller saw.
pub async fn webhook_patch(
    allowed: &Allowed<Administer>,
    db: &Db,
    id: WebhookId,
    input: PatchWebhook,
    if_match: Option<i64>,
    rules: &GuardSettings,
) -> AppResult<Webhook> {
    input.validate()?;
    if let Some(url) = &input.url {
        check_url(url, rules)?;
    }
    let mut tx = db.begin().await?;
    let before = find(&mut tx, allowed, id).await?;
    same_version(if_match, before.version)?;
    let webhook = Webhook {
        name: input.name.unwrap_or_else(|| before.name.clone()),
        url: input.url.unwrap_or_else(|| before.url.clone()),
        enabled: input.enabled.unwrap_or(before.enabled),
        ..before.clone()
    };
    if webhook == before {
        return Ok(before);
    }
    // Who switches it on again knows why it was off.
    let webhook = Webhook { off_reason: webhook.off_reason.filter(|_| !webhook.enabled), ..webhook };
    won(tx
        .webhook_update(allowed.workspace(), &webhook)
        .await
        .map_err(taken("/name", "is the name of another webhook"))?)?;
    let state = if webhook.enabled { "on" } else { "off" };
    let description = format!("Changed the webhook {} to {} ({state})", webhook.name, webhook.url);
    note(&mut tx, Topic::Webhook, id.0, entry(allowed, "webhook.changed", description));
    let webhook = find(&mut tx, allowed, id).await?;
    tx.commit().await?;
    Ok(webhook)
}

/// Sets which notices it gets, and how they are written.
pub async fn webhook_set_notices(
    allowed: &Allowed<Administer>,
    db: &Db,
    id: WebhookId,
    mut input: SetWebhookNotices,
    if_match: Option<i64>,
) -> AppResult<Webhook> {
    input.notices.sort_unstable();
    input.notices.dedup();
    if input.notices.contains(&NoticeKind::Message) {
        return Err(AppError::invalid("/notices", "messages go to the members they name, not to webhooks"));
    }
    let mut tx = db.begin().await?;
    let before = find(&mut tx, allowed, id).await?;
    same_version(if_match, before.version)?;
    let webhook = Webhook { format: input.format, notices: input.notices, ..before.clone() };
    if webhook == before {
        return Ok(before);
    }
    won(tx.webhook_update(allowed.workspace(), &webhook).await?)?;
    let kinds: Vec<&str> = webhook.notices.iter().map(|kind| kind.as_str()).collect();
    let kinds = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(", ") };
    let description = format!("Tells the webhook {} of: {kinds} (as {})", webhook.name, webhook.format);
    note(&mut tx, Topic::Webhook, id.0, entry(allowed, "webhook.notices_set", description));
    let webhook = find(&mut tx, allowed, id).await?;
    tx.commit().await?;
    Ok(webhook)
}

/// Gives it a new secret; the old one signs too for a day. The answer is the only one that shows the secret.
pub async fn webhook_rotate(
    allowed: &Allowed<Administer>,
    db: &Db,
    id: WebhookId,
    if_match: Option<i64>,
) -> AppResult<CreatedWebhook> {
    let secret = secrets::webhook_key()?;
    let mut tx = db.begin().await?;
    let before = find(&mut tx, allowed, id).await?;
    same_version(if_match, before.version)?;
    let until = tx.now() + OLD_SECRET_LASTS;
    won(tx.webhook_rotate(allowed.workspace(), id, before.version, &secret, until).await?)?;
    let description = format!("Gave the webhook {} a new secret", before.name);
    note(&mut tx, Topic::Webhook, id.0, entry(allowed, "webhook.rotated", description));
    let webhook = find(&mut tx, allowed, id).await?;
    tx.commit().await?;
    Ok(CreatedWebhook { webhook, secret })
}

/// What went to it, or is on its way, the newest first.
pub async fn webhook_deliveries(
    allowed: &Allowed<Administer>,
    db: &Db,
    id: WebhookId,
    query: &PageQuery,
) -> AppResult<Page<WebhookDelivery>> {
    let limit = cursor::limit(query.limit.as_deref())?;
    let before = cursor::before_id(query.cursor.as_deref())?;
    let mut conn = db.read().await?;
    find(&mut conn, allowed, id).await?;
    let rows = conn.webhook_delivery_list(allowed.workspace(), id, before, limit + 1).await?;
    Ok(cursor::page(rows, limit, |last| vec![json!(last.id)]))
}

/// Sends a message that was delivered or given up once more, under the same id.
pub async fn webhook_replay(
    allowed: &Allowed<Administer>,
    db: &Db,
    id: WebhookDeliveryId,
) -> AppResult<WebhookDelivery> {
    let workspace = allowed.workspace();
    let missing = || AppError::not_found("delivery");
    let mut tx = db.begin().await?;
    let (of, delivery) = tx.webhook_delivery_get(workspace, id).await?.ok_or_else(missing)?;
    let webhook = find(&mut tx, allowed, of).await?;
    if !webhook.enabled {
        return Err(AppError::refused("The webhook is switched off. Switch it on first."));
    }
    if !tx.webhook_delivery_restart(workspace, id).await? {
        return Err(AppError::refused("This message is still on its way."));
    }
    let now = tx.now();
    tx.enqueue(deliver_job(workspace, id, now));
    let description = format!("Sends to the webhook {} again: {}", webhook.name, delivery.title);
    note(&mut tx, Topic::Webhook, of.0, entry(allowed, "webhook.replayed", description));
    let (_, delivery) = tx.webhook_delivery_get(workspace, id).await?.ok_or_else(missing)?;
    tx.commit().await?;
    Ok(delivery)
}

/// Refused while an action type of the workspace's own is performed by it.
pub async fn webhook_delete(
    allowed: &Allowed<Administer>,
    db: &Db,
    id: WebhookId,
    if_match: Option<i64>,
) -> AppResult<()> {
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    let webhook = find(&mut tx, allowed, id).await?;
    same_version(if_match, webhook.version)?;
    if let Some(user) = tx.webhook_user(workspace, id).await? {
        return Err(AppError::refused(format!("The action type {user} is performed by this webhook.")));
    }
    match tx.webhook_delete(workspace, id, webhook.version).await {
        Err(fault) if fault.is_foreign_key_violation() => {
            return Err(AppError::refused("An action type is performed by this webhook."));
        }
        deleted => won(deleted?)?,
    }
    let description = format!("Deleted the webhook {}", webhook.name);
    note(&mut tx, Topic::Webhook, id.0, entry(allowed, "webhook.deleted", description));
    tx.commit().await?;
    Ok(())
}

/// What the caller of webhooks would refuse without asking a name server is refused here already.
fn check_url(text: &str, rules: &GuardSettings) -> AppResult<()> {
    let fault = |detail: String| AppError::invalid("/url", detail);
    let url = Guard::new(rules.clone()).check_url(text).map_err(|cause| fault(cause.to_string()))?;
    match url.fragment() {
        Some(_) => Err(fault("the URL must not have a fragment (#), which is never sent".to_owned())),
        None => Ok(()),
    }
}

async fn find<P>(conn: &mut Conn, allowed: &Allowed<P>, webhook: WebhookId) -> AppResult<Webhook> {
    conn.webhook_get(allowed.workspace(), webhook).await?.ok_or_else(|| AppError::not_found("webhook"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::actions::outside::guard::network;

    #[test]
    fn addresses_are_checked_for_their_form() {
        for good in
            ["https://example.com/hook?x=1", "https://[2606:4700::1111]:8443/", "https://münchen.example/"]
        {
            assert!(check_url(good, &GuardSettings::default()).is_ok(), "{good}");
        }
        let open = GuardSettings { allow_http: true, allow: vec![network("127.0.0.0/8").unwrap()] };
        assert!(check_url("http://127.0.0.1:9009/x", &open).is_ok());
        for bad in [
            "http://example.com/",
            "ftp://example.com/",
            "javascript:alert(1)",
            "https://",
            "https://user@example.com/",
            "https://user:pass@example.com/",
            "https://example.com/#part",
            "https://127.0.0.1:8443/",
            "https://2130706433/",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://example.com:25/",
            "https://exa mple.com/",
            "https://example.com/\n",
            "example.com/hook",
        ] {
            let error = check_url(bad, &GuardSettings::default()).unwrap_err();
            assert_eq!(error.errors()[0].pointer, "/url", "{bad}");
        }
    }
}
