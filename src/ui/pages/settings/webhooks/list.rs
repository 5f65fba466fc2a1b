//! The list of webhooks, and a new one.

use leptos::prelude::*;

use crate::domain::member::Permission;
use crate::domain::page::Page;
use crate::domain::webhook::{CreatedWebhook, Webhook};
use crate::server_fns::shown_once::ShownOnce;
use crate::server_fns::webhooks::{WebhookCreate, webhook_list};
use crate::ui::components::{
    ButtonVariant, Card, Cell, Column, EmptyState, Icon, RevealedText, Row, RowHeader, SkeletonRows,
    StatusBadge, Table, Tone,
};
use crate::ui::forms::{ActionForm, Disclose, Notice, SubmitButton};
use crate::ui::pages::settings::frame::{ReadOnly, SettingsFrame};
use crate::ui::pages::settings::lists::{Pages, at, use_cursor};
use crate::ui::pages::settings::secret::{Secret, show_secret};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::segments;

use super::{PATH, WebhookFields, webhook_form_state};

/// The webhooks.
#[component]
pub fn WebhooksPage() -> impl IntoView {
    let administers = use_session().may(Permission::Administer);
    let cursor = use_cursor();
    let loaded = Resource::new(
        move || cursor.get(),
        |cursor| async move { (cursor.clone(), webhook_list(at(cursor)).await) },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| match done {
        "deleted" => Some("The webhook is deleted."),
        "replayed" => Some("The message is sent again."),
        _ => None,
    });
    let shown = RwSignal::new(None);
    let created = Callback::new(move |created: CreatedWebhook| {
        notice.clear();
        let secret =
            ShownOnce { noun: "webhook".to_owned(), name: created.webhook.name, secret: created.secret };
        show_secret(shown, secret);
        loaded.refetch();
    });
    view! {
        <SettingsFrame
            tab=PATH
            title="Webhooks"
            subtitle="Where Countersign sends approved actions that a program of yours performs, and what it tells programs and chats."
            notice=notice
        >
            <Secret noun="webhook" advice="Your program checks the signature of each request with it." shown=shown />
            {if administers {
                view! { <AddWebhook created=created /> }.into_any()
            } else {
                view! { <ReadOnly text="Owners and admins add and change webhooks." /> }.into_any()
            }}
            <Transition fallback=|| view! { <SkeletonRows label="Loading webhooks" /> }>
                {move || Suspend::new(async move {
                    let (cursor, answer) = loaded.await;
                    match answer {
                        Ok(page) => view! { <WebhookTable page=page cursor=cursor /> }.into_any(),
                        Err(error) => {
                            view! { <PageError title="The webhooks could not be loaded" error=error retry=retry /> }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </SettingsFrame>
    }
}

#[component]
fn WebhookTable(
    /// One page of the webhooks.
    page: Page<Webhook>,
    /// Where it begins.
    cursor: Option<String>,
) -> impl IntoView {
    if page.items.is_empty() {
        let body = "Add one, and name it in an action type of your own: what is approved is then sent there, signed.";
        return view! { <EmptyState icon=Icon::External title="No webhooks yet" body=body /> }.into_any();
    }
    let next = page.next_cursor;
    let rows: Vec<_> = page
        .items
        .into_iter()
        .map(|hook| {
            let (tone, label) = if hook.enabled { (Tone::Ok, "On") } else { (Tone::Neutral, "Off") };
            view! {
                <Row>
                    <RowHeader>
                        <a class="link" href=format!("{PATH}/{}", hook.id)>
                            <RevealedText segments=segments(&hook.name) />
                        </a>
                    </RowHeader>
                    <Cell label="Address">
                        <span class="font-mono text-sm">
                            <RevealedText segments=segments(&hook.url) />
                        </span>
                    </Cell>
                    <Cell label="State">
                        <StatusBadge tone=tone label=label />
                    </Cell>
                </Row>
            }
        })
        .collect();
    let columns = vec![Column::new("Name"), Column::new("Address"), Column::new("State")];
    view! {
        <Card flush=true>
            <Table caption="Webhooks, by name" columns=columns>
                {rows}
            </Table>
        </Card>
        <Pages path=PATH label="Pages of webhooks" cursor=cursor next=next />
    }
    .into_any()
}

#[component]
fn AddWebhook(
    /// What follows.
    created: Callback<CreatedWebhook>,
) -> impl IntoView {
    let form = webhook_form_state("webhook-add");
    let open = form.typed("_form").is_some();
    view! {
        <div class="mb-4">
            <Disclose label="Add a webhook" icon=Icon::Plus open=open>
                <ActionForm<WebhookCreate> form=form.clone() class="grid gap-3" on_done=created emptied=true>
                    <WebhookFields form=form.clone() />
                    <div>
                        <SubmitButton form=form variant=ButtonVariant::Primary label="Make the webhook".to_owned() />
                    </div>
                </ActionForm<WebhookCreate>>
            </Disclose>
        </div>
    }
}
