//! `/memory/:id`: one memory, to read, edit, share or forget.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::domain::AppError;
use crate::domain::ids::MemoryId;
use crate::domain::member::Permission;
use crate::domain::memory::{Memory, MemoryVisibility};
use crate::server_fns::memory::{MemoryDelete, MemoryPatch, MemoryShare, memory_get};
use crate::ui::components::{
    ButtonVariant, Card, DescriptionList, KeyValue, LongText, Moment, PageHeader, RelativeTime, RevealedText,
    SelectField, Skeleton,
};
use crate::ui::forms::{
    ActionForm, Disclose, FormState, Hidden, Notice, NoticeBar, ReturnedError, SubmitButton, Then, Version,
};
use crate::ui::pages::whose::Whose;
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{human, moment, segments, stamp};

use super::address::{PATH, tagged};
use super::fields::{MemoryFields, memory_form_state};
use super::words::{read_often, seen_by, tier_hint};

/// One memory.
#[component]
pub fn MemoryPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteMemory);
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let loaded = Resource::new(move || id.get(), move |id| load(id, may_write));
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| match done {
        "stored" => Some("It is remembered."),
        "saved" => Some("The changes are saved."),
        "shared" => Some("It is shared."),
        _ => None,
    });
    let changed = Callback::new(move |text: &'static str| {
        notice.say(text);
        loaded.refetch();
    });
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8 label="Loading the memory" /> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok((memory, whose)) => {
                        view! { <MemoryView memory=memory whose=whose may_write=may_write notice=notice changed=changed /> }
                            .into_any()
                    }
                    Err(error) => {
                        view! {
                            <Title text="Memory" />
                            <PageHeader title="Memory" back=PATH back_label="Memory" />
                            <PageError title="The memory could not be loaded" error=error retry=retry />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

/// The memory; for who may share it also with whom.
async fn load(id: String, may_write: bool) -> Result<(Memory, Whose), AppError> {
    let id: MemoryId = id.parse().map_err(|_| AppError::not_found("memory"))?;
    let memory = memory_get(id).await?;
    let whose = if may_write { Whose::load().await } else { Whose::default() };
    Ok((memory, whose))
}

#[component]
fn MemoryView(
    /// The memory.
    memory: Memory,
    /// Teams to share it with.
    whose: Whose,
    /// Whether the member may change it.
    may_write: bool,
    /// The page's notice.
    notice: Notice,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let title = memory.headline();
    let version = memory.version;
    let text = segments(&memory.content);
    let share = may_write.then(|| view! { <Share memory=memory.clone() whose=whose changed=changed /> });
    let edit = may_write.then(|| view! { <Edit memory=memory.clone() changed=changed /> });
    let forget = may_write.then(|| view! { <Forget id=memory.id version=version /> });
    let reads_only = (!may_write).then(|| {
        view! { <p class="text-sm text-muted">"Your role reads memory. Owners, admins and operators change it."</p> }
    });
    view! {
        <Title text=title.clone() />
        <PageHeader title=title back=PATH back_label="Memory" />
        <ReturnedError />
        <NoticeBar notice=notice />
        // What was said belongs to the form before.
        <div class="grid gap-4" on:submit=move |_| notice.clear()>
            <Card>
                <LongText label="What is remembered" segments=text />
            </Card>
            <Card>
                <Facts memory=memory />
            </Card>
            {edit}
            <div class="flex flex-wrap items-start gap-2">{share} {forget}</div>
            {reads_only}
        </div>
    }
}

#[component]
fn Facts(
    /// The memory.
    memory: Memory,
) -> impl IntoView {
    let tags: Vec<_> = memory
        .tags
        .iter()
        .map(|tag| view! { <li class="max-w-full"><a class="chip max-w-full" href=tagged(tag)><span class="min-w-0 truncate">{tag.clone()}</span></a></li> })
        .collect();
    let tags = (!tags.is_empty()).then(|| {
        view! { <KeyValue label="Tags"><ul aria-label="Tags" class="flex flex-wrap gap-1">{tags}</ul></KeyValue> }
    });
    let forgotten = match memory.expires_at {
        Some(at) => view! { <Moment datetime=stamp(at) text=moment(at) /> }.into_any(),
        None => "Never: it is kept".into_any(),
    };
    let last = memory.last_read_at.map(|at| {
        view! { ", last " <RelativeTime datetime=stamp(at) text=moment(at) /> }
    });
    let owner = memory.agent_name.as_deref().map(segments).map(|name| {
        view! { <KeyValue label="Agent"><RevealedText segments=name /></KeyValue> }
    });
    let (seen_by, read, stored_by) =
        (seen_by(&memory), read_often(&memory), segments(&memory.created_by.name));
    let execution = memory.workflow_execution_id.map(|id| {
        view! { <KeyValue label="Execution"><code class="text-sm [overflow-wrap:anywhere]">{id.to_string()}</code></KeyValue> }
    });
    view! {
        <DescriptionList>
            <KeyValue label="Seen by">{seen_by}</KeyValue>
            {owner}
            <KeyValue label="Tier">{tier_hint(memory.tier)}</KeyValue>
            <KeyValue label="Category">{human(memory.category.as_str())}</KeyValue>
            <KeyValue label="Importance">{format!("{} of 100", memory.importance)}</KeyValue>
            {tags}
            <KeyValue label="Read">{read} {last}</KeyValue>
            <KeyValue label="Forgotten">{forgotten}</KeyValue>
            <KeyValue label="Stored">
                <RelativeTime datetime=stamp(memory.created_at) text=moment(memory.created_at) /> " by "
                <RevealedText segments=stored_by />
            </KeyValue>
            {execution}
        </DescriptionList>
    }
}

#[component]
fn Edit(
    /// The memory.
    memory: Memory,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let (id, version) = (memory.id, memory.version);
    let form = memory_form_state("memory-edit");
    let saved = Then::new(move |_: Memory| {
        let _ = changed.try_run("The changes are saved.");
    });
    view! {
        <Card title="Edit">
            <ActionForm<MemoryPatch> form=form.clone() class="grid gap-4" on_done=saved>
                <Hidden name="id" value=id.to_string() />
                <Version of=Signal::stored(version) />
                <MemoryFields form=form.clone() memory=Some(memory) />
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Save changes".to_owned() />
                </div>
            </ActionForm<MemoryPatch>>
        </Card>
    }
}

#[component]
fn Share(
    /// The memory.
    memory: Memory,
    /// Teams to share it with.
    whose: Whose,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    if memory.visibility == MemoryVisibility::Workspace {
        return ().into_any();
    }
    let form = FormState::new("memory-share").faults_only().field("/teamId", "memory-share-team");
    let open = form.typed("_form").is_some();
    let shared = Then::new(move |_: Memory| {
        let _ = changed.try_run("It is shared.");
    });
    // A team shares what it has with all: a second team would take it from the first.
    let with = (memory.visibility == MemoryVisibility::Agent).then(|| {
        view! {
            <SelectField
                id="memory-share-team"
                name="input[teamId]"
                label="With"
                options=whose.team_choices("All agents of the workspace")
                selected=form.typed("input[teamId]")
                error=form.error_at("/teamId")
            />
        }
    });
    view! {
        <Disclose label="Share" open=open>
            <p>"More agents see it then. It cannot be taken back, but it can be forgotten."</p>
            <ActionForm<MemoryShare> form=form.clone() class="grid gap-3" on_done=shared>
                <Hidden name="id" value=memory.id.to_string() />
                <Version of=Signal::stored(memory.version) />
                {with}
                <div>
                    <SubmitButton
                        form=form
                        variant=ButtonVariant::Primary
                        label=if memory.visibility == MemoryVisibility::Agent {
                            "Share it".to_owned()
                        } else {
                            "Share it with all agents".to_owned()
                        }
                    />
                </div>
            </ActionForm<MemoryShare>>
        </Disclose>
    }
    .into_any()
}

#[component]
fn Forget(
    /// The memory.
    id: MemoryId,
    /// The version that is shown.
    version: i64,
) -> impl IntoView {
    let form = FormState::new("memory-forget").faults_only();
    let open = form.typed("_form").is_some();
    let navigate = use_navigate();
    let gone = Then::new(move |()| {
        navigate(&format!("{PATH}?done=forgotten"), NavigateOptions::default());
    });
    view! {
        <Disclose label="Forget" variant=ButtonVariant::Danger open=open>
            <p>"It is gone at once and for all agents, and cannot be put back."</p>
            <ActionForm<MemoryDelete> form=form.clone() on_done=gone>
                <Hidden name="id" value=id.to_string() />
                <Version of=Signal::stored(version) />
                <SubmitButton form=form variant=ButtonVariant::Danger label="Forget it for good".to_owned() />
            </ActionForm<MemoryDelete>>
        </Disclose>
    }
}
