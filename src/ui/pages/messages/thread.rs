//! `/messages/:id`: one thread, oldest first, and an answer.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::domain::AppError;
use crate::domain::event::Topic;
use crate::domain::ids::MessageId;
use crate::domain::member::Permission;
use crate::domain::message::{DeliveryStatus, Message, MessageDelivery, MessageFilter, MessageType};
use crate::domain::text::reveal_text;
use crate::server_fns::messages::{MessageRedeliver, MessageSend, message_list};
use crate::ui::components::{
    Badge, ButtonSize, ButtonVariant, Card, Icon, LongText, PageHeader, RelativeTime, RevealedText,
    SelectField, Skeleton, StatusBadge, TextareaField, Tone,
};
use crate::ui::forms::{ActionForm, FormState, Hidden, Notice, NoticeBar, ReturnedError, SubmitButton, Then};
use crate::ui::hooks::focus_soon;
use crate::ui::pages::newer::{Newer, newer_than};
use crate::ui::pages::{Gone, PageError, use_session};
use crate::ui::words::{human, moment, segments, stamp};

use super::address::PATH;
use super::new::types;
use super::words;

/// One thread.
#[component]
pub fn ThreadPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteMessages);
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let loaded = Resource::new(move || id.get(), load);
    let read = StoredValue::new(None);
    let newer = newer_than(
        read,
        |changes| changes.concern(Topic::Message),
        move || {
            let id = id.get_untracked();
            async move { load(id).await.ok() }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    // The heading is drawn anew with the rest: it gets the focus once it is there.
    let asked = StoredValue::new(false);
    let show = Callback::new(move |()| {
        asked.set_value(true);
        loaded.refetch();
    });
    let notice = Notice::new(|done| match done {
        "sent" => Some("The message is sent."),
        "again" => Some("The message waits for its agent again."),
        _ => None,
    });
    // The own message is no news.
    let done = Callback::new(move |said: &'static str| {
        notice.say(said);
        let _ = newer.try_set(false);
        loaded.refetch();
    });
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8 label="Loading the thread" /> }>
            {move || Suspend::new(async move {
                let answer = loaded.await;
                read.set_value(answer.as_ref().ok().cloned());
                if asked.try_get_value() == Some(true) {
                    asked.set_value(false);
                    focus_soon("page-title");
                }
                match answer {
                    Ok(messages) => {
                        view! { <Thread messages=messages may_write=may_write notice=notice newer=newer retry=show done=done /> }
                            .into_any()
                    }
                    Err(AppError::NotFound { .. }) => {
                        view! {
                            <Title text="Thread" />
                            <PageHeader title="Thread" back=PATH back_label="Messages" />
                            <Gone what="thread" href=PATH link="Go to the messages" />
                        }
                            .into_any()
                    }
                    Err(error) => {
                        view! {
                            <Title text="Thread" />
                            <PageHeader title="Thread" back=PATH back_label="Messages" />
                            <PageError title="The thread could not be loaded" error=error retry=retry />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

async fn load(id: String) -> Result<Vec<Message>, AppError> {
    let id: MessageId = id.parse().map_err(|_| AppError::not_found("thread"))?;
    let filter = MessageFilter {
        thread_id: Some(id.to_string()),
        limit: Some("200".to_owned()),
        ..MessageFilter::default()
    };
    match message_list(filter).await?.items {
        none if none.is_empty() => Err(AppError::not_found("thread")),
        messages => Ok(messages),
    }
}

#[component]
fn Thread(
    /// Its messages, oldest first; at least one.
    messages: Vec<Message>,
    /// Whether the member may answer.
    may_write: bool,
    /// The page's notice.
    notice: Notice,
    /// Whether something came since.
    newer: RwSignal<bool>,
    /// Reads it again.
    retry: Callback<()>,
    /// What follows the member's own message.
    done: Callback<&'static str>,
) -> impl IntoView {
    let subject = messages.first().map(|first| reveal_text(&first.subject)).unwrap_or_default();
    let answer = may_write.then(|| view! { <Answer messages=messages.clone() done=done /> });
    let said: Vec<_> = messages
        .into_iter()
        .map(|message| view! { <Said message=message may_write=may_write done=done /> })
        .collect();
    view! {
        <Title text=subject.clone() />
        <PageHeader title=subject back=PATH back_label="Messages" />
        <ReturnedError />
        <NoticeBar notice=notice />
        <Newer newer=newer what="Something changed here." show=retry />
        <ol aria-label="Messages of the thread" class="grid gap-3">{said}</ol>
        {answer}
    }
}

#[component]
fn Said(
    /// One message.
    message: Message,
    /// Whether the member may send it again.
    may_write: bool,
    /// What follows.
    done: Callback<&'static str>,
) -> impl IntoView {
    let at = message.created_at;
    let (tone, label) = words::status(&message);
    let priority = words::priority(message.priority);
    let id = message.id;
    let deliveries: Vec<_> = message
        .deliveries
        .iter()
        .cloned()
        .map(|delivery| view! { <Recipient id=id delivery=delivery may_write=may_write done=done /> })
        .collect();
    let none = deliveries.is_empty();
    view! {
        <li class="card min-w-0 p-4" id=format!("message-{id}")>
            <div class="mb-2 flex flex-wrap items-baseline gap-x-3 gap-y-1 text-sm">
                <span class="font-medium">{words::from_to(&message)}</span>
                {message.sender().is_some().then(|| view! { <Badge tone=Tone::Info>"Agent"</Badge> })}
                <Badge tone=Tone::Neutral>{human(message.message_type.as_str())}</Badge>
                {priority.map(|(tone, label)| view! { <Badge tone=tone>{label}</Badge> })}
                <span class="text-muted"><RelativeTime datetime=stamp(at) text=moment(at) /></span>
                {(!none).then(|| view! { <StatusBadge tone=tone label=label /> })}
            </div>
            <LongText label=format!("Message of {}", reveal_text(&message.from.name)) segments=segments(&message.content) />
            {(!none)
                .then(|| {
                    view! {
                        <ul aria-label="Who got it" class="mt-3 grid gap-2 border-t border-line pt-3 text-sm">{deliveries}</ul>
                    }
                })}
        </li>
    }
}

#[component]
fn Recipient(
    /// The message.
    id: MessageId,
    /// How it fares with one agent.
    delivery: MessageDelivery,
    /// Whether the member may send it again.
    may_write: bool,
    /// What follows.
    done: Callback<&'static str>,
) -> impl IntoView {
    let (tone, label) = words::delivery(delivery.status);
    let agent = delivery.agent_id;
    let name = reveal_text(&delivery.agent_name);
    let times = (delivery.attempts > 1).then(|| format!("handed out {} times", delivery.attempts));
    let again = (may_write && delivery.status == DeliveryStatus::Dead).then(|| {
        let form = FormState::new(format!("again-{id}-{agent}"));
        let sent = Then::new(move |_: Message| {
            let _ = done.try_run("The message waits for its agent again.");
        });
        view! {
            <ActionForm<MessageRedeliver> form=form.clone() on_done=sent>
                <Hidden name="id" value=id.to_string() />
                <Hidden name="input[agentId]" value=agent.to_string() />
                <SubmitButton form=form size=ButtonSize::Small label="Send again".to_owned() subject=name.clone() />
            </ActionForm<MessageRedeliver>>
        }
    });
    view! {
        <li class="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span class="min-w-0"><RevealedText segments=segments(&delivery.agent_name) /></span>
            <StatusBadge tone=tone label=label />
            {times.map(|times| view! { <span class="text-muted">{times}</span> })}
            {delivery.error.map(|error| view! { <span class="text-muted"><RevealedText segments=segments(&error) /></span> })}
            {again}
        </li>
    }
}

/// Whom an answer goes to: whoever of the agents said something last; else whom the thread began with.
fn answered(messages: Vec<Message>) -> Option<(Message, bool)> {
    let last_of_agent = messages.iter().rev().find(|message| message.sender().is_some()).cloned();
    last_of_agent
        .map(|message| (message, true))
        .or_else(|| messages.into_iter().next().map(|first| (first, false)))
}

#[component]
fn Answer(
    /// The thread, oldest first.
    messages: Vec<Message>,
    /// What follows.
    done: Callback<&'static str>,
) -> impl IntoView {
    let Some((message, to_sender)) = answered(messages) else { return ().into_any() };
    let to = match to_sender {
        true => reveal_text(&message.from.name),
        false => reveal_text(message.to_name.as_deref().unwrap_or_default()),
    };
    let (agent, team) = if to_sender { (None, None) } else { (message.to_agent_id, message.to_team_id) };
    let form = FormState::new("answer")
        .faults_only()
        .field("/content", "answer-content")
        .field("/type", "answer-type")
        .field("/toAgentId", "answer-content")
        .field("/toTeamId", "answer-content");
    let sent = Then::new(move |_: Message| {
        let _ = done.try_run("The message is sent.");
    });
    view! {
        <div class="mt-6">
            <Card title="Answer">
                <ActionForm<MessageSend> form=form.clone() class="grid gap-3" on_done=sent emptied=true>
                    <Hidden name="input[replyToId]" value=message.id.to_string() />
                    {agent.map(|agent| view! { <Hidden name="input[toAgentId]" value=agent.to_string() /> })}
                    {team.map(|team| view! { <Hidden name="input[toTeamId]" value=team.to_string() /> })}
                    <TextareaField
                        id="answer-content"
                        name="input[content]"
                        label="Message"
                        hint=format!("It goes to {to}.")
                        value=form.typed("input[content]")
                        error=form.error_at("/content")
                        required=true
                        rows=4
                        maxlength=10_000
                    />
                    <SelectField
                        id="answer-type"
                        name="input[type]"
                        label="Type"
                        options=types()
                        selected=form.typed("input[type]").unwrap_or_else(|| MessageType::default().to_string())
                        error=form.error_at("/type")
                    />
                    <div>
                        <SubmitButton form=form variant=ButtonVariant::Primary icon=Icon::Message label="Send the answer".to_owned() />
                    </div>
                </ActionForm<MessageSend>>
            </Card>
        </div>
    }
    .into_any()
}
