//! What the queue remembers while it is on the screen: its rows in an order that never moves by itself, what is
//! picked, what was just decided, what arrived meanwhile.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::AppError;
use crate::domain::approval::{Approval, ApprovalFilter, ApprovalStatus, Decided};
use crate::domain::bulk::BulkOutcome;
use crate::domain::event::Topic;
use crate::domain::ids::{ApprovalId, UserId};
use crate::domain::opening::MAX_ASKED;
use crate::server_fns::approvals::{approval_list, approval_opened, approval_row};
use crate::ui::components::{Announcer, use_announcer};
use crate::ui::hooks::{Changes, focus_soon, focus_within, use_events};
use crate::ui::words::{is_in_hold, moment, short_title, status_words};

use super::panel::Opened;
use super::picked::{Picks, all_that_match};
use super::sheet::{Intent, SheetState};

/// One row.
#[derive(Clone, Copy)]
pub struct RowState {
    pub id: ApprovalId,
    /// As the server last said.
    pub approval: RwSignal<Approval>,
    /// What to say about the last attempt.
    pub note: RwSignal<Option<String>>,
    /// This member put it aside: it is not shown any more.
    pub left: RwSignal<bool>,
}

/// The queue.
#[derive(Clone, Copy)]
pub struct Queue {
    pub(super) rows: StoredValue<Vec<RowState>>,
    pub(super) filter: StoredValue<ApprovalFilter>,
    /// What events named since the list was read: only that can be new. What merely moves up from the next page
    /// when a row is decided is not.
    told: StoredValue<BTreeSet<ApprovalId>>,
    /// Who looks.
    pub me: UserId,
    pub(super) announcer: Announcer,
    /// What is ticked, on this page or not.
    pub picked: RwSignal<Picks>,
    /// Which of the ticked ones this member has opened.
    pub read: RwSignal<BTreeSet<ApprovalId>>,
    /// This member's approvals that can still be undone.
    pub held: RwSignal<Vec<Approval>>,
    /// Approvals of this list that are not on the screen yet.
    pub arrived: RwSignal<BTreeSet<ApprovalId>>,
    /// The names of critical ones that match but are not ticked.
    pub critical: RwSignal<Vec<String>>,
    /// The decision sheet over the list.
    pub sheet: SheetState,
    /// What is opened beside the list.
    pub opened: Opened,
    /// Reads the list anew.
    pub(super) reload: Callback<()>,
}

impl Queue {
    /// The queue over one page of a list. Follows the event stream until its owner is gone.
    pub fn new(
        items: Vec<Approval>,
        held: Vec<Approval>,
        filter: ApprovalFilter,
        me: UserId,
        opened: Opened,
        reload: Callback<()>,
    ) -> Self {
        let rows = items
            .into_iter()
            .map(|approval| RowState {
                id: approval.id,
                approval: RwSignal::new(approval),
                note: RwSignal::new(None),
                left: RwSignal::new(false),
            })
            .collect();
        let queue = Self {
            rows: StoredValue::new(rows),
            filter: StoredValue::new(filter),
            told: StoredValue::default(),
            me,
            announcer: use_announcer(),
            picked: RwSignal::default(),
            read: RwSignal::default(),
            held: RwSignal::new(held.into_iter().filter(|approval| is_mine(approval, me)).collect()),
            arrived: RwSignal::default(),
            critical: RwSignal::default(),
            sheet: SheetState::new(),
            opened,
            reload,
        };
        use_events().listen(move |changes| queue.follow(&changes));
        queue
    }

    pub fn rows(&self) -> Vec<RowState> {
        self.rows.get_value()
    }

    /// Whether the page was left, or read anew, since an answer was asked for.
    pub(super) fn is_gone(&self) -> bool {
        self.rows.try_get_value().is_none()
    }

    /// Shows one beside the list.
    pub fn show(&self, id: ApprovalId) {
        self.opened.show(&self.filter.get_value(), id);
    }

    /// Opens the sheet for a row that waits, named by its id. Whether there is one.
    pub fn ask(&self, id: &str, intent: Intent) -> bool {
        let row = id.parse().ok().and_then(|id| self.row(id));
        let waits = row.filter(|row| row.approval.with_untracked(|of| of.status == ApprovalStatus::Pending));
        if let Some(row) = waits {
            self.sheet.ask(row.id, intent);
        }
        waits.is_some()
    }

    /// Ticks or unticks a row.
    pub fn pick(&self, approval: &Approval, on: bool) {
        self.picked.update(|picked| {
            if on {
                picked.insert(approval.id, approval.into());
            } else {
                picked.remove(&approval.id);
            }
        });
    }

