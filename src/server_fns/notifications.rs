//! Notifications: a member's own, and what they want to hear of.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::notification::{
    FollowedLink, Notification, NotificationFilter, NotificationPreferences, ReadNotifications,
    SetNotificationPreferences, Unread,
};
use crate::domain::page::Page;
use leptos::prelude::*;

/// One's notifications, the newest first.
#[server(name = NotificationList, prefix = "/api/fn", endpoint = "notifications/list", protocol = JsonOrForm)]
pub async fn notification_list(
    #[server(default)] filter: NotificationFilter,
) -> Result<Page<Notification>, AppError> {
    use super::door;
    use crate::server::services::{ctx::OwnAccount, notifications};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(notifications::notification_list(&by, &state.db, &filter)).await
}

/// How many are unread, at most 100.
#[server(name = NotificationCount, prefix = "/api/fn", endpoint = "notifications/count", protocol = JsonOrForm)]
pub async fn notification_count() -> Result<Unread, AppError> {
    use super::door;
    use crate::server::services::{ctx::OwnAccount, notifications};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(notifications::notification_count(&by, &state.db)).await
}

/// Marks those named, or all, as read. Answers how many are left unread.
#[server(name = NotificationRead, prefix = "/api/fn", endpoint = "notifications/read", protocol = JsonOrForm)]
pub async fn notification_read(input: ReadNotifications) -> Result<Unread, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::OwnAccount, notifications};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        let left = notifications::notification_read(&by, &state.db, input).await?;
        reply::go_to("/notifications");
        Ok(left)
    })
    .await
}

/// Which notifications one gets, where and when.
#[server(name = NotificationPreferencesGet, prefix = "/api/fn", endpoint = "notifications/preferences", protocol = JsonOrForm)]
pub async fn notification_preferences() -> Result<NotificationPreferences, AppError> {
    use super::door;
    use crate::server::services::{ctx::OwnAccount, notifications};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(notifications::notification_preferences(&by, &state.db)).await
}

/// Sets all of them anew: a kind that is not named is not wanted, an hour that is absent is none.
#[server(name = NotificationPreferencesSet, prefix = "/api/fn", endpoint = "notifications/set-preferences", protocol = JsonOrForm)]
pub async fn notification_preferences_set(
    #[server(default)] input: SetNotificationPreferences,
) -> Result<NotificationPreferences, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::OwnAccount, notifications};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        let kept = notifications::notification_preferences_set(&by, &state.db, input).await?;
        reply::go_to("/settings/notifications?done=saved");
        Ok(kept)
    })
    .await
}

/// Where the link of an e-mail leads; it works once, and only for the member it was sent to.
#[server(name = NotificationFollow, prefix = "/api/fn", endpoint = "notifications/follow", protocol = JsonOrForm)]
pub async fn notification_follow(token: String) -> Result<FollowedLink, AppError> {
    use super::door;
    use crate::server::services::{ctx::OwnAccount, notifications::links};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(links::notification_link_follow(&by, &state.db, &token)).await
}
