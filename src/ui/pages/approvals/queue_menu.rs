//! What a row's menu does to the queue.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use crate::domain::approval::Approval;
use crate::domain::ids::ApprovalId;
use crate::domain::snooze::Snoozed;
use crate::ui::hooks::{close_popover, focus_soon, is_plain_press, is_wide};
use crate::ui::words::{moment, short_title};

use super::queue_state::{Queue, RowState, row_menu};

impl Queue {
    /// A press on a link to an approval: it opens beside the list where there is room for it.
    pub fn open(&self, event: &MouseEvent, id: ApprovalId) {
        if is_plain_press(event) && is_wide() {
            event.prevent_default();
            self.show(id);
        }
    }

    /// Whether the list is of what this member put aside.
    pub fn is_aside(&self) -> bool {
        self.filter.with_value(|filter| filter.status.is_none() && filter.snoozed.as_deref() == Some("only"))
    }

    /// This member is on it now, or no longer, which is `said`.
    pub fn attended(&self, approval: Approval, said: &'static str) {
        if self.is_gone() {
            return;
        }
        close_popover(&row_menu(approval.id));
        self.announcer.announce(said);
        self.note(approval.id, None);
        self.apply(approval);
    }

    /// Ticks a row or unticks it, and says so: the menu is over the tick.
    pub fn pick_or_not(&self, row: RowState) {
        let on = !self.picked.with_untracked(|picked| picked.contains_key(&row.id));
        row.approval.with_untracked(|approval| {
            let word = if on { "Selected" } else { "No longer selected" };
            self.announcer.announce(format!("{word}: {}", short_title(approval)));
            self.pick(approval, on);
        });
    }

    /// This member put one aside, or brought it back. It leaves the list, unless that shows both.
    pub fn put_aside(&self, snoozed: &Snoozed) {
        if self.is_gone() {
            return;
        }
        let (id, title) = (snoozed.approval.id, short_title(&snoozed.approval));
        self.announcer.announce(match snoozed.snoozed_until {
            Some(until) => format!("Snoozed until {}: {title}", moment(until)),
            None => format!("In your list again: {title}"),
        });
        let leaves = self
            .filter
            .with_value(|filter| filter.status.is_none() && filter.snoozed.as_deref() != Some("all"));
        if leaves {
            self.leave(id);
        } else {
            close_popover(&row_menu(id));
            self.note(id, None);
        }
    }

    /// Takes a row away. Focus goes where it goes after a decision.
    fn leave(&self, id: ApprovalId) {
        let next = self.next_after(id);
        self.picked.update(|picked| {
            picked.remove(&id);
        });
        if let Some(row) = self.row(id) {
            row.left.set(true);
        }
        self.rows.update_value(|rows| rows.retain(|row| row.id != id));
        // What is shown beside the list goes with its row.
        if self.opened.id.get_untracked() == Some(id) {
            self.opened.close(&self.filter.get_value());
        } else {
            focus_soon(next);
        }
        // After the last one comes the next page, or the word that nothing waits.
        if self.rows().is_empty() {
            let _ = self.reload.try_run(());
        }
    }
}