    /// Ticks everything that the list's filter finds now. Critical ones are named, not ticked.
    pub fn pick_all(self) {
        let filter = self.filter.get_value();
        spawn_local(async move {
            let found = all_that_match(filter).await;
            if self.is_gone() {
                return;
            }
            match found {
                Ok((picks, critical)) => {
                    let left_out = match critical.len() {
                        0 => String::new(),
                        1 => ". 1 is critical and is decided by itself".to_owned(),
                        many => format!(". {many} are critical and are decided one by one"),
                    };
                    self.announcer.announce(format!("{} selected{left_out}.", picks.len()));
                    self.critical.set(critical);
                    self.picked.set(picks);
                }
                Err(error) => self.announcer.announce(error.to_string()),
            }
        });
    }

    /// Asks which of the ticked high-risk ones this member has opened, where that is not known yet: only those are
    /// approved together.
    pub fn learn_read(self) {
        let high: Vec<_> = self.picked.with_untracked(|picked| {
            let read = self.read.read_untracked();
            let unknown = picked.iter().filter(|(id, of)| of.risk.is_armed() && !read.contains(id));
            unknown.map(|(id, _)| *id).collect()
        });
        spawn_local(async move {
            for some in high.chunks(MAX_ASKED) {
                if let Ok(page) = approval_opened(some.to_vec()).await {
                    let _ = self.read.try_update(|read| read.extend(page.items));
                }
            }
        });
    }

    /// The server committed a decision of this member.
    pub fn decided(&self, approval: Approval, votes_missing: i64) {
        if self.is_gone() {
            return;
        }
        let title = short_title(&approval);
        let said = match (votes_missing, approval.status, approval.hold_until) {
            (0, ApprovalStatus::Approved, Some(until)) if is_in_hold(&approval) => {
                format!("Approved: {title}. It can be undone until {}.", moment(until))
            }
            (0, status, _) => format!("{}: {title}", status_words(status).1),
            (missing, _, _) => format!("Your vote counts: {title}. Votes still needed: {missing}."),
        };
        self.announcer.announce(said);
        let id = approval.id;
        self.apply(approval);
        focus_soon(self.next_after(id));
    }

    /// The same, decided in the sheet over the list.
    pub fn decided_in_sheet(&self, decided: Decided) {
        if self.is_gone() {
            return;
        }
        self.sheet.open.set(false);
        self.note(decided.approval.id, None);
        self.decided(decided.approval, decided.votes_missing);
    }

    /// Somebody else decided while the sheet was open.
    pub fn lost_in_sheet(&self, id: ApprovalId, error: &AppError) {
        if self.is_gone() {
            return;
        }
        self.sheet.open.set(false);
        self.refused(id, error);
    }

    /// The server refused a decision because the state of things is another one by now.
    pub fn refused(&self, id: ApprovalId, error: &AppError) {
        if self.is_gone() {
            return;
        }
        self.note(id, Some(error.to_string()));
        self.announcer.announce(error.to_string());
        self.fetch(id);
    }

    /// An approval was taken back.
    pub fn undone(&self, approval: Approval) {
        if self.is_gone() {
            return;
        }
        self.announcer
            .announce(format!("Undone: {}. It waits for a decision again.", short_title(&approval)));
        let row = self.row(approval.id).map(|row| row_link(row.id));
        self.apply(approval);
        focus_soon(row.unwrap_or_else(|| "page-title".to_owned()));
    }

    /// Many are being decided.
    pub fn bulk_begun(&self, count: usize) {
        self.announcer.announce(format!("Sending {count} decisions…"));
    }

    /// Many were decided; each row says what became of it.
    pub fn bulk_done(&self, outcome: &BulkOutcome) {
        if self.is_gone() {
            return;
        }
        let s = &outcome.summary;
        let counts = [
            (s.approved, "approved"),
            (s.rejected, "rejected"),
            (s.voted, "voted on"),
            (s.conflict, "already decided"),
            (s.changed, "changed meanwhile"),
            (s.forbidden, "not allowed"),
            (s.not_found, "not found"),
            (s.refused, "refused"),
        ];
        let words: Vec<_> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        self.announcer.announce(if words.is_empty() {
            "Nothing was decided.".to_owned()
        } else {
            words.join(", ")
        });
        self.picked.set(Picks::new());
        self.critical.set(Vec::new());
        for result in outcome.results.iter().filter(|result| self.row(result.id).is_some()) {
            self.note(result.id, result.problem.clone());
            self.fetch(result.id);
        }
        focus_soon("page-title");
    }

    fn follow(&self, changes: &Changes) {
        if !changes.concern(Topic::Approval) {
            return;
        }
        let shown: BTreeSet<_> = self.rows().iter().map(|row| row.id).collect();
        let held: BTreeSet<_> =
            self.held.with_untracked(|held| held.iter().map(|approval| approval.id).collect());
        let changed: BTreeSet<_> = changes.ids(Topic::Approval).map(ApprovalId).collect();
        for id in changed.iter().filter(|id| shown.contains(id) || held.contains(id)) {
            self.fetch(*id);
        }
        let unknown = changed.iter().any(|id| !shown.contains(id));
        self.told.update_value(|told| told.extend(changed));
        if changes.resync || unknown {
            self.look_for_arrivals(changes.resync);
        }
    }

