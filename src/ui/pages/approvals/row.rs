//! One row of the queue: on a desktop a line of 64 px, on a phone a card.

use leptos::prelude::*;

use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::risk::RiskLevel;
use crate::ui::components::{
    Countdown, Icon, IconMark, RelativeTime, RevealedText, RiskBadge, RowTick, StatusBadge, risk_edge,
};
use crate::ui::hooks::{Tick, marked, use_now};
use crate::ui::keys::{Command, use_keys};
use crate::ui::words::{
    asker, attending, moment, outcome_words, risk_tone, segments, short_title, stamp, status_words,
};

use super::picked::picked_value;
use super::queue_state::{Queue, RowState, row_item, row_link, without_talk};
use super::row_decide::RowDecide;
use super::sheet::Intent;

/// A list item that redraws itself when the server says something new about it.
#[component]
pub fn QueueRow(
    /// The queue it belongs to.
    queue: Queue,
    /// The row.
    row: RowState,
    /// Whether this member decides on approvals at all.
    may_decide: bool,
) -> impl IntoView {
    let settled = Memo::new(move |_| row.approval.with(without_talk));
    let edge = move || row.approval.with(|approval| risk_edge(risk_tone(approval.risk_level)));
    let item = move || {
        view! {
            <li id=row_item(row.id) data-row=row.id.to_string() class=move || format!("swipe {}", edge())>
                <div class="swipe-main">
                    {move || {
                        let approval = settled.get();
                        view! { <RowBody queue=queue row=row approval=approval may_decide=may_decide /> }
                    }}
                    {move || {
                        row.note
                            .get()
                            .map(|note| {
                                view! {
                                    <p class="flex items-start gap-2 px-3 pb-2 text-sm text-warn">
                                        <IconMark icon=Icon::Alert class="mt-0.5" />
                                        <span>{note}</span>
                                    </p>
                                }
                            })
                    }}
                </div>
                {may_decide.then(|| view! { <Swiped queue=queue row=row /> })}
            </li>
        }
    };
    move || (!row.left.get()).then(item)
}

/// What a finger uncovers at the end of a row: both answers, which are also there for everybody else, and which are
/// named there.
#[component]
fn Swiped(
    /// The queue.
    queue: Queue,
    /// The row.
    row: RowState,
) -> impl IntoView {
    let waits = Memo::new(move |_| row.approval.with(|approval| approval.status == ApprovalStatus::Pending));
    move || {
        waits.get().then(|| {
            let answer = |intent: Intent, class: &'static str, icon: Icon, word: &'static str| {
                view! {
                    <button type="button" tabindex="-1" class=class on:click=move |_| queue.sheet.ask(row.id, intent)>
                        <IconMark icon=icon />
                        {word}
                    </button>
                }
            };
            view! {
                <div class="swipe-more js-only" aria-hidden="true">
                    {answer(Intent::Approve, "text-accent", Icon::Check, "Approve")}
                    {answer(Intent::Reject, "text-bad", Icon::X, "Reject")}
                </div>
            }
        })
    }
}

