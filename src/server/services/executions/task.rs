//! Tasks of external agents, from the side of the execution that waits for them.

use crate::domain::AppResult;
use crate::domain::event::Topic;
use crate::domain::execution::{Execution, WaitsFor};
use crate::domain::ids::MessageId;
use crate::domain::message::{Acknowledged, Addressee, DeliveryStatus, MessageType, Priority};
use crate::domain::text;
use crate::server::services::ctx::system_actor;
use crate::server::storage::messages::OutgoingMessage;
use crate::server::storage::workflows::steps::KeptStep;
use crate::server::storage::{AuditEntry, Tx};
use chrono::TimeDelta;
use serde_json::json;

const RESULT_OF: &str = "message:";
/// What people see beside a task that its agent was never given, or is not given again.
const TAKEN_BACK: &str = "Taken back: nothing waits for its result any more.";
/// What its agent reads, if it was given the task.
const NOT_NEEDED: &str = "This task is no longer needed: nothing waits for its result any more.";

/// What a step waits for that sent this message: the result that the agent sends back.
pub fn result_of(message: MessageId) -> String {
    format!("{RESULT_OF}{message}")
}

/// The task whose result a step still waits for.
fn task_of(KeptStep { step, event, .. }: &KeptStep) -> Option<MessageId> {
    // What has come makes it due.
    let waits = step.waits_for == Some(WaitsFor::Event) && step.due_at.is_none();
    event.as_deref().filter(|_| waits)?.strip_prefix(RESULT_OF)?.parse().ok()
}

/// Where the step waits for a task: it is not handed out from now on, and an agent that has it is told so, ahead of
/// its other messages.
pub(super) async fn take_back(tx: &mut Tx, execution: &Execution, step: &KeptStep) -> AppResult<()> {
    let workspace = execution.workspace_id;
    let Some(id) = task_of(step) else { return Ok(()) };
    let Some(task) = tx.message_get(workspace, id).await? else { return Ok(()) };
    let Some(agent) = task.to_agent_id else { return Ok(()) };
    // Locked before its message, as by the agent that takes or acknowledges it.
    let Some((status, attempts)) = tx.delivery_held(workspace, id, agent).await? else { return Ok(()) };
    if status != DeliveryStatus::Processed {
        let over = Acknowledged { status: DeliveryStatus::Processed, again_in: TimeDelta::zero() };
        tx.delivery_acknowledged(workspace, id, agent, over, Some(TAKEN_BACK)).await?;
        tx.emit(workspace, Topic::Message, task.thread_id.0);
    }
    if attempts > 0 && tx.thread_hold(workspace, task.thread_id).await? {
        let told = OutgoingMessage {
            from_agent: None,
            from_user: None,
            to: Addressee::Agent(agent),
            reply_to: Some(&task),
            message_type: MessageType::Status,
            priority: Priority::High,
            subject: &task.subject,
            content: NOT_NEEDED,
        };
        tx.message_send(workspace, &told, &[agent]).await?;
    }
    let name = task.to_name.as_deref().map(text::reveal_text).unwrap_or_default();
    let said = format!("Took back a task of {name}");
    let mut row = AuditEntry::new(workspace, system_actor(), "message.taken_back", said);
    row.agent_id = Some(agent);
    row.execution = Some(execution.id);
    row.result = Some(json!({ "messageId": id, "threadId": task.thread_id }));
    tx.audit(row);
    Ok(())
}
