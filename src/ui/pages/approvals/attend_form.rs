//! "I am on it" as a form: on the page of an approval and in a row's menu.

use leptos::prelude::*;

use crate::domain::AppError;
use crate::domain::approval::Approval;
use crate::domain::attending::Attending;
use crate::domain::ids::{ApprovalId, UserId};
use crate::server_fns::approvals::{ApprovalAttend, ApprovalLeave};
use crate::ui::forms::{ActionForm, FormState, Hidden, Then};

/// Who is on an approval, as one member sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attendance {
    Nobody,
    Me,
    Another,
}

impl Attendance {
    /// How it is for `me`.
    pub fn of(on: Option<&Attending>, me: UserId) -> Self {
        match on {
            None => Self::Nobody,
            Some(on) if on.user_id == me => Self::Me,
            Some(_) => Self::Another,
        }
    }

    /// The words of the button that changes it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Nobody => "I am on it",
            Self::Me => "Not on it any more",
            Self::Another => "Take over",
        }
    }

    /// What is said once it is changed.
    pub const fn changed(self) -> &'static str {
        match self {
            Self::Nobody | Self::Another => "The others see that you are on it.",
            Self::Me => "You are no longer on it.",
        }
    }
}

/// The form that says so, takes over, or takes it back.
#[component]
pub fn AttendForm(
    /// The approval.
    id: ApprovalId,
    /// The form's state.
    form: FormState,
    /// Who is on it now.
    who: Attendance,
    /// Called with the approval after it.
    on_done: Then<Approval>,
    /// Called with why it was refused.
    on_refused: Then<AppError>,
    /// The button.
    children: Children,
) -> impl IntoView {
    let over = who == Attendance::Another;
    match who {
        Attendance::Me => view! {
            <ActionForm<ApprovalLeave> form=form on_done=on_done on_refused=on_refused>
                <Hidden name="id" value=id.to_string() />
                {children()}
            </ActionForm<ApprovalLeave>>
        }
        .into_any(),
        Attendance::Nobody | Attendance::Another => view! {
            <ActionForm<ApprovalAttend> form=form on_done=on_done on_refused=on_refused>
                <Hidden name="id" value=id.to_string() />
                <Hidden name="input[takeOver]" value=over.to_string() />
                {children()}
            </ActionForm<ApprovalAttend>>
        }
        .into_any(),
    }
}
