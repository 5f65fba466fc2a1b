//! The decision sheet: what will happen and the three answers, over the list and without leaving it.

use leptos::prelude::*;

use crate::domain::ids::ApprovalId;
use crate::domain::member::Me;
use crate::ui::components::Dialog;

use super::late_detail::{Place, draw_detail};
use super::queue_state::Queue;

/// What the reviewer is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    Approve,
    Edit,
    Reject,
}

/// A sheet over the list.
#[derive(Clone, Copy)]
pub struct Sheet {
    pub queue: Queue,
    pub about: ApprovalId,
    pub intent: Intent,
}

/// Which approval the sheet is about, and whether it is open.
#[derive(Clone, Copy)]
pub struct SheetState {
    pub about: RwSignal<Option<(ApprovalId, Intent)>>,
    pub open: RwSignal<bool>,
}

impl SheetState {
    pub fn new() -> Self {
        Self { about: RwSignal::new(None), open: RwSignal::new(false) }
    }

    /// Opens the sheet, or opens it for another one.
    pub fn ask(&self, id: ApprovalId, intent: Intent) {
        self.about.set(Some((id, intent)));
        self.open.set(true);
    }
}

/// The sheet; its content is read anew each time that it opens.
#[component]
pub fn DecisionSheet(
    /// The queue.
    queue: Queue,
    /// Who decides.
    me: Me,
) -> impl IntoView {
    let SheetState { about, open } = queue.sheet;
    view! {
        <Dialog id="sheet" title="Your decision" wide=true class="sheet" open=open>
            {move || {
                let (about, intent) = about.get().filter(|_| open.get())?;
                Some(Suspend::new(draw_detail(Place::Sheet(me.clone(), Sheet { queue, about, intent }))))
            }}
        </Dialog>
    }
}
