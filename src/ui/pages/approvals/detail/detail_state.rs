//! What the page remembers of its approval: what the server last said, and a word about a lost race.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::AppError;
use crate::domain::approval::{Approval, ApprovalDetail, Decided};
use crate::domain::comment::Comment;
use crate::domain::event::Topic;
use crate::domain::ids::ApprovalId;
use crate::domain::snooze::Snoozed;
use crate::server_fns::approvals::approval_get;
use crate::ui::components::{Announcer, use_announcer};
use crate::ui::forms::{Guard, Then};
use crate::ui::hooks::{focus_soon, use_events, use_hydrated};
use crate::ui::pages::approvals::queue_state::Queue;
use crate::ui::words::{moment, status_words};

/// The approval on the page.
#[derive(Clone, Copy)]
pub struct Shown {
    pub id: ApprovalId,
    /// As the server last said.
    pub detail: RwSignal<ApprovalDetail>,
    /// Why the last attempt came too late.
    pub notice: RwSignal<Option<String>>,
    /// Whether the end of the data was on the screen.
    pub data_seen: RwSignal<bool>,
    hydrated: ReadSignal<bool>,
    announcer: Announcer,
    /// The list, where this is shown in the sheet over it.
    over: Option<Queue>,
}

/// The id of the panel that says what happened; focus goes there after a decision.
pub const NOW: &str = "state-now";

/// The id of what says why an attempt was refused, in the sheet.
pub const NOTICE: &str = "refused";

/// The id of the data.
pub const DATA: &str = "data";

/// The id of the field in which a comment is written; focus goes back there.
pub const COMMENT: &str = "comment-text";

impl Shown {
    /// Follows the event stream until its owner is gone. `over`: the list, where this is in the sheet over it.
    pub fn new(detail: ApprovalDetail, over: Option<Queue>) -> Self {
        let id = detail.approval.id;
        let shown = Self {
            id,
            detail: RwSignal::new(detail),
            notice: RwSignal::new(None),
            data_seen: RwSignal::new(false),
            hydrated: use_hydrated(),
            announcer: use_announcer(),
            over,
        };
        use_events().listen(move |changes| {
            let about = changes.ids(Topic::Approval).any(|of| of == id.0);
            // A record that it is about may have changed: the preview shows records as they are.
            let waits = || shown.detail.with_untracked(|detail| detail.records.records_hash.is_some());
            if changes.resync || about || changes.concern(Topic::Record) && waits() {
                shown.read();
            }
        });
        shown
    }

    /// A part of the detail, redrawn only when it changes.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        &self,
        part: impl Fn(&ApprovalDetail) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let detail = self.detail;
        Memo::new(move |_| detail.with(&part))
    }

    /// An id of the document. The page or the panel, and the sheet over them, each have their own.
    pub fn name(&self, of: &str) -> String {
        if self.over.is_some() { format!("sheet-{of}") } else { of.to_owned() }
    }

    /// Whether the data has been shown whole, where it must be before somebody approves. Without a script it stands
    /// above the button.
    pub fn is_armed(&self) -> Memo<bool> {
        let shown = *self;
        Memo::new(move |_| {
            let needed = shown.detail.with(|detail| detail.approval.risk_level.is_armed());
            !needed || !shown.hydrated.get() || shown.data_seen.get()
        })
    }

    /// Keeps an approval from being sent unread, and shows what is to be read.
    pub fn guard(&self) -> Guard {
        let (shown, armed) = (*self, self.is_armed());
        Guard::new(move || {
            let is_armed = armed.get_untracked();
            if !is_armed {
                shown.announcer.announce("Read the data to its end, then approve.");
                focus_soon(shown.name(DATA));
            }
            is_armed
        })
    }

    /// What follows a decision or a vote.
    pub fn on_decided(&self) -> Then<Decided> {
        let shown = *self;
        Then::new(move |decided: Decided| {
            if let Some(queue) = shown.over {
                queue.decided_in_sheet(decided);
                return;
            }
            let word = status_words(decided.approval.status).1;
            shown.committed(
                decided.approval,
                match decided.votes_missing {
                    0 => format!("{word}."),
                    1 => "Your vote counts. One more is needed.".to_owned(),
                    more => format!("Your vote counts. {more} more are needed."),
                },
            );
        })
    }

    /// What follows any other change; `said` is announced.
    pub fn on_changed(&self, said: &'static str) -> Then<Approval> {
        let shown = *self;
        Then::new(move |approval| shown.committed(approval, said.to_owned()))
    }

    /// What follows a snooze, or its end. `gone`: told where the list that it leaves is beside it.
    pub fn on_snoozed(&self, gone: Option<Callback<()>>) -> Then<Snoozed> {
        let shown = *self;
        Then::new(move |snoozed: Snoozed| {
            let until = snoozed.snoozed_until;
            if shown.detail.try_update(|detail| detail.snoozed_until = until).is_none() {
                return;
            }
            shown.announcer.announce(match until {
                Some(until) => format!("Snoozed until {}.", moment(until)),
                None => "It is in your list again.".to_owned(),
            });
            shown.read();
            match gone {
                Some(gone) => {
                    let _ = gone.try_run(());
                }
                None => focus_soon(shown.name("page-title")),
            }
        })
    }

    /// What follows a lost race, or anything else that is not a fault of a field.
    pub fn on_refused(&self) -> Then<AppError> {
        let shown = *self;
        Then::new(move |error: AppError| {
            // Somebody else was quicker: the row says who.
            if let (Some(queue), AppError::Conflict { .. }) = (shown.over, &error) {
                queue.lost_in_sheet(shown.id, &error);
                return;
            }
            if shown.notice.try_set(Some(error.to_string())).is_none() {
                shown.read();
                focus_soon(shown.name(if shown.over.is_some() { NOTICE } else { NOW }));
            }
        })
    }

    /// What follows a comment: it stands there at once.
    pub fn commented(self, comment: Comment) {
        let known = self.detail.try_update(|detail| {
            if detail.comments.iter().all(|of| of.id != comment.id) {
                detail.comments.push(comment);
            }
        });
        if known.is_none() {
            return;
        }
        self.announcer.announce("Your comment is added.");
        self.read();
        focus_soon(COMMENT);
    }

    fn committed(self, approval: Approval, said: String) {
        // Nothing if the page was left meanwhile.
        if self.detail.try_update(|detail| detail.approval = approval).is_none() {
            return;
        }
        self.notice.set(None);
        self.announcer.announce(said);
        self.read();
        focus_soon(NOW);
    }

    /// Reads the approval again. A failure changes nothing: the next event tries again.
    fn read(self) {
        spawn_local(async move {
            if let Ok(detail) = approval_get(self.id).await {
                let _ = self.detail.try_set(detail);
            }
        });
    }
}
