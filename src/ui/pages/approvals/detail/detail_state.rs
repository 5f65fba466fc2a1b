//! What the page remembers of its approval: what the server last said, and a word about a lost race.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::AppError;
use crate::domain::approval::{Approval, ApprovalDetail, Decided};
use crate::domain::comment::Comment;
use crate::domain::event::Topic;
use crate::domain::ids::ApprovalId;
use crate::server_fns::approvals::approval_get;
use crate::ui::components::{Announcer, use_announcer};
use crate::ui::forms::Then;
use crate::ui::hooks::{focus_soon, use_events};
use crate::ui::words::status_words;

/// The approval on the page.
#[derive(Clone, Copy)]
pub struct Shown {
    pub id: ApprovalId,
    /// As the server last said.
    pub detail: RwSignal<ApprovalDetail>,
    /// Why the last attempt came too late.
    pub notice: RwSignal<Option<String>>,
    announcer: Announcer,
}

/// The id of the panel that says what happened; focus goes there after a decision.
pub const NOW: &str = "state-now";

/// The id of the field in which a comment is written; focus goes back there.
pub const COMMENT: &str = "comment-text";

impl Shown {
    /// Follows the event stream until its owner is gone.
    pub fn new(detail: ApprovalDetail) -> Self {
        let id = detail.approval.id;
        let shown = Self {
            id,
            detail: RwSignal::new(detail),
            notice: RwSignal::new(None),
            announcer: use_announcer(),
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

    /// What follows a decision or a vote.
    pub fn on_decided(&self) -> Then<Decided> {
        let shown = *self;
        Then::new(move |decided: Decided| {
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

    /// What follows a lost race, or anything else that is not a fault of a field.
    pub fn on_refused(&self) -> Then<AppError> {
        let shown = *self;
        Then::new(move |error: AppError| {
            if shown.notice.try_set(Some(error.to_string())).is_none() {
                shown.read();
                focus_soon(NOW);
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
