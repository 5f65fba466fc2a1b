//! The queue of approvals, and one approval.

mod attend_form;
mod bulk_bar;
mod detail;
mod filter;
mod filter_bar;
mod late_detail;
mod panel;
mod picked;
mod queue;
mod queue_menu;
mod queue_page;
mod queue_state;
mod row;
mod row_decide;
mod row_menu;
mod sheet;
mod snooze_form;
mod undo_strip;
mod views_bar;

pub use late_detail::{LateApproval, preload_detail};
pub use queue_page::ApprovalsPage;
