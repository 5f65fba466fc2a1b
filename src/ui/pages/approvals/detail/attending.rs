//! Who is on it, and saying so.

use leptos::prelude::*;

use crate::domain::approval::ApprovalStatus;
use crate::domain::attending::Attending;
use crate::domain::member::Me;
use crate::ui::components::{ButtonSize, Icon, IconMark, Moment};
use crate::ui::forms::{FormState, SubmitButton};
use crate::ui::hooks::{Tick, use_now};
use crate::ui::pages::approvals::attend_form::{AttendForm, Attendance};
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
        let who = Attendance::of(on.as_ref(), me.user_id);
        (on.is_some() || may_say).then(|| {
            view! {
                <div class="flex flex-wrap items-center gap-2 text-sm">
                    {on.map(|on| {
                        let name = match who {
                            Attendance::Me => "You are".to_owned(),
                            Attendance::Nobody | Attendance::Another => format!("{} is", on.name),
                        };
                        view! {
                            <p class="flex min-w-0 items-center gap-1.5">
                                <IconMark icon=Icon::User />
                                <span>
                                    {name}
                                    " on it until "
                                    <Moment datetime=stamp(on.until) text=moment(on.until) />
                                    "."
                                </span>
                            </p>
                        }
                    })}
                    {may_say.then(|| view! { <Say shown=shown who=who /> })}
                </div>
            }
        })
    }
}

#[component]
fn Say(
    /// The approval.
    shown: Shown,
    /// Who is on it now.
    who: Attendance,
) -> impl IntoView {
    let form = FormState::new("attend").faults_only();
    view! {
        <AttendForm
            id=shown.id
            form=form.clone()
            who=who
            on_done=shown.on_changed(who.changed())
            on_refused=shown.on_refused()
        >
            <SubmitButton form=form size=ButtonSize::Small icon=Icon::User label=who.label().to_owned() />
        </AttendForm>
    }
}
