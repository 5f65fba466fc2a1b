//! The event stream's outer form: `id`, `event`, `data`, a comment every 15 s, an end at shutdown.

use crate::domain::event::EventData;
use axum::extract::FromRequestParts;
use axum::http::{HeaderName, HeaderValue, request::Parts};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream, StreamExt};
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const COMMENT_EVERY: Duration = Duration::from_secs(15);
/// A browser waits this long before it connects again.
const RETRY: Duration = Duration::from_secs(2);

/// What a follower is told.
#[derive(Clone, Debug)]
pub enum FollowItem {
    /// Something changed. `id` is what `Last-Event-ID` brings back.
    Event { id: String, data: EventData },
    /// Events were missed that are no longer kept: fetch everything again. `id` is where the stream goes on.
    Resync { id: String },
}

/// The id after which the follower wants to go on.
#[derive(Clone, Debug)]
pub struct LastEventId(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let id = parts.headers.get("last-event-id").and_then(|value| value.to_str().ok());
        Ok(Self(id.filter(|id| !id.is_empty() && id.len() <= 128).map(str::to_owned)))
    }
}

/// Streams `items` until they end or the program stops.
pub fn stream(
    items: impl Stream<Item = FollowItem> + Send + 'static,
    shutdown: CancellationToken,
) -> Response {
    let opening = stream::once(async { Event::default().retry(RETRY).comment("connected") });
    let events =
        opening.chain(items.map(event)).map(Ok::<_, Infallible>).take_until(shutdown.cancelled_owned());
    let keep_alive = KeepAlive::new().interval(COMMENT_EVERY).text("");
    let mut response = Sse::new(events).keep_alive(keep_alive).into_response();
    // nginx would hold events back until its buffer is full.
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn event(item: FollowItem) -> Event {
    match item {
        FollowItem::Event { id, data } => {
            let text = serde_json::to_string(&data).unwrap_or_default();
            Event::default().id(one_line(&id)).event(data.topic.as_str()).data(text)
        }
        FollowItem::Resync { id } => Event::default().id(one_line(&id)).event("resync").data("{}"),
    }
}

/// `Event::id` panics on line breaks and U+0000.
fn one_line(id: &str) -> String {
    id.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')).collect()
}
