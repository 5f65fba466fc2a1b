//! `/settings/notifications`: which notifications the member gets, where and when.

use leptos::prelude::*;

use crate::domain::notification::{NoticeKind, NotificationPreferences};
use crate::server_fns::notifications::{NotificationPreferencesSet, notification_preferences};
use crate::ui::components::{ButtonVariant, Card, CheckboxField, Choice, SelectField, Skeleton};
use crate::ui::forms::{ActionForm, FormState, Notice, SubmitButton, Then};
use crate::ui::pages::PageError;
use crate::ui::words::human;

use super::browsers::Browsers;
use super::frame::SettingsFrame;

const PATH: &str = "/settings/notifications";

/// The member's choice.
#[component]
pub fn NotificationSettingsPage() -> impl IntoView {
    let notice = Notice::new(|done| match done {
        "saved" => Some("Your choice is saved."),
        "removed" => Some("That browser gets no more notifications."),
        "tested" => Some("A test is on its way."),
        _ => None,
    });
    let loaded = Resource::new(|| (), |()| notification_preferences());
    let retry = Callback::new(move |()| loaded.refetch());
    view! {
        <SettingsFrame tab=PATH title="Notifications" subtitle="What you hear of, where and when. For this workspace." notice=notice>
            <Transition fallback=|| view! { <Skeleton lines=12 label="Loading your choice" /> }>
                {move || Suspend::new(async move {
                    match loaded.await {
                        Ok(preferences) => view! { <ChoiceForm preferences=preferences notice=notice /> }.into_any(),
                        Err(error) => {
                            view! { <PageError title="Your choice could not be loaded" error=error retry=retry /> }
                                .into_any()
                        }
                    }
                })}
            </Transition>
            <Browsers notice=notice />
        </SettingsFrame>
    }
}

#[component]
fn ChoiceForm(
    /// As they are.
    preferences: NotificationPreferences,
    /// The page's notice.
    notice: Notice,
) -> impl IntoView {
    let form = FormState::new("notification-preferences")
        .faults_only()
        .field("/quietFrom", "quiet-from")
        .field("/quietUntil", "quiet-until")
        .field("/digestHour", "digest-hour");
    let came_back = form.typed("_form").is_some();
    let typed_or = |name: &str, hour: Option<i64>| match came_back {
        true => form.typed(name).unwrap_or_default(),
        false => hour.map(|hour| hour.to_string()).unwrap_or_default(),
    };
    let (from, until, digest) = (
        typed_or("input[quietFrom]", preferences.quiet.map(|quiet| quiet.from)),
        typed_or("input[quietUntil]", preferences.quiet.map(|quiet| quiet.until)),
        typed_or("input[digestHour]", preferences.digest_hour),
    );
    let breaks = match came_back {
        true => form.typed("input[criticalBreaksQuiet]").is_some(),
        false => preferences.critical_breaks_quiet,
    };
    let rows: Vec<_> = NoticeKind::ALL
        .iter()
        .map(|kind| view! { <KindRow kind=*kind preferences=preferences.clone() form=form.clone() /> })
        .collect();
    let zone = preferences.time_zone.clone().unwrap_or_else(|| "UTC".to_owned());
    let done = Then::new(move |_: NotificationPreferences| notice.say("Your choice is saved."));
    let (no_start, no_end, no_hour) =
        (form.error_at("/quietFrom"), form.error_at("/quietUntil"), form.error_at("/digestHour"));
    let save = form.clone();
    view! {
        <ActionForm<NotificationPreferencesSet> form=form class="grid max-w-2xl gap-4" on_done=done>
            <Card
                title="What, and where"
                description="In the app is the notifications page and the count beside it. Push goes to the browsers below in which you turned it on."
            >
                <div class="divide-y divide-line">{rows}</div>
            </Card>
            <Card title="Quiet hours" description="No e-mail and no push is sent then; what comes waits until they are over.">
                <p class="mb-3 text-sm text-muted">
                    {format!("Hours are those of {zone}. ")} <a class="link" href="/settings">"Your account sets the zone"</a> "."
                </p>
                <div class="grid gap-3 sm:grid-cols-2">
                    <SelectField id="quiet-from" name="input[quietFrom]" label="From" options=hours("No quiet hours") selected=from error=no_start filter=true />
                    <SelectField id="quiet-until" name="input[quietUntil]" label="Until" options=hours("No quiet hours") selected=until error=no_end filter=true />
                </div>
                <CheckboxField
                    id="critical-breaks-quiet"
                    name="input[criticalBreaksQuiet]"
                    label="Critical approvals may break in"
                    checked=breaks
                />
            </Card>
            <Card title="Daily digest" description="One e-mail a day: what ran on its own, what was decided by whom, what failed, what waits. None when there is nothing to tell.">
                <SelectField id="digest-hour" name="input[digestHour]" label="Hour" options=hours("No digest") selected=digest error=no_hour filter=true />
            </Card>
            <div>
                <SubmitButton form=save variant=ButtonVariant::Primary label="Save your choice".to_owned() />
            </div>
        </ActionForm<NotificationPreferencesSet>>
    }
}

/// One kind with a box for each place.
#[component]
fn KindRow(
    /// The kind.
    kind: NoticeKind,
    /// As they are.
    preferences: NotificationPreferences,
    /// The form's state.
    form: FormState,
) -> impl IntoView {
    let ticked = |name: &str, kept: &[NoticeKind]| match form.typed_all(name) {
        Some(typed) => typed.iter().any(|typed| typed == kind.as_str()),
        None => kept.contains(&kind),
    };
    let in_app = ticked("input[inApp][]", &preferences.in_app);
    let email = ticked("input[email][]", &preferences.email);
    let push = ticked("input[push][]", &preferences.push);
    let name = kind.as_str();
    view! {
        <fieldset class="grid grid-cols-[auto_auto_auto] items-start justify-start gap-x-4 gap-y-1 py-3 first:pt-0 last:pb-0 sm:grid-cols-[1fr_auto_auto_auto]">
            <legend class="sr-only">{human(name)}</legend>
            <div class="col-span-3 min-w-0 sm:col-span-1">
                <p class="font-medium" aria-hidden="true">{human(name)}</p>
                <p class="text-sm text-muted">{kind.explained()}</p>
            </div>
            <CheckboxField id=format!("{name}-in-app") name="input[inApp][]" label="In the app" value=name checked=in_app />
            <CheckboxField id=format!("{name}-email") name="input[email][]" label="E-mail" value=name checked=email />
            <CheckboxField id=format!("{name}-push") name="input[push][]" label="Push" value=name checked=push />
        </fieldset>
    }
}

/// The hours of a day, after `none`.
fn hours(none: &str) -> Vec<Choice> {
    std::iter::once(Choice::new("", none))
        .chain((0..24).map(|hour| Choice::new(hour.to_string(), format!("{hour:02}:00"))))
        .collect()
}
