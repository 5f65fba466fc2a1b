//! Who is on it, and saying so.

use leptos::prelude::*;

use crate::domain::approval::ApprovalStatus;
use crate::domain::attending::Attending;
use crate::domain::member::Me;
use crate::server_fns::approvals::{ApprovalAttend, ApprovalLeave};
use crate::ui::components::{ButtonSize, Icon, IconMark, Moment};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton};
use crate::ui::hooks::{Tick, use_now};
use crate::ui::words::{attending, moment, stamp};

use super::detail_state::Shown;

/// What the panel depends on.
#[derive(Clone, PartialEq)]
struct State {
    on: Option<Attending>,
    may_say: bool,
}

/// Whether somebody is on it, for everybody; the buttons, for whoever may decide while it waits.
#[component]
pub fn OnIt(
    /// The approval.
    shown: Shown,
    /// Who looks.
    me: Me,
) -> impl IntoView {
    let now = use_now(Tick::Minute);
    let detail = shown.detail;
    let state = Memo::new(move |_| {
        let now = now.get();
        detail.with(|detail| State {
            on: attending(&detail.approval, now),
            may_say: detail.may_decide && detail.approval.status == ApprovalStatus::Pending,
        })
    });
    move || {
        let State { on, may_say } = state.get();
        let mine = on.as_ref().is_some_and(|on| on.user_id == me.user_id);
        let said = on.is_some();
        (said || may_say).then(|| {
            view! {
                <div class="flex flex-wrap items-center gap-2 text-sm">
                    {on.map(|on| {
                        let who = if mine { "You are".to_owned() } else { format!("{} is", on.name) };
                        view! {
                            <p class="flex min-w-0 items-center gap-1.5">
                                <IconMark icon=Icon::User />
                                <span>
                                    {who}
                                    " on it until "
                                    <Moment datetime=stamp(on.until) text=moment(on.until) />
                                    "."
                                </span>
                            </p>
                        }
                    })}
                    {may_say.then(|| if mine { view! { <Leave shown=shown /> }.into_any() } else { view! { <Say shown=shown over=said /> }.into_any() })}
                </div>
            }
        })
    }
}

#[component]
fn Say(
    /// The approval.
    shown: Shown,
    /// Whether somebody else is on it.
    over: bool,
) -> impl IntoView {
    let form = FormState::new("attend").faults_only();
    let label = if over { "Take over" } else { "I am on it" };
    view! {
        <ActionForm<ApprovalAttend>
            form=form.clone()
            on_done=shown.on_changed("The others see that you are on it.")
            on_refused=shown.on_refused()
        >
            <Hidden name="id" value=shown.id.to_string() />
            <Hidden name="input[takeOver]" value=over.to_string() />
            <SubmitButton form=form size=ButtonSize::Small icon=Icon::User label=label.to_owned() />
        </ActionForm<ApprovalAttend>>
    }
}

#[component]
fn Leave(
    /// The approval.
    shown: Shown,
) -> impl IntoView {
    let form = FormState::new("leave").faults_only();
    view! {
        <ActionForm<ApprovalLeave>
            form=form.clone()
            on_done=shown.on_changed("You are no longer on it.")
            on_refused=shown.on_refused()
        >
            <Hidden name="id" value=shown.id.to_string() />
            <SubmitButton form=form size=ButtonSize::Small label="Leave it".to_owned() />
        </ActionForm<ApprovalLeave>>
    }
}
