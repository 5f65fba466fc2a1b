//! Following the server at an easy pace.

use std::time::Duration;

use leptos::prelude::*;

use crate::domain::event::Topic;

use super::use_events;

/// Calls `look` once changes of one of `topics` are told, at most once in `every`: what comes meanwhile is seen by the
/// same look.
///
/// On the server: never.
pub fn use_changes(topics: &'static [Topic], every: Duration, look: impl Fn() + Send + Sync + 'static) {
    let waiting = StoredValue::new(false);
    let look = Callback::new(move |()| look());
    use_events().listen(move |changes| {
        let ours = topics.iter().any(|topic| changes.concern(*topic));
        if !ours || waiting.try_get_value() != Some(false) {
            return;
        }
        waiting.set_value(true);
        set_timeout(
            move || {
                // The page may have gone meanwhile.
                if waiting.try_set_value(false).is_none() {
                    let _ = look.try_run(());
                }
            },
            every,
        );
    });
}
