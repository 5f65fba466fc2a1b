//! Approvals that are held and can be taken back, until the hold is over.

use leptos::prelude::*;

use crate::domain::AppError;
use crate::domain::approval::Approval;
use crate::server_fns::approvals::ApprovalUndo;
use crate::ui::components::{ButtonSize, Icon, IconMark, RevealedText};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then};
use crate::ui::hooks::{Tick, use_now};
use crate::ui::keys::{Command, use_keys};
use crate::ui::words::{moment, segments, short_title, stamp};

use super::queue_state::Queue;

/// The held approvals of this member, newest last.
#[component]
pub fn UndoStrip(
    /// The queue.
    queue: Queue,
) -> impl IntoView {
    let now = use_now(Tick::Second);
    let any_left =
        Memo::new(move |_| queue.held.with(|held| held.iter().any(|approval| !is_over(approval, now.get()))));
    view! {
        <section aria-label="Can be undone" class="empty:hidden">
            {move || {
                any_left
                    .get()
                    .then(|| {
                        view! {
                            <ul class="divide-y divide-line rounded-card border border-accent bg-raised shadow-float">
                                <For
                                    each=move || queue.held.get()
                                    key=|approval| (approval.id, approval.hold_until)
                                    let:approval
                                >
                                    <Held queue=queue approval=approval now=now />
                                </For>
                            </ul>
                        }
                    })
            }}
        </section>
    }
}

#[component]
fn Held(
    /// The queue.
    queue: Queue,
    /// An approval inside its hold.
    approval: Approval,
    /// The clock.
    now: Signal<Option<f64>>,
) -> impl IntoView {
    let id = approval.id;
    let until = approval.hold_until.unwrap_or(approval.created_at);
    let left = Memo::new(move |_| {
        now.get().map(|now| ((until.timestamp_millis() as f64 - now) / 1000.0).ceil().max(0.0) as i64)
    });
    let form = FormState::new(format!("undo-{id}")).faults_only();
    let title = short_title(&approval);
    view! {
        <li
            class="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2"
            hidden=move || left.get().is_some_and(|left| left == 0)
        >
            <IconMark icon=Icon::Check class="text-ok" />
            <p class="line-clamp-2 min-w-0 flex-1 basis-48">
                "Approved: " <RevealedText segments=segments(&approval.sentence) />
            </p>
            <p class="text-sm text-muted">
                <time datetime=stamp(until) class="tabular">
                    {move || match left.get() {
                        Some(left) => format!("{left} s left"),
                        None => format!("until {}", moment(until)),
                    }}
                </time>
            </p>
            <ActionForm<ApprovalUndo>
                form=form.clone()
                on_done=Then::new(move |approval: Approval| queue.undone(approval))
                on_refused=Then::new(move |error: AppError| queue.refused(id, &error))
            >
                <Hidden name="id" value=id.to_string() />
                <SubmitButton {..use_keys().on(Command::Undo)} form=form size=ButtonSize::Small icon=Icon::Undo label="Undo".to_owned() subject=title />
            </ActionForm<ApprovalUndo>>
        </li>
    }
}

fn is_over(approval: &Approval, now: Option<f64>) -> bool {
    now.zip(approval.hold_until).is_some_and(|(now, until)| until.timestamp_millis() as f64 <= now)
}
