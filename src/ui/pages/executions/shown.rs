//! What the page remembers of its execution: what the server last said, followed while it runs.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::AppError;
use crate::domain::event::Topic;
use crate::domain::execution::{Execution, ExecutionAction, ExecutionDetail, ExecutionStatus, Step};
use crate::domain::ids::{ExecutionId, StepId};
use crate::server_fns::executions::execution_get;
use crate::ui::components::{Announcer, use_announcer};
use crate::ui::forms::{Notice, Then};
use crate::ui::hooks::{focus_soon, use_events};

use super::words::{done, status};

/// The id of what says why an attempt was refused.
pub const REFUSED: &str = "execution-refused";

/// The execution on the page.
#[derive(Clone, Copy)]
pub struct Shown {
    pub id: ExecutionId,
    /// As the server last said.
    pub detail: RwSignal<ExecutionDetail>,
    /// Why the last attempt was refused.
    pub refused: RwSignal<Option<String>>,
    notice: Notice,
    announcer: Announcer,
    /// How often it was asked to be read since nobody read it.
    wanted: StoredValue<u64>,
}

impl Shown {
    /// Follows the event stream until its owner is gone.
    pub fn new(detail: ExecutionDetail, notice: Notice) -> Self {
        let id = detail.execution.id;
        let shown = Self {
            id,
            detail: RwSignal::new(detail),
            refused: RwSignal::new(None),
            notice,
            announcer: use_announcer(),
            wanted: StoredValue::new(0),
        };
        use_events().listen(move |changes| {
            if changes.resync || changes.ids(Topic::Execution).any(|of| of == id.0) {
                shown.read();
            }
        });
        shown
    }

    /// A part of it, redrawn only when it changes.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        &self,
        part: impl Fn(&ExecutionDetail) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let detail = self.detail;
        Memo::new(move |_| detail.with(&part))
    }

    /// A part of one step; `None` once the step is no longer among those that the server gives.
    pub fn step_part<T: PartialEq + Send + Sync + 'static>(
        &self,
        id: StepId,
        part: impl Fn(&Step) -> T + Send + Sync + 'static,
    ) -> Memo<Option<T>> {
        self.part(move |detail| detail.steps.iter().find(|step| step.id == id).map(&part))
    }

    /// What follows a change by the member. The button that was pressed may be gone, so focus goes to the notice.
    pub fn on_changed(&self, action: ExecutionAction) -> Then<Execution> {
        let shown = *self;
        Then::new(move |execution: Execution| {
            // Nothing if the page was left meanwhile.
            if shown.detail.try_update(|detail| detail.execution = execution).is_none() {
                return;
            }
            shown.refused.set(None);
            shown.notice.say(done(action));
            shown.read();
        })
    }

    /// What follows a refusal: somebody else, or the execution itself, was quicker.
    pub fn on_refused(&self) -> Then<AppError> {
        let shown = *self;
        Then::new(move |error: AppError| {
            if shown.refused.try_set(Some(error.to_string())).is_none() {
                shown.read();
                focus_soon(REFUSED);
            }
        })
    }

    /// Reads it again, one reading at a time: what happens during one is seen by the next. A failure changes nothing;
    /// the next event tries again.
    fn read(self) {
        let first = self.wanted.try_update_value(|wanted| {
            *wanted += 1;
            *wanted == 1
        });
        if first != Some(true) {
            return;
        }
        spawn_local(async move {
            while let Some(before) = self.wanted.try_get_value() {
                if let Ok(detail) = execution_get(self.id).await {
                    self.take(detail);
                }
                let again = self.wanted.try_update_value(|wanted| {
                    let again = *wanted != before;
                    *wanted = u64::from(again);
                    again
                });
                if again != Some(true) {
                    return;
                }
            }
        });
    }

    /// Shows it, and says how it stands where that is new. Nothing moves, and focus stays where it is.
    fn take(self, detail: ExecutionDetail) {
        let now = detail.execution.status;
        let Some(before) = self.detail.try_with_untracked(|shown| shown.execution.status) else { return };
        if self.detail.try_set(detail).is_none() && before != now {
            self.announcer.announce(said(now));
        }
    }
}

/// The status as an announcement.
fn said(now: ExecutionStatus) -> String {
    format!("This execution: {}.", status(now).1.to_lowercase())
}
