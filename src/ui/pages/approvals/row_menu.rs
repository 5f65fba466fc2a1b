//! What else can be done with a row where rows are cards. On a desktop the approval beside the list has it.
//!
//! The browser opens and closes it, with a script or without. It is shown over the page: inside the row, which a finger
//! pulls aside, it would be cut off, and every row under it would move.

use leptos::prelude::*;

use crate::domain::AppError;
use crate::domain::approval::Approval;
use crate::domain::ids::ApprovalId;
use crate::domain::risk::RiskLevel;
use crate::domain::snooze::Snoozed;
use crate::server_fns::approvals::ApprovalWake;
use crate::ui::components::{ButtonSize, ButtonVariant, FormError, Icon, IconMark, button_class};
use crate::ui::forms::{ActionForm, FormState, Hidden, Then};
use crate::ui::hooks::{Tick, close_popover, use_now};
use crate::ui::words::attending;

use super::attend_form::{AttendForm, Attendance};
use super::queue_state::{Queue, RowState, row_menu};
use super::snooze_form::{SnoozeForm, snooze_choices};

/// The button and what it opens, for whoever may decide on a row that waits. There is one in every row, so what is in
/// it is plain: nothing that changes but what has to.
#[component]
pub fn RowMenu(
    /// The queue.
    queue: Queue,
    /// The row.
    row: RowState,
    /// Its short name.
    title: String,
) -> impl IntoView {
    let id = row.id;
    let menu = row_menu(id);
    let name = format!("More for: {title}");
    let pickable = row.approval.with_untracked(|approval| approval.risk_level != RiskLevel::Critical);
    let picked = move || queue.picked.with(|picked| picked.contains_key(&id));
    let aside = FormState::new(format!("aside-{id}")).faults_only();
    // Why a plain post was refused: its form is out of sight by now.
    let refused = aside.typed("_form").map(|_| {
        let message = aside.message();
        view! { <div class="col-span-full"><FormError message=message /></div> }
    });
    let snooze = if queue.is_aside() {
        view! { <Wake queue=queue row=row form=aside /> }.into_any()
    } else {
        view! { <Snooze queue=queue row=row form=aside /> }.into_any()
    };
    view! {
        <button
            type="button"
            popovertarget=menu.clone()
            aria-label=name.clone()
            class=button_class(ButtonVariant::Outline, ButtonSize::Small, "btn-icon self-start @3xl/queue:hidden")
        >
            <IconMark icon=Icon::More size=20 />
        </button>
        <div id=menu popover="auto" role="group" aria-label=name class="row-menu">
            <p dir="auto" class="line-clamp-2 px-2 py-1 font-medium">{title}</p>
            // Focus begins here: the menu may cover the button.
            <a
                href=format!("/approvals/{id}")
                autofocus=true
                on:click=move |event| {
                    close_popover(&row_menu(id));
                    queue.open(&event, id);
                }
            >
                "Open"
            </a>
            <Attend queue=queue row=row />
            {pickable
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="menu-item js-only"
                            on:click=move |_| {
                                queue.pick_or_not(row);
                                close_popover(&row_menu(id));
                            }
                        >
                            {move || if picked() { "Unselect" } else { "Select" }}
                        </button>
                    }
                })}
            {snooze}
        </div>
        {refused}
    }
}

/// "I am on it", or no longer.
#[component]
fn Attend(
    /// The queue.
    queue: Queue,
    /// The row.
    row: RowState,
) -> impl IntoView {
    let id = row.id;
    let now = use_now(Tick::Minute);
    let who = Memo::new(move |_| {
        let now = now.get();
        row.approval.with(|approval| Attendance::of(attending(approval, now).as_ref(), queue.me))
    });
    move || {
        let who = who.get();
        let form = FormState::new(format!("attend-{id}")).faults_only();
        let done = Then::new(move |approval: Approval| queue.attended(approval, who.changed()));
        view! {
            <AttendForm id=id form=form who=who on_done=done on_refused=on_refused(queue, id)>
                <button type="submit">{who.label()}</button>
            </AttendForm>
        }
    }
}

/// Puts it aside until later.
#[component]
fn Snooze(
    /// The queue.
    queue: Queue,
    /// The row.
    row: RowState,
    /// The form's state.
    form: FormState,
) -> impl IntoView {
    let id = row.id;
    let now = use_now(Tick::Minute);
    let offered = Memo::new(move |_| {
        let now = now.get();
        row.approval.with(|approval| snooze_choices(approval, now))
    });
    move || {
        let choices = offered.get();
        (!choices.is_empty()).then(|| {
            let done = Then::new(move |snoozed: Snoozed| queue.put_aside(&snoozed));
            view! {
                <div class="mt-1 border-t border-line px-2 pt-2 pb-1">
                    <p class="font-medium">"Snooze"</p>
                    <SnoozeForm id=id form=form.clone() choices=choices on_done=done on_refused=on_refused(queue, id) />
                </div>
            }
        })
    }
}

/// Takes up again what was put aside.
#[component]
fn Wake(
    /// The queue.
    queue: Queue,
    /// The row.
    row: RowState,
    /// The form's state.
    form: FormState,
) -> impl IntoView {
    let id = row.id;
    let done = Then::new(move |snoozed: Snoozed| queue.put_aside(&snoozed));
    view! {
        <ActionForm<ApprovalWake> form=form on_done=done on_refused=on_refused(queue, id)>
            <Hidden name="id" value=id.to_string() />
            <button type="submit">"Bring it back"</button>
        </ActionForm<ApprovalWake>>
    }
}

/// What follows a refusal: the row says why, and is seen again.
fn on_refused(queue: Queue, id: ApprovalId) -> Then<AppError> {
    Then::new(move |error: AppError| {
        close_popover(&row_menu(id));
        queue.refused(id, &error);
    })
}
