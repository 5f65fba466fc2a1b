//! Webhooks: where a `webhook` executor sends approved actions.

use super::change::{entry, note, same_version, taken, won};
use super::ctx::{Administer, Allowed, ReadSettings};
use super::secrets;
use crate::domain::event::Topic;
use crate::domain::ids::WebhookId;
use crate::domain::page::{Page, PageQuery};
use crate::domain::webhook::{CreatedWebhook, NewWebhook, PatchWebhook, Webhook};
use crate::domain::{AppError, AppResult};
use crate::server::actions::outside::guard::{Guard, GuardSettings};
use crate::server::storage::{Conn, Db, cursor};
use serde_json::json;
use validator::Validate;

/// By name.
pub async fn webhook_list(
    allowed: &Allowed<ReadSettings>,
    db: &Db,
    query: &PageQuery,
) -> AppResult<Page<Webhook>> {
    let limit = cursor::limit(query.limit.as_deref())?;
    let after = cursor::after_text(query.cursor.as_deref())?;
    let rows = db.read().await?.webhook_list(allowed.workspace(), &after, limit + 1).await?;
    Ok(cursor::page(rows, limit, |last| vec![json!(last.name)]))
}

pub async fn webhook_get(allowed: &Allowed<ReadSettings>, db: &Db, webhook: WebhookId) -> AppResult<Webhook> {
    find(&mut db.read().await?, allowed, webhook).await
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