    /// Reads the same page of the list again, in the background: what is new waits for a press, and on a resync
    /// what is gone is read one by one.
    fn look_for_arrivals(self, resync: bool) {
        let filter = self.filter.get_value();
        spawn_local(async move {
            let Ok(page) = approval_list(filter).await else { return };
            if self.is_gone() {
                return;
            }
            let shown = self.rows();
            let fresh: BTreeSet<_> = page.items.iter().map(|approval| approval.id).collect();
            let newest = shown.iter().map(|row| row.id).max();
            // Ids grow with time, so that after a gap in the events what is newer than every row has arrived.
            let is_new = |id: &ApprovalId| {
                self.told.with_value(|told| told.contains(id))
                    || resync && newest.is_none_or(|newest| *id > newest)
            };
            let arrived: BTreeSet<_> = fresh
                .iter()
                .copied()
                .filter(|id| !shown.iter().any(|row| row.id == *id) && is_new(id))
                .collect();
            for approval in page.items {
                self.apply(approval);
            }
            if resync {
                for row in shown.iter().filter(|row| !fresh.contains(&row.id)) {
                    self.fetch(row.id);
                }
            }
            let before = self.arrived.with_untracked(BTreeSet::len);
            if arrived.len() > before {
                self.announcer.announce(format!("{} new", arrived.len()));
            }
            self.arrived.set(arrived);
        });
    }

    /// Reads one approval again.
    fn fetch(self, id: ApprovalId) {
        spawn_local(async move {
            if let Ok(approval) = approval_row(id).await
                && !self.is_gone()
            {
                self.apply(approval);
            }
        });
    }

    /// Shows what the server says now, in the same place.
    pub fn apply(&self, approval: Approval) {
        let (id, mine) = (approval.id, is_mine(&approval, self.me));
        self.held.update(|held| {
            let place = held.iter().position(|of| of.id == id);
            match (mine, place) {
                (true, Some(place)) => held[place] = approval.clone(),
                (true, None) => held.push(approval.clone()),
                (false, Some(place)) => {
                    held.remove(place);
                }
                (false, None) => {}
            }
        });
        let Some(row) = self.row(id) else { return };
        if row.approval.with_untracked(|shown| *shown == approval) {
            return;
        }
        // Talk about it changes nothing that is decided on: what is ticked or being written stays.
        if row.approval.with_untracked(|shown| without_talk(shown) == without_talk(&approval)) {
            row.approval.set(approval);
            return;
        }
        let was_inside = focus_within(&row_item(id));
        self.picked.update(|picked| {
            picked.remove(&id);
        });
        // What was opened may have been other data.
        self.read.update(|read| {
            read.remove(&id);
        });
        row.approval.set(approval);
        if was_inside {
            focus_soon(row_link(id));
        }
    }

    pub(super) fn note(&self, id: ApprovalId, note: Option<String>) {
        if let Some(row) = self.row(id) {
            row.note.set(note);
        }
    }

    pub(super) fn row(&self, id: ApprovalId) -> Option<RowState> {
        self.rows().into_iter().find(|row| row.id == id)
    }

    /// Where focus goes after a decision: the next row that waits, else the one before, else the heading.
    pub(super) fn next_after(&self, id: ApprovalId) -> String {
        let rows = self.rows();
        let place = rows.iter().position(|row| row.id == id).unwrap_or(0);
        let waits = |row: &&RowState| {
            row.id != id && row.approval.with_untracked(|approval| approval.status == ApprovalStatus::Pending)
        };
        rows.iter()
            .skip(place + 1)
            .find(waits)
            .or_else(|| rows.iter().take(place).rev().find(waits))
            .map_or_else(|| "page-title".to_owned(), |row| row_link(row.id))
    }
}

/// The approval without who is on it and how much was said, which change while somebody decides.
pub fn without_talk(approval: &Approval) -> Approval {
    Approval { attending: None, comment_count: 0, version: 0, ..approval.clone() }
}

fn is_mine(approval: &Approval, me: UserId) -> bool {
    is_in_hold(approval) && approval.reviewed_by == Some(me)
}

/// The id of a row's element.
pub fn row_item(id: ApprovalId) -> String {
    format!("item-{id}")
}

/// The id of a row's heading link.
pub fn row_link(id: ApprovalId) -> String {
    format!("approval-{id}")
}

/// The id of what a row's menu opens.
pub fn row_menu(id: ApprovalId) -> String {
    format!("more-{id}")
}
