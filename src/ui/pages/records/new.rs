//! `/records/new?kind=`: a new record.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::domain::member::Permission;
use crate::domain::record::{Record, RecordKind};
use crate::server_fns::records::RecordCreate;
use crate::ui::components::{ButtonVariant, Card, EmptyState, Icon, LinkButton, PageHeader, Tab, Tabs};
use crate::ui::forms::{ActionForm, Hidden, ReturnedError, SubmitButton, Then};
use crate::ui::pages::use_session;
use crate::ui::words::human;

use super::fields::{RecordFields, record_form_state};
use super::words::plural;

/// A form with the fields of the kind that the address names.
#[component]
pub fn NewRecordPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteRecords);
    let query = use_query_map();
    let kind = Memo::new(move |_| {
        query
            .with(|query| query.get("kind"))
            .and_then(|kind| kind.parse().ok())
            .unwrap_or(RecordKind::Contact)
    });
    move || {
        let kind = kind.get();
        view! {
            <Title text=format!("New {kind}") />
            <PageHeader title=format!("New {kind}") back=format!("/records?kind={kind}") back_label=plural(kind) />
            <ReturnedError />
            {if may_write {
                view! { <NewRecord kind=kind /> }.into_any()
            } else {
                view! {
                    <EmptyState
                        icon=Icon::Database
                        title="Your role reads records"
                        body="Owners, admins and operators add them. Ask one of them, or an admin for another role."
                    >
                        <LinkButton href="/records">"Go to records"</LinkButton>
                    </EmptyState>
                }
                    .into_any()
            }}
        }
    }
}

#[component]
fn NewRecord(
    /// The kind of record.
    kind: RecordKind,
) -> impl IntoView {
    let form = record_form_state("record-new", kind);
    let navigate = use_navigate();
    let done = Then::new(move |record: Record| {
        navigate(&format!("/records/{}?done=created", record.id), NavigateOptions::default());
    });
    let tabs = RecordKind::ALL
        .iter()
        .map(|of| Tab {
            href: format!("/records/new?kind={of}"),
            label: human(of.as_str()),
            count: None,
            current: *of == kind,
        })
        .collect();
    view! {
        <Tabs label="Kind of the new record" tabs=tabs />
        <Card>
            <ActionForm<RecordCreate> form=form.clone() class="grid gap-4" on_done=done>
                <Hidden name="input[kind]" value=kind.to_string() />
                <RecordFields kind=kind form=form.clone() />
                <div class="flex flex-wrap gap-2">
                    <SubmitButton form=form variant=ButtonVariant::Primary label=format!("Add {kind}") />
                    <LinkButton href=format!("/records?kind={kind}") variant=ButtonVariant::Ghost>
                        "Cancel"
                    </LinkButton>
                </div>
            </ActionForm<RecordCreate>>
        </Card>
    }
}
