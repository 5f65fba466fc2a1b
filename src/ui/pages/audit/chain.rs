//! The chain: where it ends, what is signed, and whether it holds.

use leptos::prelude::*;

use crate::domain::AppError;
use crate::domain::audit::AuditFilter;
use crate::domain::chain::{ChainCheck, ChainState, Checkpoint};
use crate::server_fns::audit::AuditCheckpoint;
use crate::ui::components::{
    ButtonSize, Card, CopyButton, DescriptionList, Icon, KeyValue, LinkButton, Moment, StatusBadge, Tone,
};
use crate::ui::forms::{ActionForm, FormState, SubmitButton, Then};
use crate::ui::words::{moment, stamp};

use super::filter::verify_href;
use super::table::short;

/// The state of the chain, its last check, and what can be done.
#[component]
pub fn ChainPanel(
    /// As it was when the page was loaded.
    state: ChainState,
    /// What a check found that the address asked for.
    check: Option<Result<ChainCheck, AppError>>,
    /// The filter in force, which a check keeps.
    filter: AuditFilter,
    /// Whether the member may sign a checkpoint.
    administers: bool,
    /// Called with a new checkpoint.
    signed: Callback<Checkpoint>,
) -> impl IntoView {
    let form = FormState::new("checkpoint").faults_only();
    let done = Then::new(move |checkpoint: Checkpoint| {
        let _ = signed.try_run(checkpoint);
    });
    let grown = state.head.as_ref().map(|head| head.seq)
        != state.checkpoint.as_ref().map(|checkpoint| checkpoint.seq);
    let sign = (administers && state.head.is_some() && grown).then(|| {
        view! {
            <ActionForm<AuditCheckpoint> form=form.clone() on_done=done>
                <SubmitButton form=form.clone() label="Sign a checkpoint".to_owned() />
            </ActionForm<AuditCheckpoint>>
        }
    });
    let verify = state.head.is_some().then(|| {
        view! { <LinkButton href=verify_href(&filter, 0) size=ButtonSize::Small icon=Icon::Check>"Verify"</LinkButton> }
    });
    let (last, signed_last) = (head(&state), checkpoint(state.checkpoint.as_ref()));
    let checked = found(check, &filter);
    view! {
        <Card title="Chain" class="mb-4" description="Every row is sealed to the one before it. Whoever changes one is found out.">
            <DescriptionList>
                <KeyValue label="Last sealed row">{last}</KeyValue>
                <KeyValue label="Last checkpoint">{signed_last}</KeyValue>
                {state
                    .anchor
                    .map(|anchor| {
                        view! {
                            <KeyValue label="Removed">
                                {format!("The rows up to number {}, as the retention asks, on ", anchor.seq)}
                                <Moment datetime=stamp(anchor.at) text=moment(anchor.at) />
                            </KeyValue>
                        }
                    })}
                // There from the start, so that what a check found is announced.
                <KeyValue label="Check">
                    <div role="status">{checked}</div>
                </KeyValue>
            </DescriptionList>
            <div class="mt-3 flex flex-wrap items-start gap-2">
                {verify} {sign}
                <a class="btn btn-ghost btn-sm" href="/api/orchestration/audit/checkpoints" rel="external" download="checkpoints.json">
                    "Checkpoints"
                </a>
                <a class="btn btn-ghost btn-sm" href="/api/orchestration/audit/public-key" rel="external" download="public-key.json">
                    "Public key"
                </a>
            </div>
        </Card>
    }
}

fn head(state: &ChainState) -> AnyView {
    let waiting = match state.unsealed {
        0 => None,
        1 => Some("1 row is not sealed yet.".to_owned()),
        count => Some(format!("{count} rows are not sealed yet.")),
    };
    let waiting = waiting.map(|text| view! { <span class="block text-sm text-muted">{text}</span> });
    match (&state.head, state.sealed_at) {
        (Some(head), Some(at)) => view! {
            {format!("Number {}, ", head.seq)} <Moment datetime=stamp(at) text=moment(at) />
            <span class="flex flex-wrap items-center gap-1"><ShortHash hash=head.hash.clone() /></span>
            {waiting}
        }
        .into_any(),
        _ => view! { <span class="text-muted">"None yet."</span> {waiting} }.into_any(),
    }
}

fn checkpoint(checkpoint: Option<&Checkpoint>) -> AnyView {
    match checkpoint {
        Some(signed) => {
            let at = signed.at;
            view! {
                {format!("Number {}, signed ", signed.seq)} <Moment datetime=stamp(at) text=moment(at) />
                <span class="block text-sm text-muted">{format!("with key {}", signed.key_id)}</span>
            }
            .into_any()
        }
        None => view! { <span class="text-muted">"None yet. One is signed every hour in which something happened."</span> }
            .into_any(),
    }
}

/// A hash's first digits; the rest is copied, and in the row's details.
#[component]
fn ShortHash(
    /// 64 hex digits.
    hash: String,
) -> impl IntoView {
    view! {
        <code class="text-sm text-muted">{short(&hash)}</code>
        <CopyButton text=hash label="Copy the hash" />
    }
}

fn found(check: Option<Result<ChainCheck, AppError>>, filter: &AuditFilter) -> AnyView {
    let go_on = |to: i64| {
        view! {
            <LinkButton href=verify_href(filter, to) size=ButtonSize::Small icon=Icon::ChevronRight>"Go on from there"</LinkButton>
        }
    };
    match check {
        None => view! { <span class="text-muted">"Not on this page. Press Verify."</span> }.into_any(),
        Some(Err(error)) => view! { <StatusBadge tone=Tone::Warn label=format!("It could not be verified: {error}") /> }.into_any(),
        Some(Ok(ChainCheck { fault: Some(fault), .. })) => view! {
            <StatusBadge tone=Tone::Bad label="Does not hold" />
            <p class="mt-1">{format!("At {fault}.")}</p>
        }
        .into_any(),
        Some(Ok(check)) if check.complete => view! {
            <StatusBadge tone=Tone::Ok label="Holds" />
            <p class="mt-1 text-sm text-muted">
                {format!("{} rows were looked at, the last is number {}; head and checkpoints fit.", check.rows, check.checked_to)}
            </p>
        }
        .into_any(),
        Some(Ok(check)) => view! {
            <StatusBadge tone=Tone::Info label=format!("Holds up to number {}", check.checked_to) />
            <p class="mt-1 mb-2 text-sm text-muted">{format!("{} rows were looked at so far.", check.rows)}</p>
            {go_on(check.checked_to)}
        }
        .into_any(),
    }
}
