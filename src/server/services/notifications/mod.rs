//! Notifications: a member's own list and what they want to hear of; and how what happens reaches them.
//!
//! [`collect`] turns the notices that changes leave into notifications, [`tell`] writes those and puts them on their
//! way, [`mail`] and [`push`] send them, [`remind`] watches the clock of what waits.

pub mod collect;
pub mod cron;
pub mod digest;
mod digest_text;
pub mod links;
pub mod mail;
pub mod push;
pub mod push_key;
mod push_text;
mod recipients;
pub mod remind;
mod render;
pub mod subscriptions;
pub mod tell;
mod times;
pub mod webhook;

use super::accounts::person;
use super::change::{entry, note};
use super::ctx::{Allowed, OwnAccount};
use crate::domain::event::Topic;
use crate::domain::notification::{
    Notification, NotificationFilter, NotificationPreferences, ReadNotifications, SetNotificationPreferences,
    Unread,
};
use crate::domain::page::Page;
use crate::domain::{AppError, AppResult};
use crate::server::storage::{Db, cursor};
use validator::Validate;

/// The newest first.
pub async fn notification_list(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
    filter: &NotificationFilter,
) -> AppResult<Page<Notification>> {
    let (user, unread) = (person(allowed)?, filter.unread_only()?);
    let limit = cursor::limit(filter.limit.as_deref())?;
    let before = cursor::before_time(filter.cursor.as_deref())?;
    let mut conn = db.read().await?;
    let rows = conn.notification_list(allowed.workspace(), user, unread, before, limit + 1).await?;
    Ok(cursor::page(rows, limit, |last| cursor::time_and_id(last.created_at, last.id.0)))
}

/// How many are unread, at most 100.
pub async fn notification_count(allowed: &Allowed<OwnAccount>, db: &Db) -> AppResult<Unread> {
    let user = person(allowed)?;
    let unread = db.read().await?.notification_count_unread(allowed.workspace(), user).await?;
    Ok(Unread { unread })
}

/// Marks one's own as read; ids of others are as if they were not there. No audit row: what one has read is nobody
/// else's business, and nothing follows from it.
pub async fn notification_read(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
    input: ReadNotifications,
) -> AppResult<Unread> {
    input.validate()?;
    let (workspace, user) = (allowed.workspace(), person(allowed)?);
    if !input.all && input.ids.is_empty() {
        return Err(AppError::invalid("/ids", "name at least one, or say all"));
    }
    let mut tx = db.begin().await?;
    let changed = match input.all {
        true => tx.notifications_read_all(workspace, user).await?,
        false => tx.notifications_read(workspace, user, &input.ids).await?,
    };
    let unread = tx.notification_count_unread(workspace, user).await?;
    if changed > 0 {
        // The member's other pages show the new count.
        tx.emit(workspace, Topic::Notification, user.0);
    }
    tx.commit().await?;
    Ok(Unread { unread })
}

pub async fn notification_preferences(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
) -> AppResult<NotificationPreferences> {
    let user = person(allowed)?;
    let found = db.read().await?.recipient(allowed.workspace(), user).await?;
    Ok(found.ok_or(AppError::Unauthenticated)?.preferences)
}

/// Sets all of a member's preferences anew.
pub async fn notification_preferences_set(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
    input: SetNotificationPreferences,
) -> AppResult<NotificationPreferences> {
    let user = person(allowed)?;
    let workspace = allowed.workspace();
    let wanted = input.checked()?;
    let mut tx = db.begin().await?;
    tx.notification_preferences_set(workspace, user, &wanted).await?;
    let description = format!("{} set which notifications they get", allowed.actor().name);
    note(&mut tx, Topic::Member, user.0, entry(allowed, "member.notifications_set", description));
    let kept = tx.recipient(workspace, user).await?.ok_or(AppError::Unauthenticated)?.preferences;
    tx.commit().await?;
    Ok(kept)
}
