//! What a webhook is told of, its secret anew, and what went to it.

use leptos::prelude::*;

use crate::domain::notification::NoticeKind;
use crate::domain::page::Page;
use crate::domain::webhook::{CreatedWebhook, Webhook, WebhookDelivery, WebhookDeliveryState, WebhookFormat};
use crate::server_fns::shown_once::ShownOnce;
use crate::server_fns::webhooks::{WebhookReplay, WebhookRotate, WebhookSetNotices, webhook_deliveries};
use crate::ui::components::{
    ButtonSize, ButtonVariant, Card, Cell, CheckboxField, Choice, Column, EmptyState, FieldError, Icon,
    Moment, Pagination, RadioGroup, RevealedText, Row, RowHeader, SkeletonRows, StatusBadge, Table, Tone,
};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, Notice, SubmitButton, Then, Version};
use crate::ui::hooks::focus_soon;
use crate::ui::pages::PageError;
use crate::ui::pages::settings::lists::{at, use_cursor};
use crate::ui::pages::settings::secret::show_secret;
use crate::ui::words::{human, moment, segments, stamp};

use super::PATH;

/// Which notices it gets, and how they are written.
#[component]
pub(super) fn Notices(
    /// The webhook.
    hook: Webhook,
    /// The version that the person sees.
    version: RwSignal<i64>,
    /// The page's notice.
    notice: Notice,
) -> impl IntoView {
    let form = FormState::new("webhook-notices")
        .faults_only()
        .field("/format", "webhook-format-0")
        .field("/notices", "webhook-kinds");
    let saved = Then::new(move |hook: Webhook| {
        let _ = version.try_set(hook.version);
        notice.say("The changes are saved.");
    });
    let typed = form.typed_all("input[notices][]").filter(|_| form.typed("_form").is_some());
    let boxes: Vec<_> = NoticeKind::ALL
        .iter()
        .filter(|kind| **kind != NoticeKind::Message)
        .map(|kind| {
            let checked = match &typed {
                Some(typed) => typed.iter().any(|typed| typed == kind.as_str()),
                None => hook.notices.contains(kind),
            };
            view! {
                <CheckboxField
                    id=format!("webhook-kind-{kind}")
                    name="input[notices][]"
                    label=human(kind.as_str())
                    value=kind.as_str()
                    hint=kind.explained()
                    checked=checked
                />
            }
        })
        .collect();
    let formats = vec![
        Choice::new(WebhookFormat::Standard.as_str(), "For a program")
            .hint("JSON with a type, a time and data."),
        Choice::new(WebhookFormat::Slack.as_str(), "For Slack")
            .hint("A text for an incoming webhook of Slack, or of what takes the same."),
    ];
    let format = form.typed("input[format]").unwrap_or_else(|| hook.format.to_string());
    let (error, fault, of_format) =
        (form.error_at("/notices"), form.error_at("/notices"), form.error_at("/format"));
    view! {
        <Card title="Notices" description="What Countersign tells it by itself, beside the approved actions that go there.">
            <ActionForm<WebhookSetNotices> form=form.clone() class="grid max-w-xl gap-4" on_done=saved>
                <Hidden name="id" value=hook.id.to_string() />
                <Version of=version />
                <RadioGroup
                    id="webhook-format"
                    name="input[format]"
                    legend="How they are written"
                    options=formats
                    selected=format
                    error=of_format
                    required=true
                />
                <fieldset
                    id="webhook-kinds"
                    tabindex="-1"
                    class="field"
                    aria-describedby=move || error.get().map(|_| "webhook-kinds-error")
                >
                    <legend class="field-label">"Which"</legend>
                    {boxes}
                    <FieldError id="webhook-kinds-error" message=fault />
                </fieldset>
                <div>
                    <SubmitButton form=form label="Save the notices".to_owned() />
                </div>
            </ActionForm<WebhookSetNotices>>
        </Card>
    }
}

/// A new secret, after which the old one signs too for a day.
#[component]
pub(super) fn Rotate(
    /// The webhook.
    hook: Webhook,
    /// The version that the person sees.
    version: RwSignal<i64>,
    /// Where the new secret is shown.
    shown: RwSignal<Option<ShownOnce>>,
) -> impl IntoView {
    let form = FormState::new("webhook-rotate").faults_only();
    let until = RwSignal::new(hook.old_secret_until);
    let done = Then::new(move |rotated: CreatedWebhook| {
        let _ = version.try_set(rotated.webhook.version);
        let _ = until.try_set(rotated.webhook.old_secret_until);
        let name = rotated.webhook.name;
        show_secret(shown, ShownOnce { noun: "webhook".to_owned(), name, secret: rotated.secret });
    });
    let id = hook.id.to_string();
    view! {
        <Card title="Secret" description="Each request is signed with it.">
            {move || {
                until
                    .get()
                    .map(|until| {
                        view! {
                            <p class="mb-3 text-sm text-muted">
                                "After the last change the old secret signs too until "
                                <Moment datetime=stamp(until) text=moment(until) /> "."
                            </p>
                        }
                    })
            }}
            <Disclose label="Make a new secret">
                <p>"Requests carry signatures of both secrets for 24 hours, so that your program can learn the new one meanwhile."</p>
                <ActionForm<WebhookRotate> form=form.clone() on_done=done>
                    <Hidden name="id" value=id />
                    <Version of=version />
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Make it and show it once".to_owned() />
                </ActionForm<WebhookRotate>>
            </Disclose>
        </Card>
    }
}

