//! `/records/:id`: one record, to read, edit or delete.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::domain::AppError;
use crate::domain::ids::RecordId;
use crate::domain::member::Permission;
use crate::domain::record::Record;
use crate::domain::record_form::text;
use crate::domain::record_kinds::fields;
use crate::domain::text::reveal_text;
use crate::server_fns::records::{RecordDelete, RecordPatch, record_get};
use crate::ui::components::{
    ButtonVariant, Card, DescriptionList, KeyValue, PageHeader, RelativeTime, RevealedText, Skeleton,
};
use crate::ui::forms::{
    ActionForm, Disclose, FormState, Hidden, Notice, NoticeBar, ReturnedError, SubmitButton, Then, Version,
};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{human, moment, segments, stamp};

use super::fields::{RecordFields, record_form_state};
use super::words::plural;

/// One record.
#[component]
pub fn RecordPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteRecords);
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let loaded = Resource::new(
        move || id.get(),
        |id| async move {
            match id.parse::<RecordId>() {
                Ok(id) => record_get(id).await,
                Err(_) => Err(AppError::not_found("record")),
            }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8 label="Loading the record" /> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(record) => view! { <RecordView record=record may_write=may_write retry=retry /> }.into_any(),
                    Err(error) => {
                        view! {
                            <Title text="Record" />
                            <PageHeader title="Record" back="/records" back_label="Records" />
                            <PageError title="The record could not be loaded" error=error retry=retry />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn RecordView(
    /// The record.
    record: Record,
    /// Whether the member may change it.
    may_write: bool,
    /// Loads it again.
    retry: Callback<()>,
) -> impl IntoView {
    let kind = record.kind;
    let title = reveal_text(&record.title);
    let notice = Notice::new(|done| match done {
        "created" => Some("The record is added."),
        "saved" => Some("The changes are saved."),
        _ => None,
    });
    let changed = format!("{}, changed ", human(kind.as_str()));
    let (datetime, text) = (stamp(record.updated_at), moment(record.updated_at));
    let body = if may_write {
        view! { <EditRecord record=record notice=notice retry=retry /> }.into_any()
    } else {
        view! { <ReadRecord record=record /> }.into_any()
    };
    view! {
        <Title text=title.clone() />
        <PageHeader title=title back=format!("/records?kind={kind}") back_label=plural(kind) />
        <p class="mb-4 text-muted">{changed}<RelativeTime datetime=datetime text=text /></p>
        <ReturnedError />
        <NoticeBar notice=notice />
        // What was said belongs to the form before.
        <div on:submit=move |_| notice.clear()>{body}</div>
    }
}

#[component]
fn ReadRecord(
    /// The record.
    record: Record,
) -> impl IntoView {
    let facts: Vec<_> = fields(record.kind)
        .iter()
        .filter_map(|field| {
            let value = text(field.kind, record.data.get(field.name));
            (!value.is_empty()).then(|| {
                view! {
                    <KeyValue label=field.label>
                        <RevealedText segments=segments(&value) />
                    </KeyValue>
                }
            })
        })
        .collect();
    let empty = facts.is_empty().then(|| view! { <p class="text-muted">"It has nothing but its title."</p> });
    view! {
        <Card>
            <DescriptionList>{facts}</DescriptionList>
            {empty}
            <p class="mt-4 text-sm text-muted">"Your role reads records. Owners, admins and operators change them."</p>
        </Card>
    }
}

#[component]
fn EditRecord(
    /// The record.
    record: Record,
    /// The page's notice.
    notice: Notice,
    /// Loads it again.
    retry: Callback<()>,
) -> impl IntoView {
    let (id, kind) = (record.id, record.kind);
    let version = RwSignal::new(record.version);
    let form = record_form_state("record-edit", kind);
    let saved = Then::new(move |record: Record| {
        // The fields stay as they are: what was typed is what is saved.
        let _ = version.try_set(record.version);
        notice.say("The changes are saved.");
    });
    let remove = FormState::new("record-delete").faults_only();
    let remove_open = remove.typed("_form").is_some();
    let navigate = use_navigate();
    let deleted = Then::new(move |()| navigate("/records?done=deleted", NavigateOptions::default()));
    view! {
        <Card>
            <ActionForm<RecordPatch> form=form.clone() class="grid gap-4" on_done=saved>
                <Hidden name="id" value=id.to_string() />
                <Version of=version />
                <RecordFields kind=kind form=form.clone() title=record.title data=record.data />
                <div class="flex flex-wrap gap-2">
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Save changes".to_owned() />
                    <a
                        class="btn btn-ghost"
                        href=format!("/records/{id}")
                        rel="external"
                        on:click=move |event| {
                            event.prevent_default();
                            notice.clear();
                            retry.run(());
                        }
                    >
                        "Load again"
                    </a>
                </div>
            </ActionForm<RecordPatch>>
        </Card>
        <div class="mt-6">
            <Disclose label=format!("Delete this {kind}") variant=ButtonVariant::Danger open=remove_open>
                <p>
                    "It is gone at once and for everybody, and cannot be put back. Actions that wait for it will fail."
                </p>
                <ActionForm<RecordDelete> form=remove.clone() on_done=deleted>
                    <Hidden name="id" value=id.to_string() />
                    <Version of=version />
                    <SubmitButton form=remove variant=ButtonVariant::Danger label=format!("Delete this {kind} for good") />
                </ActionForm<RecordDelete>>
            </Disclose>
        </div>
    }
}