#[component]
fn RowBody(
    /// The queue.
    queue: Queue,
    /// The row.
    row: RowState,
    /// The approval as it is now.
    approval: Approval,
    /// Whether this member decides on approvals at all.
    may_decide: bool,
) -> impl IntoView {
    let keys = use_keys();
    let now = use_now(Tick::Minute);
    let attended = move || {
        let on = row.approval.with(|approval| attending(approval, now.get()));
        on.map(|on| format!("{} is on it", on.name))
    };
    let said = move || match row.approval.with(|approval| approval.comment_count) {
        0 => None,
        1 => Some(" · 1 comment".to_owned()),
        many => Some(format!(" · {many} comments")),
    };
    let pending = approval.status == ApprovalStatus::Pending;
    let pickable = pending && may_decide && approval.risk_level != RiskLevel::Critical;
    let id = approval.id;
    let is_opened = move || (queue.opened.id.get() == Some(id)).then_some("true");
    let ticked = Signal::derive(move || queue.picked.with(|picked| picked.contains_key(&id)));
    let pick = approval.clone();
    // What raised the risk says more than the rule, and the rule more than the type's own risk.
    let raised = approval.risk_reasons.get(1..).and_then(<[String]>::last);
    let reason = raised.or(approval.gate_reasons.first()).cloned();
    view! {
        <div class="grid grid-cols-[2.75rem_minmax(0,1fr)_auto] gap-x-2 gap-y-1.5 px-2 py-3 @3xl/queue:min-h-(--row-h) @3xl/queue:grid-cols-[2rem_minmax(0,1fr)_minmax(0,9rem)_10.5rem_12.5rem] @3xl/queue:items-center @3xl/queue:gap-x-4 @3xl/queue:py-2 @3xl/queue:pr-3">
            <div class="row-span-2 @3xl/queue:row-span-1">
                {pickable
                    .then(|| {
                        view! {
                            <RowTick
                                name="input[picked][]"
                                value=picked_value(id, &approval.args_hash)
                                label=format!("Select: {}", short_title(&approval))
                                form="bulk"
                                ticked=ticked
                                keys=keys.aria(Command::Pick)
                                attr:data-command=keys.mark(Command::Pick)
                                on:change=move |event| {
                                    queue.pick(&pick, event_target_checked(&event));
                                    marked::picked_here();
                                }
                            />
                        }
                    })}
            </div>
            <div class="col-span-2 min-w-0 @3xl/queue:col-span-1">
                <h2 class="min-w-0 text-body font-medium text-wrap">
                    <a
                        {..keys.on(Command::Open)}
                        id=row_link(id)
                        href=format!("/approvals/{id}")
                        aria-current=is_opened
                        on:click=move |event| queue.open(&event, id)
                        class="line-clamp-2 rounded-control py-0.5 hover:underline @3xl/queue:line-clamp-1"
                    >
                        <RevealedText segments=segments(&approval.sentence) />
                    </a>
                </h2>
                <p class="flex flex-wrap items-baseline gap-x-2 text-sm text-muted @3xl/queue:flex-nowrap">
                    <RiskBadge level=risk_tone(approval.risk_level) />
                    <span class="min-w-0 basis-full truncate @3xl/queue:basis-auto">
                        {move || attended().map(|on| view! { <span class="text-info">{on}</span> " · " })}
                        <code class="text-xs">{approval.action_type.clone()}</code>
                        {reason.map(|reason| format!(" · {reason}"))}
                        {said}
                    </span>
                </p>
            </div>
            <p class="min-w-0 truncate text-sm">
                {match approval.team_id {
                    Some(team) => view! {
                        <a class="hover:underline" href=format!("/approvals?teamId={team}")>{asker(&approval)}</a>
                    }
                        .into_any(),
                    None => asker(&approval).into_any(),
                }}
            </p>
            <div class="text-sm @3xl/queue:grid">
                <Deadline approval=approval.clone() />
            </div>
            <div class="col-span-3 @3xl/queue:col-span-1">
                {if pending && may_decide {
                    view! { <RowDecide queue=queue row=row approval=approval /> }.into_any()
                } else {
                    view! { <RowStatus approval=approval /> }.into_any()
                }}
            </div>
        </div>
    }
}

/// When it expires, or when it was decided.
#[component]
fn Deadline(
    /// The approval.
    approval: Approval,
) -> impl IntoView {
    let requested = view! {
        <span class="hidden text-muted @3xl/queue:inline">
            "requested " <RelativeTime datetime=stamp(approval.created_at) text=moment(approval.created_at) />
        </span>
    };
    match (approval.status, approval.reviewed_at) {
        (ApprovalStatus::Pending, _) if approval.expiry_paused => {
            view! { <span class="text-muted">"clock stopped: frozen"</span> {requested} }.into_any()
        }
        (ApprovalStatus::Pending, _) => {
            let text = format!("expires {}", moment(approval.expires_at));
            view! { <Countdown expires_at=stamp(approval.expires_at) text=text /> {requested} }.into_any()
        }
        (_, Some(at)) => view! {
            <span class="text-muted">"decided " <RelativeTime datetime=stamp(at) text=moment(at) /></span>
        }
        .into_any(),
        _ => requested.into_any(),
    }
}

/// What was decided, by whom, and what came of it: two states, both shown.
#[component]
fn RowStatus(
    /// The approval.
    approval: Approval,
) -> impl IntoView {
    let (tone, word) = status_words(approval.status);
    let performed = matches!(approval.status, ApprovalStatus::Approved | ApprovalStatus::AutoApproved);
    let (outcome_tone, outcome) = outcome_words(approval.outcome.status);
    view! {
        <div class="flex flex-wrap items-baseline gap-x-3 text-sm @3xl/queue:justify-end @3xl/queue:text-right">
            <StatusBadge tone=tone label=word />
            {performed.then(|| view! { <StatusBadge tone=outcome_tone label=outcome /> })}
            {approval.reviewer_name.map(|name| view! { <span class="basis-full text-muted">{format!("by {name}")}</span> })}
        </div>
    }
}