/// What went to it, the newest first.
#[component]
pub(super) fn Deliveries(
    /// The webhook.
    hook: Webhook,
) -> impl IntoView {
    let (id, cursor) = (hook.id, use_cursor());
    let loaded = Resource::new(
        move || cursor.get(),
        move |cursor| async move { (cursor.clone(), webhook_deliveries(id, at(cursor)).await) },
    );
    let again = Callback::new(move |()| loaded.refetch());
    view! {
        <section aria-labelledby="deliveries">
            <h2 id="deliveries" tabindex="-1" class="mb-2 text-base">"Deliveries"</h2>
            <Transition fallback=|| view! { <SkeletonRows label="Loading the deliveries" /> }>
                {move || Suspend::new(async move {
                    let (cursor, answer) = loaded.await;
                    match answer {
                        Ok(page) => view! { <Log page=page path=format!("{PATH}/{id}") cursor=cursor again=again /> }.into_any(),
                        Err(error) => {
                            view! { <PageError title="The deliveries could not be loaded" error=error retry=again /> }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </section>
    }
}

#[component]
fn Log(
    /// One page of them.
    page: Page<WebhookDelivery>,
    /// The webhook's page.
    path: String,
    /// Where this page of the list begins.
    cursor: Option<String>,
    /// Reads them anew.
    again: Callback<()>,
) -> impl IntoView {
    if page.items.is_empty() {
        let body =
            "Choose notices above; each message that goes out for them is listed here with its answer.";
        return view! { <Card><EmptyState icon=Icon::Bell title="Nothing was sent yet" body=body /></Card> }
            .into_any();
    }
    // A cursor is base64url: nothing in it needs escaping.
    let next = page.next_cursor.map(|cursor| format!("{path}?cursor={cursor}"));
    let previous = cursor.map(|_| path);
    let rows: Vec<_> =
        page.items.into_iter().map(|delivery| view! { <Line delivery=delivery again=again /> }).collect();
    let columns = vec![
        Column::new("Message"),
        Column::new("When"),
        Column::new("State"),
        Column::new("Answer"),
        Column::new("Again").hidden(),
    ];
    view! {
        <Card flush=true>
            <Table caption="Deliveries, newest first" columns=columns>
                {rows}
            </Table>
        </Card>
        <Pagination label="Pages of deliveries" previous=previous next=next />
        <p class="mt-3 text-sm text-muted">
            "A message is tried ten times in three days. A webhook that nothing reaches for three days is switched off. Deliveries are kept for 30 days."
        </p>
    }
    .into_any()
}

#[component]
fn Line(
    /// The delivery.
    delivery: WebhookDelivery,
    /// Reads them anew.
    again: Callback<()>,
) -> impl IntoView {
    let (tone, label) = match delivery.state {
        WebhookDeliveryState::Waiting => (Tone::Info, "Waiting"),
        WebhookDeliveryState::Sending => (Tone::Info, "Sending"),
        WebhookDeliveryState::Delivered => (Tone::Ok, "Delivered"),
        WebhookDeliveryState::Failed => (Tone::Bad, "Failed"),
    };
    let over = matches!(delivery.state, WebhookDeliveryState::Delivered | WebhookDeliveryState::Failed);
    let tries = match delivery.attempts {
        1 => "1 try".to_owned(),
        tries => format!("{tries} tries"),
    };
    let (title, id) = (delivery.title.clone(), delivery.id.to_string());
    view! {
        <Row>
            <RowHeader>{title}</RowHeader>
            <Cell label="When">
                <Moment datetime=stamp(delivery.created_at) text=moment(delivery.created_at) />
            </Cell>
            <Cell label="State">
                <StatusBadge tone=tone label=label />
                <p class="text-sm text-muted">
                    {tries}
                    {delivery
                        .next_at
                        .map(|next| view! { ", next " <Moment datetime=stamp(next) text=moment(next) /> })}
                </p>
            </Cell>
            <Cell label="Answer">
                <span class="text-sm [overflow-wrap:anywhere]">
                    <RevealedText segments=segments(delivery.answer.as_deref().unwrap_or("None yet.")) />
                </span>
            </Cell>
            <Cell label="Again">
                {over.then(|| view! { <Replay id=id subject=delivery.title again=again /> })}
            </Cell>
        </Row>
    }
}

#[component]
fn Replay(
    /// The delivery's id.
    id: String,
    /// Its title, for screen readers.
    subject: String,
    /// Reads them anew.
    again: Callback<()>,
) -> impl IntoView {
    let form = FormState::new(format!("replay-{id}"));
    let done = Then::new(move |_: WebhookDelivery| {
        let _ = again.try_run(());
        focus_soon("deliveries");
    });
    view! {
        <ActionForm<WebhookReplay> form=form.clone() on_done=done>
            <Hidden name="id" value=id />
            <SubmitButton form=form size=ButtonSize::Small label="Send again".to_owned() subject=subject />
        </ActionForm<WebhookReplay>>
    }
}
