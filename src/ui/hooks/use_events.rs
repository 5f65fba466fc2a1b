//! The server's event stream. Events are hints: whoever listens reads the truth again.

use std::time::Duration;

use leptos::prelude::*;
use uuid::Uuid;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use crate::domain::event::{EventData, Topic};

const ADDRESS: &str = "/api/orchestration/events";
/// Events that come this close together are told as one.
const GATHER: Duration = Duration::from_millis(150);
/// A connection may be lost for this long before anybody is told.
const PATIENCE: Duration = Duration::from_secs(4);
/// The browser gives up after an error answer; then this long until the next try.
const RETRY: Duration = Duration::from_secs(5);

/// What changed since the last time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Anything may have changed: events were missed, or the stream has only just begun.
    pub resync: bool,
    /// What changed, each once, in order.
    pub changed: Vec<(Topic, Uuid)>,
}

impl Changes {
    /// Whether somebody who shows `topic` must look again.
    pub fn concern(&self, topic: Topic) -> bool {
        self.resync || self.changed.iter().any(|(of, _)| *of == topic)
    }

    /// The things of `topic` that changed.
    pub fn ids(&self, topic: Topic) -> impl Iterator<Item = Uuid> {
        self.changed.iter().filter(move |(of, _)| *of == topic).map(|(_, id)| *id)
    }
}

/// Whether what is shown follows the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LiveState {
    /// Not connected yet, or connected.
    #[default]
    Fresh,
    /// The connection is lost; what is shown may be old.
    Stale,
}

/// The page's one event stream. Get it with [`use_events`].
#[derive(Clone, Copy)]
pub struct Live {
    /// Whether what is shown follows the server.
    pub state: RwSignal<LiveState>,
    versions: RwSignal<[u64; Topic::ALL.len()]>,
    listeners: StoredValue<Vec<(u64, Callback<Changes>)>>,
    next: StoredValue<u64>,
}

impl Live {
    fn new() -> Self {
        Self {
            state: RwSignal::default(),
            versions: RwSignal::new([0; Topic::ALL.len()]),
            listeners: StoredValue::new(Vec::new()),
            next: StoredValue::new(0),
        }
    }

    /// Goes up when something of `topic` may have changed; a resource that reads it is fetched again.
    pub fn version(&self, topic: Topic) -> Memo<u64> {
        let versions = self.versions;
        Memo::new(move |_| versions.with(|versions| versions[topic as usize]))
    }

    /// Calls `listener` with each set of changes until the present owner is gone.
    ///
    /// On the server: nothing is ever called.
    pub fn listen(&self, listener: impl Fn(Changes) + Send + Sync + 'static) {
        let (listeners, id) = (self.listeners, self.next.get_value());
        self.next.set_value(id + 1);
        listeners.update_value(|all| all.push((id, Callback::new(listener))));
        on_cleanup(move || {
            let _ = listeners.try_update_value(|all| all.retain(|(of, _)| *of != id));
        });
    }

    fn tell(&self, changes: Changes) {
        self.versions.update(|versions| {
            for &topic in Topic::ALL {
                if changes.concern(topic) {
                    versions[topic as usize] += 1;
                }
            }
        });
        for (_, listener) in self.listeners.get_value() {
            // One listener may end another.
            let _ = listener.try_run(changes.clone());
        }
    }
}

/// Follows the server for as long as the present owner lives.
///
/// On the server: provides a stream in which nothing happens.
pub fn provide_events() -> Live {
    let live = Live::new();
    provide_context(live);
    Effect::new(move |_| {
        let stream = Stream {
            live,
            source: StoredValue::new_local(None),
            waiting: StoredValue::new(Changes::default()),
        };
        stream.connect();
        on_cleanup(move || stream.close());
    });
    live
}

/// The page's event stream; one in which nothing happens where none was provided.
pub fn use_events() -> Live {
    use_context().unwrap_or_else(Live::new)
}

#[derive(Clone, Copy)]
struct Stream {
    live: Live,
    source: StoredValue<Option<EventSource>, LocalStorage>,
    waiting: StoredValue<Changes>,
}

impl Stream {
    fn connect(self) {
        let Ok(source) = EventSource::new(ADDRESS) else { return };
        self.on(&source, "open", move |_| {
            let _ = self.live.state.try_set(LiveState::Fresh);
        });
        self.on(&source, "error", move |_| self.lost());
        self.on(&source, "resync", move |_| self.gather(|changes| changes.resync = true));
        for &topic in Topic::ALL {
            self.on(&source, topic.as_str(), move |event| {
                let Ok(event) = event.dyn_into::<MessageEvent>() else { return };
                let data = event.data().as_string().unwrap_or_default();
                // An event that this version does not know concerns nothing that it shows.
                if let Ok(EventData { topic, id }) = serde_json::from_str(&data) {
                    self.gather(|changes| {
                        if !changes.changed.contains(&(topic, id)) {
                            changes.changed.push((topic, id));
                        }
                    });
                }
            });
        }
        self.source.set_value(Some(source));
        // Between the page's reading and this moment, anything may have happened.
        self.gather(|changes| changes.resync = true);
    }

    fn on(self, source: &EventSource, event: &str, act: impl Fn(web_sys::Event) + 'static) {
        let act = Closure::<dyn Fn(web_sys::Event)>::new(act).into_js_value();
        // Adding a listener does not fail.
        let _ = source.add_event_listener_with_callback(event, act.unchecked_ref());
    }

    /// Notes a change; the first of a group starts the clock.
    fn gather(self, note: impl FnOnce(&mut Changes)) {
        let first = self.waiting.try_update_value(|changes| {
            let first = *changes == Changes::default();
            note(changes);
            first
        });
        if first == Some(true) {
            set_timeout(
                move || {
                    if let Some(changes) = self.waiting.try_update_value(std::mem::take) {
                        self.live.tell(changes);
                    }
                },
                GATHER,
            );
        }
    }

    fn lost(self) {
        set_timeout(
            move || {
                if !self.is(EventSource::OPEN) {
                    let _ = self.live.state.try_set(LiveState::Stale);
                }
            },
            PATIENCE,
        );
        // While it is connecting, the browser tries again by itself and says where it left off.
        if self.is(EventSource::CLOSED) {
            self.close();
            set_timeout(
                move || {
                    if self.source.try_with_value(Option::is_none) == Some(true) {
                        self.connect();
                    }
                },
                RETRY,
            );
        }
    }

    fn is(self, state: u16) -> bool {
        self.source
            .try_with_value(|source| {
                source.as_ref().map_or(EventSource::CLOSED, EventSource::ready_state) == state
            })
            .unwrap_or(false)
    }

    fn close(self) {
        if let Some(Some(source)) = self.source.try_update_value(Option::take) {
            source.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_listeners_follow_their_topic() {
        Owner::new().with(|| {
            let live = Live::new();
            let (approvals, teams) = (live.version(Topic::Approval), live.version(Topic::Team));
            let heard = StoredValue::new(0);
            live.listen(move |changes| {
                heard.update_value(|heard| *heard += changes.ids(Topic::Approval).count())
            });
            live.tell(Changes { resync: false, changed: vec![(Topic::Approval, Uuid::nil())] });
            assert_eq!((approvals.get_untracked(), teams.get_untracked(), heard.get_value()), (1, 0, 1));
            live.tell(Changes { resync: true, changed: Vec::new() });
            assert_eq!((approvals.get_untracked(), teams.get_untracked(), heard.get_value()), (2, 1, 1));
        });
    }
}
