//! What the form of a workspace's own action type asks for.

use leptos::prelude::*;

use crate::domain::action_type::{ActionType, CustomExecutor};
use crate::domain::catalogue::Executor;
use crate::domain::risk::RiskLevel;
use crate::domain::webhook::Webhook;
use crate::ui::components::{Choice, RadioGroup, SelectField, TextField, TextareaField};
use crate::ui::forms::FormState;
use crate::ui::pages::settings::lists::risk_choices;

/// The state of the form.
pub fn custom_form_state(id: &'static str) -> FormState {
    FormState::new(id)
        .faults_only()
        .field("/name", "type-name")
        .field("/title", "type-title")
        .field("/riskLevel", "type-risk")
        .field("/executor", "type-executor-0")
        .field("/webhookId", "type-webhook")
        .field("/requiredApprovals", "type-approvals")
        .field("/schema", "type-schema")
}

/// Every field but the name, which stays once it is given.
#[component]
pub fn CustomFields(
    /// The form's state.
    form: FormState,
    /// The type as it is; absent: a new one.
    of: Option<ActionType>,
    /// The webhooks of the workspace.
    webhooks: Vec<Webhook>,
) -> impl IntoView {
    let typed = |name: &str, found: Option<String>| form.typed(name).or(found).unwrap_or_default();
    let title = typed("input[title]", of.as_ref().map(|of| of.title.clone()));
    let risk = of.as_ref().map_or(RiskLevel::High, |of| of.risk_level);
    let risk = typed("input[riskLevel]", Some(risk.to_string()));
    let executor = match of.as_ref().map(|of| of.executor) {
        Some(Executor::Webhook) => CustomExecutor::Webhook,
        _ => CustomExecutor::Agent,
    };
    let executor = typed("input[executor]", Some(executor.to_string()));
    let webhook =
        typed("input[webhookId]", of.as_ref().and_then(|of| of.webhook_id).map(|id| id.to_string()));
    let needed = typed(
        "input[requiredApprovals]",
        Some(of.as_ref().map_or(1, |of| of.required_approvals).to_string()),
    );
    let schema = of.and_then(|of| of.schema).and_then(|schema| serde_json::to_string_pretty(&schema).ok());
    let schema = typed("input[schema]", schema);
    let executors = vec![
        Choice::new("agent", "The agent")
            .hint("It claims the approved action once and reports what happened."),
        Choice::new("webhook", "A webhook")
            .hint("Countersign sends the approved action, signed, to an address of yours."),
    ];
    let none = Choice::new("", if webhooks.is_empty() { "There is none yet" } else { "None" });
    let hooks: Vec<_> = std::iter::once(none)
        .chain(webhooks.into_iter().map(|hook| Choice::new(hook.id.to_string(), hook.name)))
        .collect();
    view! {
        <TextField
            id="type-title"
            name="input[title]"
            label="Title"
            value=title
            hint="What reviewers read: \"Restart a server\"."
            error=form.error_at("/title")
            autocomplete="off"
            required=true
            maxlength=200
        />
        <SelectField
            id="type-risk"
            name="input[riskLevel]"
            label="Risk"
            options=risk_choices()
            selected=risk
            hint="The data can raise it, never lower it."
            error=form.error_at("/riskLevel")
        />
        <RadioGroup
            id="type-executor"
            name="input[executor]"
            legend="Performed by"
            options=executors
            selected=executor
            error=form.error_at("/executor")
            required=true
        />
        <SelectField
            id="type-webhook"
            name="input[webhookId]"
            label="Webhook"
            options=hooks
            selected=webhook
            hint="Only where a webhook performs it."
            error=form.error_at("/webhookId")
            required=false
        />
        <TextField
            id="type-approvals"
            name="input[requiredApprovals]"
            label="Approvals needed"
            kind="number"
            value=needed
            hint="How many people must approve, 1 to 10."
            error=form.error_at("/requiredApprovals")
            inputmode="numeric"
            min="1"
            max="10"
            required=true
        />
        <TextareaField
            id="type-schema"
            name="input[schema]"
            label="Schema of the action data"
            value=schema
            hint="JSON Schema 2020-12, such as {\"type\": \"object\", \"required\": [\"host\"]}. Without one, any object is taken."
            error=form.error_at("/schema")
            rows=10
            mono=true
        />
    }
}
