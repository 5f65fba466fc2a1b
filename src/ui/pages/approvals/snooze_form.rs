//! Snoozing as a form: on the page of an approval and in a row's menu.

use leptos::prelude::*;

use crate::domain::AppError;
use crate::domain::approval::Approval;
use crate::domain::ids::ApprovalId;
use crate::domain::snooze::Snoozed;
use crate::server_fns::approvals::ApprovalSnooze;
use crate::ui::components::{ButtonSize, ButtonVariant, button_class};
use crate::ui::forms::{ActionForm, FormState, Hidden, Then};

/// Until when: seconds from now, and in words.
pub type SnoozeChoice = (i64, &'static str);

const CHOICES: [SnoozeChoice; 4] =
    [(1_800, "30 minutes"), (3_600, "1 hour"), (14_400, "4 hours"), (86_400, "1 day")];

/// The choices that end before the deadline. Without a clock as if it were new: the server says what is too long.
pub fn snooze_choices(approval: &Approval, now: Option<f64>) -> Vec<SnoozeChoice> {
    let now = now.unwrap_or(approval.created_at.timestamp_millis() as f64);
    let left = (approval.expires_at.timestamp_millis() as f64 - now) / 1000.0;
    let fits = |(seconds, _): &SnoozeChoice| approval.expiry_paused || (*seconds as f64) < left;
    CHOICES.into_iter().filter(fits).collect()
}

/// The form that puts an approval aside. There is one in every row, so its buttons are plain ones, of which nothing
/// changes while it is under way but what the style sheet does.
#[component]
pub fn SnoozeForm(
    /// The approval.
    id: ApprovalId,
    /// The form's state.
    form: FormState,
    /// What is offered.
    choices: Vec<SnoozeChoice>,
    /// Called with the approval and until when.
    on_done: Then<Snoozed>,
    /// Called with why it was refused, where that is no fault of the choice.
    on_refused: Then<AppError>,
) -> impl IntoView {
    let choices: Vec<_> = choices
        .into_iter()
        .map(|(seconds, word)| {
            view! {
                <button
                    type="submit"
                    class=button_class(ButtonVariant::Outline, ButtonSize::Small, "")
                    name="input[seconds]"
                    value=seconds.to_string()
                >
                    {word}
                </button>
            }
        })
        .collect();
    view! {
        <ActionForm<ApprovalSnooze> form=form class="grid gap-2 text-sm" on_done=on_done on_refused=on_refused>
            <Hidden name="id" value=id.to_string() />
            <p>"It leaves your list, nobody else's, and comes back by itself in:"</p>
            <div class="flex flex-wrap gap-2">{choices}</div>
        </ActionForm<ApprovalSnooze>>
    }
}
