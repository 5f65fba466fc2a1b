//! The queue of approvals, and one approval.

mod bulk_bar;
mod detail;
mod filter;
mod filter_bar;
mod queue;
mod queue_page;
mod queue_state;
mod row;
mod row_decide;
mod undo_strip;

pub use detail::ApprovalPage;
pub use queue_page::ApprovalsPage;
