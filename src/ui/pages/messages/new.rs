//! `/messages/new`: a message from a person to an agent or a team.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::domain::member::Permission;
use crate::domain::message::{Message, MessageType, Priority};
use crate::server_fns::messages::MessageSend;
use crate::ui::components::{
    ButtonVariant, Card, Choice, EmptyState, Icon, LinkButton, PageHeader, SelectField, Skeleton, TextField,
    TextareaField,
};
use crate::ui::forms::{ActionForm, FormState, ReturnedError, SubmitButton, Then};
use crate::ui::pages::use_session;
use crate::ui::pages::whose::Whose;
use crate::ui::words::human;

use super::address::PATH;

/// The form, for those who may send.
#[component]
pub fn NewMessagePage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteMessages);
    let whose = Resource::new(|| (), |()| Whose::load());
    view! {
        <Title text="New message" />
        <PageHeader title="New message" back=PATH back_label="Messages" />
        <ReturnedError />
        {if may_write {
            view! {
                <Transition fallback=|| view! { <Skeleton lines=8 label="Loading agents and teams" /> }>
                    {move || Suspend::new(async move {
                        let whose = whose.await;
                        view! { <Compose whose=whose /> }
                    })}
                </Transition>
            }
                .into_any()
        } else {
            view! {
                <EmptyState
                    icon=Icon::Message
                    title="Your role reads messages"
                    body="Owners, admins and operators send them. Ask one of them, or an admin for another role."
                >
                    <LinkButton href=PATH>"Go to messages"</LinkButton>
                </EmptyState>
            }
                .into_any()
        }}
    }
}

/// The types that a message can have.
pub fn types() -> Vec<Choice> {
    MessageType::ALL.iter().map(|one| Choice::new(one.as_str(), human(one.as_str()))).collect()
}

/// The priorities that it can have.
pub fn priorities() -> Vec<Choice> {
    Priority::ALL.iter().map(|one| Choice::new(one.as_str(), human(one.as_str()))).collect()
}

#[component]
fn Compose(
    /// Agents and teams to choose from.
    whose: Whose,
) -> impl IntoView {
    let form = FormState::new("message-new")
        .faults_only()
        .field("/toAgentId", "message-agent")
        .field("/toTeamId", "message-team")
        .field("/type", "message-type")
        .field("/priority", "message-priority")
        .field("/subject", "message-subject")
        .field("/content", "message-content");
    let navigate = use_navigate();
    let done = Then::new(move |sent: Message| {
        navigate(&format!("{PATH}/{}?done=sent", sent.thread_id), NavigateOptions::default());
    });
    view! {
        <Card>
            <ActionForm<MessageSend> form=form.clone() class="grid gap-4" on_done=done>
                <div class="grid gap-4 sm:grid-cols-2">
                    <SelectField
                        id="message-agent"
                        name="input[toAgentId]"
                        label="To an agent"
                        options=whose.agent_choices("None")
                        selected=form.typed("input[toAgentId]")
                        error=form.error_at("/toAgentId")
                        required=false
                    />
                    <SelectField
                        id="message-team"
                        name="input[toTeamId]"
                        label="Or to a team"
                        options=whose.team_choices("None")
                        selected=form.typed("input[toTeamId]")
                        error=form.error_at("/toTeamId")
                        hint="Each of its agents gets it."
                        required=false
                    />
                    <SelectField
                        id="message-type"
                        name="input[type]"
                        label="Type"
                        options=types()
                        selected=form.typed("input[type]").unwrap_or_else(|| MessageType::default().to_string())
                        error=form.error_at("/type")
                    />
                    <SelectField
                        id="message-priority"
                        name="input[priority]"
                        label="Priority"
                        options=priorities()
                        selected=form.typed("input[priority]").unwrap_or_else(|| Priority::default().to_string())
                        error=form.error_at("/priority")
                        hint="What is more urgent is handed out first."
                    />
                </div>
                <TextField
                    id="message-subject"
                    name="input[subject]"
                    label="Subject"
                    value=form.typed("input[subject]")
                    error=form.error_at("/subject")
                    autocomplete="off"
                    required=true
                    maxlength=200
                />
                <TextareaField
                    id="message-content"
                    name="input[content]"
                    label="Message"
                    hint="The agent reads it as it is. It gives the agent no right that it does not have."
                    value=form.typed("input[content]")
                    error=form.error_at("/content")
                    required=true
                    rows=6
                    maxlength=10_000
                />
                <div class="flex flex-wrap gap-2">
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Send".to_owned() />
                    <LinkButton href=PATH variant=ButtonVariant::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm<MessageSend>>
        </Card>
    }
}
