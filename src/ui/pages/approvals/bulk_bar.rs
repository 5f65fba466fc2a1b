//! Deciding on every ticked approval at once: how many, what will happen, what is left out, how far it is, and what was
//! not decided.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::domain::ids::ApprovalId;
use crate::domain::risk::RiskLevel;
use crate::server_fns::approvals::ApprovalBulk;
use crate::ui::components::{
    Button, ButtonKind, ButtonSize, ButtonVariant, FormError, Icon, IconMark, TextField,
};
use crate::ui::forms::FormState;
use crate::ui::hooks::{focus_soon, form_field, is_plain_press, pressed_value, use_hydrated};

use super::picked::{NotDecided, Picks, Progress, by_type};
use super::queue_state::Queue;
use super::sheet::Intent;

/// The form that the rows' checkboxes belong to. With a script it is there while something is ticked.
#[component]
pub fn BulkBar(
    /// The queue.
    queue: Queue,
) -> impl IntoView {
    let hydrated = use_hydrated();
    let form = FormState::new("bulk").field("/reviewNotes", "bulk-notes").faults_only();
    let progress = Progress::new();
    // Which high-risk ones were opened is asked when a tick is set, and again when one was opened.
    Effect::new(move |_| {
        queue.picked.track();
        queue.opened.noted.track();
        queue.sheet.open.track();
        queue.learn_read();
    });
    let unread = Memo::new(move |_| {
        let unread = |id, risk| risk == RiskLevel::High && !queue.read.with(|read| read.contains(&id));
        queue.picked.with(|picked| {
            picked
                .iter()
                .filter(|(id, of)| unread(**id, of.risk))
                .map(|(id, of)| (*id, of.title.clone()))
                .collect::<Vec<_>>()
        })
    });
    let count = Memo::new(move |_| queue.picked.with(Picks::len));
    let label = move |verb: &'static str, left_out: Signal<usize>| {
        move || match (hydrated.get(), count.get() - left_out.get()) {
            (false, _) => format!("{verb} selected"),
            (true, 1) => format!("{verb} 1 action"),
            (true, many) => format!("{verb} {many} actions"),
        }
    };
    let unread_count = Signal::derive(move || unread.with(Vec::len));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if progress.done.with_untracked(Option::is_some) {
            return;
        }
        let approved = pressed_value(&event).as_deref() == Some("true");
        let left_out = unread.get_untracked();
        let mut picks = queue.picked.get_untracked();
        picks.retain(|id, _| !approved || left_out.iter().all(|(unread, _)| unread != id));
        if picks.is_empty() {
            focus_soon("bulk-left-out");
            return;
        }
        let notes = (!approved).then(|| form_field(&event, "input[reviewNotes]")).flatten();
        queue.bulk_begun(picks.len());
        progress.run(picks, approved, notes, move |outcome| queue.bulk_done(&outcome));
    };
    view! {
        <div
            class="rounded-card border border-line bg-raised p-3 shadow-float"
            hidden=move || hydrated.get() && count.get() == 0 && progress.failed.with(Vec::is_empty)
        >
            <form id="bulk" method="post" action=ApprovalBulk::PATH class="grid gap-2" on:submit=submit>
                <input type="hidden" name="_form" value="bulk" />
                <FormError message=form.message() fields=form.faults() />
                <Chosen queue=queue unread=unread />
                <div class="flex flex-wrap items-end gap-2" hidden=move || hydrated.get() && count.get() == 0>
                    <div class="min-w-48 flex-1">
                        <TextField
                            id="bulk-notes"
                            name="input[reviewNotes]"
                            label="Reason for rejecting"
                            value=form.typed("input[reviewNotes]")
                            error=form.error_at("/reviewNotes")
                            maxlength=10_000
                            required=true
                        />
                    </div>
                    <Button
                        kind=ButtonKind::Submit
                        variant=ButtonVariant::Primary
                        name="input[approved]"
                        value="true"
                        // The reason is only for rejecting.
                        attr:formnovalidate=true
                        attr:aria-disabled=move || progress.done.with(Option::is_some).then_some("true")
                    >
                        <IconMark icon=Icon::Check />
                        <span>{label("Approve", unread_count)}</span>
                    </Button>
                    <Button
                        kind=ButtonKind::Submit
                        variant=ButtonVariant::Danger
                        name="input[approved]"
                        value="false"
                        attr:aria-disabled=move || progress.done.with(Option::is_some).then_some("true")
                    >
                        <IconMark icon=Icon::X />
                        <span>{label("Reject", Signal::derive(|| 0))}</span>
                    </Button>
                </div>
            </form>
            <HowFar progress=progress />
            <Failed queue=queue progress=progress />
        </div>
    }
}

