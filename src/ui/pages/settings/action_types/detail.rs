//! One action type: built in, to re-class; or the workspace's own, to change.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::domain::action_type::ActionType;
use crate::domain::member::Permission;
use crate::domain::text::reveal_text;
use crate::domain::webhook::Webhook;
use crate::server_fns::action_types::{
    ActionTypeDelete, ActionTypePatch, ActionTypeReclass, action_type_get,
};
use crate::server_fns::webhooks::webhook_list;
use crate::ui::components::{
    ButtonVariant, Card, DescriptionList, JsonView, KeyValue, RiskBadge, SelectField, Skeleton, TextField,
};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, Notice, SubmitButton, Then, Version};
use crate::ui::pages::settings::frame::{ReadOnly, SettingsFrame};
use crate::ui::pages::settings::lists::{at, risk_choices};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{reversibility_words, risk_tone, segments};

use super::custom::{CustomFields, custom_form_state};
use super::{PATH, executor_words};

/// One action type.
#[component]
pub fn ActionTypePage() -> impl IntoView {
    let administers = use_session().may(Permission::Administer);
    let params = use_params_map();
    let name = Memo::new(move |_| params.with(|params| params.get("name")).unwrap_or_default());
    let loaded = Resource::new(
        move || name.get(),
        |name| async move {
            let of = action_type_get(name).await?;
            let webhooks = if of.custom { webhook_list(at(None)).await?.items } else { Vec::new() };
            Ok((of, webhooks))
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| match done {
        "created" => Some("The type is registered."),
        "saved" => Some("The changes are saved."),
        _ => None,
    });
    let changed = Callback::new(move |_: ActionType| {
        notice.say("The changes are saved.");
        loaded.refetch();
    });
    view! {
        <Transition fallback=|| view! { <Skeleton lines=10 label="Loading the action type" /> }>
            {move || Suspend::new(async move {
                let answer = loaded.await;
                let title = answer.as_ref().map_or("Action type".to_owned(), |(of, _)| reveal_text(&of.title));
                let body = match answer {
                    Ok((of, webhooks)) => {
                        view! { <TypeView of=of webhooks=webhooks administers=administers changed=changed /> }
                            .into_any()
                    }
                    Err(error) => {
                        view! { <PageError title="The action type could not be loaded" error=error retry=retry /> }
                            .into_any()
                    }
                };
                view! { <SettingsFrame tab=PATH title=title detail=true notice=notice>{body}</SettingsFrame> }
            })}
        </Transition>
    }
}

#[component]
fn TypeView(
    /// The type.
    of: ActionType,
    /// The webhooks of the workspace.
    webhooks: Vec<Webhook>,
    /// Whether the member may change it.
    administers: bool,
    /// What follows a change.
    changed: Callback<ActionType>,
) -> impl IntoView {
    let form = match (administers, of.custom) {
        (true, true) => view! { <EditCustom of=of.clone() webhooks=webhooks changed=changed /> }.into_any(),
        (true, false) => view! { <Reclass of=of.clone() changed=changed /> }.into_any(),
        (false, _) => view! { <ReadOnly text="Owners and admins change action types." /> }.into_any(),
    };
    let removable = administers && of.version.is_some();
    view! {
        <div class="grid gap-4">
            <Facts of=of.clone() />
            {form}
            {removable.then(|| view! { <Remove of=of /> })}
        </div>
    }
}

#[component]
fn Facts(
    /// The type.
    of: ActionType,
) -> impl IntoView {
    let schema = of.schema.as_ref().and_then(|schema| serde_json::to_string_pretty(schema).ok());
    let came = of.default_risk_level.filter(|level| *level != of.risk_level).map(|level| {
        view! { <span class="text-muted">{format!(" (as it came: {level})")}</span> }
    });
    view! {
        <Card>
            {(!of.summary.is_empty()).then(|| view! { <p class="mb-4">{of.summary}</p> })}
            <DescriptionList>
                <KeyValue label="Name">
                    <code class="font-mono">{of.name}</code>
                </KeyValue>
                <KeyValue label="Risk">
                    <RiskBadge level=risk_tone(of.risk_level) />
                    {came}
                </KeyValue>
                <KeyValue label="Approvals needed">{of.required_approvals.to_string()}</KeyValue>
                <KeyValue label="Performed by">{executor_words(of.executor)}</KeyValue>
                <KeyValue label="Undo">{reversibility_words(of.reversibility)}</KeyValue>
            </DescriptionList>
            {schema
                .map(|schema| {
                    let shown = segments(&schema);
                    view! {
                        <div class="mt-4">
                            <JsonView label="Schema of the action data" segments=shown copy=schema />
                        </div>
                    }
                })}
        </Card>
    }
}

#[component]
fn Reclass(
    /// The type.
    of: ActionType,
    /// What follows.
    changed: Callback<ActionType>,
) -> impl IntoView {
    let form = FormState::new("type-reclass")
        .faults_only()
        .field("/riskLevel", "type-risk")
        .field("/requiredApprovals", "type-approvals");
    view! {
        <Card title="In this workspace" description="The data of an action still raises the risk from here.">
            <ActionForm<ActionTypeReclass> form=form.clone() class="grid max-w-xs gap-4" on_done=changed>
                <Hidden name="name" value=of.name />
                {of.version.map(|version| view! { <Version of=Signal::stored(version) /> })}
                <SelectField
                    id="type-risk"
                    name="input[riskLevel]"
                    label="Risk"
                    options=risk_choices()
                    selected=form.typed("input[riskLevel]").unwrap_or_else(|| of.risk_level.to_string())
                    error=form.error_at("/riskLevel")
                />
                <TextField
                    id="type-approvals"
                    name="input[requiredApprovals]"
                    label="Approvals needed"
                    kind="number"
                    value=form.typed("input[requiredApprovals]").unwrap_or_else(|| of.required_approvals.to_string())
                    hint="How many people must approve, 1 to 10."
                    error=form.error_at("/requiredApprovals")
                    inputmode="numeric"
                    min="1"
                    max="10"
                    required=true
                />
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Save changes".to_owned() />
                </div>
            </ActionForm<ActionTypeReclass>>
        </Card>
    }
}

#[component]
fn EditCustom(
    /// The type.
    of: ActionType,
    /// The webhooks of the workspace.
    webhooks: Vec<Webhook>,
    /// What follows.
    changed: Callback<ActionType>,
) -> impl IntoView {
    let form = custom_form_state("type-edit");
    let (name, version) = (of.name.clone(), of.version.unwrap_or_default());
    view! {
        <Card title="Terms">
            <ActionForm<ActionTypePatch> form=form.clone() class="grid max-w-xl gap-4" on_done=changed>
                <Hidden name="name" value=name />
                <Version of=Signal::stored(version) />
                <CustomFields form=form.clone() of=Some(of) webhooks=webhooks />
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Save changes".to_owned() />
                </div>
            </ActionForm<ActionTypePatch>>
        </Card>
    }
}

#[component]
fn Remove(
    /// The type.
    of: ActionType,
) -> impl IntoView {
    let form = FormState::new("type-delete").faults_only();
    let navigate = use_navigate();
    let done =
        Then::new(move |()| navigate("/settings/action-types?done=deleted", NavigateOptions::default()));
    let (label, body) = match of.custom {
        true => ("Remove this type", "Actions of this name then count as unknown, with high risk."),
        false => ("Put back as it came", "Risk and approvals are the catalogue's again."),
    };
    view! {
        <Disclose label=label variant=ButtonVariant::Danger>
            <p>{body}</p>
            <ActionForm<ActionTypeDelete> form=form.clone() on_done=done>
                <Hidden name="name" value=of.name />
                {of.version.map(|version| view! { <Version of=Signal::stored(version) /> })}
                <SubmitButton form=form variant=ButtonVariant::Danger label=label.to_owned() />
            </ActionForm<ActionTypeDelete>>
        </Disclose>
    }
}
