//! Webhooks: where a `webhook` executor sends approved actions.

use super::change::{entry, note, same_version, taken, won};
use super::ctx::{Administer, Allowed, ReadSettings};
use super::secrets;
use crate::domain::event::Topic;
use crate::domain::ids::WebhookId;
use crate::domain::page::{Page, PageQuery};
use crate::domain::webhook::{CreatedWebhook, NewWebhook, PatchWebhook, Webhook};
use crate::domain::{AppError, AppResult};
use crate::server::storage::{Conn, Db, cursor};
use reqwest::Url;
use serde_json::json;
use validator::Validate;

/// Which addresses the installation lets in. Where they lead is checked when something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schemes {
    HttpsOnly,
    HttpToo,
}

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
    schemes: Schemes,
) -> AppResult<CreatedWebhook> {
    input.validate()?;
    check_url(&input.url, schemes)?;
    let secret = secrets::webhook_key()?;
    let mut tx = db.begin().await?;
    let webhook = tx
        .webhook_insert(allowed.workspace(), &input.name, &input.url, &secret)
        .await
        .map_err(taken("/name", "is the name of another webhook"))?;
    let description = format!("Made the webhook {} to {}", webhook.name, webhook.url);
    note(&mut tx, Topic::Webhook, webhook.id.0, entry(allowed, "webhook.created", description)).await?;
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
    schemes: Schemes,
) -> AppResult<Webhook> {
    input.validate()?;
    if let Some(url) = &input.url {
        check_url(url, schemes)?;
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
    note(&mut tx, Topic::Webhook, id.0, entry(allowed, "webhook.changed", description)).await?;
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
    note(&mut tx, Topic::Webhook, id.0, entry(allowed, "webhook.deleted", description)).await?;
    tx.commit().await?;
    Ok(())
}

fn check_url(text: &str, schemes: Schemes) -> AppResult<()> {
    let fault = |detail: &str| Err(AppError::invalid("/url", detail));
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return fault("must not contain spaces or control characters");
    }
    let Ok(url) = Url::parse(text) else {
        return fault("must be an address such as https://example.com/hook");
    };
    match (url.scheme(), schemes) {
        ("https", _) | ("http", Schemes::HttpToo) => {}
        _ => return fault("must begin with https://"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return fault("must not contain a user name or a password");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return fault("must name a host");
    }
    if url.fragment().is_some() {
        return fault("must not have a fragment (#), which is never sent");
    }
    Ok(())
}

async fn find<P>(conn: &mut Conn, allowed: &Allowed<P>, webhook: WebhookId) -> AppResult<Webhook> {
    conn.webhook_get(allowed.workspace(), webhook).await?.ok_or_else(|| AppError::not_found("webhook"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_for_their_form() {
        for good in
            ["https://example.com/hook?x=1", "https://[2001:db8::1]:8443/", "https://münchen.example/"]
        {
            assert!(check_url(good, Schemes::HttpsOnly).is_ok(), "{good}");
        }
        assert!(check_url("http://127.0.0.1:9/x", Schemes::HttpToo).is_ok());
        for bad in [
            "http://example.com/",
            "ftp://example.com/",
            "javascript:alert(1)",
            "https://",
            "https://user@example.com/",
            "https://user:pass@example.com/",
            "https://example.com/#part",
            "https://exa mple.com/",
            "https://example.com/\n",
            "example.com/hook",
        ] {
            let error = check_url(bad, Schemes::HttpsOnly).unwrap_err();
            assert_eq!(error.errors()[0].pointer, "/url", "{bad}");
        }
    }
}
