//! One approval beside the list, on screens that are wide enough. The address says which: `/approvals?open=…`.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::domain::approval::ApprovalFilter;
use crate::domain::ids::ApprovalId;
use crate::domain::member::Me;
use crate::ui::components::{ButtonSize, ButtonVariant, Icon, IconMark, button_class};
use crate::ui::hooks::focus_soon;

use super::filter::href;
use super::late_detail::{Panel, Place, draw_detail};
use super::queue_state::row_link;

/// The id of the panel's heading; focus goes there when it opens.
pub const PANEL_TITLE: &str = "panel-title";

/// What is opened beside the list.
#[derive(Clone, Copy)]
pub struct Opened {
    /// As the address says.
    pub id: Memo<Option<ApprovalId>>,
    /// Whether a person opened it since the page was loaded; focus then goes there.
    asked: StoredValue<bool>,
    /// Where focus goes when it closes, if not to the row.
    then: StoredValue<Option<&'static str>>,
    /// Goes up each time that one has been opened, and the server has noted it.
    pub noted: RwSignal<u32>,
    go: Callback<String>,
}

impl Opened {
    /// Only inside a router.
    pub fn new(id: Memo<Option<ApprovalId>>) -> Self {
        let navigate = use_navigate();
        let go = Callback::new(move |to: String| {
            navigate(&to, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        });
        Self { id, asked: StoredValue::new(false), then: StoredValue::new(None), noted: RwSignal::new(0), go }
    }

    /// Shows one beside the list with this filter, and moves focus to it.
    pub fn show(&self, filter: &ApprovalFilter, id: ApprovalId) {
        if self.id.get_untracked() == Some(id) {
            focus_soon(PANEL_TITLE);
            return;
        }
        self.asked.set_value(true);
        self.go.run(panel_href(filter, id));
    }

    /// Whether focus goes into the panel, because somebody opened it; once.
    pub fn takes_focus(&self) -> bool {
        self.asked.try_update_value(std::mem::take).unwrap_or(false)
    }

    /// The server has noted that this member opened it.
    pub fn was_noted(&self) {
        let _ = self.noted.try_update(|times| *times += 1);
    }

    /// The list with this filter alone; focus goes to its heading, because the row may go too.
    pub(super) fn close(&self, filter: &ApprovalFilter) {
        self.then.set_value(Some("page-title"));
        self.go.run(href(filter));
    }
}

/// The address of the list with an approval beside it.
fn panel_href(filter: &ApprovalFilter, id: ApprovalId) -> String {
    let list = href(filter);
    let joint = if list.contains('?') { '&' } else { '?' };
    format!("{list}{joint}open={id}")
}

/// The panel; nothing while none is open.
#[component]
pub fn DetailPanel(
    /// What is opened.
    opened: Opened,
    /// The list's filter.
    filter: Memo<ApprovalFilter>,
    /// Who looks.
    me: Me,
    /// Reads the list anew.
    reload: Callback<()>,
) -> impl IntoView {
    // What left the list is no longer shown beside it.
    let gone = Callback::new(move |()| {
        opened.close(&filter.get_untracked());
        reload.run(());
    });
    // Focus goes back to where it came from.
    Effect::new(move |before: Option<Option<ApprovalId>>| {
        let now = opened.id.get();
        if let (Some(Some(before)), None) = (before, now) {
            let then = opened.then.try_update_value(Option::take).flatten();
            focus_soon(then.map_or_else(|| row_link(before), str::to_owned));
        }
        now
    });
    let is_open = Memo::new(move |_| opened.id.with(Option::is_some));
    move || {
        is_open.get().then(|| {
            let panel = Panel { opened, filter, gone };
            Suspend::new(draw_detail(Place::Panel(me.clone(), panel)))
        })
    }
}

/// Leaves the panel; so does Escape.
#[component]
pub fn CloseLink(
    /// The list without it.
    href: String,
) -> impl IntoView {
    view! {
        <a
            href=href
            data-command="close"
            class=button_class(ButtonVariant::Ghost, ButtonSize::Small, "btn-icon")
            aria-label="Close"
            title="Close"
        >
            <IconMark icon=Icon::X />
        </a>
    }
}
