//! Messages between agents, and from people to them.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::MessageId;
use crate::domain::message::{Acknowledge, Message, MessageFilter, NewMessage, Redeliver, TakeMessages};
use crate::domain::page::Page;
use leptos::prelude::*;

/// Messages, newest first, or threads, or one thread.
#[server(name = MessageList, prefix = "/api/fn", endpoint = "messages/list", protocol = JsonOrForm)]
pub async fn message_list(#[server(default)] filter: MessageFilter) -> Result<Page<Message>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadMessages, messages};
    let (state, by) = door::allowed::<ReadMessages>().await?;
    door::answer(messages::list(&by, &state.db, &filter)).await
}

#[server(name = MessageGet, prefix = "/api/fn", endpoint = "messages/get", protocol = JsonOrForm)]
pub async fn message_get(id: MessageId) -> Result<Message, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadMessages, messages};
    let (state, by) = door::allowed::<ReadMessages>().await?;
    door::answer(messages::get(&by, &state.db, id)).await
}

/// Sends a message.
#[server(name = MessageSend, prefix = "/api/fn", endpoint = "messages/send", protocol = JsonOrForm)]
pub async fn message_send(input: NewMessage) -> Result<Message, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteMessages, messages};
    let (state, by) = door::allowed::<WriteMessages>().await?;
    door::answer(async {
        let sent = messages::send(&by, &state.db, input).await?;
        reply::go_to(&format!("/messages/{}?done=sent", sent.thread_id));
        Ok(sent)
    })
    .await
}

/// What waits in the calling agent's inbox, at once.
#[server(name = MessageTake, prefix = "/api/fn", endpoint = "messages/take", protocol = JsonOrForm)]
pub async fn message_take(#[server(default)] input: TakeMessages) -> Result<Page<Message>, AppError> {
    use super::door;
    use crate::server::services::{ctx::WriteMessages, messages};
    let (state, by) = door::allowed::<WriteMessages>().await?;
    door::answer(messages::take(&by, &state.db, &input)).await
}

#[server(name = MessageAcknowledge, prefix = "/api/fn", endpoint = "messages/acknowledge", protocol = JsonOrForm)]
pub async fn message_acknowledge(id: MessageId, input: Acknowledge) -> Result<Message, AppError> {
    use super::door;
    use crate::server::services::{ctx::WriteMessages, messages};
    let (state, by) = door::allowed::<WriteMessages>().await?;
    door::answer(messages::acknowledge(&by, &state.db, id, input)).await
}

/// Sends a dead letter to its agent again.
#[server(name = MessageRedeliver, prefix = "/api/fn", endpoint = "messages/redeliver", protocol = JsonOrForm)]
pub async fn message_redeliver(id: MessageId, input: Redeliver) -> Result<Message, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteMessages, messages};
    let (state, by) = door::allowed::<WriteMessages>().await?;
    door::answer(async {
        let sent = messages::redeliver(&by, &state.db, id, input).await?;
        reply::go_to(&format!("/messages/{}?done=again", sent.thread_id));
        Ok(sent)
    })
    .await
}
