//! Putting an approval aside, for oneself alone.

use leptos::prelude::*;

use crate::domain::approval::ApprovalStatus;
use crate::server_fns::approvals::ApprovalWake;
use crate::ui::components::{ButtonSize, Icon, IconMark};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, SubmitButton};
use crate::ui::hooks::{Tick, use_now};
use crate::ui::pages::approvals::snooze_form::{SnoozeForm, snooze_choices};
use crate::ui::words::moment;

use super::detail_state::Shown;

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
    let offered = Memo::new(move |_| {
        let now = now.get();
        shown.detail.with(|detail| snooze_choices(&detail.approval, now))
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
                let open = form.typed("_form").is_some();
                let choices = offered.get();
                view! {
                    <Disclose label="Snooze" icon=Icon::Clock size=ButtonSize::Small open=open>
                        <SnoozeForm
                            id=shown.id
                            form=form
                            choices=choices
                            on_done=shown.on_snoozed(gone)
                            on_refused=shown.on_refused()
                        />
                    </Disclose>
                }
                .into_any()
            }
        }
    }
}
