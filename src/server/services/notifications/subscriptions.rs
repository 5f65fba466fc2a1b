//! The browsers in which a member gets notifications: their own, and nobody else's.

use super::push::test_job;
use crate::domain::event::Topic;
use crate::domain::ids::PushSubscriptionId;
use crate::domain::page::Page;
use crate::domain::push::{MAX_BROWSERS, PushSubscription, SubscribePush};
use crate::domain::{AppError, AppResult};
use crate::server::actions::outside::guard::{Guard, GuardSettings};
use crate::server::actions::outside::push::{BadKey, BrowserKeys};
use crate::server::services::accounts::person;
use crate::server::services::change::{entry, note};
use crate::server::services::ctx::{Allowed, OwnAccount};
use crate::server::storage::{Conn, Db};
use validator::Validate;

/// In the order in which they were added; few enough for one page.
pub async fn push_list(allowed: &Allowed<OwnAccount>, db: &Db) -> AppResult<Page<PushSubscription>> {
    let user = person(allowed)?;
    let items = db.read().await?.push_subscriptions(allowed.workspace(), user).await?;
    Ok(Page { items, next_cursor: None })
}

/// Adds a browser, or sets the keys and the name of the one at this endpoint anew. `true`: it is a new one. `rules`:
/// where the server may call, as for webhooks.
pub async fn push_subscribe(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
    input: SubscribePush,
    rules: &GuardSettings,
) -> AppResult<(PushSubscription, bool)> {
    input.validate()?;
    check(&input, rules)?;
    let (workspace, user) = (allowed.workspace(), person(allowed)?);
    let mut tx = db.begin().await?;
    // Until the commit nobody else adds one.
    tx.workspace_lock(workspace).await?;
    let found = tx.push_subscription_at(workspace, user, &input.endpoint).await?;
    let (id, is_new) = match found {
        Some((id, kept)) => {
            if kept != input {
                tx.push_subscription_update(workspace, id, &input).await?;
            }
            (id, false)
        }
        None => {
            let count = tx.push_subscriptions(workspace, user).await?.len();
            if i64::try_from(count).is_ok_and(|count| count >= MAX_BROWSERS) {
                return Err(AppError::refused(format!(
                    "{MAX_BROWSERS} of your browsers get notifications, which is as many as can. Remove one first."
                )));
            }
            let id = tx.push_subscription_insert(workspace, user, &input).await?;
            let description = format!("{} gets notifications in {}", allowed.actor().name, input.browser);
            note(&mut tx, Topic::Member, user.0, entry(allowed, "member.push_added", description));
            (id, true)
        }
    };
    let subscription = find(&mut tx, allowed, id).await?;
    tx.commit().await?;
    Ok((subscription, is_new))
}

/// Ends what a browser gets; what is on its way there goes with it.
pub async fn push_remove(allowed: &Allowed<OwnAccount>, db: &Db, id: PushSubscriptionId) -> AppResult<()> {
    let (workspace, user) = (allowed.workspace(), person(allowed)?);
    let mut tx = db.begin().await?;
    let subscription = find(&mut tx, allowed, id).await?;
    if !tx.push_subscription_delete(workspace, id).await? {
        return Err(AppError::not_found("browser"));
    }
    let description =
        format!("{} no longer gets notifications in {}", allowed.actor().name, subscription.browser);
    note(&mut tx, Topic::Member, user.0, entry(allowed, "member.push_removed", description));
    tx.commit().await?;
    Ok(())
}

/// Puts a test on its way to a browser, unless one is already. What came of it is in the subscription a moment later.
/// No audit row: nothing is changed, and nobody but the member is told.
pub async fn push_test(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
    id: PushSubscriptionId,
) -> AppResult<PushSubscription> {
    let mut tx = db.begin().await?;
    let subscription = find(&mut tx, allowed, id).await?;
    let now = tx.now();
    tx.enqueue(test_job(allowed.workspace(), id, now));
    tx.commit().await?;
    Ok(subscription)
}

fn check(input: &SubscribePush, rules: &GuardSettings) -> AppResult<()> {
    let url = Guard::new(rules.clone())
        .check_url(&input.endpoint)
        .map_err(|cause| AppError::invalid("/endpoint", cause.to_string()))?;
    if url.fragment().is_some() {
        let detail = "the URL must not have a fragment (#), which is never sent";
        return Err(AppError::invalid("/endpoint", detail));
    }
    match BrowserKeys::read(&input.p256dh, &input.auth) {
        Ok(_) => Ok(()),
        Err(BadKey::P256dh) => {
            Err(AppError::invalid("/p256dh", "must be a public key of P-256: 65 bytes as base64url"))
        }
        Err(BadKey::Auth) => Err(AppError::invalid("/auth", "must be 16 bytes as base64url")),
    }
}

/// Another member's is not found.
async fn find(
    conn: &mut Conn,
    allowed: &Allowed<OwnAccount>,
    id: PushSubscriptionId,
) -> AppResult<PushSubscription> {
    let found = conn.push_subscription_get(allowed.workspace(), person(allowed)?, id).await?;
    found.ok_or_else(|| AppError::not_found("browser"))
}
