//! Push on `/settings/notifications`: whether this browser gets notifications, and the member's other ones that do.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::push::{PushSubscription, endpoint_hash};
use crate::server_fns::push::{PushRemove, PushTest, push_key, push_list, push_subscribe};
use crate::ui::components::{
    Button, ButtonSize, ButtonVariant, Card, Icon, IconMark, RelativeTime, RevealedText, Skeleton,
    StatusBadge, Tone,
};
use crate::ui::forms::{ActionForm, FormState, Hidden, Notice, SubmitButton, Then};
use crate::ui::hooks::{BrowserPush, Push, PushRefusal, use_push};
use crate::ui::pages::PageError;
use crate::ui::words::{moment, segments, stamp};

/// What came of a test is known about then.
const TESTED: Duration = Duration::from_secs(2);

/// This browser, and the list.
#[component]
pub(super) fn Browsers(
    /// The page's notice.
    notice: Notice,
) -> impl IntoView {
    let push = use_push();
    let loaded = Resource::new(|| (), |()| async move { (push_list().await, push_key().await) });
    let changed = Callback::new(move |()| loaded.refetch());
    view! {
        <div class="mt-4 grid max-w-2xl gap-4">
            <Transition fallback=|| view! { <Skeleton lines=4 label="Loading your browsers" /> }>
                {move || Suspend::new(async move {
                    match loaded.await {
                        (Ok(page), key) => {
                            let key = key.map(|key| key.public_key).map_err(|error| error.to_string());
                            let list = page.items;
                            view! {
                                <ThisBrowser list=list.clone() key=key push=push notice=notice changed=changed />
                                <BrowserList list=list push=push notice=notice changed=changed />
                            }
                                .into_any()
                        }
                        (Err(error), _) => {
                            view! { <PageError title="Your browsers could not be loaded" error=error retry=changed /> }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </div>
    }
}

/// Whether the subscription is this browser's.
fn is_here(push: Push, subscription: &PushSubscription) -> bool {
    push.state.with(|state| match state {
        BrowserPush::Able(Some(endpoint)) => endpoint_hash(endpoint) == subscription.endpoint_hash,
        _ => false,
    })
}

#[component]
fn ThisBrowser(
    /// The member's browsers.
    list: Vec<PushSubscription>,
    /// What it subscribes with, or why there is nothing.
    key: Result<String, String>,
    /// What the browser says.
    push: Push,
    /// The page's notice.
    notice: Notice,
    /// What follows a change.
    changed: Callback<()>,
) -> impl IntoView {
    let here = Memo::new(move |_| list.iter().find(|one| is_here(push, one)).cloned());
    // A memo, because the same state again draws nothing anew.
    let state = Memo::new(move |_| push.state.get());
    // Kept here: what is below is drawn anew by what the browser answers.
    let (busy, fault) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let key = StoredValue::new(key);
    let shown = move || {
        let note = |text: &'static str| view! { <p class="text-muted">{text}</p> }.into_any();
        match (state.get(), here.get()) {
            (BrowserPush::Unknown, _) => note("Turning notifications on here needs JavaScript."),
            (BrowserPush::Unsupported, _) => note(
                "This browser cannot get notifications: it does not offer push messages, or this page is not at a \
                 secure address (https).",
            ),
            (BrowserPush::Blocked, _) => view! {
                <p class="flex items-start gap-2 text-warn">
                    <IconMark icon=Icon::Alert class="mt-0.5" />
                    "This browser blocks notifications of this site. Allow them in the browser's settings for this site, then load this page again."
                </p>
            }
            .into_any(),
            (BrowserPush::Able(_), Some(on)) => {
                view! { <On subscription=on notice=notice changed=changed /> }.into_any()
            }
            (BrowserPush::Able(_), None) => match key.get_value() {
                Ok(key) => {
                    view! { <Off key=key push=push busy=busy fault=fault notice=notice changed=changed /> }
                        .into_any()
                }
                Err(cause) => view! { <p class="text-bad">{cause}</p> }.into_any(),
            },
        }
    };
    view! {
        <Card
            id="this-browser"
            title="This browser"
            description="Push shows a notification on your screen while no page of Countersign is open."
        >
            {shown}
            <div role="alert">
                {move || fault.get().map(|cause| view! { <p class="mt-3 text-bad">{cause}</p> })}
            </div>
            <p class="mt-3 text-sm text-muted">
                "What is turned on stays on after you sign out, until you turn it off here or remove the browser below."
            </p>
        </Card>
    }
}

/// Turned on.
#[component]
fn On(
    /// This browser's.
    subscription: PushSubscription,
    /// The page's notice.
    notice: Notice,
    /// What follows.
    changed: Callback<()>,
) -> impl IntoView {
    let form = FormState::new("push-off");
    let done = Then::new(move |()| {
        notice.say("This browser gets no more notifications.");
        let _ = changed.try_run(());
    });
    view! {
        <div class="flex flex-wrap items-center justify-between gap-3">
            <StatusBadge tone=Tone::Ok label="On" />
            <ActionForm<PushRemove> form=form.clone() on_done=done>
                <Hidden name="id" value=subscription.id.to_string() />
                <SubmitButton form=form label="Turn off in this browser".to_owned() />
            </ActionForm<PushRemove>>
        </div>
    }
}

/// Turned off.
#[component]
fn Off(
    /// What it subscribes with.
    key: String,
    /// What the browser says.
    push: Push,
    /// Whether it is being turned on.
    busy: RwSignal<bool>,
    /// Why it was not turned on.
    fault: RwSignal<Option<String>>,
    /// The page's notice.
    notice: Notice,
    /// What follows.
    changed: Callback<()>,
) -> impl IntoView {
    let refused = move |cause: String| {
        let _ = busy.try_set(false);
        let _ = fault.try_set(Some(cause));
    };
    let press = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        fault.set(None);
        push.subscribe(key.clone(), move |outcome| match outcome {
            Ok(input) => spawn_local(async move {
                match push_subscribe(input).await {
                    Ok(_) => {
                        notice.say("This browser gets notifications now.");
                        let _ = changed.try_run(());
                    }
                    Err(error) => refused(error.to_string()),
                }
            }),
            Err(PushRefusal::NotAllowed) => {
                refused("Nothing was turned on: notifications of this site were not allowed.".to_owned());
            }
            Err(PushRefusal::Failed) => {
                refused("Nothing was turned on: the browser could not reach its push service.".to_owned());
            }
        });
    };
    view! {
        <div class="flex flex-wrap items-center justify-between gap-3">
            <StatusBadge tone=Tone::Neutral label="Off" />
            <Button
                variant=ButtonVariant::Primary
                on:click=press
                attr:aria-disabled=move || busy.get().then_some("true")
            >
                {move || if busy.get() { "Turning on…" } else { "Turn on in this browser" }}
            </Button>
        </div>
    }
}

#[component]
fn BrowserList(
    /// The member's browsers.
    list: Vec<PushSubscription>,
    /// What this browser says.
    push: Push,
    /// The page's notice.
    notice: Notice,
    /// What follows a change.
    changed: Callback<()>,
) -> impl IntoView {
    let rows: Vec<_> = list
        .into_iter()
        .map(|one| view! { <BrowserRow subscription=one push=push notice=notice changed=changed /> })
        .collect();
    let content = match rows.is_empty() {
        true => view! { <p class="text-muted">"None of your browsers gets notifications."</p> }.into_any(),
        false => view! { <ul aria-label="Your browsers" class="divide-y divide-line">{rows}</ul> }.into_any(),
    };
    view! {
        <Card title="Your browsers" description="All that get your notifications of this workspace; at most ten.">
            {content}
        </Card>
    }
}

#[component]
fn BrowserRow(
    /// One browser.
    subscription: PushSubscription,
    /// What this browser says.
    push: Push,
    /// The page's notice.
    notice: Notice,
    /// What follows a change.
    changed: Callback<()>,
) -> impl IntoView {
    let id = subscription.id;
    let (test, remove) =
        (FormState::new(format!("push-test-{id}")), FormState::new(format!("push-remove-{id}")));
    let tested = Then::new(move |to: PushSubscription| {
        notice.say(format!("A test is on its way to {}.", to.browser));
        set_timeout(
            move || {
                let _ = changed.try_run(());
            },
            TESTED,
        );
    });
    let removed = Then::new(move |()| {
        notice.say("That browser gets no more notifications.");
        let _ = changed.try_run(());
    });
    let (of_test, of_remove) = (subscription.browser.clone(), subscription.browser.clone());
    let failure = subscription.failing_at.map(|since| {
        let said = subscription.failure.clone().unwrap_or_default();
        view! {
            <p class="flex items-start gap-2 text-sm text-warn">
                <IconMark icon=Icon::Alert class="mt-0.5" />
                <span>
                    "Nothing arrives since " <RelativeTime datetime=stamp(since) text=moment(since) /> ". "
                    <RevealedText segments=segments(&said) />
                </span>
            </p>
        }
    });
    let reached = match subscription.reached_at {
        Some(time) => {
            view! { "Last reached " <RelativeTime datetime=stamp(time) text=moment(time) /> "." }.into_any()
        }
        None => view! { "Nothing was sent yet." }.into_any(),
    };
    let (name, service, added) =
        (segments(&subscription.browser), segments(&subscription.service), subscription.created_at);
    let here = move || {
        is_here(push, &subscription).then(|| view! { <StatusBadge tone=Tone::Ok label="This browser" /> })
    };
    view! {
        <li class="grid gap-2 py-3 first:pt-0 last:pb-0">
            <div class="min-w-0">
                <p class="flex flex-wrap items-baseline gap-x-3">
                    <span class="font-medium">
                        <RevealedText segments=name />
                    </span>
                    {here}
                </p>
                <p class="text-sm break-words text-muted">
                    "Through " <RevealedText segments=service /> ", added "
                    <RelativeTime datetime=stamp(added) text=moment(added) /> ". " {reached}
                </p>
            </div>
            {failure}
            <div class="flex flex-wrap gap-2">
                <ActionForm<PushTest> form=test.clone() on_done=tested>
                    <Hidden name="id" value=id.to_string() />
                    <SubmitButton form=test size=ButtonSize::Small label="Send a test".to_owned() subject=of_test />
                </ActionForm<PushTest>>
                <ActionForm<PushRemove> form=remove.clone() on_done=removed>
                    <Hidden name="id" value=id.to_string() />
                    <SubmitButton
                        form=remove
                        size=ButtonSize::Small
                        variant=ButtonVariant::Danger
                        label="Remove".to_owned()
                        subject=of_remove
                    />
                </ActionForm<PushRemove>>
            </div>
        </li>
    }
}
