//! Putting an approval aside, for oneself alone.

use leptos::prelude::*;

use crate::domain::approval::ApprovalStatus;
use crate::domain::snooze::Snoozed;
use crate::server_fns::approvals::{ApprovalSnooze, ApprovalWake};
use crate::ui::components::{ButtonSize, Icon, IconMark};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, SubmitButton, Then};
use crate::ui::hooks::{Tick, use_now};
use crate::ui::words::moment;

use super::detail_state::Shown;

/// Until when: seconds from now, and in words.
const CHOICES: [(i64, &str); 4] =
    [(1_800, "30 minutes"), (3_600, "1 hour"), (14_400, "4 hours"), (86_400, "1 day")];

/// What the part depends on.
#[derive(Clone, PartialEq)]
struct State {
    may: bool,
    until: Option<chrono::DateTime<chrono::Utc>>,
}

/// Puts it aside until later, or takes that back.
#[component]
pub fn Snooze(
    /// The approval.
    shown: Shown,
    /// What follows where it is shown beside the list, which it leaves.
    #[prop(optional_no_strip)]
    gone: Option<Callback<()>>,
) -> impl IntoView {
    let state = shown.part(|detail| {
        let approval = &detail.approval;
        State {
            may: detail.may_decide && approval.status == ApprovalStatus::Pending,
            until: detail.snoozed_until,
        }
    });
    let now = use_now(Tick::Minute);
    // Before the deadline. Without a clock as if it were new: the server says what is too long.
    let offered = Memo::new(move |_| {
        let now = now.get();
        shown.detail.with(|detail| {
            let approval = &detail.approval;
            let now = now.unwrap_or(approval.created_at.timestamp_millis() as f64);
            let left = (approval.expires_at.timestamp_millis() as f64 - now) / 1000.0;
            let fits = |(seconds, _): &(i64, &str)| approval.expiry_paused || (*seconds as f64) < left;
            CHOICES.into_iter().filter(fits).collect::<Vec<_>>()
        })
    });
    move || {
        let State { may, until } = state.get();
        if !may {
            return ().into_any();
        }
        match until {
            Some(until) => {
                let form = FormState::new("wake").faults_only();
                view! {
                    <div class="flex flex-wrap items-center gap-2 text-sm">
                        <p class="flex min-w-0 items-center gap-1.5">
                            <IconMark icon=Icon::Clock />
                            <span>{format!("Snoozed for you until {}.", moment(until))}</span>
                        </p>
                        <ActionForm<ApprovalWake>
                            form=form.clone()
                            on_done=shown.on_snoozed(gone)
                            on_refused=shown.on_refused()
                        >
                            <Hidden name="id" value=shown.id.to_string() />
                            <SubmitButton form=form size=ButtonSize::Small label="Bring it back".to_owned() />
                        </ActionForm<ApprovalWake>>
                    </div>
                }
                .into_any()
            }
            None => {
                let form = FormState::new("snooze");
                let done: Then<Snoozed> = shown.on_snoozed(gone);
                let choices: Vec<_> = offered
                    .get()
                    .into_iter()
                    .map(|(seconds, word)| {
                        view! {
                            <SubmitButton
                                form=form.clone()
                                size=ButtonSize::Small
                                name="input[seconds]"
                                value=seconds.to_string()
                                label=word.to_owned()
                            />
                        }
                    })
                    .collect();
                let open = form.typed("_form").is_some();
                view! {
                    <Disclose label="Snooze" icon=Icon::Clock size=ButtonSize::Small open=open>
                        <ActionForm<ApprovalSnooze>
                            form=form.clone()
                            class="grid gap-2 text-sm"
                            on_done=done
                            on_refused=shown.on_refused()
                        >
                            <Hidden name="id" value=shown.id.to_string() />
                            <p>"It leaves your list, nobody else's, and comes back by itself in:"</p>
                            <div class="flex flex-wrap gap-2">{choices}</div>
                        </ActionForm<ApprovalSnooze>>
                    </Disclose>
                }
                .into_any()
            }
        }
    }
}