/// What is ticked, by type, and what is left out.
#[component]
fn Chosen(
    /// The queue.
    queue: Queue,
    /// High-risk ones that this member has not opened.
    unread: Memo<Vec<(ApprovalId, String)>>,
) -> impl IntoView {
    let groups = Memo::new(move |_| queue.picked.with(|picked| by_type(picked.values())));
    let words = move || {
        let groups = groups.get();
        let each: Vec<_> = groups.iter().map(|(of, count)| format!("{count} × {of}")).collect();
        each.join(", ")
    };
    view! {
        <div
            class="js-only flex flex-wrap items-center justify-between gap-2 text-sm"
            hidden=move || queue.picked.with(Picks::is_empty)
        >
            <p><span class="font-medium">{move || format!("{} selected", queue.picked.with(Picks::len))}</span> " " <span class="text-muted">{words}</span></p>
            <Button
                size=ButtonSize::Small
                variant=ButtonVariant::Ghost
                on:click=move |_| {
                    queue.picked.set(Picks::new());
                    queue.critical.set(Vec::new());
                    focus_soon("page-title");
                }
            >
                "Select none"
            </Button>
        </div>
        {move || {
            unread
                .with(|unread| {
                    (!unread.is_empty())
                        .then(|| {
                            let links: Vec<_> = unread
                                .iter()
                                .take(5)
                                .map(|(id, title)| {
                                    let id = *id;
                                    // In the sheet, because a page would lose what is ticked.
                                    let open = move |event: leptos::ev::MouseEvent| {
                                        if is_plain_press(&event) {
                                            event.prevent_default();
                                            queue.sheet.ask(id, Intent::Approve);
                                        }
                                    };
                                    view! { <li><a class="link" href=format!("/approvals/{id}") on:click=open>{title.clone()}</a></li> }
                                })
                                .collect();
                            let more = unread.len().saturating_sub(5);
                            view! {
                                <div id="bulk-left-out" tabindex="-1" class="rounded-control text-sm text-warn">
                                    <p>"High risk: approved together only after you opened each. Not opened yet:"</p>
                                    <ul>{links} {(more > 0).then(|| view! { <li>{format!("and {more} more")}</li> })}</ul>
                                </div>
                            }
                        })
                })
        }}
        {move || {
            queue
                .critical
                .with(|critical| {
                    let names = critical.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
                    let more = critical.len().saturating_sub(3);
                    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
                    (!critical.is_empty())
                        .then(|| view! { <p class="text-sm text-muted">{format!("Critical, decided one by one: {names}{rest}")}</p> })
                })
        }}
    }
}

/// How far a decision on many is.
#[component]
fn HowFar(
    /// The decision.
    progress: Progress,
) -> impl IntoView {
    move || {
        progress.done.get().map(|(done, all)| {
            view! {
                <div class="mt-2 flex items-center gap-3 text-sm">
                    <progress class="flex-1" aria-label="Decided" max=all.to_string() value=done.to_string()></progress>
                    <span class="tabular">{format!("{done} of {all}")}</span>
                    <Button size=ButtonSize::Small on:click=move |_| progress.stop.set(true)>"Stop"</Button>
                </div>
            }
        })
    }
}

/// What was not decided, why, and another try of what was never sent.
#[component]
fn Failed(
    /// The queue.
    queue: Queue,
    /// The last decision.
    progress: Progress,
) -> impl IntoView {
    move || {
        let failed = progress.failed.get();
        if failed.is_empty() || progress.done.with(Option::is_some) {
            return ().into_any();
        }
        let again: Picks = failed.iter().filter(|of| of.again).map(|of| (of.id, of.picked.clone())).collect();
        let few: Vec<_> = failed.iter().take(20).cloned().map(|of| view! { <FailedRow of=of /> }).collect();
        let more = failed.len().saturating_sub(20);
        view! {
            <section aria-label="Not decided" class="mt-2 max-h-48 overflow-y-auto border-t border-line pt-2 text-sm">
                <p class="font-medium">{format!("{} not decided", failed.len())}</p>
                <ul class="grid gap-1">{few} {(more > 0).then(|| view! { <li>{format!("and {more} more")}</li> })}</ul>
                <div class="mt-2 flex gap-2">
                    {(!again.is_empty())
                        .then(|| {
                            let label = format!("Select these {} again", again.len());
                            view! {
                                <Button
                                    size=ButtonSize::Small
                                    on:click=move |_| {
                                        queue.picked.set(again.clone());
                                        progress.failed.set(Vec::new());
                                        focus_soon("bulk-notes");
                                    }
                                >
                                    {label}
                                </Button>
                            }
                        })}
                    <Button
                        size=ButtonSize::Small
                        variant=ButtonVariant::Ghost
                        on:click=move |_| {
                            progress.failed.set(Vec::new());
                            focus_soon("page-title");
                        }
                    >
                        "Close"
                    </Button>
                </div>
            </section>
        }
        .into_any()
    }
}

#[component]
fn FailedRow(
    /// One that was not decided.
    of: NotDecided,
) -> impl IntoView {
    view! {
        <li>
            <a class="link" href=format!("/approvals/{}", of.id)>{of.picked.title}</a>
            <span class="text-warn">" " {of.problem}</span>
        </li>
    }
}
