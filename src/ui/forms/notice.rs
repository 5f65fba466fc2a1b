//! What just happened, said at the top of the page.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::ui::components::{Icon, IconMark};
use crate::ui::hooks::focus_soon;

const ID: &str = "notice";

/// A page's notice. A plain form post brings it in the address as `done=…`; a script says it itself.
#[derive(Clone, Copy)]
pub struct Notice(RwSignal<Option<String>>);

impl Notice {
    /// A page's notice, beginning with what `words` says about the address's `done`.
    pub fn new(words: fn(&str) -> Option<&'static str>) -> Self {
        let done = use_query_map().with_untracked(|query| query.get("done"));
        Self(RwSignal::new(done.as_deref().and_then(words).map(str::to_owned)))
    }

    /// Says `text` and moves focus there, because what was pressed may be gone. Only call it from an event handler
    /// or a form's answer.
    pub fn say(self, text: impl Into<String>) {
        if self.0.try_set(Some(text.into())).is_none() {
            focus_soon(ID);
        }
    }

    /// Takes the notice away: something else is under way.
    pub fn clear(self) {
        let _ = self.0.try_set(None);
    }
}

/// Where the notice stands. It is always there, so that focus finds it.
#[component]
pub fn NoticeBar(
    /// The page's notice.
    notice: Notice,
) -> impl IntoView {
    let text = notice.0;
    // A notice that came with the page, or whose page was drawn anew, is read from the start.
    Effect::new(move |_| {
        if text.with_untracked(Option::is_some) {
            focus_soon(ID);
        }
    });
    let class = move || match text.with(Option::is_some) {
        true => "mb-4 flex items-center gap-2 rounded-control border border-ok bg-ok-soft px-3 py-2 text-ok",
        false => "hidden",
    };
    view! {
        <p id=ID tabindex="-1" class=class>
            <IconMark icon=Icon::Check />
            <span>{move || text.get()}</span>
        </p>
    }
}
