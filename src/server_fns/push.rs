//! The browsers in which one gets notifications.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::PushSubscriptionId;
use crate::domain::page::Page;
use crate::domain::push::{PushKey, PushSubscription, SubscribePush};
use leptos::prelude::*;

/// One's browsers, in the order in which they were added.
#[server(name = PushList, prefix = "/api/fn", endpoint = "push/list", protocol = JsonOrForm)]
pub async fn push_list() -> Result<Page<PushSubscription>, AppError> {
    use super::door;
    use crate::server::services::{ctx::OwnAccount, notifications::subscriptions};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(subscriptions::push_list(&by, &state.db)).await
}

/// The key that a browser subscribes with.
#[server(name = PushKeyGet, prefix = "/api/fn", endpoint = "push/key", protocol = JsonOrForm)]
pub async fn push_key() -> Result<PushKey, AppError> {
    use super::door;
    use crate::server::services::{ctx::OwnAccount, notifications::push_key};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(push_key::push_key(&by, &state.db)).await
}

/// Adds a browser, or changes the one at this endpoint.
#[server(name = PushSubscribe, prefix = "/api/fn", endpoint = "push/subscribe", protocol = JsonOrForm)]
pub async fn push_subscribe(input: SubscribePush) -> Result<PushSubscription, AppError> {
    use super::door;
    use crate::server::services::{ctx::OwnAccount, notifications::subscriptions};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        let rules = state.config.webhooks.guard();
        Ok(subscriptions::push_subscribe(&by, &state.db, input, &rules).await?.0)
    })
    .await
}

/// Ends what one of one's browsers gets.
#[server(name = PushRemove, prefix = "/api/fn", endpoint = "push/remove", protocol = JsonOrForm)]
pub async fn push_remove(id: PushSubscriptionId) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::OwnAccount, notifications::subscriptions};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        subscriptions::push_remove(&by, &state.db, id).await?;
        reply::go_to("/settings/notifications?done=removed");
        Ok(())
    })
    .await
}

/// Sends a test to one of one's browsers.
#[server(name = PushTest, prefix = "/api/fn", endpoint = "push/test", protocol = JsonOrForm)]
pub async fn push_test(id: PushSubscriptionId) -> Result<PushSubscription, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::OwnAccount, notifications::subscriptions};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        let subscription = subscriptions::push_test(&by, &state.db, id).await?;
        reply::go_to("/settings/notifications?done=tested");
        Ok(subscription)
    })
    .await
}
