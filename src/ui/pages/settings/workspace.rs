//! `/settings/workspace`: the freeze, whose mail is internal, the reasons offered to who rejects, and what is kept.

use leptos::prelude::*;

use crate::domain::AppError;
use crate::domain::member::Permission;
use crate::domain::workspace::{AuditRetention, HistoryRetention, InternalDomains, PresetReasons, Workspace};
use crate::server_fns::workspace::{
    WorkspaceFreeze, WorkspaceSetDomains, WorkspaceSetHistory, WorkspaceSetReasons, WorkspaceSetRetention,
    audit_retention, history_retention, internal_domains, preset_reasons, workspace_get,
};
use crate::ui::components::{
    ButtonVariant, Card, Icon, Skeleton, StatusBadge, TextField, TextareaField, Tone,
};
use crate::ui::forms::{ActionForm, Clearable, FormState, Hidden, Notice, SubmitButton, Then};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{moment, stamp};

use super::frame::{ReadOnly, SettingsFrame};

/// The workspace's own settings.
#[component]
pub fn WorkspacePage() -> impl IntoView {
    let me = use_session();
    let administers = me.may(Permission::Administer);
    let loaded = Resource::new(
        || (),
        |()| async {
            let own = (workspace_get().await?, internal_domains().await?, preset_reasons().await?);
            Ok::<_, AppError>((own, audit_retention().await?, history_retention().await?))
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| match done {
        "freeze" => Some("The switch is turned."),
        "domains" => Some("The internal domains are saved."),
        "retention" => Some("How long audit rows are kept is saved."),
        "history" => Some("How long executions and messages are kept is saved."),
        "reasons" => Some("The reasons are saved."),
        _ => None,
    });
    let changed = Callback::new(move |text: &'static str| {
        notice.say(text);
        loaded.refetch();
    });
    view! {
        <SettingsFrame tab="/settings/workspace" title="Workspace" subtitle=me.workspace_name notice=notice>
            {(!administers).then(|| view! { <ReadOnly text="Owners and admins change these." /> })}
            <Transition fallback=|| view! { <Skeleton lines=8 label="Loading the workspace" /> }>
                {move || Suspend::new(async move {
                    match loaded.await {
                        Ok(((workspace, domains, reasons), retention, history)) => {
                            view! {
                                <div class="grid max-w-2xl gap-4">
                                    <Freeze workspace=workspace administers=administers changed=changed />
                                    <Domains domains=domains administers=administers changed=changed />
                                    <Reasons reasons=reasons administers=administers changed=changed />
                                    <Retention retention=retention administers=administers changed=changed />
                                    <History history=history administers=administers changed=changed />
                                </div>
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! { <PageError title="The workspace could not be loaded" error=error retry=retry /> }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </SettingsFrame>
    }
}

#[component]
fn Freeze(
    /// The workspace.
    workspace: Workspace,
    /// Whether the member may turn the switch.
    administers: bool,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let frozen = workspace.frozen_at.is_some();
    let form = FormState::new("freeze").faults_only();
    let done = Then::new(move |workspace: Workspace| {
        let _ = changed.try_run(match workspace.frozen_at {
            Some(_) => "The workspace is frozen. Nothing runs by itself.",
            None => "The workspace goes on. What was held starts now.",
        });
    });
    let state = match workspace.frozen_at {
        Some(since) => view! {
            <StatusBadge tone=Tone::Info label="Frozen" />
            <span class="text-muted">" since " <time datetime=stamp(since)>{moment(since)}</time></span>
        }
        .into_any(),
        None => view! { <StatusBadge tone=Tone::Ok label="Running" /> }.into_any(),
    };
    let (label, variant) = match frozen {
        true => ("Let work go on", ButtonVariant::Primary),
        false => ("Freeze the workspace", ButtonVariant::Danger),
    };
    view! {
        <Card title="Freeze">
            <p class="mb-3">{state}</p>
            <p>"While the workspace is frozen:"</p>
            <ul class="mt-1 mb-4 list-disc pl-5">
                <li>"No action runs by itself, whatever its risk and its team's autonomy: each waits for people."</li>
                <li>"Nothing that is approved is started. What has already started ends as it would."</li>
                <li>"Deadlines stand still, so that nothing expires because of it."</li>
                <li>"People can still read, approve and reject. Approved actions start when the freeze ends."</li>
            </ul>
            {administers
                .then(|| {
                    view! {
                        <ActionForm<WorkspaceFreeze> form=form.clone() on_done=done>
                            <Hidden name="input[frozen]" value=(!frozen).to_string() />
                            <SubmitButton form=form.clone() variant=variant icon=Icon::Snowflake label=label.to_owned() />
                        </ActionForm<WorkspaceFreeze>>
                    }
                })}
        </Card>
    }
}

#[component]
fn Domains(
    /// The domains.
    domains: InternalDomains,
    /// Whether the member may change them.
    administers: bool,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new("domains").faults_only().field("/domains", "workspace-domains");
    let done = Then::new(move |_: InternalDomains| {
        let _ = changed.try_run("The internal domains are saved.");
    });
    let text = domains.domains.join("\n");
    let body = if administers {
        view! {
            <ActionForm<WorkspaceSetDomains> form=form.clone() class="grid gap-3" on_done=done>
                <Clearable name="input[domains]" />
                <TextareaField
                    id="workspace-domains"
                    name="input[domains]"
                    label="Domains"
                    value=form.typed("input[domains]").unwrap_or(text)
                    hint="One on each line, such as example.com. Without any, every recipient is external."
                    error=form.error_at("/domains")
                    rows=4
                />
                <div>
                    <SubmitButton form=form label="Save the domains".to_owned() />
                </div>
            </ActionForm<WorkspaceSetDomains>>
        }
        .into_any()
    } else if domains.domains.is_empty() {
        view! { <p class="text-muted">"None: every recipient is external."</p> }.into_any()
    } else {
        let items: Vec<_> = domains.domains.into_iter().map(|domain| view! { <li>{domain}</li> }).collect();
        view! { <ul class="list-disc pl-5">{items}</ul> }.into_any()
    };
    view! {
        <Card title="Internal mail domains" description="A recipient at any other domain raises an action to high risk.">
            {body}
        </Card>
    }
}

#[component]
fn Reasons(
    /// The reasons.
    reasons: PresetReasons,
    /// Whether the member may change them.
    administers: bool,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new("reasons").faults_only().field("/reasons", "workspace-reasons");
    let done = Then::new(move |_: PresetReasons| {
        let _ = changed.try_run("The reasons are saved.");
    });
    let text = reasons.reasons.join("\n");
    let body = if administers {
        view! {
            <ActionForm<WorkspaceSetReasons> form=form.clone() class="grid gap-3" on_done=done>
                <Clearable name="input[reasons]" />
                <TextareaField
                    id="workspace-reasons"
                    name="input[reasons]"
                    label="Reasons"
                    value=form.typed("input[reasons]").unwrap_or(text)
                    hint="One on each line, at most 12, in the order in which they are offered. Without any, none are."
                    error=form.error_at("/reasons")
                    rows=6
                />
                <div>
                    <SubmitButton form=form label="Save the reasons".to_owned() />
                </div>
            </ActionForm<WorkspaceSetReasons>>
        }
        .into_any()
    } else if reasons.reasons.is_empty() {
        view! { <p class="text-muted">"None are offered."</p> }.into_any()
    } else {
        let items: Vec<_> = reasons.reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect();
        view! { <ul class="list-disc pl-5">{items}</ul> }.into_any()
    };
    view! {
        <Card title="Reasons for rejecting" description="Offered to whoever rejects an action. The agent reads the one that is sent.">
            {body}
        </Card>
    }
}

#[component]
fn Retention(
    /// For how long audit rows are kept.
    retention: AuditRetention,
    /// Whether the member may change it.
    administers: bool,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new("retention").faults_only().field("/days", "workspace-retention");
    let done = Then::new(move |_: AuditRetention| {
        let _ = changed.try_run("How long audit rows are kept is saved.");
    });
    let days = retention.days.map(|days| days.to_string()).unwrap_or_default();
    let body = if administers {
        view! {
            <ActionForm<WorkspaceSetRetention> form=form.clone() class="grid gap-3" on_done=done>
                <Clearable name="input[days]" />
                <TextField
                    id="workspace-retention"
                    name="input[days]"
                    kind="number"
                    label="Days"
                    value=form.typed("input[days]").unwrap_or(days)
                    hint="30 or more. Without a number they are kept for ever."
                    error=form.error_at("/days")
                />
                <div>
                    <SubmitButton form=form label="Save the days".to_owned() />
                </div>
            </ActionForm<WorkspaceSetRetention>>
        }
        .into_any()
    } else {
        let kept = match retention.days {
            Some(days) => format!("For {days} days."),
            None => "For ever.".to_owned(),
        };
        view! { <p>{kept}</p> }.into_any()
    };
    view! {
        <Card
            title="Audit rows"
            description="What is older is removed for good, from the trail and from the history of approvals. A signed note of where it ended keeps the rest provable."
        >
            {body}
        </Card>
    }
}

#[component]
fn History(
    /// For how long executions and messages are kept.
    history: HistoryRetention,
    /// Whether the member may change it.
    administers: bool,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new("history").faults_only().field("/days", "workspace-history");
    let done = Then::new(move |_: HistoryRetention| {
        let _ = changed.try_run("How long executions and messages are kept is saved.");
    });
    let days = history.days.map(|days| days.to_string()).unwrap_or_default();
    let body = if administers {
        view! {
            <ActionForm<WorkspaceSetHistory> form=form.clone() class="grid gap-3" on_done=done>
                <Clearable name="input[days]" />
                <TextField
                    id="workspace-history"
                    name="input[days]"
                    kind="number"
                    label="Days after the end"
                    value=form.typed("input[days]").unwrap_or(days)
                    hint="7 or more. Without a number they are kept for ever."
                    error=form.error_at("/days")
                />
                <div>
                    <SubmitButton form=form label="Save the days after the end".to_owned() />
                </div>
            </ActionForm<WorkspaceSetHistory>>
        }
        .into_any()
    } else {
        let kept = match history.days {
            Some(days) => format!("For {days} days after the end."),
            None => "For ever.".to_owned(),
        };
        view! { <p>{kept}</p> }.into_any()
    };
    view! {
        <Card
            title="Executions and messages"
            description="An execution that ended longer ago is removed for good, with all that it started, and so is a thread in which nothing happened since. What runs, waits or is still to be dealt with stays; so do approvals, the audit trail and the figures."
        >
            {body}
        </Card>
    }
}
