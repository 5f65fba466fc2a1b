//! What starts a workflow beside people, to choose.

use leptos::prelude::*;

use crate::domain::workflow::{Trigger, Workflow, WorkflowDetail};
use crate::server_fns::workflows::WorkflowPatch;
use crate::ui::components::{Card, TextField};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, SubmitButton, Then, Version};

use super::trigger_words::starts;

/// What starts it now, and the forms that change it: one for each kind, so that each asks only for what it needs.
#[component]
pub fn Starts(
    /// The workflow.
    workflow: Workflow,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let (id, version) = (workflow.id, workflow.version);
    let done = Then::new(move |_: WorkflowDetail| {
        let _ = changed.try_run("What starts it is changed.");
    });
    let form = |kind: &str| FormState::new(format!("starts-{kind}")).faults_only();
    let (manual, agents, webhooks) = (form("manual"), form("agents"), form("webhooks"));
    let event = form("event").field("/trigger", "starts-event-name");
    let schedule = form("schedule")
        .field("/trigger/zone", "starts-zone")
        .field("/trigger/cron", "starts-cron")
        .field("/trigger", "starts-cron");
    let forms = [&manual, &agents, &webhooks, &event, &schedule];
    let open = forms.into_iter().any(|form| form.typed("_form").is_some());
    let (cron, zone, name) = match workflow.trigger.clone() {
        Trigger::Schedule { cron, zone } => (cron, zone, String::new()),
        Trigger::Event { event } => (String::new(), String::new(), event),
        Trigger::Manual | Trigger::AgentRequest | Trigger::Webhook => Default::default(),
    };
    let name = event.typed("input[trigger][event]").unwrap_or(name);
    let cron = schedule.typed("input[trigger][cron]").unwrap_or(cron);
    let zone = schedule.typed("input[trigger][zone]").unwrap_or(if zone.is_empty() {
        "UTC".to_owned()
    } else {
        zone
    });
    let now = starts(&workflow.trigger);
    // Each form takes a copy of it.
    let head = move |kind: &'static str| {
        view! {
            <Hidden name="id" value=id.to_string() />
            <Version of=Signal::stored(version) />
            <Hidden name="input[trigger][kind]" value=kind />
        }
    };
    view! {
        <Card title="What starts it" description="A person always can.">
            <p class="mb-3">{now}</p>
            <Disclose label="Change what starts it" open=open>
                <ActionForm<WorkflowPatch> form=manual.clone() on_done=done.clone()>
                    {head("manual")}
                    <SubmitButton form=manual label="Only people".to_owned() />
                </ActionForm<WorkflowPatch>>
                <ActionForm<WorkflowPatch> form=agents.clone() on_done=done.clone()>
                    {head("agent_request")}
                    <SubmitButton form=agents label="Agents, too".to_owned() />
                </ActionForm<WorkflowPatch>>
                <ActionForm<WorkflowPatch> form=webhooks.clone() on_done=done.clone()>
                    {head("webhook")}
                    <SubmitButton form=webhooks label="Signed webhooks, too".to_owned() />
                </ActionForm<WorkflowPatch>>
                <ActionForm<WorkflowPatch> form=schedule.clone() class="grid gap-3 border-t border-line pt-3" on_done=done.clone()>
                    {head("schedule")}
                    <TextField
                        id="starts-cron"
                        name="input[trigger][cron]"
                        label="Schedule"
                        value=cron
                        hint="Minute, hour, day, month, weekday: 0 9 * * 1 is each Monday at 9."
                        error=schedule.error_at("/trigger/cron")
                        autocomplete="off"
                        required=true
                        maxlength=100
                        mono=true
                    />
                    <TextField
                        id="starts-zone"
                        name="input[trigger][zone]"
                        label="Time zone"
                        value=zone
                        hint="Such as Europe/Vienna."
                        error=schedule.error_at("/trigger/zone")
                        autocomplete="off"
                        required=true
                        maxlength=64
                    />
                    <div>
                        <SubmitButton form=schedule label="By this schedule".to_owned() />
                    </div>
                </ActionForm<WorkflowPatch>>
                <ActionForm<WorkflowPatch> form=event.clone() class="grid gap-3 border-t border-line pt-3" on_done=done>
                    {head("event")}
                    <TextField
                        id="starts-event-name"
                        name="input[trigger][event]"
                        label="Event"
                        value=name
                        hint="An event of the audit trail, such as record.created. Its data is the input."
                        error=event.error_at("/trigger")
                        autocomplete="off"
                        required=true
                        maxlength=64
                        mono=true
                    />
                    <div>
                        <SubmitButton form=event label="At each of these events".to_owned() />
                    </div>
                </ActionForm<WorkflowPatch>>
            </Disclose>
        </Card>
    }
}
